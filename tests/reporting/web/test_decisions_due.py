"""Whose consent a decision waits for is said on the page of control, and on the sheet of the project."""

import httpx
import pytest

from tests.conftest import Portolan
from tests.projects.mandate.circulating import Round
from tests.reporting.web.registers.test_papers import panel


@pytest.fixture
async def table(portolan: Portolan) -> Round:
    table = Round(portolan)
    await table.gather("ada", "ben")
    return table


async def test_each_line_names_who_is_asked(table: Round, reader: httpx.AsyncClient) -> None:
    await table.circulated(2, ("ada", "ben"))
    await table.portolan.settled()
    answer = await table.office.director.get("/reporting/v1/decisions-due")
    person_ids = {one["person_id"] for one in answer.json()["items"] if one["kind"] == "approval"}
    assert person_ids == {table.ids["ada"], table.ids["ben"]}
    for address in ("/control", f"/project/{table.project}"):
        due = panel(await reader.get(address), "due")
        assert "Ada" in due, address
        assert "Ben" in due, address
