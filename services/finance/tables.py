"""The base of the finance service's tables, the copies it keeps of projects, programmes, portfolios, units, persons and roles, and what it
remembers of work packages and its own costs."""

from sqlalchemy import BigInteger
from sqlmodel import SQLModel

from shared.contracts.finance.budget import Budget
from shared.contracts.projects.intake import Request
from shared.contracts.projects.strategy import Portfolio, Programme
from shared.contracts.projects.structure import Project
from shared.contracts.resources.people import OrgUnit, Person, Role
from shared.domain.copies import Known
from shared.domain.first_use import Unopened
from shared.store.columns import ID, KEY, Field, own_registry
from shared.store.tables import kernel_tables


class Model(SQLModel, registry=own_registry()):
    """Every table of the service."""


kernel_tables(Model.metadata)


KNOWN_PROJECT = Known(Project, Model, members=("stage", "archived", "sponsor_id"))
KNOWN_PROGRAMME = Known(Programme, Model, members=("archived", "version"))
KNOWN_PORTFOLIO = Known(Portfolio, Model)
KNOWN_UNIT = Known(OrgUnit, Model, contains=False)
"""Envelopes are for portfolios and units of the organisation too."""
KNOWN_REQUEST = Known(Request, Model, contains=False)
KNOWN_PERSON = Known(Person, Model, members=("archived", "erased"), contains=False)
"""Comments mention persons, and some have a rate of their own."""
KNOWN_ROLE = Known(Role, Model, members=("archived",), contains=False)
UNOPENED_BUDGET = Unopened(
    Budget,
    Model,
    members=("stage", "planned_cost"),
    uses=("actual_cost", "budget_line", "contract", "forecast", "known_work_package"),
)


class KnownWorkPackage(Model, table=True):
    """A work package as earned value needs it; `budget` is null where it has none or is archived."""

    __tablename__ = "known_work_package"

    id: str = Field(sa_type=ID, primary_key=True)
    project_id: str = Field(sa_type=ID, index=True)
    version: int = Field(sa_type=BigInteger)
    budget: int | None = Field(sa_type=BigInteger)
    currency: str | None = Field(sa_type=KEY)
    starts_on: int | None = Field(sa_type=BigInteger)
    finishes_on: int | None = Field(sa_type=BigInteger)
    percent: int = Field(sa_type=BigInteger)
    archived: int = Field(sa_type=BigInteger)


class KnownMandate(Model, table=True):
    """An initiation mandate: how much a project may spend while it is initiated, in minor units."""

    __tablename__ = "known_mandate"

    id: str = Field(sa_type=ID, primary_key=True)
    project_id: str = Field(sa_type=ID, index=True)
    version: int = Field(sa_type=BigInteger)
    binds: int = Field(sa_type=BigInteger)
    budget: int = Field(sa_type=BigInteger)
    currency: str = Field(sa_type=KEY)


class KnownCost(Model, table=True):
    """What of an actual cost is counted as spent, in minor units: nothing once it is archived."""

    __tablename__ = "known_cost"

    id: str = Field(sa_type=ID, primary_key=True)
    version: int = Field(sa_type=BigInteger)
    spent: int = Field(sa_type=BigInteger)
