"""Cost estimates over REST: their points, their totals, their editions, and like projects."""

from typing import Any

import pytest

from tests.support.given import Desk, chf, money

ESTIMATES, PROJECTS = "finance/v1/cost-estimates", "projects/v1/projects"


def line(low: str, likely: str, high: str, name: str = "Licences", **members: Any) -> dict[str, Any]:
    return {"name": name, "low": chf(low), "likely": chf(likely), "high": chf(high), **members}


async def baselined(
    desk: Desk, project: dict[str, Any], *lines: dict[str, Any], **more: Any
) -> dict[str, Any]:
    estimate = await desk.make(ESTIMATES, project_id=project["id"], lines=list(lines), **more)
    return await desk.move(ESTIMATES, estimate, "review", "baseline")


async def test_lines_come_to_a_total(desk_everywhere: Desk) -> None:
    """Of 5, 10, 15: the mean is 10, P50 10, P80 15 - sqrt(0.2 * 10 * 5) = 11.84; run cost is apart."""
    desk = desk_everywhere
    project = await desk.project()
    body = {"project_id": project["id"], "basis": "three_point", "accuracy_class": 3}
    run = [{"fiscal_year": 2027, "amount": chf("500.00")}]
    estimate = await desk.make(
        ESTIMATES, **body, lines=[line("5.00", "10.00", "15.00")], run_cost_by_year=run
    )
    assert estimate["total"] == {"mean": chf("10.00"), "p50": chf("10.00"), "p80": chf("11.84")}
    more = await desk.revise(
        ESTIMATES, estimate, lines=[line("5.00", "10.00", "15.00"), line("1.00", "1.00", "2.00")]
    )
    assert more.json()["total"]["mean"] == chf("11.33")


@pytest.mark.parametrize(
    ("lines", "pointer", "code"),
    [
        ([line("2.00", "1.00", "3.00")], "/lines/0/low", "above_likely"),
        ([line("1.00", "4.00", "3.00")], "/lines/0/high", "below_likely"),
        ([line("-1.00", "4.00", "5.00")], "/lines/0/low", "negative"),
        (
            [line("1.00", "1.00", "1.00"), {"name": "b", "likely": money("1.00", "EUR")}],
            "/lines/1/likely/currency",
            "other_currency",
        ),
    ],
)
async def test_points_that_make_no_range_are_refused(
    desk: Desk, lines: list[dict[str, Any]], pointer: str, code: str
) -> None:
    project = await desk.project()
    refused = await desk.create(ESTIMATES, project_id=project["id"], lines=lines)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_estimate")
    assert (pointer, code) in [(e["pointer"], e["code"]) for e in refused.json()["errors"]]


async def test_three_points_are_three(desk: Desk) -> None:
    project = await desk.project()
    lines = [{"name": "Licences", "likely": chf("1.00")}]
    refused = await desk.create(ESTIMATES, project_id=project["id"], lines=lines, basis="three_point")
    assert [e["pointer"] for e in refused.json()["errors"]] == ["/lines/0/low", "/lines/0/high"]
    assert (await desk.create(ESTIMATES, lines=lines)).json()["code"] == "of_one_thing"
    empty = await desk.make(ESTIMATES, project_id=project["id"])
    assert (await desk.act(ESTIMATES, empty, "review")).json()["code"] == "no_lines"


async def test_a_baselined_estimate_is_replaced_by_its_next_edition(desk: Desk) -> None:
    project = await desk.project()
    first = await baselined(desk, project, line("5.00", "10.00", "15.00"))
    bound = await desk.revise(ESTIMATES, first, confidence="high")
    assert (bound.status_code, bound.json()["code"]) == (409, "bound")
    created = await desk.client.post(f"/{ESTIMATES}/{first['id']}/editions", json={})
    assert created.status_code == 201, created.text
    second = created.json()
    assert (second["edition"], second["state"], second["lines"]) == (2, "draft", first["lines"])
    assert second["total"] == first["total"]
    await desk.move(ESTIMATES, second, "review", "baseline")
    assert (await desk.read(f"{ESTIMATES}/{first['id']}"))["state"] == "superseded"


@pytest.mark.rule("finance.cost_estimate.1")
async def test_estimates_of_a_portfolio_sum_with_the_stated_correlation(desk: Desk) -> None:
    """Four of 5, 10, 15, each with s = 2.0412: apart s = 4.0825, together 8.1650; P80 is 40 + 0.84162 s."""
    portfolio = await desk.make("projects/v1/portfolios", name="IT")
    for year in (2027, 2028):
        project = await desk.project(portfolio_id=portfolio["id"])
        run = [{"fiscal_year": year, "amount": chf("100.00")}, {"fiscal_year": 2029, "amount": chf("1.00")}]
        lines = [line("5.00", "10.00", "15.00"), line("5.00", "10.00", "15.00", "Work")]
        await baselined(desk, project, *lines, run_cost_by_year=run)
    await desk.make(ESTIMATES, project_id=project["id"], lines=[line("1.00", "1.00", "1.00")])
    path = "finance/v1/cost-estimate-totals"
    apart = await desk.read(path, portfolio_id=portfolio["id"])
    assert (apart["estimates"], apart["correlation_percent"]) == (2, 0)
    assert apart["total"] == {"mean": chf("40.00"), "p50": chf("40.00"), "p80": chf("43.44")}
    together = await desk.read(path, correlation_percent="100")
    assert together["total"] == {"mean": chf("40.00"), "p50": chf("40.00"), "p80": chf("46.87")}
    years = [(one["fiscal_year"], one["amount"]["amount"]) for one in together["run_cost_by_year"]]
    assert years == [(2027, "100.00"), (2028, "100.00"), (2029, "2.00")]


@pytest.mark.rule("finance.cost_estimate.2")
async def test_like_projects_that_closed_say_their_errors(desk_everywhere: Desk) -> None:
    """Estimated at 100 and at 400, they cost 120 (+20 %) and 400 (0 %): the mean error is 10 %."""
    desk = desk_everywhere
    for size, cost in (("400.00", "400.00"), ("100.00", "120.00")):
        project = await desk.project("approve", "activate")
        await baselined(desk, project, line(size, size, size))
        assert (await desk.post(project, cost)).status_code == 201
        await desk.move(PROJECTS, project, "start-closing", "close")
    running = await desk.project("approve")
    await baselined(desk, running, line("110.00", "110.00", "110.00"))
    own = await desk.make(ESTIMATES, project_id=running["id"], lines=[line("110.00", "110.00", "110.00")])
    answer = await desk.read(f"{ESTIMATES}/{own['id']}/analogues")
    assert [(one["estimated"]["amount"], one["error_percent"]) for one in answer["items"]] == [
        ("100.00", "20.00"),
        ("400.00", "0.00"),
    ]
    assert (answer["mean_error_percent"], answer["adjusted_mean"]) == ("10.00", chf("121.00"))
