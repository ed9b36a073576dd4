"""What tells an open page that something was folded, or that its session is over: a stream beside the pages.

    data: 4711            the mark of what was folded: another one with every fold, and on every page
    event: alive          the server is there, said where there is nothing else to say
    event: ended          the session has ended: `expired` by itself, or `closed` before its time

It tails the database and not the consumer, so a page at one replica hears of what another one folded.
"""

import asyncio
from collections.abc import AsyncIterator

from services.reporting.asof import CONSUMER
from services.reporting.web import sessions
from shared.base.clock import epoch_seconds
from shared.http.call import Answer, Call
from shared.http.routes import Routes

LOOK_AGAIN_S = 1.0
"""How long a fold of another process, or the end of the session, may stay unnoticed."""
KEEP_ALIVE_S = 15.0

routes = Routes("reporting", "Pages", pages=True)


@routes.get("/changes", session=sessions.principal, produces=("text/event-stream",))
async def changes(call: Call) -> Answer:
    """A stream that tells when something was folded."""
    return Answer(
        200, stream=_events(call), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def _events(call: Call) -> AsyncIterator[bytes]:
    """The number now, and again whenever it has changed; the last event is the end of the session."""
    woken = asyncio.Event()
    clock = asyncio.get_running_loop().time
    call.kernel.nudges.append(woken.set)
    try:
        last_mark, sent_at, checked_at = -1, clock(), 0.0
        while True:
            woken.clear()
            if clock() - checked_at >= LOOK_AGAIN_S:
                checked_at = clock()
                if ending := await _ending(call):
                    yield f"event: ended\ndata: {ending}\n\n".encode()
                    return
            mark = await folded(call)
            if mark != last_mark:
                last_mark, sent_at = mark, clock()
                yield f"data: {mark}\n\n".encode()
            elif clock() - sent_at > KEEP_ALIVE_S:
                sent_at = clock()
                yield b"event: alive\ndata: here\n\n"
            await _nudged(woken)
    finally:
        call.kernel.nudges.remove(woken.set)


async def _ending(call: Call) -> str | None:
    """Why the session is over; None while it stands."""
    if call.principal.expires_at <= epoch_seconds():
        return "expired"
    return None if await sessions.is_open(call) else "closed"


async def folded(call: Call) -> int:
    """A number that is another whenever something was folded."""
    rows = await call.kernel.store.fetch(
        "SELECT COALESCE(SUM(position), 0) FROM inbox_position WHERE consumer = ?", (CONSUMER,)
    )
    return int(rows[0][0])


async def _nudged(woken: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(LOOK_AGAIN_S):
            await woken.wait()
    except TimeoutError:
        return
