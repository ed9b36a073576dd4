"""What the cells of a column decide together: the order of its days, its decimal sign, whether a half is 50 or 0.5.

A convention is decided where one reading fits all the cells. Where several fit, or where some cells show one and some the
other, it is a question for whoever knows the file (`questions.py`). What the mapping says is never doubted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import msgspec

from services.imports.tables.days import ORDERS
from services.imports.tables.mapping import ColumnMapping, DayOrder
from services.imports.tables.mapping import Decimal as DecimalSign
from services.imports.tables.numbers import DECIMAL_SIGNS
from services.imports.tables.surveying import ColumnSurvey, Evidence
from services.imports.tables.units import currencies_of, unit_in_name
from shared.contracts.forms import Field

T = TypeVar("T", bound=str)
PercentUnit = Literal["percent", "fraction"]


@dataclass(frozen=True, slots=True)
class Decision(Generic[T]):
    """How a column is read; `value` is None where that is open, or where no cell depends on it."""

    value: T | None
    fitting: tuple[T, ...] = ()
    """The readings that remain possible, where several do."""
    is_contradicted: bool = False
    """Whether some cells fit one reading only, and some another."""
    majority: T | None = None
    """What most of the cells show that show something."""

    @property
    def is_open(self) -> bool:
        return bool(self.fitting)


def order_of(column: ColumnMapping, survey: ColumnSurvey) -> Decision[DayOrder]:
    """The order of days, months and years."""
    if column.order:
        return Decision(column.order)
    decision = _decided(ORDERS, survey.orders)
    if (
        decision.is_open
        and not decision.is_contradicted
        and not survey.undotted
        and "day-first" in decision.fitting
    ):
        return Decision("day-first")
    return decision


def decimal_sign_of(column: ColumnMapping, survey: ColumnSurvey) -> Decision[DecimalSign]:
    """The decimal sign."""
    if column.decimal:
        return Decision(column.decimal)
    return _decided(DECIMAL_SIGNS, survey.signs)


def _decided(all_readings: Sequence[T], evidence: Mapping[tuple[T, ...], Evidence]) -> Decision[T]:
    fitting = tuple(one for one in all_readings if all(one in fits for fits in evidence))
    if not evidence:
        return Decision(None)
    if len(fitting) == 1:
        return Decision(fitting[0])
    votes = {one: sum(e.count for fits, e in evidence.items() if fits == (one,)) for one in all_readings}
    majority = max(votes, key=lambda one: votes[one])
    if fitting:
        return Decision(None, fitting)
    disputed = tuple(one for one in all_readings if any(one in fits for fits in evidence))
    return Decision(None, disputed, is_contradicted=True, majority=majority if votes[majority] else None)


def is_percent(field: Field) -> bool:
    """Whether a number is a percentage: its name says so."""
    name = field.name
    return field.kind in ("integer", "number") and (name.endswith("_pct") or "percent" in name)


LARGEST_FRACTION = 2.0
"""A percentage written as a fraction is at most 200 %: above, numbers are per cent."""


def percent_unit_of(field: Field, column: ColumnMapping, survey: ColumnSurvey) -> Decision[PercentUnit]:
    """Whether numbers without a per cent sign are per cent or fractions of one."""
    if column.unit:
        return Decision(column.unit)
    sign = decimal_sign_of(column, survey).value or "."
    spread = survey.spreads.get(sign)
    if spread is None:
        return Decision(None)
    is_small = spread.smallest >= 0 and spread.largest <= min(LARGEST_FRACTION, (field.maximum or 100) / 100)
    if not is_small:
        return Decision("percent")
    if spread.largest == 0:
        return Decision(None)  # nothing is nothing
    if field.kind == "integer" and spread.broken:
        return Decision("fraction")
    return Decision(None, ("fraction", "percent"))


def is_share_of_week(field: Field, column: ColumnMapping, survey: ColumnSurvey) -> bool:
    """Whether weekly hours stand as shares of a full week: 0.8, 80 %, or 80 under a name with a per cent sign."""
    if field.name != "weekly_hours" or not survey.reads["number"]:
        return False
    spread = survey.spreads.get(decimal_sign_of(column, survey).value or ".")
    is_small = spread is not None and spread.smallest >= 0 and 0 < spread.largest <= LARGEST_FRACTION
    return bool(survey.percents.count) or is_small or is_percent_by_name(column)


def is_percent_by_name(column: ColumnMapping) -> bool:
    """Whether the name of a column says that its numbers are per cent."""
    name = column.column.casefold()
    return any(word in name for word in ("%", "percent", "prozent", "pourcent"))


def has_serials(survey: ColumnSurvey) -> bool:
    """Whether the numbers of a column of days may be days of a spreadsheet: in a workbook any, in a text file only where
    nothing else stands in the column."""
    return survey.serials.count > 0 and (survey.serials.count >= survey.telling or has_typed_numbers(survey))


def has_typed_numbers(survey: ColumnSurvey) -> bool:
    return survey.typed["int"] + survey.typed["float"] > 0


def separator_of(column: ColumnMapping, survey: ColumnSurvey) -> str:
    """What parts the things in one cell beside new lines; empty where nothing does, or where that is open."""
    if column.separator:
        return column.separator
    return next((sign for sign in (";", "|") if sign in survey.separators), "")


def is_mostly_negative(survey: ColumnSurvey) -> bool:
    """Whether more than half of the amounts are below zero: some accounts write so what was spent."""
    return survey.negatives.count * 2 > survey.reads["number"]


def with_conventions(field: Field, column: ColumnMapping, survey: ColumnSurvey) -> ColumnMapping:
    """The mapping of a column with all that its cells and its name decide, for people to see: order, decimal sign, unit,
    currency, scale. What is open stays open; what the mapping says stays."""
    relevant = survey.without(column.values)
    changes: dict[str, object] = {}
    if field.kind in ("day", "instant"):
        changes["order"] = column.order or order_of(column, relevant).value
    if field.kind in ("money", "number", "integer"):
        changes["decimal"] = column.decimal or decimal_sign_of(column, relevant).value
    if is_percent(field) and relevant.bare.count:
        changes["unit"] = column.unit or percent_unit_of(field, column, relevant).value
    if field.kind == "money":
        by_name = unit_in_name(column.column)
        currencies = currencies_of(by_name.currency) if by_name.currency else ()
        if not column.currency and len(currencies) == 1:
            changes["currency"] = currencies[0]
        if column.scale is None and by_name.scale != 1:
            changes["scale"] = by_name.scale
        if relevant.negatives.count and not is_mostly_negative(relevant):
            changes["sign"] = column.sign or "as-written"
    return msgspec.structs.replace(column, **changes)
