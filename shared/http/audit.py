"""Refused attempts: who was not allowed to do what, kept in a small table; what was done, the outbox tells."""

import asyncio

from shared import telemetry
from shared.clock import now_micros
from shared.errors import Forbidden, Refusal
from shared.http.call import Call
from shared.ids import new_id_text
from shared.store import Unreachable

KEPT = (
    "INSERT INTO refused_attempt (id, recorded_at, principal, method, path, code) VALUES (?, ?, ?, ?, ?, ?)"
)

_writing: set["asyncio.Task[None]"] = set()


def note(call: Call, refusal: Refusal) -> None:
    """Keep a 403, beside the answer: the caller does not wait for it."""
    if not isinstance(refusal, Forbidden):
        return
    principal = getattr(call, "principal", None)
    who = principal.key if principal else "nobody"  # a form that was not ours, before anybody has logged in
    row = (new_id_text(), now_micros(), who, call.method, call.scope["path"][:500], refusal.code)
    task = asyncio.get_running_loop().create_task(_keep(call, row))
    _writing.add(task)
    task.add_done_callback(_writing.discard)


async def _keep(call: Call, row: tuple[object, ...]) -> None:
    try:
        await call.kernel.store.run(f"{KEPT} RETURNING id", row)
    except Unreachable:
        telemetry.LOG.event(
            "warning", call.service, "a refused attempt was not kept", code=row[-1], principal=row[2]
        )
