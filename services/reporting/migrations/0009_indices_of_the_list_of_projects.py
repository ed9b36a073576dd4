"""indices of the list of projects"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("figures", schema=None) as batch_op:
        batch_op.create_index("ix_figures__code_sort_project_id", ["code_sort", "project_id"], unique=False)
        batch_op.create_index(
            "ix_figures__currency_actual_project_id",
            ["currency", "actual", "project_id"],
            unique=False,
            sqlite_where=sa.text("actual IS NOT NULL"),
            postgresql_where=sa.text("actual IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_figures__currency_forecast_project_id",
            ["currency", "forecast", "project_id"],
            unique=False,
            sqlite_where=sa.text("forecast IS NOT NULL"),
            postgresql_where=sa.text("forecast IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_figures__currency_planned_project_id",
            ["currency", "planned", "project_id"],
            unique=False,
            sqlite_where=sa.text("planned IS NOT NULL"),
            postgresql_where=sa.text("planned IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_figures__currency_variance_project_id",
            ["currency", "variance", "project_id"],
            unique=False,
            sqlite_where=sa.text("variance IS NOT NULL"),
            postgresql_where=sa.text("variance IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_figures__external_id_project_id",
            ["external_id", "project_id"],
            unique=False,
            sqlite_where=sa.text("external_id IS NOT NULL"),
            postgresql_where=sa.text("external_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_figures__external_source_project_id",
            ["external_source", "project_id"],
            unique=False,
            sqlite_where=sa.text("external_source IS NOT NULL"),
            postgresql_where=sa.text("external_source IS NOT NULL"),
        )
        batch_op.create_index("ix_figures__from_day", ["from_day"], unique=False)
        batch_op.create_index("ix_figures__name_sort_project_id", ["name_sort", "project_id"], unique=False)
        batch_op.create_index(
            "ix_figures__planned_finish_project_id", ["planned_finish", "project_id"], unique=False
        )
        batch_op.create_index(
            "ix_figures__programme_id_project_id",
            ["programme_id", "project_id"],
            unique=False,
            sqlite_where=sa.text("programme_id IS NOT NULL"),
            postgresql_where=sa.text("programme_id IS NOT NULL"),
        )
        batch_op.create_index("ix_figures__stage_project_id", ["stage", "project_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("figures", schema=None) as batch_op:
        batch_op.drop_index("ix_figures__stage_project_id")
        batch_op.drop_index(
            "ix_figures__programme_id_project_id",
            sqlite_where=sa.text("programme_id IS NOT NULL"),
            postgresql_where=sa.text("programme_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_figures__planned_finish_project_id")
        batch_op.drop_index("ix_figures__name_sort_project_id")
        batch_op.drop_index("ix_figures__from_day")
        batch_op.drop_index(
            "ix_figures__external_source_project_id",
            sqlite_where=sa.text("external_source IS NOT NULL"),
            postgresql_where=sa.text("external_source IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_figures__external_id_project_id",
            sqlite_where=sa.text("external_id IS NOT NULL"),
            postgresql_where=sa.text("external_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_figures__currency_variance_project_id",
            sqlite_where=sa.text("variance IS NOT NULL"),
            postgresql_where=sa.text("variance IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_figures__currency_planned_project_id",
            sqlite_where=sa.text("planned IS NOT NULL"),
            postgresql_where=sa.text("planned IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_figures__currency_forecast_project_id",
            sqlite_where=sa.text("forecast IS NOT NULL"),
            postgresql_where=sa.text("forecast IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_figures__currency_actual_project_id",
            sqlite_where=sa.text("actual IS NOT NULL"),
            postgresql_where=sa.text("actual IS NOT NULL"),
        )
        batch_op.drop_index("ix_figures__code_sort_project_id")
