"""A whole MSPDI document read into a plan."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from services.projects.engines.planfiles.mspdi.baselines import baselines_from
from services.projects.engines.planfiles.mspdi.calendars import calendar_from
from services.projects.engines.planfiles.mspdi.custom import REMAINDER, custom_from, labels_of
from services.projects.engines.planfiles.mspdi.links import dependency_from, skip_link_of_stand_in
from services.projects.engines.planfiles.mspdi.remainder import Corrections, corrected
from services.projects.engines.planfiles.mspdi.resources import assignment_from, resource_from
from services.projects.engines.planfiles.mspdi.shape import NAMESPACE, PROJECT_ROW, ROOT, SHAPE, reason_for
from services.projects.engines.planfiles.mspdi.tasks import (
    Row,
    activity_from,
    external_from,
    place_of,
    rows_of,
)
from services.projects.engines.planfiles.mspdi.values import flag, instant, text, whole, wrong
from services.projects.engines.planfiles.planfile import NotTaken, PlanFile, check_size
from services.projects.engines.planfiles.safexml import Element, parse
from services.projects.engines.planning.plan import (
    Activity,
    Assignment,
    Baseline,
    Calendar,
    Dependency,
    ExternalActivity,
    Plan,
    Resource,
)
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped

Value = TypeVar("Value", Activity, Assignment, Baseline, Calendar, Dependency, Plan, Resource)

_NO_CALENDAR = (None, "-1", "0")
_NO_RESOURCE = ("-65535", "0")
"""The format's stand-ins for `none`. Other UIDs below zero stand for something that is in no file."""


def _is_nothing(uid: str | None) -> bool:
    return uid is not None and re.fullmatch(r"-\d{1,15}", uid) is not None


def read_mspdi(content: bytes) -> PlanFile:
    """The plan of an MSPDI document, and what of the document it does not hold.

    Raises Invalid, naming element, UID and line, for a document that is not MSPDI, is damaged, or refers to
    what is not in it.
    """
    refuse_mistyped(content, bytes, "")
    project, unknown = parse(content, ROOT, NAMESPACE, SHAPE)
    reading = _Reading(project, labels_of(project), unknown)
    plan = reading.plan()
    return PlanFile(plan, tuple(NotTaken(path, unknown[path], reason_for(path)) for path in sorted(unknown)))


