"""J5: a plan arrives as a file, is scheduled on Swiss holidays, approved, reported on and scheduled anew; it says what moved.

The calendar is that of the canton of Zurich: in spring 2026 nothing is worked on Good Friday (3 April), Easter Monday (6 April)
and Labour Day (1 May).

    Analyse   5 days from Monday 30 March: 30, 31, 1, 2, (3 and 6 are holidays), 7     -> Tuesday 7 April
    Build    10 days after it: 8, 9, 10, 13, 14, 15, 16, 17, 20, 21                    -> Tuesday 21 April
    Train     3 days after Analyse: 8, 9, 10                                           -> Friday 10 April
              and could slip by 13, 14, 15, 16, 17, 20, 21: 7 days, 3,360 minutes
    Go-live   once Build and Train are done                                            -> Tuesday 21 April
    Roll-out  5 days of another project after Go-live: 22, 23, 24, 27, 28              -> Tuesday 28 April

On 7 April four days of Analyse are still to be done: 7, 8, 9, 10                      -> Friday 10 April
    Build    13, 14, 15, 16, 17, 20, 21, 22, 23, 24                                    -> Friday 24 April: 3 days later
    Train    13, 14, 15                                                                -> Wednesday 15 April
    Roll-out 27, 28, 29, 30, (1 May is a holiday), 4                                   -> Monday 4 May
"""

import asyncio
from typing import Any

import httpx

from services.projects.engines.planfiles import read_plan
from services.projects.engines.planning.scheduling import schedule
from tests.conftest import Portolan
from tests.support.given import chf
from tests.support.plans import Planner
from tests.support.trials import ended

DAY = 480
FILE = """<?xml version="1.0" encoding="UTF-8"?>
<Project xmlns="http://schemas.microsoft.com/project">
 <Name>ERP</Name><StartDate>2026-03-30T08:00:00</StartDate><CalendarUID>1</CalendarUID>
 <Calendars><Calendar><UID>1</UID><Name>Standard</Name><IsBaseCalendar>1</IsBaseCalendar></Calendar></Calendars>
 <Tasks>
  <Task><UID>1</UID><ID>1</ID><Name>Phase one</Name><OutlineLevel>1</OutlineLevel><Summary>1</Summary></Task>
  <Task><UID>2</UID><ID>2</ID><Name>Analyse</Name><OutlineLevel>2</OutlineLevel><Duration>PT40H0M0S</Duration></Task>
  <Task><UID>3</UID><ID>3</ID><Name>Build</Name><OutlineLevel>2</OutlineLevel><Duration>PT80H0M0S</Duration>
   <PredecessorLink><PredecessorUID>2</PredecessorUID><Type>1</Type></PredecessorLink></Task>
  <Task><UID>4</UID><ID>4</ID><Name>Train</Name><OutlineLevel>2</OutlineLevel><Duration>PT24H0M0S</Duration>
   <PredecessorLink><PredecessorUID>2</PredecessorUID><Type>1</Type></PredecessorLink></Task>
  <Task><UID>5</UID><ID>5</ID><Name>Go-live</Name><OutlineLevel>1</OutlineLevel><Milestone>1</Milestone>
   <Duration>PT0H0M0S</Duration>
   <PredecessorLink><PredecessorUID>3</PredecessorUID><Type>1</Type></PredecessorLink>
   <PredecessorLink><PredecessorUID>4</PredecessorUID><Type>1</Type></PredecessorLink></Task>
 </Tasks>
</Project>"""
BASELINES, MILESTONES = "projects/v1/baselines", "projects/v1/milestones"
FIRST = {"Analyse": "2026-04-07", "Build": "2026-04-21", "Train": "2026-04-10", "Go-live": "2026-04-21"}
SECOND = {"Analyse": "2026-04-10", "Build": "2026-04-24", "Train": "2026-04-15", "Go-live": "2026-04-24"}


