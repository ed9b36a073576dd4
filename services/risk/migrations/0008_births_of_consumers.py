"""births of consumers"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
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
    op.create_table(
        "known_person",
        sa.Column(
            "id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("archived", sa.BigInteger(), nullable=False),
        sa.Column("erased", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_person")),
    )
    with op.batch_alter_table("inbox_position", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reacted", sa.BigInteger(), server_default="0", nullable=False))

    with op.batch_alter_table("known_programme", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.BigInteger(), server_default="0", nullable=False))

    # its reactions have followed from the start; the copies are filled anew, since members were added to them
    op.execute("INSERT INTO birth VALUES ('risk.reactions', 'projects', 0, '')")


def downgrade() -> None:
    with op.batch_alter_table("known_programme", schema=None) as batch_op:
        batch_op.drop_column("version")

    with op.batch_alter_table("inbox_position", schema=None) as batch_op:
        batch_op.drop_column("reacted")

    op.drop_table("known_person")
    op.drop_table("birth")
