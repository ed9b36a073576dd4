"""Milestones over REST: as planned, as expected, as it came."""

from typing import Any

from tests.conftest import Portolan
from tests.support.given import PROJECTS, Arranger

MILESTONES = "projects/v1/milestones"


async def facts_of(director: Arranger, thing: dict[str, Any]) -> list[str]:
    """The names of what was told of an aggregate, oldest first."""
    items = (await director.read("/reporting/v1/activity", aggregate_id=thing["id"]))["items"]
    return [item["type"].split(".")[-2] for item in reversed(items)]


async def go_live(director: Arranger, **members: Any) -> dict[str, Any]:
    project = await director.make(PROJECTS, name="Registry")
    return await director.make(
        MILESTONES, **({"project_id": project["id"], "name": "Go-live", "planned_on": "2031-03-03"} | members)
    )


async def test_a_milestone_is_achieved_on_a_day_and_reopened(portolan: Portolan) -> None:
    director = Arranger(portolan)
    milestone = await go_live(director, planned_on="2026-03-02")
    achieved = await director.move(MILESTONES, milestone, "achieve", on="2026-03-05")
    assert (achieved["state"], achieved["achieved_on"]) == ("achieved", "2026-03-05")
    reopened = await director.move(MILESTONES, achieved, "reopen", reason="The load test failed.")
    assert (reopened["state"], reopened["achieved_on"]) == ("planned", None)
    dropped = await director.move(MILESTONES, reopened, "drop")
    assert (await director.act(MILESTONES, dropped, "achieve", on="2026-03-05")).status_code == 409


async def test_nothing_is_achieved_in_the_future(portolan: Portolan) -> None:
    director = Arranger(portolan)
    refused = await director.act(MILESTONES, await go_live(director), "achieve", on="2031-03-03")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/on"


async def test_a_forecast_later_than_planned_is_told_and_told_again_only_where_it_is_later_still(
    portolan: Portolan,
) -> None:
    director = Arranger(portolan)
    milestone = await go_live(director, forecast_on="2031-02-28")
    assert await facts_of(director, milestone) == ["created"]
    for day, version in (("2031-03-10", 3), ("2031-03-08", 4), ("2031-03-17", 6), ("2031-03-03", 7)):
        revised = (await director.revise(MILESTONES, milestone["id"], forecast_on=day)).json()
        assert (revised["forecast_on"], revised["version"]) == (day, version)
    assert await facts_of(director, milestone) == [
        "created", "revised", "slipped", "revised", "revised", "slipped", "revised",
    ]  # fmt: skip


async def test_one_that_is_made_late_slips_at_once_and_one_that_is_achieved_no_more(
    portolan: Portolan,
) -> None:
    director = Arranger(portolan)
    late = await go_live(director, planned_on="2026-03-02", forecast_on="2026-04-01")
    assert await facts_of(director, late) == ["created", "slipped"]
    achieved = await director.move(MILESTONES, late["id"], "achieve", on="2026-04-08")
    await director.revise(MILESTONES, achieved["id"], forecast_on="2026-05-01")
    assert await facts_of(director, late) == ["created", "slipped", "achieved", "revised"]


async def test_a_closed_project_takes_no_milestone(portolan: Portolan) -> None:
    director = Arranger(portolan)
    project = await director.project("discontinue")
    refused = await director.create(
        MILESTONES, project_id=project["id"], name="Go-live", planned_on="2031-03-03"
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "project_ended")