class House(Planner):
    """Two projects on Swiss holidays."""

    async def begin(self) -> "House":
        self.erp = await self.swiss("ERP")
        self.roll_out = await self.swiss("Roll-out")
        return self

    async def swiss(self, name: str) -> str:
        project = await self.project(
            name=name, planned_start_on="2026-03-30", planned_finish_on="2026-12-31", forecast_from="schedule"
        )
        days = ("monday", "tuesday", "wednesday", "thursday", "friday")
        shifts = [{"begins": "08:00", "ends": "12:00"}, {"begins": "13:00", "ends": "17:00"}]
        week = [{"weekday": day, "shifts": shifts} for day in days]
        zurich = {"week": week, "country": "CH", "region": "ZH"}
        await self.make("projects/v1/calendars", name=name, project_id=project["id"], **zurich)
        return str(project["id"])

    async def sent(self, content: str) -> str:
        raw = {"Content-Type": "application/octet-stream"}
        answer = await self.client.post("/projects/v1/files?name=erp.xml", content=content, headers=raw)
        return str(answer.json()["sha256"])

    async def take(self, sha256: str, query: str = "") -> httpx.Response:
        url = f"/projects/v1/projects/{self.erp}/plan-files{query}"
        return await self.client.post(url, json={"sha256": sha256})

    async def ids_by_name(self, project: str) -> dict[str, str]:
        """Name -> id of the activities."""
        items = (await self.client.get(f"/projects/v1/activities?project_id={project}")).json()["items"]
        return {one["name"]: one["id"] for one in items}

    async def newest(self, project: str) -> dict[str, Any]:
        url = f"/projects/v1/schedules?project_id={project}&sort=-created_at&limit=1"
        [one] = (await self.client.get(url)).json()["items"]
        return dict(one)

    async def facts_of(self, thing: dict[str, Any]) -> list[str]:
        items = (await self.read("reporting/v1/activity", aggregate_id=thing["id"]))["items"]
        return [item["type"].split(".")[-2] for item in reversed(items)]

    async def link(self, **link: Any) -> httpx.Response:
        return await self.create("projects/v1/dependencies", **link)

    async def on_its_way(self, project: str, cause: str) -> dict[str, Any]:
        """The run of a project that another one caused, once it is done."""
        for _ in range(200):
            one = await self.newest(project)
            if one["cause_id"] == cause:
                return one
            await asyncio.sleep(0.1)
        raise AssertionError(f"nothing followed from {cause}")


