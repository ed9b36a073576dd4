"""Runs of schedules over HTTP: published networks come out, what moved says why, and what follows from a run."""

import asyncio

import pytest

from tests.support.given import House
from tests.support.plans import DAY, Planner, network
from tests.support.trials import ended

NINE = "A2 B5:A C9:A D3:A E6:B F4:BC G2:CD H4:EF I2:GH"


@pytest.fixture
def planner(house: House) -> Planner:
    return Planner(house.portolan)


@pytest.mark.rule("projects.schedule.1")
async def test_the_dates_of_a_run_are_kept_with_their_floats_and_the_critical_path(planner: Planner) -> None:
    project = await planner.started()
    ids = await planner.put_plan(project, network(NINE))
    schedule = await planner.schedule(project)
    # 21 working days from Monday 1 June: the last one is Monday 29 June
    assert (schedule["start_on"], schedule["finish_on"]) == ("2026-06-01", "2026-06-29")
    assert (schedule["activity_count"], schedule["critical_count"], schedule["previous_id"]) == (9, 5, None)
    dates = {row["activity_id"]: row for row in await planner.rows(schedule, "dates")}
    # E starts on day 7 at the earliest, on day 9 at the latest: two days of float
    assert (dates[ids["E"]]["start_on"], dates[ids["E"]]["total_float_minutes"]) == ("2026-06-10", 2 * DAY)
    path = await planner.rows(schedule, "critical-path")
    assert [row["activity_id"] for row in path] == [ids[key] for key in "ACFHI"]
    assert path[2]["driven_by"] == [ids["C"]]


@pytest.mark.rule("projects.schedule.1")
async def test_nothing_exists_before_a_run_is_done_and_nothing_of_a_refused_one(planner: Planner) -> None:
    project = await planner.started()
    empty = await planner.ask_run(project)
    assert (empty.status_code, empty.json()["code"]) == (422, "no_activities")
    must = {"B": {"constraint_kind": "mso", "constraint_at": "2026-06-02T06:00:00Z"}}
    await planner.put_plan(project, network("A4 B3:A", **must))
    order = await planner.ask_run(project)
    failed = await ended(planner.client, order.headers["location"])
    assert (failed["state"], failed["problem"]["code"]) == ("failed", "impossible_constraint")
    assert (await planner.read("projects/v1/schedules"))["items"] == []


async def test_unchanged_inputs_keep_nothing_new_and_say_so(planner: Planner) -> None:
    project = await planner.started()
    await planner.put_plan(project, network("A4 B3:A"))
    first, again = await planner.run(project), await planner.run(project)
    assert (first["unchanged"], again["unchanged"]) == (False, True)
    assert (again["schedule_id"], again["inputs_hash"]) == (first["schedule_id"], first["inputs_hash"])
    assert len((await planner.read("projects/v1/schedules"))["items"]) == 1
    other_day = await planner.run(project, data_date="2026-06-02")
    assert other_day["unchanged"] is False


@pytest.mark.rule("projects.schedule.1")
async def test_the_next_run_says_what_moved_by_how_much_and_why(planner: Planner) -> None:
    project = await planner.started()
    ids = await planner.put_plan(project, network(NINE))
    first = await planner.schedule(project)
    longer = network(NINE)
    longer["activities"][2]["duration_minutes"] = 12 * DAY  # C: 9 -> 12 days
    await planner.put_plan(project, longer)
    second = await planner.schedule(project)
    assert (second["previous_id"], second["finish_on"]) == (first["id"], "2026-07-02")
    movements = {row["activity_id"]: row for row in await planner.rows(second, "movements")}
    assert {*movements} == {ids[key] for key in "CFGHI"}
    own = movements[ids["C"]]
    assert (own["start_minutes"], own["finish_minutes"], own["causes"][0]["change"]) == (
        0,
        3 * DAY,
        "duration",
    )
    last = movements[ids["I"]]
    assert (last["finish_minutes"], last["roots"], last["moves_finish"]) == (3 * DAY, [ids["C"]], True)
    assert movements[ids["G"]]["moves_finish"] is False, "it has float still"
    answer = (await planner.client.get(f"/projects/v1/schedules/{second['id']}/movements")).json()
    assert answer["finish"] == {
        "finish_on": "2026-07-02",
        "previous_finish_on": "2026-06-29",
        "moved_minutes": 3 * DAY,
        "previous_id": first["id"],
    }
    stays = (await planner.client.get(f"/projects/v1/schedules/{first['id']}/verify")).json()
    assert stays["intact"] is True


