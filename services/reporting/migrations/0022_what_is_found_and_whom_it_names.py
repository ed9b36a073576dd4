"""what is found and whom it names

Both follow from what was folded before: the projection is emptied, and the consumer folds its sources from their beginning.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


PROJECTION = (
    "history",
    "current_state",
    "figures",
    "figures_turn",
    "project_text",
    "measured_sum",
    "measured_span",
    "portfolio_difference",
    "portfolio_limits",
    "portfolio_standing",
    "totals_clock",
)
OF_THE_CONSUMER = ("inbox_position", "dead_letter", "parked")


def upgrade() -> None:
    for table in PROJECTION:
        op.execute(f"DELETE FROM {table}")
    for table in OF_THE_CONSUMER:
        op.execute(f"DELETE FROM {table} WHERE consumer = 'reporting.projection'")
    op.create_table(
        "directory",
        sa.Column(
            "aggregate_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("code", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("state", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("archived", sa.BigInteger(), nullable=False),
        sa.Column(
            "scope",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "scope_2",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "scope_3",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "scope_4",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=True,
        ),
        sa.Column("code_key", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("external_key", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("name_key", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("search_text", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("personal_text", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("aggregate_id", name=op.f("pk_directory")),
    )
    with op.batch_alter_table("directory", schema=None) as batch_op:
        batch_op.create_index(
            "ix_directory__archived_code_key", ["archived", "code_key", "aggregate_id"], unique=False
        )
        batch_op.create_index(
            "ix_directory__archived_external_key", ["archived", "external_key", "aggregate_id"], unique=False
        )
        batch_op.create_index(
            "ix_directory__archived_name_key", ["archived", "name_key", "aggregate_id"], unique=False
        )
        batch_op.create_index(
            "ix_directory__kind_archived_name_key",
            ["kind", "archived", "name_key", "aggregate_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_directory__personal_text",
            ["kind", "personal_text"],
            unique=False,
            sqlite_where=sa.text("personal_text <> ''"),
            postgresql_where=sa.text("personal_text <> ''"),
        )
        batch_op.create_index(
            "ix_directory__kind_state", ["kind", "state", "archived", "since", "aggregate_id"], unique=False
        )

    op.create_table(
        "directory_person",
        sa.Column(
            "person_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("kind", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("member", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column(
            "aggregate_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "person_id", "kind", "member", "aggregate_id", name=op.f("pk_directory_person")
        ),
    )
    with op.batch_alter_table("directory_person", schema=None) as batch_op:
        batch_op.create_index("ix_directory_person__aggregate_id", ["aggregate_id"], unique=False)

    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index("ix_history__scope_recorded_at", ["scope", "recorded_at"], unique=False)
    op.create_table(
        "home",
        sa.Column("login", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("before_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("pinned", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_home")),
    )
    with op.batch_alter_table("home", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_home__expires_at"), ["expires_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("home", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_home__expires_at"))

    op.drop_table("home")
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.drop_index("ix_history__scope_recorded_at")
    with op.batch_alter_table("directory_person", schema=None) as batch_op:
        batch_op.drop_index("ix_directory_person__aggregate_id")

    op.drop_table("directory_person")
    with op.batch_alter_table("directory", schema=None) as batch_op:
        batch_op.drop_index("ix_directory__kind_state")
        batch_op.drop_index("ix_directory__personal_text")
        batch_op.drop_index("ix_directory__kind_archived_name_key")
        batch_op.drop_index("ix_directory__archived_name_key")
        batch_op.drop_index("ix_directory__archived_external_key")
        batch_op.drop_index("ix_directory__archived_code_key")

    op.drop_table("directory")
