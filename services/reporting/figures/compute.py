"""Level one: the figures of one project from its states, and nothing else; the day comes in at level two."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.base.clock import to_day
from shared.base.money import Money
from shared.contracts.finance.budget import BudgetState
from shared.contracts.risk.risks import Kind, RiskState
from shared.domain.measured import Measured, Spans, curve
from shared.domain.stages import ENDED

RATED = (RiskState.ASSESSED, RiskState.MONITORED)

FOR_EVER = 9_999_999
"""A day after all others."""

States = Mapping[str, Iterable[dict[str, Any]]]
"""Aggregate type -> states, as the events carried them; archived ones are to be left out by the caller."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is stored of a project for a day; money in minor units of `currency`, days as ordinals."""

    archived: int
    code: str
    name: str
    external_source: str | None
    external_id: str | None
    portfolio_id: str | None
    programme_id: str | None
    stage: str
    currency: str | None
    planned: int | None
    forecast: int | None
    actual: int | None
    variance: int | None
    cost_reason: str | None
    planned_start: int | None
    forecast_start: int | None
    actual_start: int | None
    planned_finish: int | None
    forecast_finish: int | None
    actual_finish: int | None
    at_completion: int | None
    earned: int | None
    earned_currency: str | None
    current_at_completion: int | None
    differing: int
    plan: str | None
    worst_risk: int
    occurred_risks: int


def figures(
    project: dict[str, Any],
    states: States,
    day: int = FOR_EVER,
    measure: Measured | None = None,
    plan: str | None = None,
) -> Figures:
    """The project's figures by the end of `day`, before which nothing counts that is dated later.

    The forecast is finance's newest, else the project's own; the plan is the project's own, else the sum of its approved
    budget lines. `measure` holds finance's sums of the day, `plan` their curve.
    """
    planned = _money(project["planned_cost"]) or approved(states.get("budget_line", ()))
    forecast = newest_forecast(
        f for f in states.get("forecast", ()) if _has_come(f["forecast_on"], day)
    ) or _money(project["forecast_cost"])
    spent = Money.of(measure.sums.ac, measure.currency) if measure and "ac" not in measure.reasons else None
    variance, reason = cost_variance(planned, forecast)
    currency = planned or forecast or spent
    ref = project["external_ref"] or {}
    threats = open_threats(project, states.get("risk", ()))
    return Figures(
        archived=int(project["archived_at"] is not None),
        code=project["code"],
        name=project["name"],
        external_source=ref.get("source"),
        external_id=ref.get("id"),
        portfolio_id=project["portfolio_id"],
        programme_id=project["programme_id"],
        stage=project["stage"],
        currency=currency.currency if currency else None,
        planned=planned.minor if planned else None,
        forecast=_in(currency, forecast),
        actual=0 if spent and not spent.minor else _in(currency, spent),
        variance=variance,
        cost_reason=reason,
        planned_start=_day(project["planned_start_on"]),
        forecast_start=_day(project.get("forecast_start_on")),
        actual_start=_happened(project.get("actual_start_on"), day),
        planned_finish=_day(project["planned_finish_on"]),
        forecast_finish=_day(project["forecast_finish_on"]),
        actual_finish=_happened(project["actual_finish_on"], day),
        at_completion=measure.sums.bac if measure and "bac" not in measure.reasons else None,
        earned=measure.sums.ev if measure and "ev" not in measure.reasons else None,
        earned_currency=measure.currency if measure else None,
        current_at_completion=measure.sums.current
        if measure and "bac_current" not in measure.reasons
        else None,
        differing=measure.sums.differing if measure else 0,
        plan=plan,
        worst_risk=max((r["score"] or 0 for r in threats if r["state"] in RATED), default=0),
        occurred_risks=sum(r["state"] == RiskState.OCCURRED for r in threats),
    )


def open_threats(project: Mapping[str, Any], risks: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What can still happen to the project, or has and is not dealt with: nothing, once it has ended or is archived."""
    if project["stage"] in ENDED or project["archived_at"] is not None:
        return []
    return [risk for risk in risks if risk["kind"] == Kind.THREAT]


def approved(lines: Iterable[dict[str, Any]]) -> Money | None:
    """The sum of the approved budget lines, where they are of one currency."""
    amounts = [
        Money.model_validate(line["amount"]) for line in lines if line["state"] == BudgetState.APPROVED
    ]
    if not amounts or len({a.currency for a in amounts}) > 1:
        return None
    return Money.of(sum(a.minor for a in amounts), amounts[0].currency)


def newest_forecast(forecasts: Iterable[dict[str, Any]]) -> Money | None:
    newest = max(forecasts, key=lambda f: (f["forecast_on"], f["created_at"], f["id"]), default=None)
    return Money.model_validate(newest["at_completion"]) if newest else None


NO_FORECAST = "no forecast cost"


def cost_variance(planned: Money | None, forecast: Money | None) -> tuple[int | None, str | None]:
    """Planned minus forecast at completion, favourable when positive; None with the reason."""
    if planned is None:
        return None, "no planned cost"
    if forecast is None:
        return None, NO_FORECAST
    if planned.currency != forecast.currency:
        return None, f"plan in {planned.currency}, forecast in {forecast.currency}, and no rate"
    return planned.minor - forecast.minor, None


def _in(currency: Money | None, amount: Money | None) -> int | None:
    """The amount where it is of the project's currency: what is not is left out rather than mixed in."""
    return amount.minor if amount and currency and amount.currency == currency.currency else None


def _money(amount: dict[str, str] | None) -> Money | None:
    return Money.read(amount) if amount else None


def _day(text: str | None) -> int | None:
    return to_day(date.fromisoformat(text)) if text else None


def _has_come(text: str, day: int) -> bool:
    return to_day(date.fromisoformat(text)) <= day


def _happened(text: str | None, day: int) -> int | None:
    return _day(text) if text and _has_come(text, day) else None


DATED = {"forecast": ("forecast_on",), "project": ("actual_start_on", "actual_finish_on")}
"""Members that say when something happened: what they tell counts from that day on."""


def days_of(aggregate_type: str, state: Mapping[str, Any], day: int) -> set[int]:
    """The days on which a version that is effective on `day` changes figures."""
    dated = {_day(state.get(member)) for member in DATED.get(aggregate_type, ())}
    return {day} | {d for d in dated if d is not None and d > day}


def plan_of(spans: Spans) -> str:
    """The cumulative plan as [[day, minor units], …]."""
    return json.dumps(curve(spans), separators=(",", ":"))
