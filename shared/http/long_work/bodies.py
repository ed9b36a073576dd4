"""Bodies that are too large to be read where requests are answered: a worker reads them."""

import gzip
from asyncio import to_thread

from shared.base.errors import Defect, TooLarge, TooManyRequests, Unavailable
from shared.base.texts import Text
from shared.base.workers import ComputationFailed, OutOfMemory, WorkerLost
from shared.http.call import Call
from shared.http.operation import Parameter

LARGEST = 50 * 1024 * 1024
"""Bytes, as of plans and imports."""
MOST_WAITING = 8
"""Bodies that wait in this process until they are read; each may have `LARGEST` bytes."""
RETRY_S = "5"
VALIDATE_ONLY = Parameter(
    "validate_only", "`true`: the same checks, no effect.", {"type": "string", "enum": ["true", "false"]}
)


async def checked_by_worker(call: Call, target: str, body: bytes) -> bytes:
    """The body, compressed, once a worker has checked it."""
    return await _of_worker(call, target, body, checks_only=True)


async def read_by_worker(call: Call, target: str, body: bytes) -> bytes:
    """What the target makes of the body, compressed."""
    return await _of_worker(call, target, body, checks_only=False)


async def _of_worker(call: Call, target: str, body: bytes, *, checks_only: bool) -> bytes:
    workers = call.kernel.workers
    if workers.waiting_checks >= MOST_WAITING:
        raise too_many("many bodies are being checked")
    try:
        if checks_only:
            return await workers.check(target, body)
        return await workers.read(target, await to_thread(gzip.compress, body, 1, mtime=0))
    except OutOfMemory as error:
        raise TooLarge("it needs too much memory to be read", code="computation_too_large") from error
    except WorkerLost as lost:
        detail = Text("the worker that checked it ended; send it again")
        raise Unavailable(detail, code="worker_lost", headers={"Retry-After": RETRY_S}) from lost
    except ComputationFailed as failed:
        raise Defect("something went wrong on our side; the operation's id finds it in the logs") from failed


def too_many(detail: str) -> TooManyRequests:
    return TooManyRequests(
        Text("{detail}; ask again later", detail=detail),
        code="too_many_operations",
        headers={"Retry-After": RETRY_S},
    )
