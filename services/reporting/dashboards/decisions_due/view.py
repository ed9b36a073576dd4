"""What waits for a decision, whatever it is: one list of kinds, those first that have waited longest."""

from collections.abc import Iterable, Sequence
from datetime import date, tzinfo
from typing import Any, NamedTuple

from services.reporting.dashboards.exceptions.view import days
from shared.contracts.language import CATALOGUE

State = dict[str, Any]


class Kind(NamedTuple):
    """A kind of aggregate that is decided: the state in which it waits, and the members that say what it is."""

    aggregate: str
    state: str
    title: str
    due: str = ""
    decided_by: str = ""
    always_by: str = ""
    """Who decides each of the kind."""
    person: str = ""
    """The member that names who is asked."""


KINDS = (
    Kind("change", "assessed", "title", decided_by="authority"),
    Kind("exception", "assessed", "axis", always_by="sponsor"),
    Kind("approval", "requested", "title", due="due_on", person="approver_id"),
    Kind("gate", "ready", "name", due="planned_on"),
    Kind("mandate", "in_review", "title"),
    Kind("baseline", "proposed", "name"),
)


def standing() -> list[Kind]:
    """Those that there are."""
    aggregates = {entry.name for entry in CATALOGUE.values() if entry.service == "projects"}
    return [kind for kind in KINDS if kind.aggregate in aggregates]


def collections() -> dict[str, str]:
    """Kind -> the collection in whose register it stands."""
    kinds = {kind.aggregate for kind in standing()}
    return {
        entry.name: entry.collection
        for entry in CATALOGUE.values()
        if entry.service == "projects" and entry.name in kinds
    }


def lines(kind: Kind, states: Iterable[State], on: date, zone: tzinfo) -> list[State]:
    """What of one kind waits."""
    return [
        {
            "kind": kind.aggregate,
            "id": one["id"],
            "title": one.get(kind.title) or "",
            "project_id": one.get("project_id"),
            "decided_by": one.get(kind.decided_by) or kind.always_by or None,
            "person_id": one.get(kind.person) if kind.person else None,
            "due_on": one.get(kind.due) if kind.due else None,
            "days": days(one["updated_at"], on, zone),
        }
        for one in states
        if one["state"] == kind.state
    ]


def ordered(items: Iterable[State]) -> list[State]:
    return sorted(items, key=lambda line: (-line["days"], line["kind"], line["id"]))


def counts(items: Sequence[State]) -> dict[str, int]:
    """How many of each kind wait."""
    return {kind.aggregate: sum(one["kind"] == kind.aggregate for one in items) for kind in standing()}
