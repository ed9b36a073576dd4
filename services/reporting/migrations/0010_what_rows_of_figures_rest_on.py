"""what rows of figures rest on

The rows of a store of before do not say it: the projection is emptied, and the consumer folds its sources from their
beginning. The index of `q` is no longer over rows of days, but over the names of projects.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

PROJECTION = (
    "history",
    "current_state",
    "figures",
    "figures_turn",
    "measured_sum",
    "measured_span",
    "portfolio_difference",
    "portfolio_limits",
    "portfolio_standing",
    "totals_clock",
)
OF_THE_CONSUMER = ("inbox_position", "dead_letter", "parked")


def upgrade() -> None:
    for table in PROJECTION:
        op.execute(f"DELETE FROM {table}")
    for table in OF_THE_CONSUMER:
        op.execute(f"DELETE FROM {table} WHERE consumer = 'reporting.projection'")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX IF EXISTS figures__search")
    op.create_table(
        "project_text",
        sa.Column(
            "project_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("search_text", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "search_text", name=op.f("pk_project_text")),
    )
    with op.batch_alter_table("figures", schema=None) as batch_op:
        batch_op.add_column(sa.Column("basis", sa.Text(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("figures", schema=None) as batch_op:
        batch_op.drop_column("basis")
    op.drop_table("project_text")
