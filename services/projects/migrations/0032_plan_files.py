"""plan files"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_file",
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
            "project_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("filename", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("format", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("filename_sort", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("search_text", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_file")),
        sa.UniqueConstraint(
            "external_source", "external_id", name=op.f("uq_plan_file__external_source_external_id")
        ),
    )
    with op.batch_alter_table("plan_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_file__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_plan_file__filename_sort_id"), ["filename_sort", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_plan_file__format_id"), ["format", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_file__project_id_id"), ["project_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_file__updated_at_id"), ["updated_at", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("plan_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_file__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_plan_file__project_id_id"))
        batch_op.drop_index(batch_op.f("ix_plan_file__format_id"))
        batch_op.drop_index(batch_op.f("ix_plan_file__filename_sort_id"))
        batch_op.drop_index(batch_op.f("ix_plan_file__created_at_id"))

    op.drop_table("plan_file")
