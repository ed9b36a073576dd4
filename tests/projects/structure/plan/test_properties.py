"""What holds of any plans: put back as read nothing changes, the last plan counts alone, and no circle is ever accepted."""

from random import Random
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projects.structure.plan.links import a_circle
from shared.base.ids import new_id
from tests.support.given import House
from tests.support.plans import Body, Planner

IDS = [new_id() for _ in range(8)]
EDGES = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)), max_size=20)


@given(EDGES)
def test_a_circle_is_found_where_there_is_one_and_is_one(links: list[tuple[Any, Any]]) -> None:
    edges: dict[Any, list[Any]] = {}
    for before, after in links:
        edges.setdefault(before, []).append(after)
    circle = a_circle(edges)
    assert (circle is None) is nx.is_directed_acyclic_graph(nx.DiGraph(links))
    for before, after in zip(circle or (), [*(circle or ())[1:], *(circle or ())[:1]], strict=True):
        assert after in edges[before]


def a_plan(random: Random, prefix: str) -> Body:
    """Some of ten activities, and links that lead anywhere."""
    keys = [str(n) for n in range(10) if random.random() < 0.7] or ["0"]
    activities = [
        {
            "key": key,
            "external_ref": {"source": "tool", "id": f"{prefix}/{key}"},
            "name": f"Work {key} {random.randint(0, 2)}",
            "duration_minutes": random.choice((240, 480, 960)),
        }
        for key in keys
    ]
    pairs = {(random.choice(keys), random.choice(keys)) for _ in range(random.randint(0, 8))}
    links = [
        {"from_key": a, "to_key": b, "kind": random.choice(("fs", "ss"))} for a, b in sorted(pairs) if a != b
    ]
    return {"activities": activities, "dependencies": links}


def is_acyclic(plan: Body) -> bool:
    links = [(one["from_key"], one["to_key"]) for one in plan["dependencies"]]
    return bool(nx.is_directed_acyclic_graph(nx.DiGraph(links)))


def meaning(plan: Body) -> Body:
    """What a plan says, without ids."""
    keys = {one["id"]: one["external_ref"]["id"].rpartition("/")[2] for one in plan["activities"]}
    rows = [{k: v for k, v in one.items() if k not in ("id", "external_ref")} for one in plan["activities"]]
    links = [(keys[one["from_id"]], keys[one["to_id"]], one["kind"]) for one in plan["dependencies"]]
    return {"activities": sorted(map(repr, rows)), "dependencies": sorted(links)}


@pytest.mark.rule("projects.activity.1", "projects.dependency.1")
@pytest.mark.parametrize("seed", range(4))
async def test_any_plans_one_after_the_other_come_to_the_last_one_alone(house: House, seed: int) -> None:
    planner, random = Planner(house.portolan), Random(seed)
    first, alone = await planner.started(), await planner.started()
    for _ in range(4):
        plan = a_plan(random, first)
        answer = await planner.send(first, plan)
        assert (answer.status_code == 200) is is_acyclic(plan), answer.text
        if answer.status_code != 200:
            assert answer.json()["code"] == "cycle"
            continue
        read = await planner.read_plan(first)
        unchanged = (await planner.send(first, read.json(), read.headers["etag"])).json()
        for kind in ("activities", "dependencies"):
            assert unchanged[kind] == {
                "created": 0,
                "changed": 0,
                "removed": 0,
                "unchanged": len(read.json()[kind]),
            }
        await planner.send(alone, {"activities": [], "dependencies": []})
        assert (await planner.send(alone, _renamed(plan, alone))).status_code == 200
        assert meaning(read.json()) == meaning((await planner.read_plan(alone)).json())


def _renamed(plan: Body, prefix: str) -> Body:
    """The same plan under keys of another project."""
    rows = [
        row | {"external_ref": {"source": "tool", "id": f"{prefix}/{row['key']}"}}
        for row in plan["activities"]
    ]
    return plan | {"activities": rows}
