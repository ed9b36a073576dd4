"""Project's .mpp files and Primavera's XER and PMXML, read through mpxj: an optional extra that needs Java.

mpxj turns the file into MSPDI, which is then read as any other. What MSPDI cannot say (levels of effort,
second constraints) is asked of mpxj itself. The Java machine is started once in a process, on the first file
that needs it. Its memory is bounded, and it does not take over the process's signals.
"""

import re
import resource
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from threading import Lock
from types import SimpleNamespace
from typing import Any, cast

from services.projects.engines.planfiles.mspdi import read_mspdi
from services.projects.engines.planfiles.mspdi.shape import SHAPE, reason_for
from services.projects.engines.planfiles.planfile import NotTaken, PlanFile, Reason, check_size
from services.projects.engines.planfiles.safexml import Shape, parse
from services.projects.engines.planning.plan import Activity, ActivityKind, Constraint, ConstraintKind
from shared.base.errors import Fault, Invalid, UnsupportedMediaType
from shared.base.texts import Text

JAVA_OPTIONS = (
    "-Xmx768m",
    "-XX:+UseSerialGC",
    "-XX:CompressedClassSpaceSize=64m",  # Java reserves address space, which is bounded in a worker
    "-XX:ReservedCodeCacheSize=64m",
    "-Xrs",  # the process keeps its own handling of interrupts and termination
    "-Djava.awt.headless=true",
    "-Dlog4j2.StatusLogger.level=OFF",  # a library of mpxj's complains that nobody listens to its log
)

JAVA_MEGABYTES = 1_400
"""Of address space, for the heap and all beside it; most of it is reserved and never used."""
_PMXML_NAMESPACE = "http://xmlns.oracle.com/Primavera/"


class Format(StrEnum):
    """What is read through mpxj."""

    MPP = "Microsoft Project .mpp"
    XER = "Primavera XER"
    PMXML = "Primavera PMXML"


PMXML_ROOT = "APIBusinessObjects"

_LEVELS_OF_EFFORT = ("LEVEL_OF_EFFORT", "HAMMOCK")
_CONSTRAINTS = {
    "AS_SOON_AS_POSSIBLE": ConstraintKind.ASAP,
    "AS_LATE_AS_POSSIBLE": ConstraintKind.ALAP,
    "MUST_START_ON": ConstraintKind.MSO,
    "START_ON": ConstraintKind.MSO,
    "MUST_FINISH_ON": ConstraintKind.MFO,
    "FINISH_ON": ConstraintKind.MFO,
    "START_NO_EARLIER_THAN": ConstraintKind.SNET,
    "START_NO_LATER_THAN": ConstraintKind.SNLT,
    "FINISH_NO_EARLIER_THAN": ConstraintKind.FNET,
    "FINISH_NO_LATER_THAN": ConstraintKind.FNLT,
}

_starting = Lock()


def read_foreign(content: bytes, kind: Format) -> PlanFile:
    """The plan of a file in one of mpxj's formats, and the fields of it that the plan does not hold.

    Of a file with several projects the one exported is read. Raises UnsupportedMediaType where the extra or
    Java is not installed, and Invalid for a file mpxj cannot read.
    """
    if kind is Format.PMXML:
        parse(content, PMXML_ROOT, _PMXML_NAMESPACE, {})
    java = _started(kind)
    try:
        project = java.readers[kind]().read(java.ByteArrayInputStream(content))
        _check(project, kind)
        summed = _sum_repeated(java, project)
        read = read_mspdi(_as_mspdi(java, project))
        tasks = {str(task.getUniqueID()): task for task in project.getTasks()}
        activities = tuple(_activity(tasks[each.id], each) for each in read.plan.activities)
        rows = [each for each in read.not_taken if "[" in each.path]
        unread = [*rows, *summed, *_other_projects(java, content, kind), *_not_taken(project)]
    except java.Throwable as error:
        raise _refused(
            "unreadable",
            Text(
                "this is not a {kind} file that can be read: {getmessage}",
                kind=kind,
                getmessage=error.getMessage(),
            ),
        ) from None
    return PlanFile(
        replace(read.plan, activities=activities), tuple(sorted(unread, key=lambda each: each.path))
    )


