"""A plan written as an MSPDI document that reads back without loss.

Each element is built, read back as the reader would, and compared with what it was built from: what differs
goes into the remainder. So losslessness does not rest on a list of special cases.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from services.projects.engines.planfiles.mspdi.baselines import NUMBERS, activity_copies, assignment_copies
from services.projects.engines.planfiles.mspdi.calendars import calendar_element, calendar_from
from services.projects.engines.planfiles.mspdi.custom import CustomFields, custom_from, fields_for
from services.projects.engines.planfiles.mspdi.links import dependency_from, link_element
from services.projects.engines.planfiles.mspdi.outline import numbered, outlined, refused
from services.projects.engines.planfiles.mspdi.reader import plan_from
from services.projects.engines.planfiles.mspdi.remainder import corrections
from services.projects.engines.planfiles.mspdi.resources import (
    assignment_element,
    assignment_from,
    resource_element,
    resource_from,
)
from services.projects.engines.planfiles.mspdi.shape import NAMESPACE, SHAPE
from services.projects.engines.planfiles.mspdi.tasks import (
    Row,
    activity_from,
    external_from,
    stand_in_element,
    task_element,
)
from services.projects.engines.planfiles.mspdi.values import build_element, instant_text
from services.projects.engines.planfiles.planfile import check_bytes, check_size
from services.projects.engines.planfiles.safexml import Element, check_elements, document_of
from services.projects.engines.planning.plan import Activity, Baseline, Dependency, Plan
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped

_SAVE_VERSION = 14
"""Project 2010 and later."""

_NO_CALENDAR = -1
_MOST_YEARS = 15
_UID_LENGTH = 16
_GUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def write_mspdi(plan: Plan) -> bytes:
    """The plan as an MSPDI document, in UTF-8.

    Activities are written in outline order. What the format cannot hold travels in a custom text field, from which
    `read_mspdi` restores it. Examples are ids that are not whole numbers, second constraints, lags of odd seconds,
    levels of effort and more. Raises Invalid for a plan that refers to what it does not hold, or uses an id twice.
    The same holds for one with more than eleven baselines, or larger than what is read back.
    """
    refuse_mistyped(plan, Plan, "")
    project = _Writing(plan).project()
    check_elements(project)
    document = document_of(project, SHAPE, NAMESPACE)
    check_bytes(len(document))
    return document


class _Writing:
    """One plan on its way into a document."""

    def __init__(self, plan: Plan) -> None:
        refuse_mistyped(plan.id, str, "/id")
        self.plan = plan
        check_size(len(plan.activities) + len(self.stand_ins_named))
        self.calendars = numbered((each.id for each in plan.calendars), "calendars")
        self.activities = numbered((each.id for each in plan.activities), "activities")
        self.resources = numbered((each.id for each in plan.resources), "resources")
        self.assigned = numbered((each.id for each in plan.assignments), "assignments")
        self.fields = {
            "Task": fields_for("Task", (each.custom for each in plan.activities)),
            "Resource": fields_for("Resource", (each.custom for each in plan.resources)),
            "Assignment": fields_for("Assignment", (each.custom for each in plan.assignments)),
        }
        self.numbers = _baseline_numbers(plan.baselines)
        self.by: dict[str, dict[str, Any]] = {}

    # --- the whole ------------------------------------------------------------------------------------------

    def project(self) -> Element:
        project = self.simple_members()
        self.add(project, "Calendars", "Calendar", list(self.calendar_elements()))
        tasks = [*self.stand_in_elements(), *self.task_elements()]
        self.check_baselines()
        self.keep_corrections(project)
        self.add(project, "Tasks", "Task", [self.project_row(), *tasks])
        self.add(project, "Resources", "Resource", list(self.resource_elements()))
        self.add(project, "Assignments", "Assignment", list(self.assignment_elements()))
        definitions = [each for fields in self.fields.values() for each in fields.definitions()]
        self.add(project, "ExtendedAttributes", "ExtendedAttribute", definitions)
        return project

    @staticmethod
    def add(project: Element, outer: str, inner: str, elements: list[Element]) -> None:
        project.children[outer] = [Element(outer, 0, children={inner: elements})]

    def simple_members(self) -> Element:
        plan = self.plan
        return build_element(
            "Project",
            SaveVersion=_SAVE_VERSION,
            UID=plan.id if len(plan.id) <= _UID_LENGTH else None,
            GUID=plan.id if _GUID.fullmatch(plan.id) else None,
            Name=plan.name,
            Title=plan.title or None,
            Company=plan.company or None,
            Manager=plan.manager or None,
            Author=plan.author or None,
            ScheduleFromStart=1,
            StartDate=instant_text(plan.start),
            CurrencyCode=plan.currency,
            CalendarUID=self.calendar_uid(plan.calendar),
            DefaultStartTime="08:00:00",
            DefaultFinishTime="17:00:00",
            MinutesPerDay=plan.day_s // 60,
            MinutesPerWeek=plan.week_s // 60,
            DaysPerMonth=plan.month_days,
            StatusDate=instant_text(plan.data_date),
        )

    def keep_corrections(self, project: Element) -> None:
        """Of the plan itself only its simple members and its external activities: the rest has its own."""
        plan = self.plan
        published = (
            external_from(stand_in_element(each, self.stand_ins[each.plan, each.activity], 0))
            for each in plan.external
        )
        read = plan_from(
            project,
            plan.calendar,
            activities=plan.activities,
            dependencies=plan.dependencies,
            calendars=plan.calendars,
            external=tuple(each for each in published if each),
            resources=plan.resources,
            assignments=plan.assignments,
            baselines=plan.baselines,
        )
        if by := corrections(read, plan):
            self.by["plan"] = by

    def project_row(self) -> Element:
        """The row that stands for the project: it holds what is to be kept of the plan as a whole."""
        row = build_element("Task", UID=0, ID=0, Name=self.plan.name, IsNull=0, OutlineLevel=0, Summary=1)
        self.fields["Task"].put_remainder(row, self.by)
        return row

    def keep(self, kind: str, key: str, by: Mapping[str, Any]) -> None:
        if by:
            self.by.setdefault(kind, {})[key] = by

    # --- custom fields --------------------------------------------------------------------------------------

    def put_custom(self, element: Element, values: Mapping[str, str]) -> tuple[CustomFields, dict[str, str]]:
        """Adds custom values; answers their fields and what a reader will make of them."""
        fields = self.fields[element.name]
        fields.put(element, values)
        return fields, custom_from(element, fields.labels(), Counter())[0]

    # --- calendars ------------------------------------------------------------------------------------------

    def calendar_uid(self, calendar: str | None) -> int:
        return _NO_CALENDAR if calendar is None else _uid(self.calendars, calendar, "calendar")

    @cached_property
    def years(self) -> range:
        """The years for which public holidays are written out: those of the plan and the next."""
        first = self.plan.start.year
        finishes = [each.planned_finish.year for each in self.plan.activities if each.planned_finish]
        return range(first, min(max([first, *finishes]) + 1, first + _MOST_YEARS) + 1)

    def calendar_elements(self) -> Iterator[Element]:
        for each in self.plan.calendars:
            uid = self.calendars[each.id]
            element = calendar_element(each, uid, self.calendar_uid(each.base), self.years)
            self.keep("calendars", str(uid), corrections(calendar_from(element, each.base, Counter()), each))
            yield element

    # --- tasks ----------------------------------------------------------------------------------------------

    @cached_property
    def stand_ins(self) -> dict[tuple[str, str], int]:
        """A UID for each activity of another plan that this plan knows or follows."""
        first = max(self.activities.values(), default=0) + 1
        return {each: first + index for index, each in enumerate(self.stand_ins_named)}

    @cached_property
    def stand_ins_named(self) -> list[tuple[str, str]]:
        """Plan and id of each activity of another plan."""
        external_pairs = [(each.plan, each.activity) for each in self.plan.external]
        followed = [
            (each.predecessor_plan, each.predecessor)
            for each in self.plan.dependencies
            if each.predecessor_plan is not None
        ]
        pairs = [*dict.fromkeys(external_pairs + followed)]
        refuse_mistyped(pairs, Sequence[tuple[str, str]], "/external")
        return pairs

    def stand_in_elements(self) -> Iterator[Element]:
        published = {(each.plan, each.activity): each for each in self.plan.external}
        for row, (each, uid) in enumerate(self.stand_ins.items(), 1):
            yield stand_in_element(published.get(each) or each, uid, row)

    def task_elements(self) -> Iterator[Element]:
        copies = activity_copies(self.numbers)
        links = _by_successor(self.plan.dependencies, self.activities)
        first = len(self.stand_ins) + 1
        for index, (each, level, leads) in enumerate(outlined(self.plan.activities), first):
            uid = self.activities[each.id]
            task = task_element(each, uid, index, level, self.calendar_uid(each.calendar))
            task.children["PredecessorLink"] = list(self.link_elements(links.get(each.id, []), uid))
            task.children["Baseline"] = copies.get(each.id, [])
            self.put_activity(task, each, leads)
            yield task

    def put_activity(self, task: Element, each: Activity, leads: bool) -> None:
        fields, custom = self.put_custom(task, each.custom)
        row = Row(task, task.texts["UID"], None, leads)
        fields.put_remainder(task, corrections(activity_from(row, each.parent, each.calendar, custom), each))

    @cached_property
    def activity_ids(self) -> dict[str, str]:
        return {str(uid): each for each, uid in self.activities.items()}

    def link_elements(self, links: list[Dependency], successor_uid: int) -> Iterator[Element]:
        for index, each in enumerate(links):
            uid = self.predecessor_uid(each)
            link = link_element(each, uid)
            read = dependency_from(link, each.successor, self.activity_ids, {})
            self.keep("dependencies", f"{uid}>{successor_uid}/{index}", corrections(read, each))
            yield link

    def predecessor_uid(self, link: Dependency) -> int:
        if link.predecessor_plan is not None:
            return self.stand_ins[link.predecessor_plan, link.predecessor]
        return _uid(self.activities, link.predecessor, "activity")

    # --- baselines, resources, assignments ------------------------------------------------------------------

    def check_baselines(self) -> None:
        for number, each in self.numbers:
            for activity in each.activities:
                _uid(self.activities, activity.activity, "activity")
            for assignment in each.assignments:
                _uid(self.assigned, assignment.assignment, "assignment")
            read = Baseline(str(number), activities=each.activities, assignments=each.assignments)
            by = corrections(read, each)
            if by or not (each.activities or each.assignments):
                self.by.setdefault("baselines", {})[str(number)] = by

    def resource_elements(self) -> Iterator[Element]:
        for row, each in enumerate(self.plan.resources, 1):
            calendar_uid = None if each.calendar is None else self.calendar_uid(each.calendar)
            element = resource_element(each, self.resources[each.id], row, calendar_uid)
            fields, custom = self.put_custom(element, each.custom)
            fields.put_remainder(element, corrections(resource_from(element, each.calendar, custom), each))
            yield element

    def assignment_elements(self) -> Iterator[Element]:
        copies = assignment_copies(self.numbers)
        for each in self.plan.assignments:
            task_uid = _uid(self.activities, each.activity, "activity")
            resource_uid = _uid(self.resources, each.resource, "resource")
            element = assignment_element(each, self.assigned[each.id], task_uid, resource_uid)
            element.children["Baseline"] = copies.get(each.id, [])
            fields, custom = self.put_custom(element, each.custom)
            read = assignment_from(element, each.activity, each.resource, custom)
            fields.put_remainder(element, corrections(read, each))
            yield element


def _uid(uids: Mapping[str, int], identifier: str, kind: str) -> int:
    if identifier not in uids:
        raise refused(
            f"unknown_{kind}",
            Text(
                "the plan refers to {kind} {identifier!r}, which it does not hold",
                kind=kind,
                identifier=identifier,
            ),
        )
    return uids[identifier]


def _by_successor(
    links: tuple[Dependency, ...], activities: Mapping[str, int]
) -> dict[str, list[Dependency]]:
    by: dict[str, list[Dependency]] = {}
    for each in links:
        _uid(activities, each.successor, "activity")
        by.setdefault(each.successor, []).append(each)
    return by


def _baseline_numbers(baselines: tuple[Baseline, ...]) -> list[tuple[int, Baseline]]:
    """A number for each baseline: its own where its id is one, else one that is free."""
    if len(baselines) > len(NUMBERS):
        raise refused(
            "too_many_baselines", Text("MSPDI holds 11 baselines, the plan has {count}", count=len(baselines))
        )
    own = {str(number): number for number in NUMBERS}
    used_numbers = {own[each.id] for each in baselines if each.id in own}
    if len({each.id for each in baselines}) < len(baselines):
        raise refused("duplicate_id", "two of the plan's baselines have the same id")
    free = iter([number for number in NUMBERS if number not in used_numbers])
    return sorted(
        ((own[each.id] if each.id in own else next(free), each) for each in baselines), key=lambda n: n[0]
    )
