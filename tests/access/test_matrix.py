"""The matrix: which role may do what to a project of its own, another one, a confidential one and an archived one.

The table is typed by hand from the catalogue's roles, never computed from the product's: a right that is given or taken by
mistake shows here. Each cell is asked over HTTP.
"""

from typing import Any

import httpx
import pytest

from tests.access.conftest import MERGE, Office
from tests.conftest import Portolan

SEES, NOT_ALLOWED, NOT_THERE, CONFLICT = 200, 403, 404, 409

OPERATIONS = ("get", "revise", "approve", "archive", "add a package", "add a risk", "hide")
PLACES = ("own", "other", "confidential", "archived")

# own: the caller has a membership with this role there, and the token's role is participant. Other places: nothing.
MEMBERS: dict[str, dict[str, tuple[int, ...]]] = {
    #                         own  other confid. archived
    "director": {
        "get": (200, 404, 404, 404),
        "revise": (200, 404, 404, 404),
        "approve": (200, 404, 404, 404),
        "archive": (204, 404, 404, 404),
        "add a package": (201, 422, 422, 422),
        "add a risk": (201, 409, 409, 409),
        "hide": (200, 404, 404, 404),
    },
    "manager": {
        "get": (200, 404, 404, 404),
        "revise": (200, 404, 404, 404),
        "approve": (403, 403, 403, 403),
        "archive": (204, 404, 404, 404),
        "add a package": (201, 422, 422, 422),
        "add a risk": (201, 409, 409, 409),
        "hide": (403, 404, 404, 404),
    },
    "controller": {
        "get": (200, 404, 404, 404),
        "revise": (403, 403, 403, 403),
        "approve": (403, 403, 403, 403),
        "archive": (403, 403, 403, 403),
        "add a package": (403, 403, 403, 403),
        "add a risk": (403, 403, 403, 403),
        "hide": (403, 403, 403, 403),
    },
    "member": {
        "get": (200, 404, 404, 404),
        "revise": (403, 403, 403, 403),
        "approve": (403, 403, 403, 403),
        "archive": (403, 403, 403, 403),
        "add a package": (403, 403, 403, 403),
        "add a risk": (201, 409, 409, 409),
        "hide": (403, 403, 403, 403),
    },
    "viewer": {
        "get": (200, 404, 404, 404),
        "revise": (403, 403, 403, 403),
        "approve": (403, 403, 403, 403),
        "archive": (403, 403, 403, 403),
        "add a package": (403, 403, 403, 403),
        "add a risk": (403, 403, 403, 403),
        "hide": (403, 403, 403, 403),
    },
}
# The role stands in the token, and there are no memberships.
TOKENS: dict[str, dict[str, tuple[int, ...]]] = {
    #                         own  other confid. archived
    "director": {
        "get": (200, 200, 200, 200),
        "revise": (200, 200, 200, 409),
        "approve": (200, 200, 200, 409),
        "archive": (204, 204, 204, 404),
        "add a package": (201, 201, 201, 409),
        "add a risk": (201, 201, 201, 409),
        "hide": (200, 200, 200, 409),
    },
    "manager": {
        "get": (200, 200, 404, 200),
        "revise": (200, 200, 404, 409),
        "approve": (403, 403, 403, 403),
        "archive": (204, 204, 404, 404),
        "add a package": (201, 201, 422, 409),
        "add a risk": (201, 201, 409, 409),
        "hide": (403, 403, 404, 409),
    },
    "controller": {
        "get": (200, 200, 404, 200),
        "revise": (403, 403, 403, 403),
        "approve": (403, 403, 403, 403),
        "archive": (403, 403, 403, 403),
        "add a package": (403, 403, 403, 403),
        "add a risk": (403, 403, 403, 403),
        "hide": (403, 403, 403, 403),
    },
    "member": {
        "get": (200, 200, 404, 200),
        "revise": (403, 403, 403, 403),
        "approve": (403, 403, 403, 403),
        "archive": (403, 403, 403, 403),
        "add a package": (403, 403, 403, 403),
        "add a risk": (201, 201, 409, 409),
        "hide": (403, 403, 403, 403),
    },
    "viewer": {
        "get": (200, 200, 404, 200),
        "revise": (403, 403, 403, 403),
        "approve": (403, 403, 403, 403),
        "archive": (403, 403, 403, 403),
        "add a package": (403, 403, 403, 403),
        "add a risk": (403, 403, 403, 403),
        "hide": (403, 403, 403, 403),
    },
    "participant": dict.fromkeys(OPERATIONS, (403, 403, 403, 403)),
}


async def place(office: Office, kind: str) -> str:
    """A project of the kind; its id."""
    project = await office.project(kind, planned_start_on="2026-01-05", planned_finish_on="2026-12-18")
    path = f"/projects/v1/projects/{project['id']}"
    if kind == "confidential":
        await office.hide("projects", project["id"])
    if kind == "archived":
        answer = await office.director.delete(path, headers={"If-Match": '"1"'})
        assert answer.status_code == 204
    await office.portolan.settled()
    return str(project["id"])


async def attempt(office: Office, client: httpx.AsyncClient, operation: str, id: str) -> httpx.Response:
    path = f"/projects/v1/projects/{id}"
    tag = {"If-Match": (await office.director.get(path)).headers["ETag"]}
    match operation:
        case "get":
            return await client.get(path)
        case "revise":
            return await client.patch(path, json={"name": "Revised"}, headers=MERGE | tag)
        case "hide":
            return await client.patch(
                path, json={"confidential": True, "name": "Hidden"}, headers=MERGE | tag
            )
        case "approve":
            return await client.post(f"{path}/approve", json={}, headers=tag)
        case "archive":
            return await client.delete(path, headers=tag)
        case "add a package":
            return await client.post(
                "/projects/v1/work-packages", json={"project_id": id, "wbs": "1", "name": "A"}
            )
        case _:
            return await client.post("/risk/v1/risks", json={"project_id": id, "title": "A"})


async def outcomes(office: Office, client_of: Any, operation: str) -> tuple[int, ...]:
    """The status of the operation in each place, each time on a project of its own."""
    statuses = []
    for kind in PLACES:
        id = await place(office, kind)
        answer = await attempt(office, await client_of(kind, id), operation, id)
        statuses.append(answer.status_code)
    return tuple(statuses)


@pytest.mark.parametrize("role", sorted(TOKENS))
async def test_a_role_of_the_token_allows_what_the_table_says(portolan: Portolan, role: str) -> None:
    office = Office(portolan)

    async def client_of(kind: str, id: str) -> httpx.AsyncClient:
        return portolan(role)

    for operation in OPERATIONS:
        assert await outcomes(office, client_of, operation) == TOKENS[role][operation], operation


@pytest.mark.parametrize("role", sorted(MEMBERS))
async def test_a_role_of_a_membership_allows_what_the_table_says(portolan: Portolan, role: str) -> None:
    office = Office(portolan)
    person = await office.person("Anna", "anna")

    async def client_of(kind: str, id: str) -> httpx.AsyncClient:
        if kind == "own":
            await office.member(role, "project", id, person_id=person)
            await portolan.settled()
        return office.caller("anna")

    for operation in OPERATIONS:
        assert await outcomes(office, client_of, operation) == MEMBERS[role][operation], operation
