"""Plans as drafts: a project for each file, a package for each task, an owner from its resources."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath

from services.imports.breakdown.drafts import (
    NOT_BROUGHT_IN,
    Drafts,
    MoneyText,
    PackageDraft,
    PersonDraft,
    ProjectDraft,
    begun_on,
    in_order,
    percent_of,
    span,
)
from services.imports.breakdown.texts import amount_of, email_of, line_of, name_key, prose_of
from services.imports.plans import losses
from services.imports.plans.plan import Plan, Task, Unread
from shared.base.texts import Text

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NO_NAME = re.compile(r"(project|projekt|projet|untitled|unnamed)?[ _-]*\d*", re.IGNORECASE)
UNNAMED = "Unnamed task"


@dataclass
class PlansRead:
    """What a folder of plans became."""

    drafts: Drafts
    elements: Counter[str] = field(default_factory=Counter)
    status_days: dict[str, str] = field(default_factory=dict)


def drafts_of(plans: Iterable[Plan | Unread], drafts: Drafts, currency: str = "") -> PlansRead:
    """All plans of a folder; `currency` is that of plans which name none. A second file of the same plan is a finding."""
    read = PlansRead(drafts)
    files: dict[str, str] = {}
    for plan in plans:
        if isinstance(plan, Unread):
            drafts.findings.add(
                plan.file, 0, plan.code, plan.reason, Text("not read"), plan.file, lost=True, mend=plan.mend
            )
            continue
        key = _key(plan)
        if key in files:
            drafts.findings.add(
                plan.file,
                0,
                "same_plan",
                Text("it holds the plan of {file} again", file=files[key]),
                NOT_BROUGHT_IN,
                key,
                lost=True,
                title=_name(plan),
            )
            continue
        files[key] = plan.file
        drafts.projects.append(_Mapping(plan, key, drafts, currency).project())
        read.elements.update(plan.elements)
        if plan.status_on:
            read.status_days[plan.file] = plan.status_on.isoformat()
    losses.add_elements(drafts.losses, len(read.elements))
    _unite_namesakes(drafts)
    return read


def _unite_namesakes(drafts: Drafts) -> None:
    """A manager has only a name: where one resource has it with a mail address, both are the same person."""
    by_name: dict[str, list[str]] = {}
    for key, person in drafts.persons.items():
        if person.email:
            by_name.setdefault(name_key(person.name), []).append(key)
    same = {
        key: keys[0]
        for key, person in drafts.persons.items()
        if not person.email and len(keys := by_name.get(name_key(person.name), [])) == 1
    }
    for project in drafts.projects:
        project.manager = same.get(project.manager, project.manager)
        project.packages = [replace(one, owner=same.get(one.owner, one.owner)) for one in project.packages]
    for key in same:
        del drafts.persons[key]


def _key(plan: Plan) -> str:
    """The plan's own id where it is one of the world; else where the file lies in the folder."""
    own = plan.id.casefold()
    return own if _GUID.fullmatch(own) else line_of(PurePosixPath(plan.file).with_suffix("").as_posix(), 150)


def _name(plan: Plan) -> str:
    """The title, else the name, where they say something; else that of the file."""
    for name in (plan.title, re.sub(r"\.(xml|mpp)$", "", plan.name, flags=re.IGNORECASE)):
        if not _NO_NAME.fullmatch(name.strip()) and (line := line_of(name)):
            return line
    return line_of(PurePosixPath(plan.file).stem) or plan.file


