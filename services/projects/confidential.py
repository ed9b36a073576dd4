"""Who makes a portfolio, programme or project confidential, or open again, and what hinders it.

Who decides there does. That holds of the member `confidential`, and of a move below something confidential or out of it:
others see it no more, or see it from then on. What others see does not name what is hidden from them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.base.errors import Conflict, Fault, Forbidden
from shared.base.texts import Text
from shared.contracts.projects.intake import Request
from shared.contracts.projects.strategy import Portfolio, Programme
from shared.contracts.projects.structure import Project
from shared.domain.access.grants import VALUES, as_values, confidential_among, nodes_above, nodes_below
from shared.domain.access.tree import is_confidential, parents_of
from shared.domain.dependents import LISTED, counted_by_kind, faults_of
from shared.domain.namings import TABLE, names_several
from shared.domain.work import Work

DECIDE = "projects.decide"

Node = Portfolio | Programme | Project | Request
Ids = frozenset[str]


async def check_confidential(work: Work, node: Node) -> None:
    """Refuse (403) that somebody who does not decide there makes it confidential or open, and (409) to hide what is
    named from elsewhere, or to take what names something hidden out of it."""
    before = work.before(node)
    was_flagged = before is not None and is_confidential(before)
    if before is None:
        if is_confidential(node):
            _refuse_others(work, node, "/confidential")
        return
    if is_confidential(node) == was_flagged and parents_of(node) == parents_of(before):
        return
    was, becomes = await _confidential_above(work, before), await _confidential_above(work, node)
    if is_confidential(node) != was_flagged:
        _refuse_others(work, node, "/confidential")
    elif not was_flagged and bool(was) != bool(becomes):
        _refuse_others(work, node, "")
    if becomes - was:
        await _refuse_while_named(work, node, becomes - was, is_hidden=True)
    if was - becomes:
        await _refuse_while_named(work, node, was - becomes, is_hidden=False)


async def _confidential_above(work: Work, node: Node) -> Ids:
    """What is confidential of the node and all above it."""
    parents = [str(parent) for parent in parents_of(node) if parent is not None]
    above = await confidential_among(work.store, await nodes_above(work.store, parents))
    return above | {str(node.id)} if is_confidential(node) else above


def _refuse_others(work: Work, node: Node, pointer: str) -> None:
    if work.rights is not None and not work.rights.may(DECIDE, [node.id]):
        raise Forbidden(
            "only who decides there makes it confidential or open",
            Fault("decide_only", "needs decide", pointer=pointer),
            code="scope_missing",
            needs=DECIDE,
        )


@dataclass(frozen=True)
class _Names:
    """Where it stands which aggregates name a second node: columns of a table."""

    table: str
    kind: str
    lies_in: str
    names: str
    scope: tuple[str, ...]
    """All nodes that a row names, the one in which it lies first."""


_OF_OTHERS = _Names(TABLE, "kind", "lies_in", "names", ("lies_in", "names"))


def _places(work: Work) -> Iterator[_Names]:
    """Of the other services, and of what this one owns itself."""
    yield _OF_OTHERS
    for shape, mirror in work.mirrors.items():
        if names_several(shape):
            entry = mirror.entry
            for member in entry.scope[1:]:
                lies_in = f"COALESCE({', '.join(entry.scope)})"
                yield _Names(mirror.name, f"'{entry.name}'", lies_in, member, entry.scope)


async def _refuse_while_named(work: Work, node: Node, roots: Ids, is_hidden: bool) -> None:
    """Refuse (409 `named_elsewhere`) where something outside what one of `roots` hides would name something within.

    `is_hidden`: whether the node with all below it comes to lie there, or is taken out. What is archived does not count:
    who does not see all that it names sees nothing of it.
    """
    moved = await nodes_below(work.store, [str(node.id)])
    listed: list[dict[str, str]] = []
    is_any = False
    for root in sorted(roots):
        below = await nodes_below(work.store, [root])
        within = below | moved if is_hidden else below - moved
        for place in _places(work) if within else ():
            rows = await _naming(work, place, within, moved)
            is_any = is_any or bool(rows)
            listed += [{"kind": kind, "id": id} for kind, id, is_visible in rows if is_visible]
    if listed:
        raise Conflict(
            Text(
                "{counted} would name what is hidden: change or archive that first",
                counted=counted_by_kind(listed[:LISTED], len(listed)),
            ),
            *faults_of(listed[:LISTED]),
            code="named_elsewhere",
            dependents=listed[:LISTED],
            dependents_count=len(listed),
        )
    if is_any:
        raise Conflict("something that you do not see would name what is hidden", code="named_elsewhere")


async def _naming(work: Work, place: _Names, within: Ids, moved: Ids) -> list[tuple[str, str, bool]]:
    """Kind, id, and whether who asked sees all that it names, of what lies outside and names something within; either is
    `moved`. Of other services a row stands for each node that one names."""
    values = VALUES[work.store.dialect]
    text = (
        f"SELECT {place.kind}, id, {', '.join(place.scope)} FROM {place.table} WHERE archived = 0 AND id IN ("
        f"SELECT id FROM {place.table} WHERE archived = 0"
        f" AND {place.names} IN ({values}) AND {place.lies_in} IS NOT NULL AND {place.lies_in} NOT IN ({values})"
        f" AND ({place.names} IN ({values}) OR {place.lies_in} IN ({values})))"
    )
    inside, either = as_values(within), as_values(moved)
    nodes_named: dict[tuple[str, str], set[str | None]] = {}
    for kind, id, *nodes in await work.store.fetch(text, (inside, inside, either, either)):
        nodes_named.setdefault((kind, id), set()).update(nodes)
    sight = None if work.rights is None else work.rights.sight
    return [(kind, id, sight is None or sight.shows(nodes)) for (kind, id), nodes in nodes_named.items()]
