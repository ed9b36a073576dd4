"""The commands that every plain register has: create, revise, put by external key, archive, restore.

An aggregate that needs more says so in its `Register`. That is how it is made, what is checked after a change
of content, and which act of its project each operation is. It is also what prevents archiving, and which fact
is published. A reaction that makes or changes an aggregate goes through its register too (`make`, `write`),
so that no rule is passed by.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError, create_model
from sqlmodel import SQLModel

from shared.base.clock import now
from shared.base.errors import Conflict, Fault, Invalid, NotFound
from shared.base.texts import Text
from shared.base.validation import invalid_from
from shared.contracts.language import Aggregate, ExternalRef, Fact, Line, Shape, entry_of, plain
from shared.domain import confidential_names, custom_fields, editions, four_eyes, limits, naming, references
from shared.domain.access.rights import places_of
from shared.domain.acts import ARCHIVE, CREATE, PROJECT, RESTORE, REVISE, Acts, admit, permits, verbs
from shared.domain.copies import Known
from shared.domain.declared_moves import check_lifecycle, check_other_moves
from shared.domain.dependents import Dependents, refuse_while_needed
from shared.domain.due.declaring import Due, declare
from shared.domain.erasure import refuse_erased
from shared.domain.filters import Filters, filters_of
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.list_indices import index_lists
from shared.domain.other_moves import OtherMove
from shared.domain.patches import Patches
from shared.domain.reading import Memory
from shared.domain.references import Named
from shared.domain.subjects import take_attached_along
from shared.domain.work import Work, refusal_of
from shared.store import UniqueTaken
from shared.store.columns import Mirror, mirror

A = TypeVar("A", bound=Aggregate)

CUSTOM = "custom"
"""The member that holds values of the organisation's own fields."""

_BY_REF: Memory[tuple[str, ExternalRef], UUID | None] = Memory("ids by register and external key")


async def _no_check(work: Work, entity: Any) -> None:
    """Most content is right when its shape is."""


def _made_or_revised(entity: Aggregate, before: Aggregate | None, body: BaseModel) -> Fact:
    return plain(type(entity), "created" if before is None else "revised")


async def _as_given(work: Work, body: BaseModel) -> dict[str, Any]:
    return {}


def _unguarded(content: Any) -> str | None:
    return None


async def _nothing_withheld(work: Work, entity: Any, verb: str) -> bool:
    return False


async def _nothing_carried(work: Work, entity: Any) -> Sequence[Any]:
    return ()


async def _nothing_follows(work: Work, entity: Any, before: Any) -> None:
    """Most aggregates stand for themselves."""


async def _nothing_beside(work: Work, entity: Any, fact: Fact) -> None:
    """Most aggregates keep nothing that their events do not tell."""


