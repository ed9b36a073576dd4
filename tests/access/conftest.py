"""A portfolio with two projects, and callers who see all of it, parts of it, or nothing."""

from typing import Any

import httpx
import jwt

from shared.base.ids import new_id_text
from shared.http.auth.issuers import LOCAL
from tests.conftest import Portolan

MERGE = {"Content-Type": "application/merge-patch+json"}


class Office:
    """What the tests of access arrange with; everything is made by a director unless it says by whom."""

    def __init__(self, portolan: Portolan) -> None:
        self.portolan = portolan
        self.director = portolan("director")

    def caller(self, subject: str, role: str = "participant", **claims: Any) -> httpx.AsyncClient:
        """A client of somebody with a login of their own; `claims` are what the token says beside that."""
        client = self.portolan.anonymous()
        token = self.portolan.token(role, subject)
        if claims:
            local = self.portolan.tokens.local
            assert local is not None
            token = local._signed(jwt.decode(token, options={"verify_signature": False}) | claims, "portolan")
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    async def make(self, path: str, **members: Any) -> dict[str, Any]:
        answer = await self.director.post(path, json=members, headers={"Idempotency-Key": new_id_text()})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def project(self, name: str, **members: Any) -> dict[str, Any]:
        return await self.make("/projects/v1/projects", name=name, **members)

    async def person(self, name: str, *subjects: str) -> str:
        """A person with logins at the local issuer."""
        person = await self.make("/resources/v1/persons", name=name)
        for subject in subjects:
            members = {"person_id": person["id"], "issuer": LOCAL, "subject": subject}
            await self.make("/resources/v1/identities", **members)
        return str(person["id"])

    async def act(self, path: str, verb: str, by: httpx.AsyncClient | None = None) -> httpx.Response:
        client = by or self.director
        tag = (await self.director.get(path)).headers["ETag"]
        return await client.post(f"{path}/{verb}", json={}, headers={"If-Match": tag})

    async def patch(self, path: str, by: httpx.AsyncClient | None = None, **members: Any) -> httpx.Response:
        tag = (await self.director.get(path)).headers["ETag"]
        return await (by or self.director).patch(path, json=members, headers=MERGE | {"If-Match": tag})

    async def member(self, role: str, scope: str, scope_id: str, **principal: str) -> str:
        """A membership that is granted; its address."""
        members = {"principal": principal, "role": role, "scope": scope, "scope_id": scope_id}
        membership = await self.make("/projects/v1/memberships", **members)
        path = f"/projects/v1/memberships/{membership['id']}"
        answer = await self.act(path, "grant")
        assert answer.status_code == 200, answer.text
        return path

    async def participant(self, subject: str, role: str, scope: str, scope_id: str) -> httpx.AsyncClient:
        """Somebody with nothing but one membership."""
        await self.member(role, scope, scope_id, person_id=await self.person(subject.title(), subject))
        await self.portolan.settled()
        return self.caller(subject)

    async def hide(self, kind: str, id: str) -> None:
        answer = await self.patch(f"/projects/v1/{kind}/{id}", confidential=True)
        assert answer.status_code == 200, answer.text
        await self.portolan.settled()
