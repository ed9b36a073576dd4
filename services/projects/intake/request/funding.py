"""What follows for a request from what finance says: its likely cost is reserved, or it is to be decided anew."""

from services.projects.intake.request.api import REQUESTS
from shared.contracts.finance.budget import Commitment, CommitmentRefused
from shared.contracts.projects.intake import Funding, Request, RequestFunded, RequestState, RequestUnfunded
from shared.domain.register import write
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.reactions import On, on


async def _waiting(work: Work, commitment: Commitment) -> Request | None:
    """The request, as long as it is approved with this envelope."""
    request = await work.find_by_id(Request, commitment.request_id)
    if request is None or request.archived_at is not None or request.state is not RequestState.APPROVED:
        return None
    return request if request.envelope_id == commitment.envelope_id else None


async def reserved(work: Work, record: Record) -> None:
    commitment = record.state(Commitment)
    request = await _waiting(work, commitment)
    if request is not None and request.funding is Funding.REQUESTED:
        request.funding = Funding.RESERVED
        await write(work, REQUESTS, request, RequestFunded(commitment_id=commitment.id))


async def refused(work: Work, record: Record) -> None:
    commitment = record.state(Commitment)
    request = await _waiting(work, commitment)
    if request is not None:
        request.state, request.funding = RequestState.QUALIFIED, Funding.REFUSED
        reason = record.fact(CommitmentRefused).reason
        await write(work, REQUESTS, request, RequestUnfunded(reason=reason))


REACTIONS: tuple[On, ...] = (on(Commitment, "reserved", reserved), on(Commitment, "refused", refused))
