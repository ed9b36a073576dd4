"""what is measured as differences

The tables are filled by the consumer `finance.performance`, which has no marks here yet and so reads its sources from
their beginning. Costs are counted there anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "measured_package",
        sa.Column(
            "id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column(
            "project_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("starts_on", sa.BigInteger(), nullable=True),
        sa.Column("finishes_on", sa.BigInteger(), nullable=True),
        sa.Column("percent", sa.BigInteger(), nullable=False),
        sa.Column("archived", sa.BigInteger(), nullable=False),
        sa.Column("approved_budget", sa.BigInteger(), nullable=True),
        sa.Column(
            "approved_currency", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True
        ),
        sa.Column("approved_starts_on", sa.BigInteger(), nullable=True),
        sa.Column("approved_finishes_on", sa.BigInteger(), nullable=True),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_measured_package")),
    )
    with op.batch_alter_table("measured_package", schema=None) as batch_op:
        batch_op.create_index(
            "ix_measured_package__project_id_effective_at", ["project_id", "effective_at"], unique=False
        )

    op.create_table(
        "measured_project",
        sa.Column(
            "project_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("approved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_measured_project")),
    )
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
    op.execute("DELETE FROM known_cost")
    op.execute(
        "DELETE FROM inbox_position WHERE consumer = 'finance.reactions' AND topic LIKE 'portolan.finance.%'"
    )


def downgrade() -> None:
    op.drop_table("measured_sum")
    op.drop_table("measured_span")
    op.drop_table("measured_project")
    with op.batch_alter_table("measured_package", schema=None) as batch_op:
        batch_op.drop_index("ix_measured_package__project_id_effective_at")

    op.drop_table("measured_package")
