"""Personal access tokens, and when they were used."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_token",
        sa.Column(
            "id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("issuer", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("subject", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("group_names", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
    )
    with op.batch_alter_table("access_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_token__hash"), ["hash"], unique=False)
        batch_op.create_index("ix_access_token__issuer_subject", ["issuer", "subject"], unique=False)

    op.create_table(
        "access_token_use",
        sa.Column(
            "id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token_use")),
    )
    with op.batch_alter_table("access_token_use", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_token_use__expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "personal_token",
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
        sa.Column("name", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("issuer", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("subject", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_token")),
        sa.UniqueConstraint(
            "external_source", "external_id", name=op.f("uq_personal_token__external_source_external_id")
        ),
    )
    with op.batch_alter_table("personal_token", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_personal_token__created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_personal_token__issuer_id"), ["issuer", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_personal_token__name_sort_id"), ["name_sort", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_personal_token__subject_id"), ["subject", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_personal_token__updated_at_id"), ["updated_at", "id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("personal_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_personal_token__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_personal_token__subject_id"))
        batch_op.drop_index(batch_op.f("ix_personal_token__name_sort_id"))
        batch_op.drop_index(batch_op.f("ix_personal_token__issuer_id"))
        batch_op.drop_index(batch_op.f("ix_personal_token__created_at_id"))

    op.drop_table("personal_token")
    with op.batch_alter_table("access_token_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_token_use__expires_at"))

    op.drop_table("access_token_use")
    with op.batch_alter_table("access_token", schema=None) as batch_op:
        batch_op.drop_index("ix_access_token__issuer_subject")
        batch_op.drop_index(batch_op.f("ix_access_token__hash"))

    op.drop_table("access_token")
