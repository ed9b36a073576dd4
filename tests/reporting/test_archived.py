"""What is archived or has ended: what happened counts in the whole and in its parts alike, and nothing of it is open."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.conftest import Portolan


class Company:
    """Two portfolios under a top one, with a project each."""

    def __init__(self, portolan: Portolan) -> None:
        self.portolan, self.client = portolan, portolan("director")
        self.portfolios: list[str] = []
        self.projects: list[str] = []

    async def build(self) -> "Company":
        top = await self.make("projects/v1/portfolios", name="All")
        for name in ("One", "Other"):
            portfolio = await self.make("projects/v1/portfolios", name=name, parent_id=top)
            dates = {"planned_start_on": "2026-01-01", "planned_finish_on": "2026-12-31"}
            project = await self.make("projects/v1/projects", name=name, portfolio_id=portfolio, **dates)
            self.portfolios.append(portfolio)
            self.projects.append(project)
        self.top = top
        await self.portolan.settled()
        return self

    async def make(self, collection: str, **members: Any) -> str:
        key = {"Idempotency-Key": uuid4().hex}
        response = await self.client.post(f"/{collection}", json=members, headers=key)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    async def act(self, method: str, path: str, verb: str = "", **body: Any) -> httpx.Response:
        headers = {"If-Match": (await self.client.get(f"/{path}")).headers["etag"]}
        done = await self.client.request(method, f"/{path}{verb}", json=body or None, headers=headers)
        assert done.status_code in (200, 204), done.text
        return done

    async def read(self, path: str, **query: str) -> Any:
        await self.portolan.settled()
        answer = await self.client.get(f"/reporting/v1/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def archive(self, n: int) -> None:
        await self.act("DELETE", f"projects/v1/projects/{self.projects[n]}")
        await self.act("DELETE", f"projects/v1/portfolios/{self.portfolios[n]}")
        await self.portolan.settled()


@pytest.fixture
async def company(portolan: Portolan) -> Company:
    return await Company(portolan).build()


async def test_the_budget_of_the_company_is_the_sum_of_its_portfolios_when_one_is_archived(
    company: Company,
) -> None:
    line = {"fiscal_year": 2026, "nature": "opex"}
    for n, amount in enumerate(("100.00", "30.00")):
        money = {"amount": amount, "currency": "CHF"}
        await company.make("finance/v1/budget-lines", project_id=company.projects[n], amount=money, **line)
    await company.archive(1)

    async def drafted(**query: str) -> str:
        [year] = (await company.read("budget", **query))["items"]
        return str(year["total"]["draft"]["amount"])

    parts = [await drafted(portfolio_id=portfolio) for portfolio in company.portfolios]
    assert parts == ["100.00", "30.00"]
    assert await drafted() == await drafted(portfolio_id=company.top) == "130.00"


async def test_lines_of_an_archived_programme_count_in_the_whole_and_in_its_portfolio(
    company: Company,
) -> None:
    programme = await company.make(
        "projects/v1/programmes", name="Digital", portfolio_id=company.portfolios[0]
    )
    await company.portolan.settled()
    money = {"amount": "7.00", "currency": "CHF"}
    line = {"fiscal_year": 2026, "nature": "opex", "amount": money}
    await company.make("finance/v1/budget-lines", programme_id=programme, **line)
    await company.act("DELETE", f"projects/v1/programmes/{programme}")
    whole, part = (
        await company.read("budget"),
        await company.read("budget", portfolio_id=company.portfolios[0]),
    )
    assert whole["items"] == part["items"] != []


@pytest.mark.parametrize("ending", ["discontinue", "archive"])
async def test_threats_of_what_has_ended_are_not_open_anywhere(company: Company, ending: str) -> None:
    for project in company.projects:
        risk = await company.make("risk/v1/risks", project_id=project, title="The vendor fails")
        await company.act("POST", f"risk/v1/risks/{risk}", "/assess", probability=5, impact=5)
    if ending == "archive":
        await company.archive(1)
    else:
        await company.act("POST", f"projects/v1/projects/{company.projects[1]}", "/discontinue", reason="No")
    whole = await company.read("risk-exposure")
    assert [risk["project_id"] for risk in whole["worst"]] == [company.projects[0]]
    assert (whole["matrix"][4][4], whole["by_state"]) == (1, {"assessed": 2})
    parts = [await company.read("risk-exposure", portfolio_id=id) for id in company.portfolios]
    assert [part["matrix"][4][4] for part in parts] == [1, 0]
    assert [part["by_state"] for part in parts] == [{"assessed": 1}, {"assessed": 1}]
    sheets = [await company.read(f"projects/{project}") for project in company.projects]
    assert [sheet["health"]["risk"] for sheet in sheets] == ["red", "green"]


async def test_the_load_of_an_archived_project_and_person_keeps_what_was_worked(company: Company) -> None:
    person = await company.make("resources/v1/persons", name="Ada", weekly_hours=40)
    period = {"starts_on": "2026-03-01", "ends_on": "2027-12-31"}
    booking = await company.make(
        "resources/v1/allocations", person_id=person, project_id=company.projects[1], percent=80, **period
    )
    await company.archive(1)
    released = (await company.client.get(f"/resources/v1/allocations/{booking}")).json()
    assert (released["state"], released["ends_on"] < "2027-12-31") == ("released", True)
    await company.act("DELETE", f"resources/v1/persons/{person}")

    async def booked(first: str, **query: str) -> list[float]:
        load = await company.read("load", months="1", **({"from": first} | query))
        return [one["months"][0]["soft_pct"] for one in load["items"] if one["person"]["id"] == person]

    assert await booked("2026-03") == await booked("2026-03", portfolio_id=company.portfolios[1]) == [80.0]
    assert await booked("2026-03", portfolio_id=company.portfolios[0]) == []
    assert await booked("2027-06") == []


async def test_sums_of_cost_count_an_archived_project_and_lists_and_counts_do_not(
    everywhere: Portolan,
) -> None:
    """In the whole, in the portfolio above it, and stage by stage; the list adds up where archived ones are asked for."""
    company = await Company(everywhere).build()
    for n, amount in enumerate(("100.00", "30.00")):
        headers = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
        plan = {"planned_cost": {"amount": amount, "currency": "CHF"}}
        url = f"/projects/v1/projects/{company.projects[n]}"
        assert (await company.client.patch(url, json=plan, headers=headers)).status_code == 200
    await company.archive(1)

    read_plan = await company.read("portfolios")
    by_id = {item["portfolio"]["id"]: item for item in read_plan["items"]}
    assert set(by_id) == {company.top, company.portfolios[0]}
    for summary in (read_plan["total"], by_id[company.top]):
        assert summary["cost"]["planned"]["amount"] == "130.00"
        assert summary["cost_by_stage"]["proposed"]["planned"]["amount"] == "130.00"
        counts = summary["counts"]
        assert (counts["projects"], counts["archived"], counts["by_stage"]) == (1, 1, {"proposed": 1})
        assert sum(counts["by_health"].values()) == 1
    green = await company.read("portfolios", health="green")
    assert green["total"]["cost"]["planned"]["amount"] == "130.00"

    async def listed(**query: str) -> list[tuple[str, bool]]:
        items = (await company.read("projects", sort="-cost.planned", **query))["items"]
        return [(item["cost"]["planned"]["amount"], item["archived"]) for item in items]

    assert await listed() == await listed(portfolio_id=company.top) == [("100.00", False)]
    everything = [("100.00", False), ("30.00", True)]
    for query in ({}, {"portfolio_id": company.top}, {"health": "green"}, {"stage": "proposed"}):
        assert await listed(archived="true", **query) == everything, query
    assert await listed(archived="true", portfolio_id=company.portfolios[1]) == everything[1:]


async def test_a_sheet_tells_what_names_something_archived(everywhere: Portolan) -> None:
    """Nothing new may name it; what did so before goes on, and is found here, as of any day."""
    company = Company(everywhere)
    company.client = everywhere("service")
    company.client.headers["Portolan-Effective-At"] = "2026-03-02"
    persons = "resources/v1/persons"
    created, erased, there = [await company.make(persons, name=name) for name in ("Ana", "Bo", "Cy")]
    dates = {"planned_start_on": "2026-01-01", "planned_finish_on": "2026-12-31"}
    project = await company.make(
        "projects/v1/projects", name="P", manager_id=created, sponsor_id=there, **dates
    )
    await company.act("POST", f"projects/v1/projects/{project}", "/approve")
    await everywhere.settled()
    package = await company.make("projects/v1/work-packages", project_id=project, wbs="1", name="W")
    await everywhere.settled()
    risk = await company.make("risk/v1/risks", project_id=project, title="R", owner_id=erased)
    cost = await company.make(
        "finance/v1/actual-costs", project_id=project, posted_on="2026-03-01", work_package_id=package,
        amount={"amount": "5.00", "currency": "CHF"},
    )  # fmt: skip
    company.client.headers["Portolan-Effective-At"] = "2026-04-02"
    assert (await company.read(f"projects/{project}"))["stale_references"] == []
    await company.act("DELETE", f"{persons}/{created}")
    await company.act("POST", f"{persons}/{erased}", "/erase")
    await company.act("DELETE", f"projects/v1/work-packages/{package}")

    def stale(kind: str, id: str, member: str, named: tuple[str, str], state: str) -> dict[str, str]:
        names = {"named_type": named[0], "named_id": named[1]}
        return {"aggregate_type": kind, "id": id, "member": member, **names, "state": state}

    expected = [
        stale("project", project, "manager_id", ("person", created), "archived"),
        stale("risk", risk, "owner_id", ("person", erased), "erased"),
        stale("actual_cost", cost, "work_package_id", ("work_package", package), "archived"),
    ]
    for query in ({}, {"as_of": "2026-04-02"}):
        read_plan = (await company.read(f"projects/{project}", **query))["stale_references"]
        assert sorted(read_plan, key=str) == sorted(expected, key=str), query
    assert (await company.read(f"projects/{project}", as_of="2026-03-02"))["stale_references"] == []
