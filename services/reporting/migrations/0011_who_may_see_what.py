"""who may see what

Of the states of before it is not stored in what they lie: the projection is emptied, and the consumer folds its sources
from their beginning.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

PROJECTION = (
    "history",
    "current_state",
    "figures",
    "figures_turn",
    "measured_sum",
    "measured_span",
    "portfolio_difference",
    "portfolio_limits",
    "portfolio_standing",
    "project_text",
    "totals_clock",
)
OF_THE_CONSUMER = ("inbox_position", "dead_letter", "parked")


def upgrade() -> None:
    for table in PROJECTION:
        op.execute(f"DELETE FROM {table}")
    for table in OF_THE_CONSUMER:
        op.execute(f"DELETE FROM {table} WHERE consumer = 'reporting.projection'")
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

    with op.batch_alter_table("browser_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("group_names", sa.Text(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("bounds", sa.Text(), nullable=True))

    with op.batch_alter_table("current_state", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "scope",
                sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
                nullable=True,
            )
        )

    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "scope",
                sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
                nullable=True,
            )
        )

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "scope",
                sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
                nullable=True,
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("scope")

    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.drop_column("scope")

    with op.batch_alter_table("current_state", schema=None) as batch_op:
        batch_op.drop_column("scope")

    with op.batch_alter_table("browser_session", schema=None) as batch_op:
        batch_op.drop_column("bounds")
        batch_op.drop_column("group_names")

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
