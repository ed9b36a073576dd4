"""A plan in bulk: activities and links as one body, read in a worker. What of it contradicts itself is refused with pointers.

Rows name themselves by `id` or `external_ref`, and within the body by `key`, so that links can name rows that are new.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Literal, TypeVar

from shared.base.computation import Computation, Report
from shared.base.errors import Fault, Invalid
from shared.base.ids import is_canonical
from shared.base.text import composed, shows_nothing
from shared.base.texts import Text
from shared.base.typed_json import Within

MOST_ROWS = 50_000
MOST_FAULTS = 50
Key = Annotated[str, Within(1, 200)]
Uuid = Annotated[str, Within(36, 36)]
Line = Annotated[str, Within(1, 300)]
Minutes = Annotated[int, Within(0, 100 * 366 * 24 * 60)]
SignedMinutes = Annotated[int, Within(-100 * 366 * 24 * 60, 100 * 366 * 24 * 60)]
_SOURCE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")


@dataclass(frozen=True, slots=True)
class PlanRef:
    """The key of a row in the system that it came from."""

    source: Annotated[str, Within(1, 40)]
    """The system, by the name under which it feeds Portolan."""
    id: Key
    """Its key in that system."""


@dataclass(frozen=True, slots=True)
class PlanActivity:
    """An activity as a plan gives it: it is made to look like this. What is left out is empty, or as in an activity."""

    name: Line
    """What is done."""
    id: Uuid | None = None
    """Which activity this is; left out, its external key says it, and else it is a new one."""
    external_ref: PlanRef | None = None
    """Its key in another system: found by it, and new where nothing is. Left out, an activity keeps the one it has."""
    key: Key | None = None
    """By which links of this body name it; it is not kept."""
    work_package_id: Uuid | None = None
    """The work package that it helps to deliver."""
    duration_minutes: Minutes = 0
    """Working time: a day of eight hours is 480."""
    calendar_id: Uuid | None = None
    """The calendar by which it is worked on; left out, the project's."""
    constraint_kind: Literal["asap", "alap", "snet", "snlt", "fnet", "fnlt", "mso", "mfo"] | None = None
    """How a date holds it."""
    constraint_at: datetime | None = None
    """The date of the constraint."""
    deadline_on: date | None = None
    """The day by which it is to be done."""
    percent_complete: Annotated[int, Within(0, 100)] = 0
    """How much of it is done."""
    actual_start_at: datetime | None = None
    """When it began."""
    actual_finish_at: datetime | None = None
    """When it was done."""
    remaining_minutes: Minutes | None = None
    """Working time still to do."""
    level_of_effort: bool = False
    """Whether it lasts as long as what it is linked with."""
    milestone: bool = False
    """Whether it is an instant and no work."""
    role: Line | None = None
    """Who is to do it, as a role."""
    effort_minutes: Minutes | None = None
    """The work in it."""


@dataclass(frozen=True, slots=True)
class PlanLag:
    """How long a link waits; negative numbers are leads."""

    minutes: SignedMinutes = 0
    """Working time of the predecessor's calendar, or time by the clock."""
    percent: Annotated[int, Within(-10_000, 10_000)] = 0
    """Of the predecessor's duration, in addition."""
    elapsed: bool = False
    """Whether it passes around the clock."""


@dataclass(frozen=True, slots=True)
class PlanDependency:
    """A link as a plan gives it. Without id and external key, its ends and its kind say which link it is."""

    id: Uuid | None = None
    """Which link this is."""
    external_ref: PlanRef | None = None
    """Its key in another system."""
    from_id: Uuid | None = None
    """The predecessor: an activity of the body, or an activity or a milestone of another project."""
    from_key: Key | None = None
    """The predecessor by its key in this body, in place of its id."""
    to_id: Uuid | None = None
    """The successor, an activity of the body."""
    to_key: Key | None = None
    """The successor by its key in this body, in place of its id."""
    kind: Literal["fs", "ss", "ff", "sf"] = "fs"
    """Which end of the predecessor holds which end of the successor."""
    lag: PlanLag | None = None
    """How long it waits; left out: not at all."""


