"""What an undoing has before it and what becomes of it: records, what takes the import's part back, and what stays."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.imports.former_states import State

ARCHIVE = {"archived": True}
HAS_DEPENDENTS, MOVED_ON, NOT_THERE, ONLY_BY_MOVE = "has_dependents", "moved_on", "not_there", "only_by_move"
SENSITIVE, STILL_COUNTS = "sensitive_value", "still_counts"
ENDED = "project_ended"
"""The refusal of what is in a project that is archived or has ended."""

Item = dict[str, Any]
Problem = dict[str, Any]


@dataclass
class Touched:
    """One record that the import wrote, with all that is noted of it."""

    collection: str
    id: str
    place: int
    """Of its first entry: what was made last goes first."""
    places: list[int] = field(default_factory=list)
    """Of the entries that no run has undone."""
    versions: set[int] = field(default_factory=set)
    """Those that the import made."""


@dataclass(frozen=True)
class Plan:
    """What takes the import's part of a record back."""

    touched: Touched
    items: list[Item]
    """For a batch; none where it is done already."""
    others: State = field(default_factory=dict)
    """Members that no patch changes, as they were before the import."""
    counting: tuple[str, ...] = ()
    """Members that could not be emptied: they count in sums although the record is archived."""
    sensitive: tuple[str, ...] = ()
    """Sensitive fields that the import may have written: no history has their former values."""

    @property
    def archives(self) -> bool:
        return any(item.get("archived") is True for item in self.items)


@dataclass(frozen=True)
class Kept:
    """A record that stays as it is, wholly or in part, and why."""

    touched: Touched
    reason: str
    """`moved_on`, `has_dependents`, `only_by_move`, `sensitive_value`, `still_counts`, `not_there`, or the code of the refusal."""
    detail: str = ""
    who: str = ""
    """Who has changed it since."""
    at: str = ""
    """When."""
    title: str = ""
    """What it is called."""


@dataclass
class Result:
    """What became of all that the import made, or would become of it."""

    record: dict[str, Any]
    """The import, as reporting answers it."""
    is_trial: bool = False
    is_undone_already: bool = False
    archived: int = 0
    given_back: int = 0
    """Records that are what they were before the import."""
    undone_before: int = 0
    """Entries that an earlier run has undone."""
    remaining: list[Kept] = field(default_factory=list)


@dataclass
class Settled:
    """What became of some records."""

    undone: list[Touched] = field(default_factory=list)
    remaining: list[Kept] = field(default_factory=list)
    refused: list[tuple[Touched, Problem]] = field(default_factory=list)


def numbered(id: str, version: int, steps: Sequence[Item]) -> list[Item]:
    """Steps as items that build on each other."""
    return [{"id": id, "version": version + n} | step for n, step in enumerate(steps)]


def without_emptying(plan: Plan, problem: Problem) -> Plan | None:
    """The plan that archives only, where no more is allowed; None where it archives nothing, or does no more already."""
    is_refused = problem["code"] in (ENDED, "forbidden")
    if not (is_refused and plan.archives and len(plan.items) > 1 and not plan.others):
        return None
    members = tuple(name for item in plan.items for name in item.get("patch", ()))
    items = numbered(plan.touched.id, plan.items[0]["version"], [ARCHIVE])
    return replace(plan, items=items, counting=members)
