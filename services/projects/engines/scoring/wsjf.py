"""Weighted shortest job first: cost of delay over job size; the entry is `wsjf`.

WSJF = (user or business value + time criticality + risk reduction or opportunity enablement) / job size. All
four are relative estimates, usually on 1, 2, 3, 5, 8, 13, 20. Source: D. Reinertsen, *The Principles of Product
Development Flow* (2009); the sum of three parts is the Scaled Agile Framework's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.projects.engines.scoring.estimates import above_zero, ranked_by, zero_or_more
from services.projects.engines.scoring.ranking import Ranking
from shared.base.exact import Number


@dataclass(frozen=True, slots=True)
class Job:
    """A job's estimates; None where nobody estimated."""

    code: str
    business_value: Number | None
    time_criticality: Number | None
    risk_reduction: Number | None
    size: Number | None


def wsjf(jobs: Sequence[Job]) -> Ranking:
    """Jobs by what delaying them costs per unit of size.

    Raises `Invalid` for a part of the cost of delay below zero, a size that is not above zero, and a code
    twice.
    """
    delay = dict.fromkeys(("business_value", "time_criticality", "risk_reduction"), zero_or_more)
    return ranked_by(
        "jobs",
        Job,
        jobs,
        {**delay, "size": above_zero},
        lambda job: sum(job[part] for part in delay) / job["size"],
    )
