"""The room of envelopes: read with what this unit takes of it, and taken by conditional updates.

Of two who take the last franc at once only the first commits: the other finds no row to update, reads again and is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.finance.budget.envelope.rules import Room, Use, levels
from shared.base.clock import to_day
from shared.contracts.finance.budget import BudgetEnvelope, EnvelopeKind, EnvelopeState
from shared.domain.reading import Memory
from shared.domain.work import Work

ROOM = """
SELECT e.parent_id, e.kind, r.open, r.amount, r.parts, r.years, r.own, r.reserved, r.used, r.told_percent
FROM envelope e JOIN envelope_room r ON r.envelope_id = e.id WHERE e.id = ?
"""
BEGIN = """
INSERT INTO envelope_room (envelope_id, open, amount, parts, years, own, reserved, used, told_percent)
VALUES (?, ?, ?, 0, 0, 0, 0, 0, 0)
"""
FOLLOW = """
UPDATE envelope_room SET open = ?, amount = ?, told_percent = ?
WHERE envelope_id = ? AND parts + own <= ? AND parts + years <= ? AND reserved <= ?
"""
GIVE_PARTS = """
UPDATE envelope_room SET parts = parts + ?, years = years + ?
WHERE envelope_id = ? AND (? <= 0 OR (parts + own + ? <= amount AND parts + years + ? <= amount))
"""
TAKE = """
UPDATE envelope_room SET own = own + ?, reserved = reserved + ?, used = used + ?
WHERE envelope_id = ? AND used + ? < ? AND parts + own + ? <= ? AND open >= ?
"""
TELL = "UPDATE envelope_room SET told_percent = ? WHERE envelope_id = ? AND told_percent = ?"
KEEP_USE = """
INSERT INTO envelope_use (source, envelope_id, scope_id, day, reserved, approved, committed, spent)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
UNBOUNDED = 2**62

_ROOMS: Memory[str, Room] = Memory("rooms of envelopes, with what this unit takes of them")


async def room_of(work: Work, envelope_id: UUID | str) -> Room | None:
    """As this unit leaves it; None where there is no such envelope."""
    rooms, id = work.memory(_ROOMS), str(envelope_id)
    if id not in rooms:
        rows = await work.store.fetch(ROOM, (id,))
        if not rows:
            return None
        parent_id, kind, is_open, *sums = rows[0]
        rooms[id] = Room(id, parent_id, EnvelopeKind(kind), bool(is_open), *sums)
    return rooms[id]


async def chain_of(work: Work, envelope_id: UUID | str) -> list[Room]:
    """The room of the envelope and of the wholes above it, the nearest first."""
    chain: list[Room] = []
    id: str | None = str(envelope_id)
    while id is not None and (room := await room_of(work, id)) is not None:
        chain.append(room)
        id = room.parent_id
    return chain


def _keep(work: Work, room: Room) -> Room:
    work.memory(_ROOMS)[room.id] = room
    return room


def begin(work: Work, envelope: BudgetEnvelope) -> None:
    """The room of a new envelope."""
    is_open = envelope.state is EnvelopeState.APPROVED
    id, parent_id = str(envelope.id), str(envelope.parent_id) if envelope.parent_id else None
    work.add_statement(BEGIN, [(id, int(is_open), envelope.amount.minor)])
    _keep(work, Room(id, parent_id, envelope.kind, is_open, envelope.amount.minor, 0, 0, 0, 0, 0, 0))


def follow(work: Work, room: Room, envelope: BudgetEnvelope, is_bounded: bool = True) -> Room:
    """What the envelope holds now, and whether more may be promised of it; of a new amount the thresholds are told anew.

    `is_bounded`: whether it must hold what is taken of it; a closed one must have nothing reserved.
    """
    is_open, amount = envelope.state is EnvelopeState.APPROVED, envelope.amount.minor
    told_percent = room.told_percent if amount == room.amount else 0
    bound = amount if is_bounded else UNBOUNDED
    reserved = 0 if is_bounded and envelope.state is EnvelopeState.CLOSED else UNBOUNDED
    work.add_statement(
        FOLLOW, [(int(is_open), amount, told_percent, room.id, bound, bound, reserved)], expect=1
    )
    return _keep(work, replace(room, open=is_open, amount=amount, told_percent=told_percent))


def give_part(work: Work, room: Room, kind: EnvelopeKind, more: int, is_bounded: bool = True) -> Room:
    """So much more, or less, of the whole is held by its parts of a kind."""
    parts, years = (more, 0) if kind is room.kind else (0, more)
    bounded_by = more if is_bounded else 0
    work.add_statement(GIVE_PARTS, [(parts, years, room.id, bounded_by, parts, more)], expect=1)
    return _keep(work, room.takes(kind, more))


@dataclass(frozen=True)
class Source:
    """What makes use of an envelope: its name and version, and in what it lies."""

    name: str
    scope_id: str | None


def take(
    work: Work,
    chain: Sequence[Room],
    source: Source,
    day: int,
    use: Use,
    *,
    is_bounded: bool = False,
    must_be_open: bool = False,
) -> list[Room]:
    """Use so much more, or less, of the first envelope of the chain from a day on; where it `is_bounded`, only as long as it
    fits, and where it `must_be_open`, only while it is. Answers the chain as it is then."""
    if use == Use():
        return list(chain)
    row = (
        source.name,
        chain[0].id,
        source.scope_id,
        day,
        use.reserved,
        use.approved,
        use.committed,
        use.spent,
    )
    work.add_statement(KEEP_USE, [row])
    rooms = []
    for place, (room, takes) in enumerate(zip(chain, levels(list(chain)), strict=True)):
        own, reserved = use.all if takes else 0, use.reserved if place == 0 else 0
        used = replace(room, own=room.own + own, reserved=room.reserved + reserved, used=room.used + use.all)
        below = UNBOUNDED if used.crossed() is not None else used.next_bound()
        limit = room.amount if is_bounded and takes else UNBOUNDED
        is_open = int(must_be_open and place == 0)
        values = (own, reserved, use.all, room.id, use.all, below, own, limit, is_open)
        work.add_statement(TAKE, [values], expect=1)
        rooms.append(_keep(work, used))
    return rooms


def tell(work: Work, room: Room, percent: int) -> None:
    """The threshold is told in this unit, and by nobody else."""
    work.add_statement(TELL, [(percent, room.id, room.told_percent)], expect=1)
    _keep(work, replace(room, told_percent=percent))


def today_of(work: Work) -> int:
    """The day from which on counts what this unit takes."""
    return to_day(work.effective_on)
