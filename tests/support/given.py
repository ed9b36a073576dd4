"""What tests are given to start from, arranged as a client would: by commands over REST, with sensible defaults.

- `Arranger` makes, moves, changes, archives and reads whatever has a collection. The others are arrangers as well.
- `Desk` knows projects with their work, money and risks. It minds versions as a client does: by what it was answered.
- `Story` always names the version that stands; so does `House`, which knows the projects service.
- `Bookings` knows persons and what is booked of them.

A collection is named as in its address (`projects/v1/projects`), or alone where the arranger has a service of its own.
What makes something asserts that it was granted; `create`, `act`, `revise`, `archive` and `restore` answer what came.
"""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx

from tests.conftest import Portolan

MERGE_PATCH = "application/merge-patch+json"
PROJECTS, PACKAGES = "projects/v1/projects", "projects/v1/work-packages"
PORTFOLIOS, PROGRAMMES = "projects/v1/portfolios", "projects/v1/programmes"
RISKS, ASSESSMENTS = "risk/v1/risks", "risk/v1/assessments"
LINES, COSTS = "finance/v1/budget-lines", "finance/v1/actual-costs"
FORECASTS, CONTRACTS = "finance/v1/forecasts", "finance/v1/contracts"
PERSONS, ALLOCATIONS = "resources/v1/persons", "resources/v1/allocations"
PLANNED = {"planned_start_on": "2026-01-01", "planned_finish_on": "2026-12-31"}
YEAR = {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}

Thing = Mapping[str, Any] | str
"""Something made: the object as it was answered, or only its id."""


def money(amount: str, currency: str = "CHF") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def chf(amount: str) -> dict[str, str]:
    return money(amount)


class Arranger:
    """Somebody in a role who makes and changes things over REST, minding keys and versions."""

    service = ""
    """Of which collections may be named alone."""

    def __init__(self, portolan: Portolan, role: str = "director") -> None:
        self.portolan = portolan
        self.client: httpx.AsyncClient = portolan(role)

    def url(self, collection: str, *more: str) -> str:
        front = "" if "/v1/" in collection else f"/{self.service}/v1"
        return "/".join((front, collection.strip("/"), *more))

    def id_of(self, thing: Thing) -> str:
        return thing if isinstance(thing, str) else str(thing["id"])

    async def match(self, collection: str, thing: Thing) -> dict[str, str]:
        """The header that names a version: the one that was answered, or else the one that stands."""
        if not isinstance(thing, str) and "version" in thing:
            return {"If-Match": f'"{thing["version"]}"'}
        return {"If-Match": (await self.client.get(self.url(collection, self.id_of(thing)))).headers["etag"]}

    async def create(self, collection: str, /, **members: Any) -> httpx.Response:
        key = {"Idempotency-Key": uuid4().hex}
        return await self.client.post(self.url(collection), json=members, headers=key)

    async def act(self, collection: str, thing: Thing, verb: str, /, **body: Any) -> httpx.Response:
        headers = await self.match(collection, thing)
        return await self.client.post(
            self.url(collection, self.id_of(thing), verb), json=body, headers=headers
        )

    async def revise(self, collection: str, thing: Thing, /, **patch: Any) -> httpx.Response:
        headers = await self.match(collection, thing) | {"Content-Type": MERGE_PATCH}
        return await self.client.patch(self.url(collection, self.id_of(thing)), json=patch, headers=headers)

    async def archive(self, collection: str, thing: Thing) -> httpx.Response:
        headers = await self.match(collection, thing)
        return await self.client.delete(self.url(collection, self.id_of(thing)), headers=headers)

    async def restore(self, collection: str, thing: Thing) -> httpx.Response:
        headers = await self.match(collection, thing)
        return await self.client.post(self.url(collection, self.id_of(thing), "restore"), headers=headers)

    async def make(self, collection: str, /, **members: Any) -> dict[str, Any]:
        created = await self.create(collection, **members)
        assert created.status_code == 201, (collection, created.text)
        return dict(created.json())

    async def put(self, collection: str, key: str, on: str = "", /, **members: Any) -> dict[str, Any]:
        """What an importer brings under a key of a source `x`, as of a day."""
        headers = {"Portolan-Effective-At": on} if on else {}
        url = self.url(collection, "by-ref", "x", key)
        answer = await self.portolan("service").put(url, json=members, headers=headers)
        assert answer.is_success, (url, answer.text)
        return dict(answer.json())

    async def move(self, collection: str, thing: Thing, /, *verbs: str, **body: Any) -> dict[str, Any]:
        """Through several moves, each folded before the next."""
        moved: Any = thing
        for verb in verbs:
            answer = await self.act(collection, moved, verb, **body)
            assert answer.status_code == 200, (verb, answer.text)
            moved = answer.json()
            await self.portolan.settled()
        return dict(moved)

    async def read(self, path: str, /, **query: Any) -> dict[str, Any]:
        """What an address answers once all is folded."""
        await self.portolan.settled()
        answer = await self.client.get(f"/{path.lstrip('/')}", params=query or None)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def project(self, *moves: str, **members: Any) -> dict[str, Any]:
        """A project planned for 2026, brought through moves and known to all services."""
        project = await self.make(PROJECTS, **({"name": "New ERP"} | PLANNED | members))
        project = await self.move(PROJECTS, project, *moves)
        await self.portolan.settled()
        return project

    async def facts(self, kind: str) -> list[str]:
        """What happened to things of a kind in the own service, oldest first."""
        await self.portolan.settled()
        store = self.portolan.running.services[self.service].kernel.store
        rows = await store.fetch(
            "SELECT type FROM outbox WHERE aggregate_type = ? ORDER BY position", (kind,)
        )
        return [row[0].split(".")[-2] for row in rows]


