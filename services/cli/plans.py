"""A project and its work packages as a plan that Microsoft Project opens (MSPDI)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from services.projects.engines.planfiles import write_mspdi
from services.projects.engines.planning.plan import (
    NOT_STARTED,
    Activity,
    ActivityKind,
    Calendar,
    Plan,
    Progress,
    days,
)

BEGINS, ENDS = time(8), time(17)
OFFICE = "office"
State = Mapping[str, Any]


def mspdi_of(project: State, packages: Iterable[State]) -> bytes | None:
    """The plan file; None where no package has a day.

    Packages keep their planned days. Who begins or ends when is not known of a package: what has progress began as
    planned, and what is completed ended as planned. The budget is the fixed cost.
    """
    ordered = sorted(packages, key=_place)
    planned = [day for package in ordered for day in _days(package) if day is not None]
    if not planned:
        return None
    parents = {package["parent_id"] for package in ordered}
    ids = {package["id"] for package in ordered}
    start = datetime.combine(min(planned), BEGINS)
    plan = Plan(
        id=project["id"],
        name=project["name"],
        title=project["name"],
        start=start,
        calendars=(Calendar(OFFICE, "Office"),),
        calendar=OFFICE,
        currency=next((p["budget"]["currency"] for p in ordered if p["budget"]), None),
        activities=tuple(_activity(p, parents, ids, start) for p in _outlined(ordered, ids)),
    )
    return write_mspdi(plan)


def _place(package: State) -> list[tuple[int, int, str]]:
    """1.10 comes after 1.9."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in package["wbs"].split(".")]


def _outlined(packages: Sequence[State], ids: set[str]) -> Iterable[State]:
    """Each package before its parts."""
    parts: dict[str | None, list[State]] = {}
    for package in packages:
        parts.setdefault(package["parent_id"] if package["parent_id"] in ids else None, []).append(package)
    waiting = list(reversed(parts.get(None, [])))
    while waiting:
        package = waiting.pop()
        yield package
        waiting += reversed(parts.get(package["id"], []))


def _days(package: State) -> tuple[date | None, date | None]:
    return _day(package["planned_start_on"]), _day(package["planned_finish_on"])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _activity(package: State, parents: set[str | None], ids: set[str], project_start: datetime) -> Activity:
    first, last = _days(package)
    is_summary = package["id"] in parents
    start = datetime.combine(first or last or project_start.date(), BEGINS)
    finish = datetime.combine(max(last or start.date(), start.date()), ENDS)
    budget = package["budget"]
    return Activity(
        id=package["id"],
        name=package["name"],
        wbs=package["wbs"],
        kind=ActivityKind.SUMMARY if is_summary else ActivityKind.TASK,
        parent=package["parent_id"] if package["parent_id"] in ids else None,
        duration_s=0 if is_summary else days(_working_days(start.date(), finish.date())),
        manual=not is_summary,
        planned_start=start,
        planned_finish=finish,
        progress=NOT_STARTED if is_summary else _progress(package["percent_complete"], start, finish),
        fixed_cost=Decimal(budget["amount"]) if budget and not is_summary else None,
        notes=package["description"],
    )


def _progress(percent: int, start: datetime, finish: datetime) -> Progress:
    if not percent:
        return NOT_STARTED
    return Progress(
        actual_start=start, actual_finish=finish if percent == 100 else None, percent_complete=percent
    )


def _working_days(first: date, last: date) -> int:
    """Mondays to Fridays; one at least."""
    weeks, more = divmod((last - first).days + 1, 7)
    rest = sum((first + timedelta(days=weeks * 7 + n)).weekday() < 5 for n in range(more))
    return max(1, weeks * 5 + rest)
