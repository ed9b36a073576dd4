"""Items of a batch that change what is there: a merge patch, archiving and restoring, or a move, of the version that was read."""

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import Field, ValidationError

from shared.base.errors import Fault, Invalid, NotFound
from shared.base.ids import is_canonical
from shared.base.texts import Text, either
from shared.base.validation import invalid_from
from shared.contracts.language import Aggregate, ExternalRef, Id, Shape, entry_of
from shared.contracts.stored import codec_of
from shared.domain import naming, references
from shared.domain.register import (
    Register,
    archive,
    having_ref,
    having_refs,
    move,
    remember_refs,
    restore,
    revise,
)
from shared.domain.work import Match, Work, expect_version

A = TypeVar("A", bound=Aggregate)


ReadVersion = Annotated[int, Field(ge=1, le=999_999_999_999_999, examples=[1])]
"""As many digits as the version in an ETag may have."""


class Revision(Shape):
    """A change of one resource, made from the version that was read."""

    id: Id
    """The resource."""
    version: ReadVersion
    """The version that was read: an item that finds another one is refused (412) with the present `version`."""
    patch: dict[str, Any]
    """A JSON merge patch (RFC 7396): what is named is replaced, null deletes."""


class Archiving(Shape):
    """One resource taken out of the lists, or put back."""

    id: Id
    """The resource."""
    version: ReadVersion
    """The version that was read: an item that finds another one is refused (412) with the present `version`."""
    archived: bool
    """`true`: it is archived. `false`: it is restored."""


class Moving(Shape):
    """A move of one resource, as the request of its own would make it. The resource is named by its id or its external
    key, with the version that was read; or by the item of the same batch that made or changed it."""

    id: Id | None = None
    """The resource."""
    external_ref: ExternalRef | None = None
    """The resource by its external key."""
    item: Annotated[int, Field(ge=0, le=498, examples=[0])] | None = None
    """The resource by an earlier item of the batch, counted from 0. The move is made of the version that this item left,
    and refused where it was refused."""
    version: ReadVersion | None = None
    """The version that was read, beside `id` and `external_ref`: an item that finds another one is refused (412) with the
    present `version`."""
    move: str
    """The move, by the verb of its address."""
    body: dict[str, Any] = Field(default_factory=dict)
    """What the move takes."""


Change = Revision | Archiving | Moving
"""An item that changes what is there."""

OWN_MEMBERS = frozenset(("id", "version", "patch", "archived"))
"""What no request that makes a resource has a member of."""


MOVE = "move"


def kind_of(item: Any, *, has_moves: bool) -> type[Revision] | type[Archiving] | type[Moving] | None:
    """What an item of a batch changes; None where it makes or puts a resource."""
    if not isinstance(item, dict):
        return None
    if has_moves and MOVE in item:
        return Moving
    if OWN_MEMBERS.isdisjoint(item):
        return None
    return Archiving if "archived" in item and "patch" not in item else Revision


async def revise_at(work: Work, register: Register[A], id: str, match: Match | None, patch: Any) -> A:
    """Revise the version that `match` names: 412 where it is another one, 428 where none is named."""
    entity = await work.load(register.shape, id)
    expect_version(entity, match)
    return await revise(work, register, entity, patch)


async def archive_at(work: Work, register: Register[A], id: str, match: Match | None) -> A:
    """Archive the version that `match` names. What is archived already is not found, whatever its version."""
    entity = await work.load(register.shape, id)
    if entity.archived_at is None:
        expect_version(entity, match)
    return await archive(work, register, entity)


async def restore_at(work: Work, register: Register[A], id: str, match: Match | None) -> A:
    """Restore the version that `match` names."""
    entity = await work.load(register.shape, id)
    expect_version(entity, match)
    return await restore(work, register, entity)


def refuse_unnamed(item: Moving) -> None:
    """Refuse (422) a move that names no resource, several, or no version of one."""
    names = [name for name in ("id", "external_ref", "item") if getattr(item, name) is not None]
    if len(names) != 1:
        at = names[1] if names else "id"
        raise Invalid(
            "a move names one resource: by `id`, by `external_ref` or by an earlier `item`",
            Fault("missing" if not names else "mismatch", "one of id, external_ref, item", pointer=f"/{at}"),
        )
    if item.item is None and item.version is None:
        raise Invalid(
            "a move names the version that was read", Fault("missing", "needed here", pointer="/version")
        )
    if item.item is not None and item.version is not None:
        raise Invalid(
            "a move that builds on an item has the version that the item left",
            Fault("mismatch", "left by the item", pointer="/version"),
        )


