"""who may see what"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_clock",
        sa.Column(
            "id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("mark", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_clock")),
    )
    op.create_table(
        "access_login",
        sa.Column(
            "id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column(
            "person_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("counts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_login")),
    )
    with op.batch_alter_table("access_login", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_login__hash"), ["hash"], unique=False)

    op.create_table(
        "access_membership",
        sa.Column(
            "id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("holder", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("role", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column(
            "node_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("starts_on", sa.BigInteger(), nullable=True),
        sa.Column("ends_on", sa.BigInteger(), nullable=True),
        sa.Column("counts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_membership")),
    )
    with op.batch_alter_table("access_membership", schema=None) as batch_op:
        batch_op.create_index("ix_access_membership__kind_holder", ["kind", "holder"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_membership__node_id"), ["node_id"], unique=False)

    op.create_table(
        "access_node",
        sa.Column(
            "id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column(
            "parent_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "other_parent_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=True,
        ),
        sa.Column("confidential", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_node")),
    )
    with op.batch_alter_table("access_node", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_access_node__other_parent_id"), ["other_parent_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_access_node__parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(
            "ix_access_node__where_confidential",
            ["id"],
            unique=False,
            sqlite_where=sa.text("confidential = 1"),
            postgresql_where=sa.text("confidential = 1"),
        )

    op.create_table(
        "identity",
        sa.Column(
            "id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("archived", sa.BigInteger(), nullable=False),
        sa.Column("external_source", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("external_id", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column(
            "person_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("issuer", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("subject", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint(
            "external_source", "external_id", name=op.f("uq_identity__external_source_external_id")
        ),
    )
    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identity__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_identity__issuer_id"), ["issuer", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_identity__person_id_id"), ["person_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_identity__subject_id"), ["subject", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_identity__updated_at_id"), ["updated_at", "id"], unique=False)
        batch_op.create_index(
            "uq_identity__live_issuer_subject",
            ["issuer", "subject"],
            unique=True,
            sqlite_where=sa.text("archived = 0"),
            postgresql_where=sa.text("archived = 0"),
        )

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "scope",
                sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
                nullable=True,
            )
        )

    op.execute("UPDATE outbox SET scope = key WHERE aggregate_type = 'allocation'")
    op.execute("UPDATE outbox SET scope = aggregate_id WHERE aggregate_type = 'org_unit'")


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("scope")

    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_identity__live_issuer_subject",
            sqlite_where=sa.text("archived = 0"),
            postgresql_where=sa.text("archived = 0"),
        )
        batch_op.drop_index(batch_op.f("ix_identity__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_identity__subject_id"))
        batch_op.drop_index(batch_op.f("ix_identity__person_id_id"))
        batch_op.drop_index(batch_op.f("ix_identity__issuer_id"))
        batch_op.drop_index(batch_op.f("ix_identity__created_at_id"))

    op.drop_table("identity")
    with op.batch_alter_table("access_node", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_access_node__where_confidential",
            sqlite_where=sa.text("confidential = 1"),
            postgresql_where=sa.text("confidential = 1"),
        )
        batch_op.drop_index(batch_op.f("ix_access_node__parent_id"))
        batch_op.drop_index(batch_op.f("ix_access_node__other_parent_id"))

    op.drop_table("access_node")
    with op.batch_alter_table("access_membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_membership__node_id"))
        batch_op.drop_index("ix_access_membership__kind_holder")

    op.drop_table("access_membership")
    with op.batch_alter_table("access_login", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_login__hash"))

    op.drop_table("access_login")
    op.drop_table("access_clock")
