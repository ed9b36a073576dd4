"""The routes that every register has, written out once: list, get, history, create, batch, put, patch, archive, restore, moves."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError, create_model

from shared.base.english import with_article
from shared.base.errors import Fault, Invalid, PreconditionFailed
from shared.base.validation import invalid_from
from shared.contracts.language import Aggregate, ExternalRef, Shape, absent, entry_of
from shared.contracts.stored import STORED
from shared.domain import custom_fields
from shared.domain.lifecycle import Move
from shared.domain.register import (
    Register,
    archive,
    by_ref,
    create,
    foresee,
    move,
    possible_moves,
    put,
    restore,
    revise,
)
from shared.domain.work import expect_version
from shared.http import batch, history, listing, paging, parameters
from shared.http.call import Answer, Call
from shared.http.operation import Deferred, Method, Operation, Parameter
from shared.http.path import ExternalKey, Id, SourceName
from shared.http.problems import Problem
from shared.http.routes import Routes
from shared.http.running import Endpoint

VALIDATE_ONLY = Parameter(
    "validate_only", "`true`: the same checks, no effect.", {"type": "string", "enum": ["true", "false"]}
)
RESTORE = Parameter(
    "restore", "`true`: an archived resource is restored.", {"type": "string", "enum": ["true", "false"]}
)

EXPAND = Parameter(
    "expand", "`allowed_moves`: what the caller may do now.", {"type": "string", "enum": ["allowed_moves"]}
)

DESCRIPTIONS = {
    "list": "Pages of the current state, narrowed and sorted by the parameters. Archived ones only where asked for."
    " With `fields=id,name` an item has only the members that are named; with `Prefer: return=total-count` the page"
    " tells how many there are on all pages.",
    "get": "The current state, archived or not. With `fields=id,name` only the members that are named.",
    "history": "Its versions, the newest first, with who made each, when and how. With `expand=state` each has the state of"
    " that version, so that any two can be compared.",
    "get_by_ref": "The same as by its id, which the answer tells.",
    "create": "One with an `external_ref` that is known is refused: put it by that key instead.",
    "batch": "Each item is created, or put where it carries an `external_ref`, and answered with a status of its own.",
    "put": "Creates it, or makes it look like the body; an unchanged body changes nothing and publishes nothing.",
    "revise": "A JSON merge patch (RFC 7396): what is named is replaced, null deletes.",
    "archive": "It leaves the lists and can still be read by its id; a second time answers 404. It is refused while"
    " something else needs it (409 `has_dependents`), with `dependents` as kind and id, and `dependents_count`.",
    "restore": "Puts it back into the lists, if its content is still valid.",
}
"""What each operation of a register does beyond its summary."""


def register_routes(routes: Routes, register: Register[Any], *, moves_money: bool = False) -> None:
    """Declare all operations of a register under `/v1/<collection>`: only those that read where it is read-only.

    What `moves_money` is made under an Idempotency-Key only: made twice it would count twice.
    """
    entry = entry_of(register.shape)
    one, many = with_article(entry.noun), entry.plural
    path = f"/v1/{entry.collection}"
    routes.registered.append(register.shape)
    mirror, shape = register.mirror, register.shape
    unsorted = [n for n in register.filters.sorts if register.filters.kind(n) == "text"]
    assert set(unsorted) <= set(mirror.sorted), f"{mirror.name} lacks a sort key of {unsorted}"
    page_shape = Deferred(partial(_page_of, shape, entry.plural))
    created, revised = Deferred(lambda: register.create), Deferred(lambda: register.revise)

    read_page = listing.reader_of(mirror, register.filters)

    async def list_(call: Call) -> Answer:
        page = await read_page(call)
        documents = page.each(lambda row: row[0])
        if not (call.one("expand") or call.one("fields")):
            return paging.answer(call, documents, listing.tag_of(page))
        states = [one if isinstance(one, str) else one.decode() for one in documents.items]
        reduced = await _reduced(call, register, states)
        return paging.answer(call, replace(documents, items=[text for text, _ in reduced]))

    async def shown(call: Call, state: str, version: int) -> Answer:
        if call.one("expand") or call.one("fields"):
            [(reduced, mark)] = await _reduced(call, register, [state])
            return Answer(200, reduced.encode(), {"ETag": f'W/"{version}{mark}"'})
        return Answer(200, state.encode(), {"ETag": f'"{version}"'})

    async def get(call: Call, id: Id) -> Answer:
        state, version = await call.work.document(shape, id)
        return await shown(call, await custom_fields.shown_alone(call.kernel.store, entry, state), version)

    async def get_by_ref(call: Call, source: SourceName, external_id: ExternalKey) -> Answer:
        state, version = await call.work.document_by_ref(shape, _ref(source, external_id))
        return await shown(call, await custom_fields.shown_alone(call.kernel.store, entry, state), version)

    async def create_(call: Call, body: Any) -> Any:
        created = await create(call.work, register, body)
        return _dry(call, created) or created

    async def revise_(call: Call, id: Id) -> Aggregate:
        entity = await call.work.load(shape, id)
        expect_version(entity, call.if_match)
        revised: Aggregate = await revise(call.work, register, entity, call.body_value)
        return revised

    async def archive_(call: Call, id: Id) -> Aggregate:
        entity = await call.work.load(shape, id)
        if entity.archived_at is None:  # what is gone already is not found, whatever its version
            expect_version(entity, call.if_match)
        gone: Aggregate = await archive(call.work, register, entity)
        return gone

    async def restore_(call: Call, id: Id) -> Aggregate:
        entity = await call.work.load(shape, id)
        expect_version(entity, call.if_match)
        back: Aggregate = await restore(call.work, register, entity)
        return back

    async def put_(call: Call, body: Any, source: SourceName, external_id: ExternalKey) -> Answer | Aggregate:
        ref = _ref(source, external_id)
        _same_ref(body, ref)
        await _check_preconditions(call, register, ref)
        entity: Aggregate
        entity, status = await put(call.work, register, body, ref, call.one("restore") == "true")
        call.replied["ETag"] = f'"{entity.version}"'
        if status == 200:
            return entity
        return Answer(201, call.answered(entity), {"Location": f"/{entry.service}{path}/{entity.id}"})

    async def put_item(call: Call, item: Any) -> tuple[Aggregate, int]:
        if item.external_ref is None:
            return await create(call.work, register, item), 201
        return await put(call.work, register, item, item.external_ref, call.one("restore") == "true")

    async def read_ahead(call: Call, bodies: list[Any]) -> None:
        await foresee(call.work, register, bodies)

    async def batch_(call: Call) -> Any:
        done = await batch.run(call, _items(call.body_value), register.create, read_ahead, put_item)
        return _dry(call, done) or done

    def declare(
        method: Method, suffix: str, endpoint: Endpoint, verb: str, summary: str, answers: Any, **options: Any
    ) -> None:
        scope = f"{entry.service}.{'read' if method == 'GET' else entry.needs}"
        operation = Operation(method=method, scope=scope, restricted=entry.is_restricted, **options)
        routes.add(
            path + suffix,
            endpoint,
            operation,
            verb=verb,
            summary=summary,
            shape=answers,
            description=DESCRIPTIONS[verb],
        )

    by_ref, changing = "/by-ref/{source}/{external_id}", {"needs_match": True, "refusals": (404, 409)}
    reduced = (parameters.fields_parameter(shape.model_fields), *((EXPAND,) if register.lifecycle else ()))
    declare(
        "GET",
        "",
        list_,
        "list",
        f"List {many}",
        page_shape,
        parameters=(*parameters.parameters_of(register.filters, shape), parameters.CUSTOM, *reduced),
        headers=(paging.PREFER,),
    )
    declare("GET", "/{id}", get, "get", f"Get {one}", shape, parameters=reduced, refusals=(404,))
    declare(
        "GET",
        "/{id}/history",
        history.reader_of(shape),
        "history",
        f"Get the history of {one}",
        Deferred(partial(history.page_shape, shape)),
        parameters=history.PARAMETERS,
        headers=(paging.PREFER,),
        refusals=(404,),
    )
    if register.is_read_only:
        return
    declare(
        "GET",
        by_ref,
        get_by_ref,
        "get_by_ref",
        f"Get {one} by its external key",
        shape,
        parameters=reduced,
        refusals=(404, 422),
    )
    declare(
        "POST",
        "",
        create_,
        "create",
        f"Create {one}",
        shape,
        status=201,
        takes=created,
        parameters=(VALIDATE_ONLY,),
        needs_key=moves_money,
        refusals=(409,),
    )
    declare(
        "POST",
        "/batch",
        batch_,
        "batch",
        f"Create or put up to 500 {many}",
        Deferred(partial(batch_answer, shape)),
        status=207,
        takes=Deferred(partial(_batch_item, register)),
        parameters=(VALIDATE_ONLY, RESTORE),
        needs_key=True,
        puts=True,
        body_limit=50 * 1024 * 1024,
        items_limit=batch.LARGEST,
    )
    declare(
        "PUT",
        by_ref,
        put_,
        "put",
        f"Put {one} by its external key",
        shape,
        takes=created,
        parameters=(RESTORE,),
        refusals=(409, 412),
        puts=True,
    )
    declare(
        "PATCH",
        "/{id}",
        revise_,
        "revise",
        f"Revise {one}",
        shape,
        takes=revised,
        media_type="application/merge-patch+json",
        **changing,
    )
    declare("DELETE", "/{id}", archive_, "archive", f"Archive {one}", None, status=204, **changing)
    declare(
        "POST", "/{id}/restore", restore_, "restore", f"Restore an archived {entry.noun}", shape, **changing
    )
    if register.lifecycle:
        for verb, step in register.lifecycle.moves.items():
            _declare_move(routes, register, verb, step, path)


def _declare_move(routes: Routes, register: Register[Any], verb: str, step: Move, path: str) -> None:
    async def move_(call: Call, id: Id, body: Any) -> Aggregate:
        entity = await call.work.load(register.shape, id)
        expect_version(entity, call.if_match)
        moved: Aggregate = await move(call.work, register, entity, verb, body)
        return moved

    operation = Operation(
        method="POST",
        scope=f"{routes.service}.{step.needs}",
        takes=step.takes,
        needs_match=True,
        refusals=(404, 409),
    )
    routes.add(
        f"{path}/{{id}}/{verb}",
        move_,
        operation,
        summary=f"{verb.replace('-', ' ').capitalize()}: {with_article(entry_of(register.shape).noun)}",
        description=step.summary(),
        shape=register.shape,
    )


def _page_of(shape: type[Aggregate], plural: str) -> type[BaseModel]:
    shapes: Any = list[shape]  # type: ignore[valid-type]
    on_a_page = Field(description=f"The {plural} of this page.")
    return create_model(f"{shape.__name__}Page", __base__=paging.PageShape, items=(shapes, on_a_page))


def _batch_item(register: Register[Any]) -> type[BaseModel]:
    items = Annotated[list[register.create], Field(min_length=1, max_length=batch.LARGEST)]  # type: ignore[name-defined]
    shape: type[BaseModel] = create_model(
        f"{register.shape.__name__}Batch",
        __base__=Shape,
        items=(items, Field(description="What is to be created or put, in this order.")),
    )
    return shape


def batch_answer(shape: type[Aggregate]) -> type[BaseModel]:
    """The 207 answer: an item carries `resource` or `problem`."""
    resource: Any = shape | None
    item = create_model(
        f"{shape.__name__}BatchResult",
        index=(int, Field(description="The place of the item in the request, from 0.")),
        status=(int, Field(description="The status that the item alone would have had.")),
        changed=(bool | None, _absent("Whether it was written: false if it was like this already.")),
        resource=(resource, _absent("The item after the request, if it was accepted.")),
        problem=(Problem | None, _absent("Why the item was refused.")),
    )
    results: Any = list[item]  # type: ignore[valid-type]
    described = Field(description="One result for each item, in the order of the request.")
    return create_model(f"{shape.__name__}BatchAnswer", items=(results, described))


def _absent(description: str) -> Any:
    return Field(default=None, description=description, json_schema_extra=absent)


def _items(value: dict[str, Any]) -> list[Any]:
    items = value.get("items")
    if set(value) != {"items"} or not isinstance(items, list) or not items:
        raise Invalid(
            "a batch is {items: […]}",
            Fault("invalid", "one member: a list that is not empty", pointer="/items"),
        )
    return items


def _ref(source: str, external_id: str) -> ExternalRef:
    try:
        return ExternalRef(source=source, id=external_id)
    except ValidationError as error:
        raise invalid_from(error, ("external_ref",)) from error


def _same_ref(body: Any, ref: ExternalRef) -> None:
    if body.external_ref is not None and body.external_ref != ref:
        raise Invalid(
            "the body names another key", Fault("mismatch", "not the key of the URL", pointer="/external_ref")
        )


async def _check_preconditions(call: Call, register: Register[Any], ref: ExternalRef) -> None:
    """Refuse (412) a put whose If-Match names no version that is there, or whose If-None-Match names the one that is."""
    wanted, unwanted = call.if_match, call.if_none_match
    if wanted is None and unwanted is None:
        return
    standing: Aggregate | None = await by_ref(call.work, register, ref)
    if wanted is not None:
        if standing is None:
            raise PreconditionFailed("there is none with this key, so it has no version to match")
        expect_version(standing, wanted)
    if unwanted is not None and standing is not None and unwanted.holds(standing.version):
        raise PreconditionFailed(
            "there is one with this key already", headers={"ETag": f'"{standing.version}"'}
        )


def _dry(call: Call, result: Any) -> Answer | None:
    """With `validate_only=true`: what the answer would be, and nothing to write."""
    if not call.work.dry:
        return None
    dry = result.answer(call) if isinstance(result, batch.Batch) else Answer(200, call.answered(result))
    call.work.unit.parts = []
    return dry


async def _reduced(call: Call, register: Register[Any], states: Sequence[str]) -> list[tuple[str, str]]:
    """Each state with only the members that `fields` names and with what `expand` adds, and a mark of that addition:
    what a caller may do now depends on more than the version."""
    fields = call.one("fields")
    shown = [listing.only(state, fields) if fields else state for state in states]
    if not call.one("expand"):
        return [(text, "") for text in shown]
    allowed = await _allowed_moves(call, register, states)
    return [
        (f'{text[:-1]},"allowed_moves":{json.dumps(moves)}}}', "".join(f"-{move}" for move in moves))
        for text, moves in zip(shown, allowed, strict=True)
    ]


async def _allowed_moves(call: Call, register: Register[Any], states: Sequence[str]) -> list[list[str]]:
    life = register.lifecycle
    if call.one("expand") != "allowed_moves" or life is None:
        raise parameters.wrong("expand", "allowed_moves" if life else "nothing can be expanded")
    entities = [register.shape.model_validate_json(state, context=STORED) for state in states]
    return await possible_moves(call.work, register, entities)