def _started(kind: Format) -> SimpleNamespace:
    try:
        with _starting:
            return _java()
    except (ImportError, OSError, ValueError) as error:  # jpype says with a ValueError that there is no Java
        what = Text(
            "a {kind} file is read through mpxj: install Java 11 or later and portolan[plans] ({error})",
            kind=kind,
            error=error,
        )
        raise UnsupportedMediaType(what, Fault("mpxj_absent", what), code="mpxj_absent") from None


def _make_room() -> None:
    """A worker's address space is bounded: Java gets room of its own, which it does not outgrow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        room = soft + JAVA_MEGABYTES * 1024 * 1024
        resource.setrlimit(
            resource.RLIMIT_AS, (room if hard == resource.RLIM_INFINITY else min(room, hard), hard)
        )


@cache
def _java() -> SimpleNamespace:
    """The classes of mpxj's that are used, once Java runs."""
    import jpype
    import mpxj  # noqa: F401 - puts its libraries on Java's class path

    if not jpype.isJVMStarted():
        _make_room()
        jpype.startJVM(*JAVA_OPTIONS, convertStrings=True)
    primavera, io = jpype.JPackage("org").mpxj.primavera, jpype.JPackage("java").io
    return SimpleNamespace(
        readers={
            Format.MPP: jpype.JPackage("org").mpxj.mpp.MPPReader,
            Format.XER: primavera.PrimaveraXERFileReader,
            Format.PMXML: primavera.PrimaveraPMFileReader,
        },
        MSPDIWriter=jpype.JPackage("org").mpxj.mspdi.MSPDIWriter,
        ByteArrayInputStream=io.ByteArrayInputStream,
        ByteArrayOutputStream=io.ByteArrayOutputStream,
        Duration=jpype.JPackage("org").mpxj.Duration,
        Double=jpype.JPackage("java").lang.Double,
        Throwable=jpype.JException,
    )


def _check(project: Any, kind: Format) -> None:
    if project is None:
        raise _refused(
            "unreadable", Text("this is not a {kind} file that can be read: it holds no project", kind=kind)
        )
    check_size(project.getTasks().size())


_WORK = ("Work", "ActualWork", "RemainingWork", "OvertimeWork")
_NUMBERS = ("Units", "Cost", "ActualCost")


def _sum_repeated(java: SimpleNamespace, project: Any) -> list[NotTaken]:
    """Adds up the assignments of one resource to one task, of which MSPDI has one; the others are listed.

    Work, units and costs are summed, and the whole lasts from the first start to the last finish.
    """
    first: dict[tuple[str, str], Any] = {}
    repeated = []
    for each in list(project.getResourceAssignments()):
        earliest = first.setdefault((str(each.getTaskUniqueID()), str(each.getResourceUniqueID())), each)
        if earliest is not each:
            repeated.append(each)
            _add(java, project, earliest, each)
    for each in repeated:
        each.remove()
    path = "Project/Assignments/Assignment (further ones of one resource to one task, added to the first)"
    return [NotTaken(path, len(repeated), Reason.NO_PLACE)] if repeated else []


def _add(java: SimpleNamespace, project: Any, earliest: Any, other: Any) -> None:
    properties = project.getProjectProperties()
    for name in _WORK:
        if (more := _get(other, name)) is not None:
            had = _get(earliest, name)
            _set(earliest, name, more if had is None else java.Duration.add(had, more, properties))
    for name in _NUMBERS:
        if (more := _get(other, name)) is not None:
            _set(earliest, name, java.Double.valueOf(float(_get(earliest, name) or 0) + float(more)))
    for name, choose in (("Start", min), ("Finish", max)):
        dates = [on for on in (_get(earliest, name), _get(other, name)) if on is not None]
        if dates:
            _set(earliest, name, choose(dates, key=str))


def _get(assignment: Any, name: str) -> Any:
    return getattr(assignment, f"get{name}")()


def _set(assignment: Any, name: str, value: Any) -> None:
    getattr(assignment, f"set{name}")(value)


