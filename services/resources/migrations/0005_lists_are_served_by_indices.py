"""Indices of what lists offer."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_allocation__project_id"))
        batch_op.drop_index(batch_op.f("ix_allocation__updated_at"))
        batch_op.create_index(batch_op.f("ix_allocation__commitment_id"), ["commitment", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_allocation__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_allocation__ends_on_id"), ["ends_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_allocation__percent_id"), ["percent", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_allocation__person_id_id"), ["person_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_allocation__project_id_id"), ["project_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_allocation__starts_on_id"), ["starts_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_allocation__state_id"), ["state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_allocation__updated_at_id"), ["updated_at", "id"], unique=False)

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person__org_unit"))
        batch_op.drop_index(batch_op.f("ix_person__updated_at"))
        batch_op.drop_index(batch_op.f("ix_person__vendor_id"))
        batch_op.create_index(batch_op.f("ix_person__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person__email_id"), ["email", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person__employment_id"), ["employment", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person__location_id"), ["location", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person__name_sort_id"), ["name_sort", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_person__org_unit_sort_id"), ["org_unit_sort", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_person__role_id"), ["role", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person__updated_at_id"), ["updated_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person__vendor_id_id"), ["vendor_id", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person__vendor_id_id"))
        batch_op.drop_index(batch_op.f("ix_person__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_person__role_id"))
        batch_op.drop_index(batch_op.f("ix_person__org_unit_sort_id"))
        batch_op.drop_index(batch_op.f("ix_person__name_sort_id"))
        batch_op.drop_index(batch_op.f("ix_person__location_id"))
        batch_op.drop_index(batch_op.f("ix_person__employment_id"))
        batch_op.drop_index(batch_op.f("ix_person__email_id"))
        batch_op.drop_index(batch_op.f("ix_person__created_at_id"))
        batch_op.create_index(batch_op.f("ix_person__vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person__updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_person__org_unit"), ["org_unit"], unique=False)

    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_allocation__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_allocation__state_id"))
        batch_op.drop_index(batch_op.f("ix_allocation__starts_on_id"))
        batch_op.drop_index(batch_op.f("ix_allocation__project_id_id"))
        batch_op.drop_index(batch_op.f("ix_allocation__person_id_id"))
        batch_op.drop_index(batch_op.f("ix_allocation__percent_id"))
        batch_op.drop_index(batch_op.f("ix_allocation__ends_on_id"))
        batch_op.drop_index(batch_op.f("ix_allocation__created_at_id"))
        batch_op.drop_index(batch_op.f("ix_allocation__commitment_id"))
        batch_op.create_index(batch_op.f("ix_allocation__updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_allocation__project_id"), ["project_id"], unique=False)
