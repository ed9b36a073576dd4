"""what finance measured as differences

Every row of figures is another: the projection is emptied, and the consumer folds its sources from their beginning.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PROJECTION = ("history", "current_state", "figures")
OF_THE_CONSUMER = ("inbox_position", "dead_letter", "parked")


def upgrade() -> None:
    for table in PROJECTION:
        op.execute(f"DELETE FROM {table}")
    for table in OF_THE_CONSUMER:
        op.execute(f"DELETE FROM {table} WHERE consumer = 'reporting.projection'")
    op.create_table(
        "measured_span",
        sa.Column(
            "project_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("counts_from", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("starts_on", sa.BigInteger(), nullable=False),
        sa.Column("finishes_on", sa.BigInteger(), nullable=False),
        sa.Column("recorded_day", sa.BigInteger(), nullable=False),
        sa.Column("budget_high", sa.BigInteger(), nullable=False),
        sa.Column("budget_low", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "project_id",
            "counts_from",
            "currency",
            "starts_on",
            "finishes_on",
            "recorded_day",
            name=op.f("pk_measured_span"),
        ),
    )
    op.create_table(
        "measured_sum",
        sa.Column(
            "project_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("counts_from", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("recorded_day", sa.BigInteger(), nullable=False),
        sa.Column("bac_high", sa.BigInteger(), nullable=False),
        sa.Column("bac_low", sa.BigInteger(), nullable=False),
        sa.Column("ev_high", sa.BigInteger(), nullable=False),
        sa.Column("ev_low", sa.BigInteger(), nullable=False),
        sa.Column("ac_high", sa.BigInteger(), nullable=False),
        sa.Column("ac_low", sa.BigInteger(), nullable=False),
        sa.Column("current_high", sa.BigInteger(), nullable=False),
        sa.Column("current_low", sa.BigInteger(), nullable=False),
        sa.Column("packages", sa.BigInteger(), nullable=False),
        sa.Column("undated", sa.BigInteger(), nullable=False),
        sa.Column("differing", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "project_id", "counts_from", "currency", "recorded_day", name=op.f("pk_measured_sum")
        ),
    )
    with op.batch_alter_table("figures", schema=None) as batch_op:
        batch_op.add_column(sa.Column("current_at_completion", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("differing", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("figures", schema=None) as batch_op:
        batch_op.alter_column("differing", existing_type=sa.BigInteger(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("figures", schema=None) as batch_op:
        batch_op.drop_column("differing")
        batch_op.drop_column("current_at_completion")

    op.drop_table("measured_sum")
    op.drop_table("measured_span")
