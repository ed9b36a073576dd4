"""each node that one names: the copies are filled again from the history"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ID = sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite")
KIND = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    _replace("id", "names")


def downgrade() -> None:
    _replace("id")


def _replace(*key: str) -> None:
    with op.batch_alter_table("known_naming", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_known_naming__lies_in"))
        batch_op.drop_index(batch_op.f("ix_known_naming__names"))
    op.drop_table("known_naming")
    op.create_table(
        "known_naming",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("lies_in", ID, nullable=False),
        sa.Column("names", ID, nullable=False),
        sa.Column("archived", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_known_naming")),
    )
    with op.batch_alter_table("known_naming", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_known_naming__lies_in"), ["lies_in"], unique=False)
        batch_op.create_index(batch_op.f("ix_known_naming__names"), ["names"], unique=False)
