"""The cells of some projects, counted from their figures of a day by the functions that the kept sums are made with."""

from collections.abc import Collection, Mapping
from operator import add
from typing import Any

from services.reporting.asof import AsOf
from services.reporting.figures.health import limits_of
from services.reporting.figures.rows import VALID, valid_rows
from services.reporting.totals.contributions import Cell, sums_of, turns
from services.reporting.totals.view import Cells, Sums, sums_in
from shared.domain.access.grants import VALUES, as_values
from shared.store import Store


async def cells_of_projects(
    store: Store, at: AsOf, ids: Collection[str], portfolios: Mapping[str, Mapping[str, Any]]
) -> Cells:
    """What these projects add up to by the end of a day; ids of anything else count nothing."""
    condition = f"project_id IN ({VALUES[store.dialect]}) AND {VALID}"
    rows = await valid_rows(store, condition, (as_values(ids), at.day, at.day)) if ids else []
    cells: Cells = {}
    for row in rows:
        c = row.counted
        limits = limits_of(portfolios.get(c.portfolio_id or ""))
        _, health, is_informed = turns(c, limits, at.day, at.day)[-1]
        cell = Cell(c.portfolio_id or "", c.stage, c.currency or "", health, c.archived)
        sums = sums_in(sums_of(c, is_informed))
        there = cells.get(cell)
        cells[cell] = sums if there is None else Sums(*map(add, there, sums))
    return cells
