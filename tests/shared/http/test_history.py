"""The history of an aggregate: every version, with who made it, when and how, for who sees it."""

from typing import Any

import httpx

from tests.conftest import Portolan

PROJECTS = "/projects/v1/projects"
PATCH = {"Content-Type": "application/merge-patch+json"}


async def revised(portolan: Portolan, **members: Any) -> str:
    """A project of two versions, the second by a manager."""
    project = (await portolan("director").post(PROJECTS, json={"name": "Pier", **members})).json()
    who = portolan("director" if members else "manager")
    headers = {"If-Match": '"1"', **PATCH}
    answer = await who.patch(f"{PROJECTS}/{project['id']}", json={"name": "Mole"}, headers=headers)
    assert answer.status_code == 200, answer.text
    return str(project["id"])


async def read(client: httpx.AsyncClient, id: str, query: str = "") -> dict[str, Any]:
    answer = await client.get(f"{PROJECTS}/{id}/history{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_the_newest_version_comes_first_with_who_made_it(everywhere: Portolan) -> None:
    id = await revised(everywhere)
    second, first = (await read(everywhere("viewer"), id))["items"]
    assert (second["version"], second["who"], second["changed"]) == (2, "manager", ["name"])
    assert (first["version"], first["who"]) == (1, "director")
    assert second["type"] == "portolan.projects.project.revised.v1"
    assert "state" not in first


async def test_any_two_versions_are_read_with_their_states(everywhere: Portolan) -> None:
    id = await revised(everywhere)
    versions = (await read(everywhere("viewer"), id, "?version=1&version=2&expand=state"))["items"]
    assert [version["state"]["name"] for version in versions] == ["Mole", "Pier"]
    [only] = (await read(everywhere("viewer"), id, "?version=1&expand=state"))["items"]
    assert only["state"]["name"] == "Pier"


async def test_a_history_is_read_page_by_page(everywhere: Portolan) -> None:
    id = await revised(everywhere)
    page = await read(everywhere("viewer"), id, "?limit=1")
    rest = await read(everywhere("viewer"), id, f"?limit=1&cursor={page['next']}")
    assert [v["version"] for v in (*page["items"], *rest["items"])] == [2, 1]
    assert "next" not in rest


async def test_the_history_of_what_is_hidden_is_not_there(portolan: Portolan) -> None:
    id = await revised(portolan, confidential=True)
    assert (await portolan("viewer").get(f"{PROJECTS}/{id}/history")).status_code == 404
    assert len((await read(portolan("director"), id))["items"]) == 2


async def test_the_history_of_an_erased_person_names_nobody(portolan: Portolan) -> None:
    director = portolan("director")
    person = (await director.post("/resources/v1/persons", json={"name": "Mara Keller"})).json()["id"]
    path = f"/resources/v1/persons/{person}"
    erased = await director.post(f"{path}/erase", json={}, headers={"If-Match": '"1"'})
    assert erased.status_code == 200, erased.text
    history = await director.get(f"{path}/history?expand=state")
    assert "Mara" not in history.text
    assert len(history.json()["items"]) == 2
