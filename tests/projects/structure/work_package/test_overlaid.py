"""The tree of a project while a unit writes it: the same as one that is built anew after each item."""

from random import Random
from uuid import UUID

import pytest

from services.projects.structure.work_package.tree import Node, Nodes, Overlaid

PROJECT = UUID(int=1)


def node(n: int, parent: int | None, percent: int = 0) -> Node:
    above = None if parent is None else UUID(int=parent)
    return Node(UUID(int=n), PROJECT, above, str(n), percent, None, None)


@pytest.mark.parametrize("seed", range(20))
def test_what_a_unit_stages_and_drops_leaves_the_tree_that_a_new_one_would_be(seed: int) -> None:
    random = Random(seed)
    stored = [node(10 + n, 10 + random.randrange(n) if n else None) for n in range(8)]
    overlaid = Overlaid(stored)
    staged: dict[UUID, Node] = {}
    for _ in range(30):
        n = 10 + random.randrange(12)  # some are new
        if random.random() < 0.3 and staged:
            del staged[random.choice(list(staged))]
        else:
            parent = random.choice([None, *range(10, n)]) if random.random() < 0.5 else 10
            one = node(n, parent if parent != n else None, random.randrange(101))
            staged[one.id] = one
        nodes, anew = overlaid.with_staged(staged.values()), Nodes({one.id: one for one in stored} | staged)
        assert nodes.by_id == anew.by_id
        assert {id: set(parts) for id, parts in nodes.parts.items()} == {
            id: set(parts) for id, parts in anew.parts.items()
        }
        assert {id: nodes.parents[id] for id in nodes.by_id} == dict(anew.parents)
