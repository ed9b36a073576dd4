"""The base of the projects service's tables, and the copies it keeps of persons."""

from sqlmodel import SQLModel

from shared.contracts.resources.people import OrgUnit, Person
from shared.domain.copies import Known
from shared.store.columns import own_registry
from shared.store.tables import kernel_tables


class Model(SQLModel, registry=own_registry()):
    """Every table of the service."""


kernel_tables(Model.metadata)

KNOWN_PERSON = Known(Person, Model, members=("archived", "erased"), contains=False)
"""Portfolios, programmes, projects and work packages name owners, sponsors and managers."""
KNOWN_UNIT = Known(OrgUnit, Model, contains=False)
"""Memberships are granted for units of the organisation too."""
