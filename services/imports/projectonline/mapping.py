"""Entity sets as drafts: a project for each project, a package for each task, a person for each one who works, a booking
for each assignment."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from services.imports.breakdown.drafts import (
    BookingDraft,
    Drafts,
    MoneyText,
    PackageDraft,
    PersonDraft,
    ProjectDraft,
    begun_on,
    in_order,
    percent_of,
)
from services.imports.breakdown.records import Record
from services.imports.breakdown.texts import amount_of, email_of, line_of, prose_of
from services.imports.projectonline import feed as sets
from services.imports.projectonline.feed import Feed
from shared.base.texts import Text

NO_PROJECTS = {"1": "templates", "2": "global templates", "3": "global templates"}
"""Kinds of projects that are none, by `ProjectType`."""
ADMINISTRATIVE = "timesheet administrative work items"
DAY_HOURS = 8
UNNAMED = "Unnamed task"
OWN_PREFIXES = {
    sets.PROJECTS: ("project", "enterpriseproject", "optimizer", "planner", "parentproject", "workflow", "workspace"),
    sets.TASKS: ("task", "project", "parenttask", "fixedcost"),
    sets.RESOURCES: ("resource", "type", "booking", "timesheetmanager"),
    sets.ASSIGNMENTS: ("assignment", "project", "task", "resource", "timesheetclass", "type", "booking", "ispublic"),
}  # fmt: skip
"""How the members begin that every feed has; others are fields of the organisation's own."""
OTHER_SETS = {
    "TimesheetLines": (
        Text("time sheets are not taken yet"),
        Text("keep the files; they are read once there is time recording"),
    ),
}
KEEP = (Text("there is nothing like it in Portolan yet, or it is computed anew"), Text("keep the files"))


def drafts_of(feed: Feed, drafts: Drafts, currency: str = "") -> Drafts:
    """All of an extract; `currency` is that of its amounts."""
    return _Mapping(feed, drafts, currency).mapped()


