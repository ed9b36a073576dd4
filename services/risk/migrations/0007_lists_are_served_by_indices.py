"""Indices of what lists offer."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assessment__programme_id"))
        batch_op.drop_index(batch_op.f("ix_assessment__project_id"))
        batch_op.drop_index(batch_op.f("ix_assessment__updated_at"))
        batch_op.create_index(batch_op.f("ix_assessment__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_assessment__programme_id_id"), ["programme_id", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_assessment__project_id_id"), ["project_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment__rated_on_id"), ["rated_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment__rating_id"), ["rating", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment__updated_at_id"), ["updated_at", "id"], unique=False)

    with op.batch_alter_table("register", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register__updated_at"))
        batch_op.create_index(batch_op.f("ix_register__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_register__updated_at_id"), ["updated_at", "id"], unique=False)

    with op.batch_alter_table("risk", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_risk__owner_id"))
        batch_op.drop_index(batch_op.f("ix_risk__project_id"))
        batch_op.drop_index(batch_op.f("ix_risk__updated_at"))
        batch_op.create_index(batch_op.f("ix_risk__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_risk__impact_id"), ["impact", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_risk__kind_id"), ["kind", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_risk__owner_id_id"), ["owner_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_risk__probability_id"), ["probability", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_risk__project_id_id"), ["project_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_risk__score_id"), ["score", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_risk__state_id"), ["state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_risk__title_sort_id"), ["title_sort", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_risk__updated_at_id"), ["updated_at", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("risk", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_risk__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_risk__title_sort_id"))
        batch_op.drop_index(batch_op.f("ix_risk__state_id"))
        batch_op.drop_index(batch_op.f("ix_risk__score_id"))
        batch_op.drop_index(batch_op.f("ix_risk__project_id_id"))
        batch_op.drop_index(batch_op.f("ix_risk__probability_id"))
        batch_op.drop_index(batch_op.f("ix_risk__owner_id_id"))
        batch_op.drop_index(batch_op.f("ix_risk__kind_id"))
        batch_op.drop_index(batch_op.f("ix_risk__impact_id"))
        batch_op.drop_index(batch_op.f("ix_risk__created_at_id"))
        batch_op.create_index(batch_op.f("ix_risk__updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_risk__project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_risk__owner_id"), ["owner_id"], unique=False)

    with op.batch_alter_table("register", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_register__created_at_id"))
        batch_op.create_index(batch_op.f("ix_register__updated_at"), ["updated_at"], unique=False)

    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assessment__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_assessment__rating_id"))
        batch_op.drop_index(batch_op.f("ix_assessment__rated_on_id"))
        batch_op.drop_index(batch_op.f("ix_assessment__project_id_id"))
        batch_op.drop_index(batch_op.f("ix_assessment__programme_id_id"))
        batch_op.drop_index(batch_op.f("ix_assessment__created_at_id"))
        batch_op.create_index(batch_op.f("ix_assessment__updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment__project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment__programme_id"), ["programme_id"], unique=False)
