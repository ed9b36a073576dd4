"""What an organisation may limit: the decisions that commit an amount, by the names of its `limits`."""

from dataclasses import dataclass

from shared.contracts.language import AggregateType


@dataclass(frozen=True)
class Limited:
    """A move of an aggregate, and the member that says how much it commits."""

    service: str
    aggregate: str
    verb: str
    member: str

    @property
    def name(self) -> str:
        """As limits name it: `approve_project`."""
        return f"{self.verb.replace('-', '_')}_{self.aggregate}"


LIMITED = (
    Limited("projects", "project", "approve", "planned_cost"),
    Limited("finance", "budget_line", "approve", "amount"),
    Limited("projects", "request", "approve", "cost_likely"),
)
ANNOUNCED = ("approve_change", "sign_contract", "sign_mandate")
"""Decisions of aggregates that are still to come. A limit of theirs may be written down already."""
NAMES = frozenset((*ANNOUNCED, *(one.name for one in LIMITED)))
DAYS_IN_STATE: dict[str, int | None] = {
    "request_draft": None,
    "request_submitted": 14,
    "request_screening": 30,
    "request_returned": 30,
    "request_qualified": 60,
    "request_deferred": 180,
    "request_approved": 60,
}
"""State of an aggregate, as limits name it -> after how many days in it one is overdue where the organisation says nothing;
None: never."""
BY_MOVE = {(one.service, one.aggregate, one.verb): one for one in LIMITED}


def limited_by(entry: AggregateType, verb: str) -> Limited | None:
    """What of a move may be limited; None where nothing is."""
    return BY_MOVE.get((entry.service, entry.name, verb))