@dataclass(frozen=True, slots=True)
class PlanBody:
    """All activities and links of a project's plan. What is absent is archived."""

    activities: Annotated[tuple[PlanActivity, ...], Within(0, MOST_ROWS)]
    """At most 50,000."""
    dependencies: Annotated[tuple[PlanDependency, ...], Within(0, MOST_ROWS)] = ()
    """At most 50,000."""


R = TypeVar("R", PlanActivity, PlanDependency)


def check(body: PlanBody) -> None:
    """Refuse rows that cannot be told apart or name nothing of the body, with a pointer to each."""
    faults = [
        fault
        for fault, _ in zip(
            (
                *_rows("activities", body.activities),
                *_rows("dependencies", body.dependencies),
                *_lines(body),
                *_ends(body),
            ),
            range(MOST_FAULTS),
            strict=False,
        )
    ]
    if faults:
        raise Invalid(
            Text(
                "{count} {count:row is|rows are} refused, and nothing of the plan was changed",
                count=len(faults),
            ),
            *faults,
            code="plan_refused",
        )


def run(body: PlanBody, report: Report) -> PlanBody:
    """The same with its texts in normalization form C, once it is checked."""
    check(body)
    return replace(body, activities=tuple(map(_composed, body.activities)))


READ = Computation(PlanBody, PlanBody, run, check)


def _rows(member: str, rows: Iterable[R]) -> Iterator[Fault]:
    """What names one row is in no other."""
    names_before: set[tuple[str, object]] = set()
    for place, row in enumerate(rows):
        at = f"/{member}/{place}"
        names: list[tuple[str, object]] = [("id", row.id), ("external_ref", row.external_ref)]
        if isinstance(row, PlanActivity):
            names.append(("key", row.key))
        for name, value in names:
            if value is not None:
                if (name, value) in names_before:
                    yield Fault("duplicate", "another row is named so", pointer=f"{at}/{name}")
                names_before.add((name, value))
        if row.external_ref is not None and not _SOURCE.fullmatch(row.external_ref.source):
            yield Fault(
                "value_error",
                "small letters, digits, point, dash and underscore",
                pointer=f"{at}/external_ref/source",
            )
        for name in ("id", "work_package_id", "calendar_id", "from_id", "to_id"):
            id = getattr(row, name, None)
            if id is not None and not is_canonical(id):
                yield Fault("value_error", "an id is a UUID in canonical form", pointer=f"{at}/{name}")


def _lines(body: PlanBody) -> Iterator[Fault]:
    for place, row in enumerate(body.activities):
        for member in ("name", "role"):
            text = getattr(row, member)
            if text is not None and not text.isalnum() and shows_nothing(text):
                yield Fault(
                    "value_error", "nothing of it can be seen", pointer=f"/activities/{place}/{member}"
                )


def _ends(body: PlanBody) -> Iterator[Fault]:
    """Each end is named once, and a key names a row of the body."""
    keys = {row.key for row in body.activities if row.key is not None}
    for place, link in enumerate(body.dependencies):
        at = f"/dependencies/{place}"
        for end in ("from", "to"):
            id, key = getattr(link, f"{end}_id"), getattr(link, f"{end}_key")
            if (id is None) is (key is None):
                yield Fault("one_of", "either its id or its key", pointer=f"{at}/{end}_id")
            elif key is not None and key not in keys:
                yield Fault("not_found", "no activity of the body has this key", pointer=f"{at}/{end}_key")


def _composed(row: PlanActivity) -> PlanActivity:
    name = composed(row.name).strip()
    role = None if row.role is None else composed(row.role).strip()
    return row if (name, role) == (row.name, row.role) else replace(row, name=name, role=role)