class Story(Arranger):
    """Step by step: each change is made to the version that stands, whatever was answered before."""

    async def match(self, collection: str, thing: Thing) -> dict[str, str]:
        return await super().match(collection, self.id_of(thing))


class House(Story):
    """Portfolios, projects and their work packages."""

    service = "projects"

    async def shown(self, collection: str, thing: Thing) -> dict[str, Any]:
        """As it stands."""
        return dict((await self.client.get(self.url(collection, self.id_of(thing)))).json())


class Desk(Arranger):
    """Projects with their work, their money and their risks."""

    def __init__(self, portolan: Portolan, service: str = "finance") -> None:
        super().__init__(portolan)
        self.service = service

    async def project(
        self, *moves: str, planned: str | None = "100.00", currency: str = "CHF", **members: Any
    ) -> dict[str, Any]:
        cost = {"planned_cost": money(planned, currency)} if planned else {}
        return await super().project(*moves, **(cost | members))

    async def revise(self, collection: str, thing: Thing, /, **patch: Any) -> httpx.Response:
        answer = await super().revise(collection, thing, **patch)
        await self.portolan.settled()
        return answer

    async def package(
        self, project: Mapping[str, Any], wbs: str, budget: str, currency: str = "CHF", **members: Any
    ) -> dict[str, Any]:
        body = {"project_id": project["id"], "wbs": wbs, "name": f"Part {wbs}"}
        created = await self.make(PACKAGES, **(body | {"budget": money(budget, currency)} | members))
        await self.portolan.settled()
        return created

    async def progress(self, package: Mapping[str, Any], percent: int) -> dict[str, Any]:
        return await self.move(PACKAGES, package, "report-progress", percent_complete=percent)

    async def post(
        self, project: Mapping[str, Any], amount: str, currency: str = "CHF", **members: Any
    ) -> httpx.Response:
        """A cost of the project."""
        body = {"project_id": project["id"], "posted_on": "2026-03-31", "amount": money(amount, currency)}
        return await self.create(COSTS, **(body | members))

    async def risk(self, project: Thing, **members: Any) -> dict[str, Any]:
        return await self.make(
            RISKS, **({"project_id": self.id_of(project), "title": "The vendor fails"} | members)
        )

    async def the(self, collection: str) -> dict[str, Any]:
        """The only one there is."""
        (one,) = (await self.read(self.url(collection)))["items"]
        return dict(one)

    async def registers(self) -> list[dict[str, Any]]:
        return list((await self.client.get("/risk/v1/registers")).json()["items"])

    async def earned_value(self, project: Mapping[str, Any], **query: str) -> dict[str, Any]:
        return await self.read(f"finance/v1/projects/{project['id']}/earned-value", **query)

    async def dead_letters(self) -> int:
        """Events that finance and reporting could not fold."""
        stores = [self.portolan.running.services[name].kernel.store for name in ("finance", "reporting")]
        counts = [(await store.fetch("SELECT COUNT(*) FROM dead_letter"))[0][0] for store in stores]
        return sum(counts)


class Bookings(Arranger):
    """Persons, and what is booked of them on projects."""

    service = "resources"

    async def person(self, name: str = "Ada Lovelace", **members: Any) -> str:
        return str((await self.make(PERSONS, name=name, **members))["id"])

    async def ask(self, person: str, project: str, percent: int, **members: Any) -> httpx.Response:
        body = {"person_id": person, "project_id": project, "percent": percent, **YEAR, **members}
        return await self.create(ALLOCATIONS, **body)

    async def book(self, person: str, project: str, percent: int, **members: Any) -> dict[str, Any]:
        created = await self.ask(person, project, percent, **members)
        assert created.status_code == 201, created.text
        return dict(created.json())

    async def decide(self, allocation: Thing, verb: str, **body: Any) -> httpx.Response:
        """`commit` or `release` what is booked."""
        return await self.act(ALLOCATIONS, allocation, verb, **body)

    async def rebook(self, allocation: Thing, **members: Any) -> httpx.Response:
        return await self.revise(ALLOCATIONS, allocation, **members)

    async def booking(self, allocation: Thing) -> dict[str, Any]:
        """As it stands."""
        return dict((await self.client.get(self.url(ALLOCATIONS, self.id_of(allocation)))).json())
