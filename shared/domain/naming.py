"""Names in place of ids: where a member is declared `named_by("org_unit")`, a request may give the name as `org_unit`.

What is called so, whatever the case and the accents, is found; where nothing is, it is made, in the same commit. Of two
who make it at once only the first does, and the other finds it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast
from uuid import UUID

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.ids import new_id
from shared.base.text import folded, sort_key
from shared.base.texts import Text
from shared.contracts.language import Aggregate, entry_of
from shared.domain.work import Work


def ids_or_names(shape: type[Aggregate], request: Mapping[str, Any]) -> dict[str, str]:
    """Name of an id member -> the name that the request gives in its place. Both at once are refused (422)."""
    named: dict[str, str] = {}
    for text, member in entry_of(shape).members.named.items():
        if request.get(text) is None:
            continue
        if request.get(member) is not None:
            raise Invalid(
                Text("give {member} or {text}, not both", member=member, text=text),
                Fault("given_twice", Text("{member} is given", member=member), pointer=f"/{text}"),
            )
        named[member] = request[text]
    return named


async def called(
    work: Work, shape: type[Aggregate], name: str, now_named: UUID | None, pointer: str
) -> UUID | None:
    """The one that is called so: first the one that is named already, then the only live one; None where there is none.

    One that is written exactly so goes before those that read alike without case and accents: "Elements" and "Éléments"
    may both be there. Conflict where several are: their ids tell them apart.
    """
    standing = await work.find_by_id(shape, now_named) if now_named is not None else None
    if standing is not None and _label_of(standing) == name:
        return standing.id
    label = cast(str, entry_of(shape).members.label)
    stored = await work.select(shape, f"{label}_sort = ?", (sort_key(name),))
    alike = [
        one
        for one in work.with_staged(shape, stored, lambda one: one.archived_at is None)
        if folded(_label_of(one)) == folded(name)
    ]
    exact = [one.id for one in alike if _label_of(one) == name]
    if len(exact) == 1:
        return exact[0]
    if standing is not None and folded(_label_of(standing)) == folded(name):
        return standing.id
    ids = exact or [one.id for one in alike]
    if len(ids) > 1:
        plural = entry_of(shape).plural
        raise Conflict(
            Text("{count} {plural} are called so: give the id of one", count=len(ids), plural=plural),
            Fault(
                "ambiguous",
                Text("{count} {plural} are called so", count=len(ids), plural=plural),
                pointer=pointer,
            ),
            code="ambiguous_name",
            candidates=sorted(str(id) for id in ids),
        )
    return ids[0] if ids else None


async def guard_name(work: Work, entity: Aggregate) -> None:
    """For the check of what is found by its name: of two who call something so at once only the first does."""
    before = work.before(entity)
    if before is None or _label_of(before) != _label_of(entity):
        await work.guard(guard_of(type(entity), _label_of(entity)))


def guard_of(shape: type[Aggregate], name: str) -> str:
    return f"{entry_of(shape).name} called {folded(name)}"


def guards(shape: type[Aggregate], kinds: Mapping[str, type[Aggregate]], bodies: Iterable[Any]) -> list[str]:
    """The guards of all names that the bodies of a batch give."""
    named = entry_of(shape).members.named
    return [
        guard_of(kinds[member], name)
        for body in bodies
        for text, member in named.items()
        if (name := getattr(body, text, None)) is not None
    ]


def fresh(name: str, shape: type[Aggregate]) -> dict[str, Any]:
    """The members of one that is made by its name."""
    return {"id": new_id(), cast(str, entry_of(shape).members.label): name}


def _label_of(one: Aggregate) -> str:
    label = entry_of(type(one)).members.label
    assert label is not None, f"a {type(one).__name__} has no name by which it is found"
    return cast(str, getattr(one, label))
