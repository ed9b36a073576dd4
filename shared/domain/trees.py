"""Trees kept as a parent for each node: who stands above, what stands below, and how many levels that is; pure."""

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

N = TypeVar("N", bound=Hashable)


class Parents(Generic[N]):
    """A tree (or, before it is checked, what should be one): node -> its parent, None at the top."""

    def __init__(self, parents: Mapping[N, N | None]) -> None:
        self.parents = parents
        self.parts: dict[N, list[N]] = {}
        for node, parent in parents.items():
            if parent is not None:
                self.parts.setdefault(parent, []).append(node)

    def above(self, node: N | None) -> list[N]:
        """The node itself and those above it, from the nearest upwards; a cycle is walked once."""
        chain: dict[N, None] = {}
        while node is not None and node not in chain:
            chain[node] = None
            node = self.parents.get(node)
        return list(chain)

    def below(self, node: N) -> list[N]:
        """All that stands under the node, level by level; a cycle is walked once, and the node is not part of it."""
        levels = self._levels(node)
        return [one for level in levels[1:] for one in level]

    def height(self, node: N) -> int:
        """The levels from the node down, itself included."""
        return len(self._levels(node))

    def _levels(self, node: N) -> list[list[N]]:
        levels, seen = [[node]], {node}
        while level := [
            one for parent in levels[-1] for one in self.parts.get(parent, ()) if one not in seen
        ]:
            seen.update(level)
            levels.append(level)
        return levels
