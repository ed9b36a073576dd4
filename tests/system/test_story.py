"""One story over HTTP only, from proposal to closure; every dashboard is held against figures computed by hand."""

from datetime import timedelta

from tests.conftest import Portolan
from tests.support.days import today
from tests.support.given import Story, chf


async def test_a_project_from_proposal_to_closure(everywhere: Portolan) -> None:
    director = Story(everywhere)
    day = today()
    start, finish = day - timedelta(days=49), day + timedelta(days=50)

    # propose and approve
    portfolio = await director.make("projects/v1/portfolios", name="Core systems")
    project = await director.make(
        "projects/v1/projects", name="New ERP", portfolio_id=portfolio["id"], planned_start_on=start.isoformat(),
        planned_finish_on=finish.isoformat(), forecast_finish_on=finish.isoformat(), planned_cost=chf("100000.00"),
    )  # fmt: skip
    await director.move("projects/v1/projects", project, "approve", reason="agreed")
    await director.move("projects/v1/projects", project, "activate")
    await everywhere.settled()
    [budget] = (await director.read(f"finance/v1/budgets?project_id={project['id']}"))["items"]
    assert (budget["open"], budget["planned"]) == (True, chf("100000.00"))
    [register] = (await director.read(f"risk/v1/registers?project_id={project['id']}"))["items"]
    assert register["open"]

    # budget by fiscal year
    for year, nature, amount in ((2026, "capex", "60000.00"), (2027, "opex", "40000.00")):
        line = await director.make(
            "finance/v1/budget-lines",
            project_id=project["id"],
            fiscal_year=year,
            nature=nature,
            amount=chf(amount),
        )
        await director.move("finance/v1/budget-lines", line, "submit")
        await director.move("finance/v1/budget-lines", line, "approve")

    # staff
    anna = await director.make("resources/v1/persons", name="Anna Keller", weekly_hours=40.0)
    booking = {"person_id": anna["id"], "project_id": project["id"], "percent": 60}
    month = day.replace(day=1)
    period = {"starts_on": month.isoformat(), "ends_on": finish.isoformat()}
    allocation = await director.make("resources/v1/allocations", **booking, **period, commitment="hard")
    refused = await director.client.post(
        "/resources/v1/allocations", json=booking | period | {"commitment": "hard"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "overallocated")

    # work and progress: half of the time is over (50 of 100 days), 40 % of the money is earned
    dates = {"planned_start_on": start.isoformat(), "planned_finish_on": finish.isoformat()}
    build = await director.make(
        "projects/v1/work-packages",
        project_id=project["id"],
        wbs="1",
        name="Build",
        budget=chf("80000.00"),
        **dates,
    )
    await director.make(
        "projects/v1/work-packages",
        project_id=project["id"],
        wbs="2",
        name="Train",
        budget=chf("20000.00"),
        **dates,
    )
    await director.move("projects/v1/work-packages", build, "report-progress", percent_complete=50)

    # cost
    first = await director.make(
        "finance/v1/actual-costs",
        project_id=project["id"],
        posted_on=day.isoformat(),
        amount=chf("50000.00"),
    )
    await director.make(
        "finance/v1/actual-costs", project_id=project["id"], posted_on=day.isoformat(), amount=chf("-10000.00"),
        reverses_id=first["id"],
    )  # fmt: skip
    await everywhere.settled()
    sheet = await director.read(f"reporting/v1/projects/{project['id']}")
    value = sheet["earned_value"]
    assert [value[f] for f in ("bac", "pv", "ev", "ac")] == [
        chf("100000.00"), chf("50000.00"), chf("40000.00"), chf("40000.00"),
    ]  # fmt: skip
    assert (value["spi"], value["cpi"]) == ("0.80", "1.00")
    computed = await director.read(f"finance/v1/projects/{project['id']}/earned-value")
    assert computed["eac_at_cpi"] == chf("100000.00")
    assert computed["eac_at_cpi_spi"] == chf("115000.00")

    # risk
    risk = await director.make("risk/v1/risks", project_id=project["id"], title="The vendor is late")
    await director.move("risk/v1/risks", risk, "assess", probability=4, impact=3)
    await everywhere.settled()
    item = (await director.read("reporting/v1/projects"))["items"][0]
    assert (item["health"]["risk"], item["health"]["reasons"]) == ("amber", ["a risk of score 12"])
    exposure = await director.read("reporting/v1/risk-exposure")
    assert exposure["matrix"][3][2] == 1
    await director.move("risk/v1/risks", risk, "monitor")
    await director.move("risk/v1/risks", risk, "occur", reason="insolvency")

    # forecast: 12 % over the plan
    await director.make(
        "finance/v1/forecasts",
        project_id=project["id"],
        forecast_on=day.isoformat(),
        at_completion=chf("112000.00"),
    )
    await everywhere.settled()
    item = (await director.read("reporting/v1/projects?sort=cost.variance"))["items"][0]
    assert item["cost"]["planned"] == chf("100000.00")
    assert item["cost"]["forecast"] == chf("112000.00")
    assert item["cost"]["actual"] == chf("40000.00")
    assert (item["cost"]["variance"], item["cost"]["variance_pct"]) == (chf("-12000.00"), "-12.00")
    assert item["schedule"]["variance_days"] == 0
    assert item["health"] == {
        "overall": "red", "cost": "red", "time": "green", "risk": "red",
        "reasons": ["12.00 % over plan", "a risk has occurred"],
    }  # fmt: skip
    overview = await director.read("reporting/v1/portfolios")
    assert overview["items"][0]["counts"] == {
        "projects": 1, "archived": 0, "by_stage": {"active": 1}, "by_health": {"green": 0, "amber": 0, "red": 1},
    }  # fmt: skip
    assert overview["total"]["cost"]["variance"] == chf("-12000.00")
    years = {
        y["fiscal_year"]: y["total"]["approved"]
        for y in (await director.read("reporting/v1/budget"))["items"]
    }
    assert years == {2026: chf("60000.00"), 2027: chf("40000.00")}
    load = (await director.read("reporting/v1/load?months=1"))["items"][0]
    assert (load["person"]["name"], load["months"][0]["hard_pct"]) == ("Anna Keller", 60.0)

    # close
    await director.move("projects/v1/projects", project, "start-closing")
    await director.move("projects/v1/projects", project, "close", reason="delivered")
    await everywhere.settled()
    assert (await director.read(f"resources/v1/allocations/{allocation['id']}"))["state"] == "released"
    late = {"project_id": project["id"], "posted_on": day.isoformat(), "amount": chf("1.00")}
    refused = await director.client.post(
        "/finance/v1/actual-costs", json=late, headers={"Idempotency-Key": "late"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "project_ended")
    assert (await director.read("reporting/v1/projects"))["items"][0]["stage"] == "closed"

    # what happened, by whom: every fact once
    facts = [i["type"].split(".")[-2] for i in (await director.read(
        f"reporting/v1/activity?aggregate_id={project['id']}"))["items"]]  # fmt: skip
    assert facts[::-1] == ["created", "approved", "activated", "closing_started", "closed"]

    # and as it was before there was anything
    assert (await director.read("reporting/v1/projects?as_of=2020-01-01"))["items"] == []
