"""sums of portfolios

What the figures of a store of before add up to is not known: the projection is emptied, and the consumer folds its
sources from their beginning.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PROJECTION = ("history", "current_state", "figures", "measured_sum", "measured_span")
OF_THE_CONSUMER = ("inbox_position", "dead_letter", "parked")


def upgrade() -> None:
    for table in PROJECTION:
        op.execute(f"DELETE FROM {table}")
    for table in OF_THE_CONSUMER:
        op.execute(f"DELETE FROM {table} WHERE consumer = 'reporting.projection'")
    op.create_table(
        "figures_turn",
        sa.Column("partition", sa.BigInteger(), nullable=False),
        sa.Column("folds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("partition", name=op.f("pk_figures_turn")),
    )
    op.create_table(
        "portfolio_difference",
        sa.Column("planned_high", sa.BigInteger(), nullable=False),
        sa.Column("planned_low", sa.BigInteger(), nullable=False),
        sa.Column("forecast_high", sa.BigInteger(), nullable=False),
        sa.Column("forecast_low", sa.BigInteger(), nullable=False),
        sa.Column("actual_high", sa.BigInteger(), nullable=False),
        sa.Column("actual_low", sa.BigInteger(), nullable=False),
        sa.Column("variance_high", sa.BigInteger(), nullable=False),
        sa.Column("variance_low", sa.BigInteger(), nullable=False),
        sa.Column("comparable_high", sa.BigInteger(), nullable=False),
        sa.Column("comparable_low", sa.BigInteger(), nullable=False),
        sa.Column("projects", sa.BigInteger(), nullable=False),
        sa.Column("planned_known", sa.BigInteger(), nullable=False),
        sa.Column("forecast_known", sa.BigInteger(), nullable=False),
        sa.Column("actual_known", sa.BigInteger(), nullable=False),
        sa.Column("variance_known", sa.BigInteger(), nullable=False),
        sa.Column("foreign_forecasts", sa.BigInteger(), nullable=False),
        sa.Column("foreign_actuals", sa.BigInteger(), nullable=False),
        sa.Column("without_information", sa.BigInteger(), nullable=False),
        sa.Column("span", sa.BigInteger(), nullable=False),
        sa.Column("starts", sa.BigInteger(), nullable=False),
        sa.Column(
            "portfolio_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("stage", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("currency", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("health", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("archived", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "span",
            "starts",
            "portfolio_id",
            "stage",
            "currency",
            "health",
            "archived",
            name=op.f("pk_portfolio_difference"),
        ),
    )
    op.create_table(
        "portfolio_limits",
        sa.Column(
            "portfolio_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("from_day", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("thresholds", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("portfolio_id", "from_day", name=op.f("pk_portfolio_limits")),
    )
    op.create_table(
        "portfolio_standing",
        sa.Column("planned_high", sa.BigInteger(), nullable=False),
        sa.Column("planned_low", sa.BigInteger(), nullable=False),
        sa.Column("forecast_high", sa.BigInteger(), nullable=False),
        sa.Column("forecast_low", sa.BigInteger(), nullable=False),
        sa.Column("actual_high", sa.BigInteger(), nullable=False),
        sa.Column("actual_low", sa.BigInteger(), nullable=False),
        sa.Column("variance_high", sa.BigInteger(), nullable=False),
        sa.Column("variance_low", sa.BigInteger(), nullable=False),
        sa.Column("comparable_high", sa.BigInteger(), nullable=False),
        sa.Column("comparable_low", sa.BigInteger(), nullable=False),
        sa.Column("projects", sa.BigInteger(), nullable=False),
        sa.Column("planned_known", sa.BigInteger(), nullable=False),
        sa.Column("forecast_known", sa.BigInteger(), nullable=False),
        sa.Column("actual_known", sa.BigInteger(), nullable=False),
        sa.Column("variance_known", sa.BigInteger(), nullable=False),
        sa.Column("foreign_forecasts", sa.BigInteger(), nullable=False),
        sa.Column("foreign_actuals", sa.BigInteger(), nullable=False),
        sa.Column("without_information", sa.BigInteger(), nullable=False),
        sa.Column(
            "portfolio_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("stage", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("currency", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("health", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("archived", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "portfolio_id", "stage", "currency", "health", "archived", name=op.f("pk_portfolio_standing")
        ),
    )
    with op.batch_alter_table("portfolio_standing", schema=None) as batch_op:
        batch_op.create_index("ix_portfolio_standing__changed", ["changed"], unique=False)

    op.create_table(
        "totals_clock",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.Column("limits", sa.BigInteger(), nullable=False),
        sa.Column("portfolios", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_totals_clock")),
    )
    with op.batch_alter_table("figures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_figures__portfolio_id"))
        batch_op.create_index(
            "ix_figures__portfolio_id_project_id", ["portfolio_id", "project_id", "from_day"], unique=False
        )
        batch_op.create_index("ix_figures__project_id_until_day", ["project_id", "until_day"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("figures", schema=None) as batch_op:
        batch_op.drop_index("ix_figures__project_id_until_day")
        batch_op.drop_index("ix_figures__portfolio_id_project_id")
        batch_op.create_index(batch_op.f("ix_figures__portfolio_id"), ["portfolio_id"], unique=False)

    op.drop_table("totals_clock")
    with op.batch_alter_table("portfolio_standing", schema=None) as batch_op:
        batch_op.drop_index("ix_portfolio_standing__changed")

    op.drop_table("portfolio_standing")
    op.drop_table("portfolio_limits")
    op.drop_table("portfolio_difference")
    op.drop_table("figures_turn")
