"""The row of what is due of an aggregate: one for each kind, written in the commit that changes its instant.

A row that `stands` waits while `due_at` differs from `fired_for`, the instant that was told last. So the same instant is
not told again where an aggregate leaves it and comes back.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import MetaData

from shared.base.clock import from_micros, to_micros
from shared.base.ids import derived_id
from shared.contracts.language import Aggregate, Fact, TimeFact, entry_of
from shared.contracts.projects.organisation import Membership
from shared.domain.access.rights import places_of
from shared.domain.due.days import Almanac
from shared.domain.due.declaring import Due, Late
from shared.store import Part, Statement
from shared.store.columns import Mirror
from shared.store.sql import upsert
from shared.store.tables import kernel_tables
from shared.store.unit import RowWrite

TABLES = MetaData()
kernel_tables(TABLES)

WAITS = "stands = 1 AND due_at <> fired_for"
"""SQL of a row that is still to be told."""
_STANDS = ("id", "kind", "aggregate_type", "aggregate_id", "scope", "due_at", "stands")
_FIRED = ("fired_for", "fired_at", "fired_version", "retry_at")


def _mirror(*columns: str) -> Mirror:
    """A kernel row is written as those of aggregates are; of which one it is written beside does not matter."""
    return Mirror(entry_of(Membership), TABLES.tables["due"], columns, (), (), (), "due")


STANDING = _mirror(*_STANDS)
"""What declares an instant leaves alone what was told."""
TELLING = _mirror(*_STANDS, *_FIRED)


class Occasion(NamedTuple):
    """When a change is recorded (microseconds), and whether it tells of the past."""

    recorded: int
    is_backdated: bool = False


def id_of(kind: str, aggregate_id: Any) -> str:
    """An aggregate has one row of a kind."""
    return str(derived_id(kind, str(aggregate_id)))


def row_of(due: Due, entity: Aggregate, instant: datetime, stands: bool = True) -> tuple[Any, ...]:
    places = places_of(entity)
    return (
        id_of(due.kind, entity.id),
        due.kind,
        entry_of(type(entity)).name,
        str(entity.id),
        str(places[0]) if places else None,
        to_micros(instant),
        int(stands),
    )


def rows_to_write(
    dues: tuple[Due, ...], entity: Aggregate, before: Aggregate | None, almanac: Almanac, occasion: Occasion
) -> Iterator[RowWrite]:
    """The rows that a change of an aggregate rewrites: none where each instant stays what it was."""
    for due in dues:
        if due.is_foreign:
            continue
        instant = due.instant(entity, almanac)
        previous = None if before is None else due.instant(before, almanac)
        if instant == previous:
            continue
        if instant is not None and not _is_to_come(due, entity, before, instant, almanac, occasion):
            instant = None
        if (at := instant or previous) is not None:
            yield RowWrite(STANDING, row_of(due, entity, at, instant is not None), None)


def rows_of_history(
    dues: tuple[Due, ...],
    entity: Aggregate,
    before: Aggregate | None,
    fact: Fact,
    almanac: Almanac,
    recorded: int,
) -> Iterator[RowWrite]:
    """The same of a version that another instance wrote: what has passed is history. What the version tells was told.

    `recorded` is when it is written here, in microseconds."""
    of_fact = next((due for due in dues if isinstance(fact, due.fact)), None)
    others = tuple(due for due in dues if due is not of_fact)
    yield from rows_to_write(others, entity, before, almanac, Occasion(recorded, is_backdated=True))
    if of_fact is not None and isinstance(fact, TimeFact):
        row = row_of(of_fact, entity, fact.due_at, of_fact.is_foreign or of_fact.stands(entity))
        yield RowWrite(TELLING, (*row, to_micros(fact.due_at), recorded, entity.version, 0), None)


def _is_to_come(
    due: Due,
    entity: Aggregate,
    before: Aggregate | None,
    instant: datetime,
    almanac: Almanac,
    occasion: Occasion,
) -> bool:
    """Whether an instant lies ahead, or is told although it has passed."""
    at = from_micros(occasion.recorded)
    if instant > at:
        return True
    if due.late is Late.ALWAYS:
        deadline = due.deadline(entity, almanac)
        return deadline is not None and deadline > at
    return due.late is Late.IF_CHANGED and before is not None and not occasion.is_backdated


def waits_from_birth(due: Due, entity: Aggregate, almanac: Almanac, at: int) -> datetime | None:
    """The instant of an aggregate that was there before the due was declared: what has passed by then is history."""
    instant = due.instant(entity, almanac)
    if instant is None or not _is_to_come(due, entity, None, instant, almanac, Occasion(at)):
        return None
    return instant


def withdrawal(due: Due, aggregate_id: Any) -> Statement:
    """Nothing of this kind is due of an aggregate any more."""
    return Statement("UPDATE due SET stands = 0 WHERE id = ?", [(id_of(due.kind, aggregate_id),)])


def set_due(part: Part, due: Due, entity: Aggregate, instant: datetime | None) -> None:
    """What a reaction knows of a foreign due: the instant of an aggregate, or that there is none. `part` is the unit's.

    Both are statements, so that of several in a unit, and of several items of a batch, the last one counts."""
    if instant is None:
        part.statements.append(withdrawal(due, entity.id))
    else:
        part.statements.append(Statement(upsert(STANDING), [row_of(due, entity, instant)]))
