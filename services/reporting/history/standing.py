"""What stands in some states of its lifecycle as of a day, without reading what stands otherwise.

Now, the directory knows it by an index. Of a day of the past it is what stands so since then, and what has changed since: that
is looked up in history, by an index too. So a day costs what it shows and what has happened after it.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from services.reporting.directory.kinds import kinds
from services.reporting.directory.projection import SCOPES
from services.reporting.history.view import is_seen, read_states
from shared.domain.access.conditions import visible
from shared.domain.access.rights import Sight
from shared.store import Store

State = dict[str, Any]
Counted = tuple[str | None, str, int]
"""Where they lie, their state, and how many they are."""

NOW = """
SELECT h.state FROM directory d JOIN current_state h ON h.aggregate_id = d.aggregate_id
WHERE d.kind = ? AND d.state IN ({marks}) AND d.archived = 0
"""
THEN = """
SELECT h.state FROM history h JOIN (
    SELECT aggregate_id, MAX(version) AS version FROM history WHERE effective_at <= ? AND aggregate_id IN (
        SELECT d.aggregate_id FROM directory d
        WHERE d.kind = ? AND d.state IN ({marks}) AND d.archived = 0 AND d.since <= ?
        UNION SELECT aggregate_id FROM history WHERE aggregate_type = ? AND effective_at > ?
    ) GROUP BY aggregate_id
) newest ON newest.aggregate_id = h.aggregate_id AND newest.version = h.version
"""
CHANGED_SINCE = """
SELECT h.state FROM history h JOIN (
    SELECT aggregate_id, MAX(version) AS version FROM history WHERE effective_at <= ? AND aggregate_id IN (
        SELECT aggregate_id FROM history WHERE aggregate_type = ? AND effective_at > ?
    ) GROUP BY aggregate_id
) newest ON newest.aggregate_id = h.aggregate_id AND newest.version = h.version
"""
COUNTS = """
SELECT d.scope, d.state, COUNT(*) FROM directory d
WHERE d.kind = ? AND d.state IN ({marks}) AND d.archived = 0{since} GROUP BY d.scope, d.state
"""
SCOPES_OF_ROWS = ("d.scope", *(f"d.scope_{number}" for number in range(2, SCOPES + 1)))


async def states_standing(
    store: Store, aggregate_type: str, standing: Collection[str], until: int | None, sight: Sight
) -> list[State]:
    """The aggregates of a type that stood so by the end of a day (`until`; None means now), as far as they are seen;
    archived ones are left out."""
    marks, (key, member) = ", ".join("?" * len(standing)), _key(aggregate_type)
    params: list[Any] = [key, *standing]
    if until is None:
        text = NOW.format(marks=marks)
    else:
        text = THEN.format(marks=marks)
        params = [until, key, *standing, until, aggregate_type, until]
    rows = await _visible_states(store, text, params, sight, aggregate_type, joins=until is None)
    return [state for state in rows if state[member] in standing]


async def counts_standing(
    store: Store, aggregate_type: str, standing: Collection[str], until: int | None, sight: Sight
) -> list[Counted]:
    """How many of them there are, by where they lie; none of their states is read, but of what has changed since the day."""
    marks, (key, member) = ", ".join("?" * len(standing)), _key(aggregate_type)
    text = COUNTS.format(marks=marks, since="" if until is None else " AND d.since <= ?")
    params: list[Any] = [key, *standing, *(() if until is None else (until,))]
    if (condition := visible(sight, SCOPES_OF_ROWS, store.dialect)) is not None:
        text = text.replace(" GROUP BY", f" AND {condition[0]} GROUP BY")
        params += condition[1]
    counts = [(row[0], row[1], row[2]) for row in await store.scan(text, params)]
    if until is None:
        return counts
    changed = await _visible_states(
        store, CHANGED_SINCE, [until, aggregate_type, until], sight, aggregate_type, joins=False
    )
    return counts + list(_counted(changed, member, standing))


def _counted(states: list[State], member: str, standing: Collection[str]) -> Iterator[Counted]:
    places = Counter((one.get("project_id"), one[member]) for one in states if one[member] in standing)
    for (place, state), count in places.items():
        yield place, state, count


async def _visible_states(
    store: Store, text: str, params: list[Any], sight: Sight, aggregate_type: str, *, joins: bool
) -> list[State]:
    """The states of a query that are seen; `joins`: it has conditions already."""
    condition = visible(sight, ("h.scope",), store.dialect)
    if condition is not None:
        text, params = f"{text} {'AND' if joins else 'WHERE'} {condition[0]}", [*params, *condition[1]]
    states = await read_states(await store.scan(text, params))
    if condition is not None:
        states = [one for one in states if is_seen(sight, aggregate_type, one)]
    return [one for one in states if one["archived_at"] is None]


def _key(aggregate_type: str) -> tuple[str, str]:
    """The kind in the directory, and the member that is its state. LookupError where it has no row for each of them."""
    for key, kind in kinds().items():
        if kind.entry.name == aggregate_type and kind.has_row and kind.register.state:
            return key, kind.register.state
    raise LookupError(f"the directory does not list {aggregate_type} by its state")
