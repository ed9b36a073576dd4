"""How a ranking is proposed, published, frozen, and superseded by the next one of its portfolio."""

import asyncio
from collections.abc import Sequence
from typing import Any

from services.projects.strategy.ranking import content, rules
from services.projects.strategy.ranking.computing import Outcome, outcome
from services.projects.strategy.ranking.subjects import counted_scorings, subjects_of
from services.projects.strategy.scoring.rules import model_is_active
from shared.base.errors import Conflict
from shared.contracts.projects.strategy import (
    Position,
    Ranking,
    RankingState,
    RankingSuperseded,
    Scoring,
    ScoringModel,
)
from shared.domain.freezing import freeze_content
from shared.domain.register import is_revised
from shared.domain.work import Work
from shared.store.content import freeze

MOST_IN_STATE = 500
"""So many positions at most stand in the state; all of them in the content."""
ROOM = 44_000
"""Bytes of them: a state of 64 KiB has room for 500 subjects and the rest besides."""


async def supply(work: Work, body: Any) -> dict[str, Any]:
    """As of today, where no day is given."""
    return {"as_of": body.as_of or work.effective_on}


async def check(work: Work, ranking: Ranking) -> None:
    before = work.before(ranking)
    if before is not None and is_revised(ranking, before):
        rules.may_be_revised(before)
    if ranking.state is RankingState.PROPOSED:
        await _propose(work, ranking)
    elif (
        before is not None
        and before.state is RankingState.PROPOSED
        and ranking.state is RankingState.PUBLISHED
    ):
        await _publish(work, ranking)


async def _propose(work: Work, ranking: Ranking) -> None:
    model = await work.load(ScoringModel, ranking.model_id)
    model_is_active(model)
    scorings, order = await _scored_order(work, ranking, model)
    ranking.positions = _with_room(order.positions)
    ranking.count = len(order.positions)
    ranking.sensitivity = order.sensitivity
    ranking.inputs_hash = freeze(content.inputs_of(model, scorings)).sha256


async def _publish(work: Work, ranking: Ranking) -> None:
    """Freeze the order as it was proposed: what was made of other scorings, nobody has looked at."""
    model = await work.load(ScoringModel, ranking.model_id)
    scorings, order = await _scored_order(work, ranking, model)
    if ranking.inputs_hash != freeze(content.inputs_of(model, scorings)).sha256:
        raise Conflict(
            "scorings have changed since it was proposed: discard it and propose another one",
            code="inputs_changed",
        )
    freeze_content(work, ranking, content.content_of(ranking, model, scorings, order))
    await work.guard(f"published ranking {ranking.portfolio_id}")


async def _scored_order(work: Work, ranking: Ranking, model: ScoringModel) -> tuple[list[Scoring], Outcome]:
    """The scorings that count, and the order that they make."""
    scorings = await counted_scorings(work, ranking)
    subjects = await subjects_of(work, ranking, scorings)
    within = {*subjects}
    scorings = [one for one in scorings if one.subject_id in within]
    return scorings, await asyncio.to_thread(outcome, model, subjects, scorings)


def _with_room(positions: Sequence[Position]) -> list[Position]:
    """The first of them for which a state has room."""
    in_state: list[Position] = []
    size = 0
    for one in positions[:MOST_IN_STATE]:
        size += len(one.model_dump_json()) + 1
        if size > ROOM:
            break
        in_state.append(one)
    return in_state


async def after(work: Work, ranking: Ranking, before: Ranking | None) -> None:
    """The ranking of the portfolio that was published before is superseded in the same commit."""
    if (
        before is None
        or ranking.state is not RankingState.PUBLISHED
        or before.state is RankingState.PUBLISHED
    ):
        return
    condition, params = "portfolio_id IS NULL", []
    if ranking.portfolio_id is not None:
        condition, params = "portfolio_id = ?", [str(ranking.portfolio_id)]
    for old in await work.select(Ranking, f"{condition} AND state = 'published'", params, archived=True):
        if old.id != ranking.id and old.state is RankingState.PUBLISHED:
            old.state = RankingState.SUPERSEDED
            work.save(old, RankingSuperseded(by_id=ranking.id))
