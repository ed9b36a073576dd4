"""Issues as drafts: a project for each project, a package for each epic and each issue below it.

Sub-tasks are no packages: what is done of them is the progress of their issue. With `Level.EPICS` issues are none either:
what is done of them is the progress of their epic, by story points where each has some.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum

from services.imports.breakdown.drafts import (
    NOT_BROUGHT_IN,
    Drafts,
    PackageDraft,
    PersonDraft,
    ProjectDraft,
    in_order,
    span,
)
from services.imports.breakdown.texts import line_of
from services.imports.jira.issues import Category, Issue
from shared.base.texts import Text

WITHOUT = "Issues without an epic"
MOST_TOGETHER = 5_000
"""Issues without an epic that stand under one package; more are divided."""
HALF_DONE = 50.0
"""What an issue in progress counts for where neither sub-tasks nor hours say more."""


LOOSE = Text("stands without an epic")


class Level(StrEnum):
    """Down to what there are packages."""

    ISSUES = "issues"
    EPICS = "epics"


def drafts_of(issues: Iterable[Issue], drafts: Drafts, level: Level = Level.ISSUES) -> Drafts:
    """All issues of an import; one that comes twice is taken once, and a difference is a finding."""
    drafts.keeps_codes = True
    single: dict[str, Issue] = {}
    for issue in issues:
        if (first := single.setdefault(issue.key, issue)) is not issue and _content(first) != _content(issue):
            reason = Text(
                "line {line} of {file} has the same key, and says otherwise", line=first.line, file=first.file
            )
            drafts.findings.add(
                issue.file, issue.line, "repeated_key", reason, NOT_BROUGHT_IN, issue.key, lost=True, title=issue.title
            )  # fmt: skip
    _name_parents(single)
    by_project: dict[str, list[Issue]] = {}
    for issue in sorted(single.values(), key=lambda one: (one.project, one.number)):
        by_project.setdefault(issue.project, []).append(issue)
    for key, of_project in by_project.items():
        drafts.projects.append(_Mapping(key, of_project, single, drafts, level).project())
    return drafts


def _content(issue: Issue) -> tuple[object, ...]:
    return issue.summary, issue.status, issue.parent, issue.due, issue.description


def _name_parents(issues: dict[str, Issue]) -> None:
    """Ids become keys; where no field is known as the link to the epic, the one that leads to epics is it."""
    key_by_id = {issue.id: issue.key for issue in issues.values() if issue.id}
    epics = {issue.key for issue in issues.values() if issue.is_epic}
    links = Counter(
        field for issue in issues.values() for field, key in issue.key_fields.items() if key in epics
    )
    link = links.most_common(1)[0][0] if links else ""
    for issue in issues.values():
        issue.parent = key_by_id.get(issue.parent, issue.parent)
        if not issue.parent and (key := issue.key_fields.get(link)) in epics and key != issue.key:
            issue.parent = key or ""


class _Mapping:
    """One project's issues on their way into a draft."""

    def __init__(
        self, key: str, issues: Sequence[Issue], everything: dict[str, Issue], drafts: Drafts, level: Level
    ) -> None:
        self.key, self.issues, self.everything = key, issues, everything
        self.drafts, self.findings, self.level = drafts, drafts.findings, level
        self.own = {issue.key: issue for issue in issues}
        self.subtasks: dict[str, list[Issue]] = {}
        self.unknown_statuses: Counter[str] = Counter()

    def project(self) -> ProjectDraft:
        issues = [issue for issue in self.issues if not self._is_folded(issue)]
        self.has_epics = any(issue.is_epic for issue in issues)
        above = {issue.key: self._place(issue) for issue in issues}
        if self.level is Level.EPICS:
            packages = self._of_epics(issues, above)
        else:
            packages = self._of_issues(issues, above)
        days = span(day for package in packages for day in (package.start, package.finish))
        name = next((issue.project_name for issue in self.issues if issue.project_name), "")
        first = self.issues[0]
        self._list_losses()
        return ProjectDraft(
            self.key, line_of(name) or self.key, first.file, first.line,
            planned=days if days[0] != days[1] else (None, days[1]),
            has_begun=any(package.percent > 0 for package in packages),
            packages=packages,
        )  # fmt: skip

    # --- the tree ---------------------------------------------------------------------------------------------

    def _is_folded(self, issue: Issue) -> bool:
        """Whether it is a sub-task of an issue that is there; it is remembered with that."""
        parent = self.own.get(issue.parent)
        if not issue.is_subtask or parent is None or parent.is_subtask or parent.is_epic:
            return False
        self.subtasks.setdefault(parent.key, []).append(issue)
        return True

    def _place(self, issue: Issue) -> str:
        """The key of the package above an issue; empty at the top."""
        parent = self.own.get(issue.parent)
        if parent is not None and parent is not issue:
            return parent.key
        if issue.parent in self.everything:
            elsewhere = self.everything[issue.parent].project
            if elsewhere != self.key:
                reason = Text(
                    "its parent {parent} is of another project, {project}",
                    parent=issue.parent,
                    project=elsewhere,
                )
                self.findings.add(
                    issue.file, issue.line, "parent_elsewhere", reason, LOOSE, issue.key, title=issue.title
                )
        elif issue.parent:
            called = f"{issue.parent} ({issue.parent_summary})" if issue.parent_summary else issue.parent
            reason = Text("its parent {parent} is in none of the files", parent=called)
            mend = Text("Export the epics too.")
            self.findings.add(
                issue.file,
                issue.line,
                "parent_absent",
                reason,
                LOOSE,
                issue.key,
                mend=mend,
                title=issue.title,
            )
        return ""

    def _of_issues(self, issues: Sequence[Issue], above: dict[str, str]) -> list[PackageDraft]:
        """Epics first, then what stands without one, in a package of its own where there are epics."""
        loose = [issue for issue in issues if not above[issue.key] and not issue.is_epic]
        packages = [self._package(i, above[i.key]) for i in issues if above[i.key] or i.is_epic]
        is_gathered = self.has_epics or len(loose) > MOST_TOGETHER
        for number, start in enumerate(range(0, len(loose), MOST_TOGETHER), 1):
            some = loose[start : start + MOST_TOGETHER]
            gathering = self._gathering(number, some[0]) if is_gathered else None
            packages += [gathering] if gathering else []
            packages += [self._package(issue, gathering.key if gathering else "") for issue in some]
        return packages

    def _of_epics(self, issues: Sequence[Issue], above: dict[str, str]) -> list[PackageDraft]:
        below: dict[str, list[Issue]] = {}
        for issue in issues:
            if not issue.is_epic:
                below.setdefault(self._epic_above(issue, above), []).append(issue)
        packages = [
            self._package(epic, above[epic.key], below.get(epic.key, [])) for epic in issues if epic.is_epic
        ]
        if loose := below.get("", []):
            days = span(day for issue in loose for day in (issue.start, issue.due))
            packages.append(
                PackageDraft(
                    f"{self.key}/no-epic", WITHOUT, loose[0].file, loose[0].line,
                    start=days[0], finish=days[1], percent=self._share(loose),
                )
            )  # fmt: skip
        self._lose("issues", sum(len(some) for some in below.values()))
        return packages

    def _epic_above(self, issue: Issue, above: dict[str, str]) -> str:
        at, passed = above[issue.key], {issue.key}
        while at and at not in passed and not self.own[at].is_epic:
            passed.add(at)
            at = above.get(at, "")
        return at if at not in passed else ""

    def _gathering(self, number: int, first: Issue) -> PackageDraft:
        name = WITHOUT if number == 1 else f"{WITHOUT} ({number})"
        return PackageDraft(
            f"{self.key}/no-epic{'' if number == 1 else number}", name, first.file, first.line
        )

    def _package(self, issue: Issue, parent: str, below: Sequence[Issue] = ()) -> PackageDraft:
        days = (issue.start, issue.due)
        if below and not all(days):
            first, last = span(day for one in below for day in (one.start, one.due))
            days = (issue.start or first, issue.due or last)
        start, finish = in_order(self.findings, *days, issue.file, issue.line, issue.key, issue.title)
        if not issue.summary:
            self.findings.add(
                issue.file,
                issue.line,
                "no_name",
                Text("it has no summary"),
                Text("brought in by its key"),
                issue.key,
                title=issue.key,
            )
        return PackageDraft(
            issue.key, issue.summary or issue.key, issue.file, issue.line, parent=parent,
            description=issue.description, owner=self._owner(issue), start=start, finish=finish,
            percent=self._share(below) if below else self._percent(issue),
        )  # fmt: skip

    def _owner(self, issue: Issue) -> str:
        who = issue.assignee
        if who is None:
            return ""
        if not who.is_active and who.key not in self.drafts.persons:
            self._lose("inactive persons", 1)
        return self.drafts.person(PersonDraft(who.key, who.name, who.email, issue.file, issue.line))

    # --- progress ---------------------------------------------------------------------------------------------

    def _percent(self, issue: Issue) -> float:
        category = self._category(issue)
        if category is not Category.IN_PROGRESS:
            return 100.0 if category is Category.DONE else 0.0
        if parts := self.subtasks.get(issue.key):
            return self._share(parts)
        if issue.spent_s and issue.spent_s + issue.remaining_s:
            return 100.0 * issue.spent_s / (issue.spent_s + issue.remaining_s) if issue.remaining_s else 99.0
        return HALF_DONE

    def _share(self, issues: Sequence[Issue]) -> float:
        """What is done of several: by story points where each has some, else each alike."""
        points = [issue.points for issue in issues]
        weights = [p for p in points if p] if all(points) else [1.0] * len(issues)
        done = sum(w * self._percent(issue) for w, issue in zip(weights, issues, strict=True))
        return done / sum(weights)

    def _category(self, issue: Issue) -> Category:
        if issue.category is None:
            self.unknown_statuses[issue.status or "(none)"] += 1
            return Category.TO_DO
        return issue.category

    # --- losses -----------------------------------------------------------------------------------------------

    def _lose(self, kind: str, count: int) -> None:
        self.drafts.losses.add(Text(kind), count, *LOSSES[Text(kind)])

    def _list_losses(self) -> None:
        for status, count in self.unknown_statuses.items():
            self.findings.add(
                self.issues[0].file, 0, "unknown_status",
                Text(
                    "{count} {count:issue has|issues have} the status {status}, and nothing says what it means",
                    count=count, status=status,
                ),
                Text("brought in as not begun"), self.key, lost=True, title=self.key,
                mend=Text("Export the column Status Category, or as JSON."),
            )  # fmt: skip
        for issue in self.issues:
            for kind, count in issue.counts.items():
                self._lose(kind, count)
        self._lose("sub-tasks", sum(len(parts) for parts in self.subtasks.values()))
        self._lose("hours in worklogs", sum(issue.spent_s for issue in self.issues) // 3600)
        self._lose("dates of resolution", sum(issue.resolved is not None for issue in self.issues))
        self._lose("story points", sum(issue.points is not None for issue in self.issues))


LOSSES = {
    Text("sub-tasks"): (Text("they count in the progress of their issue"), Text("nothing is to be done")),
    Text("issues"): (
        Text("they count in the progress of their epic"),
        Text("bring in epics and their issues"),
    ),
    Text("worklogs"): (
        Text("hours are not taken yet"),
        Text("keep the files; they are read once there is time recording"),
    ),
    Text("hours in worklogs"): (
        Text("hours are not taken yet"),
        Text("keep the files; they are read once there is time recording"),
    ),
    Text("dates of resolution"): (
        Text("progress counts from the day of the import"),
        Text("say the day of the files to date it"),
    ),
    Text("story points"): (
        Text("packages weigh by their budgets"),
        Text("give packages budgets, or bring in epics alone"),
    ),
    Text("fix versions"): (Text("there are no releases yet"), Text("keep the files")),
    Text("affected versions"): (Text("there are no releases yet"), Text("keep the files")),
    Text("components"): (Text("packages have no components"), Text("declare a field of the organisation")),
    Text("labels"): (Text("packages have no labels"), Text("declare a field of the organisation")),
    Text("sprints"): (Text("there are no sprints yet"), Text("keep the files")),
    Text("comments"): (Text("what was said stays in Jira"), Text("keep the files")),
    Text("attachments"): (Text("files stay in Jira"), Text("add them to the project as documents")),
    Text("links between issues"): (Text("packages have no dependencies yet"), Text("keep the files")),
    Text("inactive persons"): (
        Text("work names them"),
        Text("archive them in Portolan once their work is looked at"),
    ),
}