@dataclass(slots=True)
class _Reading:
    """One document on its way into a plan: its ids by UID, and the corrections that came with it."""

    project: Element
    labels: Mapping[str, str]
    skipped: Counter[str]
    by: dict[str, Any] = field(default_factory=dict)
    calendar_ids: dict[str, str] = field(default_factory=dict)
    activity_ids: dict[str, str] = field(default_factory=dict)
    resource_ids: dict[str, str] = field(default_factory=dict)
    stand_ins: dict[str, tuple[str, str]] = field(default_factory=dict)
    project_rows: set[str] = field(default_factory=lambda: {"0"})

    def plan(self) -> Plan:
        rows = list(self.rows())
        calendars = tuple(self.calendars())
        activities = tuple(self.activities(rows))
        resources = tuple(self.resources())
        assigned = list(self.assignments())
        numbered = [(row.element, self.activity_ids[row.uid]) for row in rows if row.uid in self.activity_ids]
        plan = plan_from(
            self.project,
            self.calendar_of(self.project),
            activities=activities,
            dependencies=tuple(self.dependencies(rows)),
            calendars=calendars,
            external=tuple(self.external(rows)),
            resources=resources,
            assignments=tuple(each for _, each in assigned),
            baselines=tuple(self.baselines(numbered, assigned)),
        )
        return self.true(plan, self.by.get("plan"))

    def true(self, read: Value, by: object) -> Value:
        """`read` as it truly is; corrections that are none are counted, not believed."""
        try:
            return corrected(read, by) if by and isinstance(by, dict) else read
        except (ValueError, TypeError, RecursionError):
            self.skipped[f"Project/ExtendedAttribute[{REMAINDER}]"] += 1
            return read

    def corrections_of(self, name: str) -> dict[str, Corrections]:
        """The corrections of the plan's own members of one kind, by a key of theirs."""
        by = self.by.get(name)
        return by if isinstance(by, dict) else {}

    # --- the outline ----------------------------------------------------------------------------------------

    def rows(self) -> Iterator[Row]:
        """The tasks in outline order, without blank rows and without the row that stands for the project."""
        tasks = self.project.all("Tasks", "Task")
        blank = [task for task in tasks if flag(task, "IsNull")]
        if blank:
            self.skipped["Project/Tasks/Task[IsNull=1]"] += len(blank)
        used = [task for task in tasks if not flag(task, "IsNull")]
        check_size(sum(1 for task in used if whole(task, "OutlineLevel") != 0))
        for row in rows_of(used):
            if whole(row.element, "OutlineLevel") == 0:
                self.take_project_row(row)
            else:
                if flag(row.element, "ExternalTask"):
                    self.stand_ins[row.uid] = place_of(row.element)
                yield row

    def take_project_row(self, row: Row) -> None:
        self.project_rows.add(row.uid)
        _, by = custom_from(row.element, self.labels, self.skipped)
        self.by.update(by)
        if "Duration" in row.element.texts:
            self.skipped[f"Project/Tasks/{PROJECT_ROW}"] += 1
        for name in row.element.children.keys() & {
            "Baseline",
            "PredecessorLink",
        } | row.element.texts.keys() & {"Notes"}:
            self.skipped[f"Project/Tasks/{PROJECT_ROW}/{name}"] += 1

    def activities(self, rows: Iterable[Row]) -> Iterator[Activity]:
        ids: set[str] = set()
        for row in rows:
            if row.uid in self.stand_ins:
                continue
            parent = self.activity_ids.get(row.parent or "")
            custom, by = custom_from(row.element, self.labels, self.skipped)
            activity = self.true(activity_from(row, parent, self.calendar_of(row.element), custom), by)
            self.activity_ids[row.uid] = _new(activity.id, ids, row.element)
            yield activity

    def dependencies(self, rows: Iterable[Row]) -> Iterator[Dependency]:
        by = self.corrections_of("dependencies")
        for row in rows:
            if row.uid in self.stand_ins:
                skip_link_of_stand_in(row.element, self.skipped)
                continue
            for index, link in enumerate(row.element.children.get("PredecessorLink", ())):
                if self.follows_project_row(link):
                    continue
                successor = self.activity_ids[row.uid]
                read = dependency_from(link, successor, self.activity_ids, self.stand_ins)
                yield self.true(read, by.get(f"{text(link, 'PredecessorUID')}>{row.uid}/{index}"))

    def follows_project_row(self, link: Element) -> bool:
        """Whether the link leads from the row that stands for the project, which is no activity."""
        uid = text(link, "PredecessorUID")
        ours = uid in self.project_rows and uid not in self.activity_ids and uid not in self.stand_ins
        if ours and not flag(link, "CrossProject"):
            self.skipped[f"Project/Tasks/Task/PredecessorLink[PredecessorUID={uid}]"] += 1
            return True
        return False

    def external(self, rows: Iterable[Row]) -> Iterator[ExternalActivity]:
        for row in rows:
            if row.uid in self.stand_ins:
                published = external_from(row.element)
                if published:
                    yield published

    # --- calendars, resources, assignments, baselines -------------------------------------------------------

    def calendars(self) -> Iterator[Calendar]:
        """Ids first, for a calendar may stand before its base."""
        elements = self.project.all("Calendars", "Calendar")
        by, ids = self.corrections_of("calendars"), set[str]()
        for element in elements:
            uid = text(element, "UID") or ""
            bare = self.true(Calendar(uid), _only(by.get(uid), "id"))
            if uid in self.calendar_ids:
                raise wrong(element, "stands twice in the file", code="duplicate_uid", member="UID")
            self.calendar_ids[uid] = _new(bare.id, ids, element)
        for element in elements:
            uid = text(element, "UID") or ""
            own = flag(element, "IsBaseCalendar")
            base = None if own else self.calendar_of(element, "BaseCalendarUID")
            base_uid = text(element, "BaseCalendarUID")
            bereft = not own and base is None and base_uid not in _NO_CALENDAR
            yield self.true(calendar_from(element, base, self.skipped, bereft=bereft), by.get(uid))

    def calendar_of(self, element: Element, name: str = "CalendarUID") -> str | None:
        uid = text(element, name)
        if uid is not None and uid in self.calendar_ids:
            return self.calendar_ids[uid]
        if uid in _NO_CALENDAR:
            return None
        if _is_nothing(uid):
            self.skipped[f"{_PATHS[element.name]}[{name}={uid}]"] += 1
            return None
        raise wrong(
            element,
            Text("{name} is {uid}, which is not in the file", name=name, uid=uid),
            code="unknown_calendar",
            member=name,
        )

    def resources(self) -> Iterator[Resource]:
        ids: set[str] = set()
        for element in self.project.all("Resources", "Resource"):
            uid = text(element, "UID")
            if uid == "0" or flag(element, "IsNull"):
                self.skipped["Project/Resources/Resource[UID=0]"] += 1
                continue
            if uid is None or uid in self.resource_ids:
                raise wrong(element, "has no UID, or that of another", code="duplicate_uid", member="UID")
            custom, by = custom_from(element, self.labels, self.skipped)
            resource = self.true(resource_from(element, self.calendar_of(element), custom), by)
            self.resource_ids[uid] = _new(resource.id, ids, element)
            yield resource

    def assignments(self) -> Iterator[tuple[Element, Assignment]]:
        ids: set[str] = set()
        for element in self.project.all("Assignments", "Assignment"):
            task, resource = text(element, "TaskUID") or "", text(element, "ResourceUID") or ""
            nobody = resource in _NO_RESOURCE or _is_nothing(resource)
            if nobody and resource not in self.resource_ids:
                self.skipped[f"Project/Assignments/Assignment[ResourceUID={resource}]"] += 1
                continue
            if (task in self.project_rows or _is_nothing(task)) and task not in self.activity_ids:
                self.skipped[f"Project/Assignments/Assignment[TaskUID={task}]"] += 1
                continue
            for uid, known_ids, name in (
                (task, self.activity_ids, "TaskUID"),
                (resource, self.resource_ids, "ResourceUID"),
            ):
                if uid not in known_ids:
                    what = Text("{name} is {uid!r}, which is not in the file", name=name, uid=uid[:40])
                    raise wrong(element, what, code="unknown_reference", member=name)
            custom, by = custom_from(element, self.labels, self.skipped)
            read = assignment_from(element, self.activity_ids[task], self.resource_ids[resource], custom)
            assignment = self.true(read, by)
            _new(assignment.id, ids, element)
            yield element, assignment

    def baselines(
        self, tasks: Iterable[tuple[Element, str]], assigned: Iterable[tuple[Element, Assignment]]
    ) -> Iterator[Baseline]:
        by = self.corrections_of("baselines")
        assignments = ((element, assignment.id) for element, assignment in assigned)
        for each in baselines_from(tasks, assignments, by):
            yield self.true(each, by.get(each.id))