def _as_mspdi(java: SimpleNamespace, project: Any) -> bytes:
    out = java.ByteArrayOutputStream()
    java.MSPDIWriter().write(project, out)
    return bytes(out.toByteArray())


def _refused(code: str, what: str) -> Invalid:
    return Invalid(what, Fault(code, what), code=code)


# --- what MSPDI cannot say ----------------------------------------------------------------------------------


def _activity(task: Any, read: Activity) -> Activity:
    second = _second_constraint(task)
    return replace(
        read,
        kind=_kind(task, read),
        constraints=(*read.constraints, second) if second else read.constraints,
    )


def _kind(task: Any, read: Activity) -> ActivityKind:
    stated_type = task.getActivityType()
    spans = stated_type is not None and str(stated_type.name()) in _LEVELS_OF_EFFORT
    return ActivityKind.LEVEL_OF_EFFORT if spans else read.kind


def _second_constraint(task: Any) -> Constraint | None:
    stated_type, on = task.getSecondaryConstraintType(), task.getSecondaryConstraintDate()
    if stated_type is None:
        return None
    kind = _CONSTRAINTS[str(stated_type.name())]
    if kind in (ConstraintKind.ASAP, ConstraintKind.ALAP):
        return Constraint(kind) if kind is ConstraintKind.ALAP else None
    return Constraint(kind, datetime.fromisoformat(str(on))) if on is not None else None


# --- what was not taken -------------------------------------------------------------------------------------

_KINDS: dict[str, tuple[str, Shape]] = {
    name.upper(): (f"Project/{name}s/{name}", cast(Shape, cast(Shape, SHAPE[f"{name}s"])[name]))
    for name in ("Task", "Resource", "Assignment")
} | {"PROJECT": ("Project", SHAPE)}

_NUMBERED = re.compile(
    r"(Text|Start|Finish|Flag|Number|Duration|Cost|Date)\d+|Baseline\d*(Start|Finish|Duration|Work|Cost)"
)
_OTHER_NAMES = {"TaskMode": "Manual", "ProjectTitle": "Title", "DefaultEndTime": "DefaultFinishTime"}


def _other_projects(java: SimpleNamespace, content: bytes, kind: Format) -> Iterator[NotTaken]:
    """The projects beside the one that was read; an .mpp file holds one only."""
    if kind is not Format.MPP:
        others = java.readers[kind]().listProjects(java.ByteArrayInputStream(content)).size() - 1
        if others > 0:
            yield NotTaken("Project (others in the file)", others, Reason.NO_PLACE)


def _not_taken(project: Any) -> Iterator[NotTaken]:
    """The fields that hold something somewhere in the file and have no place in a plan."""
    holders = {
        "TASK": project.getTasks(),
        "RESOURCE": project.getResources(),
        "ASSIGNMENT": project.getResourceAssignments(),
        "PROJECT": [project.getProjectProperties()],
    }
    for field in project.getPopulatedFields():
        kind = str(field.getFieldTypeClass())
        if kind not in holders:
            yield NotTaken(f"{kind.title()}/{field.getName()}", 1, Reason.NO_PLACE)
            continue
        path, shape = _KINDS[kind]
        name = _element_name(str(field.name()))
        if name not in shape and not _NUMBERED.fullmatch(name):
            count = sum(1 for each in holders[kind] if each.getCachedValue(field) is not None)
            yield NotTaken(f"{path}/{name}", max(count, 1), reason_for(f"{path}/{name}"))


def _element_name(field: str) -> str:
    """MSPDI's name for a field of mpxj's: EARLY_START is EarlyStart, CALENDAR_UNIQUE_ID is CalendarUID."""
    name = "".join(part.title() for part in field.split("_"))
    name = name.replace("UniqueId", "UID").replace("Guid", "GUID").replace("Wbs", "WBS")
    name = re.sub(r"Id$", "ID", name)
    name = re.sub(r"^(Assignment|Default)(?=Units|Delay|CalendarUID)", "", name)
    return _OTHER_NAMES.get(name, name)
