"""The base of the projects service's tables."""

from sqlmodel import SQLModel

from shared.store.columns import own_registry
from shared.store.tables import kernel_tables


class Model(SQLModel, registry=own_registry()):
    """Every table of the service."""


kernel_tables(Model.metadata)
