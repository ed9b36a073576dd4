"""A plan file as the activities and links of a project, and what of it is lost on the way; read in a worker.

The tree of a plan is no work: its summaries are left out, and links of summaries with them. Dates are not taken either: a run
of the schedule computes them anew, by the calendars of the project. What was fixed by hand keeps its start as a constraint.
"""

from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from services.projects.engines.planfiles.formats import read_plan
from services.projects.engines.planfiles.planfile import NotTaken, PlanFile, Reason
from services.projects.engines.planning.bulk import (
    PlanActivity,
    PlanBody,
    PlanDependency,
    PlanLag,
    PlanRef,
)
from services.projects.engines.planning.bulk import check as check_rows
from services.projects.engines.planning.plan import (
    Activity,
    ActivityKind,
    Constraint,
    ConstraintKind,
    Dependency,
    DependencyKind,
    Lag,
    Plan,
)
from shared.base.computation import Computation, Report
from shared.base.text import composed, shows_nothing
from shared.base.typed_json import Within

LONGEST_NAME = 300
MOST_LOSSES = 200
DATED = {
    ConstraintKind.SNET, ConstraintKind.SNLT, ConstraintKind.FNET, ConstraintKind.FNLT, ConstraintKind.MSO,
    ConstraintKind.MFO,
}  # fmt: skip
KINDS: Mapping[DependencyKind, Literal["fs", "ss", "ff", "sf"]] = {
    DependencyKind.FS: "fs",
    DependencyKind.SS: "ss",
    DependencyKind.FF: "ff",
    DependencyKind.SF: "sf",
}
AT_FINISH = {ConstraintKind.FNET, ConstraintKind.FNLT, ConstraintKind.MFO}


@dataclass(frozen=True, slots=True)
class PlanFileBody:
    """A file, and how its rows are named."""

    content: Annotated[str, Within(1, 60_000_000)]
    """Its bytes in base 64."""
    source: Annotated[str, Within(1, 40)]
    """The system of the external keys."""
    zone: Annotated[str, Within(1, 60)]
    """The time zone in which the dates of the file are meant."""
    prefix: Annotated[str, Within(0, 100)] = ""
    """What stands before the keys of the file, which are unique in it alone."""


@dataclass(frozen=True, slots=True)
class PlanLoss:
    """A kind of thing in a file that is not taken."""

    what: str
    """The element of the file, or the kind of thing."""
    count: int
    """How often it occurs."""
    reason: str
    """Why: it is computed anew, a setting of the other program, or there is no place for it."""
    example: str = ""
    """The first one, by its name in the file."""


@dataclass(frozen=True, slots=True)
class PlanFileContent:
    """What a file holds: the plan as it is taken, and what is lost."""

    body: PlanBody
    """Activities and links, with keys of the file."""
    losses: tuple[PlanLoss, ...] = ()
    """What is lost, the most frequent first."""


@dataclass
class Losses:
    """Counts what is lost, by kind."""

    counts: Counter[tuple[str, Reason]] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, what: str, example: str = "", reason: Reason = Reason.NO_PLACE, count: int = 1) -> None:
        if count:
            self.counts[what, reason] += count
            self.examples.setdefault(what, example[:LONGEST_NAME])

    def listed(self) -> tuple[PlanLoss, ...]:
        most = sorted(self.counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_LOSSES]
        return tuple(
            PlanLoss(what, count, reason.value, self.examples[what]) for (what, reason), count in most
        )


def content_of(file: PlanFile, source: str, zone: ZoneInfo, prefix: str) -> PlanFileContent:
    """The rows of a plan that was read, named by their keys in the file."""
    losses = Losses()
    for not_taken in file.not_taken:
        _not_taken(losses, not_taken)
    plan = file.plan
    _lost_with_the_plan(losses, plan)
    activities = [one for one in plan.activities if _is_taken(one, losses)]
    rows = tuple(_row(one, source, zone, prefix, losses) for one in activities)
    links = tuple(_links(plan.dependencies, activities, plan, losses))
    return PlanFileContent(PlanBody(rows, links), losses.listed())


def _not_taken(losses: Losses, one: NotTaken) -> None:
    losses.add(one.path, reason=one.reason, count=one.count)


def _lost_with_the_plan(losses: Losses, plan: Plan) -> None:
    """What a plan holds beside its activities and links."""
    losses.add("calendars", _first(plan.calendars), count=len(plan.calendars))
    losses.add("resources", _first(plan.resources), count=len(plan.resources))
    losses.add("assignments", count=len(plan.assignments))
    losses.add("baselines", _first(plan.baselines), count=len(plan.baselines))
    losses.add("custom fields", count=sum(bool(one.custom) for one in plan.activities))
    losses.add("costs", count=sum(bool(one.cost or one.fixed_cost) for one in plan.activities))
    losses.add("notes", count=sum(bool(one.notes) for one in plan.activities))


