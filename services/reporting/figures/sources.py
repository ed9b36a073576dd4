"""What figures are made of: the members that count of a project and of its children, read from the text of a state."""

from datetime import date
from typing import NamedTuple

import msgspec

from shared.base.clock import to_day
from shared.contracts.finance.budget import BudgetState
from shared.contracts.risk.risks import Kind, RiskState

RATED = (RiskState.ASSESSED, RiskState.MONITORED)


class Amount(NamedTuple):
    """Money in minor units."""

    currency: str
    minor: int


class Wire(msgspec.Struct):
    """Money as Portolan itself wrote it: not checked again."""

    amount: str
    currency: str

    @property
    def read(self) -> Amount:
        return Amount(self.currency, int(self.amount.replace(".", "")))


def read_or_none(amount: Wire | None) -> Amount | None:
    return amount.read if amount else None


class Reference(msgspec.Struct):
    source: str
    id: str


class Project(msgspec.Struct):
    """A project; days are those of its state, whether they have come or not."""

    code: str
    name: str
    stage: str
    archived_at: str | None
    external_ref: Reference | None
    portfolio_id: str | None
    programme_id: str | None
    planned_cost: Wire | None
    forecast_cost: Wire | None
    planned_start_on: date | None
    planned_finish_on: date | None
    forecast_finish_on: date | None
    actual_finish_on: date | None
    forecast_start_on: date | None = None
    actual_start_on: date | None = None

    def days(self) -> set[int]:
        """On which something is said to happen: it counts from that day on."""
        return {to_day(day) for day in (self.actual_start_on, self.actual_finish_on) if day}


class Child(msgspec.Struct):
    """What hangs on a project; what is archived counts no more."""

    archived_at: str | None

    def days(self) -> set[int]:
        return set()


class Budget(Child):
    currency: str


class BudgetLine(Child):
    state: str
    amount: Wire

    @property
    def counts(self) -> bool:
        return self.archived_at is None and self.state == BudgetState.APPROVED


class Risk(Child):
    state: str
    kind: str = Kind.THREAT
    score: int | None = None

    @property
    def is_threat(self) -> bool:
        return self.archived_at is None and self.kind == Kind.THREAT


class Forecast(Child):
    id: str
    created_at: str
    forecast_on: str
    at_completion: Wire

    @property
    def counts_from(self) -> int:
        return to_day(date.fromisoformat(self.forecast_on))

    def days(self) -> set[int]:
        return {self.counts_from}


Source = Project | Budget | BudgetLine | Risk | Forecast

_SHAPES: dict[str, type[Source]] = {
    "project": Project,
    "budget": Budget,
    "budget_line": BudgetLine,
    "forecast": Forecast,
    "risk": Risk,
}
_DECODERS = {name: msgspec.json.Decoder(shape) for name, shape in _SHAPES.items()}
"""By the type of the aggregate; what packages and costs come to, finance measures."""

RELEVANT = tuple(_SHAPES)
TAKEN_BACK = ("budget", "budget_line", "risk")
"""Those of which a version takes back what the one before it counted."""


def read(aggregate_type: str, state: str) -> Source:
    return _DECODERS[aggregate_type].decode(state)
