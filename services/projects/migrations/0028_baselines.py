"""baselines and the day of milestones"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "baseline",
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
        sa.Column("name", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column(
            "schedule_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=True,
        ),
        sa.Column("finish_on", sa.BigInteger(), nullable=True),
        sa.Column("approved_on", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("search_text", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline")),
        sa.UniqueConstraint(
            "external_source", "external_id", name=op.f("uq_baseline__external_source_external_id")
        ),
    )
    with op.batch_alter_table("baseline", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_baseline__approved_on_id"), ["approved_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_baseline__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_baseline__finish_on_id"), ["finish_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_baseline__name_sort_id"), ["name_sort", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_baseline__project_id_id"), ["project_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_baseline__schedule_id_id"), ["schedule_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_baseline__state_id"), ["state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_baseline__updated_at_id"), ["updated_at", "id"], unique=False)

    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.add_column(sa.Column("baseline_on", sa.BigInteger(), nullable=True))
        batch_op.create_index(batch_op.f("ix_milestone__baseline_on_id"), ["baseline_on", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_milestone__baseline_on_id"))
        batch_op.drop_column("baseline_on")

    with op.batch_alter_table("baseline", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_baseline__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_baseline__state_id"))
        batch_op.drop_index(batch_op.f("ix_baseline__schedule_id_id"))
        batch_op.drop_index(batch_op.f("ix_baseline__project_id_id"))
        batch_op.drop_index(batch_op.f("ix_baseline__name_sort_id"))
        batch_op.drop_index(batch_op.f("ix_baseline__finish_on_id"))
        batch_op.drop_index(batch_op.f("ix_baseline__created_at_id"))
        batch_op.drop_index(batch_op.f("ix_baseline__approved_on_id"))

    op.drop_table("baseline")
