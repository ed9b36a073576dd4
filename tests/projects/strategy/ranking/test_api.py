"""Rankings over REST, with the answers of the published examples as literal numbers."""

from hashlib import sha256
from typing import Any

import httpx
import pytest

from shared.base.canonical import canonical
from tests.conftest import Portolan
from tests.support.given import PERSONS, PORTFOLIOS, PROJECTS, Arranger

MODELS, SCORINGS, RANKINGS = (f"projects/v1/{name}" for name in ("scoring-models", "scorings", "rankings"))
EXAMPLE = {"Alpha": (2, 1, 3), "Beta": (3, 2, 2), "Gamma": (2, 3, 3), "Delta": (3, 1, 1)}
CRITERIA = ("Safety", "Profit", "Cost")


class Board(Arranger):
    """Projects of a portfolio with their scorings."""

    async def begin(self) -> "Board":
        self.portfolio = await self.make(PORTFOLIOS, name="Infrastructure")
        self.ada = (await self.make(PERSONS, name="Ada"))["id"]
        self.ben = (await self.make(PERSONS, name="Ben"))["id"]
        self.projects: dict[str, str] = {}
        await self.portolan.settled()
        return self

    async def model(self, **members: Any) -> dict[str, Any]:
        weights = [{"name": name, "weight": w} for name, w in zip(CRITERIA, (3, 2, 1), strict=True)]
        draft = await self.make(MODELS, **({"name": "Value", "criteria": weights} | members))
        return await self.move(MODELS, draft, "activate")

    async def candidate(self, name: str, **members: Any) -> str:
        if name not in self.projects:
            project = await self.make(
                PROJECTS, name=name, **({"portfolio_id": self.portfolio["id"]} | members)
            )
            self.projects[name] = project["id"]
        return self.projects[name]

    async def score(
        self, model: dict[str, Any], name: str, values: tuple[float, ...], by: str = "", **members: Any
    ) -> dict[str, Any]:
        names = [one["name"] for one in model["criteria"]]
        scoring = await self.make(
            SCORINGS,
            model_id=model["id"],
            subject="project",
            subject_id=await self.candidate(name, **members),
            assessor_id=by or self.ada,
            scores=[{"criterion": c, "value": v} for c, v in zip(names, values, strict=True)],
        )
        return await self.move(SCORINGS, scoring, "submit")

    async def example(self) -> dict[str, Any]:
        model = await self.model()
        for name, values in EXAMPLE.items():
            await self.score(model, name, values)
        return model

    async def propose(self, model: dict[str, Any], **members: Any) -> dict[str, Any]:
        scope = {"portfolio_id": self.portfolio["id"]}
        return await self.make(RANKINGS, **({"name": "2027", "model_id": model["id"]} | scope | members))

    def order(self, ranking: dict[str, Any]) -> list[tuple[str, float | None, int | None, int]]:
        names = {id: name for name, id in self.projects.items()}
        return [
            (names[one["subject_id"]], one["score"], one["position"], one["ties"])
            for one in ranking["positions"]
        ]


@pytest.fixture
async def board(everywhere: Portolan) -> Board:
    return await Board(everywhere).begin()


@pytest.mark.rule("projects.ranking.1")
async def test_subjects_are_ranked_from_their_scorings_and_ties_are_ties(board: Board) -> None:
    """Alpha 3x2 + 2x1 + 3 = 11, Beta 9 + 4 + 2 = 15, Gamma 6 + 6 + 3 = 15, Delta 9 + 2 + 1 = 12."""
    model = await board.example()
    unscored = await board.candidate("Epsilon")
    ranking = await board.propose(model, subjects=[*board.projects.values()])
    assert board.order(ranking) == [
        ("Beta", 15, 1, 1),
        ("Gamma", 15, 1, 1),
        ("Delta", 12, 3, 0),
        ("Alpha", 11, 4, 0),
        ("Epsilon", None, None, 0),
    ]
    assert ranking["positions"][-1]["subject_id"] == unscored, "it is listed, not ranked"
    swaps = [(s["criterion"], s["turns_at"], s["change_pct"]) for s in ranking["sensitivity"]["swaps"]]
    assert swaps == [("Safety", 2, -33.33), ("Profit", 0.5, -75)]
    assert ranking["sensitivity"]["smallest_change_pct"] == -33.33
    assert ranking["sensitivity"]["first_change_pct"] == -75


