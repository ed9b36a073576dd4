"""what becomes due"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "almanac",
        sa.Column(
            "id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("kind", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_almanac")),
    )
    op.create_table(
        "due",
        sa.Column(
            "id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("kind", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("aggregate_type", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column(
            "aggregate_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "scope",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=True,
        ),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("stands", sa.BigInteger(), nullable=False),
        sa.Column("fired_for", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fired_at", sa.BigInteger(), nullable=True),
        sa.Column("fired_version", sa.BigInteger(), nullable=True),
        sa.Column("retry_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due")),
    )
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_due__aggregate_id"), ["aggregate_id"], unique=False)
        batch_op.create_index("ix_due__due_at_id", ["due_at", "id"], unique=False)
        batch_op.create_index(
            "ix_due__waiting",
            ["due_at", "id"],
            unique=False,
            sqlite_where=sa.text("stands = 1 AND due_at <> fired_for"),
            postgresql_where=sa.text("stands = 1 AND due_at <> fired_for"),
        )

    op.create_table(
        "due_kind",
        sa.Column("kind", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("declaration", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_due_kind")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("holder", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.add_column(sa.Column("notice_on", sa.BigInteger(), nullable=True))
        batch_op.create_index(batch_op.f("ix_contract__notice_on_id"), ["notice_on", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract__notice_on_id"))
        batch_op.drop_column("notice_on")

    op.drop_table("lease")
    op.drop_table("due_kind")
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_due__waiting",
            sqlite_where=sa.text("stands = 1 AND due_at <> fired_for"),
            postgresql_where=sa.text("stands = 1 AND due_at <> fired_for"),
        )
        batch_op.drop_index("ix_due__due_at_id")
        batch_op.drop_index(batch_op.f("ix_due__aggregate_id"))

    op.drop_table("due")
    op.drop_table("almanac")
