"""What holds of rankings: a proposed one may be changed, a published one never."""

from shared.base.errors import Conflict
from shared.base.texts import Text
from shared.contracts.projects.strategy import (
    Ranking,
    RankingDiscarded,
    RankingPublished,
    RankingState,
)
from shared.contracts.words import called_state
from shared.domain.lifecycle import Lifecycle, Move, Occasion

S = RankingState


def publish(ranking: Ranking, occasion: Occasion) -> None:
    ranking.published_on = occasion.day


def ranks_something(ranking: Ranking) -> None:
    if not any(one.position is not None for one in ranking.positions):
        raise Conflict("none of its subjects has a scoring that counts", code="nothing_ranked")


LIFECYCLE = Lifecycle(
    "state",
    {
        "publish": Move(
            S.PROPOSED,
            S.PUBLISHED,
            RankingPublished,
            check=ranks_something,
            effect=publish,
            checks_content=True,
            description="From proposed to published: its content is frozen, and the ranking of the portfolio that was"
            " published before is superseded. Refused (409 `inputs_changed`) where scorings have changed since it was"
            " proposed.",
        ),
        "discard": Move(S.PROPOSED, S.DISCARDED, RankingDiscarded, needs="write"),
    },
)


def may_be_revised(ranking: Ranking) -> None:
    if ranking.state is not S.PROPOSED:
        raise Conflict(
            Text(
                "the ranking is {state}; only a proposed one is revised",
                state=called_state("ranking", ranking.state),
            ),
            code="ranking_not_proposed",
        )
