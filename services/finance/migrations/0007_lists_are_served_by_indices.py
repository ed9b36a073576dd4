"""Indices of what lists offer."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("actual_cost", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_actual_cost__project_id"))
        batch_op.drop_index(batch_op.f("ix_actual_cost__reverses_id"))
        batch_op.drop_index(batch_op.f("ix_actual_cost__updated_at"))
        batch_op.create_index(batch_op.f("ix_actual_cost__amount_id"), ["amount", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_actual_cost__contract_id_id"), ["contract_id", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_actual_cost__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_actual_cost__nature_id"), ["nature", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_actual_cost__posted_on_id"), ["posted_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_actual_cost__project_id_id"), ["project_id", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_actual_cost__reverses_id_id"), ["reverses_id", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_actual_cost__updated_at_id"), ["updated_at", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_actual_cost__work_package_id_id"), ["work_package_id", "id"], unique=False
        )

    with op.batch_alter_table("budget", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_budget__updated_at"))
        batch_op.create_index(batch_op.f("ix_budget__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_budget__currency_id"), ["currency", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_budget__updated_at_id"), ["updated_at", "id"], unique=False)

    with op.batch_alter_table("budget_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_budget_line__programme_id"))
        batch_op.drop_index(batch_op.f("ix_budget_line__project_id"))
        batch_op.drop_index(batch_op.f("ix_budget_line__updated_at"))
        batch_op.create_index(batch_op.f("ix_budget_line__amount_id"), ["amount", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_budget_line__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_budget_line__fiscal_year_id"), ["fiscal_year", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_budget_line__nature_id"), ["nature", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_budget_line__programme_id_id"), ["programme_id", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_budget_line__project_id_id"), ["project_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_budget_line__state_id"), ["state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_budget_line__updated_at_id"), ["updated_at", "id"], unique=False)

    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract__programme_id"))
        batch_op.drop_index(batch_op.f("ix_contract__project_id"))
        batch_op.drop_index(batch_op.f("ix_contract__updated_at"))
        batch_op.drop_index(batch_op.f("ix_contract__vendor_id"))
        batch_op.create_index(batch_op.f("ix_contract__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract__ends_on_id"), ["ends_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract__number_sort_id"), ["number_sort", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_contract__programme_id_id"), ["programme_id", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_contract__project_id_id"), ["project_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract__starts_on_id"), ["starts_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract__title_sort_id"), ["title_sort", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract__updated_at_id"), ["updated_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract__value_id"), ["value", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract__vendor_id_id"), ["vendor_id", "id"], unique=False)

    with op.batch_alter_table("forecast", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_forecast__project_id"))
        batch_op.drop_index(batch_op.f("ix_forecast__updated_at"))
        batch_op.create_index(
            batch_op.f("ix_forecast__at_completion_id"), ["at_completion", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_forecast__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_forecast__forecast_on_id"), ["forecast_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_forecast__project_id_id"), ["project_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_forecast__updated_at_id"), ["updated_at", "id"], unique=False)

    with op.batch_alter_table("performance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_performance__updated_at"))
        batch_op.create_index(batch_op.f("ix_performance__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_performance__currency_id"), ["currency", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_performance__updated_at_id"), ["updated_at", "id"], unique=False)

    with op.batch_alter_table("vendor", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vendor__updated_at"))
        batch_op.create_index(batch_op.f("ix_vendor__country_id"), ["country", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vendor__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vendor__name_sort_id"), ["name_sort", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vendor__updated_at_id"), ["updated_at", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("vendor", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vendor__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_vendor__name_sort_id"))
        batch_op.drop_index(batch_op.f("ix_vendor__created_at_id"))
        batch_op.drop_index(batch_op.f("ix_vendor__country_id"))
        batch_op.create_index(batch_op.f("ix_vendor__updated_at"), ["updated_at"], unique=False)

    with op.batch_alter_table("performance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_performance__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_performance__currency_id"))
        batch_op.drop_index(batch_op.f("ix_performance__created_at_id"))
        batch_op.create_index(batch_op.f("ix_performance__updated_at"), ["updated_at"], unique=False)

    with op.batch_alter_table("forecast", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_forecast__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_forecast__project_id_id"))
        batch_op.drop_index(batch_op.f("ix_forecast__forecast_on_id"))
        batch_op.drop_index(batch_op.f("ix_forecast__created_at_id"))
        batch_op.drop_index(batch_op.f("ix_forecast__at_completion_id"))
        batch_op.create_index(batch_op.f("ix_forecast__updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_forecast__project_id"), ["project_id"], unique=False)

    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract__vendor_id_id"))
        batch_op.drop_index(batch_op.f("ix_contract__value_id"))
        batch_op.drop_index(batch_op.f("ix_contract__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_contract__title_sort_id"))
        batch_op.drop_index(batch_op.f("ix_contract__starts_on_id"))
        batch_op.drop_index(batch_op.f("ix_contract__project_id_id"))
        batch_op.drop_index(batch_op.f("ix_contract__programme_id_id"))
        batch_op.drop_index(batch_op.f("ix_contract__number_sort_id"))
        batch_op.drop_index(batch_op.f("ix_contract__ends_on_id"))
        batch_op.drop_index(batch_op.f("ix_contract__created_at_id"))
        batch_op.create_index(batch_op.f("ix_contract__vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract__updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract__project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract__programme_id"), ["programme_id"], unique=False)

    with op.batch_alter_table("budget_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_budget_line__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_budget_line__state_id"))
        batch_op.drop_index(batch_op.f("ix_budget_line__project_id_id"))
        batch_op.drop_index(batch_op.f("ix_budget_line__programme_id_id"))
        batch_op.drop_index(batch_op.f("ix_budget_line__nature_id"))
        batch_op.drop_index(batch_op.f("ix_budget_line__fiscal_year_id"))
        batch_op.drop_index(batch_op.f("ix_budget_line__created_at_id"))
        batch_op.drop_index(batch_op.f("ix_budget_line__amount_id"))
        batch_op.create_index(batch_op.f("ix_budget_line__updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_budget_line__project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_budget_line__programme_id"), ["programme_id"], unique=False)

    with op.batch_alter_table("budget", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_budget__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_budget__currency_id"))
        batch_op.drop_index(batch_op.f("ix_budget__created_at_id"))
        batch_op.create_index(batch_op.f("ix_budget__updated_at"), ["updated_at"], unique=False)

    with op.batch_alter_table("actual_cost", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_actual_cost__work_package_id_id"))
        batch_op.drop_index(batch_op.f("ix_actual_cost__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_actual_cost__reverses_id_id"))
        batch_op.drop_index(batch_op.f("ix_actual_cost__project_id_id"))
        batch_op.drop_index(batch_op.f("ix_actual_cost__posted_on_id"))
        batch_op.drop_index(batch_op.f("ix_actual_cost__nature_id"))
        batch_op.drop_index(batch_op.f("ix_actual_cost__created_at_id"))
        batch_op.drop_index(batch_op.f("ix_actual_cost__contract_id_id"))
        batch_op.drop_index(batch_op.f("ix_actual_cost__amount_id"))
        batch_op.create_index(batch_op.f("ix_actual_cost__updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_actual_cost__reverses_id"), ["reverses_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_actual_cost__project_id"), ["project_id"], unique=False)
