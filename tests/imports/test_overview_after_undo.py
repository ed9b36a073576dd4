"""An import that was taken back leaves no trace in what dashboards say of now, and stays in what they say of days before."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.imports.recording import About, recorded
from services.imports.undoing import undo
from shared.base.clock import now
from shared.base.settings import Settings
from tests.conftest import Portolan
from tests.exports.test_round_trip import routes_as_of
from tests.imports.test_undoing import PACKAGES, PORTFOLIOS, PROJECTS, batch, tally
from tests.support.given import chf

ABOUT = About("projects.csv", "sheet", ("projects.project",))
LINES, COSTS, FORECASTS = "finance/v1/budget-lines", "finance/v1/actual-costs", "finance/v1/forecasts"
RISKS, PERSONS, ALLOCATIONS = "risk/v1/risks", "resources/v1/persons", "resources/v1/allocations"
PLANNED = {"planned_start_on": "2026-01-05", "planned_finish_on": "2026-06-30"}


async def bring_in(
    portolan: Portolan, client: httpx.AsyncClient, portfolio: str, name: str, **more: Any
) -> None:
    """A project with all that counts anywhere."""
    project = {
        "name": name,
        "portfolio_id": portfolio,
        "planned_cost": chf("100.00"),
        "forecast_cost": chf("120.00"),
    }
    [project_made] = await batch(client, PROJECTS, project | {"stage": "active"} | PLANNED | more)
    await portolan.settled()
    of = {"project_id": project_made["id"]}
    await batch(client, PACKAGES, of | PLANNED | {"wbs": "1", "name": "Build", "budget": chf("90.00")})
    line = {"fiscal_year": 2026, "nature": "opex", "amount": chf("50.00"), "state": "approved"}
    await batch(client, LINES, of | line)
    await batch(client, COSTS, of | {"posted_on": "2026-02-02", "nature": "opex", "amount": chf("12.00")})
    await batch(client, FORECASTS, of | {"forecast_on": "2026-02-02", "at_completion": chf("130.00")})
    await batch(client, RISKS, of | {"title": f"{name} fails"})
    [person] = await batch(client, PERSONS, {"name": f"Ada of {name}", "weekly_hours": 40})
    booking = of | {
        "person_id": person["id"],
        "starts_on": "2026-03-01",
        "ends_on": "2026-12-31",
        "percent": 80,
    }
    await batch(client, ALLOCATIONS, booking)
    await portolan.settled()


async def dashboards(portolan: Portolan, **query: str) -> dict[str, Any]:
    """All that answers of a day and of no project alone, but for positions and for how many are archived."""
    answers: dict[str, Any] = {}
    for path in sorted(set(routes_as_of(portolan))):
        if "{" not in path and not path.endswith("/activity"):
            answer = await portolan("director").get(path, params=query)
            assert answer.status_code == 200, (path, answer.text)
            answers[path] = _without(answer.json(), "positions", "archived", "next")
    return answers


def _without(content: Any, *names: str) -> Any:
    if isinstance(content, dict):
        return {name: _without(value, *names) for name, value in content.items() if name not in names}
    if isinstance(content, list):
        return [_without(one, *names) for one in content]
    return content


async def test_the_overview_is_as_before_the_import_and_past_days_are_as_they_were(
    everywhere: Portolan,
) -> None:
    portolan, client = everywhere, everywhere("service")
    [portfolio] = await batch(client, PORTFOLIOS, {"name": "IT"})
    await bring_in(portolan, client, portfolio["id"], "Before")
    before = await dashboards(portolan)
    yesterday = (now().astimezone(Settings().zone).date() - timedelta(days=1)).isoformat()
    client.headers["Portolan-Effective-At"] = yesterday
    async with recorded(client, ABOUT) as recording:
        await bring_in(portolan, client, portfolio["id"], "Wrong")
    del client.headers["Portolan-Effective-At"]
    of_yesterday = await dashboards(portolan, as_of=yesterday)
    assert await dashboards(portolan) != before
    assert tally(await undo(client, recording.id)) == (8, 0, [])
    await portolan.settled()
    after = await dashboards(portolan)
    assert {path: after[path] for path in before if after[path] != before[path]} == {}
    assert await dashboards(portolan, as_of=yesterday) == of_yesterday
    assert "Wrong" in str(of_yesterday)


async def test_what_is_undone_and_comes_in_again_has_its_amounts(portolan: Portolan) -> None:
    client = portolan("service")
    ref = {"external_ref": {"source": "sheet", "id": "1"}}
    async with recorded(client, ABOUT) as recording:
        await batch(client, PROJECTS, {"name": "ERP", "planned_cost": chf("100.00")} | ref)
    await undo(client, recording.id)
    answer = await client.post(
        f"/{PROJECTS}/batch?restore=true",
        json={"items": [{"name": "ERP", "planned_cost": chf("100.00")} | ref]},
        headers={"Idempotency-Key": "again"},
    )
    [result] = answer.json()["items"]
    assert (result["resource"]["archived_at"], result["resource"]["planned_cost"]) == (None, chf("100.00"))


@pytest.mark.parametrize(("role", "reasons"), [("service", []), ("director", ["still_counts"])])
async def test_the_amounts_of_what_has_ended_are_emptied_by_who_may(
    portolan: Portolan, role: str, reasons: list[str]
) -> None:
    importer, undoer = portolan("service"), portolan(role)
    async with recorded(importer, ABOUT) as recording:
        await batch(importer, PROJECTS, {"name": "Old", "planned_cost": chf("100.00"), "stage": "closed"})
    assert tally(await undo(undoer, recording.id)) == (1, 0, reasons)
    await portolan.settled()
    total = (await undoer.get("/reporting/v1/portfolios")).json()["total"]
    assert (total["cost"]["planned"] is None) is (role == "service")
