"""`Portolan-After`: a read waits until what a write answered in `Portolan-Position` is folded here.

It covers the facts written, not the reactions to them. The marks are read from the database, so any replica will do.
"""

import asyncio
import base64
from time import monotonic

from shared.base import strict_json
from shared.base.errors import DeadlineExceeded, Fault, Malformed, Unavailable
from shared.http.call import Call

HEADER = "Portolan-After"
WAIT_S = 10.0
POLL_S = 0.005

Wanted = dict[tuple[str, int], int]
"""(topic, partition) -> position."""


def read(token: str) -> tuple[int, Wanted]:
    """(epoch, positions); Malformed where the token is none of ours."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        epoch, wanted = strict_json.read(raw)
        return int(epoch), {(str(t), int(p)): int(n) for t, p, n in wanted}
    except (ValueError, TypeError, Malformed) as error:
        fault = Fault("invalid", "send a Portolan-Position as it was answered", header=HEADER)
        raise Malformed("Portolan-After cannot be read", fault) from error


async def wait(call: Call, token: str) -> None:
    """Until every consumer here that listens to the topics has taken the positions in; 504 after ten seconds.

    503 where one of them has stopped because positions mean something else now: its marks say nothing of these.
    """
    epoch, wanted = read(token)
    _refuse_void(call, wanted)
    until = monotonic() + WAIT_S
    while not await _is_folded(call, epoch, wanted):
        if monotonic() >= until:
            raise DeadlineExceeded(f"not folded here within {WAIT_S:.0f} s", code="not_folded_yet")
        await asyncio.sleep(POLL_S)
    [(parked,)] = await call.kernel.store.fetch("SELECT COUNT(*) FROM parked")
    if parked:
        call.replied["Portolan-Parked"] = str(parked)


def _refuse_void(call: Call, wanted: Wanted) -> None:
    topics = {topic for topic, _ in wanted}
    for name, inbox in call.kernel.inboxes.items():
        if inbox.positions_are_void and topics & set(call.kernel.listening.get(name, ())):
            raise Unavailable(
                "what was written is not taken in here until an operator decides",
                code="consumer_stopped",
                headers={"Retry-After": "60"},
            )


async def _is_folded(call: Call, epoch: int, wanted: Wanted) -> bool:
    listening = call.kernel.listening
    rows = await call.kernel.store.fetch(
        "SELECT consumer, topic, partition, epoch, position FROM inbox_position"
    )
    marks = {
        (consumer, topic, partition): (at, position) for consumer, topic, partition, at, position in rows
    }
    return all(
        marks.get((consumer, topic, partition), (0, 0)) >= (epoch, position)
        for consumer, topics in listening.items()
        for (topic, partition), position in wanted.items()
        if topic in topics
    )