async def test_progress_moves_what_is_left_behind_the_data_date(planner: Planner) -> None:
    project = await planner.started()
    ids = await planner.put_plan(project, network("A4 B3:A"))
    await planner.schedule(project)
    await planner.move(
        "activities", ids["A"], "report-progress", percent_complete=50, actual_start_at="2026-06-01T06:00:00Z"
    )
    late = await planner.schedule(project, data_date="2026-06-08")
    # two days are left of A from Monday 8 June on, then three of B
    assert await planner.finishes(late, ids) == {"A": "2026-06-09", "B": "2026-06-12"}


async def test_the_holidays_of_the_projects_calendar_are_off(planner: Planner) -> None:
    project = await planner.started(planned_finish_on="2026-12-31")
    await planner.make("calendars", project_id=project, name="Geneva", country="CH", region="GE")
    ids = await planner.put_plan(project, network("A1 B1:A"))
    schedule = await planner.schedule(project, data_date="2026-07-31")
    # 31 July is a Friday; 1 August, the national day, is a Saturday: B is on Monday
    assert await planner.finishes(schedule, ids) == {"A": "2026-07-31", "B": "2026-08-03"}
    fast = await planner.schedule(project, data_date="2026-09-09")
    # Thursday 10 September 2026 is the Geneva fast
    assert await planner.finishes(fast, ids) == {"A": "2026-09-09", "B": "2026-09-11"}


@pytest.mark.rule("projects.milestone.1", "projects.schedule.1")
async def test_milestones_and_the_projects_finish_follow_where_they_say_so(planner: Planner) -> None:
    follows = await planner.started(forecast_from="schedule")
    states = await planner.started()
    for project in (follows, states):
        ids = await planner.put_plan(project, network("A4 M0:A"))
        milestone = await planner.make(
            "milestones", project_id=project, name="Ready", planned_on="2026-06-03", activity_id=ids["M"]
        )
        await planner.schedule(project)
        moved = await planner.shown("milestones", milestone["id"])
        assert moved["forecast_on"] == "2026-06-04"
    assert (await planner.shown("projects", follows))["forecast_finish_on"] == "2026-06-04"
    assert (await planner.shown("projects", states))["forecast_finish_on"] is None
    assert await planner.facts("milestone") == ["created", "revised", "slipped"] * 2


@pytest.mark.rule("projects.dependency.2")
async def test_a_milestone_of_another_project_moves_this_one_too_once(planner: Planner) -> None:
    upstream, downstream = await planner.started(), await planner.started()
    first = await planner.put_plan(upstream, network("A4 M0:A"))
    pilot = await planner.make(
        "milestones", project_id=upstream, name="Pilot", planned_on="2026-06-04", activity_id=first["M"]
    )
    await planner.schedule(upstream)
    body = network("X3 Y1")
    body["dependencies"] = [{"from_id": pilot["id"], "to_key": "X"}]
    ids = await planner.put_plan(downstream, body)
    before = await planner.schedule(downstream)
    assert (await planner.finishes(before, ids))["X"] == "2026-06-09", "three days behind Thursday"
    await planner.put_plan(upstream, network("A9 M0:A"))
    cause = await planner.schedule(upstream)
    runs = await caused(planner, downstream, 2)
    assert [one["cause_id"] for one in runs] == [None, cause["id"]]
    assert (await planner.finishes(runs[1], ids))["X"] == "2026-06-16", "three days behind Thursday 11 June"
    movement = {row["activity_id"]: row for row in await planner.rows(runs[1], "movements")}
    assert {*movement} == {ids["X"]}
    again = await planner.run(upstream)
    assert again["unchanged"] is True
    assert len(await caused(planner, downstream, 2)) == 2


