"""A desk at which requests are written, examined and decided by people with logins of their own."""

from typing import Any

import httpx

from tests.conftest import Portolan
from tests.support.given import MERGE_PATCH, House, chf

REQUESTS, PROJECTS = "/projects/v1/requests", "/projects/v1/projects"
NEED = "Invoices are typed in by hand."
OUTCOME = "An invoice is booked on the day it arrives."
RANGE: dict[str, Any] = {
    "cost_low": chf("80000.00"),
    "cost_likely": chf("100000.00"),
    "cost_high": chf("150000.00"),
}
STEPS = {
    "submitted": ("anna", "submit"),
    "screening": ("manager", "screen"),
    "qualified": ("manager", "qualify"),
    "approved": ("director", "approve"),
    "converted": ("manager", "convert"),
}
"""State -> who leads there, and by which move: each comes after the one before."""


class Desk:
    """Anna asks, a manager of portfolios examines, a director decides."""

    def __init__(self, portolan: Portolan) -> None:
        self.portolan = portolan
        self.house = House(portolan)
        roles = {"anna": "member", "manager": "manager", "director": "director"}
        self.people = {subject: self.caller(subject, role) for subject, role in roles.items()}

    def caller(self, subject: str, role: str) -> httpx.AsyncClient:
        """Somebody whose colleagues do not decide for them."""
        client = self.portolan.anonymous()
        client.headers["Authorization"] = f"Bearer {self.portolan.token(role, subject)}"
        return client

    async def unit(self) -> str:
        """The id of a unit that is known to all services."""
        unit = await self.house.make("resources/v1/org-units", name="Accounts")
        await self.portolan.settled()
        return str(unit["id"])

    async def objective(self, title: str = "Paper is gone") -> str:
        years = {"from_year": 2026, "until_year": 2028}
        return str((await self.house.make("strategic-objectives", title=title, **years))["id"])

    async def ask(self, by: str = "anna", **members: Any) -> str:
        """The address of a draft."""
        body = {"title": "Scan invoices", "need": NEED} | members
        answer = await self.people[by].post(REQUESTS, json=body)
        assert answer.status_code == 201, answer.text
        return f"{REQUESTS}/{answer.json()['id']}"

    async def read(self, path: str, by: str = "director", **query: str) -> dict[str, Any]:
        answer = await self.people[by].get(path, params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def act(self, path: str, verb: str, by: str = "director", **body: Any) -> httpx.Response:
        headers = {"If-Match": f'"{(await self.read(path))["version"]}"'}
        return await self.people[by].post(f"{path}/{verb}", json=body, headers=headers)

    async def patch(self, path: str, by: str = "manager", **members: Any) -> httpx.Response:
        headers = {"If-Match": f'"{(await self.read(path))["version"]}"', "Content-Type": MERGE_PATCH}
        return await self.people[by].patch(path, json=members, headers=headers)

    async def request(self, state: str = "draft", **members: Any) -> str:
        """The address of a request that can be decided, brought to a state."""
        complete: dict[str, Any] = {
            "outcome": OUTCOME,
            "unit_id": members.get("unit_id") or await self.unit(),
            "objectives": [{"objective_id": await self.objective(), "contribution": "strong"}],
        }
        path = await self.ask(**(complete | RANGE | members))
        for next_state, (who, verb) in STEPS.items() if state != "draft" else ():
            answer = await self.act(path, verb, who)
            assert answer.status_code == 200, answer.text
            if next_state == state:
                break
        return path


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def pointers(answer: httpx.Response) -> list[str]:
    return [one["pointer"] for one in answer.json()["errors"]]
