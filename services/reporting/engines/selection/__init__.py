"""Which projects to do: `select(Portfolio(...), gap=0.001, seconds=10)` answers with a `Selection` and its
proof.

`select_quickly` gives a good answer at once, `frontier` what other budgets would buy, `compare` sets
scenarios beside each other. Method, conventions and limits: docs/methods/selection.md.
"""

from .answer import Choice, NearMiss, Selection, Shortfall, Usage
from .comparison import Difference, Point, compare, frontier
from .engine import select, select_quickly
from .model import (
    Budget,
    Candidate,
    Capacity,
    Cost,
    Demand,
    Exclusion,
    Limit,
    Nature,
    Portfolio,
    Quarter,
    Start,
)

__all__ = [
    "Budget",
    "Candidate",
    "Capacity",
    "Choice",
    "Cost",
    "Demand",
    "Difference",
    "Exclusion",
    "Limit",
    "Nature",
    "NearMiss",
    "Point",
    "Portfolio",
    "Quarter",
    "Selection",
    "Shortfall",
    "Start",
    "Usage",
    "compare",
    "frontier",
    "select",
    "select_quickly",
]