class _Mapping:
    """One extract on its way into drafts."""

    def __init__(self, feed: Feed, drafts: Drafts, currency: str) -> None:
        self.feed, self.drafts, self.currency = feed, drafts, currency
        self.findings = drafts.findings
        self.projects: dict[str, ProjectDraft] = {}
        self.units: dict[str, Decimal] = {}
        self.agreed = {
            name: {
                _id(one, member): one for one in feed.sets.get(name, []) if one.text("BaselineNumber") == "0"
            }
            for name, member in ((sets.PROJECT_BASELINES, "ProjectId"), (sets.TASK_BASELINES, "TaskId"))
        }

    def mapped(self) -> Drafts:
        self._persons()
        for record in self.feed.sets[sets.PROJECTS]:
            self._project(record)
        self._check_currency()
        owners = self._owners()
        self._tasks(owners)
        self._bookings()
        self._list_losses()
        self.drafts.projects = list(self.projects.values())
        return self.drafts

    # --- persons ----------------------------------------------------------------------------------------------

    def _persons(self) -> None:
        needed = {_id(one, "ResourceId") for one in self.feed.sets[sets.ASSIGNMENTS]}
        needed |= {_id(one, "ProjectOwnerId") for one in self.feed.sets[sets.PROJECTS]}
        for record in self.feed.sets[sets.RESOURCES]:
            key = _id(record, "ResourceId")
            is_active = record.flag("ResourceIsActive") is not False
            if (kind := _no_person(record)) or not (is_active or key in needed):
                self._lose(kind or "inactive resources", 1)
                continue
            if not is_active:
                self._lose("inactive persons", 1)
            units = record.number("ResourceMaxUnits")
            self.units[key] = units if units and units > 0 else Decimal(1)
            name = line_of(record.text("ResourceName"))
            email = email_of(record.text("ResourceEmailAddress") or record.text("ResourceEmail"))
            hours = _weekly_hours(self.units[key])
            self.drafts.person(PersonDraft(key, name or email, email, record.file, record.line, hours))

    # --- projects ---------------------------------------------------------------------------------------------

    def _project(self, record: Record) -> None:
        key, name = _id(record, "ProjectId"), line_of(record.text("ProjectName"))
        if kind := NO_PROJECTS.get(record.text("ProjectType")):
            self._lose(kind, 1)
            return
        if name.casefold() == ADMINISTRATIVE:
            self._lose("administrative projects", 1)
            return
        base = self.agreed[sets.PROJECT_BASELINES].get(key)
        forecast = self._days(record, "ProjectStartDate", "ProjectFinishDate", key)
        planned = self._agreed_days(record, base, "Project", key) or forecast
        cost = record.number("ProjectCost")
        agreed_cost = _agreed_cost(record, base, "Project")
        self.currency = self.currency or record.text("ProjectCurrency").upper()
        percent = percent_of(
            self.findings, _float(record, "ProjectPercentCompleted"), record.file, record.line, key, name
        )
        actual_start = begun_on(
            self.findings, record.day("ProjectActualStartDate"), record.file, record.line, key, name
        )
        self.projects[key] = ProjectDraft(
            key, name or f"Project {key[:8]}", record.file, record.line,
            description=prose_of(record.text("ProjectDescription")),
            manager=self._owner_of(record),
            planned=planned, forecast=forecast,
            actual_start=actual_start,
            planned_cost=self._money(agreed_cost if agreed_cost is not None else cost),
            forecast_cost=self._money(cost),
            own=_own_values(record, OWN_PREFIXES[sets.PROJECTS]),
            currency=self.currency,
            has_begun=percent > 0 or actual_start is not None,
        )  # fmt: skip

    def _owner_of(self, record: Record) -> str:
        key, name = _id(record, "ProjectOwnerId"), line_of(record.text("ProjectOwnerName"))
        if key in self.drafts.persons or not name:
            return key
        return self.drafts.person(PersonDraft(key or name, name, "", record.file, record.line))

    def _days(self, record: Record, start: str, finish: str, key: str) -> tuple[date | None, date | None]:
        title = line_of(record.text("TaskName") or record.text("ProjectName"))
        return in_order(
            self.findings, record.day(start), record.day(finish), record.file, record.line, key, title
        )

    def _agreed_days(
        self, record: Record, base: Record | None, kind: str, key: str
    ) -> tuple[date | None, date | None] | None:
        """Of the first baseline, which stands in a set of its own or beside the plan."""
        days = self._days(record, f"{kind}Baseline0StartDate", f"{kind}Baseline0FinishDate", key)
        if not any(days) and base is not None:
            days = self._days(base, f"{kind}BaselineStartDate", f"{kind}BaselineFinishDate", key)
        return days if any(days) else None

    def _money(self, amount: Decimal | None) -> MoneyText | None:
        return amount_of(amount, self.currency) if amount is not None and amount >= 0 else None

    def _check_currency(self) -> None:
        costs = sum(bool(one.number("ProjectCost")) for one in self.feed.sets[sets.PROJECTS])
        if costs and amount_of(Decimal(0), self.currency) is None:
            self.findings.add(
                "", 0, "no_currency",
                Text("{count} {count:project has|projects have} costs, and the feed names no currency", count=costs),
                Text("brought in without costs"), lost=True, mend=Text("Say the currency."),
            )  # fmt: skip

    # --- tasks ------------------------------------------------------------------------------------------------

    def _tasks(self, owners: dict[str, str]) -> None:
        by_project: dict[str, list[Record]] = {}
        for record in self.feed.sets[sets.TASKS]:
            by_project.setdefault(_id(record, "ProjectId"), []).append(record)
        for key, records in by_project.items():
            if key in self.projects:
                self.projects[key].packages = list(self._packages(key, records, owners))
            elif self.feed.sets[sets.PROJECTS]:
                self._lose("tasks of projects that are not brought in", len(records))
            else:
                self._project_of_tasks(key, records, owners)

    def _project_of_tasks(self, key: str, records: list[Record], owners: dict[str, str]) -> None:
        """An extract of tasks alone names the project of each."""
        name = line_of(records[0].text("ProjectName")) or f"Project {key[:8]}"
        self.projects[key] = ProjectDraft(key, name, records[0].file, records[0].line)
        self.projects[key].packages = list(self._packages(key, records, owners))

    def _packages(
        self, project: str, records: list[Record], owners: dict[str, str]
    ) -> Iterator[PackageDraft]:
        roots = {_id(one, "TaskId") for one in records if one.flag("TaskIsProjectSummary")}
        ids = {_id(one, "TaskId") for one in records}
        by_number = {one.text("TaskOutlineNumber"): _id(one, "TaskId") for one in records}
        has_costs = any(one.number("TaskCost") for one in records)
        for record in sorted(records, key=_place):
            key = _id(record, "TaskId")
            if key in roots or self._is_left_out(record):
                continue
            base = self.agreed[sets.TASK_BASELINES].get(key)
            days = self._agreed_days(record, base, "Task", key) or self._days(
                record, "TaskStartDate", "TaskFinishDate", key
            )
            cost = _agreed_cost(record, base, "Task")
            cost = record.number("TaskCost") if cost is None else cost
            name = line_of(record.text("TaskName"))
            if not name:
                self.findings.add(
                    record.file,
                    record.line,
                    "no_name",
                    Text("the task has no name"),
                    Text("brought in as {name}", name=UNNAMED),
                    key,
                )
            self._lose("milestones", int(bool(record.flag("TaskIsMilestone"))))
            yield PackageDraft(
                key, name or UNNAMED, record.file, record.line,
                parent=_parent(record, key, roots, ids, by_number),
                owner=owners.get(key, ""),
                budget=self._money(cost or Decimal(0)) if has_costs else None,
                start=days[0], finish=days[1],
                percent=percent_of(
                    self.findings, _float(record, "TaskPercentCompleted"), record.file, record.line, key, name
                ),
                code=record.text("TaskOutlineNumber") or record.text("TaskWBS"),
            )  # fmt: skip

    def _is_left_out(self, record: Record) -> bool:
        if record.flag("TaskIsActive") is False:
            self._lose("inactive tasks", 1)
            return True
        if record.flag("TaskIsExternal"):
            self._lose("tasks of other projects", 1)
            return True
        return False

    # --- assignments ------------------------------------------------------------------------------------------

    def _owners(self) -> dict[str, str]:
        """Task -> the person with most work on it."""
        most: dict[str, tuple[Decimal, str]] = {}
        for record in self.feed.sets[sets.ASSIGNMENTS]:
            task, person = _id(record, "TaskId"), _id(record, "ResourceId")
            work = record.number("AssignmentWork") or Decimal(0)
            if person in self.drafts.persons and (task not in most or work > most[task][0]):
                most[task] = (work, person)
        return {task: person for task, (_, person) in most.items()}

    def _bookings(self) -> None:
        names = {package.key: package.name for one in self.projects.values() for package in one.packages}
        for record in self.feed.sets[sets.ASSIGNMENTS]:
            project = self.projects.get(_id(record, "ProjectId"))
            person = _id(record, "ResourceId")
            if project is None or person not in self.drafts.persons:
                self._lose("assignments of roles, materials and unknown resources", 1)
                continue
            work = record.number("AssignmentWork")
            start, finish = record.day("AssignmentStartDate"), record.day("AssignmentFinishDate")
            if not work or work < 0 or start is None or finish is None or finish < start:
                self._lose("assignments without work or days", 1)
                continue
            key = _id(record, "AssignmentId")
            percent = float(
                100 * work / (working_days(start, finish) * DAY_HOURS * self.units.get(person, Decimal(1)))
            )
            if percent > 100.5:
                self.findings.add(
                    record.file, record.line, "percent_out_of_range",
                    Text(
                        "{hours:f} hours from {start} to {finish} are {percent:.0f} % of the person's time",
                        hours=work, start=start, finish=finish, percent=percent,
                    ),
                    Text("booked with 100 %"), key, lost=True, title=self.drafts.persons[person].name,
                )  # fmt: skip
            role = names.get(_id(record, "TaskId"), "")
            project.bookings.append(
                BookingDraft(
                    key,
                    person,
                    start,
                    finish,
                    min(100, max(1, round(percent))),
                    role,
                    record.file,
                    record.line,
                )
            )

    # --- losses -----------------------------------------------------------------------------------------------

    def _lose(self, kind: str, count: int) -> None:
        self.drafts.losses.add(Text(kind), count, *LOSSES[Text(kind)])

    def _list_losses(self) -> None:
        for name, count in self.feed.others.items():
            self.drafts.losses.add(name, count, *OTHER_SETS.get(name, KEEP))
        for name in (sets.TASKS, sets.RESOURCES, sets.ASSIGNMENTS):
            for member, count in _own_fields(self.feed.sets[name], OWN_PREFIXES[name]).items():
                self.drafts.losses.add(
                    Text("field {name} of {set}", name=member, set=name), count, Text("a field of the organisation's own"),
                    Text("declare it as a field of the organisation, and bring it in as a table"),
                )  # fmt: skip


