"""days late by an index

The new columns follow from the other members of the same row, so the projection stays as it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COLUMNS = ("finish_fixed", "finish_due", "start_fixed", "start_due")
FILL = """
UPDATE figures SET
    finish_fixed = CASE
        WHEN actual_finish IS NOT NULL THEN planned_finish - actual_finish
        WHEN stage NOT IN ('closed', 'discontinued') THEN planned_finish - forecast_finish END,
    finish_due = CASE
        WHEN actual_finish IS NOT NULL OR stage IN ('closed', 'discontinued') THEN NULL
        WHEN forecast_finish IS NULL AND actual_start IS NULL AND stage = 'approved' AND planned_start < planned_finish
            THEN planned_start
        ELSE planned_finish END,
    start_fixed = CASE
        WHEN actual_start IS NOT NULL THEN planned_start - actual_start
        WHEN stage = 'approved' THEN planned_start - forecast_start END,
    start_due = CASE WHEN actual_start IS NULL AND stage = 'approved' THEN planned_start END
"""


def upgrade() -> None:
    with op.batch_alter_table("figures", schema=None) as batch_op:
        for column in COLUMNS:
            batch_op.add_column(sa.Column(column, sa.BigInteger(), nullable=True))
    op.execute(FILL)
    with op.batch_alter_table("figures", schema=None) as batch_op:
        for column in COLUMNS:
            batch_op.create_index(
                f"ix_figures__{column}_project_id",
                [column, "project_id", f"forecast_{column.partition('_')[0]}"],
                unique=False,
                sqlite_where=sa.text(f"{column} IS NOT NULL"),
                postgresql_where=sa.text(f"{column} IS NOT NULL"),
            )


def downgrade() -> None:
    with op.batch_alter_table("figures", schema=None) as batch_op:
        for column in COLUMNS:
            batch_op.drop_index(f"ix_figures__{column}_project_id")
            batch_op.drop_column(column)
