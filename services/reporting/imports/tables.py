"""The records of imports. No rebuild touches them: what was imported stands in no event."""

from sqlalchemy import BigInteger, Text

from services.reporting.tables import Model
from shared.store.columns import ID, KEY, Field, Index


class ImportRow(Model, table=True):
    """One import: what was brought in by whom, and how it ended. Nothing of the content of its rows is kept."""

    __tablename__ = "import_record"
    __table_args__ = (Index("ix_import_record__owner_id", "owner", "id"),)

    id: str = Field(sa_type=ID, primary_key=True)
    owner: str = Field(sa_type=KEY)
    """Issuer and subject of whoever began it."""
    state: str = Field(sa_type=KEY)
    source: str = Field(sa_type=KEY)
    file: str = Field(sa_type=Text)
    file_hash: str = Field(sa_type=KEY)
    registers: str = Field(sa_type=Text)
    mapping: str = Field(sa_type=Text)
    expected: str = Field(sa_type=Text)
    counts: str = Field(sa_type=Text)
    findings: str = Field(sa_type=Text)
    entries: int = Field(sa_type=BigInteger)
    undone: int = Field(sa_type=BigInteger)
    remaining: int = Field(sa_type=BigInteger)
    created_at: int = Field(sa_type=BigInteger)
    touched_at: int = Field(sa_type=BigInteger)
    ended_at: int | None = Field(sa_type=BigInteger, default=None)
    expires_at: int = Field(sa_type=BigInteger, index=True)


class EntryRow(Model, table=True):
    """One version that an import made; `place` counts them in their order."""

    __tablename__ = "import_entry"
    __table_args__ = (Index("ix_import_entry__import_id_place", "import_id", "place"),)

    aggregate_id: str = Field(sa_type=ID, primary_key=True)
    version: int = Field(sa_type=BigInteger, primary_key=True)
    import_id: str = Field(sa_type=ID, primary_key=True)
    place: int = Field(sa_type=BigInteger)
    collection: str = Field(sa_type=KEY)
    change: str = Field(sa_type=KEY)
    outcome: str | None = Field(sa_type=KEY, default=None)
    reason: str | None = Field(sa_type=KEY, default=None)
    expires_at: int = Field(sa_type=BigInteger, index=True)
