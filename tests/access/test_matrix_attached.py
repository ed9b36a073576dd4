"""The matrix of documents and comments: who may do what about a thing of their own project, another, a confidential, an archived one.

Typed by hand from the catalogue, as `test_matrix.py` is: comments, documents and their moves need `contribute`, to approve
needs `decide` in the service that has the document, and only its author changes a comment.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
import pytest

from tests.access.conftest import MERGE, Office
from tests.access.worlds import RAW
from tests.conftest import Portolan

PLACES = ("own", "other", "confidential", "archived")
OPERATIONS = ("read", "comment", "reword", "add", "send", "review", "return", "approve", "archive")
Table = dict[str, tuple[int, ...]]


class Expected(NamedTuple):
    """The status of each operation in each place."""

    token: Table
    """The role stands in the token, and there are no memberships."""
    own: Table
    """The caller has a membership with this role in their own place, and the token's role is participant."""


def each(rows: Table) -> Table:
    """Operation -> its row, where several share one."""
    return {operation: row for operations, row in rows.items() for operation in operations.split()}


REFUSED: Table = dict.fromkeys(OPERATIONS, (403, 403, 403, 403))
READS = Expected(
    #                           own  other confid. archived
    token=REFUSED | {"read":    (200, 200, 404, 200)},
    own=REFUSED | {"read":      (200, 404, 404, 404)},
)  # fmt: skip
CONTRIBUTES = Expected(
    token=each({
        "read":                 (200, 200, 404, 200),
        "comment add":          (201, 201, 422, 409),
        "reword":               (403, 403, 404, 403),
        "send review return":   (200, 200, 404, 409),
        "approve":              (403, 403, 403, 403),
        "archive":              (204, 204, 404, 204),
    }),
    own=each({
        "read":                 (200, 404, 404, 404),
        "comment add":          (201, 422, 422, 422),
        "reword":               (403, 404, 404, 404),
        "send review return":   (200, 404, 404, 404),
        "approve":              (403, 403, 403, 403),
        "archive":              (204, 404, 404, 404),
    }),
)  # fmt: skip
DECIDES = Expected(
    token=CONTRIBUTES.token | {"approve": (200, 200, 404, 409)},
    own=CONTRIBUTES.own | {"approve": (200, 404, 404, 404)},
)
DIRECTS = Expected(
    token=each({
        "read":                 (200, 200, 200, 200),
        "comment add":          (201, 201, 201, 409),
        "reword":               (403, 403, 403, 403),
        "send review return":   (200, 200, 200, 409),
        "approve":              (200, 200, 200, 409),
        "archive":              (204, 204, 204, 204),
    }),
    own=DECIDES.own,
)  # fmt: skip
ROLES = {
    "projects": {"director": DIRECTS, "manager": CONTRIBUTES, "controller": CONTRIBUTES, "member": CONTRIBUTES, "viewer": READS},
    "finance": {"director": DIRECTS, "manager": CONTRIBUTES, "controller": DECIDES, "member": CONTRIBUTES, "viewer": READS},
    "risk": {"director": DIRECTS, "manager": DECIDES, "controller": CONTRIBUTES, "member": CONTRIBUTES, "viewer": READS},
    "resources": {"director": DIRECTS, "manager": DECIDES, "controller": CONTRIBUTES, "member": CONTRIBUTES, "viewer": READS},
}  # fmt: skip
SUBJECTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "finance": ("contract", "/finance/v1/contracts", {"number": "C-1", "title": "Advisers"}),
    "risk": ("risk", "/risk/v1/risks", {"title": "It becomes known"}),
    "resources": ("allocation", "/resources/v1/allocations",
                  {"starts_on": "2026-11-02", "ends_on": "2027-02-26", "percent": 1}),
}  # fmt: skip


