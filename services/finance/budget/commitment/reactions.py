"""What follows in finance from requests: their likely cost is reserved in an envelope as long as they are approved."""

from services.finance.budget.commitment import commands
from shared.contracts.projects.intake import Request
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.reactions import on


async def approved(work: Work, record: Record) -> None:
    await commands.reserve(work, record.state(Request))


async def no_longer_approved(work: Work, record: Record) -> None:
    request = record.state(Request)
    await commands.release(work, request, f"the request is {request.state.value}")


async def converted(work: Work, record: Record) -> None:
    request = record.state(Request)
    assert request.became is not None, "it says what it became"
    await commands.hand_over(work, request, request.became.id)


REACTIONS = (
    on(Request, "approved", approved),
    on(Request, ("deferred", "rejected", "withdrawn", "returned"), no_longer_approved),
    on(Request, "converted", converted),
)
