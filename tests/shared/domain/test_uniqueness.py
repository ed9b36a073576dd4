"""What is only validated finds the same keys taken as what is written."""

from typing import Any
from uuid import uuid4

import pytest

from tests.shared.conftest import Projects


async def batch(
    projects: Projects, collection: str, items: list[dict[str, Any]], query: str = ""
) -> list[tuple[int, str]]:
    """Of each item its status, and where a key is taken."""
    done = await projects.client.post(
        f"/projects/v1/{collection}/batch{query}",
        json={"items": items},
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert done.status_code == 207, done.text
    return [
        (item["status"], "".join(fault["pointer"] for fault in item.get("problem", {}).get("errors", ())))
        for item in done.json()["items"]
    ]


async def make(projects: Projects, collection: str, **members: Any) -> dict[str, Any]:
    answer = await projects.client.post(f"/projects/v1/{collection}", json=members)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.mark.parametrize("given_first", [True, False])
async def test_a_code_is_refused_where_it_is_taken_or_given_twice(
    projects_everywhere: Projects, given_first: bool
) -> None:
    projects = projects_everywhere
    await make(projects, "projects", name="ERP", code="ERP")
    items = [
        {"name": "A", "code": "ERP"},
        {"name": "B"},
        {"name": "C"},
        {"name": "D", "code": "POR"},
        {"name": "E", "code": "POR"},
    ]
    items = items if given_first else items[::-1]
    trial = await batch(projects, "projects", items, "?validate_only=true")
    assert sorted(trial) == [(201, ""), (201, ""), (201, ""), (409, "/code"), (409, "/code")]
    assert await batch(projects, "projects", items) == trial
    alone = await projects.client.post(
        "/projects/v1/projects?validate_only=true", json={"name": "X", "code": "ERP"}
    )
    assert (alone.status_code, alone.json()["code"]) == (409, "duplicate")


async def test_a_key_that_an_earlier_item_gives_up_is_free(projects_everywhere: Projects) -> None:
    """And one that an archived record had, where the key is one among those that stand."""
    projects = projects_everywhere
    project = (await make(projects, "projects", name="ERP"))["id"]
    package = await make(projects, "work-packages", project_id=project, wbs="1", name="One")
    items = [
        {"id": package["id"], "version": 1, "patch": {"wbs": "2"}},
        {"project_id": project, "wbs": "1", "name": "New one"},
        {"project_id": project, "wbs": "2", "name": "Two"},
    ]
    trial = await batch(projects, "work-packages", items, "?validate_only=true")
    assert trial == [(200, ""), (201, ""), (409, "/wbs")]
    assert await batch(projects, "work-packages", items) == trial
