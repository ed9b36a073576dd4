"""What a group commit is made of: which units go together, their rows in one order, their events in one sequence.

Pure functions over units, shared by both databases. Rows are ordered by aggregate id, because unordered
groups of two replicas deadlock. Two units that touch the same aggregate, guard or idempotency key never share
a group, so that a stale unit cannot fail the other.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec.structs import astuple

from shared.base.clock import now_micros
from shared.store.base import StaleVersion, UniqueTaken
from shared.store.columns import Mirror
from shared.store.unit import Part, RowWrite, Statement, Unit

LARGEST_GROUP = 256
LARGE = 1_000
"""From so many rows on others have their turn while they are written."""


def claims(unit: Unit) -> set[Any]:
    """What a unit must not share a group over."""
    taken: set[Any] = set()
    if unit.idempotency:
        taken.add((unit.idempotency.principal, unit.idempotency.route, unit.idempotency.key))
    for part in unit.parts:
        taken.update(part.guards)
        for event in part.events:
            taken.add(event.aggregate_id)
    return taken


def admit(units: Sequence[Unit]) -> tuple[list[Unit], list[Unit]]:
    """Those that can go together, and those that wait for the next group."""
    together: list[Unit] = []
    later: list[Unit] = []
    taken: set[Any] = set()
    for unit in units:
        wanted = claims(unit)
        if taken.isdisjoint(wanted):
            taken |= wanted
            together.append(unit)
        else:
            later.append(unit)
    return together, later


def live_parts(units: Iterable[Unit]) -> Iterator[Part]:
    for unit in units:
        for _, part in unit.live_parts():
            yield part


def statements_of(parts: Iterable[Part]) -> Iterator[Statement]:
    """In their order. What several parts check alike is asked once: the rows of all of them are written before."""
    questions: set[tuple[str, tuple[tuple[Any, ...], ...]]] = set()
    for part in parts:
        for statement in part.statements:
            if statement.is_check:
                question = (statement.sql, tuple(statement.rows))
                if question in questions:
                    continue
                questions.add(question)
            yield statement


def rows_by_table(parts: Iterable[Part]) -> dict[Mirror, list[tuple[Any, ...]]]:
    """The rows to write, ordered by id; of several versions of one aggregate only the last."""
    newest: dict[Mirror, dict[str, tuple[Any, ...]]] = {}
    for part in parts:
        for row in part.rows:
            newest.setdefault(row.mirror, {})[row.values[0]] = row.values
    return {
        mirror: [rows[key] for key in sorted(rows)]
        for mirror, rows in sorted(newest.items(), key=lambda item: item[0].name)
    }


def rows_by_change(
    parts: Iterable[Part],
) -> dict[tuple[Mirror, tuple[int, ...] | None], list[tuple[Any, ...]]]:
    """The same by table and changed columns: an index over columns that stay need not be touched.

    What the unit writes twice is written as a whole.
    """
    newest: dict[tuple[Mirror, str], RowWrite] = {}
    for part in parts:
        for row in part.rows:
            key = (row.mirror, row.values[0])
            newest[key] = RowWrite(row.mirror, row.values, None) if key in newest else row
    rows: dict[tuple[Mirror, tuple[int, ...] | None], list[tuple[Any, ...]]] = {}
    for row in newest.values():
        rows.setdefault((row.mirror, row.changed), []).append(row.values)
    return rows


def guards(parts: Iterable[Part]) -> dict[str, int]:
    """Guard -> the version that was read; parts of one unit may have the same guard."""
    versions: dict[str, int] = {}
    for part in parts:
        versions.update(part.guards)
    return dict(sorted(versions.items()))


def count_events(units: Iterable[Unit]) -> int:
    return sum(len(part.events) for part in live_parts(units))


def is_large(units: Iterable[Unit]) -> bool:
    """Whether these units write so much that others would wait for it."""
    return sum(len(part.rows) for part in live_parts(units)) >= LARGE


def are_first_versions(mirror: Mirror, rows: Sequence[tuple[Any, ...]]) -> bool:
    """Whether these are rows of aggregates that are new."""
    return mirror.columns[:2] == ("id", "version") and all(row[1] == 1 for row in rows)


def outbox_rows(units: Iterable[Unit], first: int) -> Iterator[tuple[Any, ...]]:
    """Outbox rows with the positions from `first` on; each unit learns its own. An event has the members of a row."""
    position = first
    for unit in units:
        unit.positions = [[] for _ in unit.parts]
        for i, part in unit.live_parts():
            for e in part.events:
                yield position, *astuple(e)
                unit.positions[i].append(position)
                position += 1


def idempotency_row(unit: Unit) -> tuple[Any, ...] | None:
    key = unit.idempotency
    if key is None:
        return None
    answer = unit.answer(unit) if unit.answer else ""
    return (key.principal, key.route, key.key, key.body_hash, answer, now_micros())


def check_guards(read: dict[str, int], stored: dict[str, int]) -> None:
    """StaleVersion where a guard has another version than the one that was read."""
    for key, version in read.items():
        if stored.get(key, 0) != version:
            raise StaleVersion(key)


def refuse_what_builds_on(part: Part, failed: dict[str, int]) -> None:
    """A later version of an aggregate whose earlier one was left out would leave a gap, and a reference to one that was
    never made would name nothing. `failed` tells by aggregate which part was left out."""
    for id in (*(event.aggregate_id for event in part.events), *sorted(part.relies_on)):
        if id in failed:
            raise StaleVersion(id, builds_on=failed[id])


def meaning_of(taken: UniqueTaken) -> Exception:
    """A second event for a version of an aggregate means that somebody else was first."""
    if taken.table == "outbox":
        return StaleVersion(str(taken))
    return taken
