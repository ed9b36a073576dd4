"""Access that is given and taken away at one replica, and looked at through all: how soon each service knows."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import httpx

from shared.base.ids import new_id_text
from shared.http.auth.issuers import LOCAL, LocalIssuer
from shared.http.auth.roles import SERVICES

WITHIN_S = 5.0
"""Seconds after which a grant or a revocation holds everywhere."""
WAIT_S = 30.0
"""Seconds after which nobody waits any longer: the test fails in any case."""
MERGE = {"Content-Type": "application/merge-patch+json"}
READ = {"projects": "/projects/v1/projects", "resources": "/resources/v1/allocations",
        "finance": "/finance/v1/budget-lines", "risk": "/risk/v1/risks",
        "reporting": "/reporting/v1/projects"}  # fmt: skip
"""Service -> what is read of it."""


class Replicas:
    """Addresses of the same Portolan, the first of which is written to."""

    def __init__(self, urls: Sequence[str], data: Path) -> None:
        self.urls, self.issuer = urls, LocalIssuer(data)
        self._clients: list[httpx.AsyncClient] = []
        self.director = self._client(urls[0], "director", "director")
        self.readers: list[httpx.AsyncClient] = []

    def _client(self, url: str, subject: str, role: str) -> httpx.AsyncClient:
        token = self.issuer.issue(subject, role, "portolan")
        client = httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=20)
        self._clients.append(client)
        return client

    def caller(self, subject: str, role: str) -> None:
        """From now on this caller reads, at each address."""
        self.readers = [self._client(url, subject, role) for url in self.urls]

    async def make(self, path: str, **members: Any) -> dict[str, Any]:
        for _ in range(100):
            answer = await self.director.post(path, json=members, headers={"Idempotency-Key": new_id_text()})
            if answer.status_code != 409 or answer.json()["code"] != "reference_not_yet_known":
                break
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def act(self, path: str, verb: str) -> None:
        tag = (await self.director.get(path)).headers["ETag"]
        answer = await self.director.post(f"{path}/{verb}", json={}, headers={"If-Match": tag})
        assert answer.status_code == 200, answer.text

    async def patch(self, path: str, **members: Any) -> None:
        tag = (await self.director.get(path)).headers["ETag"]
        answer = await self.director.patch(path, json=members, headers=MERGE | {"If-Match": tag})
        assert answer.status_code == 200, answer.text

    async def seeing(self, id: str) -> set[tuple[int, str]]:
        """The replicas and services that show the caller something of the project."""

        async def shows(place: int, service: str) -> bool:
            answer = await self.readers[place].get(READ[service])
            assert answer.status_code in (200, 403), answer.text
            return answer.status_code == 200 and id in answer.text

        places = [(place, service) for place in range(len(self.urls)) for service in SERVICES]
        showing = await asyncio.gather(*(shows(*place) for place in places))
        return {place for place, is_there in zip(places, showing, strict=True) if is_there}

    async def until(self, id: str, everywhere: bool) -> float:
        """Seconds until the project is shown everywhere, or nowhere; what a look itself takes is not counted."""
        began = monotonic()
        expected = len(self.urls) * len(SERVICES) if everywhere else 0
        while True:
            looked_at = monotonic()
            places = await self.seeing(id)
            if len(places) == expected:
                return looked_at - began
            assert monotonic() - began < WAIT_S, sorted(places)
            await asyncio.sleep(0.05)

    async def end(self) -> None:
        for client in self._clients:
            await client.aclose()


async def filled_project(replicas: Replicas) -> str:
    """A project with something in each service."""
    project = (await replicas.make("/projects/v1/projects", name="Merger"))["id"]
    of, amount = {"project_id": project}, {"amount": "12.00", "currency": "CHF"}
    person = (await replicas.make("/resources/v1/persons", name="Worker"))["id"]
    days = {"starts_on": "2026-03-02", "ends_on": "2026-03-31", "percent": 50}
    await replicas.make("/resources/v1/allocations", **of, person_id=person, **days)
    await replicas.make("/finance/v1/budget-lines", **of, fiscal_year=2026, nature="capex", amount=amount)
    await replicas.make("/risk/v1/risks", **of, title="It becomes known")
    return str(project)


async def give_and_take(replicas: Replicas) -> dict[str, float]:
    """What was done -> seconds until it held at every replica in every service."""
    project = await filled_project(replicas)
    person = (await replicas.make("/resources/v1/persons", name="Anna"))["id"]
    login = {"person_id": person, "issuer": LOCAL, "subject": "anna"}
    await replicas.make("/resources/v1/identities", **login)
    member = {"principal": {"person_id": person}, "role": "viewer", "scope": "project", "scope_id": project}
    membership = await replicas.make("/projects/v1/memberships", **member)
    path, delays = f"/projects/v1/memberships/{membership['id']}", {}
    replicas.caller("anna", "participant")
    await replicas.act(path, "grant")
    delays["grant"] = await replicas.until(project, everywhere=True)
    await replicas.act(path, "revoke")
    delays["revoke"] = await replicas.until(project, everywhere=False)
    replicas.caller("viewer", "viewer")
    await replicas.until(project, everywhere=True)
    for name, confidential in (("hide", True), ("open", False)):
        await replicas.patch(f"/projects/v1/projects/{project}", confidential=confidential)
        delays[name] = await replicas.until(project, everywhere=not confidential)
    return delays
