"""Documents and comments in every service that has subjects for them."""

from typing import Any

import httpx

from tests.access.conftest import MERGE, Office
from tests.conftest import Portolan

SERVICES = ("projects", "resources", "finance", "risk")
RAW = {"Content-Type": "application/octet-stream"}


class Desk(Office):
    """An office with subjects in all services, all of which lie in one project."""

    def __init__(self, portolan: Portolan) -> None:
        super().__init__(portolan)
        self.subjects: dict[str, dict[str, str]] = {}
        self.project_id = ""

    async def furnish(self, **members: Any) -> "Desk":
        """A subject for each service."""
        project = await self.project("Merger", **members)
        self.project_id = project["id"]
        await self.portolan.settled()
        of = {"project_id": project["id"]}
        person = await self.person("Worker")
        period = {"starts_on": "2026-11-02", "ends_on": "2027-02-26", "percent": 20, "person_id": person}
        for service, kind, path, body in (
            ("resources", "allocation", "/resources/v1/allocations", of | period),
            ("finance", "contract", "/finance/v1/contracts", of | {"number": "C-1", "title": "Advisers"}),
            ("risk", "risk", "/risk/v1/risks", of | {"title": "It becomes known"}),
        ):
            self.subjects[service] = {"kind": kind, "id": (await self.make(path, **body))["id"]}
        self.subjects["projects"] = {"kind": "project", "id": project["id"]}
        return self

    async def document(self, service: str, **members: Any) -> dict[str, Any]:
        body = {"subject": self.subjects[service], "title": "Minutes"} | members
        return await self.make(f"/{service}/v1/documents", **body)

    async def comment(self, service: str, text: str = "Agreed", **members: Any) -> dict[str, Any]:
        body = {"subject": self.subjects[service], "text": text} | members
        return await self.make(f"/{service}/v1/comments", **body)

    async def add_version(
        self, service: str, id: str, data: bytes, by: httpx.AsyncClient | None = None
    ) -> httpx.Response:
        client, path = by or self.director, f"/{service}/v1/documents/{id}"
        sent = await client.post(f"/{service}/v1/files?name=a.txt", content=data, headers=RAW)
        assert sent.status_code == 201, sent.text
        tag = (await self.director.get(path)).headers["ETag"]
        body = {"sha256": sent.json()["sha256"]}
        return await client.post(f"{path}/add-version", json=body, headers={"If-Match": tag})

    async def archived(self, path: str) -> None:
        tag = (await self.director.get(path)).headers["ETag"]
        assert (await self.director.delete(path, headers={"If-Match": tag})).status_code == 204


__all__ = ["MERGE", "RAW", "SERVICES", "Desk"]
