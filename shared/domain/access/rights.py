"""What a caller sees, and what they may do: pure, once it is known what was granted to them.

What lies in a node is seen by who sees the node. What names several is seen by who sees them all. What lies in none is the
instance's own: those see it whose token allows to read there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

from shared.base.errors import Forbidden
from shared.contracts.language import Aggregate, AggregateType, entry_of
from shared.domain.access.roles import UNHIDDEN
from shared.domain.access.tree import is_node, parents_of

Ids = frozenset[str]


@dataclass(frozen=True)
class Reach:
    """What one role allows, and the nodes where it does."""

    scopes: frozenset[str]
    nodes: Ids


@dataclass(frozen=True, eq=False)
class Sight:
    """Which nodes a caller sees: all but some (`hidden`), or only some (`only`)."""

    hidden: Ids = frozenset()
    only: Ids | None = None

    @cached_property
    def is_everything(self) -> bool:
        return self.only is None and not self.hidden

    @cached_property
    def key(self) -> str:
        """The same for the same sight: part of the key of every answer that is remembered."""
        if self.is_everything:
            return ""
        kind, ids = ("hidden", self.hidden) if self.only is None else ("only", self.only)
        return f"{kind} {blake2b(' '.join(sorted(ids)).encode(), digest_size=16).hexdigest()}"

    def sees(self, id: UUID | str) -> bool:
        """Whether a node is seen."""
        return str(id) in self.only if self.only is not None else str(id) not in self.hidden

    def shows(self, ids: Iterable[UUID | str | None]) -> bool:
        """Whether that is seen which lies in these nodes (None: in none)."""
        ids_named = [id for id in ids if id is not None]
        if not ids_named:
            return self.only is None
        return all(self.sees(id) for id in ids_named)


EVERYTHING = Sight()


def nodes_named(entry: AggregateType, members: Any) -> list[Any]:
    """The nodes that an aggregate lies in or names as such, from its members by name."""
    return [members.get(member) for member in entry.scope]


@dataclass(frozen=True, eq=False)
class Rights:
    """Of one caller in one service."""

    service: str
    scopes: frozenset[str]
    """What the token allows for the instance."""
    reaches: Sequence[Reach] = ()
    confidential: Ids = frozenset()
    """Nodes that only members see."""

    @cached_property
    def offered(self) -> frozenset[str]:
        """What the caller may do somewhere."""
        return self.scopes.union(*(reach.scopes for reach in self.reaches))

    @property
    def sees_all(self) -> bool:
        """Whether nothing is ever hidden from the caller, whatever becomes confidential."""
        return UNHIDDEN in self.scopes and f"{self.service}.read" in self.scopes

    @cached_property
    def sight(self) -> Sight:
        return self._sight("read")

    @cached_property
    def restricted_sight(self) -> Sight:
        """Of what is restricted."""
        return self._sight("restricted")

    @cached_property
    def deciding_sight(self) -> Sight:
        """Of where the caller decides."""
        return self._sight("decide")

    def sight_with(self, verb: str) -> Sight:
        """Of where the caller may do this."""
        return self.deciding_sight if verb == "decide" else self._sight(verb)

    def sight_of(self, entry: AggregateType) -> Sight:
        return self.restricted_sight if entry.is_restricted else self.sight

    def _sight(self, verb: str) -> Sight:
        scope = f"{self.service}.{verb}"
        nodes = self._nodes_with(scope)
        if scope not in self.scopes:
            return Sight(only=nodes)
        hidden = self.confidential - nodes
        return Sight(hidden) if hidden else EVERYTHING

    def _nodes_with(self, scope: str) -> Ids:
        return frozenset[str]().union(*(reach.nodes for reach in self.reaches if scope in reach.scopes))

    def shows(self, entry: AggregateType, members: Any) -> bool:
        """Whether the caller sees an aggregate, given its members by name."""
        sight = self.sight_of(entry)
        return sight.is_everything or sight.shows(nodes_named(entry, members))

    def scopes_at(self, nodes: Iterable[UUID | str | None]) -> frozenset[str]:
        """All that the caller may do with what lies in these nodes."""
        ids = {str(node) for node in nodes if node is not None}
        allowed = frozenset[str]() if ids & self.confidential else self.scopes
        return allowed.union(*(reach.scopes for reach in self.reaches if reach.nodes & ids))

    def may(self, scope: str, nodes: Sequence[UUID | str | None]) -> bool:
        if scope in self.scopes and not self.confidential:
            return True
        return scope in self.scopes_at(nodes)


@lru_cache(maxsize=1_000)
def _plain(service: str, scopes: frozenset[str]) -> Rights:
    return Rights(service, scopes)


def rights_from(
    service: str, scopes: frozenset[str], reaches: Sequence[Reach] = (), confidential: Ids = frozenset()
) -> Rights:
    return (
        Rights(service, scopes, reaches, confidential) if reaches or confidential else _plain(service, scopes)
    )


def places_of(one: Aggregate) -> list[UUID | None]:
    """Where an aggregate lies: one node, or none."""
    lies_in = entry_of(type(one)).scope_of(one)
    return [] if lies_in is None else [lies_in[1]]


def admit(
    rights: Rights, needs: Iterable[str], one: Aggregate, before: Aggregate | None, new_nodes: set[str]
) -> None:
    """Refuse (403) to save an aggregate where it lies, or lay: each place asks for all of `needs`.

    A node that is new is asked of what it stands under; one that moves, of where it stood and of where it is to stand:
    the top is the instance's.
    `new_nodes` are those that the same unit made.
    """
    missing = [scope for scope in needs if not _may_save(rights, scope, one, before, new_nodes)]
    if missing:
        raise Forbidden("your role does not allow this here", code="scope_missing", needs=missing[0])


def _may_save(
    rights: Rights, scope: str, one: Aggregate, before: Aggregate | None, new_nodes: set[str]
) -> bool:
    if scope in rights.scopes and not rights.confidential:
        return True
    return all(
        any(str(place) in new_nodes for place in places) or rights.may(scope, places)
        for places in _asked_of(one, before)
    )


def _asked_of(one: Aggregate, before: Aggregate | None) -> list[Sequence[UUID | None]]:
    """The places of which it is asked, each of which must allow it."""
    if not is_node(type(one)):
        now, then = places_of(one), [] if before is None else places_of(before)
        return [now] if before is None or now == then else [now, then]
    if before is None:
        above = [parent for parent in parents_of(one) if parent is not None]
        return [[parent] for parent in above] or [[]]
    new, old = parents_of(one), parents_of(before)
    moved: list[Sequence[UUID | None]] = [
        [parent] for pair in zip(new, old, strict=True) if pair[0] != pair[1] for parent in pair if parent
    ]
    if any(old) and not any(new):
        moved.append([])  # to the top, which is the instance's
    return [[one.id], *moved]
