"""Where requests stand, for how long, and how many of those that reached one step reached the next."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, tzinfo
from itertools import pairwise
from statistics import median
from typing import Any

from services.reporting.sums import total
from shared.base.clock import parse_instant
from shared.base.money import Money
from shared.contracts.projects.intake import RequestState

State = dict[str, Any]

S = RequestState
OPEN = (S.DRAFT, S.SUBMITTED, S.SCREENING, S.RETURNED, S.QUALIFIED, S.APPROVED, S.DEFERRED)
"""The states on the board, in the order of the way through."""
ENDED = tuple(state.value for state in S if state not in OPEN)
STEPS = (S.SUBMITTED, S.SCREENING, S.QUALIFIED, S.APPROVED, S.CONVERTED)
"""The steps of the way; a request may return and take them again, and counts once."""


def days_in_state(request: State, on: date, zone: tzinfo) -> int:
    """Full days from the day on which its state began until `on`."""
    since = parse_instant(request["state_since"] or request["created_at"]).astimezone(zone).date()
    return max(0, (on - since).days)


def lines(requests: Iterable[State], on: date, zone: tzinfo) -> list[State]:
    """The open ones, those first that have stood longest."""
    items = [
        {
            name: one[name]
            for name in (
                "id",
                "code",
                "title",
                "state",
                "category",
                "urgency",
                "portfolio_id",
                "unit_id",
                "cost_likely",
            )
        }
        | {"days": days_in_state(one, on, zone)}
        for one in requests
        if one["state"] in OPEN
    ]
    return sorted(items, key=lambda line: (-line["days"], line["code"]))


def board(requests: Sequence[State], on: date, zone: tzinfo, currency: str | None) -> list[State]:
    """Each open state with its requests: how many, what they cost, and for how long they have stood there."""
    return [
        _column(state, [r for r in requests if r["state"] == state], on, zone, currency) for state in OPEN
    ]


def _column(
    state: RequestState, requests: Sequence[State], on: date, zone: tzinfo, currency: str | None
) -> State:
    costs = [Money.model_validate(one["cost_likely"]) for one in requests if one["cost_likely"]]
    money, reason = total(((cost.currency, cost.minor) for cost in costs), currency)
    ages = [days_in_state(one, on, zone) for one in requests]
    return {
        "state": state.value,
        "requests": len(requests),
        "likely": money,
        "oldest_days": max(ages, default=None),
        "median_days": median(ages) if ages else None,
        "reasons": {"likely": reason} if reason else {},
    }


def funnel(versions: Iterable[State], ids: Collection[str]) -> list[State]:
    """Of the requests with these ids: how many ever reached each step, or one after it.

    The share is of the step before, in per cent."""
    furthest: dict[str, int] = {}
    for version in versions:
        if version["id"] in ids and version["state"] in STEPS:
            step = STEPS.index(S(version["state"]))
            furthest[version["id"]] = max(step, furthest.get(version["id"], 0))
    counts = [sum(step >= place for step in furthest.values()) for place in range(len(STEPS))]
    shares = [None, *(share(after, before) for before, after in pairwise(counts))]
    return [
        {"state": state.value, "requests": count, "share_pct": percent}
        for state, count, percent in zip(STEPS, counts, shares, strict=True)
    ]


def share(part: int, whole: int) -> float | None:
    """In per cent, with one decimal; None of nothing."""
    return None if whole == 0 else round(100 * part / whole, 1)
