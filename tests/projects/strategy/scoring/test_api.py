"""Scorings over REST: one for each subject and assessor, never by the requester, complete before it counts."""

from typing import Any

import pytest

from tests.conftest import Portolan
from tests.support.given import PERSONS, PROJECTS, Arranger

MODELS, SCORINGS = "projects/v1/scoring-models", "projects/v1/scorings"
CRITERIA = [{"name": "Value", "weight": 2}, {"name": "Risk", "weight": 1}]


class Board(Arranger):
    """Assessors, a model from 1 to 5, and a project."""

    async def begin(self) -> "Board":
        draft = await self.make(MODELS, name="Value", criteria=CRITERIA, scale={"lowest": 1, "highest": 5})
        self.model = await self.move(MODELS, draft, "activate")
        self.one = await self.make(PROJECTS, name="New ERP")
        self.ada = (await self.make(PERSONS, name="Ada"))["id"]
        self.ben = (await self.make(PERSONS, name="Ben"))["id"]
        await self.portolan.settled()
        return self

    def members(self, **members: Any) -> dict[str, Any]:
        standard = {
            "model_id": self.model["id"],
            "subject": "project",
            "subject_id": self.one["id"],
            "assessor_id": self.ada,
            "scores": [{"criterion": "Value", "value": 4}, {"criterion": "Risk", "value": 2.5}],
        }
        return standard | members


@pytest.fixture
async def board(everywhere: Portolan) -> Board:
    return await Board(everywhere).begin()


@pytest.mark.rule("projects.scoring.1")
async def test_an_assessor_scores_a_subject_once_by_a_model(board: Board) -> None:
    first = await board.make(SCORINGS, **board.members())
    again = await board.create(SCORINGS, **board.members())
    assert (again.status_code, again.json()["code"]) == (409, "scoring_exists")
    await board.make(SCORINGS, **board.members(assessor_id=board.ben))
    assert (await board.archive(SCORINGS, first)).status_code == 204
    await board.make(SCORINGS, **board.members())
    back = await board.client.post(f"/{SCORINGS}/{first['id']}/restore", headers={"If-Match": '"2"'})
    assert (back.status_code, back.json()["code"]) == (409, "scoring_exists")


async def test_a_scoring_counts_once_every_criterion_is_scored(board: Board) -> None:
    scoring = await board.make(SCORINGS, **board.members(scores=[{"criterion": "Value", "value": 4}]))
    refused = await board.act(SCORINGS, scoring, "submit")
    assert (refused.status_code, refused.json()["code"]) == (422, "scores_missing")
    assert [fault["code"] for fault in refused.json()["errors"]] == ["score_missing"]
    revised = await board.revise(SCORINGS, scoring, scores=board.members()["scores"])
    submitted = await board.move(SCORINGS, revised.json(), "submit")
    assert submitted["submitted_on"] is not None
    changed = await board.revise(SCORINGS, submitted, scores=[])
    assert (changed.status_code, changed.json()["code"]) == (409, "scoring_not_open")
    returned = await board.move(SCORINGS, submitted, "return")
    assert (returned["state"], returned["submitted_on"]) == ("open", None)
    closed = await board.move(SCORINGS, returned, "submit", "close")
    assert closed["state"] == "closed"


@pytest.mark.parametrize(
    ("scores", "pointer", "code"),
    [
        ([{"criterion": "Speed", "value": 3}], "/scores/0/criterion", "unknown_criterion"),
        ([{"criterion": "Value", "value": 3}] * 2, "/scores/1/criterion", "duplicate"),
        ([{"criterion": "Value", "value": 5.5}], "/scores/0/value", "score_off_scale"),
    ],
)
async def test_scores_fit_the_model(board: Board, scores: list[Any], pointer: str, code: str) -> None:
    refused = await board.create(SCORINGS, **board.members(scores=scores))
    assert (refused.status_code, refused.json()["code"]) == (422, "scores_do_not_fit")
    assert (pointer, code) in [(f["pointer"], f["code"]) for f in refused.json()["errors"]]


async def test_only_an_active_model_scores(board: Board) -> None:
    draft = await board.make(MODELS, name="Draft", criteria=CRITERIA)
    refused = await board.create(SCORINGS, **board.members(model_id=draft["id"]))
    assert (refused.status_code, refused.json()["code"]) == (409, "model_not_active")
    scoring = await board.make(SCORINGS, **board.members())
    await board.move(MODELS, board.model, "retire")
    refused = await board.act(SCORINGS, scoring, "submit")
    assert (refused.status_code, refused.json()["code"]) == (409, "model_not_active")


async def test_a_scoring_names_what_is_there(board: Board) -> None:
    nothing = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"
    refused = await board.create(SCORINGS, **board.members(subject_id=nothing))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/subject_id")
    assert (await board.archive(PROJECTS, board.one)).status_code == 204
    refused = await board.create(SCORINGS, **board.members())
    assert (refused.status_code, refused.json()["code"]) == (409, "archived")


async def test_a_login_without_a_person_names_the_assessor(board: Board) -> None:
    refused = await board.create(SCORINGS, **board.members(assessor_id=None))
    assert (refused.status_code, refused.json()["code"]) == (422, "assessor_missing")


async def request_of(board: Board, requester: str) -> dict[str, Any]:
    """Submitted by its requester."""
    unit = await board.make("resources/v1/org-units", name="Accounts")
    await board.portolan.settled()
    request = await board.make(
        "projects/v1/requests",
        title="Scan invoices",
        need="Invoices are typed in by hand.",
        outcome="An invoice is booked on the day it arrives.",
        unit_id=unit["id"],
        requester_id=requester,
    )
    return await board.move("projects/v1/requests", request, "submit")


@pytest.mark.rule("projects.scoring.1")
async def test_who_asks_for_something_does_not_score_it(board: Board) -> None:
    request = await request_of(board, board.ada)
    members = board.members(subject="request", subject_id=request["id"])
    refused = await board.create(SCORINGS, **members)
    assert (refused.status_code, refused.json()["code"]) == (422, "assessor_is_requester")
    await board.make(SCORINGS, **(members | {"assessor_id": board.ben}))


@pytest.mark.rule("projects.request.3")
async def test_a_request_that_is_submitted_again_has_void_scorings(board: Board) -> None:
    request = await request_of(board, board.ada)
    members = board.members(subject="request", subject_id=request["id"], assessor_id=board.ben)
    scoring = await board.move(SCORINGS, await board.make(SCORINGS, **members), "submit")
    requests = "projects/v1/requests"
    returned = await board.move(requests, request, "return", reason="Say how many.")
    assert (await board.read(f"{SCORINGS}/{scoring['id']}"))["state"] == "submitted"
    await board.move(requests, returned, "submit")
    void = await board.read(f"{SCORINGS}/{scoring['id']}")
    assert (void["state"], void["submitted_on"], void["version"]) == ("void", None, 3)
    await board.make(SCORINGS, **members)
