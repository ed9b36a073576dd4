"""The base of the risk service's tables, and what it remembers of projects and programmes."""

from sqlalchemy import BigInteger
from sqlmodel import SQLModel

from shared.store.columns import ID, KEY, Field, own_registry
from shared.store.tables import kernel_tables


class Model(SQLModel, registry=own_registry()):
    """Every table of the service."""


kernel_tables(Model.metadata)


class KnownProject(Model, table=True):
    """A project as far as it matters here."""

    __tablename__ = "known_project"

    id: str = Field(sa_type=ID, primary_key=True)
    version: int = Field(sa_type=BigInteger)
    stage: str = Field(sa_type=KEY)
    archived: int = Field(sa_type=BigInteger)


class KnownProgramme(Model, table=True):
    """A programme that was heard of."""

    __tablename__ = "known_programme"

    id: str = Field(sa_type=ID, primary_key=True)
    archived: int = Field(sa_type=BigInteger)
