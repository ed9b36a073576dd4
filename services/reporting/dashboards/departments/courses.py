"""How something was in the course of time: a value for each day, from the versions that told it."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from shared.domain.trees import Parents

V = TypeVar("V")
DAY = timedelta(days=1)


@dataclass
class Course(Generic[V]):
    """The days on which a value began, in order, and the values. Before the first day holds the first value: nobody said
    otherwise."""

    days: list[date] = field(default_factory=list)
    values: list[V] = field(default_factory=list)

    def tell(self, day: date, value: V) -> None:
        """From `day` on it is `value`; of several that are told for one day, the last holds."""
        if self.days and self.days[-1] == day:
            self.values[-1] = value
        elif not self.values or self.values[-1] != value:
            self.days.append(day)
            self.values.append(value)

    def at(self, day: date) -> V:
        return self.values[max(0, bisect_right(self.days, day) - 1)]

    def pieces(self, first: date, last: date) -> list[tuple[date, date, V]]:
        """The days from `first` to `last`, both included, cut where the value changes."""
        begins = [first, *(day for day in self.days[1:] if first < day <= last)]
        ends = [*(day - DAY for day in begins[1:]), last]
        return [(begin, end, self.at(begin)) for begin, end in zip(begins, ends, strict=True)]


def courses(versions: Iterable[tuple[date, dict[str, Any]]], member: str) -> dict[str, Course[str | None]]:
    """Id -> how a member of the aggregate was; `versions` are in the order of each aggregate."""
    by_id: dict[str, Course[str | None]] = {}
    for day, state in versions:
        by_id.setdefault(state["id"], Course()).tell(day, state.get(member))
    return by_id


class Hierarchies:
    """Which units stood above a unit on a day."""

    def __init__(self, parents: Mapping[str, Course[str | None]]) -> None:
        self._parents = parents
        self._trees: dict[date, Parents[str]] = {}
        self._changes: Course[date] = Course()
        for day in sorted({day for course in parents.values() for day in course.days[1:]}):
            if not self._changes.days:
                self._changes.tell(date.min, date.min)
            self._changes.tell(day, day)
        if not self._changes.days:
            self._changes.tell(date.min, date.min)

    def pieces(self, first: date, last: date) -> list[tuple[date, date, Parents[str]]]:
        """The days from `first` to `last`, cut where a unit came to stand elsewhere, with the tree of each piece."""
        return [(begin, end, self._tree(since)) for begin, end, since in self._changes.pieces(first, last)]

    def _tree(self, since: date) -> Parents[str]:
        if since not in self._trees:
            self._trees[since] = Parents({id: course.at(since) for id, course in self._parents.items()})
        return self._trees[since]