async def test_the_plan_is_scheduled(portolan: Portolan) -> None:
    house = await House(portolan).begin()

    # The file: a look at what is lost, then it is taken, once
    sha256 = await house.sent(FILE)
    foreseen = (await house.take(sha256, "?validate_only=true")).json()
    assert [one["created"] for one in foreseen["taken_rows"]] == [4, 4]
    assert {one["what"]: one["count"] for one in foreseen["losses"]} == {"calendars": 1, "summaries": 1}
    assert await house.ids_by_name(house.erp) == {}
    plan_file = await house.take(sha256)
    assert plan_file.status_code == 201, plan_file.text
    again = await house.take(sha256)
    assert again.status_code == 200, again.text
    assert (again.status_code, again.json()["id"]) == (200, plan_file.json()["id"])
    ids = await house.ids_by_name(house.erp)
    live = await house.make(
        MILESTONES, project_id=house.erp, name="Go-live", planned_on="2026-04-20", activity_id=ids["Go-live"]
    )

    # The first run: Swiss holidays, the critical path
    first = await house.schedule(house.erp, data_date="2026-03-30")
    assert await house.finishes(first, ids) == FIRST
    assert (first["start_on"], first["finish_on"]) == ("2026-03-30", "2026-04-21")
    path = [row["activity_id"] for row in await house.rows(first, "critical-path")]
    assert path == [ids["Analyse"], ids["Build"], ids["Go-live"]]
    rows = {row["activity_id"]: row for row in await house.rows(first, "dates")}
    assert rows[ids["Train"]]["total_float_minutes"] == 7 * DAY
    assert (await house.shown("projects", house.erp))["forecast_finish_on"] == "2026-04-21"

    # Another project waits for its milestone; a circle over both is refused, naming it
    await house.put_plan(
        house.roll_out, {"activities": [{"key": "R", "name": "Roll out", "duration_minutes": 5 * DAY}],
                         "dependencies": []},
    )  # fmt: skip
    rolling = (await house.ids_by_name(house.roll_out))["Roll out"]
    linked = await house.link(project_id=house.roll_out, from_id=live["id"], to_id=rolling)
    assert linked.status_code == 201, linked.text
    circle = await house.link(project_id=house.erp, from_id=rolling, to_id=ids["Analyse"])
    assert (circle.status_code, circle.json()["code"]) == (422, "cycle")
    assert "Roll out" in circle.json()["detail"]
    assert "Analyse" in circle.json()["detail"]
    other = await house.schedule(house.roll_out, data_date="2026-03-30")
    assert other["finish_on"] == "2026-04-28"

    # A baseline of that run, with a budget: approved by somebody else
    package = await house.make(
        "projects/v1/work-packages", project_id=house.erp, wbs="1", name="All", budget=chf("90000.00"),
        planned_start_on="2026-03-30", planned_finish_on="2026-04-21",
    )  # fmt: skip
    proposed = await house.make(BASELINES, project_id=house.erp, name="First plan")
    assert (proposed["schedule_id"], proposed["activities"], proposed["finish_on"]) == (
        first["id"], 4, "2026-04-21",
    )  # fmt: skip
    baseline = await house.move(BASELINES, proposed, "approve")
    agreed = await house.shown("milestones", live)
    assert (agreed["baseline_on"], agreed["planned_on"]) == ("2026-04-21", "2026-04-21")
    refused = await house.revise("work-packages", package["id"], budget=chf("100000.00"))
    assert (refused.status_code, refused.json()["code"]) == (409, "budget_baselined")
    measured = await house.read(f"finance/v1/projects/{house.erp}/earned-value")
    assert (measured["bac"], measured["bac_from"]) == (chf("90000.00"), "baseline")

    # Progress: on 7 April four of the five days are still to be done
    report = {"percent_complete": 20, "actual_start_at": "2026-03-30T06:00:00Z", "remaining_minutes": 4 * DAY}
    await house.move("projects/v1/activities", ids["Analyse"], "report-progress", **report)

    # The next run says what moved, by how much, why, and what it does to the finish
    second = await house.schedule(house.erp, data_date="2026-04-07")
    assert await house.finishes(second, ids) == SECOND
    page = (await house.client.get(f"/projects/v1/schedules/{second['id']}/movements")).json()
    assert page["finish"]["previous_finish_on"] == "2026-04-21"
    assert (page["finish"]["finish_on"], page["finish"]["moved_minutes"]) == ("2026-04-24", 3 * DAY)
    moved = {one["activity_id"]: one for one in page["items"]}
    assert {id: one["finish_minutes"] for id, one in moved.items()} == dict.fromkeys(ids.values(), 3 * DAY)
    assert moved[ids["Build"]]["roots"] == [ids["Analyse"]]
    assert moved[ids["Analyse"]]["causes"][0]["change"] == "progress"
    assert [moved[ids[name]]["moves_finish"] for name in ("Build", "Train")] == [True, False]

    # The milestone slips and tells it; the project expects its finish; the other project moves too
    slipped = await house.shown("milestones", live)
    assert (slipped["planned_on"], slipped["forecast_on"]) == ("2026-04-21", "2026-04-24")
    assert (await house.facts_of(live))[-1] == "slipped"
    assert (await house.shown("projects", house.erp))["forecast_finish_on"] == "2026-04-24"
    followed = await house.on_its_way(house.roll_out, second["id"])
    assert (followed["start_on"], followed["finish_on"]) == ("2026-04-27", "2026-05-04")

    # The variance against the baseline: calendar days, 8 -> 13 April is five of them
    variance = (await house.client.get(f"/{BASELINES}/{baseline['id']}/variance")).json()
    assert variance["project"]["agreed_finish_on"] == "2026-04-21"
    assert (variance["project"]["finish_on"], variance["project"]["finish_days"]) == ("2026-04-24", 3)
    assert [(one["agreed_on"], one["expected_on"], one["days"]) for one in variance["milestones"]] == [
        ("2026-04-21", "2026-04-24", 3)
    ]
    by_id = {one["activity_id"]: (one["start_days"], one["finish_days"]) for one in variance["items"]}
    assert by_id == {
        ids["Analyse"]: (0, 3), ids["Build"]: (5, 3), ids["Train"]: (5, 5), ids["Go-live"]: (3, 3),
    }  # fmt: skip
    none = (await house.client.get(f"/{BASELINES}/{baseline['id']}/variance?against={first['id']}")).json()
    assert {one["finish_days"] for one in none["items"]} == {0}
    late = await house.create(BASELINES, project_id=house.erp, name="Second plan")
    assert (late.status_code, late.json()["code"]) == (409, "change_needed")

    # Out again: the same dates in the file, and again once it has been scheduled from it
    exported = await house.client.get(f"/projects/v1/projects/{house.erp}/plan.xml")
    assert exported.status_code == 200, exported.text
    plan = read_plan(exported.content).plan
    finishes = {one.name: str(one.planned_finish.date()) for one in plan.activities if one.planned_finish}
    assert finishes == SECOND
    assert {one.activity for one in plan.baselines[0].activities} == {one.id for one in plan.activities}


async def test_a_plan_that_was_exported_is_scheduled_on_the_same_dates_elsewhere(portolan: Portolan) -> None:
    """Its calendars and links are in the file: who computes it by them comes to the same days."""
    house = await House(portolan).begin()
    await house.take(await house.sent(FILE))
    started = await house.ask_run(house.erp, data_date="2026-03-30")
    assert (await ended(house.client, started.headers["location"]))["state"] == "succeeded"
    exported = (await house.client.get(f"/projects/v1/projects/{house.erp}/plan.xml")).text
    plan = read_plan(exported.encode()).plan
    dates = schedule(plan)
    names = {one.id: one.name for one in plan.activities}
    assert {names[key]: str(row.finish_on) for key, row in dates.items()} == FIRST
