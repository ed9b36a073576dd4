"""Budget lines summed by fiscal year, nature and state."""

from collections.abc import Iterable
from typing import Any

from services.reporting.sums import total, with_reasons
from shared.base.money import Money
from shared.contracts.finance.budget import BudgetState, Nature

STATES = tuple(state.value for state in BudgetState)
NATURES = tuple(nature.value for nature in Nature)

Line = dict[str, Any]


def by_fiscal_year(lines: Iterable[Line], reporting: str | None) -> list[dict[str, Any]]:
    """One item per fiscal year: per nature the sums by state, and the total of what is approved."""
    years: dict[int, list[Line]] = {}
    for line in lines:
        years.setdefault(line["fiscal_year"], []).append(line)
    return [_year(year, years[year], reporting) for year in sorted(years)]


def by_currency(lines: Iterable[Line]) -> dict[str, list[dict[str, Any]]]:
    """Currency -> its lines by fiscal year: used where one sum over all is null."""
    lines_of: dict[str, list[Line]] = {}
    for line in lines:
        lines_of.setdefault(line["amount"]["currency"], []).append(line)
    return {currency: by_fiscal_year(lines_of[currency], currency) for currency in sorted(lines_of)}


def _year(year: int, lines: list[Line], reporting: str | None) -> dict[str, Any]:
    natures = {n: _sums([line for line in lines if line["nature"] == n], reporting) for n in NATURES}
    return {"fiscal_year": year, **natures, "total": _sums(lines, reporting)}


def _sums(lines: list[Line], reporting: str | None) -> dict[str, Any]:
    sums = {s: total(_amounts(lines, s), reporting) for s in STATES}
    return with_reasons({**sums, "forecast": total(_forecasts(lines), reporting)})


def _forecasts(lines: list[Line]) -> Iterable[tuple[str, int]]:
    """What is expected of granted money: of what is only asked for nothing is spent."""
    for line in lines:
        if line["state"] == BudgetState.APPROVED and line.get("forecast"):
            amount = Money.read(line["forecast"])
            yield amount.currency, amount.minor


def _amounts(lines: list[Line], state: str) -> Iterable[tuple[str, int]]:
    for line in lines:
        if line["state"] == state:
            amount = Money.read(line["amount"])
            yield amount.currency, amount.minor
