"""Approvals and papers that nobody answers in time are told once."""

from pathlib import Path

import pytest

from shared.base.settings import Settings
from tests.conftest import running_portolan
from tests.projects.mandate.circulating import Round
from tests.support.turning import all_told, day, turn


@pytest.mark.rule("projects.approval.2")
async def test_an_approval_that_nobody_answers_in_time_is_told_once(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, test_clock=True)
    async with running_portolan(settings) as portolan:
        table = Round(portolan)
        await table.gather("ada", "ben", "cleo")
        path = await table.circulated(2, ("ada", "ben", "cleo"), due_on=str(day(7, settings)))
        await table.answered(path, "ada", "grant")

        async def events(kind: str) -> list[str]:
            return [
                one["subject"] for one in await table.items("/projects/v1/events", type=f"portolan.projects.{kind}.v1")
            ]  # fmt: skip

        turn(settings, days=7)
        await all_told(portolan)
        assert await events("approval.expired") == [], "the day itself is not over"
        turn(settings, days=1)
        await all_told(portolan)
        late = {one["id"] for one in await table.approvals(path) if one["state"] == "requested"}
        assert (len(late), set(await events("approval.expired"))) == (2, late)
        assert await events("decision_paper.overdue") == [path.rpartition("/")[2]]
        turn(settings, days=30)
        await all_told(portolan)
        assert len(await events("approval.expired")) == 2, "each once"
        paper = await table.answered(path, "ben", "grant")
        assert paper["state"] == "approved", "late, and not too late"
