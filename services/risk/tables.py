"""The base of the risk service's tables, and the copies it keeps of projects, programmes and persons."""

from sqlmodel import SQLModel

from shared.contracts.projects.strategy import Programme
from shared.contracts.projects.structure import Project
from shared.contracts.resources.people import Person
from shared.contracts.risk.risks import Register
from shared.domain.copies import Known
from shared.domain.first_use import Unopened
from shared.store.columns import own_registry
from shared.store.tables import kernel_tables


class Model(SQLModel, registry=own_registry()):
    """Every table of the service."""


kernel_tables(Model.metadata)


KNOWN_PROJECT = Known(Project, Model, members=("stage", "archived"))
KNOWN_PROGRAMME = Known(Programme, Model, members=("archived", "version"))
KNOWN_PERSON = Known(Person, Model, members=("archived", "erased"), contains=False)
"""Risks name their owners."""
UNOPENED_REGISTER = Unopened(Register, Model, members=("stage",), uses=("assessment", "risk"))
