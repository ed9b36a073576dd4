"""Projects that are led by a method, arranged as a client would: the method, its application, gates and their outcomes."""

from collections.abc import Mapping
from typing import Any

import httpx

from services.projects.methods.method.shipped import ids, ship
from shared.http.auth.issuers import LOCAL
from tests.conftest import Portolan
from tests.support.given import PERSONS, PROJECTS, House

METHODS, PHASES, GATES = (f"projects/v1/{name}" for name in ("methods", "phases", "gates"))
IDENTITIES = "resources/v1/identities"


def text(english: str) -> list[dict[str, str]]:
    return [{"language": "en", "text": english}]


def part(code: str, **members: Any) -> dict[str, Any]:
    return {"code": code, "name": text(code.replace("_", " ").capitalize())} | members


def outcome(code: str, *phases: str, **members: Any) -> dict[str, Any]:
    return part(code, **({"kind": "document", "phases": phases, "mandatory": True} | members))


def gate(code: str, *phases: str, at: str = "end", **members: Any) -> dict[str, Any]:
    return part(code, **({"phases": phases, "at": at, "level": "steering", "decider": "sponsor"} | members))


ROLES = [
    part("sponsor", level="steering", required=True, acts_as="sponsor"),
    part("manager", level="management", required=True, acts_as="manager"),
]
SMALL = {
    "name": text("In two steps"),
    "phases": [part("think"), part("make")],
    "gates": [gate("go", "think", needs=["idea"]), gate("done", "make")],
    "outcomes": [outcome("idea", "think"), outcome("thing", "make")],
    "roles": ROLES,
}
"""Two phases, each with a gate at its end and an outcome."""


class Led(House):
    """Somebody who leads projects by methods."""

    async def shipped(self) -> "Led":
        """As an instance is once it was started."""
        await ship(self.portolan.running.services["projects"].kernel)
        return self

    def method_id(self, name: str) -> str:
        return str(ids()[name])

    async def method(self, **members: Any) -> dict[str, Any]:
        return await self.move(METHODS, await self.make(METHODS, **(SMALL | members)), "publish")

    async def led(
        self,
        method: Mapping[str, Any] | str,
        *moves: str,
        about: Mapping[str, Any] | None = None,
        **fitted: Any,
    ) -> dict[str, Any]:
        """A project with the method applied."""
        project = await self.project(*moves, **(about or {}))
        return await self.applied(project, method, **fitted)

    async def applied(
        self, project: Mapping[str, Any], method: Mapping[str, Any] | str | None = None, **fitted: Any
    ) -> dict[str, Any]:
        of = {} if method is None else {"method_id": self.id_of(method)}
        answer = await self.act(PROJECTS, project, "apply-method", **of, **fitted)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def all_of(self, collection: str, project: Mapping[str, Any]) -> list[dict[str, Any]]:
        answer = await self.client.get(
            self.url(collection), params={"project_id": project["id"], "sort": "position", "limit": "200"}
        )
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def phases(self, project: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """By their codes, in their order."""
        return {one["code"]: one for one in await self.all_of(PHASES, project)}

    async def states(self, project: Mapping[str, Any]) -> dict[str, str]:
        return {code: one["state"] for code, one in (await self.phases(project)).items()}

    async def gates(self, project: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """By phase and code, in their order."""
        names = {one["id"]: code for code, one in (await self.phases(project)).items()}
        gates = await self.all_of(GATES, project)
        return {f"{names[one['phase_id']]}/{one['code']}": one for one in gates}

    async def missing(self, gate: Mapping[str, Any], **headers: str) -> dict[str, Any]:
        answer = await self.client.get(self.url(GATES, gate["id"], "missing"), headers=headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def waive(self, project: Mapping[str, Any], phase: str, *codes: str) -> dict[str, Any]:
        """Some of the outcomes of a phase, or all."""
        one = (await self.phases(project))[phase]
        waived = [
            outcome
            | ({"waived_reason": "Known from the last one."} if not codes or outcome["code"] in codes else {})
            for outcome in one["outcomes"]
        ]
        answer = await self.revise(PHASES, one["id"], outcomes=waived)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def decide(self, gate: Mapping[str, Any], verb: str = "pass", **body: Any) -> httpx.Response:
        """Prepared where it is only planned, then decided."""
        now = (await self.client.get(self.url(GATES, gate["id"]))).json()
        if now["state"] == "planned":
            await self.move(GATES, gate["id"], "prepare")
        return await self.act(GATES, gate["id"], verb, **body)

    async def passed(self, project: Mapping[str, Any], name: str, **body: Any) -> dict[str, Any]:
        """The gate of this name, with the outcomes of its phase waived."""
        await self.waive(project, name.partition("/")[0])
        answer = await self.decide((await self.gates(project))[name], **body)
        assert answer.status_code == 200, answer.text
        await self.portolan.settled()
        return dict(answer.json())

    async def somebody(self, name: str, role: str) -> tuple[str, "Led"]:
        """A person, and what they do under a login of their own."""
        person = (await self.make(PERSONS, name=name))["id"]
        await self.portolan.settled()
        subject = name.lower()
        await self.make(IDENTITIES, person_id=person, issuer=LOCAL, subject=subject)
        await self.portolan.settled()
        return str(person), LedBy(self.portolan, role, subject)


class LedBy(Led):
    """The same under the login of a person."""

    def __init__(self, portolan: Portolan, role: str, subject: str) -> None:
        super().__init__(portolan, role)
        headers = {"Authorization": f"Bearer {portolan.token(role, subject)}"}
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(portolan.running), base_url="http://portolan", headers=headers
        )
