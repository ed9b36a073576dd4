"""What has become of what was agreed: dates of activities, days of milestones and budgets beside each other; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Row = Mapping[str, Any]

NOT_AGREED = "not_agreed"
"""The activity came later."""
NOT_PLANNED = "not_planned"
"""The activity is in the plan no more."""


@dataclass(frozen=True)
class Compared:
    """An activity as it was agreed and as it stands: positive days are later, positive minutes are longer."""

    activity_id: str
    agreed_start_on: str | None
    start_on: str | None
    agreed_finish_on: str | None
    finish_on: str | None
    start_days: int | None
    finish_days: int | None
    duration_minutes: int | None
    missing: str | None
    """Why nothing can be compared; None where it can."""


def compared(agreed: Iterable[Row], now: Sequence[Row]) -> list[Compared]:
    """Every activity in the order in which it stands now, then those that only the baseline has."""
    before = {row["activity_id"]: row for row in agreed}
    present = {row["activity_id"] for row in now}
    rows = [_compared(row["activity_id"], before.get(row["activity_id"]), row) for row in now]
    return rows + [_compared(id, row, None) for id, row in before.items() if id not in present]


def _compared(id: str, agreed: Row | None, now: Row | None) -> Compared:
    first, then = agreed or {}, now or {}
    both = agreed is not None and now is not None
    return Compared(
        activity_id=id,
        agreed_start_on=first.get("start_on"),
        start_on=then.get("start_on"),
        agreed_finish_on=first.get("finish_on"),
        finish_on=then.get("finish_on"),
        start_days=days_later(first.get("start_on"), then.get("start_on")),
        finish_days=days_later(first.get("finish_on"), then.get("finish_on")),
        duration_minutes=then["duration_minutes"] - first["duration_minutes"]
        if both and None not in (then.get("duration_minutes"), first.get("duration_minutes"))
        else None,
        missing=None if both else NOT_AGREED if agreed is None else NOT_PLANNED,
    )


def days_later(agreed: str | None, now: str | None) -> int | None:
    """Calendar days from the one to the other; None where one of them is not known."""
    if agreed is None or now is None:
        return None
    return (date.fromisoformat(now) - date.fromisoformat(agreed)).days


def last_day(rows: Iterable[Row]) -> str | None:
    return max((row["finish_on"] for row in rows), default=None)
