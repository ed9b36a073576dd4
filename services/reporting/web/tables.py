"""Browser sessions, and the one-time codes that begin them."""

from sqlalchemy import BigInteger, LargeBinary, Text

from services.reporting.tables import Model
from shared.store.columns import ID, KEY, Field


class LoginCodeRow(Model, table=True):
    """A code that was handed out; it is deleted when it is used. Only its hash is kept."""

    __tablename__ = "login_code"

    hash: str = Field(sa_type=KEY, primary_key=True)
    subject: str = Field(sa_type=KEY)
    role: str = Field(sa_type=KEY)
    expires_at: int = Field(sa_type=BigInteger)


class SessionRow(Model, table=True):
    """Who a cookie stands for, until when; shared by all replicas. Only the cookie's hash is kept, and the issuer's tokens
    are sealed (`session_rows`)."""

    __tablename__ = "browser_session"

    hash: str = Field(sa_type=KEY, primary_key=True)
    subject: str = Field(sa_type=KEY)
    issuer: str = Field(sa_type=KEY)
    roles: str = Field(sa_type=Text)
    scopes: str = Field(sa_type=Text)
    expires_at: int = Field(sa_type=BigInteger, index=True)
    token_id: str = Field(sa_type=KEY, default="", sa_column_kwargs={"server_default": ""})
    issued_at: int = Field(sa_type=BigInteger, default=0, sa_column_kwargs={"server_default": "0"})
    group_names: str = Field(sa_type=Text, default="[]", sa_column_kwargs={"server_default": "[]"})
    bounds: str | None = Field(sa_type=Text, default=None)
    id: str = Field(sa_type=ID, default="", sa_column_kwargs={"server_default": ""})
    session_id: str = Field(sa_type=KEY, default="", sa_column_kwargs={"server_default": ""})
    begun_at: int = Field(sa_type=BigInteger, default=0, sa_column_kwargs={"server_default": "0"})
    seen_at: int = Field(sa_type=BigInteger, default=0, sa_column_kwargs={"server_default": "0"})
    agent: str = Field(sa_type=Text, default="", sa_column_kwargs={"server_default": ""})
    sealed: str = Field(sa_type=Text, default="", sa_column_kwargs={"server_default": ""})
    tokens_end_at: int = Field(sa_type=BigInteger, default=0, sa_column_kwargs={"server_default": "0"})
    renewing_until: int = Field(sa_type=BigInteger, default=0, sa_column_kwargs={"server_default": "0"})
    name: str = Field(sa_type=Text, default="", sa_column_kwargs={"server_default": ""})


class HomeRow(Model, table=True):
    """What the home page remembers of a login: when it was looked at, and which portfolios are pinned to it.

    `seen_at` is when it was looked at last, and `before_at` when the visit before this one ended. Microseconds.
    """

    __tablename__ = "home"

    login: str = Field(sa_type=KEY, primary_key=True)
    before_at: int = Field(sa_type=BigInteger)
    seen_at: int = Field(sa_type=BigInteger)
    pinned: str = Field(sa_type=Text)
    expires_at: int = Field(sa_type=BigInteger, index=True)


class TableImportRow(Model, table=True):
    """A table that somebody brings in at the pages: the file, how it is mapped, and what came of the last step.

    Who holds it renews `held_until` (microseconds); when nobody does, whoever opens the page carries on.
    """

    __tablename__ = "table_import"

    id: str = Field(sa_type=ID, primary_key=True)
    owner: str = Field(sa_type=KEY, index=True)
    name: str = Field(sa_type=Text)
    register_key: str = Field(sa_type=KEY)
    sha256: str = Field(sa_type=KEY)
    sheet: str = Field(sa_type=Text)
    header_line: int | None = Field(sa_type=BigInteger, default=None)
    mapping: str = Field(sa_type=Text)
    act: str = Field(sa_type=KEY)
    state: str = Field(sa_type=KEY)
    attempts: int = Field(sa_type=BigInteger)
    share: int = Field(sa_type=BigInteger)
    step: str = Field(sa_type=KEY)
    held_until: int = Field(sa_type=BigInteger)
    outcome: str = Field(sa_type=Text)
    refused: bytes | None = Field(sa_type=LargeBinary, default=None)
    created_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger, index=True)
