"""A project with people who lead it, each under a login of their own."""

from typing import Any

import httpx
import pytest

from tests.access.conftest import Office
from tests.conftest import Portolan
from tests.projects.mandate.circulating import Round
from tests.support.given import PLANNED, PROJECTS, Story, chf

ROLES, MANDATES = "projects/v1/project-roles", "projects/v1/mandates"


class Leading(Story):
    """Sara sponsors, Max manages, Dina stands in for Sara; Dora directs, and is none of them."""

    service = "projects"

    async def begin(self) -> "Leading":
        self.office = Office(self.portolan)
        self.persons: dict[str, str] = {}
        self.callers: dict[str, httpx.AsyncClient] = {}
        for name in ("sara", "max", "dina", "otto"):
            self.persons[name] = await self.office.person(name.title(), name)
            self.callers[name] = self.office.caller(name, "manager")
        await self.portolan.settled()
        self.erp = await self.make(PROJECTS, name="New ERP")
        await self.portolan.settled()
        return self

    async def role(
        self, code: str, who: str, starts_on: str = "2026-01-01", **members: Any
    ) -> httpx.Response:
        return await self.create(
            ROLES,
            project_id=self.erp["id"],
            role_code=code,
            person_id=self.persons[who],
            starts_on=starts_on,
            **members,
        )

    async def lead(self) -> None:
        """Both roles are filled, and the sponsor has a deputy."""
        for answer in (
            await self.role("sponsor", "sara", deputy_id=self.persons["dina"]),
            await self.role("manager", "max"),
        ):
            assert answer.status_code == 201, answer.text

    def signatories(self) -> list[dict[str, str]]:
        return [
            {"person_id": self.persons["sara"], "role": "sponsor"},
            {"person_id": self.persons["max"], "role": "manager"},
        ]

    async def mandate(self, kind: str = "initiation", **members: Any) -> dict[str, Any]:
        content = {"title": "New ERP", "budget": chf("50000.00"), "signatories": self.signatories()}
        return await self.make(MANDATES, project_id=self.erp["id"], kind=kind, **(content | members))

    async def in_review(self, kind: str = "initiation", **members: Any) -> dict[str, Any]:
        return await self.move(MANDATES, await self.mandate(kind, **members), "submit")

    async def sign(self, mandate: dict[str, Any], who: str, hash: str = "") -> httpx.Response:
        path = self.url(MANDATES, mandate["id"])
        stands = await self.client.get(path)
        body = {"content_hash": hash or stands.json()["content_hash"]}
        return await self.callers[who].post(
            f"{path}/sign", json=body, headers={"If-Match": stands.headers["etag"]}
        )

    async def signed(self, kind: str = "initiation", **members: Any) -> dict[str, Any]:
        mandate = await self.in_review(kind, **members)
        for who in ("sara", "max"):
            answer = await self.sign(mandate, who)
            assert answer.status_code == 200, answer.text
        await self.portolan.settled()
        return dict(answer.json())

    async def project_now(self) -> dict[str, Any]:
        return dict((await self.client.get(self.url(PROJECTS, self.erp["id"]))).json())

    async def stands(self, mandate: dict[str, Any]) -> dict[str, Any]:
        return dict((await self.client.get(self.url(MANDATES, mandate["id"]))).json())


@pytest.fixture
async def leading(portolan: Portolan) -> Leading:
    return await Leading(portolan).begin()


@pytest.fixture
def table(portolan: Portolan) -> Round:
    """A project, and persons who decide on it."""
    return Round(portolan)


__all__ = ["MANDATES", "PLANNED", "ROLES", "Leading"]
