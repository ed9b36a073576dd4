"""What versions of a project and of its children change, by the day from which it counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from services.reporting.figures.measures import Days
from services.reporting.figures.sources import Forecast, Project, Source


class OnDay(NamedTuple):
    """A version with the day it counts from; `version` counts from 1 within its aggregate."""

    aggregate_id: str
    version: int
    day: int
    source: Source


@dataclass(slots=True)
class Changes:
    """Of one project; what counts from the same day is taken together."""

    days: set[int] = field(default_factory=set)
    """Those on which a row of figures begins, whether it says something else or not."""
    projects: dict[int, Project] = field(default_factory=dict)
    forecasts: dict[int, list[Forecast]] = field(default_factory=dict)
    children: dict[int, list[tuple[Source, int]]] = field(default_factory=dict)
    """(version, 1), and (the version before it, -1)."""
    measured: Days = field(default_factory=dict)

    def in_order(self) -> list[int]:
        """The days from which something counts, the last one first."""
        return sorted({*self.projects, *self.forecasts, *self.children, *self.measured}, reverse=True)


def changes_of(versions: Iterable[OnDay], before: Mapping[str, Source], measured: Days) -> Changes:
    """`before` holds what is stored of the children, by id: that is taken back."""
    changes = Changes(days=set(measured), measured=measured)
    versions_of: dict[str, list[OnDay]] = {}
    for version in versions:
        versions_of.setdefault(version.aggregate_id, []).append(version)
        changes.days.add(version.day)
        changes.days.update(day for day in version.source.days() if day > version.day)
    for id, own in versions_of.items():
        previous = before.get(id)
        for one in lasting(own):
            if isinstance(one.source, Project):
                changes.projects[one.day] = one.source
            elif isinstance(one.source, Forecast):
                changes.forecasts.setdefault(one.day, []).append(one.source)
            else:
                counted = changes.children.setdefault(one.day, [])
                counted.append((one.source, 1))
                if previous is not None:
                    counted.append((previous, -1))
                previous = one.source
    return changes


def lasting(versions: Sequence[OnDay]) -> Sequence[OnDay]:
    """The versions of one aggregate that are the newest on some day, in order."""
    if len(versions) == 1:
        return versions
    newest: list[OnDay] = []
    for one in sorted(versions, key=lambda v: v.version, reverse=True):
        if not newest or one.day < newest[-1].day:
            newest.append(one)
    return newest[::-1]
