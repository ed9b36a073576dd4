"""births of consumers"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "birth",
        sa.Column("consumer", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("source", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("copies", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "source", name=op.f("pk_birth")),
    )
    with op.batch_alter_table("inbox_position", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reacted", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("inbox_position", schema=None) as batch_op:
        batch_op.drop_column("reacted")

    op.drop_table("birth")
