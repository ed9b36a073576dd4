"""The base of the resources service's tables, and the copies it keeps of projects."""

from sqlmodel import SQLModel

from shared.contracts.projects.structure import Project
from shared.domain.copies import Known
from shared.store.columns import own_registry
from shared.store.tables import kernel_tables


class Model(SQLModel, registry=own_registry()):
    """Every table of the service."""


kernel_tables(Model.metadata)


KNOWN_PROJECT = Known(Project, Model, members=("stage", "archived"), counters=("bookings",))
"""`bookings` grows with each allocation booked on the project. A release checks by it that it has seen all of
them."""
