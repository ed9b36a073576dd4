"""The packages of a project as a tree: what is needed to renumber them and to sum up their progress; pure."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from shared.domain.trees import Parents


class Amount(msgspec.Struct):
    """Money on the wire."""

    amount: str
    currency: str


class Node(msgspec.Struct):
    """What of a package the tree needs, read from its document."""

    id: UUID
    project_id: UUID
    parent_id: UUID | None
    wbs: str
    percent_complete: int
    budget: Amount | None
    archived_at: str | None


read_node = msgspec.json.Decoder(Node).decode
"""A node from a package's document."""


class Nodes(Parents[UUID]):
    """The nodes of a project, archived ones included, with who stands under whom."""

    def __init__(self, by_id: dict[UUID, Node]) -> None:
        super().__init__({id: node.parent_id for id, node in by_id.items()})
        self.by_id = by_id

    def live_parts(self, id: UUID) -> list[UUID]:
        return [part for part in self.parts.get(id, ()) if self.by_id[part].archived_at is None]


class Overlaid:
    """The nodes of a project as they are stored, with what a unit has staged laid over them: a batch asks after each item, and
    only what has changed since is taken over."""

    def __init__(self, stored: Iterable[Node]) -> None:
        self._stored = {node.id: node for node in stored}
        self._nodes = Nodes(dict(self._stored))
        self._over: dict[UUID, Node] = {}

    def with_staged(self, staged: Iterable[Node]) -> Nodes:
        """The nodes with these over them, and no others: what was staged and then refused is gone again."""
        over = {node.id: node for node in staged}
        dropped = self._over.keys() - over.keys()
        changed = {id: node for id, node in over.items() if self._over.get(id) is not node}
        changed |= {id: self._stored[id] for id in dropped & self._stored.keys()}
        self._over = over
        if dropped <= self._stored.keys() and all(map(self._stands_alike, changed.values())):
            self._nodes.by_id.update(changed)
        else:
            self._nodes = Nodes(self._stored | over)
        return self._nodes

    def _stands_alike(self, node: Node) -> bool:
        """Whether it stands under what it stood under."""
        before = self._nodes.by_id.get(node.id)
        return before is not None and before.parent_id == node.parent_id


def ancestors(ids: Iterable[UUID], nodes: Nodes) -> list[UUID]:
    """These and all above them, the lowest first."""
    lineage = {one for id in ids for one in nodes.above(id)}
    return sorted(lineage, key=lambda id: (-len(nodes.above(id)), str(id)))


def leaves(id: UUID, nodes: Nodes) -> list[Node]:
    """The live packages without parts under a package; none where it has none itself."""
    waiting, leaves_below, seen = nodes.live_parts(id), list[Node](), {id}
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        parts = nodes.live_parts(one)
        waiting.extend(parts)
        if not parts:
            leaves_below.append(nodes.by_id[one])
    return leaves_below