@dataclass(frozen=True)
class Register(Generic[A]):
    """One aggregate as a register: its shape, its table, and what is more than its declaration says.

    `supply` adds members that the caller may leave out (a code); `check` refuses content, after any change;
    `tell` chooses the fact.
    """

    shape: type[A]
    row: type[SQLModel]
    supply: Callable[[Work, Any], Awaitable[dict[str, Any]]] = _as_given
    check: Callable[[Work, Any], Awaitable[None]] = _no_check
    tell: Callable[[Any, Any, Any], Fact] = _made_or_revised
    lifecycle: Lifecycle | None = None
    withholds: Callable[[Work, Any, str], Awaitable[bool]] = _nothing_withheld
    """Whether who asks lacks the authority for a move, by more than their role: it is then not among those that are allowed.
    `check` refuses it, with a refusal of its own."""
    other_moves: Mapping[str, OtherMove] = field(default_factory=dict)
    """Verb -> what changes members by a request of its own, and is no step of the lifecycle."""
    guard: Callable[[Any], str | None] = _unguarded
    """The guard that `check` holds, derived from a request or from the aggregate."""
    acts: Acts | None = None
    """Which act on its project each deed is; None for what belongs to no project."""
    judges: tuple[str, ...] = ()
    """Members that name an aggregate and that `check` judges itself, with refusals of its own."""
    dependents: tuple[Dependents, ...] = ()
    """What keeps it from being archived."""
    carried: Callable[[Work, Any], Awaitable[Sequence[Any]]] = _nothing_carried
    """Aggregates of the same kind that are archived and restored with it. Archiving takes the live ones
    along; restoring takes those that were archived at the same instant."""
    made_by_name: Mapping[str, "Register[Any]"] = field(default_factory=dict)
    """Member that a request may give by a name (`named_by`) -> the register of what is found, or made, by it."""
    after: Callable[[Work, Any, Any], Awaitable[None]] = _nothing_follows
    """What else of the service changes in the same commit, given the aggregate as saved and as it was."""
    read_in: Callable[[Work, Any, Fact], Awaitable[None]] = _nothing_beside
    """What is kept beside it and told by no event, where a version is read in that another instance wrote."""
    erase: Callable[[Work, Any, str | None], Awaitable[Any]] | None = None
    """How one is erased, for a reason, once the organisation keeps it no longer; None for what is never erased alone."""
    dues: tuple[Due, ...] = ()
    """What becomes due of it, each told by a fact of its own once its instant has come."""

    def __post_init__(self) -> None:
        declare(self.shape, self.dues)
        if self.lifecycle is not None:
            check_lifecycle(self.shape, self.lifecycle)
        editions.check_editions(self.shape, self.lifecycle)
        check_other_moves(self.shape, self.other_moves, self.lifecycle)
        index_lists(self.mirror.table, self.filters)
        if {*entry_of(self.shape).members.named.values()} != self.made_by_name.keys():
            raise TypeError(f"{self.shape.__name__}: made_by_name is for what is declared as named_by")

    @property
    def has_guard(self) -> bool:
        return self.guard is not _unguarded

    @cached_property
    def members(self) -> frozenset[str]:
        return frozenset(self.shape.model_fields)

    @cached_property
    def filters(self) -> Filters:
        """What its lists can be narrowed and sorted by."""
        return filters_of(self.shape)

    @cached_property
    def create(self) -> type[Shape]:
        """The body of a request that makes one; it is empty where only reactions do."""
        if self.is_read_only:
            return Shape
        members = entry_of(self.shape).members
        name = f"{self.shape.__name__}Create"
        content = (*members.created, "external_ref")
        return request_shape(name, self.shape, content, (*members.optional, CUSTOM), self._texts)

    @cached_property
    def revise(self) -> type[Shape]:
        """What a patch may change; it is empty where only reactions change one."""
        if self.is_read_only:
            return Shape
        members = entry_of(self.shape).members
        content = (*members.revised, CUSTOM)
        return request_shape(f"{self.shape.__name__}Revise", self.shape, content, texts=self._texts)

    @property
    def _texts(self) -> dict[str, str]:
        """Members of a request that give a name in place of an id -> what documents say of them."""
        return {
            text: f"The name of the {entry_of(self.made_by_name[member].shape).noun}, in place of `{member}`. What is"
            " called so is found, whatever the case and the accents; where nothing is, it is made."
            for text, member in entry_of(self.shape).members.named.items()
        }

    @cached_property
    def patches(self) -> Patches:
        """How a merge patch is read."""
        return Patches(self.revise)

    @property
    def is_read_only(self) -> bool:
        return entry_of(self.shape).is_read_only

    @cached_property
    def revised(self) -> tuple[str, ...]:
        """The members that a patch may name."""
        return tuple(self.revise.model_fields)

    @cached_property
    def optional(self) -> tuple[str, ...]:
        """The members that a request may leave out for the service to supply: null there, and not in the aggregate."""
        return entry_of(self.shape).members.optional

    @cached_property
    def checked(self) -> dict[str, Named]:
        """Of `names` those that `acts` does not judge: refused where they name nothing, or anew what is archived."""
        judged = {*self.judges, "" if self.acts is None else self.acts.pointer.removeprefix("/")}
        return {member: named for member, named in self.names.items() if member not in judged}

    @cached_property
    def own(self) -> dict[str, type[SQLModel]]:
        """Of `checked` those that name an aggregate of this service, by its table."""
        kinds = entry_of(self.shape).members.references
        return {
            member: table
            for member, table in self.checked.items()
            if not isinstance(table, Known) and references.copies(table).table == kinds[member]
        }

    @cached_property
    def names(self) -> dict[str, Named]:
        """Members by which it names others, and the table each is looked up in: a batch reads those at once.

        None where only reactions write it: their events name only aggregates that exist."""
        if self.is_read_only:
            return {}
        return references.tables_named(self.row, entry_of(self.shape))

    @cached_property
    def within(self) -> dict[tuple[str, ...], Named]:
        """The same of ids in parts and lists, by their paths, but for those that `check` judges itself."""
        if self.is_read_only:
            return {}
        tables = references.tables_within(self.row, entry_of(self.shape))
        return {path: table for path, table in tables.items() if path[0] not in self.judges}

    @cached_property
    def moves(self) -> Mapping[str, Move | OtherMove]:
        """Verb -> what can be done with one beside changing it."""
        steps: Mapping[str, Move] = {} if self.lifecycle is None else self.lifecycle.moves
        return {**steps, **self.other_moves}

    @property
    def mirror(self) -> Mirror:
        return mirror(self.shape, self.row)

    @property
    def name(self) -> str:
        return entry_of(self.shape).name

    @cached_property
    def notes_authors(self) -> bool:
        """Whether it matters who made or submitted one."""
        return self.lifecycle is not None and self.lifecycle.notes_authors