def body_of(register: Register[Any], item: Moving) -> Shape:
    """What a move is given, checked; 422 where the register has no such move, or the move takes something else."""
    if item.move not in register.moves:
        verbs = either(sorted(register.moves))
        raise Invalid(
            "there is no such move", Fault("unknown", Text("one of {verbs}", verbs=verbs), pointer=f"/{MOVE}")
        )
    takes = register.moves[item.move].takes
    members = {
        name: value
        for name, value in item.body.items()
        if value is not None or name not in takes.model_fields
    }
    try:
        return takes.model_validate_json(json.dumps(members), strict=True)
    except ValidationError as error:
        raise invalid_from(error, ("body",)) from error


async def move_at(
    work: Work, register: Register[A], item: Moving, body: Shape, earlier: Aggregate | None
) -> A:
    """Make the move of the version that the item names; `earlier` is what the item left that it builds on."""
    match = Match(frozenset((item.version or 0,)))
    entity: A
    if earlier is not None:
        match = Match(frozenset((earlier.version,)))
        entity = await work.load(register.shape, earlier.id)
    elif item.external_ref is not None:
        standing = await having_ref(work, register, item.external_ref)
        if standing is None or work.hides(standing):
            raise NotFound(Text("there is no {noun} with this key", noun=entry_of(register.shape).noun))
        entity = standing
    else:
        entity = await work.load(register.shape, str(item.id))
    expect_version(entity, match)
    return await move(work, register, entity, item.move, body)


async def carry_out(work: Work, register: Register[A], item: Revision | Archiving) -> A:
    """One item of a batch, exactly as a request of its own would be."""
    id, match = str(item.id), Match(frozenset((item.version,)))
    if isinstance(item, Revision):
        return await revise_at(work, register, id, match, item.patch)
    if item.archived:
        return await archive_at(work, register, id, match)
    return await restore_at(work, register, id, match)


async def foresee(work: Work, register: Register[Any], items: Sequence[Change]) -> None:
    """Read at once what these need: their guards, then the aggregates themselves and all that they name."""
    condition, params = _condition_of(items)
    if not params:
        return
    if register.has_guard:
        await work.read_guards(await _guards(work, register, items, condition, params))
    standing: list[Any] = [*await work.select(register.shape, condition, params, archived=True)]
    remember_refs(work, register, [ref for item in items if (ref := _ref_of(item)) is not None], standing)
    patches = [item.patch for item in items if isinstance(item, Revision)]
    await references.foresee(work, register.names, [*standing, *(_ids_in(patch) for patch in patches)])
    shapes = {member: other.shape for member, other in register.made_by_name.items()}
    await work.read_guards(naming.guards(register.shape, shapes, [_texts_in(patch) for patch in patches]))


def _condition_of(items: Sequence[Change]) -> tuple[str, list[str]]:
    """Which aggregates the items name, as a condition with its parameters."""
    ids = sorted({str(item.id) for item in items if item.id is not None})
    conditions = [f"id IN ({', '.join('?' * len(ids))})"] if ids else []
    refs = {ref for item in items if (ref := _ref_of(item)) is not None}
    by_key, keys = having_refs(refs)
    return " OR ".join([*conditions, *([by_key] if refs else [])]), [*ids, *keys]


def _ref_of(item: Change) -> ExternalRef | None:
    return item.external_ref if isinstance(item, Moving) else None


async def _guards(
    work: Work, register: Register[Any], items: Sequence[Change], condition: str, ids: list[str]
) -> set[str]:
    """The guards of the aggregates as they stand and as the patches would leave them.

    What is read here tells only which guards there are: it is read again behind them.
    """
    shape: type[Aggregate] = register.shape
    table, codec = work.mirrors[shape].name, codec_of(shape)
    rows = await work.store.fetch(f"SELECT id, document FROM {table} WHERE {condition}", ids)
    states: dict[str, str] = {row[0]: row[1] for row in rows}
    guards = {register.guard(codec.one(state)) for state in states.values()}
    for item in items:
        if isinstance(item, Revision) and (state := states.get(str(item.id))) is not None:
            try:
                members = register.patches.members(item.patch, state)
            except ValidationError:
                continue
            guards.add(register.guard(codec.one(state).model_copy(update=members)))
    return {guard for guard in guards if guard is not None}


def _ids_in(patch: dict[str, Any]) -> SimpleNamespace:
    """The members of a patch that may name something."""
    texts = {name: value for name, value in patch.items() if isinstance(value, str)}
    return SimpleNamespace(**{name: UUID(text) for name, text in texts.items() if is_canonical(text)})


def _texts_in(patch: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(**{name: value for name, value in patch.items() if isinstance(value, str)})