class Place:
    """A project with a subject in one service, and a document of the subject in each state."""

    def __init__(self, office: Office, service: str, kind: str) -> None:
        self.office, self.service, self.kind = office, service, kind
        self.project = ""
        self.subject: dict[str, str] = {}
        self.documents: dict[str, str] = {}
        self.comment = ""

    async def furnish(self, worker: str) -> None:
        office, service = self.office, self.service
        self.project = (await office.project(self.kind))["id"]
        await office.portolan.settled()
        self.subject = {"kind": "project", "id": self.project}
        if service in SUBJECTS:
            kind, path, members = SUBJECTS[service]
            person = {"person_id": worker} if service == "resources" else {}
            self.subject = {
                "kind": kind,
                "id": (await office.make(path, project_id=self.project, **members, **person))["id"],
            }
        for operation in ("read", "send", "archive", "review", "return", "approve"):
            document = await office.make(f"/{service}/v1/documents", subject=self.subject, title=operation)
            self.documents[operation] = f"/{service}/v1/documents/{document['id']}"
            if operation in ("review", "return", "approve"):
                await self.send(office.director, operation)
            if operation in ("return", "approve"):
                assert (await office.act(self.documents[operation], "review")).status_code == 200
        comment = await office.make(f"/{service}/v1/comments", subject=self.subject, text="Agreed")
        self.comment = f"/{service}/v1/comments/{comment['id']}"
        if self.kind == "confidential":
            await office.hide("projects", self.project)
        if self.kind == "archived":
            await self.archive_project()

    async def archive_project(self) -> None:
        """With what hinders it."""
        if self.service in SUBJECTS:
            path = f"{SUBJECTS[self.service][1]}/{self.subject['id']}"
            assert (await self.delete(self.office.director, path)).status_code == 204
        answer = await self.delete(self.office.director, f"/projects/v1/projects/{self.project}")
        assert answer.status_code == 204, answer.text
        await self.office.portolan.settled()

    async def delete(self, client: httpx.AsyncClient, path: str) -> httpx.Response:
        tag = (await self.office.director.get(path)).headers["ETag"]
        return await client.delete(path, headers={"If-Match": tag})

    async def send(self, client: httpx.AsyncClient, operation: str) -> httpx.Response:
        path = self.documents[operation]
        sent = await client.post(f"/{self.service}/v1/files?name=a.txt", content=b"Minutes", headers=RAW)
        if sent.status_code != 201:
            return sent
        tag = (await self.office.director.get(path)).headers["ETag"]
        return await client.post(
            f"{path}/add-version", json={"sha256": sent.json()["sha256"]}, headers={"If-Match": tag}
        )

    async def attempt(self, client: httpx.AsyncClient, operation: str) -> int:
        """The status that the operation is answered with."""
        path, about = f"/{self.service}/v1", {"subject": self.subject}
        match operation:
            case "read":
                answer = await client.get(self.documents["read"])
            case "comment":
                answer = await client.post(f"{path}/comments", json=about | {"text": "Noted"})
            case "reword":
                headers = MERGE | {"If-Match": '"1"'}
                answer = await client.patch(self.comment, json={"text": "Never"}, headers=headers)
            case "add":
                answer = await client.post(f"{path}/documents", json=about | {"title": "Offer"})
            case "send":
                answer = await self.send(client, operation)
            case "archive":
                answer = await self.delete(client, self.documents[operation])
            case _:
                answer = await self.office.act(self.documents[operation], operation, client)
        return answer.status_code


async def outcomes(
    office: Office, service: str, client_of: Callable[[str], httpx.AsyncClient], own: str
) -> Table:
    """The status of each operation in each place."""
    places = [Place(office, service, kind) for kind in PLACES]
    worker = await office.person("Worker")
    for place in places:
        await place.furnish(worker)
        if own and place.kind == "own":
            await office.member(own, "project", place.project, person_id=await office.person("Anna", "anna"))
    await office.portolan.settled()
    return {
        operation: tuple([await place.attempt(client_of(place.kind), operation) for place in places])
        for operation in OPERATIONS
    }


@pytest.mark.parametrize("service", ROLES)
@pytest.mark.parametrize("role", sorted(ROLES["projects"]))
async def test_a_role_of_the_token_contributes_what_the_table_says(
    portolan: Portolan, service: str, role: str
) -> None:
    client = Office(portolan).caller("anna", role)
    assert await outcomes(Office(portolan), service, lambda kind: client, "") == ROLES[service][role].token


@pytest.mark.parametrize("service", ROLES)
@pytest.mark.parametrize("role", sorted(ROLES["projects"]))
async def test_a_role_of_a_membership_contributes_what_the_table_says(
    portolan: Portolan, service: str, role: str
) -> None:
    client = Office(portolan).caller("anna")
    assert await outcomes(Office(portolan), service, lambda kind: client, role) == ROLES[service][role].own
