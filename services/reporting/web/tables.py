"""Browser sessions, and the one-time codes that begin them."""

from sqlalchemy import BigInteger, Text

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
