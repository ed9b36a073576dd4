"""The pages of operations, without JavaScript: my list, one that runs, one that has ended, and how it is cancelled."""

import httpx

from tests.conftest import Portolan
from tests.reporting.web.conftest import visiting
from tests.support.forms import action_of, follow, send
from tests.support.trials import ended

PLAN = {"starts_on": "2026-06-01", "activities": [{"key": "A", "duration_minutes": 960}]}
LONG = {
    "activities": [{"key": f"A{i}", "duration": {"kind": "pert", "low": 1, "likely": 2, "high": 9}} for i in range(500)],
    "links": [{"from_key": f"A{i}", "to_key": f"A{i + 1}"} for i in range(499)],
    "runs": 500_000,
}  # fmt: skip
SCHEDULES, SIMULATIONS = "/projects/v1/schedules/trial", "/risk/v1/simulations/trial"
REFRESH = '<noscript><meta http-equiv="refresh"'


def page_of(operation: str) -> str:
    """`/operations/risk/<id>` of `/risk/v1/operations/<id>`."""
    _, service, _, _, id = operation.split("/")
    return f"/operations/{service}/{id}"


async def begin(portolan: Portolan, path: str, body: object) -> str:
    answer = await portolan("director").post(path, json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.headers["location"])


async def test_who_has_begun_nothing_reads_how_to_begin(reader: httpx.AsyncClient) -> None:
    text = (await reader.get("/operations")).text
    assert "You have begun no computation in the last days." in text
    assert REFRESH not in text


async def test_one_that_has_ended_is_listed_with_its_result_as_a_file(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    operation = await begin(portolan, SCHEDULES, PLAN)
    await ended(portolan("director"), operation)
    page = page_of(operation)
    listed = (await reader.get("/operations")).text
    assert f'<a href="{page}">Trial of a schedule</a>' in listed
    one = (await reader.get(page)).text
    assert "Done" in one
    assert REFRESH not in one
    file = await reader.get(f"{page}/result")
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.json() == (await portolan("director").get(f"{operation}/result")).json()


async def test_one_that_runs_looks_again_by_itself_and_is_cancelled_by_a_button(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    operation = await begin(portolan, SIMULATIONS, LONG)
    answer = await reader.get(page_of(operation))
    assert REFRESH in answer.text
    assert "operations.js" in answer.text
    assert "<progress" in answer.text
    assert REFRESH in (await reader.get("/operations")).text
    cancelled = await follow(reader, await send(reader, action_of(answer, "/cancel")))
    assert "Cancelled" in cancelled.text
    assert REFRESH not in cancelled.text
    assert (await portolan("director").get(operation)).json()["state"] == "cancelled"
    again = await follow(reader, await send(reader, action_of(answer, "/cancel")))
    assert again.status_code == 200, "it shows how it ended"


async def test_to_cancel_needs_the_form_of_the_page(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    operation = await begin(portolan, SIMULATIONS, LONG)
    forged = await reader.post(f"{page_of(operation)}/cancel", data={"form": "forged"})
    assert forged.status_code == 403
    assert (await portolan("director").get(operation)).json()["state"] in ("queued", "running")


async def test_why_one_has_failed_is_read_on_its_page(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    quantities = [{"kind": "duration", "key": f"A{i}"} for i in range(3)]
    matrix = [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]
    body = LONG | {"runs": 100, "correlations": [{"quantities": quantities, "matrix": matrix}]}
    operation = await begin(portolan, SIMULATIONS, body)
    await ended(portolan("director"), operation)
    text = (await reader.get(page_of(operation))).text
    assert "Failed" in text
    assert "/problems/not_a_correlation" in text
    assert "/correlations/0/matrix" in text


async def test_another_readers_operation_is_no_page(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    operation = await begin(portolan, SCHEDULES, PLAN)
    async with visiting(portolan) as other:
        await other.get(await portolan.running.login_link("mara", "manager"))
        assert (await other.get(page_of(operation))).status_code == 404
        assert page_of(operation) not in (await other.get("/operations")).text
        assert (await other.get(f"{page_of(operation)}/result")).status_code == 404
    assert (await reader.get("/operations/nowhere/01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d")).status_code == 404
