"""The difference of two plans as a list of typed changes, ordered by subject and place in the plan."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

from services.projects.engines.planning.plan import Baseline, Dependency, Plan
from shared.base.typed import refuse_mistyped


class ChangeKind(StrEnum):
    """How a part of the plan differs between two plans."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Subject(StrEnum):
    """What kind of thing changed."""

    PLAN = "plan"
    CALENDAR = "calendar"
    ACTIVITY = "activity"
    DEPENDENCY = "dependency"
    EXTERNAL = "external"
    RESOURCE = "resource"
    ASSIGNMENT = "assignment"
    BASELINE = "baseline"
    BASELINE_ACTIVITY = "baseline_activity"
    BASELINE_ASSIGNMENT = "baseline_assignment"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is there in one plan only, or one member of it that differs.

    `id` identifies the thing within its kind: an activity's id, `predecessor -> successor FS` of a
    dependency, `baseline/activity` of a baseline's copy. `member` is None for what was added or removed as a
    whole, and a path such as `progress.percent_complete` or `custom.Phase` otherwise. `before` and `after`
    are the plan's own values, None where there is none.
    """

    kind: ChangeKind
    subject: Subject
    id: str
    name: str
    member: str | None = None
    before: object = None
    after: object = None


def difference(before: Plan, after: Plan) -> list[Change]:
    """What was added, removed and changed from one plan to the other; empty exactly if they hold the same.

    Things are matched by id, dependencies by their ends and kind. The order of activities, links and the
    like is not a difference.
    """
    refuse_mistyped(before, Plan, "/before")
    refuse_mistyped(after, Plan, "/after")
    changes = list(_members(Subject.PLAN, after.id, after.name, before, after, _LISTS))
    for subject, things in _THINGS.items():
        changes += _things(subject, things(before), things(after))
    return changes


def _things(subject: Subject, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for key, was in before.items():
        if key not in after:
            yield Change(ChangeKind.REMOVED, subject, key, _name(was), before=was)
    for key, now in after.items():
        if key not in before:
            yield Change(ChangeKind.ADDED, subject, key, _name(now), after=now)
        elif before[key] != now:
            yield from _members(subject, key, _name(now), before[key], now, _ENTRIES)


def _members(
    subject: Subject, key: str, name: str, before: Any, after: Any, without: Iterable[str]
) -> Iterator[Change]:
    for each in fields(after):
        if each.name not in without:
            for member, was, now in _leaves(each.name, getattr(before, each.name), getattr(after, each.name)):
                yield Change(ChangeKind.CHANGED, subject, key, name, member, was, now)


def _leaves(member: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """The parts of a member that differ: those of a value object by name, those of a mapping by key."""
    if before == after:
        return
    if is_dataclass(after) and type(before) is type(after):
        for each in fields(after):
            name = f"{member}.{each.name}"
            yield from _leaves(name, getattr(before, each.name), getattr(after, each.name))
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted(before.keys() | after.keys()):
            yield from _leaves(f"{member}.{key}", before.get(key), after.get(key))
    else:
        yield member, before, after


# --- what a plan holds, by subject --------------------------------------------------------------------------

_LISTS = ("activities", "dependencies", "calendars", "external", "resources", "assignments", "baselines")
_ENTRIES = ("activities", "assignments")
"""What a plan and a baseline hold is compared thing by thing, not as members of them."""


def _name(thing: object) -> str:
    return str(getattr(thing, "name", ""))


def _keyed(things: Sequence[Any], key: Callable[[Any], str]) -> dict[str, Any]:
    """The things by key; of several with the same key the later ones get a number."""
    by: dict[str, Any] = {}
    for each in things:
        plain = numbered = key(each)
        count = 1
        while numbered in by:
            count += 1
            numbered = f"{plain} ({count})"
        by[numbered] = each
    return by


def _by_id(things: Sequence[Any]) -> dict[str, Any]:
    return _keyed(things, lambda each: each.id)


def _link(each: Dependency) -> str:
    plan = "" if each.predecessor_plan is None else f"{each.predecessor_plan}/"
    return f"{plan}{each.predecessor} -> {each.successor} {each.kind}"


def _copies(baselines: Sequence[Baseline], kind: str, refers_to: str) -> dict[str, Any]:
    return {
        f"{baseline.id}/{key}": copy
        for baseline in baselines
        for key, copy in _keyed(getattr(baseline, kind), lambda each: getattr(each, refers_to)).items()
    }


_THINGS: dict[Subject, Callable[[Plan], dict[str, Any]]] = {
    Subject.CALENDAR: lambda plan: _by_id(plan.calendars),
    Subject.ACTIVITY: lambda plan: _by_id(plan.activities),
    Subject.DEPENDENCY: lambda plan: _keyed(plan.dependencies, _link),
    Subject.EXTERNAL: lambda plan: _keyed(plan.external, lambda each: f"{each.plan}/{each.activity}"),
    Subject.RESOURCE: lambda plan: _by_id(plan.resources),
    Subject.ASSIGNMENT: lambda plan: _by_id(plan.assignments),
    Subject.BASELINE: lambda plan: _by_id(plan.baselines),
    Subject.BASELINE_ACTIVITY: lambda plan: _copies(plan.baselines, "activities", "activity"),
    Subject.BASELINE_ASSIGNMENT: lambda plan: _copies(plan.baselines, "assignments", "assignment"),
}
