"""The page of the bars: plan against baseline, with a table beside it, in both languages."""

import httpx

from tests.conftest import Portolan
from tests.support.plans import Planner, network


async def test_a_plan_is_shown_as_bars_beside_what_was_agreed(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    """Two activities of three and two days from Monday 1 June: 1 to 3 June, 4 and 5 June."""
    planner = Planner(portolan)
    project = await planner.started()
    empty = await reader.get(f"/project/{project}/gantt")
    assert (empty.status_code, "was never scheduled" in empty.text) == (200, True)
    ids = await planner.put_plan(project, network("A3 B2:A"))
    await planner.schedule(project)
    proposed = await planner.make("projects/v1/baselines", project_id=project, name="First")
    await planner.move("projects/v1/baselines", proposed, "approve")
    answer = await planner.client.get(f"/projects/v1/projects/{project}/gantt")
    gantt = answer.json()
    assert (gantt["count"], gantt["finish_on"], gantt["baseline_finish_on"]) == (
        2,
        "2026-06-05",
        "2026-06-05",
    )
    assert [(one["name"], one["start_on"], one["baseline_finish_on"], one["critical"]) for one in gantt["items"]] == [
        ("A", "2026-06-01", "2026-06-03", True), ("B", "2026-06-04", "2026-06-05", True),
    ]  # fmt: skip
    assert gantt["links"] == [{"from_id": ids["A"], "to_id": ids["B"], "kind": "fs", "crosses": False}]
    page = (await reader.get(f"/project/{project}/gantt")).text
    assert '<path class="critical"' in page
    assert '<path class="agreed"' in page
    assert f'href="/registers/projects/activities/{ids["B"]}"' in page
    assert "5 Jun 2026" in page
    french = await reader.get(f"/project/{project}/gantt", headers={"Accept-Language": "fr"})
    assert "Plan comparé au plan de référence" in french.text
