"""The routes that every register has, written out once: list, get, history, create, batch, put, patch, archive, restore, moves."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial, reduce
from operator import or_
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from typing_extensions import TypeAliasType

from shared.base.english import with_article
from shared.base.errors import Fault, Invalid, PreconditionFailed
from shared.base.texts import Text
from shared.base.validation import invalid_from
from shared.contracts.language import Aggregate, ExternalRef, Shape, absent, entry_of
from shared.contracts.stored import STORED
from shared.domain import custom_fields, default_values, revisions
from shared.domain.lifecycle import Move
from shared.domain.other_moves import OtherMove
from shared.domain.register import (
    Register,
    by_ref,
    create,
    foresee,
    make_next_edition,
    move,
    possible_moves,
    put,
)
from shared.domain.revisions import (
    MOVE,
    OWN_MEMBERS,
    Archiving,
    Change,
    Moving,
    Revision,
    archive_at,
    body_of,
    carry_out,
    kind_of,
    move_at,
    refuse_unnamed,
    restore_at,
    revise_at,
)
from shared.domain.work import expect_version
from shared.http import batch, examples, frozen, history, listing, paging, parameters
from shared.http.call import Answer, Call
from shared.http.operation import Content, Deferred, Method, Operation, Parameter
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

EXAMPLE_ID = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"

DESCRIPTIONS = {
    "list": "Pages of the current state, narrowed and sorted by the parameters. Archived ones only where asked for."
    " With `fields=id,name` an item has only the members that are named; with `Prefer: return=total-count` the page"
    " tells how many there are on all pages.",
    "get": "The current state, archived or not. With `fields=id,name` only the members that are named.",
    "history": "Its versions, the newest first, with who made each, when and how. With `expand=state` each has the state of"
    " that version, so that any two can be compared.",
    "get_by_ref": "The same as by its id, which the answer tells.",
    "create": "What is left out gets the organisation's default value, if it has one; null is left empty. One with an"
    " `external_ref` that is known is refused: put it by that key instead.",
    "batch": "Each item is created, or put where it carries an `external_ref`, and answered with a status of its own. One"
    " with `id`, `version` and `patch` revises what is there; one with `id`, `version` and `archived` archives or restores"
    " it. One with a `move` makes that move, with its rights, of the version that was read, or of what an earlier `item`"
    " left. Such an item is answered as the request alone would be; of the archived one the resource is answered (200).",
    "put": "Creates it, or makes it look like the body; an unchanged body changes nothing and publishes nothing.",
    "revise": "A JSON merge patch (RFC 7396): what is named is replaced, null deletes.",
    "archive": "It leaves the lists and can still be read by its id; a second time answers 404. It is refused while"
    " something else needs it (409 `has_dependents`), with `dependents` as kind and id, and `dependents_count`.",
    "editions": "What binds is never edited: this makes a new aggregate with the same content, the next edition, in the initial"
    " state. It supersedes this one in the commit in which it binds itself. Refused (409) for one that does not bind"
    " (`not_binding`), and where a next edition is open already (`next_edition_open`).",
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

    async def filled(call: Call, content: Content) -> Content:
        return await default_values.filled(call.kernel.store, entry, content)

    def change_of(item: Any) -> type[Revision] | type[Archiving] | type[Moving] | None:
        return kind_of(item, has_moves=bool(register.moves))

    async def filled_item(call: Call, item: Any) -> Any:
        """An item that is put says everything, and one that revises what it changes."""
        is_new = isinstance(item, dict) and item.get("external_ref") is None and change_of(item) is None
        return await filled(call, item) if is_new else item

    async def create_(call: Call, body: Any) -> Aggregate:
        created: Aggregate = await create(call.work, register, body)
        return created

    async def revise_(call: Call, id: Id) -> Aggregate:
        revised: Aggregate = await revise_at(call.work, register, id, call.if_match, call.body_value)
        return revised

    async def archive_(call: Call, id: Id) -> Aggregate:
        gone: Aggregate = await archive_at(call.work, register, id, call.if_match)
        return gone

    async def restore_(call: Call, id: Id) -> Aggregate:
        back: Aggregate = await restore_at(call.work, register, id, call.if_match)
        return back

    async def make_edition(call: Call, id: Id) -> Aggregate:
        entity = await call.work.load(shape, id)
        edition: Aggregate = await make_next_edition(call.work, register, entity)
        return edition

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

    def need(call: Call, verb: str) -> None:
        """Refuse (403) an item of a batch to who may not do this anywhere; where it lies is asked when it is saved."""
        scopes = (
            f"{entry.service}.{verb}",
            *([f"{entry.service}.restricted"] if entry.is_restricted else []),
        )
        for scope in scopes:
            call.require(scope)
        call.work.needs = frozenset(scopes)

    async def carry_out_item(call: Call, item: Any, earlier: Sequence[batch.Item]) -> tuple[Aggregate, int]:
        if isinstance(item, Moving):
            refuse_unnamed(item)
            body = body_of(register, item)
            need(call, register.moves[item.move].needs)
            before = None if item.item is None else batch.left_by(earlier, item.item)
            return await move_at(call.work, register, item, body, before), 200
        need(call, entry.needs)
        if isinstance(item, Revision | Archiving):
            return await carry_out(call.work, register, item), 200
        if item.external_ref is None:
            return await create(call.work, register, item), 201
        return await put(call.work, register, item, item.external_ref, call.one("restore") == "true")

    async def read_ahead(call: Call, bodies: list[Any]) -> None:
        new = [body for body in bodies if not isinstance(body, Change)]
        await foresee(call.work, register, new)
        await revisions.foresee(call.work, register, [body for body in bodies if isinstance(body, Change)])

    async def batch_(call: Call) -> Any:
        if not any(change_of(item) is Moving for item in _sent_items(call.body_value)):
            need(call, entry.needs)
        items = [await filled_item(call, item) for item in items_of(call.body_value)]
        return await batch.run(
            call, items, lambda item: change_of(item) or register.create, read_ahead, carry_out_item
        )

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
    if entry.frozen:
        frozen.declare_frozen(routes, shape)
    if register.is_read_only:
        _declare_moves(routes, register, path)
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
        fills=filled,
        parameters=(VALIDATE_ONLY,),
        needs_key=moves_money,
        refusals=(409,),
    )
    declare(
        "POST",
        "/batch",
        batch_,
        "batch",
        f"Create, put or revise up to 500 {many}",
        Deferred(partial(batch_answer, shape.__name__, shape)),
        other_scopes=tuple(sorted({f"{entry.service}.{move.needs}" for move in register.moves.values()})),
        status=207,
        takes=Deferred(partial(_batch_of, register)),
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
    if entry.editions:
        declare(
            "POST",
            "/{id}/editions",
            make_edition,
            "editions",
            f"Make the next edition of {one}",
            shape,
            status=201,
            refusals=(404, 409),
        )
    _declare_moves(routes, register, path)


def _declare_moves(routes: Routes, register: Register[Any], path: str) -> None:
    for verb, step in register.moves.items():
        _declare_move(routes, register, verb, step, path)


def _declare_move(
    routes: Routes, register: Register[Any], verb: str, step: Move | OtherMove, path: str
) -> None:
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
        summary=Text(
            "{capitalize}: {noun}",
            capitalize=verb.replace("-", " ").capitalize(),
            noun=with_article(entry_of(register.shape).noun),
        ),
        description=step.summary(),
        shape=register.shape,
    )


def _page_of(shape: type[Aggregate], plural: str) -> type[BaseModel]:
    item: Any = shape
    shapes: Any = list[item]
    on_a_page = Field(description=f"The {plural} of this page.")
    return create_model(f"{shape.__name__}Page", __base__=paging.PageShape, items=(shapes, on_a_page))


def _batch_of(register: Register[Any]) -> type[BaseModel]:
    name = register.shape.__name__
    assert OWN_MEMBERS.isdisjoint(register.create.model_fields), f"{name}: what is made would be a revision"
    patch = Field(description=Revision.model_fields["patch"].description)
    revision = create_model(
        f"{name}Revision", __base__=Revision, __doc__=Revision.__doc__, patch=(register.revise, patch)
    )
    union: Any = register.create | revision | Archiving
    if register.moves:
        assert MOVE not in register.create.model_fields, f"{name}: what is made would be a move"
        union = union | _move_of(register)
    item: Any = TypeAliasType(f"{name}BatchItem", union)  # with a name of its own in documents and clients
    items: Any = Annotated[list[item], Field(min_length=1, max_length=batch.LARGEST)]
    described = Field(description="What is to be created, put or changed, in this order.")
    shape: type[BaseModel] = create_model(f"{name}Batch", __base__=Shape, items=(items, described))
    return shape


def _move_of(register: Register[Any]) -> type[BaseModel]:
    """A move as an item of a batch, with the verbs and bodies that this register has."""
    name, members = register.shape.__name__, Moving.model_fields
    kinds = list(dict.fromkeys(move.takes for move in register.moves.values()))
    body: Any = kinds[0]
    if len(kinds) > 1:
        union: Any = reduce(or_, kinds)
        alias: Any = TypeAliasType(f"{name}MoveBody", union)
        body = alias
    is_needed = all(any(field.is_required() for field in kind.model_fields.values()) for kind in kinds)
    default: Any = ... if is_needed else None
    verbs: Any = {"enum": list(register.moves)}
    verb, move = next(iter(register.moves.items()))
    shown = {"id": EXAMPLE_ID, "version": 1, "move": verb, "body": examples.of_shape(move.takes)}

    class Example(Moving):
        model_config = ConfigDict(json_schema_extra={"examples": [shown]})

    return create_model(
        f"{name}Move",
        __base__=Example,
        __doc__=Moving.__doc__,
        move=(str, Field(description=members["move"].description, json_schema_extra=verbs)),
        body=(body if is_needed else body | None, Field(default, description=members["body"].description)),
    )


def _sent_items(value: Any) -> list[Any]:
    items = value.get("items") if isinstance(value, dict) else None
    return items if isinstance(items, list) else []


def batch_answer(name: str, resource: Any) -> type[BaseModel]:
    """The 207 answer: an item carries `resource`, of the given type, or `problem`."""
    item: Any = create_model(
        f"{name}BatchResult",
        index=(int, Field(description="The place of the item in the request, from 0.")),
        status=(
            int,
            Field(description="The status that the item alone would have had; 200 where it was archived."),
        ),
        changed=(bool | None, _absent("Whether it was written: false if it was like this already.")),
        resource=(resource | None, _absent("The item after the request, if it was accepted.")),
        problem=(Problem | None, _absent("Why the item was refused.")),
    )
    results: Any = list[item]
    described = Field(description="One result for each item, in the order of the request.")
    return create_model(f"{name}BatchAnswer", items=(results, described))


def _absent(description: str) -> Any:
    return Field(default=None, description=description, json_schema_extra=absent)


def items_of(value: dict[str, Any]) -> list[Any]:
    """The items of a batch; 422 where it is none."""
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
