"""mails"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column(
            "person_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("state", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
    )
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail__expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail__person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_mail__state_due_at", ["state", "due_at"], unique=False)

    op.create_table(
        "mail_lease",
        sa.Column("id", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("holder", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_lease")),
    )
    op.create_table(
        "mail_login",
        sa.Column("hash", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column(
            "person_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("issuer", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("group_names", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_mail_login")),
    )
    with op.batch_alter_table("mail_login", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_login__expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "mail_notice",
        sa.Column("id", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column(
            "person_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("notification", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column(
            "aggregate_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=False),
        sa.Column("mail_id", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_notice")),
    )
    with op.batch_alter_table("mail_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_notice__expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_notice__mail_id"), ["mail_id"], unique=False)
        batch_op.create_index("ix_mail_notice__person_id_mail_id", ["person_id", "mail_id"], unique=False)

    op.create_table(
        "mail_preference",
        sa.Column(
            "person_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("cadence", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("language", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column(
            "failing",
            sa.Text(collation="C").with_variant(sa.Text(), "sqlite"),
            server_default="",
            nullable=False,
        ),
        sa.Column("failing_reply", sa.Text(), server_default="", nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_mail_preference")),
    )


def downgrade() -> None:
    op.drop_table("mail_preference")
    with op.batch_alter_table("mail_notice", schema=None) as batch_op:
        batch_op.drop_index("ix_mail_notice__person_id_mail_id")
        batch_op.drop_index(batch_op.f("ix_mail_notice__mail_id"))
        batch_op.drop_index(batch_op.f("ix_mail_notice__expires_at"))

    op.drop_table("mail_notice")
    with op.batch_alter_table("mail_login", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_login__expires_at"))

    op.drop_table("mail_login")
    op.drop_table("mail_lease")
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_index("ix_mail__state_due_at")
        batch_op.drop_index(batch_op.f("ix_mail__person_id"))
        batch_op.drop_index(batch_op.f("ix_mail__expires_at"))

    op.drop_table("mail")
