"""What follows in an envelope from a request: its cost is reserved or refused, freed again, or handed over to a project."""

from uuid import UUID

from services.finance.budget.commitment import rules
from services.finance.budget.envelope import draws
from services.finance.budget.envelope import room as rooms
from services.finance.budget.envelope.commands import tell_thresholds
from services.finance.budget.envelope.room import Source
from services.finance.budget.envelope.rules import Use, levels
from shared.base.ids import derived_id
from shared.base.money import Money
from shared.contracts.finance.budget import (
    BudgetEnvelope,
    Commitment,
    CommitmentReleased,
    CommitmentReserved,
    CommitmentState,
    RefusalReason,
)
from shared.contracts.language import Fact, plain
from shared.contracts.projects.intake import Request
from shared.domain.work import Work

S = CommitmentState


async def reserve(work: Work, request: Request) -> None:
    """The commitment of an approval: requested, then reserved or refused in the same commit. A second time nothing follows."""
    if request.envelope_id is None:
        return
    id = derived_id(f"commitment {request.version}", str(request.id))
    if await work.find_by_id(Commitment, id) is not None:
        return
    envelope = await work.find_by_id(BudgetEnvelope, request.envelope_id)
    currency = work.settings.default_currency if envelope is None else envelope.amount.currency
    commitment = work.new(
        Commitment,
        id,
        request_id=request.id,
        programme_id=request.programme_id,
        envelope_id=request.envelope_id,
        amount=request.cost_likely or Money.of(0, currency),
        document=request.code,
    )
    work.save(commitment, plain(Commitment, "created"))
    await _decide(work, commitment, envelope)


async def _decide(work: Work, commitment: Commitment, envelope: BudgetEnvelope | None) -> None:
    """By the room of the envelope, and of the multi-year one above it."""
    code = rules.refusal(envelope, commitment.amount)
    chain = await rooms.chain_of(work, commitment.envelope_id)
    is_bounded = work.settings.envelope_limit == "hard"
    if code is None and is_bounded:
        taking = [room for room, takes in zip(chain, levels(chain), strict=True) if takes]
        if not rules.has_room(taking, commitment.amount.minor):
            code = RefusalReason.NO_ROOM
    if code is not None:
        commitment.state = S.REFUSED
        work.save(commitment, rules.refused(code))
        return
    commitment.state = S.RESERVED
    work.save(commitment, CommitmentReserved())
    await _use(work, commitment, Use(reserved=commitment.amount.minor), is_bounded=is_bounded, opens=True)


async def _use(
    work: Work, commitment: Commitment, use: Use, *, is_bounded: bool = False, opens: bool = False
) -> None:
    chain = await rooms.chain_of(work, commitment.envelope_id)
    source = Source(f"commitment {commitment.id} {commitment.version}", str(commitment.request_id))
    chain_after = rooms.take(
        work, chain, source, rooms.today_of(work), use, is_bounded=is_bounded, must_be_open=opens
    )
    await tell_thresholds(work, chain_after)


async def _reserved(work: Work, request_id: UUID) -> list[Commitment]:
    """What is reserved for a request, as this unit leaves it."""
    stored = await work.select(Commitment, "request_id = ?", (str(request_id),))
    return work.with_staged(
        Commitment, stored, lambda one: one.request_id == request_id and one.state is S.RESERVED
    )


async def release(work: Work, request: Request, reason: str) -> None:
    """The room is free again; where nothing is reserved, nothing follows."""
    for commitment in await _reserved(work, request.id):
        commitment.state = S.RELEASED
        work.save(commitment, CommitmentReleased(reason=reason))
        await _use(work, commitment, Use(reserved=-commitment.amount.minor))


async def hand_over(work: Work, request: Request, project_id: UUID) -> None:
    """The room goes over to the budget of the project that the request became."""
    for commitment in await _reserved(work, request.id):
        commitment.state, commitment.project_id = S.RELEASED, project_id
        work.save(commitment, CommitmentReleased(reason="the project's budget takes its place"))
        minor = commitment.amount.minor
        await _use(work, commitment, Use(reserved=-minor))
        await draws.begin(work, project_id, commitment.envelope_id, commitment.amount)


async def read_in(work: Work, commitment: Commitment, fact: Fact) -> None:
    """What another instance had reserved takes its room here; it is not judged again, and nothing is told."""
    sign = {CommitmentReserved: 1, CommitmentReleased: -1}.get(type(fact), 0)
    if not sign:
        return
    chain = await rooms.chain_of(work, commitment.envelope_id)
    if not chain:
        return
    source = Source(f"commitment {commitment.id} {commitment.version}", str(commitment.request_id))
    use = Use(reserved=sign * commitment.amount.minor)
    rooms.take(work, chain, source, rooms.today_of(work), use)
    if commitment.project_id is not None:
        await draws.begin(work, commitment.project_id, commitment.envelope_id, commitment.amount, tells=False)
