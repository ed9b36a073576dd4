"""J1: a need becomes a project: drafted in a unit, returned once, adapted, qualified, decided, converted.

Scoring, ranking and the reservation in an envelope join as they come.
"""

from typing import Any

import httpx

from tests.access.conftest import Office
from tests.conftest import Portolan

REQUESTS, OBJECTIVES = "/projects/v1/requests", "/projects/v1/strategic-objectives"
NEED = "Invoices are typed in by hand; each takes 6 minutes."
OUTCOME = "An invoice is booked within a day of its arrival."
STATES = (
    "draft",
    "submitted",
    "screening",
    "returned",
    "qualified",
    "approved",
    "deferred",
    "rejected",
    "converted",
)


def chf(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CHF"}


class People:
    """Those of the journey, and what they do."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.director = office.caller("dora", "director")
        self.second = office.caller("dirk", "director")
        self.anna = self.manager = self.director

    async def arrive(self, unit: str, portfolio: str) -> None:
        """Anna belongs to a unit, and the manager to a portfolio: they have no other rights."""
        self.anna = await self.office.participant("anna", "member", "unit", unit)
        self.manager = await self.office.participant("piet", "manager", "portfolio", portfolio)

    async def ask(self, **members: Any) -> str:
        answer = await self.anna.post(REQUESTS, json=members)
        assert answer.status_code == 201, answer.text
        return f"{REQUESTS}/{answer.json()['id']}"

    async def act(self, path: str, verb: str, by: httpx.AsyncClient, **body: Any) -> httpx.Response:
        tag = (await self.director.get(path)).headers["ETag"]
        return await by.post(f"{path}/{verb}", json=body, headers={"If-Match": tag})

    async def moved(self, path: str, by: httpx.AsyncClient, *verbs: str, **body: Any) -> dict[str, Any]:
        for verb in verbs:
            answer = await self.act(path, verb, by, **body)
            assert answer.status_code == 200, (verb, answer.text)
        return dict(answer.json())

    async def patched(self, path: str, by: httpx.AsyncClient, **members: Any) -> httpx.Response:
        headers = {
            "If-Match": (await self.director.get(path)).headers["ETag"],
            "Content-Type": "application/merge-patch+json",
        }
        return await by.patch(path, json=members, headers=headers)


async def test_a_need_becomes_a_project(portolan: Portolan) -> None:
    office = Office(portolan)
    people = People(office)
    unit = (await office.make("/resources/v1/org-units", name="Accounts"))["id"]
    limits = [{"amount": chf("500000.00"), "decided_by": "Steering committee"}]
    portfolio = (await office.make("/projects/v1/portfolios", name="IT", limits=limits))["id"]
    years = {"from_year": 2026, "until_year": 2028}
    paper, growth = [
        (await office.make(OBJECTIVES, title=title, **years))["id"] for title in ("Paper is gone", "Growth")
    ]
    for id in (paper, growth):
        await people.moved(f"{OBJECTIVES}/{id}", people.second, "adopt")
    await portolan.settled()
    await people.arrive(unit, portfolio)

    # drafted by a member of the unit; without an outcome it is refused
    first = await people.ask(title="Scan invoices", need=NEED, unit_id=unit)
    refused = await people.act(first, "submit", people.anna)
    assert (refused.status_code, refused.json()["code"]) == (422, "request_incomplete")
    assert (await people.patched(first, people.anna, outcome=OUTCOME)).status_code == 200
    await people.moved(first, people.anna, "submit")

    # the portfolio office takes it over, returns it once, and adapts it: the words of the requester stay
    assert (await people.patched(first, people.director, portfolio_id=portfolio)).status_code == 200
    await portolan.settled()
    await people.moved(first, people.manager, "screen")
    await people.moved(first, people.manager, "return", reason="How long does it take today?")
    more = "Invoices are typed in by hand; each takes 6 minutes, 40,000 a year."
    assert (await people.patched(first, people.anna, need=more)).status_code == 200
    await people.moved(first, people.anna, "submit")
    await people.moved(first, people.manager, "screen")
    # 40,000 invoices of 6 minutes: 240,000 minutes are 4,000 hours
    adapted = "Only invoices of vendors; 4,000 hours a year are saved at most."
    costs = {"cost_low": chf("150000.00"), "cost_likely": chf("180000.00"), "cost_high": chf("260000.00")}
    serves = [
        {"objective_id": paper, "contribution": "extreme"},
        {"objective_id": growth, "contribution": "low"},
    ]
    assert (
        await people.patched(first, people.manager, adapted=adapted, objectives=serves, **costs)
    ).status_code == 200
    refused = await people.patched(first, people.manager, need="Something else")
    assert (refused.status_code, refused.json()["code"]) == (409, "submitted_stays")
    qualified = await people.moved(first, people.manager, "qualify")
    assert (qualified["need"], qualified["adapted"]) == (more, adapted)

    # three more, one of them above the limit of the portfolio
    others = []
    for title, likely in (
        ("Travel app", "90000.00"),
        ("Second archive", "60000.00"),
        ("New ERP", "500000.01"),
    ):
        path = await people.ask(
            title=title, need=NEED, outcome=OUTCOME, unit_id=unit, category="mandatory",
            cost_low=chf("1.00"), cost_likely=chf(likely), cost_high=chf("900000.00"),
        )  # fmt: skip
        await people.moved(path, people.anna, "submit")
        assert (await people.patched(path, people.director, portfolio_id=portfolio)).status_code == 200
        await people.moved(path, people.manager, "screen", "qualify")
        others.append(path)
    travel, archive, erp = others

    # who asks does not decide; the director does, up to the limit
    assert (await people.act(first, "approve", people.anna)).status_code == 403
    await people.moved(first, people.director, "approve", reason="It pays for itself within a year.")
    await people.moved(travel, people.director, "defer", reason="After the scanner.")
    await people.moved(archive, people.director, "reject", reason="One archive is enough.")
    refused = await people.act(erp, "approve", people.director)
    assert (refused.status_code, refused.json()["code"]) == (409, "resolution_needed")
    assert refused.json()["decided_by"] == "Steering committee"

    # requirements are agreed, and go over to the project that is made
    requirement = await office.make(
        "/projects/v1/requirements", statement="An invoice is read within a minute", priority="must",
        request_id=first.rpartition("/")[2],
    )  # fmt: skip
    await people.moved(f"/projects/v1/requirements/{requirement['id']}", people.director, "agree")
    converted = await people.moved(first, people.manager, "convert", into="project")
    project = (await people.director.get(f"/projects/v1/projects/{converted['became']['id']}")).json()
    assert (project["stage"], project["name"]) == ("proposed", "Scan invoices")
    assert project["planned_cost"] == chf("180000.00"), "the likely cost"
    assert project["objectives"] == serves
    mandate = (await people.director.get(f"/projects/v1/mandates/{converted['became']['mandate_id']}")).json()
    assert (mandate["kind"], mandate["state"], mandate["edition"]) == ("initiation", "draft", 1)
    assert (mandate["project_id"], mandate["scope_in"]) == (project["id"], adapted)
    of_project = {"project_id": project["id"]}
    [handed_over] = (await people.director.get("/projects/v1/requirements", params=of_project)).json()[
        "items"
    ]
    assert (handed_over["id"], handed_over["state"]) == (requirement["id"], "agreed")

    # of four requests one is converted, one deferred, one rejected, and one waits qualified
    items = (await people.director.get(REQUESTS)).json()["items"]
    counts = {state: sum(one["state"] == state for one in items) for state in STATES}
    assert {state: n for state, n in counts.items() if n} == {
        "qualified": 1,
        "deferred": 1,
        "rejected": 1,
        "converted": 1,
    }
    # the requester reads all of it to the end
    assert (await people.anna.get(first)).json()["state"] == "converted"
