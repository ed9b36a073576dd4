"""RICE: reach x impact x confidence / effort; the entry is `rice`.

Reach is people or events per period, impact a factor (0.25 minimal, 0.5 low, 1 medium, 2 high, 3 massive),
confidence a percentage, effort person-months. Source: S. McBride, "RICE: Simple prioritization for product
managers" (2016).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.projects.engines.scoring.estimates import above_zero, ranked_by, zero_or_more
from services.projects.engines.scoring.ranking import Ranking
from shared.base.exact import Number, share_of_hundred


@dataclass(frozen=True, slots=True)
class Initiative:
    """An initiative's estimates, None where nobody estimated; all use one period and one unit of effort."""

    code: str
    reach: Number | None
    impact: Number | None
    confidence_percent: Number | None
    effort: Number | None


def rice(initiatives: Sequence[Initiative]) -> Ranking:
    """Initiatives by what they are expected to achieve per unit of effort.

    Raises `Invalid` for a reach or impact below zero, and for a confidence outside 0 to 100 %. The same holds
    for an effort that is not above zero, and for a code used twice.
    """
    return ranked_by(
        "initiatives",
        Initiative,
        initiatives,
        {
            "reach": zero_or_more,
            "impact": zero_or_more,
            "confidence_percent": share_of_hundred,
            "effort": above_zero,
        },
        lambda one: one["reach"] * one["impact"] * one["confidence_percent"] / one["effort"],
    )
