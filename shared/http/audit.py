"""Refused attempts: who was not allowed to do what, kept in a small table; what was done, the outbox tells."""

import asyncio

from shared.base import telemetry
from shared.base.clock import now_micros
from shared.base.errors import Forbidden, Refusal
from shared.base.ids import new_id_text
from shared.http.call import Call
from shared.store import Unreachable

INSERT_ATTEMPT = (
    "INSERT INTO refused_attempt (id, recorded_at, principal, method, path, code) VALUES (?, ?, ?, ?, ?, ?)"
)

_writing: set["asyncio.Task[None]"] = set()


MOST_WAITING = 100
"""So many wait at most to be written; what comes meanwhile is only counted."""
IN_ALL = 1_000
"""So many are kept an hour, of all principals together; of each `shared.domain.kernel.ATTEMPTS_KEPT`."""


def note(call: Call, refusal: Refusal) -> None:
    """Store a 403 of a known caller, in the background: the caller does not wait for it.

    Attempts of unknown callers are not stored, and of a flood only the beginning. So nobody can fill the
    table, or hide the attempts of others in it.
    """
    if not isinstance(refusal, Forbidden):
        return
    telemetry.REFUSED_ATTEMPTS.labels(call.service).inc()
    principal = getattr(call, "principal", None)
    if principal is None or len(_writing) >= MOST_WAITING or not _may_be_kept(call, principal.key):
        return
    row = (new_id_text(), now_micros(), principal.key, call.method, call.scope["path"][:500], refusal.code)
    task = asyncio.get_running_loop().create_task(_keep(call, row))
    _writing.add(task)
    task.add_done_callback(_writing.discard)


def _may_be_kept(call: Call, who: str) -> bool:
    attempts = call.kernel.attempts
    if not attempts.remaining(who) or not attempts.remaining("", IN_ALL):
        return False
    attempts.spend(who)
    attempts.spend("")
    return True


async def _keep(call: Call, row: tuple[object, ...]) -> None:
    try:
        await call.kernel.store.run(f"{INSERT_ATTEMPT} RETURNING id", row)
    except Unreachable:
        telemetry.LOG.event(
            "warning", call.service, "a refused attempt was not stored", code=row[-1], principal=row[2]
        )
