"""The outbox of mails, and what is known of their recipients. No rebuild touches any of it."""

from sqlalchemy import BigInteger, Text

from services.reporting.tables import Model
from shared.store.columns import ID, KEY, Field, Index


class NoticeRow(Model, table=True):
    """One fact for one recipient. It names the aggregate and says nothing of it: that is read when the mail is sent."""

    __tablename__ = "mail_notice"
    __table_args__ = (Index("ix_mail_notice__person_id_mail_id", "person_id", "mail_id"),)

    id: str = Field(sa_type=KEY, primary_key=True)
    person_id: str = Field(sa_type=ID)
    notification: str = Field(sa_type=KEY)
    aggregate_id: str = Field(sa_type=ID)
    version: int = Field(sa_type=BigInteger)
    actor: str = Field(sa_type=KEY)
    recorded_at: int = Field(sa_type=BigInteger)
    queued_at: int = Field(sa_type=BigInteger)
    mail_id: str | None = Field(sa_type=KEY, default=None, index=True)
    expires_at: int = Field(sa_type=BigInteger, index=True)


class MailRow(Model, table=True):
    """One mail: it holds the notices that name it. Its text is not kept, and of its address a hash."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail__state_due_at", "state", "due_at"),)

    id: str = Field(sa_type=KEY, primary_key=True)
    person_id: str = Field(sa_type=ID, index=True)
    state: str = Field(sa_type=KEY)
    attempts: int = Field(sa_type=BigInteger)
    due_at: int = Field(sa_type=BigInteger)
    reply: str = Field(sa_type=Text)
    address_hash: str = Field(sa_type=KEY)
    queued_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger, index=True)


class PreferenceRow(Model, table=True):
    """How a person wants to be written to, and whether their address fails. Of that only a hash is kept."""

    __tablename__ = "mail_preference"

    person_id: str = Field(sa_type=ID, primary_key=True)
    cadence: str = Field(sa_type=KEY)
    language: str | None = Field(sa_type=KEY, default=None)
    failing: str = Field(sa_type=KEY, default="", sa_column_kwargs={"server_default": ""})
    failing_reply: str = Field(sa_type=Text, default="", sa_column_kwargs={"server_default": ""})
    failing_since: int | None = Field(sa_type=BigInteger, default=None)


class LoginRightsRow(Model, table=True):
    """What the token of a login allowed when its holder was here last: mails are written with these rights."""

    __tablename__ = "mail_login"

    hash: str = Field(sa_type=KEY, primary_key=True)
    person_id: str = Field(sa_type=ID)
    issuer: str = Field(sa_type=KEY)
    scopes: str = Field(sa_type=Text)
    group_names: str = Field(sa_type=Text)
    issued_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger, index=True)
    language: str | None = Field(sa_type=KEY, default=None)
    """What its holder chose on a page; null where they left it to their browsers."""
    read_in: str | None = Field(sa_type=KEY, default=None)
    """In which language they read the pages when they were here last."""
