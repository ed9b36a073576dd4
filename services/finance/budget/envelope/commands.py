"""What is checked of envelopes against their whole and their parts, and the room that changes with them."""

from uuid import UUID

from services.finance.budget.envelope import room as rooms
from services.finance.budget.envelope import rules
from services.finance.budget.envelope.rules import Room
from shared.contracts.finance.budget import BudgetEnvelope, EnvelopeState, EnvelopeThresholdCrossed
from shared.contracts.language import Fact
from shared.domain.work import Work


async def check(work: Work, envelope: BudgetEnvelope) -> None:
    before = work.before(envelope)
    rules.is_sound(envelope)
    if before is not None:
        rules.stays_what_it_is(envelope, before)
        rules.stays_as_decided(envelope, before)
    if envelope.name is None:
        envelope.name = rules.default_name(envelope)
    whole = await _whole(work, envelope)
    if whole is not None:
        rules.is_part_of(envelope, whole)
        if before is None or before.archived_at is not None:
            rules.whole_takes_part(whole)


async def _whole(work: Work, envelope: BudgetEnvelope) -> BudgetEnvelope | None:
    return None if envelope.parent_id is None else await work.find_by_id(BudgetEnvelope, envelope.parent_id)


async def after(work: Work, envelope: BudgetEnvelope, before: BudgetEnvelope | None) -> None:
    """Its room, and that of its whole, follow in the same commit; refused where parts would exceed the whole."""
    if before is not None and before.state is not envelope.state:
        await _check_move(work, envelope)
    room = await _own_room(work, envelope, before)
    more = rules.taken_of_whole(envelope, room.used) - rules.taken_of_whole(before, room.used)
    if more and envelope.parent_id is not None:
        whole = await rooms.room_of(work, envelope.parent_id)
        assert whole is not None, "a part names a whole that is there"
        if more > 0:
            rules.parts_fit(whole.takes(envelope.kind, more))
        rooms.give_part(work, whole, envelope.kind, more)
    if room.crossed() is not None:
        await tell_thresholds(work, [room])


async def _check_move(work: Work, envelope: BudgetEnvelope) -> None:
    whole = await _whole(work, envelope)
    if envelope.state is EnvelopeState.APPROVED and whole is not None:
        rules.whole_is_approved(whole)


async def _own_room(work: Work, envelope: BudgetEnvelope, before: BudgetEnvelope | None) -> Room:
    """As it is with the new amount and state of the envelope."""
    if before is None:
        rooms.begin(work, envelope)
        room = await rooms.room_of(work, envelope.id)
        assert room is not None
        return room
    room = await rooms.room_of(work, envelope.id)
    assert room is not None, "every envelope has its room"
    if before.state is envelope.state and before.amount == envelope.amount:
        return room
    if envelope.state is EnvelopeState.CLOSED:
        rules.may_close(room, await _has_open_parts(work, envelope.id))
        return rooms.follow(work, room, envelope)
    followed = rooms.follow(work, room, envelope)
    rules.holds_what_is_taken(followed)
    return followed


async def _has_open_parts(work: Work, id: UUID) -> bool:
    parts = await work.select(BudgetEnvelope, "parent_id = ?", (str(id),))
    return any(part.state is not EnvelopeState.CLOSED for part in parts)


async def carried(work: Work, envelope: BudgetEnvelope) -> tuple[BudgetEnvelope, ...]:
    """Nothing goes with it; one that is approved does not go."""
    if envelope.archived_at is None:
        rules.is_draft(envelope)
    return ()


async def tell_thresholds(work: Work, chain: list[Room]) -> None:
    """The threshold that each envelope of a chain has crossed, once for its amount."""
    for room in chain:
        percent = room.crossed()
        if percent is None:
            continue
        envelope = await work.load(BudgetEnvelope, room.id)
        rooms.tell(work, room, percent)
        work.save(envelope, EnvelopeThresholdCrossed(percent=percent))


async def read_in(work: Work, envelope: BudgetEnvelope, fact: Fact) -> None:
    """The room of an envelope of another instance: what is taken of it is counted as its sources are read in."""
    room = await rooms.room_of(work, envelope.id)
    if room is None:
        rooms.begin(work, envelope)
        room = await rooms.room_of(work, envelope.id)
    assert room is not None
    was = 0 if envelope.version == 1 else room.amount
    room = rooms.follow(work, room, envelope, is_bounded=False)
    if isinstance(fact, EnvelopeThresholdCrossed):
        rooms.tell(work, room, fact.percent)
    more = rules.taken_of_whole(envelope, room.used) - was
    if more and envelope.parent_id is not None:
        whole = await rooms.room_of(work, envelope.parent_id)
        if whole is not None:
            rooms.give_part(work, whole, envelope.kind, more, is_bounded=False)
