"""what projects are measured by

A project that was approved before there were baselines keeps the plan of that day as its basis until its first one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "measured_baseline",
        sa.Column(
            "project_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("approved_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "baseline_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("project_id", "approved_at", name=op.f("pk_measured_baseline")),
    )
    op.execute(
        "INSERT INTO measured_baseline (project_id, approved_at, baseline_id)"
        " SELECT project_id, approved_at, NULL FROM measured_project"
    )
    op.drop_table("measured_project")


def downgrade() -> None:
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
    op.execute(
        "INSERT INTO measured_project (project_id, approved_at)"
        " SELECT project_id, approved_at FROM measured_baseline WHERE baseline_id IS NULL"
    )
    op.drop_table("measured_baseline")
