"""Level one: the figures of one project from what they rest on, and nothing else; the day comes in at level two."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from services.reporting.figures.basis import Basis
from services.reporting.figures.sources import Amount, Project
from shared.base.clock import to_day
from shared.domain.measured import Measured, Spans, curve
from shared.domain.stages import ENDED

FOR_EVER = 9_999_999
"""A day after all others."""


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


class Own(NamedTuple):
    """What a row of figures says of its project as the project says it; days as ordinals."""

    archived: int
    code: str
    name: str
    external_source: str | None
    external_id: str | None
    portfolio_id: str | None
    programme_id: str | None
    stage: str
    planned_start: int | None
    forecast_start: int | None
    planned_finish: int | None
    forecast_finish: int | None


own_in = attrgetter(*Own._fields)
"""The same of a row of figures, as a tuple."""


def own_of(p: Project) -> Own:
    ref = p.external_ref
    return Own(
        archived=int(p.archived_at is not None),
        code=p.code,
        name=p.name,
        external_source=ref.source if ref else None,
        external_id=ref.id if ref else None,
        portfolio_id=p.portfolio_id,
        programme_id=p.programme_id,
        stage=p.stage,
        planned_start=day_or_none(p.planned_start_on),
        forecast_start=day_or_none(p.forecast_start_on),
        planned_finish=day_or_none(p.planned_finish_on),
        forecast_finish=day_or_none(p.forecast_finish_on),
    )


def day_or_none(on: date | None) -> int | None:
    return to_day(on) if on else None


def figures(own: Own, basis: Basis, day: int, measure: Measured | None, plan: str | None) -> Figures:
    """The project's figures by the end of `day`, before which nothing counts that is dated later.

    The forecast is finance's newest, else the project's own; the plan is the project's own, else the sum of its approved
    budget lines. `measure` holds finance's sums of the day, `plan` their curve. Nothing threatens a project that has ended
    or is archived.
    """
    planned = basis.planned or approved(basis.lines)
    forecast = basis.newest.amount if basis.newest else basis.forecast
    spent = Amount(measure.currency, measure.sums.ac) if measure and "ac" not in measure.reasons else None
    variance, reason = cost_variance(planned, forecast)
    currency = planned or forecast or spent
    threatened = own.stage not in ENDED and not own.archived
    return Figures(
        archived=own.archived,
        code=own.code,
        name=own.name,
        external_source=own.external_source,
        external_id=own.external_id,
        portfolio_id=own.portfolio_id,
        programme_id=own.programme_id,
        stage=own.stage,
        currency=currency.currency if currency else None,
        planned=planned.minor if planned else None,
        forecast=_in(currency, forecast),
        actual=0 if spent and not spent.minor else _in(currency, spent),
        variance=variance,
        cost_reason=reason,
        planned_start=own.planned_start,
        forecast_start=own.forecast_start,
        actual_start=_happened(basis.actual_start, day),
        planned_finish=own.planned_finish,
        forecast_finish=own.forecast_finish,
        actual_finish=_happened(basis.actual_finish, day),
        at_completion=measure.sums.bac if measure and "bac" not in measure.reasons else None,
        earned=measure.sums.ev if measure and "ev" not in measure.reasons else None,
        earned_currency=measure.currency if measure else None,
        current_at_completion=measure.sums.current
        if measure and "bac_current" not in measure.reasons
        else None,
        differing=measure.sums.differing if measure else 0,
        plan=plan,
        worst_risk=int(max(basis.scores, default="0")) if threatened else 0,
        occurred_risks=basis.occurred if threatened else 0,
    )


def approved(lines: Mapping[str, tuple[int, int]]) -> Amount | None:
    """The sum of the approved budget lines, where they are of one currency."""
    if len(lines) != 1:
        return None
    [(currency, (_, minor))] = lines.items()
    return Amount(currency, minor)


NO_FORECAST = "no forecast cost"


def cost_variance(planned: Amount | None, forecast: Amount | None) -> tuple[int | None, str | None]:
    """Planned minus forecast at completion, favourable when positive; None with the reason."""
    if planned is None:
        return None, "no planned cost"
    if forecast is None:
        return None, NO_FORECAST
    if planned.currency != forecast.currency:
        return None, f"plan in {planned.currency}, forecast in {forecast.currency}, and no rate"
    return planned.minor - forecast.minor, None


def _in(currency: Amount | None, amount: Amount | None) -> int | None:
    """The amount where it is of the project's currency: what is not is left out rather than mixed in."""
    return amount.minor if amount and currency and amount.currency == currency.currency else None


def _happened(on: int | None, day: int) -> int | None:
    return on if on is not None and on <= day else None


def plan_of(spans: Spans) -> str:
    """The cumulative plan as [[day, minor units], …]."""
    return json.dumps(curve(spans), separators=(",", ":"))
