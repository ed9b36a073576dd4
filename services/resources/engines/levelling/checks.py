"""Refuses plans that cannot be read: types, sizes, names, signs and references, each fault with its place in
the plan."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol

from services.resources.engines.levelling.plan import (
    Activity,
    Calendar,
    Link,
    Objective,
    Plan,
    Project,
    Resource,
    Search,
)
from shared.base.errors import Fault, Invalid
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped

MOST = {"activities": 10_000, "links": 100_000, "resources": 1_000, "projects": 10_000, "calendars": 1_000}
LONGEST = 100_000
MOST_EFFORT = 3_600.0
MOST_FAULTS = 20


class Named(Protocol):
    @property
    def id(self) -> str: ...


def check_plan(plan: Plan) -> None:
    """Refuses a plan with an unusable field: at most the first 20 faults are listed, the first one leads.

    A value of the wrong type is refused alone: nothing else can be said about a plan that has one.
    """
    refuse_mistyped(plan, Plan, "")
    _refuse("plan_too_large", _sizes(plan))
    _refuse("plan_invalid", _faults(plan))


def check_search(plan: Plan, objective: Objective, search: Search) -> None:
    """Refuses limits that are not positive and finite, and an objective that the plan gives no figures
    for."""
    refuse_mistyped(objective, Objective, "/objective")
    refuse_mistyped(search, Search, "/search")
    _refuse("search_invalid", _search_faults(plan, objective, search))


def check_seconds(seconds: float | None) -> None:
    """Refuses a limit that is none."""
    refuse_mistyped(seconds, float | None, "/seconds")
    if seconds is not None:
        _refuse("search_invalid", _limit("/seconds", seconds))


def _refuse(code: str, faults: Iterable[Fault]) -> None:
    listed = list(islice(faults, MOST_FAULTS))
    if listed:
        raise Invalid(
            Text("{pointer}: {detail}", pointer=listed[0].pointer, detail=Text(listed[0].detail)),
            *listed,
            code=code,
        )


def _sizes(plan: Plan) -> Iterator[Fault]:
    for part, most in MOST.items():
        count = len(getattr(plan, part))
        if count > most:
            yield Fault(
                "too_many",
                Text(
                    "{count} {part} are more than the {most} that are levelled at once",
                    count=count,
                    part=part,
                    most=most,
                ),
                f"/{part}",
            )


def _faults(plan: Plan) -> Iterator[Fault]:
    for part in ("activities", "resources", "projects", "calendars"):
        yield from _repeated(part, getattr(plan, part))
    ids = {part: {each.id for each in getattr(plan, part)} for part in MOST if part != "links"}
    for n, calendar in enumerate(plan.calendars):
        yield from _calendar_faults(f"/calendars/{n}", calendar)
    for n, resource in enumerate(plan.resources):
        yield from _resource_faults(f"/resources/{n}", resource)
    for n, project in enumerate(plan.projects):
        yield from _project_faults(f"/projects/{n}", project)
    for n, activity in enumerate(plan.activities):
        yield from _activity_faults(f"/activities/{n}", activity, ids)
    for n, link in enumerate(plan.links):
        yield from _link_faults(f"/links/{n}", link, ids)


def _repeated(part: str, members: Sequence[Named]) -> Iterator[Fault]:
    for id_, count in Counter(each.id for each in members).items():
        if count > 1:
            yield Fault(
                "repeated",
                Text("the id {id!r} stands for {count} of the {part}", id=id_, count=count, part=part),
                f"/{part}",
            )


def _calendar_faults(at: str, calendar: Calendar) -> Iterator[Fault]:
    if not calendar.pattern or len(calendar.pattern) > LONGEST:
        yield Fault(
            "pattern",
            Text("calendar {id} needs a pattern of 1 to {longest} steps", id=calendar.id, longest=LONGEST),
            f"{at}/pattern",
        )
    for n, exception in enumerate(calendar.exceptions):
        yield from _whole(f"{at}/exceptions/{n}/start", exception.start, 0, LONGEST)
        yield from _whole(f"{at}/exceptions/{n}/finish", exception.finish, 0, LONGEST)
    if not any(calendar.pattern) and not any(exception.working for exception in calendar.exceptions):
        yield Fault(
            "never_working", Text("calendar {id} has no working step", id=calendar.id), f"{at}/pattern"
        )


def _resource_faults(at: str, resource: Resource) -> Iterator[Fault]:
    yield from _whole(f"{at}/capacity", resource.capacity, 0, 10**9)
    for n, change in enumerate(resource.changes):
        yield from _whole(f"{at}/changes/{n}/at", change.at, 0, LONGEST)
        yield from _whole(f"{at}/changes/{n}/units", change.units, 0, 10**9)


def _project_faults(at: str, project: Project) -> Iterator[Fault]:
    yield from _whole(f"{at}/priority", project.priority, 0, 10**6)
    yield from _whole(f"{at}/release", project.release, 0, LONGEST)
    if project.due is not None:
        yield from _whole(f"{at}/due", project.due, -LONGEST, LONGEST)


def _activity_faults(at: str, activity: Activity, ids: dict[str, set[str]]) -> Iterator[Fault]:
    yield from _whole(f"{at}/duration", activity.duration, 0, LONGEST)
    yield from _whole(f"{at}/earliest", activity.earliest, 0, LONGEST)
    for field, step in (("deadline", activity.deadline), ("planned", activity.planned)):
        if step is not None:
            yield from _whole(f"{at}/{field}", step, 0, 10 * LONGEST)
    if activity.fixed and activity.planned is None:
        yield Fault(
            "fixed_nowhere",
            Text("activity {id} is fixed but has no planned start", id=activity.id),
            f"{at}/planned",
        )
    yield from _reference(f"{at}/project", activity.project, "projects", ids)
    yield from _reference(f"{at}/calendar", activity.calendar, "calendars", ids)
    for n, demand in enumerate(activity.demands):
        yield from _reference(f"{at}/demands/{n}/resource", demand.resource, "resources", ids)
        yield from _whole(f"{at}/demands/{n}/units", demand.units, 0, 10**9)


def _link_faults(at: str, link: Link, ids: dict[str, set[str]]) -> Iterator[Fault]:
    yield from _reference(f"{at}/predecessor", link.predecessor, "activities", ids)
    yield from _reference(f"{at}/successor", link.successor, "activities", ids)
    yield from _reference(f"{at}/lag_calendar", link.lag_calendar, "calendars", ids)
    yield from _whole(f"{at}/lag", link.lag, -LONGEST, LONGEST)


def _reference(at: str, id_: str | None, part: str, ids: dict[str, set[str]]) -> Iterator[Fault]:
    if id_ is not None and id_ not in ids[part]:
        yield Fault("unknown", Text("{id!r} is none of the {part}", id=id_, part=part), at)


def _whole(at: str, number: int, least: int, most: int) -> Iterator[Fault]:
    if not least <= number <= most:
        yield Fault(
            "number",
            Text(
                "{number!r} is not a whole number from {least} to {most}",
                number=number,
                least=least,
                most=most,
            ),
            at,
        )


def _search_faults(plan: Plan, objective: Objective, search: Search) -> Iterator[Fault]:
    yield from _limit("/search/effort", search.effort)
    if search.seconds is not None:
        yield from _limit("/search/seconds", search.seconds)
    yield from _whole("/search/seed", search.seed, 0, 2**31 - 2)
    if objective == Objective.WEIGHTED_FINISH and not any(activity.project for activity in plan.activities):
        yield Fault(
            "no_projects", "no activity belongs to a project whose finish could be weighed", "/objective"
        )
    if objective == Objective.WEIGHTED_TARDINESS and all(project.due is None for project in plan.projects):
        yield Fault("no_due_dates", "no project has a due step that it could be late against", "/objective")


def _limit(at: str, limit: float) -> Iterator[Fault]:
    if not 0 < limit <= MOST_EFFORT:
        yield Fault(
            "limit",
            Text(
                "{limit!r} is not a time above 0 and up to {most_effort:g}",
                limit=limit,
                most_effort=MOST_EFFORT,
            ),
            at,
        )