@pytest.mark.rule("projects.ranking.1")
async def test_only_what_lies_in_its_scope_is_ranked(board: Board) -> None:
    model = await board.example()
    elsewhere = await board.make(PORTFOLIOS, name="Elsewhere")
    below = await board.make(PORTFOLIOS, name="Below", parent_id=board.portfolio["id"])
    await board.score(model, "Other", (3, 3, 3), portfolio_id=elsewhere["id"])
    await board.score(model, "Inner", (1, 1, 1), portfolio_id=below["id"])
    ranking = await board.propose(model)
    assert [name for name, *_ in board.order(ranking)] == ["Beta", "Gamma", "Delta", "Alpha", "Inner"]
    refused = await board.create(
        RANKINGS,
        name="2027",
        model_id=model["id"],
        portfolio_id=board.portfolio["id"],
        subjects=[board.projects["Beta"], board.projects["Other"]],
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "out_of_scope")
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/subjects/1"]
    everything = await board.propose(model, portfolio_id=None)
    assert board.order(everything)[0][0] == "Other"


async def test_what_is_confidential_is_not_ranked_where_others_would_read_of_it(board: Board) -> None:
    model = await board.example()
    await board.score(model, "Secret", (3, 3, 3), confidential=True)
    ranking = await board.propose(model)
    assert "Secret" not in [name for name, *_ in board.order(ranking)]


@pytest.mark.rule("projects.scoring.1")
async def test_the_mean_of_the_assessors_counts_and_the_spread_is_shown(board: Board) -> None:
    """Ada (2, 1, 3) makes 11, Ben (4, 2, 1) 17; the mean (3, 1.5, 2) makes 9 + 3 + 2 = 14."""
    model = await board.model()
    await board.score(model, "Alpha", (2, 1, 3))
    await board.score(model, "Alpha", (4, 2, 1), by=board.ben)
    [position] = (await board.propose(model))["positions"]
    assert (position["score"], position["lowest"], position["highest"], position["scorings"]) == (
        14,
        11,
        17,
        2,
    )


async def test_what_is_returned_or_submitted_later_does_not_count(board: Board) -> None:
    model = await board.model()
    scoring = await board.score(model, "Alpha", (2, 1, 3))
    await board.score(model, "Beta", (3, 2, 2))
    await board.move(SCORINGS, scoring, "return")
    assert board.order(await board.propose(model)) == [("Beta", 15, 1, 0)]
    assert (await board.propose(model, as_of="2020-01-01"))["positions"] == []


@pytest.mark.parametrize(
    ("method", "criteria", "rows", "expected"),
    [
        # cost of delay by size: (8 + 5 + 2) / 3 = 5, (13 + 8 + 3) / 8 = 3
        ("wsjf", [], {"Quick": (8, 5, 2, 3), "Long": (13, 8, 3, 8)}, {"Quick": 5, "Long": 3}),
        # 500 x 2 x 80 % / 4 = 200, 2000 x 0.5 x 50 % / 2 = 250
        ("rice", [], {"Deep": (500, 2, 80, 4), "Wide": (2000, 0.5, 50, 2)}, {"Wide": 250, "Deep": 200}),
        # two criteria, one counts three times as much: weights 0.75 and 0.25
        (
            "ahp",
            [{"name": "Value"}, {"name": "Ease"}],
            {"Safe": (4, 8), "Bold": (8, 4)},
            {"Bold": 7, "Safe": 5},
        ),
    ],
)
async def test_each_method_ranks_by_its_formula(
    board: Board, method: str, criteria: list[Any], rows: dict[str, Any], expected: dict[str, float]
) -> None:
    comparisons = [{"criterion": "Value", "over": "Ease", "times": 3}] if method == "ahp" else []
    model = await board.model(method=method, criteria=criteria, comparisons=comparisons)
    for name, values in rows.items():
        await board.score(model, name, values)
    assert {name: score for name, score, *_ in board.order(await board.propose(model))} == expected