@pytest.mark.rule("projects.dependency.2")
async def test_a_link_from_another_project_schedules_the_successors_project_anew(planner: Planner) -> None:
    upstream, downstream = await planner.started(), await planner.started()
    first = await planner.put_plan(upstream, network("A4"))
    cause = await planner.schedule(upstream)
    ids = await planner.put_plan(downstream, network("X3 Y2:X"))
    before = await planner.schedule(downstream)
    assert (await planner.finishes(before, ids)) == {"X": "2026-06-03", "Y": "2026-06-05"}

    link = await planner.make("dependencies", project_id=downstream, from_id=first["A"], to_id=ids["X"])
    linked = (await caused(planner, downstream, 2))[-1]
    assert (linked["cause_id"], linked["previous_id"]) == (cause["id"], before["id"])
    assert (linked["moved_count"], linked["finish_on"]) == (2, "2026-06-11"), "five days behind Thursday"
    movement = {row["activity_id"]: row for row in await planner.rows(linked, "movements")}
    # A is done on Thursday 4 June: X moves from Monday to Friday, by four working days
    assert movement[ids["X"]]["start_minutes"] == 4 * DAY
    assert [one["change"] for one in movement[ids["X"]]["causes"]] == ["link_added"]
    assert first["A"] in movement[ids["X"]]["causes"][0]["activity_id"]
    assert [one["activity_id"] for one in movement[ids["Y"]]["causes"]] == [ids["X"]]

    await planner.archive("dependencies", link)
    assert (await caused(planner, downstream, 3))[-1]["finish_on"] == "2026-06-05"


@pytest.mark.rule("projects.dependency.2")
async def test_a_plan_with_many_links_from_elsewhere_is_scheduled_anew_once(planner: Planner) -> None:
    upstream, downstream = await planner.started(), await planner.started()
    first = await planner.put_plan(upstream, network("A4 B2"))
    await planner.schedule(upstream)
    await planner.put_plan(downstream, network("X3 Y2:X"))
    await planner.schedule(downstream)
    body = network("X3 Y2:X")
    body["dependencies"] += [{"from_id": first[before], "to_key": after} for before in "AB" for after in "XY"]
    await planner.put_plan(downstream, body)
    assert (await caused(planner, downstream, 2))[-1]["finish_on"] == "2026-06-11"
    await planner.put_plan(downstream, body)
    await caused(planner, downstream, 2)


async def test_a_link_to_what_was_never_scheduled_schedules_nothing(planner: Planner) -> None:
    upstream, downstream = await planner.started(), await planner.started()
    first = await planner.put_plan(upstream, network("A4"))
    ids = await planner.put_plan(downstream, network("X3"))
    await planner.schedule(downstream)
    await planner.make("dependencies", project_id=downstream, from_id=first["A"], to_id=ids["X"])
    await caused(planner, downstream, 1)
    await caused(planner, upstream, 0)


async def caused(planner: Planner, project: str, count: int) -> list[dict[str, str]]:
    """The schedules of a project, the oldest first, once no run is open any more."""
    store = planner.portolan.running.services["projects"].kernel.store
    for _ in range(500):
        if not (await store.fetch("SELECT 1 FROM operation WHERE ended_at IS NULL LIMIT 1")):
            break
        await asyncio.sleep(0.02)
    items = (await planner.read("projects/v1/schedules", project_id=project, sort="created_at"))["items"]
    assert len(items) == count
    return list(items)


async def test_who_may_not_write_schedules_nothing(planner: Planner) -> None:
    project = await planner.started()
    path = f"/projects/v1/projects/{project}/schedule"
    assert (await planner.portolan("viewer").post(path, json={})).status_code == 403
