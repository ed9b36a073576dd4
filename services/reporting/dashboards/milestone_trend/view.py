"""How the expected days of milestones moved: one line for each, with a point on every day on which it said something new."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, tzinfo
from itertools import groupby
from typing import Any

from services.reporting.history.view import Version
from shared.base.clock import from_micros
from shared.base.text import sort_key
from shared.contracts.projects.methods import MilestoneState

State = dict[str, Any]

MEMBERS = ("planned_on", "baseline_on", "forecast_on", "achieved_on", "state")
"""What a point says; a version that changes nothing of it makes none."""


def lines(versions: Iterable[Version], on: date, zone: tzinfo) -> list[State]:
    """The milestones that are not archived by the day, by their planned day and name. `versions` are each milestone's in
    their order, of those that were effective by the day."""
    each = (list(one) for _, one in groupby(versions, key=lambda version: version.state["id"]))
    items = [_line(one, on, zone) for one in each if one[-1].state["archived_at"] is None]
    return sorted(items, key=lambda line: (line["planned_on"], sort_key(line["name"]), line["id"]))


def _line(versions: Sequence[Version], on: date, zone: tzinfo) -> State:
    newest, reports = versions[-1].state, list(points(versions, zone))
    return {
        **{name: newest[name] for name in ("id", "name", *MEMBERS)},
        "expected_on": expected_on(newest),
        "variance_days": variance_days(newest, on),
        "points": reports,
    }


def points(versions: Sequence[Version], zone: tzinfo) -> Iterator[State]:
    """What stood at the end of each day on which it changed. A version that is effective before an earlier one takes its
    place from that day on."""
    reported = None
    for day, state in _by_day(versions, zone):
        members = {name: state[name] for name in MEMBERS}
        if members != reported and state["archived_at"] is None:
            reported = members
            yield {"on": day.isoformat(), **members, "expected_on": expected_on(state)}


def _by_day(versions: Sequence[Version], zone: tzinfo) -> Iterator[tuple[date, State]]:
    ordered = sorted(versions, key=lambda version: (version.effective_at, version.number))
    newest = ordered[0]
    for day, of_day in groupby(
        ordered, key=lambda one: from_micros(one.effective_at).astimezone(zone).date()
    ):
        newest = max(newest, *of_day, key=lambda version: version.number)
        yield day, newest.state


def expected_on(state: State) -> str:
    """The day on which it was reached, or is expected; the planned one as long as nobody says otherwise."""
    day: str = state["achieved_on"] or state["forecast_on"] or state["planned_on"]
    return day


def variance_days(state: State, on: date) -> int | None:
    """As the finish of a project is judged: what was agreed, less the day that it was reached. As long as it was not, the
    later of the expected and the as-of day counts."""
    if state["state"] == MilestoneState.DROPPED:
        return None
    agreed, expected = (
        date.fromisoformat(day) for day in (state["baseline_on"] or state["planned_on"], expected_on(state))
    )
    return (agreed - (expected if state["achieved_on"] else max(expected, on))).days