def request_shape(
    name: str,
    of: type[Aggregate],
    members: tuple[str, ...],
    optional: tuple[str, ...] = (),
    texts: Mapping[str, str] = MappingProxyType({}),
    doc: str = "",
) -> type[Shape]:
    """The members of an aggregate that a request may give, typed as in the aggregate; `optional` may be left out.

    `texts` are names given in place of ids: member -> its description."""
    fields: dict[str, Any] = {m: (of.model_fields[m].annotation, copy(of.model_fields[m])) for m in members}
    for m in optional:
        member = of.model_fields[m]
        fields[m] = (member.rebuild_annotation() | None, Field(None, description=member.description))
    fields |= {text: (Line | None, Field(None, description=described)) for text, described in texts.items()}
    request_shape: type[Shape] = create_model(
        name, __base__=Shape, __doc__=doc or f"What may be given of a {of.__name__}.", **fields
    )
    return request_shape


def members_given(body: BaseModel, *, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """The members of a request, as the aggregate takes them."""
    return {name: value for name, value in vars(body).items() if name not in but}


def is_revised(entity: Aggregate, before: Aggregate) -> bool:
    """Whether a member that a patch may change differs: moves and archiving leave those as they are."""
    members = (*entry_of(type(entity)).members.revised, CUSTOM)
    return any(getattr(entity, member) != getattr(before, member) for member in members)


async def _ask_project(work: Work, register: Register[Any], entity: Aggregate, deed: str) -> None:
    if register.acts is not None:
        await admit(work, register.acts, entity, deed)


async def _check(work: Work, register: Register[A], entity: A) -> None:
    await custom_fields.check(work, entity)
    await references.check_own(work, register.own, entity)
    await register.check(work, entity)
    await references.check_named_anew(work, register.checked, entity)
    await references.check_within(work, register.within, entity)
    await confidential_names.refuse(work, register.names, entity, register.within)
    await editions.check(work, register.lifecycle, entity)


async def _by_name(
    work: Work, register: Register[A], request: Mapping[str, Any], before: A | None
) -> dict[str, UUID | None]:
    """Member -> the id of what the request names instead: found, or made in this unit."""
    ids: dict[str, UUID | None] = {}
    for member, name in naming.ids_or_names(register.shape, request).items():
        kind = register.made_by_name[member]
        named = None if before is None else getattr(before, member)
        pointer = f"/{entry_of(register.shape).members.each[member].named_by}"
        id = await naming.called(work, kind.shape, name, named, pointer)
        if id is None:
            await work.guard(naming.guard_of(kind.shape, name))
            id = await naming.called(work, kind.shape, name, None, pointer)
        if id is None:
            id = (await make(work, kind, **naming.fresh(name, kind.shape))).id
        ids[member] = id
    return ids


async def save(work: Work, register: Register[A], entity: A, fact: Fact) -> A:
    """Write what was checked, and what follows from it within the service."""
    if register.notes_authors and work.before(entity) is None:
        four_eyes.note_made(work, entity)
    before = work.before(entity)
    saved = work.save(entity, fact)
    if before is not None and places_of(before) != places_of(saved):
        await take_attached_along(work, saved)
    if register.after is not _nothing_follows:
        await register.after(work, saved, before)
    if (old := await editions.superseded(work, register.lifecycle, saved, before)) is not None:
        await save(work, register, *old)
    return saved


async def create(work: Work, register: Register[A], body: BaseModel) -> A:
    """A new aggregate; one with an external key that exists is refused (put it instead)."""
    supplied = await register.supply(work, body)
    content = {name: value for name, value in vars(body).items() if name in register.members}
    content |= await _by_name(work, register, vars(body), None)
    for name in register.optional:
        supplied.setdefault(name, content.get(name))
    content[CUSTOM] = content.get(CUSTOM) or {}
    entity = work.new_of(register.shape, content, supplied)
    await custom_fields.withhold(work, entity)
    await _ask_project(work, register, entity, CREATE)
    await _check(work, register, entity)
    if entity.external_ref is not None:
        work.memory(_BY_REF)[register.name, entity.external_ref] = entity.id
    return await save(work, register, entity, register.tell(entity, None, body))


async def make(
    work: Work,
    register: Register[A],
    id: UUID,
    fact: Fact | None = None,
    inherited: Mapping[str, Any] = MappingProxyType({}),
    **members: Any,
) -> A:
    """A new aggregate, made by a reaction: checked as if it was created over REST, and published with `fact`
    or as created. What a request may leave out is supplied.

    `inherited` are members that what it follows from has already, and that are not judged again: whoever makes it need not
    see what they name."""
    if register.supply is not _as_given:  # what a caller may leave out, a reaction may leave out too
        members = await register.supply(work, register.create.model_construct(**members)) | members
    entity = work.new(register.shape, id, **members)
    await _ask_project(work, register, entity, CREATE)
    await _check(work, register, entity)
    for name, value in inherited.items():
        setattr(entity, name, value)
    return await save(work, register, entity, fact or plain(register.shape, "created"))


async def make_next_edition(work: Work, register: Register[A], entity: A) -> A:
    """A new aggregate with the content of one that binds, which is superseded once the new one binds."""
    assert register.lifecycle is not None
    content = editions.next_of(register.lifecycle, entity)
    request = {name: value for name, value in content.items() if name in register.create.model_fields}
    supplied = await register.supply(work, register.create.model_construct(**request))
    edition = work.new(register.shape, **(supplied | content))
    await _ask_project(work, register, edition, CREATE)
    return await write(work, register, edition, plain(register.shape, "created"))


async def write(work: Work, register: Register[A], entity: A, fact: Fact) -> A:
    """What a reaction changed of an aggregate, checked as a change over REST is."""
    await _check(work, register, entity)
    return await save(work, register, entity, fact)


async def put(
    work: Work, register: Register[A], body: Any, ref: ExternalRef, restore_: bool = False
) -> tuple[A, int]:
    """The aggregate with this external key made to look like `body`: (it, 201 or 200); unchanged is not published."""
    entity = await by_ref(work, register, ref)
    if entity is None:
        body = body.model_copy(update={"external_ref": ref})
        return await create(work, register, body), 201
    before = entity.model_copy()
    if entity.archived_at is not None:
        if not restore_:
            raise Conflict("the resource with this key is archived; send ?restore=true", code="archived")
        await _ask_project(work, register, entity, RESTORE)
        carried = await register.carried(work, entity)
        entity.archived_at = None
    else:
        carried = ()
    content = members_given(body, but=("external_ref",))
    for name, value in (content | await _by_name(work, register, content, before)).items():
        if name in register.members and not _left_out(body, name, register):
            setattr(entity, name, value)
    is_withheld = getattr(body, CUSTOM) is not None and await custom_fields.withhold(work, entity)
    if not is_withheld and not work.is_changed(entity):
        return entity, 200
    _refuse_other_key(entity, before)
    if only_restored := _is_only_restored(entity, before):
        fact = plain(register.shape, "restored")
    else:
        editions.refuse_bound(register.lifecycle, before)
        await _ask_project(work, register, entity, REVISE)
    await _check(work, register, entity)
    if not only_restored:
        fact = register.tell(entity, before, body)
    saved = await save(work, register, entity, fact)
    await _bring_back(work, register, carried)
    return saved, 200


def _is_only_restored(entity: Aggregate, before: Aggregate) -> bool:
    """Whether it came back as it went: its plan is not revised by that."""
    return before.archived_at is not None and entity == before.model_copy(update={"archived_at": None})


def _refuse_other_key(entity: Aggregate, before: Aggregate) -> None:
    """Events are in order per key: if the key of an aggregate changed, its events would have no order."""
    key = entry_of(type(entity)).key
    if getattr(entity, key) != getattr(before, key):
        raise Invalid(
            "a member cannot change once it is given", Fault("immutable", "stays as it is", pointer=f"/{key}")
        )


def _left_out(body: BaseModel, name: str, register: Register[Any]) -> bool:
    """A member that is only optional in the request stays as it is when it is not given: a code, and the organisation's own
    fields, of which another system knows nothing."""
    return (name == CUSTOM or name not in register.revised) and getattr(body, name) is None


async def by_ref(work: Work, register: Register[A], ref: ExternalRef) -> A | None:
    """The aggregate with this external key, one that this unit makes included; refused (409) where who asked does not
    see it."""
    one = await having_ref(work, register, ref)
    if one is not None and work.hides(one):
        raise refusal_of(UniqueTaken(work.mirrors[register.shape].name, ("external_source", "external_id")))
    return one


async def having_ref(work: Work, register: Register[A], ref: ExternalRef) -> A | None:
    """The same, also where who asked does not see it."""
    by_ref = work.memory(_BY_REF)
    if (register.name, ref) in by_ref:
        id = by_ref[register.name, ref]
        return None if id is None else await work.find_by_id(register.shape, id)
    return await work.find(register.shape, "external_source = ? AND external_id = ?", (ref.source, ref.id))


async def foresee(work: Work, register: Register[A], bodies: Sequence[Any]) -> None:
    """Read at once what putting each of these needs: their guards, then the aggregates with their keys and
    all references."""
    await work.read_guards(key for body in bodies if (key := register.guard(body)) is not None)
    refs = {body.external_ref for body in bodies if body.external_ref is not None}
    if refs:
        condition, params = having_refs(refs)
        existing = await work.select(register.shape, f"({condition})", params, archived=True)
        remember_refs(work, register, refs, existing)
    await references.foresee(work, register.names, bodies)
    shapes = {member: other.shape for member, other in register.made_by_name.items()}
    await work.read_guards(naming.guards(register.shape, shapes, bodies))


def having_refs(refs: Collection[ExternalRef]) -> tuple[str, list[str]]:
    """Which aggregates have one of these external keys, as a condition with its parameters."""
    by_source: dict[str, list[str]] = {}
    for ref in sorted(refs, key=lambda r: (r.source, r.id)):
        by_source.setdefault(ref.source, []).append(ref.id)
    condition = " OR ".join(
        f"(external_source = ? AND external_id IN ({', '.join('?' * len(ids))}))"
        for ids in by_source.values()
    )
    return condition, [value for source, ids in by_source.items() for value in (source, *ids)]


def remember_refs(
    work: Work, register: Register[Any], refs: Collection[ExternalRef], existing: Iterable[Aggregate]
) -> None:
    """Keep what was found of some external keys; whatever was not found has none."""
    by_ref = work.memory(_BY_REF)
    found_ids = {ref: one.id for one in existing if (ref := one.external_ref)}
    by_ref.update({(register.name, ref): found_ids.get(ref) for ref in refs})


async def revise(work: Work, register: Register[A], entity: A, patch: dict[str, Any]) -> A:
    """RFC 7396: what the patch names is replaced, null deletes; unchanged is not published."""
    _refuse_archived(entity)
    try:
        members = register.patches.members(patch, work.state_of(entity))
    except ValidationError as error:
        raise invalid_from(error) from error
    entity.take(**await _with_ids(work, register, members, entity))
    is_withheld = "custom" in patch and await custom_fields.withhold(work, entity, patch["custom"])
    if not is_withheld and not work.is_changed(entity):
        return entity
    editions.refuse_bound(register.lifecycle, entity)
    await _ask_project(work, register, entity, REVISE)
    await _check(work, register, entity)
    return await save(work, register, entity, plain(register.shape, "revised"))


async def _with_ids(work: Work, register: Register[A], members: dict[str, Any], entity: A) -> dict[str, Any]:
    """What a patch changes, with ids where it gives names; a name that it takes away takes the id away."""
    ids = await _by_name(work, register, members, entity)
    for text, member in entry_of(register.shape).members.named.items():
        if text in members and members.pop(text) is None:
            members.setdefault(member, None)
    return members | ids


def _refuse_archived(entity: Aggregate) -> None:
    refuse_erased(entity)
    if entity.archived_at is not None:
        raise Conflict("the resource is archived; restore it first", code="archived")


async def archive(work: Work, register: Register[A], entity: A) -> A:
    """Out of the lists, still answered by id; refused while something needs it."""
    if entity.archived_at is not None:
        raise NotFound(
            Text("the {noun} is already archived", noun=entry_of(type(entity)).noun), code="archived"
        )
    editions.refuse_binding(register.lifecycle, entity)
    await _ask_project(work, register, entity, ARCHIVE)
    await refuse_while_needed(work, entity, register.dependents)
    carried = await register.carried(work, entity)
    entity.archived_at = now()
    for other in carried:
        other.archived_at = entity.archived_at
        await save(work, register, other, plain(register.shape, "archived"))
    return await save(work, register, entity, plain(register.shape, "archived"))


async def restore(work: Work, register: Register[A], entity: A) -> A:
    """Back into the lists, with what went with it, if its content is still right among what was written meanwhile."""
    refuse_erased(entity)
    if entity.archived_at is None:
        raise Conflict("the resource is not archived", code="not_archived")
    await _ask_project(work, register, entity, RESTORE)
    carried = await register.carried(work, entity)
    entity.archived_at = None
    await _check(work, register, entity)
    saved = await save(work, register, entity, plain(register.shape, "restored"))
    await _bring_back(work, register, carried)
    return saved


async def _bring_back(work: Work, register: Register[A], carried: Sequence[A]) -> None:
    for other in carried:
        other.archived_at = None
        await _check(work, register, other)
        await save(work, register, other, plain(register.shape, "restored"))


async def move(work: Work, register: Register[A], entity: A, name: str, body: Shape) -> A:
    """One move, with what its request gives."""
    if (other := register.other_moves.get(name)) is not None:
        moved: A = await other.make(work, entity, body)
        return moved
    assert register.lifecycle is not None
    occasion = Occasion(body, work.effective_on, work.origin.auth_id)
    exception = await four_eyes.refuse_own(work, register.lifecycle, entity, name)
    await four_eyes.refuse_others(work, register.lifecycle, entity, name)
    step = register.lifecycle.admit(entity, name, occasion.by)
    await _ask_project(work, register, entity, name)
    await limits.refuse_above(work, entity, name)
    fact = register.lifecycle.make(entity, name, occasion)
    four_eyes.mark(fact, exception)
    await custom_fields.check(work, entity)
    await step.settle(work, entity, occasion)
    if step.checks_content:
        await register.check(work, entity)
    await references.check_named_by_move(work, register.names, entity)
    await references.check_within(work, register.within, entity)
    await confidential_names.refuse(work, register.names, entity, register.within)
    if register.notes_authors and register.lifecycle.submits(name):
        four_eyes.note_submitted(work, entity)
    return await save(work, register, entity, fact)


async def possible_moves(work: Work, register: Register[A], entities: Sequence[A]) -> list[list[str]]:
    """For each aggregate the moves that its state and its project allow this caller now; their own checks come on top,
    when they are made."""
    life = register.lifecycle
    assert life is not None
    if register.acts is not None and PROJECT in register.names:
        await references.foresee(work, {PROJECT: register.names[PROJECT]}, entities)
    personal = {
        name: await four_eyes.for_caller(work, life, name, entities)
        for name, step in life.moves.items()
        if step.by_person is not None
    }
    own = await _own(work, register, entities)
    barred, submitted = await _barred(work, register, own, entities)
    among = {name: await step.among(work, entities) for name, step in life.moves.items() if step.among}
    return [
        [
            name
            for name in life.allowed(entity, work.origin.auth_id)
            if life.moves[name].needs in verbs(work, entity)
            and (name not in among or entity.id in among[name])
            and (name not in personal or personal[name][place])
            and not (str(entity.id) in barred and life.needs_four_eyes(name))
            and not (str(entity.id) in submitted and life.is_for_another(name, entity))
            and (
                not life.moves[name].for_author or str(entity.id) in own or four_eyes.may_write(work, entity)
            )
            and await limits.limit_for(work, entity, name) is None
            and not await register.withholds(work, entity, name)
            and (register.acts is None or await permits(work, register.acts, entity, name))
        ]
        for place, entity in enumerate(entities)
    ]


async def _own(work: Work, register: Register[A], entities: Sequence[A]) -> set[str]:
    """Those that the caller made or submitted."""
    life = register.lifecycle
    if life is None or not life.notes_authors:
        return set()
    return await four_eyes.own_among(work, life, entities)


async def _barred(
    work: Work, register: Register[A], own: set[str], entities: Sequence[A]
) -> tuple[set[str], set[str]]:
    """Those of them that the caller may not decide; and those that are for somebody else, because the caller submitted them."""
    if not own or await four_eyes.allowed_exception(work, entry_of(register.shape).service):
        return set(), set()
    assert register.lifecycle is not None
    submitted = (
        await four_eyes.submitted_among(work, entities) if register.lifecycle.has_other_eyes else set()
    )
    return own, submitted
