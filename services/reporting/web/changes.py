"""What tells an open page that something was folded: a stream of one number, which grows with every fold.

It tails the database and not the consumer, so a page at one replica hears of what another one folded.
"""

import asyncio
from collections.abc import AsyncIterator

from services.reporting.asof import CONSUMER
from services.reporting.web import sessions
from shared.http.call import Answer, Call
from shared.http.routes import Routes

LOOK_AGAIN_S = 1.0
"""How long a fold of another process may stay unnoticed."""
KEEP_ALIVE_S = 15.0

routes = Routes("reporting", "Pages", pages=True)


@routes.route("GET", "/changes", id="changes", summary="A stream that tells when something was folded",
              scope="reporting.read", session=sessions.principal, produces=("text/event-stream",))  # fmt: skip
async def changes(call: Call) -> Answer:
    return Answer(
        200, stream=_told(call), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def _told(call: Call) -> AsyncIterator[bytes]:
    """The number now, and again whenever it has changed; ends with the session."""
    woken = asyncio.Event()
    clock = asyncio.get_running_loop().time
    call.kernel.nudges.append(woken.set)
    try:
        known, said = -1, clock()
        while True:
            woken.clear()
            folded = await _folded(call)
            if folded != known:
                if not await sessions.is_open(call):
                    return
                known, said = folded, clock()
                yield f"data: {folded}\n\n".encode()
            elif clock() - said > KEEP_ALIVE_S:
                said = clock()
                yield b": still here\n\n"
            await _nudged(woken)
    finally:
        call.kernel.nudges.remove(woken.set)


async def _folded(call: Call) -> int:
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
