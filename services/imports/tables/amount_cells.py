"""Cells that hold numbers, percentages and money: exact, and rounded only where that is said."""

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from math import isinf, isnan
from string import ascii_letters

from services.imports.tables.days import YEARS, written_day, years_of_pair
from services.imports.tables.decisions import (
    decimal_sign_of,
    is_percent,
    is_percent_by_name,
    is_share_of_week,
    percent_unit_of,
)
from services.imports.tables.mapping import ColumnMapping
from services.imports.tables.mapping import Decimal as DecimalSign
from services.imports.tables.numbers import (
    EXACT,
    InexactNumber,
    WrittenNumber,
    exact,
    is_rupees,
    written_number,
)
from services.imports.tables.surveying import OPEN, ColumnSurvey, is_placeholder
from services.imports.tables.table import NumberWithUnit, Value
from services.imports.tables.units import PLAIN, Unit, currencies_of, unit_in_name, unit_of
from services.imports.tables.unread import Json, Remark, Unread
from shared.base.currencies import DECIMALS
from shared.base.money import LARGEST_MINOR, wire_amount
from shared.base.texts import Text, either
from shared.contracts.forms import Field

AS_NUMBER = Text("Write it as 1234.50.")
ANSWER = Text("Answer the question about this column, or write it as 1234.50.")
CORRECT = Text("Correct it.")
MOST_CHOICES = 5

Number = tuple[Decimal, Unit]
TIMES = {
    "hours": re.compile(
        r" ?(?:h|hrs?|hours?|std|stunden?|heures?|ore)\.?(?: ?/ ?(?:w|wk|week|woche|sem|semaine))?",
        re.IGNORECASE,
    ),
    "days": re.compile(r" ?(?:d|days?|tage?|jours?|j|giorni)\.?", re.IGNORECASE),
}
"""What may stand behind a number, by the end of the name of its member: 42 h are 42 weekly hours."""


def number_in(
    column: ColumnMapping, survey: ColumnSurvey, mend: Text = AS_NUMBER
) -> Callable[[Value], Number | None]:
    """Reads the number of a cell and its unit; None for a placeholder. Raises Unread."""
    decision = decimal_sign_of(column, survey)
    contradicted = decision.is_contradicted

    def read(value: Value) -> Number | None:
        if isinstance(value, str):
            if (number := written_number(value)) is None:
                if is_placeholder(value) or value.casefold() in OPEN:
                    return None
                raise _no_number(value, mend)
            if number.by_twos and not is_rupees(number.unit.currency or column.currency):
                raise Unread(
                    "grouped_by_twos", Text("its digits stand in twos, as only rupees are written"), AS_NUMBER
                )
            return _under(number, decision.value, contradicted=contradicted), number.unit
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _no_number(value, mend)
        if isnan(value):
            return None
        if isinf(value):
            raise Unread("no_number", Text("this is no number"), mend)
        try:
            return _as_shown(exact(value), value)
        except InexactNumber:
            reason = Text("this number has more digits than a spreadsheet holds")
            raise Unread("no_number", reason, Text("Write it as a text.")) from None

    return read


def _as_shown(number: Decimal, value: float) -> Number:
    """With the unit that the cell of a workbook shows: it holds 0.5 where it shows 50 %."""
    unit = unit_of(value.unit) if isinstance(value, NumberWithUnit) else None
    if unit is None:
        return number, PLAIN
    return (EXACT.multiply(number, Decimal(100)) if unit.percent else number), unit


def _no_number(value: Value, mend: Text) -> Unread:
    is_day = isinstance(value, date | time | timedelta) or (
        isinstance(value, str) and written_day(value) is not None
    )
    reason = Text("this is a date and no number") if is_day else Text("this is no number")
    return Unread("no_number", reason, mend)


def _under(number: WrittenNumber, sign: DecimalSign | None, *, contradicted: bool) -> Decimal:
    """The number under the sign of its column; without one, where one reading is possible."""
    value = number.under(sign) if sign else number.certain
    if value is not None:
        return value
    if sign == ".":
        raise Unread("decimal_sign", Text("it cannot be read with a point as decimal sign"), AS_NUMBER)
    if sign == ",":
        raise Unread("decimal_sign", Text("it cannot be read with a comma as decimal sign"), AS_NUMBER)
    if contradicted:
        raise Unread("decimal_sign", Text("its column has both points and commas as decimal signs"), ANSWER)
    raise Unread("decimal_sign", Text("its sign may part thousands or decimals"), ANSWER)