LOSSES = {
    Text("templates"): (Text("they are no projects"), Text("keep the files")),
    Text("global templates"): (Text("they are no projects"), Text("keep the files")),
    Text("administrative projects"): (
        Text("it only collects absences of time sheets"),
        Text("nothing is to be done"),
    ),
    Text("inactive resources"): (Text("nothing names them"), Text("enter them where they are needed")),
    Text("inactive persons"): (
        Text("work names them"),
        Text("archive them in Portolan once their work is looked at"),
    ),
    Text("generic resources"): (
        Text("a generic resource is a role, and no person"),
        Text("book persons in its place"),
    ),
    Text("teams"): (Text("a team is no person"), Text("book its members")),
    Text("materials and costs"): (Text("they are no persons"), Text("enter what they cost as budget lines")),
    Text("milestones"): (
        Text("they come in as packages of one day"),
        Text("bring those that matter in as a table of milestones"),
    ),
    Text("inactive tasks"): (
        Text("an inactive task is not meant to be done"),
        Text("make it active before it is exported"),
    ),
    Text("tasks of other projects"): (
        Text("they stand for tasks elsewhere"),
        Text("they come in with their own project"),
    ),
    Text("tasks of projects that are not brought in"): (
        Text("their project is not in the extract"),
        Text("export all projects"),
    ),
    Text("assignments of roles, materials and unknown resources"): (
        Text("only persons are booked"),
        Text("book persons instead"),
    ),
    Text("assignments without work or days"): (
        Text("there is nothing to book"),
        Text("nothing is to be done"),
    ),
}


