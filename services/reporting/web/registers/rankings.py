"""A ranking on its page: the order with its spread, and by which change of a weight who changes places with whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.reporting.web.registers.details import DetailReader
from services.reporting.web.registers.naming import address_of
from services.reporting.web.registers.values import Name, names_of

KIND = "projects.ranking"
SHOWN_APART = ("positions", "sensitivity", "subjects")
"""Members that this page shows in panels of its own."""
SUBJECTS = ("request", "project")


@dataclass(frozen=True)
class Place:
    """One line of the order. Shares are parts of the width in per cent, for the bar and the spread on it."""

    position: int | None
    name: Name
    score: float | None
    ties: int
    scorings: int
    lowest: float | None
    highest: float | None
    share: float
    from_share: float
    to_share: float


@dataclass(frozen=True)
class Turn:
    """The smallest change of a weight by which two subjects change places."""

    criterion: str
    weight: float
    turns_at: float
    change_pct: float
    ahead: Name
    behind: Name


@dataclass(frozen=True)
class RankingShown:
    places: Sequence[Place]
    unscored: Sequence[Name]
    turns: Sequence[Turn]
    has_weights: bool
    """Whether it was made by weights, so that its stability can be told."""
    smallest_change_pct: float | None
    first_change_pct: float | None
    more: int
    """How many positions stand in the frozen content only."""
    content: str
    """The page by which the frozen content is saved; nothing where it is not frozen."""
    is_fixed: bool
    """Whether it is not proposed any more, and so not edited."""
    is_intact: bool
    """Whether it is what was frozen."""


async def ranking_shown(reader: DetailReader, state: Mapping[str, Any]) -> RankingShown:
    """What the page of a ranking shows beside its details."""
    positions, sensitivity = state["positions"], state["sensitivity"] or {}
    ids = {one["subject_id"] for one in positions}
    names = await names_of(reader.api, reader.shower, reader.entry.service, dict.fromkeys(SUBJECTS, ids))
    model = await reader.api.get(f"/projects/v1/scoring-models/{state['model_id']}")
    is_frozen = state["content_hash"] is not None
    is_intact = is_frozen and (await reader.api.get(f"{reader.path}/verify"))["intact"]
    scored = [one for one in positions if one["position"] is not None]
    figures = [f for one in scored for f in (one["score"], one["lowest"], one["highest"]) if f is not None]
    low, high = min([0.0, *figures]), max([0.0, *figures])

    def share(figure: float | None) -> float:
        return 0.0 if figure is None or high == low else 100 * (figure - low) / (high - low)

    def name(id: str) -> Name:
        return names.get(id) or reader.shower.names.get(id) or Name(id)

    return RankingShown(
        places=[
            Place(
                one["position"], name(one["subject_id"]), one["score"], one["ties"], one["scorings"], one["lowest"],
                one["highest"], share(one["score"]), share(one["lowest"]), share(one["highest"]),
            )
            for one in scored
        ],
        unscored=[name(one["subject_id"]) for one in positions if one["position"] is None],
        turns=[
            Turn(
                swap["criterion"], swap["weight"], swap["turns_at"], swap["change_pct"],
                name(swap["ahead_id"]), name(swap["behind_id"]),
            )
            for swap in sensitivity.get("swaps", ())
        ],
        has_weights=model["method"] in ("weighted", "ahp"),
        smallest_change_pct=sensitivity.get("smallest_change_pct"),
        first_change_pct=sensitivity.get("first_change_pct"),
        more=state["count"] - len(positions),
        content=f"{address_of(reader.entry, reader.id)}/content" if is_frozen else "",
        is_fixed=state["state"] != "proposed",
        is_intact=is_intact,
    )  # fmt: skip
