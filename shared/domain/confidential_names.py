"""What is confidential is not named from elsewhere: what lies in one node names nothing of another one that is confidential,
unless it lies in that too.

Others would see the name, or see no more of what they have seen.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from shared.base.errors import Fault, Invalid
from shared.contracts.language import Aggregate, entry_of
from shared.domain.access.grants import anything_confidential, confidential_among, nodes_above
from shared.domain.access.rights import nodes_named
from shared.domain.access.tree import is_node, parents_of
from shared.domain.copies import Known
from shared.domain.references import Named, copies, named_anew_within
from shared.domain.work import Work

NOTHING: Mapping[tuple[str, ...], Named] = MappingProxyType({})


async def refuse(
    work: Work,
    names: Mapping[str, Named],
    entity: Aggregate,
    within: Mapping[tuple[str, ...], Named] = NOTHING,
) -> None:
    """Refuse (422) that it names anew what lies in something confidential, and does not lie in that itself.

    `names`: where what its members name is looked up; `within`: the same of ids in its parts and lists. What is attached names nothing that its subject does not. Another
    process may have made something confidential within the last two seconds unnoticed.
    """
    anew = _named_anew(work, names, within, entity)
    if not anew or not await anything_confidential(work.store):
        return
    places = _places(entity)
    nodes_by_pointer = {
        pointer: nodes - places
        for pointer, (table, id) in anew.items()
        if not (nodes := await _nodes_of(work, table, id)) <= places
    }
    if not nodes_by_pointer:
        return
    above = await nodes_above(work.store, places)
    for pointer, nodes in nodes_by_pointer.items():
        if await confidential_among(work.store, await nodes_above(work.store, nodes) - above):
            raise Invalid(
                "it names what is confidential, and does not lie in it",
                Fault("names_confidential", "is confidential", pointer=pointer),
                code="names_confidential",
            )


def _named_anew(
    work: Work, names: Mapping[str, Named], within: Mapping[tuple[str, ...], Named], entity: Aggregate
) -> dict[str, tuple[Named | None, UUID]]:
    """Pointer -> table and id, of what it names now and did not before, but for the node in which it lies."""
    entry, before = entry_of(type(entity)), work.before(entity)
    if entry.is_attached:
        return {}
    is_new = before is None or (before.archived_at is not None and entity.archived_at is None)
    places = _places(entity)
    own: dict[str, tuple[Named | None, UUID]] = {
        f"/{member}": (names.get(member), id)
        for member in dict.fromkeys((*entry.scope, *names))
        if isinstance(id := getattr(entity, member), UUID)
        and str(id) not in places
        and (is_new or id != getattr(before, member))
    }
    return own | {
        pointer: (table, id)
        for path, table in within.items()
        for pointer, id in named_anew_within(work, path, entity).items()
        if str(id) not in places
    }


def _places(entity: Aggregate) -> frozenset[str]:
    """The node in which it lies; of a node itself, and what it stands under."""
    lies_in = entry_of(type(entity)).scope_of(entity)
    above = parents_of(entity) if is_node(type(entity)) else ()
    return _texts((None if lies_in is None else lies_in[1], *above))


async def _nodes_of(work: Work, table: Named | None, id: UUID) -> frozenset[str]:
    """The nodes in which what is named lies, or that it is; none where it lies in the instance."""
    if table is None or (isinstance(table, Known) and is_node(table.shape)):
        return _texts([id])
    copy = copies(table)
    own = next((shape for shape, mirror in work.mirrors.items() if mirror.name == copy.table), None)
    if own is not None:
        one = await work.find_by_id(own, id) if entry_of(own).scope else None
        return _texts(() if one is None else nodes_named(entry_of(own), vars(one)))
    if "project_id" not in copy.columns.split(", "):
        return frozenset()
    copied = work.reading.copies.get((copy.table, id))
    if copied is None:
        rows = await work.store.fetch(f"SELECT {copy.columns} FROM {copy.table} WHERE id = ?", (str(id),))
        copied = copy.row(rows[0]) if rows else None
    return _texts([getattr(copied, "project_id", None)])


def _texts(nodes: Iterable[Any]) -> frozenset[str]:
    return frozenset(str(node) for node in nodes if node is not None)
