"""Health as red, amber, green: figures held against thresholds, always with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shared.base.money import percent

GREEN, AMBER, RED = "green", "amber", "red"
OVERALL = (GREEN, AMBER, RED)
"""From the best to the worst."""

RISK_AMBER = 10
RISK_RED = 20
"""Scores (probability x impact, 1 to 25) of the worst open threat."""

UNKNOWN = "neither a cost nor a schedule variance is known, nor a rated threat"
"""The reason of a green that nothing speaks for."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a project is amber or red: per cent over plan, days late; all positive."""

    cost_amber_pct: float = 5
    cost_red_pct: float = 10
    time_amber_days: int = 30
    time_red_days: int = 90


DEFAULT = Limits()


def limits_of(portfolio: Mapping[str, Any] | None) -> Limits:
    thresholds = (portfolio or {}).get("thresholds")
    return Limits(**thresholds) if thresholds else DEFAULT


def cost_health(variance: int | None, planned: int | None, limits: Limits) -> str | None:
    """By per cent of the plan, rounded once, as the databases compute it: counts and items agree, also at a limit.

    A limit is not divided by a hundred: as doubles, 2.2 / 100 lies above 22 / 1000.
    """
    if variance is None or not planned:
        return None
    over_pct = -variance * 100 / planned
    if over_pct >= limits.cost_red_pct:
        return RED
    return AMBER if over_pct >= limits.cost_amber_pct else GREEN


def time_health(variance_days: int | None, limits: Limits) -> str | None:
    if variance_days is None:
        return None
    if -variance_days >= limits.time_red_days:
        return RED
    return AMBER if -variance_days >= limits.time_amber_days else GREEN


def index_health(index: str | None, limits: Limits) -> str | None:
    """Of SPI or CPI, by what is missing to 1 in per cent: an index of 0.9 is ten per cent short of its plan."""
    if index is None:
        return None
    short_pct = (1 - Decimal(index)) * 100
    if short_pct >= Decimal(str(limits.cost_red_pct)):
        return RED
    return AMBER if short_pct >= Decimal(str(limits.cost_amber_pct)) else GREEN


def risk_health(worst: int, occurred: int) -> str:
    """An occurred threat is red: it is an issue that eats time or money now."""
    if occurred or worst >= RISK_RED:
        return RED
    return AMBER if worst >= RISK_AMBER else GREEN


def health(
    variance: int | None,
    planned: int | None,
    days: int | None,
    worst_risk: int,
    occurred: int,
    limits: Limits,
) -> dict[str, Any]:
    """The worst of cost, time and risk; what cannot be said is null and does not count, and the reason says where
    nothing could."""
    cost, time = cost_health(variance, planned, limits), time_health(days, limits)
    risk = risk_health(worst_risk, occurred)
    reasons = []
    if cost in (AMBER, RED) and variance is not None and planned:
        reasons.append(f"{percent(-variance, planned)} % over plan")
    if time in (AMBER, RED) and days is not None:
        reasons.append(f"{-days} days late")
    if occurred:
        reasons.append("a risk has occurred" if occurred == 1 else f"{occurred} risks have occurred")
    elif risk in (AMBER, RED):
        reasons.append(f"a risk of score {worst_risk}")
    if cost is None and time is None and not worst_risk and not occurred:
        reasons.append(UNKNOWN)
    overall = max((h for h in (cost, time, risk) if h is not None), key=OVERALL.index)
    return {"overall": overall, "cost": cost, "time": time, "risk": risk, "reasons": reasons}