_PATHS = {
    "Project": "Project",
    "Calendar": "Project/Calendars/Calendar",
    "Task": "Project/Tasks/Task",
    "Resource": "Project/Resources/Resource",
}


def _new(identifier: str, ids: set[str], element: Element) -> str:
    if not identifier or identifier in ids:
        raise wrong(
            element,
            Text("has the id {identifier!r}, as another has", identifier=identifier),
            code="duplicate_uid",
            member="UID",
        )
    ids.add(identifier)
    return identifier


def _only(by: object, member: str) -> object:
    return {member: by[member]} if isinstance(by, dict) and member in by else None


def plan_from(project: Element, calendar: str | None, **members: Any) -> Plan:
    """The plan of the document's own simple elements and the members given."""
    start = instant(project, "StartDate")
    if start is None:
        starts = [each.planned_start for each in members["activities"] if each.planned_start]
        if not starts:
            raise wrong(project, "has neither a StartDate nor a task with a Start", member="StartDate")
        start = min(starts)
    return Plan(
        id=text(project, "UID") or (text(project, "GUID") or "").lower() or text(project, "Name") or "plan",
        start=start,
        calendar=calendar,
        name=project.texts.get("Name", ""),
        data_date=instant(project, "StatusDate"),
        finish_by=_finish_by(project),
        day_s=(whole(project, "MinutesPerDay") or 480) * 60,
        week_s=(whole(project, "MinutesPerWeek") or 2_400) * 60,
        month_days=whole(project, "DaysPerMonth") or 20,
        currency=text(project, "CurrencyCode"),
        title=project.texts.get("Title", ""),
        author=project.texts.get("Author", ""),
        company=project.texts.get("Company", ""),
        manager=project.texts.get("Manager", ""),
        **members,
    )


def _finish_by(project: Element) -> datetime | None:
    """A project scheduled from its finish has to be done by it; another one's finish is only computed."""
    backward = text(project, "ScheduleFromStart") is not None and not flag(project, "ScheduleFromStart")
    return instant(project, "FinishDate") if backward else None