def working_days(start: date, finish: date) -> int:
    """Mondays to Fridays from one day to the other, both inclusive; all days where there is none of them."""
    days = (finish - start).days + 1
    weeks, rest = divmod(days, 7)
    working = 5 * weeks + sum((start + timedelta(days=n)).weekday() < 5 for n in range(rest))
    return working or days


def _id(record: Record, member: str) -> str:
    return record.text(member).casefold().strip("{}")


def _float(record: Record, member: str) -> float | None:
    number = record.number(member)
    return None if number is None else float(number)


def _agreed_cost(record: Record, base: Record | None, kind: str) -> Decimal | None:
    cost = record.number(f"{kind}Baseline0Cost")
    return cost if cost is not None or base is None else base.number(f"{kind}BaselineCost")


def _weekly_hours(units: Decimal) -> float | None:
    """Of somebody who works less than the whole time; None for the usual ones."""
    return round(float(units) * 5 * DAY_HOURS, 2) if units < 1 else None


def _no_person(record: Record) -> str:
    """Which loss a resource is that is no person; empty for a person."""
    if record.flag("ResourceIsGeneric"):
        return "generic resources"
    if record.flag("ResourceIsTeam"):
        return "teams"
    kind = f"{record.text('TypeName')} {record.text('TypeDescription')}".casefold()
    is_work = record.text("ResourceType") in ("", "2") or "work" in kind
    has_mail = bool(record.text("ResourceEmailAddress"))
    if (
        record.text("ResourceMaterialLabel")
        or "material" in kind
        or "cost" in kind
        or not (is_work or has_mail)
    ):
        return "materials and costs"
    return ""


def _parent(record: Record, key: str, roots: set[str], ids: set[str], by_number: dict[str, str]) -> str:
    """The key of the task above. The row that stands for the project, which an extract may lack, is no task."""
    parent, number = _id(record, "ParentTaskId"), record.text("TaskOutlineNumber")
    if parent in roots or parent == key:
        return ""
    if parent in ids or not number:
        return parent
    return by_number.get(number.rpartition(".")[0], "") or (parent if "." in number else "")


def _place(record: Record) -> tuple[float, list[int]]:
    """By the number of the row in the plan, else by the outline number."""
    index = record.number("TaskIndex")
    steps = record.text("TaskOutlineNumber").split(".")
    return (
        float(index) if index is not None else 0.0,
        [int(step) if step.isascii() and step.isdecimal() else 0 for step in steps],
    )


def _own_fields(records: Iterable[Record], prefixes: tuple[str, ...]) -> dict[str, int]:
    """Name of each field that every feed does not have -> how many records have a value of it."""
    return dict(Counter(name for record in records for name in _own_values(record, prefixes)))


def _own_values(record: Record, prefixes: tuple[str, ...]) -> dict[str, Any]:
    return {
        record.conventions.names.get(member, member): value
        for member, value in record.values.items()
        if not member.startswith((*prefixes, "odata"))
        and member[:1].isalpha()
        and value not in (None, "")
        and not isinstance(value, dict | list)
    }
