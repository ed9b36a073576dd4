"""The whole catalogue: importing this declares every aggregate and fact there is, whichever service runs."""

from shared.contracts import common
from shared.contracts.finance import budget, control, vendors
from shared.contracts.language import CATALOGUE, EVENT_TYPES, AggregateType
from shared.contracts.projects import organisation, strategy, structure
from shared.contracts.resources import people, planning
from shared.contracts.risk import risks

GROUPS = (organisation, strategy, structure, people, planning, budget, control, vendors, risks, common)
"""The modules that declare, in the order of the papers."""

__all__ = ["CATALOGUE", "EVENT_TYPES", "GROUPS", "entries"]


def entries() -> list[AggregateType]:
    """Every aggregate, by group and then as declared: whichever module was imported first."""
    order = {module.__name__: place for place, module in enumerate(GROUPS)}
    return sorted(CATALOGUE.values(), key=lambda entry: order.get(entry.shape.__module__, len(order)))
