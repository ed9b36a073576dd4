"""calendars"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar",
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
            nullable=True,
        ),
        sa.Column("name", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("country", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("region", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column(
            "based_on_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=True,
        ),
        sa.Column("name_sort", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("search_text", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
        sa.UniqueConstraint(
            "external_source", "external_id", name=op.f("uq_calendar__external_source_external_id")
        ),
    )
    with op.batch_alter_table("calendar", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar__based_on_id_id"), ["based_on_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar__country_id"), ["country", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar__name_sort_id"), ["name_sort", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar__project_id_id"), ["project_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar__region_id"), ["region", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar__updated_at_id"), ["updated_at", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("calendar", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_calendar__region_id"))
        batch_op.drop_index(batch_op.f("ix_calendar__project_id_id"))
        batch_op.drop_index(batch_op.f("ix_calendar__name_sort_id"))
        batch_op.drop_index(batch_op.f("ix_calendar__created_at_id"))
        batch_op.drop_index(batch_op.f("ix_calendar__country_id"))
        batch_op.drop_index(batch_op.f("ix_calendar__based_on_id_id"))

    op.drop_table("calendar")
