"""History and current state: what all dashboards are read from."""

from sqlalchemy import BigInteger, Text, text

from services.reporting.tables import Model
from shared.store.columns import ID, KEY, Field, Index

ASSESSMENT = text("aggregate_type = 'assessment'")
"""Lists of projects look for the ratings of those that they show."""


class HistoryRow(Model, table=True):
    """One version of one aggregate; `recorded_at` is there for what was known when."""

    __tablename__ = "history"
    __table_args__ = (
        Index("ix_history__project_id_effective_at", "project_id", "effective_at"),
        Index("ix_history__aggregate_type_effective_at", "aggregate_type", "effective_at"),
        Index("ix_history__recorded_at", "recorded_at"),
        Index("ix_history__scope_recorded_at", "scope", "recorded_at"),
        Index("ix_history__assessment_scope", "scope", sqlite_where=ASSESSMENT, postgresql_where=ASSESSMENT),
    )

    aggregate_id: str = Field(sa_type=ID, primary_key=True)
    version: int = Field(sa_type=BigInteger, primary_key=True)
    aggregate_type: str = Field(sa_type=KEY)
    project_id: str | None = Field(sa_type=ID, default=None)
    event_id: str = Field(sa_type=ID)
    type: str = Field(sa_type=KEY)
    actor: str = Field(sa_type=KEY)
    effective_at: int = Field(sa_type=BigInteger)
    recorded_at: int = Field(sa_type=BigInteger)
    changed: str = Field(sa_type=Text)
    fact: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    scope: str | None = Field(sa_type=ID, default=None)


class CurrentRow(Model, table=True):
    """The newest version of each aggregate."""

    __tablename__ = "current_state"
    __table_args__ = (
        Index("ix_current_state__project_id_aggregate_type", "project_id", "aggregate_type"),
        Index("ix_current_state__aggregate_type", "aggregate_type"),
    )

    aggregate_id: str = Field(sa_type=ID, primary_key=True)
    aggregate_type: str = Field(sa_type=KEY)
    project_id: str | None = Field(sa_type=ID, default=None)
    version: int = Field(sa_type=BigInteger)
    effective_at: int = Field(sa_type=BigInteger)
    state: str = Field(sa_type=Text)
    scope: str | None = Field(sa_type=ID, default=None)
