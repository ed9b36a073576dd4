"""A project under a signed execution mandate: 1000.00 CHF, until 30 June 2027, with ten days, ten per cent and a score of 12."""

from typing import Any

import httpx
import pytest

from tests.conftest import Portolan
from tests.projects.mandate.conftest import Leading
from tests.support.given import FORECASTS, PROJECTS, RISKS, chf

CHANGES, EXCEPTIONS, DECISIONS = (f"projects/v1/{name}" for name in ("changes", "exceptions", "decisions"))
TERMS = {
    "budget": chf("1000.00"),
    "plan": [
        {"milestone": "Begin", "due_on": "2027-01-04"},
        {"milestone": "Handed over", "due_on": "2027-06-30"},
    ],
    "tolerances": {"time_days": 10, "cost_pct": 10, "risk_score": 12, "scope": "Could-haves may go"},
}


class Steering(Leading):
    """Sara sponsors, Max manages; Otto writes there and is neither."""

    async def bind(self, **terms: Any) -> dict[str, Any]:
        await self.lead()
        return await self.signed("execution", **(TERMS | terms))

    async def expect(self, amount: str, on: str = "2026-11-02", currency: str = "CHF") -> dict[str, Any]:
        """A forecast of finance, folded."""
        cost = {"amount": amount, "currency": currency}
        forecast = await self.make(FORECASTS, project_id=self.erp["id"], forecast_on=on, at_completion=cost)
        await self.portolan.settled()
        return forecast

    async def finish(self, day: str) -> None:
        answer = await self.revise(PROJECTS, self.erp, forecast_finish_on=day)
        assert answer.status_code == 200, answer.text

    async def threaten(self, probability: int, impact: int) -> dict[str, Any]:
        risk = await self.make(RISKS, project_id=self.erp["id"], title="The vendor fails")
        return await self.move(RISKS, risk, "assess", probability=probability, impact=impact)

    async def exceptions(self, **query: Any) -> list[dict[str, Any]]:
        return list((await self.read(f"/{EXCEPTIONS}", sort="created_at", **query))["items"])

    async def states(self) -> list[tuple[str, str]]:
        return [(one["axis"], one["state"]) for one in await self.exceptions()]

    async def by(self, who: str, collection: str, thing: Any, verb: str, **body: Any) -> httpx.Response:
        headers = await self.match(collection, thing)
        path = self.url(collection, self.id_of(thing), verb)
        return await self.callers[who].post(path, json=body, headers=headers)

    async def assessed(self, one: dict[str, Any]) -> dict[str, Any]:
        answer = await self.revise(EXCEPTIONS, one, cause="The vendor asks for more.")
        assert answer.status_code == 200, answer.text
        return await self.move(EXCEPTIONS, one, "assess")

    async def change(self, title: str = "A second interface", **members: Any) -> dict[str, Any]:
        body = {"project_id": self.erp["id"], "title": title, "kind": "scope", "impact": {"time_days": 3}}
        return await self.move(CHANGES, await self.make(CHANGES, **(body | members)), "assess")


@pytest.fixture
async def steering(portolan: Portolan) -> Steering:
    steering = Steering(portolan)
    await steering.begin()
    return steering