def _first(things: Iterable[object]) -> str:
    return next((str(getattr(one, "name", "")) for one in things), "")


def _is_taken(one: Activity, losses: Losses) -> bool:
    if one.kind is ActivityKind.SUMMARY:
        losses.add("summaries", one.name)
        return False
    if not one.active:
        losses.add("inactive tasks", one.name)
        return False
    return True


def _row(one: Activity, source: str, zone: ZoneInfo, prefix: str, losses: Losses) -> PlanActivity:
    is_milestone = one.kind is ActivityKind.MILESTONE
    if is_milestone and one.duration_s:
        losses.add("durations of milestones", one.name)
    if one.elapsed:
        losses.add("elapsed durations", one.name)
    if one.calendar is not None:
        losses.add("calendars of activities", one.name)
    constraint = _constraint(one, losses)
    progress = one.progress
    finished = progress.actual_finish is not None
    percent = 100 if finished else min(99, round(progress.percent_complete))
    started = progress.actual_start
    if percent and started is None:
        losses.add("progress without a start", one.name)
        percent = 0
    return PlanActivity(
        name=_name(one),
        key=str(one.id),
        external_ref=PlanRef(source, f"{prefix}{one.id}"),
        duration_minutes=0 if is_milestone else round(one.duration_s / 60),
        constraint_kind=None if constraint is None else constraint.kind.value,
        constraint_at=_at(constraint, zone),
        deadline_on=_deadline(one.deadline),
        percent_complete=percent,
        actual_start_at=_zoned(started, zone),
        actual_finish_at=_zoned(progress.actual_finish, zone),
        remaining_minutes=None
        if finished or progress.remaining_s is None or started is None
        else round(progress.remaining_s / 60),
        level_of_effort=one.kind is ActivityKind.LEVEL_OF_EFFORT,
        milestone=is_milestone,
        effort_minutes=None if not one.work_s else round(one.work_s / 60),
    )


def _name(one: Activity) -> str:
    name = composed(one.name).strip()[:LONGEST_NAME].strip()
    return f"({one.id})" if not name or shows_nothing(name) else name


def _constraint(one: Activity, losses: Losses) -> Constraint | None:
    """The one that it has, of two the first; what is scheduled by hand starts when it is planned, not earlier."""
    if one.manual and one.planned_start is not None and one.progress.actual_start is None:
        losses.add("dates set by hand", one.name)
        return Constraint(ConstraintKind.SNET, one.planned_start)
    if len(one.constraints) > 1:
        losses.add("second constraints", one.name)
    first = next(iter(one.constraints), None)
    return None if first is None or first.kind is ConstraintKind.ASAP else first


def _at(constraint: Constraint | None, zone: ZoneInfo) -> datetime | None:
    """The instant of a constraint; of a whole day its beginning, or its end where a finish is held."""
    if constraint is None or constraint.on is None or constraint.kind not in DATED:
        return None
    on = constraint.on
    if not isinstance(on, datetime):
        hour, minute = (23, 59) if constraint.kind in AT_FINISH else (0, 0)
        on = datetime(on.year, on.month, on.day, hour, minute)
    return _zoned(on, zone)


def _zoned(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if at is None else at.replace(tzinfo=zone, microsecond=0)


def _deadline(at: date | datetime | None) -> date | None:
    return at.date() if isinstance(at, datetime) else at


def _links(
    links: Iterable[Dependency], activities: Iterable[Activity], plan: Plan, losses: Losses
) -> Iterator[PlanDependency]:
    names = {one.id: one.name for one in plan.activities}
    ids = {one.id for one in activities}
    pairs: set[tuple[str, str, str]] = set()
    for link in links:
        name = (
            f"{names.get(link.predecessor, link.predecessor)} -> {names.get(link.successor, link.successor)}"
        )
        key = (str(link.predecessor), str(link.successor), link.kind.value.lower())
        if link.predecessor_plan is not None:
            losses.add("links to other plans", name)
        elif link.predecessor not in ids or link.successor not in ids:
            losses.add("links of summaries and inactive tasks", name)
        elif key in pairs:
            losses.add("links that stand twice", name)
        else:
            pairs.add(key)
            yield PlanDependency(from_key=key[0], to_key=key[1], kind=KINDS[link.kind], lag=_lag(link.lag))


def _lag(lag: Lag) -> PlanLag | None:
    waits = PlanLag(round(lag.seconds / 60), round(lag.percent), lag.elapsed)
    return None if not waits.minutes and not waits.percent else waits


def run(body: PlanFileBody, report: Report) -> PlanFileContent:
    report(0.1, "reading")
    file = read_plan(b64decode(body.content))
    report(0.7, "taking")
    content = content_of(file, body.source, ZoneInfo(body.zone), body.prefix)
    check_rows(content.body)
    return replace(content, body=content.body)


def check(body: PlanFileBody) -> None:
    ZoneInfo(body.zone)


READ_FILE = Computation(PlanFileBody, PlanFileContent, run, check)
