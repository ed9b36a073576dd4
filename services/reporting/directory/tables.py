"""What is found, and whom it names. Both follow from the current states."""

from sqlalchemy import BigInteger, text

from services.reporting.tables import Model
from shared.store.columns import ID, KEY, Field, Index

IS_PERSONAL = text("personal_text <> ''")


class DirectoryRow(Model, table=True):
    """One aggregate. The texts are in the form in which they are looked for (`shared.base.text`).

    `personal_text` has what tells of a person: no index of `q` has it, because that of SQLite keeps what was removed.
    """

    __tablename__ = "directory"
    __table_args__ = (
        Index("ix_directory__archived_code_key", "archived", "code_key", "aggregate_id"),
        Index("ix_directory__archived_external_key", "archived", "external_key", "aggregate_id"),
        Index("ix_directory__archived_name_key", "archived", "name_key", "aggregate_id"),
        Index("ix_directory__kind_archived_name_key", "kind", "archived", "name_key", "aggregate_id"),
        Index(
            "ix_directory__personal_text",
            "kind",
            "personal_text",
            sqlite_where=IS_PERSONAL,
            postgresql_where=IS_PERSONAL,
        ),
        Index("ix_directory__kind_state", "kind", "state", "archived", "since", "aggregate_id"),
    )

    aggregate_id: str = Field(sa_type=ID, primary_key=True)
    version: int = Field(sa_type=BigInteger)
    kind: str = Field(sa_type=KEY)
    name: str = Field(sa_type=KEY)
    code: str | None = Field(sa_type=KEY, default=None)
    state: str | None = Field(sa_type=KEY, default=None)
    since: int = Field(sa_type=BigInteger)
    archived: int = Field(sa_type=BigInteger)
    scope: str | None = Field(sa_type=ID, default=None)
    scope_2: str | None = Field(sa_type=ID, default=None)
    scope_3: str | None = Field(sa_type=ID, default=None)
    scope_4: str | None = Field(sa_type=ID, default=None)
    code_key: str | None = Field(sa_type=KEY, default=None)
    external_key: str | None = Field(sa_type=KEY, default=None)
    name_key: str = Field(sa_type=KEY)
    search_text: str = Field(sa_type=KEY)
    personal_text: str = Field(sa_type=KEY)


class NamedPersonRow(Model, table=True):
    """A person whom the newest version of an aggregate names, and by which member."""

    __tablename__ = "directory_person"
    __table_args__ = (Index("ix_directory_person__aggregate_id", "aggregate_id"),)

    person_id: str = Field(sa_type=ID, primary_key=True)
    kind: str = Field(sa_type=KEY, primary_key=True)
    member: str = Field(sa_type=KEY, primary_key=True)
    aggregate_id: str = Field(sa_type=ID, primary_key=True)
    version: int = Field(sa_type=BigInteger)
