"""who may see what"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MEMBER = {
    "sqlite": "json_extract(payload, '$.state.{member}')",
    "postgresql": "(CAST(payload AS json) -> 'state' ->> '{member}')",
}
"""A member of the state in an event."""


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

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "scope",
                sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
                nullable=True,
            )
        )

    dialect = op.get_bind().dialect.name
    project, programme = (MEMBER[dialect].format(member=member) for member in ("project_id", "programme_id"))
    op.execute("UPDATE outbox SET scope = key WHERE aggregate_type IN ('register', 'risk')")
    op.execute(
        f"UPDATE outbox SET scope = COALESCE({project}, {programme}) WHERE aggregate_type = 'assessment'"
    )


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("scope")

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
