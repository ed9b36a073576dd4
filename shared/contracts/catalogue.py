"""The whole catalogue: importing this declares every aggregate and fact there is, whichever service runs."""

from shared.contracts import finance, projects, resources, risk
from shared.contracts.language import CATALOGUE, EVENT_TYPES, AggregateType

DECLARED_BY = (projects, resources, finance, risk)

__all__ = ["CATALOGUE", "DECLARED_BY", "EVENT_TYPES", "entries"]


def entries() -> list[AggregateType]:
    """Every aggregate, by service and then as declared: whichever module was imported first."""
    services = [module.__name__.rpartition(".")[2] for module in DECLARED_BY]
    return sorted(CATALOGUE.values(), key=lambda entry: services.index(entry.service))
