"""The whole catalogue: importing this declares every aggregate and fact there is, whichever service runs."""

from shared.contracts import common
from shared.contracts.finance import appraisal, budget, calendar, vendors
from shared.contracts.finance import control as finance_control
from shared.contracts.language import CATALOGUE, EVENT_TYPES, AggregateType
from shared.contracts.projects import (
    baseline,
    change,
    control,
    intake,
    mandate,
    methods,
    organisation,
    papers,
    phases,
    plan,
    quality,
    strategy,
    structure,
)
from shared.contracts.resources import people, planning
from shared.contracts.risk import risks

GROUPS = (
    organisation,
    intake,
    strategy,
    mandate,
    papers,
    methods,
    phases,
    structure,
    change,
    plan,
    baseline,
    control,
    quality,
    people,
    planning,
    calendar,
    budget,
    appraisal,
    finance_control,
    vendors,
    risks,
    common,
)
"""The modules that declare, in the order of the papers."""

__all__ = ["CATALOGUE", "EVENT_TYPES", "GROUPS", "entries", "entry_called"]


def entries() -> list[AggregateType]:
    """Every aggregate, by group and then as declared: whichever module was imported first."""
    order = {module.__name__: place for place, module in enumerate(GROUPS)}
    return sorted(CATALOGUE.values(), key=lambda entry: order.get(entry.shape.__module__, len(order)))


def entry_called(kind: str) -> AggregateType | None:
    """By service and aggregate, such as `projects.project`; None where there is none."""
    return next((entry for entry in CATALOGUE.values() if f"{entry.service}.{entry.name}" == kind), None)
