"""What is archived or has ended: what happened counts in the whole and in its parts alike, and nothing of it is open."""

from typing import Any

import pytest

from tests.conftest import Portolan
from tests.support.given import (
    ALLOCATIONS,
    COSTS,
    LINES,
    PACKAGES,
    PERSONS,
    PLANNED,
    PORTFOLIOS,
    PROGRAMMES,
    PROJECTS,
    RISKS,
    Arranger,
    Thing,
)


class Company(Arranger):
    """Two portfolios under a top one, with a project each."""

    def __init__(self, portolan: Portolan, role: str = "director") -> None:
        super().__init__(portolan, role)
        self.portfolios: list[str] = []
        self.projects: list[str] = []

    async def build(self) -> "Company":
        top = await self.add(PORTFOLIOS, name="All")
        for name in ("One", "Other"):
            portfolio = await self.add(PORTFOLIOS, name=name, parent_id=top)
            project = await self.add(PROJECTS, name=name, portfolio_id=portfolio, **PLANNED)
            self.portfolios.append(portfolio)
            self.projects.append(project)
        self.top = top
        await self.portolan.settled()
        return self

    async def add(self, collection: str, /, **members: Any) -> str:
        return str((await self.make(collection, **members))["id"])

    async def end(self, collection: str, thing: Thing) -> None:
        archived = await self.archive(collection, thing)
        assert archived.status_code == 204, archived.text

    async def read(self, path: str, /, **query: Any) -> dict[str, Any]:
        return await super().read(f"reporting/v1/{path}", **query)

    async def close_down(self, n: int) -> None:
        await self.end(PROJECTS, self.projects[n])
        await self.end(PORTFOLIOS, self.portfolios[n])
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
        await company.add(LINES, project_id=company.projects[n], amount=money, **line)
    await company.close_down(1)

    async def drafted(**query: str) -> str:
        [year] = (await company.read("budget", **query))["items"]
        return str(year["total"]["draft"]["amount"])

    parts = [await drafted(portfolio_id=portfolio) for portfolio in company.portfolios]
    assert parts == ["100.00", "30.00"]
    assert await drafted() == await drafted(portfolio_id=company.top) == "130.00"


async def test_lines_of_an_archived_programme_count_in_the_whole_and_in_its_portfolio(
    company: Company,
) -> None:
    programme = await company.add(PROGRAMMES, name="Digital", portfolio_id=company.portfolios[0])
    await company.portolan.settled()
    money = {"amount": "7.00", "currency": "CHF"}
    line = {"fiscal_year": 2026, "nature": "opex", "amount": money}
    await company.add(LINES, programme_id=programme, **line)
    await company.end(PROGRAMMES, programme)
    whole, part = (
        await company.read("budget"),
        await company.read("budget", portfolio_id=company.portfolios[0]),
    )
    assert whole["items"] == part["items"] != []


@pytest.mark.parametrize("ending", ["discontinue", "archive"])
async def test_threats_of_what_has_ended_are_not_open_anywhere(company: Company, ending: str) -> None:
    for project in company.projects:
        risk = await company.add(RISKS, project_id=project, title="The vendor fails")
        await company.move(RISKS, risk, "assess", probability=5, impact=5)
    if ending == "archive":
        await company.close_down(1)
    else:
        await company.move(PROJECTS, company.projects[1], "discontinue", reason="No")
    whole = await company.read("risk-exposure")
    assert [risk["project_id"] for risk in whole["worst"]] == [company.projects[0]]
    assert (whole["matrix"][4][4], whole["by_state"]) == (1, {"assessed": 2})
    parts = [await company.read("risk-exposure", portfolio_id=id) for id in company.portfolios]
    assert [part["matrix"][4][4] for part in parts] == [1, 0]
    assert [part["by_state"] for part in parts] == [{"assessed": 1}, {"assessed": 1}]
    sheets = [await company.read(f"projects/{project}") for project in company.projects]
    assert [sheet["health"]["risk"] for sheet in sheets] == ["red", "green"]


async def test_the_load_of_an_archived_project_and_person_keeps_what_was_worked(company: Company) -> None:
    person = await company.add(PERSONS, name="Ada", weekly_hours=40)
    period = {"starts_on": "2026-03-01", "ends_on": "2027-12-31"}
    booking = await company.add(
        ALLOCATIONS, person_id=person, project_id=company.projects[1], percent=80, **period
    )
    await company.close_down(1)
    released = (await company.client.get(f"/resources/v1/allocations/{booking}")).json()
    assert (released["state"], released["ends_on"] < "2027-12-31") == ("released", True)
    await company.end(PERSONS, person)

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
        plan = {"planned_cost": {"amount": amount, "currency": "CHF"}}
        assert (await company.revise(PROJECTS, company.projects[n], **plan)).status_code == 200
    await company.close_down(1)

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
    company = Company(everywhere, "service")
    company.client.headers["Portolan-Effective-At"] = "2026-03-02"
    created, erased, there = [await company.add(PERSONS, name=name) for name in ("Ana", "Bo", "Cy")]
    project = await company.add(PROJECTS, name="P", manager_id=created, sponsor_id=there, **PLANNED)
    await company.move(PROJECTS, project, "approve")
    await everywhere.settled()
    package = await company.add(PACKAGES, project_id=project, wbs="1", name="W")
    await everywhere.settled()
    risk = await company.add(RISKS, project_id=project, title="R", owner_id=erased)
    cost = await company.add(
        COSTS, project_id=project, posted_on="2026-03-01", work_package_id=package,
        amount={"amount": "5.00", "currency": "CHF"},
    )  # fmt: skip
    company.client.headers["Portolan-Effective-At"] = "2026-04-02"
    assert (await company.read(f"projects/{project}"))["stale_references"] == []
    await company.end(PERSONS, created)
    await company.move(PERSONS, erased, "erase")
    await company.end(PACKAGES, package)

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
