"""Above the limit of its portfolio a request is approved once a paper on it was granted, for that much."""

from typing import Any

import pytest

from tests.conftest import Portolan
from tests.projects.intake.asking import Desk
from tests.projects.mandate.circulating import Round, refusal
from tests.support.given import chf

THREE = ("ada", "ben", "cleo")


class Above:
    """A qualified request of CHF 100,000.00 in a portfolio with a limit of CHF 99,999.99."""

    def __init__(self, portolan: Portolan) -> None:
        self.table, self.desk = Round(portolan), Desk(portolan)
        self.path = ""

    async def arrange(self) -> None:
        limits = [{"amount": chf("99999.99"), "decided_by": "Steering committee"}]
        portfolio = await self.desk.house.make("portfolios", name="IT", limits=limits)
        self.path = await self.desk.request("qualified", portfolio_id=portfolio["id"])
        await self.table.gather(*THREE)

    async def circulated(self) -> str:
        about = {"project_id": None, "request_id": self.path.rpartition("/")[2]}
        return await self.table.circulated(2, THREE, **about)

    async def approve(self) -> Any:
        return await self.desk.act(self.path, "approve")


@pytest.fixture
async def above(portolan: Portolan) -> Above:
    one = Above(portolan)
    await one.arrange()
    return one


@pytest.mark.rule("projects.request.1")
async def test_a_request_above_the_limit_is_approved_once_a_paper_on_it_is_granted(above: Above) -> None:
    assert refusal(await above.approve()) == (409, "resolution_needed")
    paper = await above.circulated()
    await above.table.answered(paper, "ada", "grant")
    assert refusal(await above.approve()) == (409, "resolution_needed"), "one of two"
    granted = await above.table.answered(paper, "ben", "grant")
    assert (granted["state"], granted["covers"]) == ("approved", chf("100000.00"))
    approved = await above.approve()
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    [decision] = await above.table.items("/projects/v1/decisions")
    assert decision["portfolio_id"] == approved.json()["portfolio_id"]


async def test_a_refused_paper_is_no_resolution(above: Above) -> None:
    paper = await above.circulated()
    for subject in ("ada", "ben"):
        await above.table.answered(paper, subject, "refuse")
    assert refusal(await above.approve()) == (409, "resolution_needed")


async def test_what_has_become_dearer_than_the_paper_needs_another_one(above: Above) -> None:
    paper = await above.circulated()
    dearer: dict[str, Any] = {"cost_likely": chf("100000.01")}
    assert (await above.desk.patch(above.path, **dearer)).status_code == 200
    for subject in ("ada", "ben"):
        await above.table.answered(paper, subject, "grant")
    assert refusal(await above.approve()) == (409, "resolution_outgrown")
    frozen = await above.table.read(f"{paper}/content")
    assert frozen["about"]["request"]["cost_likely"] == chf("100000.00"), "as it was circulated"
    second = await above.circulated()
    for subject in ("ada", "ben"):
        await above.table.answered(second, subject, "grant")
    assert (await above.approve()).status_code == 200


async def test_a_paper_of_its_project_decides_no_request(above: Above) -> None:
    paper = await above.table.circulated(1, THREE)
    await above.table.answered(paper, "ada", "grant")
    assert refusal(await above.approve()) == (409, "resolution_needed")


async def test_what_was_decided_on_a_request_is_read_from_its_project_too(above: Above) -> None:
    paper = await above.circulated()
    for subject in ("ada", "ben"):
        await above.table.answered(paper, subject, "grant")
    assert (await above.approve()).status_code == 200
    converted = await above.desk.act(above.path, "convert", "manager")
    project = converted.json()["became"]["id"]
    [one] = await above.table.items("/projects/v1/decision-papers", project_id=project)
    assert one["id"] == paper.rpartition("/")[2]
    assert (await above.table.read(f"{paper}/verify"))["intact"] is True
