"""The whole catalogue: importing this declares every aggregate and fact there is, whichever service runs."""

from shared.contracts import finance, projects, resources, risk
from shared.contracts.language import CATALOGUE, EVENT_TYPES

DECLARED_BY = (projects, resources, finance, risk)

__all__ = ["CATALOGUE", "DECLARED_BY", "EVENT_TYPES"]