@pytest.mark.rule("projects.ranking.2")
async def test_a_published_ranking_is_frozen_with_its_inputs(board: Board) -> None:
    model = await board.example()
    ranking = await board.propose(model)
    where = f"/{RANKINGS}/{ranking['id']}"
    early = await board.client.get(f"{where}/content")
    assert (early.status_code, early.json()["code"]) == (404, "not_frozen")
    published = await board.move(RANKINGS, ranking, "publish")
    content = await board.client.get(f"{where}/content")
    assert content.status_code == 200, content.text
    assert sha256(content.content).hexdigest() == published["content_hash"]
    assert content.headers["etag"] == f'"{published["content_hash"]}"'
    frozen = content.json()
    assert canonical(frozen) == content.content
    assert (
        sha256(canonical(frozen["inputs"])).hexdigest() == published["inputs_hash"] == frozen["inputs_hash"]
    )
    assert [one["position"] for one in frozen["positions"]] == [1, 1, 3, 4]
    assert len(frozen["inputs"]["scorings"]) == 4

    scoring = (await board.read(SCORINGS, subject_id=board.projects["Beta"]))["items"][0]
    await board.move(SCORINGS, scoring, "return")
    await board.move(MODELS, model, "retire")
    await board.revise(PROJECTS, board.projects["Beta"], name="Renamed")
    assert (await board.client.get(f"{where}/content")).content == content.content
    verified = (await board.client.get(f"{where}/verify")).json()
    assert (verified["intact"], verified["sha256"]) == (True, published["content_hash"])
    changed = await board.revise(RANKINGS, published, name="Another")
    assert (changed.status_code, changed.json()["code"]) == (409, "ranking_not_proposed")


@pytest.mark.rule("projects.ranking.2")
async def test_it_is_published_by_who_decides_and_did_not_propose_it(board: Board) -> None:
    ranking = await board.propose(await board.example())
    manager = Arranger(board.portolan, "manager")
    assert (await manager.act(RANKINGS, ranking, "publish")).json()["code"] == "scope_missing"
    board.client.auth = httpx.Auth()
    assert (await board.act(RANKINGS, ranking, "publish")).json()["code"] == "four_eyes"


@pytest.mark.rule("projects.ranking.2")
async def test_the_next_ranking_of_the_portfolio_supersedes_it(board: Board) -> None:
    model = await board.example()
    first = await board.move(RANKINGS, await board.propose(model), "publish")
    everything = await board.move(RANKINGS, await board.propose(model, portfolio_id=None), "publish")
    assert (await board.read(f"{RANKINGS}/{first['id']}"))["state"] == "published", "another scope"
    second = await board.move(RANKINGS, await board.propose(model), "publish")
    old = await board.read(f"{RANKINGS}/{first['id']}")
    assert (old["state"], old["content_hash"]) == ("superseded", first["content_hash"])
    assert (await board.read(f"{RANKINGS}/{everything['id']}"))["state"] == "published"
    events = (await board.read("/projects/v1/events", limit=200))["items"]
    [fact] = [e["data"]["fact"] for e in events if e["type"].endswith("ranking.superseded.v1")]
    assert fact == {"by_id": second["id"]}


async def test_what_nobody_has_looked_at_is_not_published(board: Board) -> None:
    model = await board.example()
    ranking = await board.propose(model)
    await board.score(model, "Beta", (1, 1, 1), by=board.ben)
    refused = await board.act(RANKINGS, ranking, "publish")
    assert (refused.status_code, refused.json()["code"]) == (409, "inputs_changed")
    anew = await board.revise(RANKINGS, ranking, name="Again")
    assert (await board.act(RANKINGS, anew.json(), "publish")).status_code == 200


async def test_a_ranking_of_nothing_is_not_published(board: Board) -> None:
    ranking = await board.propose(await board.model())
    refused = await board.act(RANKINGS, ranking, "publish")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_ranked")
    assert (await board.move(RANKINGS, ranking, "discard"))["state"] == "discarded"
