"""The routes of operations: `begins` declares what begins one, `routes` what its owner does with it."""

import asyncio
import gzip
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.domain.operations import (
    MEMBERS,
    Limits,
    OperationKind,
    cancel,
    enqueue,
    is_full,
    read_one,
    read_result,
)
from shared.http.call import Answer, Call
from shared.http.components import PLACE
from shared.http.compression import accepts_gzip
from shared.http.keyset import Keyset
from shared.http.long_work.answers import Moved, Operation, body_of, operation_answer
from shared.http.long_work.bodies import LARGEST, VALIDATE_ONLY, checked_by_worker, too_many
from shared.http.long_work.shapes import any_result, request_model
from shared.http.operation import Deferred
from shared.http.operation import Operation as Declared
from shared.http.paging import PREFER, Page, PageShape, answer
from shared.http.parameters import MOST_IDS
from shared.http.path import Id
from shared.http.problems import language_of
from shared.http.query import Cursor, Limit, Query
from shared.http.routes import Routes


class OperationPage(PageShape):
    """A page of operations."""

    items: list[Operation]
    """The newest first."""


class OperationQuery(Query):
    """Which of the caller's operations are listed."""

    limit: Limit = None
    cursor: Cursor = None
    id: Annotated[tuple[Id, ...], Field(max_length=MOST_IDS, description="Its id.")] = ()
    kind: tuple[str, ...] = Field(default=(), max_length=MOST_IDS, description="What is done.")
    state: tuple[Literal["queued", "running", "succeeded", "failed", "cancelled"], ...] = Field(
        default=(), description="How far it is."
    )


def begins(routes: Routes, path: str, kind: OperationKind, summary: str, description: str) -> None:
    """Declare POST of `path`: it takes what the kind's computation takes, and begins an operation of it."""

    async def begin(call: Call, body: Any) -> Any:
        work, asker, settings = call.work, call.principal.key, call.kernel.settings
        await work.guard("operations")
        limits = Limits(settings.operations_per_caller, settings.operations_open)
        if await is_full(call.kernel.store, asker, limits):
            raise too_many(
                f"{limits.of_asker} operations of a caller, and {limits.of_all} in all, may be open"
            )
        content = await _checked(call, kind, body)
        row = enqueue(work, kind, asker, content)
        if work.dry:
            work.unit.parts = []
            return Answer(200, body_of(call.service, row))
        return Moved(row, 202)

    declared = Declared(
        "POST",
        f"{routes.service}.write",
        status=202,
        takes=Deferred(lambda: request_model(kind.computation)),
        is_raw=True,
        body_limit=LARGEST,
        parameters=(VALIDATE_ONLY,),
    )
    routes.add(path, begin, declared, summary=summary, description=description, shape=Operation)


async def _checked(call: Call, kind: OperationKind, body: bytes) -> bytes:
    """The body, compressed, once it is checked: by a worker, and once for a request that is decided several times."""
    checked = call.scope.get("portolan.checked")
    if checked is None:
        checked = call.scope["portolan.checked"] = await checked_by_worker(call, kind.computation, body)
    return bytes(checked)


def routes(service: str, kinds: Sequence[OperationKind]) -> Routes:
    """What the owner of an operation can do with it; to anybody else there is none."""
    routes = Routes(
        service,
        "Long work",
        names_service=True,
        about="What takes long: it is begun by a POST, works on by itself, and its result can be read for a week.",
    )

    @routes.get("/v1/operations", headers=(PREFER,))
    async def listed(call: Call, query: OperationQuery) -> Answer[OperationPage]:
        """My operations. The newest first; those of others are not listed."""
        keyset = Keyset("id", {}, "operations", [("id", True)])
        keyset.narrow("asker = ?", call.principal.key)
        for name in ("id", "kind", "state"):
            keyset.any_of(name, getattr(query, name), "id" if name == "id" else "text")
        page = await keyset.page(call, ", ".join(MEMBERS), "operation")
        bodies: Page[str | bytes] = page.each(lambda row: body_of(service, row))
        return answer(call, bodies)

    @routes.get("/v1/operations/{id}", refusals=(404,))
    async def one(call: Call, id: Id) -> Answer[Operation]:
        """How far an operation is. While it is open, `Retry-After` says when to ask again."""
        row = await read_one(call.kernel.store, id, call.principal.key)
        return operation_answer(service, row, language=language_of(call.sent))

    @routes.post("/v1/operations/{id}/cancel", schema=Operation, refusals=(404, 409))
    async def cancelled(call: Call, id: Id) -> Any:
        """Cancel an operation. What is computed of it is thrown away; one that has ended answers 409."""
        return Moved(
            await cancel(call.work, id, call.principal.key, call.kernel.settings.operations_days), 200
        )

    @routes.get("/v1/operations/{id}/result", schema=_schema(service, kinds), refusals=(404, 409))
    async def result(call: Call, id: Id) -> Answer:
        """The result of an operation. 409 where there is none, or not yet."""
        content = await read_result(call.kernel.store, id, call.principal.key)
        headers = {"ETag": f'W/"{id}"'}
        if accepts_gzip(call.sent.get(b"accept-encoding", b"").decode("latin-1")):
            return Answer(200, content, headers | {"Content-Encoding": "gzip"})
        return Answer(200, await asyncio.to_thread(gzip.decompress, content), headers)

    return routes


def _schema(service: str, kinds: Sequence[OperationKind]) -> dict[str, Any]:
    """That of the results of all kinds; their components are named after the dataclasses."""
    if not kinds:
        return {"type": "object", "description": "This service has no kind of operation yet."}
    return {"$ref": PLACE + (kinds[0].result if len(kinds) == 1 else any_result(service))}
