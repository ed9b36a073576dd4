"""Plan files, read by the engine of the projects service, as the plans that the import takes.

The worker of a page has little memory, and Java takes much of it at once: plans that need Java are read by a process of its own
(`plan_process`), which writes a line for each.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import msgspec

from services.imports.plans.plan import Assignment, Plan, Resource, Task, Unread
from services.imports.systems.kinds import needs_java
from services.projects.engines.planfiles import PlanFile, Reason, read_plan
from services.projects.engines.planning import plan as engine
from shared.base.bare_environment import bare_environment
from shared.base.errors import Invalid, UnsupportedMediaType
from shared.base.texts import Text, from_plain, joined, to_plain

ENDINGS = (".xml", ".mpp", ".xer", ".pmxml", ".mspdi")
JAVA = Text("Install Java 11 or newer and the extra `plans`, or save the plan as XML.")
ANEW = Text("Save it anew.")
SECONDS = 300
"""How long the process may take for all plans that need Java."""
PROCESS = "services.plan_process"


class ReadPlan(msgspec.Struct):
    """A line that the process writes: a plan, or why there is none."""

    plan: Plan | None
    code: str = ""
    reason: object = ""
    mend: object = ""


def plans_in(folder: Path) -> Iterator[Plan | Unread]:
    """Every plan file of a folder and the folders in it, in the order of their names; or a single file."""
    if folder.is_file():
        yield read(folder, folder.name)
    for path in sorted(folder.rglob("*")):
        if path.suffix.casefold() in ENDINGS and path.is_file():
            yield read(path, path.relative_to(folder).as_posix())


def read(path: Path, name: str) -> Plan | Unread:
    """The plan of one file; or why it is none."""
    try:
        return _plan(read_plan(path), name)
    except UnsupportedMediaType as error:
        return Unread(name, "java_needed", error.detail, JAVA)
    except Invalid as error:
        faults = [fault.detail for fault in error.faults if str(fault.detail) not in str(error.detail)]
        return Unread(name, "unreadable_plan", joined(map(Text, (error.detail, *faults)), "; "), ANEW)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Unread(name, "unreadable_plan", reason, Text("See that it can be read."))


def plans_of(files: Sequence[tuple[Path, str]]) -> Iterator[Plan | Unread]:
    """The plan of each file, or why it has none, as the files are told of; those that need Java come last."""
    foreign = [(path, name) for path, name in files if needs_java(path)]
    for path, name in files:
        if (path, name) not in foreign:
            yield read(path, name)
    if foreign:
        yield from _in_a_process(foreign)


def _in_a_process(files: Sequence[tuple[Path, str]]) -> Iterator[Plan | Unread]:
    program = f"import sys; sys.path[:] = {sys.path!r}; from {PROCESS} import main; main(sys.argv[1:])"
    command = [sys.executable, "-s", "-c", program, *(str(path) for path, _ in files)]
    try:
        done = subprocess.run(  # noqa: S603  # our own program, and names of files
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=bare_environment(), timeout=SECONDS, check=False,
        )  # fmt: skip
        lines = done.stdout.splitlines()
    except subprocess.TimeoutExpired as late:
        lines = (late.stdout or b"").splitlines()
    for at, (_, name) in enumerate(files):
        answer = _answer(lines[at]) if at < len(lines) else None
        if answer is None:
            reason = Text("it takes too much memory or time")
            yield Unread(name, "unreadable_plan", reason, Text("Save the plan as XML."))
        elif answer.plan is None:
            yield Unread(name, answer.code, from_plain(answer.reason), from_plain(answer.mend))  # type: ignore[arg-type]  # as `to_plain` gave it
        else:
            yield replace(answer.plan, file=name)


def _answer(line: bytes) -> ReadPlan | None:
    try:
        return msgspec.json.decode(line, type=ReadPlan)
    except msgspec.MsgspecError:  # it ended in the middle of a line
        return None


def line_of(path: Path) -> bytes:
    """What the process writes of one file."""
    one = read(path, path.name)
    if isinstance(one, Unread):
        return msgspec.json.encode(ReadPlan(None, one.code, to_plain(one.reason), to_plain(one.mend)))
    return msgspec.json.encode(ReadPlan(one))


def _plan(file: PlanFile, name: str) -> Plan:
    plan = file.plan
    first = {
        each.activity: each
        for baseline in plan.baselines
        if baseline.id == "0"
        for each in baseline.activities
    }
    if not first and plan.baselines:
        first = {each.activity: each for each in plan.baselines[0].activities}
    return Plan(
        file=name, id=plan.id, name=plan.name, title=plan.title, manager=plan.manager,
        currency=(plan.currency or "").upper(),
        status_on=_day(plan.data_date),
        tasks=tuple(_task(each, row, first.get(each.id)) for row, each in enumerate(plan.activities, 1)),
        resources=tuple(_resource(each, row) for row, each in enumerate(plan.resources, 1)),
        assignments=tuple(Assignment(each.activity, each.resource, each.work_s or 0) for each in plan.assignments),
        others=_count_others(plan),
        elements={each.path: each.count for each in file.not_taken if each.reason == Reason.NO_PLACE},
    )  # fmt: skip


def _task(each: engine.Activity, row: int, agreed: engine.BaselineActivity | None) -> Task:
    done = each.progress
    percent = 100.0 if done.actual_finish is not None else done.percent_complete
    return Task(
        id=each.id, row=row, name=each.name, parent=each.parent or "", wbs=each.wbs,
        is_summary=each.kind == engine.ActivityKind.SUMMARY,
        is_milestone=each.kind == engine.ActivityKind.MILESTONE,
        is_active=each.active,
        start=_day(each.planned_start), finish=_day(each.planned_finish),
        actual_start=_day(done.actual_start),
        percent=percent,
        cost=each.cost, fixed_cost=each.fixed_cost,
        agreed=(_day(agreed.start), _day(agreed.finish), agreed.cost) if agreed else None,
        notes=each.notes,
    )  # fmt: skip


def _resource(each: engine.Resource, row: int) -> Resource:
    is_person = each.kind == engine.ResourceKind.WORK and not each.generic and each.active
    return Resource(each.id, row, each.name, each.email, is_person)


def _count_others(plan: engine.Plan) -> dict[str, int]:
    activities = plan.activities
    return {
        "links": len(plan.dependencies),
        "calendars": len(plan.calendars),
        "constraints": sum(len(each.constraints) for each in activities),
        "deadlines": sum(each.deadline is not None for each in activities),
        "custom fields": sum(len(each.custom) for each in activities)
        + sum(len(each.custom) for each in plan.resources)
        + sum(len(each.custom) for each in plan.assignments),
        "further baselines": max(0, len(plan.baselines) - 1),
        "splits": sum(each.progress.resumes_at is not None for each in activities),
        "resource rates": sum(bool(each.standard_rate or each.overtime_rate) for each in plan.resources),
        "hours of work": sum((each.work_s or 0) for each in activities if each.kind != "summary") // 3600,
        "actual costs": sum(bool(each.actual_cost) for each in activities),
        "links to other plans": len(plan.external),
    }


def _day(instant: date | datetime | None) -> date | None:
    return instant.date() if isinstance(instant, datetime) else instant
