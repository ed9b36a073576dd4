"""Reading a history in: versions that another instance wrote, into an empty store, as facts of the past (ADR 0060)."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from shared.contracts.language import Aggregate, AnswerShape, Id, Instant, Line, Shape, entry_of
from shared.domain import history
from shared.domain.access.tree import login_hash
from shared.domain.history import HistoryState, PastVersion
from shared.domain.register import Register
from shared.http import batch
from shared.http.call import Answer, Call
from shared.http.collection import batch_answer, items_of
from shared.http.operation import Deferred, Operation
from shared.http.routes import Routes
from shared.store.outbox import Origin

BODY_LIMIT = 50 * 1024 * 1024


class HistoryAnswer(AnswerShape):
    """Whether a history can be read in."""

    state: HistoryState
    """`empty`: nothing is there but what Portolan comes with. `being_read`: a history is read in, and is not whole yet. `ended`: one was read in.
    `in_use`: other records are there, and none can be read in."""


class VersionOfThePast(Shape):
    """One version of an aggregate, as an export has it."""

    type: Line
    """What happened: `portolan.projects.project.approved.v1`."""
    id: Id
    """Of the aggregate; it keeps it."""
    version: Annotated[int, Field(ge=1)]
    """The number of the version: the one before is there, or before it in the request."""
    effective_at: Instant
    """When it became true."""
    who: Annotated[str, Field(min_length=1, max_length=300)]
    """The subject of the token with which it was done."""
    who_type: Annotated[str, Field(pattern="^(user|service_account|system)$")]
    """`user`, `service_account` or `system`."""
    changed: Annotated[list[str], Field(max_length=500)]
    """The members that differ from the version before; what was erased since may not show it any more."""
    fact: dict[str, Any]
    """The details of what happened."""
    state: dict[str, Any]
    """The whole aggregate at this version."""


class HistoryBatch(Shape):
    """Versions in the order in which they were written."""

    items: Annotated[list[VersionOfThePast], Field(min_length=1, max_length=batch.LARGEST)]
    """What is to be read in."""


def routes(service: str, registers: Sequence[Register[Any]]) -> Routes:
    """Where a service takes its history in."""
    routes = Routes(
        service,
        "History",
        names_service=True,
        about="A history that another instance wrote, read into an empty one.",
    )
    scope = f"{service}.import"

    @routes.get("/v1/history-import", scope=scope)
    async def get(call: Call) -> Answer[HistoryAnswer]:
        """Whether a history can be read in. It is read into an empty service only."""
        return _answered(await history.state_of(call.kernel.store))

    async def read_in(call: Call) -> Any:
        items = items_of(call.body_value)
        await history.admit(call.work)
        return await batch.run(call, items, lambda item: VersionOfThePast, read_ahead, read_item)

    async def read_ahead(call: Call, bodies: list[VersionOfThePast]) -> None:
        await history.foresee(call.work, registers, [(body.type, str(body.id)) for body in bodies])

    async def read_item(
        call: Call, body: VersionOfThePast, earlier: Sequence[batch.Item]
    ) -> tuple[Aggregate, int]:
        past = _past_version(call, registers, body)
        is_new = await history.take_in(call.work, past)
        return past.aggregate, 201 if is_new else 200

    routes.add(
        "/v1/history-import/batch",
        read_in,
        Operation(
            method="POST", scope=scope, status=207, takes=HistoryBatch, needs_key=True, refusals=(409,),
            body_limit=BODY_LIMIT, items_limit=batch.LARGEST,
        ),
        verb="batch",
        summary="Read in up to 500 versions that another instance wrote",
        description="The store is empty, or a history is being read into it: 409 `not_empty` or `history_ended` otherwise. Each"
        " version keeps its id, its number, its times and who wrote it; its event tells who read it in. Nothing follows from"
        " it: what followed then is read in, too. One that is there already changes nothing, so that a reading may go on where"
        " it stopped. What a version names is not looked for. Send `/v1/history-import/end` once all are there.",
        shape=Deferred(partial(batch_answer, "History", dict[str, Any])),
    )  # fmt: skip

    @routes.post("/v1/history-import/end", scope=scope, refusals=(409,))
    async def end(call: Call) -> Answer[HistoryAnswer]:
        """End the reading of a history: it is whole. From then on things become due here, and no more can be read in."""
        await history.end(call.work)
        return _answered(HistoryState.ENDED)

    return routes


def _answered(state: HistoryState) -> Answer[HistoryAnswer]:
    return Answer(200, HistoryAnswer(state=state).model_dump_json().encode())


def _past_version(call: Call, registers: Sequence[Register[Any]], body: VersionOfThePast) -> PastVersion:
    register, fact = history.kind_of(registers, body.type)
    entry = entry_of(register.shape)
    call.require(f"{call.service}.{entry.needs}")
    if entry.is_restricted:
        call.require(f"{call.service}.restricted")
    principal = call.principal
    origin = Origin(
        call.kernel.source,
        body.who_type,
        body.who,
        call.work.origin.correlation_id,
        imported_by=principal.subject,
    )
    return PastVersion(
        register=register,
        aggregate=history.read_state(register.shape, body.state, body.id, body.version),
        fact=history.read_shape(fact, body.fact, "fact"),
        changed=history.read_changed(register.shape, body.changed),
        effective_at=history.read_past(body.effective_at),
        origin=origin,
        login=login_hash(principal.issuer, body.who),
    )
