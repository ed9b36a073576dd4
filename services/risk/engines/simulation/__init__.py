"""Schedule and cost risk by simulation: `simulate(Model(...), runs=10_000, seed=0)` gives an `Outcome`.

Beside it stand the figures of a risk register that need no simulation: `exposure` and `response_effect`.
Method, conventions and limits: docs/methods/simulation.md and docs/methods/response-effectiveness.md.
"""

from .distributions import (
    Constant,
    Discrete,
    Distribution,
    LogNormal,
    Normal,
    Pert,
    Triangular,
    Uniform,
    three_point_estimate,
)
from .engine import simulate
from .exposure import Exposure, Threat, exposure
from .model import Activity, Calendar, Correlation, CostItem, Effect, Link, Model, RiskEvent, Variable
from .outcome import ActivityOutcome, Driver, Outcome, Sample, Swing
from .response import ResponseEffect, Verdict, response_effect

__all__ = [
    "Activity",
    "ActivityOutcome",
    "Calendar",
    "Constant",
    "Correlation",
    "CostItem",
    "Discrete",
    "Distribution",
    "Driver",
    "Effect",
    "Exposure",
    "Link",
    "LogNormal",
    "Model",
    "Normal",
    "Outcome",
    "Pert",
    "ResponseEffect",
    "RiskEvent",
    "Sample",
    "Swing",
    "Threat",
    "Triangular",
    "Uniform",
    "Variable",
    "Verdict",
    "exposure",
    "response_effect",
    "simulate",
    "three_point_estimate",
]
