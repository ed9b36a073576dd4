"""what is due by where it lies"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.create_index("ix_due__scope_due_at", ["scope", "due_at", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.drop_index("ix_due__scope_due_at")
