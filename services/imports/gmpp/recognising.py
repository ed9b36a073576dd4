"""Which reports are of one project. The files have no key: names gain and lose abbreviations, are spelled anew, and
projects pass from one department to another.

A report belongs to a project of earlier years that has none of its year yet, by the first of these that fits one
project alone:

1. the same id, where both have one;
2. the same name (but for case, punctuation and `&`), in the same department;
3. the same name in another department, where the description or the start is the same too;
4. the same name without what stands in brackets and without words such as `programme`, in the same department;
5. the same description or nearly so and the same start, in the same department;
6. a name that differs by a few letters and the same start, in the same department.

All but the first two are findings, so that somebody can look at them. What fits several is a new project, and is said.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from services.imports.findings import Findings
from services.imports.gmpp.reading import Report
from shared.base.texts import Text

ALIKE_NAMES = 0.88
ALIKE_DESCRIPTIONS = 0.75
LONGEST_NAME = 150
"""Of a key; it has room for a department, a year and what hangs on the project."""
_COMPARED = 400
"""Characters of a description that are compared: enough to tell two apart."""
_PLAIN_WORDS = frozenset(("programme", "program", "project", "the", "of", "and", "for", "formerly"))


@dataclass
class Project:
    """One project over the years; its key is its first name, with the department where two have the same."""

    key: str
    reports: list[Report] = field(default_factory=list)

    @property
    def last(self) -> Report:
        return self.reports[-1]


Fits = Callable[[Report, Report], bool]
"""Whether an earlier report and a later one are of one project."""


def plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold().replace("&", " and ")))


def core(name: str) -> str:
    """Without brackets, and without words that most names have."""
    words = plain(re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", name)).split()
    return " ".join(word for word in words if word not in _PLAIN_WORDS)


FAMILIES = {
    "dh": "health", "doh": "health", "doh capital": "health", "doh non capital": "health", "dhsc": "health",
    "bis": "business", "decc": "business", "beis": "business", "dbt": "business", "desnz": "business", "dsit": "business",
    "dclg": "communities", "mhclg": "communities", "dluhc": "communities", "fco": "foreign", "fcdo": "foreign", "dfid": "foreign",
}  # fmt: skip
"""Departments that succeeded one another, or are one under several abbreviations."""


def family(department: str) -> str:
    name = plain(department)
    return FAMILIES.get(name, name)


def _alike(one: str, other: str, least: float) -> bool:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least and matcher.ratio() >= least


def _same_description(one: Report, other: Report) -> bool:
    a, b = plain(one.description)[:_COMPARED], plain(other.description)[:_COMPARED]
    return bool(a and b) and _alike(a, b, ALIKE_DESCRIPTIONS)


def _same_department(one: Report, other: Report) -> bool:
    return family(one.department) == family(other.department)


def _same_start(one: Report, other: Report) -> bool:
    return one.start is not None and one.start == other.start


def _same_name(one: Report, other: Report) -> bool:
    return plain(one.name) == plain(other.name)


def _numbers(name: str) -> list[str]:
    """What tells phases and tranches apart: figures, and Roman ones."""
    return re.findall(r"\b(?:[0-9]+[a-z]?|i{1,3}|iv|v|vi)\b", plain(name))


def _same_id(one: Report, other: Report) -> bool:
    return bool(one.id) and plain(one.id) == plain(other.id)


def _may_be_one(one: Report, other: Report) -> bool:
    """Whether their ids allow it."""
    return not (one.id and other.id)


CERTAIN = 2
"""So many rules leave nothing to look at."""
RULES: Sequence[tuple[str, Fits]] = (
    (Text("same id"), _same_id),
    (Text("same name"), lambda a, b: _same_name(a, b) and _same_department(a, b)),
    (
        Text("same name in another department, and the same description or start"),
        lambda a, b: _same_name(a, b) and (_same_start(a, b) or _same_description(a, b)),
    ),
    (
        Text("same name but for brackets and plain words"),
        lambda a, b: core(a.name) == core(b.name) != "" and _same_department(a, b),
    ),
    (
        Text("same start and description"),
        lambda a, b: _same_department(a, b) and _same_start(a, b) and _same_description(a, b),
    ),
    (
        Text("same start, and names that differ by a few letters"),
        lambda a, b: (
            _same_department(a, b)
            and _same_start(a, b)
            and _numbers(a.name) == _numbers(b.name)
            and _alike(plain(a.name), plain(b.name), ALIKE_NAMES)
        ),
    ),
)


def projects_of(reports: Iterable[Report], findings: Findings) -> list[Project]:
    """The projects of reports that come the oldest year first, in the order in which they appear."""
    years: dict[int, list[Report]] = defaultdict(list)
    for report in reports:
        years[report.year].append(report)
    projects: list[Project] = []
    for year in sorted(years):
        open_reports = list(years[year])
        new: list[Report] = []
        for rule, fits in RULES:
            open_reports, doubtful = _claim(projects, open_reports, year, rule, fits, findings)
            new += doubtful
        for report in sorted((*new, *open_reports), key=lambda report: report.line):
            projects.append(Project(_key(report, projects), [report]))
    return projects


def _claim(
    projects: Sequence[Project],
    reports: Sequence[Report],
    year: int,
    rule: str,
    fits: Fits,
    findings: Findings,
) -> tuple[list[Report], list[Report]]:
    """Give each report to the one project that it fits and that fits no other report; answers those that fit none, and
    those of which it is not clear."""
    free = [project for project in projects if project.last.year != year]
    candidates = {
        id(r): [
            p for p in free if any(fits(e, r) and (_may_be_one(e, r) or _same_id(e, r)) for e in p.reports)
        ]
        for r in reports
    }
    claims: dict[str, list[Report]] = defaultdict(list)
    for report in reports:
        for project in candidates[id(report)]:
            claims[project.key].append(report)
    unclaimed: list[Report] = []
    doubtful: list[Report] = []
    for report in reports:
        fitting = candidates[id(report)]
        if len(fitting) == 1 and len(claims[fitting[0].key]) == 1:
            _say(fitting[0], report, rule, findings)
            fitting[0].reports.append(report)
            continue
        if fitting:
            names = ", ".join(sorted({p.last.name for p in fitting}))
            reason = Text("{rule}: this and others of the year may be {names}", rule=rule, names=names)
            _add(report, "fits_several", reason, Text("imported as a new project"), findings)
        (doubtful if fitting else unclaimed).append(report)
    return unclaimed, doubtful


def _say(project: Project, report: Report, rule: str, findings: Findings) -> None:
    before = project.last
    if rule not in [name for name, _ in RULES[:CERTAIN]]:
        done = Text(
            "taken as the project that was {project} ({department}) in {year}",
            project=before.name, department=before.department, year=before.year,
        )  # fmt: skip
        _add(report, "recognised", rule, done, findings)


def _add(report: Report, code: str, reason: str, done: str, findings: Findings) -> None:
    findings.add(report.file, report.line, code, reason, done, report.name)


def _key(report: Report, projects: Sequence[Project]) -> str:
    """The name; with the department, and then the year, where a project of that key is there already."""
    keys_in_use = {project.key for project in projects}
    name, department = report.name[:LONGEST_NAME], report.department[:20]
    keys = (name, f"{name} ({department})", f"{name} ({department}, {report.year})")
    return next(
        (key for key in keys if key not in keys_in_use), f"{name} ({report.year}, line {report.line})"
    )
