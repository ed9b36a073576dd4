"""The cells counted again from the figures of a day, project by project: what the kept sums must equal."""

from collections.abc import Iterable
from typing import Any

from services.reporting.asof import AsOf, today
from services.reporting.figures.compute import NO_FORECAST
from services.reporting.figures.judging import judged
from services.reporting.history.portfolios import portfolios_by_id
from services.reporting.totals.contributions import AMOUNTS, COUNTS, Cell
from services.reporting.totals.view import Cells, Sums, cells
from shared.base.clock import from_day
from shared.base.settings import Settings
from shared.store import Store

ROUNDS = 5
"""How often sums that differ are looked at again: a fold may have been committed between the two readings."""

COUNTED = """
WITH f AS ({judged})
SELECT COALESCE(f.portfolio_id, ''), f.stage, COALESCE(f.currency, ''), f.overall, f.archived,
    SUM(f.planned), SUM(f.forecast), SUM(f.actual), SUM(f.variance),
    SUM(CASE WHEN f.variance IS NOT NULL THEN f.planned END),
    COUNT(*), COUNT(f.planned), COUNT(f.forecast), COUNT(f.actual), COUNT(f.variance),
    SUM(CASE WHEN f.planned IS NOT NULL AND f.forecast IS NULL AND f.cost_reason <> '{no_forecast}' THEN 1 ELSE 0 END),
    SUM(CASE WHEN f.actual IS NULL AND f.earned_currency <> f.currency THEN 1 ELSE 0 END),
    SUM(CASE WHEN f.over_pct IS NULL AND f.time_days IS NULL AND f.worst_risk = 0 AND f.occurred_risks = 0
        THEN 1 ELSE 0 END)
FROM f
GROUP BY 1, 2, 3, 4, 5
"""

assert Sums._fields == (*AMOUNTS, *COUNTS)


async def recounted(store: Store, portfolios: Iterable[dict[str, Any]], day: int) -> Cells:
    """The cells of a day from one row per project, judged by the thresholds of these portfolios."""
    rows = await store.scan(COUNTED.format(judged=judged(day, portfolios), no_forecast=NO_FORECAST), ())
    width = len(Cell._fields)
    return {Cell(*row[:width]): Sums(*(int(n or 0) for n in row[width:])) for row in rows}


async def wrong_cells(store: Store, settings: Settings) -> list[Cell]:
    """The cells of today whose kept sums are not what is counted again."""
    wrong: list[Cell] = []
    for _ in range(ROUNDS):
        day = today(settings)
        portfolios = await portfolios_by_id(store, AsOf(from_day(day), day, None), archived=True)
        stored_cells, recounted_cells = (
            await cells(store, day),
            await recounted(store, portfolios.values(), day),
        )
        wrong = sorted(
            cell
            for cell in stored_cells.keys() | recounted_cells.keys()
            if stored_cells.get(cell) != recounted_cells.get(cell)
        )
        if not wrong:
            return []
    return wrong
