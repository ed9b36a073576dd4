"""What a file tells of projects, before any of it is sent; and what of the file has no place in Portolan."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.imports.findings import Findings
from shared.base.clock import now
from shared.base.texts import Text

WITHOUT_IT, NOT_BROUGHT_IN = Text("brought in without it"), Text("not brought in")
MoneyText = dict[str, str]
"""Money as it is on the wire: amount and currency."""


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """Somebody the file names. `key` is what the file knows them by."""

    key: str
    name: str
    email: str
    file: str
    line: int
    weekly_hours: float | None = None


@dataclass(frozen=True, slots=True)
class PackageDraft:
    """One task, epic or issue; `parent` and `owner` are keys. `percent` is from 0 to 100, `code` its own WBS code."""

    key: str
    name: str
    file: str
    line: int
    parent: str = ""
    description: str = ""
    owner: str = ""
    budget: MoneyText | None = None
    start: date | None = None
    finish: date | None = None
    percent: float = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class BookingDraft:
    """A person on a project from one day to another, both inclusive, at a percentage of the weekly hours."""

    key: str
    person: str
    starts_on: date
    ends_on: date
    percent: int
    role: str
    file: str
    line: int


@dataclass(slots=True)
class ProjectDraft:
    """One project: members of its own, and what is below it."""

    key: str
    name: str
    file: str
    line: int
    description: str = ""
    manager: str = ""
    planned: tuple[date | None, date | None] = (None, None)
    forecast: tuple[date | None, date | None] = (None, None)
    actual_start: date | None = None
    planned_cost: MoneyText | None = None
    forecast_cost: MoneyText | None = None
    has_begun: bool = False
    currency: str = ""
    own: dict[str, Any] = field(default_factory=dict)
    """Values of the other system's own fields, by their names there."""
    custom: dict[str, Any] = field(default_factory=dict)
    """The same in fields of the organisation, by their names here."""
    packages: list[PackageDraft] = field(default_factory=list)
    bookings: list[BookingDraft] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Loss:
    """A kind of thing that the file holds and Portolan does not take: how many, why, and what can be done."""

    kind: str
    count: int
    why: str
    mend: str


@dataclass
class Losses:
    """All of an import, one of each kind."""

    by_kind: dict[str, Loss] = field(default_factory=dict)

    def add(self, kind: str, count: int, why: str, mend: str) -> None:
        """Counts with what is there of this kind; nothing is added for none."""
        if count > 0:
            before = self.by_kind[kind].count if kind in self.by_kind else 0
            self.by_kind[kind] = Loss(kind, before + count, why, mend)

    def listed(self) -> list[Loss]:
        return [self.by_kind[kind] for kind in sorted(self.by_kind)]


@dataclass
class Drafts:
    """Everything that the files of one import tell."""

    source: str
    findings: Findings
    losses: Losses = field(default_factory=Losses)
    persons: dict[str, PersonDraft] = field(default_factory=dict)
    projects: list[ProjectDraft] = field(default_factory=list)
    portfolio: str = ""
    """The name or the code of the portfolio in which new projects are put."""
    keeps_codes: bool = False
    """Whether a package keeps the code it has: where the source has no codes of its own."""

    def person(self, person: PersonDraft) -> str:
        """The key of a person, who is remembered; empty for one without a name."""
        if not person.name and not person.email:
            return ""
        self.persons.setdefault(person.key, person)
        return person.key


def in_order(
    findings: Findings,
    start: date | None,
    finish: date | None,
    file: str,
    line: int,
    key: str,
    title: str = "",
) -> tuple[date | None, date | None]:
    """The two days; without the finish where it lies before the start, which is a finding."""
    if start is None or finish is None or start <= finish:
        return start, finish
    reason = Text("it finishes on {finish}, before it starts on {start}", finish=finish, start=start)
    done, mend = Text("brought in without its finish"), Text("Correct one of the days.")
    findings.add(file, line, "dates_reversed", reason, done, key, lost=True, mend=mend, title=title)
    return start, None


def begun_on(
    findings: Findings, day: date | None, file: str, line: int, key: str, title: str = ""
) -> date | None:
    """A day on which work began; one that lies ahead is a finding, and left out."""
    if day is None or day <= now().date():
        return day
    reason = Text("work is said to have started on {day}, which lies ahead", day=day)
    mend = Text("Correct the actual start.")
    findings.add(file, line, "actual_in_future", reason, WITHOUT_IT, key, lost=True, mend=mend, title=title)
    return None


def percent_of(
    findings: Findings, percent: float | None, file: str, line: int, key: str, title: str = ""
) -> float:
    """From 0 to 100; what lies outside is a finding, and is brought to the nearer end."""
    if percent is None:
        return 0
    if 0 <= percent <= 100:
        return percent
    nearest = 0 if not percent > 0 else 100
    findings.add(
        file, line, "percent_out_of_range", Text("{percent:g} % complete is not from 0 to 100", percent=percent),
        Text("brought in with {percent} %", percent=nearest), key, lost=True, title=title,
    )  # fmt: skip
    return nearest


def whole_percent(percent: float) -> int:
    """0 only where nothing is done, 100 only where everything is."""
    if percent <= 0:
        return 0
    return 100 if percent >= 100 else min(99, max(1, round(percent)))


def span(days: Iterable[date | None]) -> tuple[date | None, date | None]:
    """The first and the last of the days that are there."""
    there = [day for day in days if day is not None]
    return (min(there), max(there)) if there else (None, None)
