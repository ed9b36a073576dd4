"""A slow second opinion: checks a schedule step by step and searches tiny plans exhaustively, in plain
Python."""

from collections.abc import Iterator, Mapping

from services.resources.engines.levelling import Activity, Link, LinkKind, Plan

Starts = Mapping[str, int]
FAR = 10_000


def works(plan: Plan, calendar: str | None, step: int) -> bool:
    """Whether the calendar works in this step."""
    for each in plan.calendars:
        if each.id == calendar:
            worked = each.pattern[step % len(each.pattern)]
            for exception in each.exceptions:
                if exception.start <= step < exception.finish:
                    worked = exception.working
            return bool(worked)
    return True


def worked_steps(plan: Plan, activity: Activity, start: int) -> list[int]:
    """The steps the activity works in, walking on from its start."""
    steps: list[int] = []
    step = start
    while len(steps) < activity.duration and step < FAR:
        if works(plan, activity.calendar, step):
            steps.append(step)
        step += 1
    return steps


def finish(plan: Plan, activity: Activity, start: int) -> int:
    steps = worked_steps(plan, activity, start)
    return steps[-1] + 1 if steps else start


def lagged(plan: Plan, link: Link, point: int) -> int:
    """The point a lag leads to, walking over the lag calendar's working steps; no walk goes before step 0."""
    remaining = abs(link.lag)
    if link.lag_calendar is None:
        return point + link.lag
    while remaining and point < FAR and (point > 0 or link.lag > 0):
        passed = point if link.lag > 0 else point - 1
        point += 1 if link.lag > 0 else -1
        remaining -= works(plan, link.lag_calendar, passed)
    return point


def broken(plan: Plan, starts: Starts) -> list[str]:
    """Everything that the starts break: calendars, windows, links, capacities."""
    return [
        *_broken_windows(plan, starts),
        *(f"{link}" for link in plan.links if not holds(plan, link, starts)),
        *_broken_capacities(plan, starts),
    ]


def holds(plan: Plan, link: Link, starts: Starts) -> bool:
    of = {activity.id: activity for activity in plan.activities}
    before, after = of[link.predecessor], of[link.successor]
    from_start = link.kind in (LinkKind.START_START, LinkKind.START_FINISH)
    to_start = link.kind in (LinkKind.FINISH_START, LinkKind.START_START)
    point = starts[before.id] if from_start else finish(plan, before, starts[before.id])
    items = starts[after.id] if to_start else finish(plan, after, starts[after.id])
    return items >= lagged(plan, link, point)


def _broken_windows(plan: Plan, starts: Starts) -> Iterator[str]:
    release = {project.id: project.release for project in plan.projects}
    for activity in plan.activities:
        start = starts[activity.id]
        if start < max(activity.earliest, release.get(activity.project or "", 0)):
            yield f"{activity.id} starts too early"
        if activity.duration and not works(plan, activity.calendar, start):
            yield f"{activity.id} starts in an idle step"
        if activity.deadline is not None and finish(plan, activity, start) > activity.deadline:
            yield f"{activity.id} is late"
        if activity.fixed and start != activity.planned:
            yield f"{activity.id} is not where it is fixed"


def _broken_capacities(plan: Plan, starts: Starts) -> Iterator[str]:
    for resource in plan.resources:
        used: dict[int, int] = {}
        for activity in plan.activities:
            units = sum(demand.units for demand in activity.demands if demand.resource == resource.id)
            for step in worked_steps(plan, activity, starts[activity.id]):
                used[step] = used.get(step, 0) + units
        for step, units in used.items():
            changes = sorted((c for c in resource.changes if c.at <= step), key=lambda c: c.at)
            if units > (changes[-1].units if changes else resource.capacity):
                yield f"{resource.id} is over capacity in {step}"


def schedules(plan: Plan, finish_by: int) -> Iterator[dict[str, int]]:
    """Every schedule that breaks nothing and ends by `finish_by`; the links go from earlier to later
    activities."""

    def extended(starts: dict[str, int], rest: tuple[Activity, ...]) -> Iterator[dict[str, int]]:
        if not rest:
            yield starts
            return
        placed = plan.activities[: len(starts) + 1]
        ids = {activity.id for activity in placed}
        links = tuple(link for link in plan.links if {link.predecessor, link.successor} <= ids)
        part = Plan(placed, plan.resources, links, plan.projects, plan.calendars)
        for start in range(finish_by + 1):
            if finish(plan, rest[0], start) > finish_by:
                break
            longer = {**starts, rest[0].id: start}
            if not broken(part, longer):
                yield from extended(longer, rest[1:])

    return extended({}, plan.activities)
