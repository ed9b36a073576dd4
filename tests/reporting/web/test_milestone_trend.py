"""The milestone trend on the sheet of a project: lines with their points, and the same as tables, in both languages."""

from datetime import date
from typing import Any

import httpx

from services.reporting.web import charts
from services.reporting.web.words import words_in
from tests.conftest import Portolan
from tests.support.given import PROJECTS, Arranger

MILESTONES = "projects/v1/milestones"
WORDS = words_in("en_GB")


def line(name: str, *points: tuple[str, str], state: str = "planned") -> dict[str, Any]:
    reports = [{"on": on, "expected_on": expected} for on, expected in points]
    return {"id": name, "name": name, "state": state, "points": reports}


def values(*lines: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    spec = charts.milestone_trend(lines, "2026-05-10", WORDS)
    assert spec is not None
    return [(one["name"], one["on"], one["expected_on"], one["is_report"]) for one in spec["data"]["values"]]


def test_a_line_goes_on_until_the_day_of_the_figures_unless_it_ended() -> None:
    live = line("Live", ("2026-03-02", "2026-06-30"), ("2026-04-01", "2026-07-15"))
    design = line("Design", ("2026-03-02", "2026-04-15"), ("2026-04-27", "2026-04-27"), state="achieved")
    assert values(live, design) == [
        ("Live", "2026-03-02", "2026-06-30", True),
        ("Live", "2026-04-01", "2026-07-15", True),
        ("Live", "2026-05-10", "2026-07-15", False),
        ("Design", "2026-03-02", "2026-04-15", True),
        ("Design", "2026-04-27", "2026-04-27", True),
    ]
    assert charts.milestone_trend([], "2026-05-10", WORDS) is None


def test_of_many_those_that_moved_farthest_are_drawn_in_their_order() -> None:
    """The n-th moved by n days."""
    lines = [
        line(f"M{n}", ("2026-03-02", "2026-06-01"), ("2026-04-01", date(2026, 6, 1 + n).isoformat()))
        for n in range(charts.MOST_LINES + 4)
    ]
    assert [one["name"] for one in charts.farthest(lines)] == [f"M{n}" for n in range(4, 12)]


def test_milestones_of_one_name_are_two_lines() -> None:
    one, other = line("Live", ("2026-03-02", "2026-06-30")), line("Live", ("2026-03-02", "2026-07-30"))
    assert {name for name, *_ in values(one, other)} == {"Live (1)", "Live (2)"}


async def test_the_sheet_shows_lines_and_tables_in_both_languages(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    """Planned for 30 June, 31 August on 1 April: 31 + 31 days late."""
    director = Arranger(portolan)
    project = await director.put(PROJECTS, "registry", "2026-03-02", name="Registry")
    sheet = f"/project/{project['id']}?as_of=2026-05-10"
    await portolan.settled()
    assert "No milestone is planned." in (await reader.get(sheet)).text
    of = {"project_id": project["id"], "name": "Go <live>", "planned_on": "2026-06-30"}
    await director.put(MILESTONES, "live", "2026-03-02", **of)
    await director.put(MILESTONES, "live", "2026-04-01", **of, forecast_on="2026-08-31")
    await portolan.settled()
    page = (await reader.get(sheet)).text
    assert all(
        text in page
        for text in (
            'data-name="milestone-trend"', "Milestone trend", "31 Aug 2026", "Go &lt;live&gt;", "1 Apr 2026", ">−62<",
        )
    )  # fmt: skip
    before = (await reader.get(f"/project/{project['id']}?as_of=2026-03-31")).text
    assert "31 Aug 2026" not in before
    french = (await reader.get(sheet, headers={"Accept-Language": "fr"})).text
    assert "Tendance des jalons" in french
    assert "31 août 2026" in french
