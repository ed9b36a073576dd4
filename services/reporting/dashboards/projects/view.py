"""Projects with their figures as of a day: level two, where the day comes in."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.reporting.asof import AsOf
from services.reporting.figures.compute import NO_FORECAST, Figures
from services.reporting.figures.health import health, limits_of
from services.reporting.figures.lateness import start_variance_days, time_days, variance_days
from services.reporting.figures.rows import VALID
from services.reporting.history.portfolios import portfolios_by_id
from shared.base.clock import from_day
from shared.base.money import Money, percent
from shared.domain.access.conditions import visible
from shared.domain.access.rights import Sight
from shared.domain.measured import planned_value
from shared.store import Store

COLUMNS = ("project_id", *Figures.__dataclass_fields__)

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A stored row of figures, with its project."""

    project_id: str
    figures: Figures


def row_of(values: Sequence[Any]) -> Row:
    return Row(values[0], Figures(*values[1:]))


def item(row: Row, portfolio: Mapping[str, Any] | None, at: AsOf) -> Item:
    """The public item of a project, as of a day."""
    f = row.figures
    finish_days, finish_reason = variance_days(f, at.day)
    start_days, start_reason = start_variance_days(f, at.day)
    reasons = {"variance_days": finish_reason, "start_variance_days": start_reason}
    days = time_days(f, finish_days, start_days)
    pct = percent(f.variance, f.planned) if f.variance is not None and f.planned else None
    return {
        "project": {
            "id": row.project_id,
            "code": f.code,
            "name": f.name,
            "external_ref": {"source": f.external_source, "id": f.external_id} if f.external_source else None,
        },
        "portfolio": {"id": f.portfolio_id, "name": portfolio["name"] if portfolio else None}
        if f.portfolio_id
        else None,
        "programme_id": f.programme_id,
        "stage": f.stage,
        "archived": bool(f.archived),
        "cost": _cost(f, pct),
        "schedule": {
            "planned_start_on": _date(f.planned_start),
            "planned_finish_on": _date(f.planned_finish),
            "forecast_start_on": _date(f.forecast_start),
            "forecast_finish_on": _date(f.forecast_finish),
            "actual_start_on": _date(f.actual_start),
            "actual_finish_on": _date(f.actual_finish),
            "variance_days": finish_days,
            "start_variance_days": start_days,
            "reasons": {name: why for name, why in reasons.items() if why},
        },
        "earned_value": earned_value(f, at.day),
        "health": health(f.variance, f.planned, days, f.worst_risk, f.occurred_risks, limits_of(portfolio)),
        "as_of": at.on.isoformat(),
    }


def _cost(f: Figures, pct: str | None) -> Item:
    reasons = {}
    if f.cost_reason:
        reasons["variance"] = f.cost_reason
    if f.planned is not None and f.forecast is None and f.cost_reason != NO_FORECAST:
        reasons["forecast"] = f.cost_reason or ""
    if foreign := _foreign_actual(f):
        reasons["actual"] = foreign
    if pct is None:
        reasons["variance_pct"] = f.cost_reason or "planned cost is 0"
    amounts = {
        name: _money(getattr(f, name), f.currency) for name in ("planned", "forecast", "actual", "variance")
    }
    return {**amounts, "variance_pct": pct, "reasons": reasons}


def _foreign_actual(f: Figures) -> str | None:
    """Why money that was spent is not shown: it is not of the plan's currency."""
    if f.actual is not None or f.earned_currency in (None, f.currency):
        return None
    return f"actual cost in {f.earned_currency}, plan in {f.currency}, and no rate"


NOTHING_TO_EARN = "no work package with a budget in the project's currency"
NO_ONE_AMOUNT = "it has parts in another currency, or more than 18 digits"
NOT_MEASURED = dict.fromkeys(("bac", "bac_current", "pv", "ev", "ac", "spi", "cpi"))


