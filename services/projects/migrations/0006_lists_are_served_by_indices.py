"""Indices of what lists offer."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("portfolio", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio__parent_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio__updated_at"))
        batch_op.create_index(batch_op.f("ix_portfolio__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio__name_sort_id"), ["name_sort", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio__owner_id_id"), ["owner_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio__parent_id_id"), ["parent_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio__updated_at_id"), ["updated_at", "id"], unique=False)

    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme__portfolio_id"))
        batch_op.drop_index(batch_op.f("ix_programme__updated_at"))
        batch_op.create_index(batch_op.f("ix_programme__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_programme__manager_id_id"), ["manager_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_programme__name_sort_id"), ["name_sort", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_programme__portfolio_id_id"), ["portfolio_id", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_programme__updated_at_id"), ["updated_at", "id"], unique=False)

    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project__portfolio_id"))
        batch_op.drop_index(batch_op.f("ix_project__programme_id"))
        batch_op.drop_index(batch_op.f("ix_project__stage"))
        batch_op.drop_index(batch_op.f("ix_project__updated_at"))
        batch_op.create_index(batch_op.f("ix_project__code_sort_id"), ["code_sort", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_project__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_project__manager_id_id"), ["manager_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_project__name_sort_id"), ["name_sort", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_project__planned_finish_on_id"), ["planned_finish_on", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_project__planned_start_on_id"), ["planned_start_on", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_project__portfolio_id_id"), ["portfolio_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_project__programme_id_id"), ["programme_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_project__stage_id"), ["stage", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_project__updated_at_id"), ["updated_at", "id"], unique=False)

    with op.batch_alter_table("work_package", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_package__parent_id"))
        batch_op.drop_index(batch_op.f("ix_work_package__updated_at"))
        batch_op.create_index(
            batch_op.f("ix_work_package__created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_work_package__name_sort_id"), ["name_sort", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_package__parent_id_id"), ["parent_id", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_work_package__percent_complete_id"), ["percent_complete", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_work_package__project_id_id"), ["project_id", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_work_package__state_id"), ["state", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_work_package__updated_at_id"), ["updated_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_work_package__wbs_sort_id"), ["wbs_sort", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("work_package", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_package__wbs_sort_id"))
        batch_op.drop_index(batch_op.f("ix_work_package__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_work_package__state_id"))
        batch_op.drop_index(batch_op.f("ix_work_package__project_id_id"))
        batch_op.drop_index(batch_op.f("ix_work_package__percent_complete_id"))
        batch_op.drop_index(batch_op.f("ix_work_package__parent_id_id"))
        batch_op.drop_index(batch_op.f("ix_work_package__name_sort_id"))
        batch_op.drop_index(batch_op.f("ix_work_package__created_at_id"))
        batch_op.create_index(batch_op.f("ix_work_package__updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_package__parent_id"), ["parent_id"], unique=False)

    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_project__stage_id"))
        batch_op.drop_index(batch_op.f("ix_project__programme_id_id"))
        batch_op.drop_index(batch_op.f("ix_project__portfolio_id_id"))
        batch_op.drop_index(batch_op.f("ix_project__planned_start_on_id"))
        batch_op.drop_index(batch_op.f("ix_project__planned_finish_on_id"))
        batch_op.drop_index(batch_op.f("ix_project__name_sort_id"))
        batch_op.drop_index(batch_op.f("ix_project__manager_id_id"))
        batch_op.drop_index(batch_op.f("ix_project__created_at_id"))
        batch_op.drop_index(batch_op.f("ix_project__code_sort_id"))
        batch_op.create_index(batch_op.f("ix_project__updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_project__stage"), ["stage"], unique=False)
        batch_op.create_index(batch_op.f("ix_project__programme_id"), ["programme_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_project__portfolio_id"), ["portfolio_id"], unique=False)

    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_programme__portfolio_id_id"))
        batch_op.drop_index(batch_op.f("ix_programme__name_sort_id"))
        batch_op.drop_index(batch_op.f("ix_programme__manager_id_id"))
        batch_op.drop_index(batch_op.f("ix_programme__created_at_id"))
        batch_op.create_index(batch_op.f("ix_programme__updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_programme__portfolio_id"), ["portfolio_id"], unique=False)

    with op.batch_alter_table("portfolio", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio__parent_id_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio__owner_id_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio__name_sort_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio__created_at_id"))
        batch_op.create_index(batch_op.f("ix_portfolio__updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio__parent_id"), ["parent_id"], unique=False)