class _Mapping:
    """One plan on its way into a draft."""

    def __init__(self, plan: Plan, key: str, drafts: Drafts, currency: str) -> None:
        self.plan, self.key, self.drafts = plan, key, drafts
        self.currency = plan.currency or currency
        self.owners = self._owners()
        self.has_costs = self._has_costs()

    def project(self) -> ProjectDraft:
        plan = self.plan
        tasks = [task for task in plan.tasks if task.is_active]
        leaves = [task for task in tasks if not task.is_summary]
        starts = [day for task in leaves if (day := task.actual_start)]
        actual_start = begun_on(
            self.drafts.findings, min(starts, default=None), plan.file, 0, self.key, _name(plan)
        )
        project = ProjectDraft(
            self.key, _name(plan), plan.file, 0,
            manager=self._manager(),
            planned=self._span(leaves, is_agreed=True),
            forecast=self._span(leaves, is_agreed=False),
            actual_start=actual_start,
            planned_cost=self._sum(tasks, is_agreed=True),
            forecast_cost=self._sum(tasks, is_agreed=False),
            has_begun=any(task.percent > 0 for task in leaves) or actual_start is not None,
            packages=[self._package(task) for task in tasks],
        )  # fmt: skip
        self._list_losses(tasks)
        return project

    def _package(self, task: Task) -> PackageDraft:
        findings, key = self.drafts.findings, f"{self.key}/{task.id}"
        start, finish = _dates(task, is_agreed=True)
        start, finish = in_order(findings, start, finish, self.plan.file, task.row, key, task.name)
        name = line_of(task.name)
        if not name:
            findings.add(
                self.plan.file,
                task.row,
                "no_name",
                Text("the task has no name"),
                Text("brought in as {name}", name=UNNAMED),
                key,
            )
        return PackageDraft(
            key, name or UNNAMED, self.plan.file, task.row,
            parent=f"{self.key}/{task.parent}" if task.parent else "",
            description=prose_of(task.notes),
            owner=self.owners.get(task.id, ""),
            budget=self._money(_cost(task, is_agreed=True) or Decimal(0)) if self.has_costs else None,
            start=start, finish=finish,
            percent=percent_of(findings, task.percent, self.plan.file, task.row, key, task.name),
            code=task.wbs,
        )  # fmt: skip

    # --- money and days ---------------------------------------------------------------------------------------

    def _has_costs(self) -> bool:
        """Whether the plan says what it costs, in a currency that is known."""
        if not any(
            task.cost or task.fixed_cost or (task.agreed and task.agreed[2]) for task in self.plan.tasks
        ):
            return False
        if amount_of(Decimal(0), self.currency) is None:
            reason = (
                Text("{currency} is no currency of ISO 4217", currency=self.currency)
                if self.currency
                else Text("the plan names no currency")
            )
            self.drafts.findings.add(
                self.plan.file, 0, "no_currency", reason, Text("brought in without costs"), self.key, lost=True,
                mend=Text("Say the currency."), title=_name(self.plan),
            )  # fmt: skip
            return False
        return True

    def _money(self, amount: Decimal) -> MoneyText | None:
        return amount_of(amount, self.currency) if amount >= 0 else None

    def _sum(self, tasks: Sequence[Task], *, is_agreed: bool) -> MoneyText | None:
        if not self.has_costs:
            return None
        own = (task.fixed_cost if task.is_summary else _cost(task, is_agreed=is_agreed) for task in tasks)
        return self._money(sum((cost for cost in own if cost is not None), Decimal(0)))

    def _span(self, leaves: Sequence[Task], *, is_agreed: bool) -> tuple[date | None, date | None]:
        return span(day for task in leaves for day in _dates(task, is_agreed=is_agreed))

    # --- persons ----------------------------------------------------------------------------------------------

    def _manager(self) -> str:
        name = line_of(self.plan.manager)
        return self._person(name, "", 0) if name else ""

    def _person(self, name: str, email: str, row: int) -> str:
        key = f"mail:{email}" if email else f"name:{name_key(name)}"
        return self.drafts.person(PersonDraft(key[:200], name, email, self.plan.file, row))

    def _owners(self) -> dict[str, str]:
        """Task -> the person with most work on it."""
        persons = {resource.id: resource for resource in self.plan.resources if resource.is_person}
        most: dict[str, tuple[int, str]] = {}
        further = 0
        for assignment in self.plan.assignments:
            if assignment.resource not in persons:
                continue
            further += assignment.task in most
            if assignment.task not in most or assignment.work_s > most[assignment.task][0]:
                most[assignment.task] = (assignment.work_s, assignment.resource)
        losses.add(self.drafts.losses, "further owners", further)
        keys = {
            id: self._person(line_of(one.name) or one.email, email_of(one.email), one.row)
            for id, one in persons.items()
            if line_of(one.name) or email_of(one.email)
        }
        return {task: keys[resource] for task, (_, resource) in most.items() if resource in keys}

    def _list_losses(self, tasks: Sequence[Task]) -> None:
        counts = {
            **self.plan.others,
            "milestones": sum(task.is_milestone for task in tasks),
            "inactive tasks": len(self.plan.tasks) - len(tasks),
            "roles, materials and costs": sum(not one.is_person for one in self.plan.resources),
            "assignments": len(self.plan.assignments),
        }
        for kind, count in counts.items():
            losses.add(self.drafts.losses, kind, count)


def _dates(task: Task, *, is_agreed: bool) -> tuple[date | None, date | None]:
    """As agreed in the baseline, where there is one and that is asked for; else as scheduled."""
    agreed = task.agreed if is_agreed else None
    if agreed and (agreed[0] or agreed[1]):
        return agreed[0], agreed[1]
    return task.start, task.finish


def _cost(task: Task, *, is_agreed: bool) -> Decimal | None:
    if is_agreed and task.agreed and task.agreed[2] is not None:
        return task.agreed[2]
    return task.cost if task.cost is not None else task.fixed_cost