def earned_value(f: Figures, day: int) -> Item:
    """PV at the end of the day against EV and AC of the day; null with the reason where nothing is measured."""
    if f.at_completion is None or f.earned is None or f.earned_currency is None:
        reasons = dict.fromkeys(NOT_MEASURED, NOTHING_TO_EARN)
        return {**NOT_MEASURED, "plan_differs": f.differing > 0, "reasons": reasons}
    pv = planned_value(json.loads(f.plan), day) if f.plan is not None else None
    ac, foreign = f.actual, _foreign_actual(f)
    reasons = {}
    if pv is None:
        reasons = dict.fromkeys(("pv", "spi"), "a work package with a budget has no planned dates")
    elif not pv:
        reasons["spi"] = "no planned value yet"
    if foreign:
        reasons |= dict.fromkeys(("ac", "cpi"), foreign)
    elif ac is None:
        reasons |= dict.fromkeys(("ac", "cpi"), NO_ONE_AMOUNT)
    elif not ac:
        reasons["cpi"] = "no actual cost"
    if f.current_at_completion is None:
        reasons["bac_current"] = NO_ONE_AMOUNT
    amounts = {
        "bac": f.at_completion,
        "bac_current": f.current_at_completion,
        "pv": pv,
        "ev": f.earned,
        "ac": ac,
    }
    return {
        **{name: _money(minor, f.earned_currency) for name, minor in amounts.items()},
        "spi": ratio(f.earned, pv or 0),
        "cpi": ratio(f.earned, ac or 0),
        "plan_differs": f.differing > 0,
        "reasons": reasons,
    }


def ratio(part: int, whole: int) -> str | None:
    return str((Decimal(part) / Decimal(whole)).quantize(Decimal("0.01"))) if whole else None


def _money(minor: int | None, currency: str | None) -> dict[str, str] | None:
    return Money.of(minor, currency).model_dump() if minor is not None and currency else None


def _date(day: int | None) -> str | None:
    return from_day(day).isoformat() if day is not None else None


async def one(store: Store, project_id: str, at: AsOf) -> Row | None:
    rows = await store.fetch(
        f"SELECT {', '.join(COLUMNS)} FROM figures WHERE project_id = ? AND {VALID}",
        (project_id, at.day, at.day),
    )
    return row_of(rows[0]) if rows else None


async def items(store: Store, rows: Sequence[Row], at: AsOf, sight: Sight) -> list[Item]:
    """The public items of some projects, each held against its portfolio's thresholds; a portfolio that is not seen has
    no name."""
    portfolios = await portfolios_by_id(store, at, archived=True)
    items = [item(row, portfolios.get(row.figures.portfolio_id or ""), at) for row in rows]
    for one in items:
        if one["portfolio"] and not sight.sees(one["portfolio"]["id"]):
            one["portfolio"]["name"] = None
    return items


@dataclass(frozen=True, slots=True)
class Order:
    """Which projects are in question, and which of them come first."""

    those: str
    by: str


LARGEST = Order("planned > 0 AND variance IS NOT NULL", "planned DESC")
OVERRUNS = Order("variance < 0", "variance")


async def first_projects(
    store: Store, at: AsOf, sight: Sight, order: Order, count: int, portfolio_ids: Collection[str] | None
) -> list[Row]:
    """The first `count` projects by `order` within some portfolios (None: all). They are the first of each currency,
    the second of each, and so on, since amounts of several currencies have no order."""
    within = "" if portfolio_ids is None else f" AND portfolio_id IN ({', '.join('?' * len(portfolio_ids))})"
    condition, params = visible(sight, ("project_id",), store.dialect) or ("1 = 1", [])
    text = (
        f"SELECT {', '.join(COLUMNS)} FROM figures WHERE archived = 0 AND {VALID}{within} AND {order.those} AND {condition}"
        f" ORDER BY ROW_NUMBER() OVER (PARTITION BY currency ORDER BY {order.by}, project_id), currency LIMIT {count}"
    )
    rows = await store.scan(text, (at.day, at.day, *sorted(portfolio_ids or ()), *params))
    return [row_of(row) for row in rows]


async def course(store: Store, project_id: str, at: AsOf) -> list[tuple[int, Figures]]:
    """(day, figures) at every day of change until the as-of day: how a project came to where it is."""
    rows = await store.fetch(
        f"SELECT from_day, {', '.join(COLUMNS)} FROM figures WHERE project_id = ? AND from_day <= ? ORDER BY from_day",
        (project_id, at.day),
    )
    return [(row[0], row_of(row[1:]).figures) for row in rows]
