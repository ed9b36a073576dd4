"""Subjects: what documents and comments are about. They lie where their subject lies, and take nothing new once it is
archived.
"""

from typing import Any
from uuid import UUID

from shared.base.errors import Conflict, Fault, Invalid, NotFound
from shared.contracts.common import LIES_IN, Attached, subject_kinds
from shared.contracts.language import Aggregate, entry_of, plain
from shared.domain.copies import Known
from shared.domain.dependents import still_there_in
from shared.domain.references import Named, known_copy
from shared.domain.work import Work

_SCOPE_MEMBERS = {"org_unit": "unit_id"}
"""Kind of a subject that others lie in -> the member that names it, where it is not `<kind>_id`."""


async def subject_of(work: Work, one: Attached) -> Aggregate:
    """The aggregate that it is about; 422 where there is none, or none that who asked sees."""
    return await _look_up(work, type(one), one.subject.kind, one.subject.id)


async def _look_up(work: Work, attached: type[Aggregate], kind: str, id: UUID) -> Aggregate:
    entry = entry_of(attached)
    try:
        return await work.load(subject_kinds(entry.service, entry.name)[kind], id)
    except NotFound:
        raise Invalid(
            "a reference names nothing",
            Fault("not_found", "there is none with this id", pointer="/subject/id"),
        ) from None


async def scope_members(work: Work, attached: type[Aggregate], body: Any) -> dict[str, UUID]:
    """The members that say where something new lies: those of the subject that `body` names."""
    return _scope_of(await _look_up(work, attached, body.subject.kind, body.subject.id))


def _scope_of(subject: Aggregate) -> dict[str, UUID]:
    entry = entry_of(type(subject))
    scope: dict[str, UUID] = {}
    for member in entry.scope:
        id = getattr(subject, member)
        if member == "id":
            scope[_SCOPE_MEMBERS.get(entry.name, f"{entry.name}_id")] = id
        elif member == "scope_id":  # a membership says of what kind it is
            scope[f"{vars(subject)['scope'].value}_id"] = id
        elif id is not None:
            scope[member] = id
    return {member: id for member, id in scope.items() if member in LIES_IN}


async def take_new(work: Work, one: Attached, nodes: dict[str, Named]) -> None:
    """Refuse (409) anything new about what is archived, or lies in what is; `nodes` are the tables of what it may lie in.

    What is archived meanwhile makes the commit stale.
    """
    subject = await subject_of(work, one)
    if subject.archived_at is not None:
        raise _archived()
    still_there_in(work, work.mirrors[type(subject)].name, subject.id)
    one.take(**(dict.fromkeys(LIES_IN) | _scope_of(subject)))
    for member, table in nodes.items():
        id = getattr(one, member, None)
        if member in LIES_IN and id is not None and isinstance(table, Known):
            copied = await known_copy(work, table, id, "/subject/id")
            if getattr(copied, "archived", False):
                raise _archived()
        elif member in LIES_IN and id is not None and id != subject.id:
            await _refuse_archived_node(work, member.removesuffix("_id"), id)


async def _refuse_archived_node(work: Work, kind: str, id: UUID) -> None:
    """The same of a node that this service owns."""
    shape = next((shape for shape in work.mirrors if entry_of(shape).name == kind), None)
    node = None if shape is None else await work.find_by_id(shape, id)
    if node is not None and node.archived_at is not None:
        raise _archived()


def _archived() -> Conflict:
    return Conflict(
        "what is archived takes nothing new",
        Fault("archived", "is archived", pointer="/subject/id"),
        code="archived",
    )


def stays_with_its_subject(one: Attached, before: Attached | None, *members: str) -> None:
    """Refuse (422) to move it to another subject."""
    for member in ("subject", *members):
        if before is not None and getattr(one, member) != getattr(before, member):
            raise Invalid(
                "it stays where it was made",
                Fault("immutable", "stays as it is", pointer=f"/{member}"),
            )


async def take_attached_along(work: Work, subject: Aggregate) -> None:
    """A subject lies elsewhere now: so does all that is attached to it, and what is attached to that."""
    kind, scope = entry_of(type(subject)).name, dict.fromkeys(LIES_IN) | _scope_of(subject)
    for shape in work.mirrors:
        if not entry_of(shape).is_attached:
            continue
        condition = "subject_kind = ? AND subject_id = ?"
        for one in await work.select(shape, condition, (kind, str(subject.id)), archived=True):
            one.take(**scope)
            if work.is_changed(one):
                work.save(one, plain(shape, "revised"))
                await take_attached_along(work, one)