def _times_of(field: Field) -> Callable[[Value], Value]:
    """Takes away the unit that a member has anyway."""
    unit = TIMES.get(field.name.rpartition("_")[2])

    def without(value: Value) -> Value:
        if unit is None or not isinstance(value, str):
            return value
        number = value.rstrip("./ " + ascii_letters)
        return number if unit.fullmatch(value[len(number) :]) else value

    return without


def integer_reader(
    field: Field, column: ColumnMapping, survey: ColumnSurvey, remark: Remark | None
) -> Callable[[Value], Json]:
    """Reads whole numbers, whole per cent and years."""
    mend = Text("Write a year such as 2026.") if field.is_year else Text("Write a whole number.")
    number_of = number_in(column, survey, mend)
    without_unit = _times_of(field)
    percent = _percent_reader(field, column, survey) if is_percent(field) else None

    def read(value: Value) -> Json:
        if field.is_year and isinstance(value, str) and (year := _fiscal_year(value, column)):
            return year
        if (number := number_of(without_unit(value))) is None:
            return None
        if percent is not None:
            return _whole_percent(percent(*number), remark)
        return _whole(_without_unit(*number))

    return read


def number_reader(
    field: Field, column: ColumnMapping, survey: ColumnSurvey, remark: Remark | None
) -> Callable[[Value], Json]:
    """Reads numbers with decimals; whole ones as such."""
    number_of = number_in(column, survey)
    without_unit = _times_of(field)
    percent = _percent_reader(field, column, survey) if is_percent(field) else None
    if is_share_of_week(field, column, survey):
        percent = _week_reader(column)

    def read(value: Value) -> Json:
        if (number := number_of(without_unit(value))) is None:
            return None
        exact_number = percent(*number) if percent is not None else _without_unit(*number)
        if exact_number and abs(exact_number.adjusted()) > 15:
            raise Unread("too_large", Text("the number is too large"), CORRECT)
        if exact_number == exact_number.to_integral_value():
            return int(exact_number)
        return float(exact_number)

    return read


def _week_reader(column: ColumnMapping) -> Callable[[Decimal, Unit], Decimal]:
    """Hours a week, from a share of a full one."""

    def hours(number: Decimal, unit: Unit) -> Decimal:
        if column.full_week is None:
            reason = Text("it is a share of a full week, and nothing says how many hours that has")
            raise Unread("full_week", reason, Text("Answer the question about this column."))
        is_percent_here = unit.percent or is_percent_by_name(column)
        share = number / 100 if is_percent_here else number
        return round(share * Decimal(str(column.full_week)), 2)

    return hours


def _percent_reader(
    field: Field, column: ColumnMapping, survey: ColumnSurvey
) -> Callable[[Decimal, Unit], Decimal]:
    decision = percent_unit_of(field, column, survey)

    def percent(number: Decimal, unit: Unit) -> Decimal:
        if unit.percent or not number:
            return number
        if unit != PLAIN:
            return _without_unit(number, unit)
        if decision.value is None:
            raise Unread(
                "percent_open",
                Text("it may be a fraction or per cent"),
                Text("Answer the question about this column, or write it with %."),
            )
        if decision.value == "fraction":
            return EXACT.multiply(number, Decimal(100))
        if field.kind == "integer" and 0 < abs(number) < 1:
            raise Unread(
                "percent_open", Text("it is a fraction among per cent"), Text("Write whole per cent.")
            )
        return number

    return percent


def _whole_percent(number: Decimal, remark: Remark | None) -> int:
    if remark is None or not number.is_finite() or abs(number.adjusted()) > 15:
        return _whole(number)
    whole = number.quantize(Decimal(1), ROUND_HALF_EVEN)
    if whole != number:
        remark("rounded", Text("{number} % is rounded to {whole} %", number=f"{number:f}", whole=str(whole)))
    return int(whole)


def _without_unit(number: Decimal, unit: Unit) -> Decimal:
    if unit != PLAIN:
        raise Unread("no_number", Text("it has a unit, and a number is expected"), AS_NUMBER)
    return number


