"""What has left a tolerance: how far it is beyond, and for how long."""

from collections.abc import Iterable, Sequence
from datetime import date, tzinfo
from typing import Any

from shared.base.clock import parse_instant
from shared.base.money import Money, percent
from shared.contracts.projects.change import Axis, ExceptionState

State = dict[str, Any]

S = ExceptionState
OPEN = (S.RAISED, S.ASSESSED, S.DECIDED)
ENDED = tuple(state.value for state in S if state not in OPEN)
MEMBERS = ("id", "project_id", "axis", "level", "state", "tolerance", "forecast", "change_id")


def lines(exceptions: Iterable[State], on: date, zone: tzinfo) -> list[State]:
    """The open ones, those first that were raised first."""
    items = [
        {name: one[name] for name in MEMBERS} | beyond(one) | {"days": days(one["created_at"], on, zone)}
        for one in exceptions
        if one["state"] in OPEN
    ]
    return sorted(items, key=lambda line: (-line["days"], line["id"]))


def days(since: str, on: date, zone: tzinfo) -> int:
    """Full days from the day of an instant until `on`."""
    return max(0, (on - parse_instant(since).astimezone(zone).date()).days)


def beyond(one: State) -> State:
    """How far the forecast is beyond what is tolerated, in the unit of the axis; null where nobody can compute it."""
    tolerance, forecast = one["tolerance"], one["forecast"]
    excess: State = {"beyond_days": None, "beyond_cost": None, "beyond_score": None, "beyond_pct": None}
    if one["axis"] == Axis.TIME:
        late = date.fromisoformat(forecast["finish_on"]) - date.fromisoformat(tolerance["finish_on"])
        excess["beyond_days"] = late.days
    elif one["axis"] == Axis.COST:
        money, bound = Money.read(forecast["cost"]), Money.read(tolerance["cost"])
        if money.currency == bound.currency:
            over = money.minor - bound.minor
            excess["beyond_cost"] = Money.of(over, money.currency).model_dump()
            excess["beyond_pct"] = percent(over, bound.minor)
    elif one["axis"] == Axis.RISK:
        excess["beyond_score"] = forecast["score"] - tolerance["score"]
    return excess


def by_axis(items: Sequence[State]) -> list[State]:
    """Each axis with its open exceptions: how many, and for how long the first has stood."""
    return [
        {
            "axis": axis.value,
            "exceptions": len(days := [one["days"] for one in items if one["axis"] == axis]),
            "oldest_days": max(days, default=None),
        }
        for axis in Axis
    ]
