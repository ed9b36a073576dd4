"""Tokens that an issuer gave for a session, sealed, and what its holder is shown of it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("browser_session", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "id",
                sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
                server_default="",
                nullable=False,
            )
        )
        batch_op.add_column(
            sa.Column(
                "session_id",
                sa.Text(collation="C").with_variant(sa.Text(), "sqlite"),
                server_default="",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("begun_at", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("seen_at", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("agent", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("sealed", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("tokens_end_at", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("renewing_until", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("browser_session", schema=None) as batch_op:
        batch_op.drop_column("renewing_until")
        batch_op.drop_column("tokens_end_at")
        batch_op.drop_column("sealed")
        batch_op.drop_column("agent")
        batch_op.drop_column("seen_at")
        batch_op.drop_column("begun_at")
        batch_op.drop_column("session_id")
        batch_op.drop_column("id")