def _whole(number: Decimal) -> int:
    if number.adjusted() > 17:
        raise Unread("too_large", Text("the number is too large"), CORRECT)
    if number != number.to_integral_value():
        raise Unread("no_whole_number", Text("this is no whole number"), CORRECT)
    return int(number)


def _fiscal_year(text: str, column: ColumnMapping) -> int | None:
    """`2026`, `FY2026`, `GJ 2026`, and `2025/26` by the year that the mapping says."""
    if pair := years_of_pair(text):
        if column.period is None:
            reason = Text("it has two years, and nothing says by which it is called")
            raise Unread("period", reason, Text("Answer the question about this column, or write one year."))
        return pair[0] if column.period == "first" else pair[1]
    digits = (
        text.casefold()
        .removeprefix("fy")
        .removeprefix("gj")
        .removeprefix("bj")
        .removeprefix("exercice")
        .strip()
    )
    if len(digits) == 4 and digits.isascii() and digits.isdecimal() and int(digits) in YEARS:
        return int(digits)
    return None


def money_reader(
    column: ColumnMapping, survey: ColumnSurvey, remark: Remark | None
) -> Callable[[Value], Json]:
    """Reads amounts, exact to the minor unit of their currency."""
    number_of = number_in(column, survey)
    is_scale_open = column.scale is None and unit_in_name(column.column).scale != 1

    def read(value: Value) -> Json:
        if (number := number_of(value)) is None:
            return None
        amount, unit = number
        if unit.percent:
            raise Unread("no_number", Text("this is a percentage and no amount"), AS_NUMBER)
        currency = _currency(unit.currency, column.currency)
        if is_scale_open:
            reason = Text(
                "the name of its column says that one unit is {scale}",
                scale=Text("{number:,}", number=unit_in_name(column.column).scale),
            )
            raise Unread("scale_open", reason, Text("Answer the question about this column."))
        if unit.scale != 1 and column.scale not in (None, 1):
            reason = Text("it is in thousands or millions by itself, and so is its column")
            raise Unread("scale_twice", reason, Text("Write it in the unit of the column."))
        minor = _minor(amount, unit.scale * (column.scale or 1), currency, remark)
        minor = -minor if column.sign == "inverted" else minor
        return {"amount": wire_amount(minor, currency), "currency": currency}

    return read


def _currency(of_cell: str, of_column: str) -> str:
    if not of_cell:
        if not of_column:
            raise Unread("no_currency", Text("it names no currency"), Text("Say the currency of the column."))
        if of_column not in DECIMALS:
            raise Unread(
                "no_currency",
                Text("{currency} is no currency", currency=of_column),
                Text("Write a code such as CHF."),
            )
        return of_column
    possible = currencies_of(of_cell)
    if len(possible) == 1:
        return possible[0]
    if of_column in possible:
        return of_column
    choices = either((*possible[:MOST_CHOICES],))
    reason = Text("{sign} may be {currencies}", sign=of_cell, currencies=choices)
    raise Unread("currency_open", reason, Text("Say the currency of the column."))


def _minor(amount: Decimal, scale: int, currency: str, remark: Remark | None) -> int:
    """The amount in minor units; what is finer is rounded half-even where that is said, else refused."""
    if amount.adjusted() > 20:
        raise Unread("too_large", Text("the amount is too large"), CORRECT)
    if amount and amount.adjusted() < -60:
        raise Unread("too_fine", Text("the amount is too small"), CORRECT)
    places = DECIMALS[currency]
    exact_minor = EXACT.multiply(amount, Decimal(scale * 10**places))
    minor = exact_minor.to_integral_value(ROUND_HALF_EVEN)
    if abs(minor) > LARGEST_MINOR:
        raise Unread("too_large", Text("the amount is too large"), CORRECT)
    if minor != exact_minor:
        if remark is None:
            reason = Text(
                "{currency} has {places} {places:decimal|decimals}", currency=currency, places=places
            )
            raise Unread("too_fine", reason, Text("Round it."))
        rounded = f"{wire_amount(int(minor), currency)} {currency}"
        remark("rounded", Text("it is finer than the currency, and is rounded to {amount}", amount=rounded))
    return int(minor)
