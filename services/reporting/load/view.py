"""The load of people by month: booked percentages weighted by the working days (Monday to Friday) they cover."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from shared.text import sort_key


def months_from(first: date, count: int) -> list[date]:
    """The first days of `count` months."""
    start = first.year * 12 + first.month - 1
    return [date(m // 12, m % 12 + 1, 1) for m in range(start, start + count)]


def end_of_month(month: date) -> date:
    following = months_from(month, 2)[1]
    return following - timedelta(days=1)


def working_days(first: date, last: date) -> int:
    """Mondays to Fridays from `first` to `last`, both included; 0 where the period is empty."""
    if last < first:
        return 0
    weeks, rest = divmod((last - first).days + 1, 7)
    return weeks * 5 + sum((first.weekday() + i) % 7 < 5 for i in range(rest))


def load(
    persons: Iterable[dict[str, Any]], allocations: Iterable[dict[str, Any]], months: list[date]
) -> list[dict[str, Any]]:
    """One item per person by name: per month hard and soft load in per cent of capacity, and the hours they are."""
    booked: dict[str, list[dict[str, Any]]] = {}
    for allocation in allocations:
        booked.setdefault(allocation["person_id"], []).append(allocation)
    return [
        {
            "person": {"id": p["id"], "name": p["name"], "employment": p["employment"]},
            "months": [_month(p, booked.get(p["id"], []), month) for month in months],
        }
        for p in sorted(persons, key=lambda p: (sort_key(p["name"]), p["id"]))
    ]


def _month(person: dict[str, Any], booked: list[dict[str, Any]], month: date) -> dict[str, Any]:
    last = end_of_month(month)
    days = working_days(month, last)
    shares = {"hard": 0.0, "soft": 0.0}
    for a in booked:
        start, end = date.fromisoformat(a["starts_on"]), date.fromisoformat(a["ends_on"])
        shares[a["commitment"]] += a["percent"] * working_days(max(start, month), min(end, last)) / days
    total = shares["hard"] + shares["soft"]
    return {
        "month": month.strftime("%Y-%m"),
        "hard_pct": round(shares["hard"], 1),
        "soft_pct": round(shares["soft"], 1),
        "hours": round(person["weekly_hours"] * days / 5 * total / 100, 1),
        "overloaded": total > 100,
    }
