"""What a project and all that belongs to it name, and is archived, erased or not known by the day.

Naming such a thing anew is refused; what named it before goes on, and is told here.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from services.reporting.asof import AsOf
from services.reporting.history.view import states_by_id
from shared.contracts.language import CATALOGUE
from shared.store import Store

_REFERENCES = {entry.name: entry.members.references for entry in CATALOGUE.values()}


class _Reference(NamedTuple):
    aggregate_type: str
    id: str
    member: str
    named_type: str
    named_id: str


async def stale_references(
    store: Store, states_by_type: dict[str, list[dict[str, Any]]], at: AsOf
) -> list[dict[str, str]]:
    """Which members of these states name what is not there any more, and why. The states are those of a project and
    of what belongs to it, by type. What is in `states_by_type` exists, and is not looked up."""
    there = {state["id"] for states in states_by_type.values() for state in states}
    references = [reference for reference in _references(states_by_type) if reference.named_id not in there]
    named_states = await states_by_id(
        store, sorted({reference.named_id for reference in references}), at.until
    )
    return [
        reference._asdict() | {"state": state}
        for reference in references
        if (state := _standing(named_states.get(reference.named_id)))
    ]


def _references(states_by_type: dict[str, list[dict[str, Any]]]) -> Iterator[_Reference]:
    for kind, states in states_by_type.items():
        for state in states:
            for member, named_type in _REFERENCES.get(kind, {}).items():
                if state.get(member) is not None:
                    yield _Reference(kind, state["id"], member, named_type, state[member])


def _standing(state: dict[str, Any] | None) -> str | None:
    if state is None:
        return "unknown"
    if state.get("erased_at") is not None:
        return "erased"
    return "archived" if state["archived_at"] is not None else None
