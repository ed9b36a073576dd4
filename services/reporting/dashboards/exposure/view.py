"""Risk exposure: the probability-impact matrix, counts by state, the worst risks, and the dated ratings."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from shared.base.text import sort_key
from shared.contracts.risk.risks import Kind, RiskState

OPEN = (RiskState.IDENTIFIED, RiskState.ASSESSED, RiskState.MONITORED)
WORST = 20

Risk = dict[str, Any]


def matrix(risks: Iterable[Risk]) -> list[list[int]]:
    """`matrix[p - 1][i - 1]` counts the open threats of probability p and impact i."""
    cells = [[0] * 5 for _ in range(5)]
    for r in risks:
        if r["kind"] == Kind.THREAT and r["state"] in OPEN and r["score"]:
            cells[r["probability"] - 1][r["impact"] - 1] += 1
    return cells


def by_state(risks: Iterable[Risk]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for r in risks:
        counts[r["state"]] = counts.get(r["state"], 0) + 1
    return dict(sorted(counts.items()))


def worst(risks: Iterable[Risk]) -> list[Risk]:
    """What has occurred first, then the open threats by score."""
    live = [r for r in risks if r["kind"] == Kind.THREAT and r["state"] in (*OPEN, RiskState.OCCURRED)]
    live.sort(
        key=lambda r: (r["state"] != RiskState.OCCURRED, -(r["score"] or 0), sort_key(r["title"]), r["id"])
    )
    members = ("id", "project_id", "title", "state", "probability", "impact", "score", "owner_id")
    return [{m: r[m] for m in members} for r in live[:WORST]]


def latest(assessments: Iterable[dict[str, Any]], on: date) -> list[dict[str, Any]]:
    """Of each project and programme its newest assessment that is not dated after `on`."""
    rated = [a for a in assessments if date.fromisoformat(a["rated_on"]) <= on]
    newest: dict[str, dict[str, Any]] = {}
    for a in sorted(rated, key=lambda a: (a["rated_on"], a["created_at"], a["id"])):
        newest[a["project_id"] or a["programme_id"] or a["id"]] = a
    return list(newest.values())


def by_rating(latest: Iterable[dict[str, Any]]) -> dict[str, int]:
    """How many stand at each rating; 1 is high risk. What gives none is at no step."""
    counts = {str(step): 0 for step in range(1, 6)}
    for a in latest:
        if a["rating"] is not None:
            counts[str(a["rating"])] += 1
    return counts
