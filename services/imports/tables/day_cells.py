"""Cells that hold days: read where one day is possible."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from services.imports.tables.days import (
    FISCAL,
    YEARS,
    WrittenDay,
    period_of,
    serial_day,
    written_day,
    years_of_pair,
)
from services.imports.tables.decisions import Decision, has_serials, order_of
from services.imports.tables.mapping import ColumnMapping, DayOrder
from services.imports.tables.surveying import OPEN, ColumnSurvey, is_placeholder
from services.imports.tables.table import Value
from services.imports.tables.texts import displayed
from services.imports.tables.unread import Remark, Unread
from shared.base.texts import Text

AS_ISO = Text("Write it as 2026-03-31.")
MAYBE_SWAPPED = Text(
    "a spreadsheet may have swapped its day and month: other dates of its column were no dates to it"
)
ANSWER = Text("Answer the question about this column, or write it as 2026-03-31.")


def day_reader(
    column: ColumnMapping, survey: ColumnSurvey, remark: Remark | None
) -> Callable[[Value], str | None]:
    """Reads days as ISO 8601; raises Unread."""
    order = order_of(column, survey)
    serials = has_serials(survey)
    may_be_swapped = survey.may_be_swapped
    is_odd_dotted = (
        order.value == "month-first" and survey.has_dots_of_others and not survey.dotted[("month-first",)]
    )

    def read(value: Value) -> str | None:
        if isinstance(value, date):
            if may_be_swapped and remark is not None and value.day != value.month:
                remark("day_maybe_swapped", MAYBE_SWAPPED)
            return _sane(value.date() if isinstance(value, datetime) else value)
        if isinstance(value, time | timedelta | bool):
            raise Unread("no_day", Text("this is no date"), AS_ISO)
        text = displayed(value)
        if day := written_day(text):
            if not any(day.parts):
                return None  # 00.00.0000: what databases write where there is none
            if is_odd_dotted and day.dotted and len(day.orders) > 1:
                reason = Text("months come first in its column, and days do where dots are written")
                raise Unread("day_order", reason, AS_ISO)
            return _sane(_on(day, order, column))
        if period := period_of(text):
            if column.period is None:
                raise Unread("period", Text("this is no single day"), ANSWER)
            return _sane(period.first if column.period == "first" else period.last)
        if (number := _serial(text)) is not None:
            return _sane(_by_serial(number, column, serials, isinstance(value, str)))
        if is_placeholder(text) or text.casefold() in OPEN:
            return None
        if FISCAL.fullmatch(text) or years_of_pair(text):
            reason = Text("this is a fiscal year: only your organisation knows when it begins")
            raise Unread("fiscal_year", reason, AS_ISO)
        raise Unread("no_day", Text("this is no date"), AS_ISO)

    return read


def _on(day: WrittenDay, order: Decision[DayOrder], column: ColumnMapping) -> date:
    if day.short_year and column.century is None:
        raise Unread("no_century", Text("its year has two digits, and no century is given"), ANSWER)
    if day.orders and order.value is None:
        if order.is_contradicted:
            raise Unread("day_order", Text("its column has months after days and days after months"), ANSWER)
        raise Unread(
            "day_order", Text("nothing in its column shows whether days or months come first"), ANSWER
        )
    if day.orders and order.value not in day.orders:
        raise Unread("impossible_day", Text("there is no such day in the order of its column"), AS_ISO)
    try:
        return day.on(order.value, column.century)
    except ValueError:
        raise Unread("impossible_day", Text("there is no such day"), Text("Correct it.")) from None


def _sane(day: date) -> str:
    if day.year not in YEARS:
        raise Unread(
            "year_out_of_range",
            Text("its year is not one from {first} to {last}", first=str(YEARS[0]), last=str(YEARS[-1])),
            Text("Correct it, or say in the mapping that it stands for nothing."),
        )
    return day.isoformat()


def _serial(text: str) -> float | None:
    whole, _, part = text.partition(".")
    if whole.isascii() and whole.isdecimal() and len(whole) == 5 and (not part or part.isdecimal()):
        return float(whole)
    return None


def _by_serial(number: float, column: ColumnMapping, serials: bool, is_text: bool) -> date:
    mend = AS_ISO if is_text else Text("Format the cell as a date.")
    if not serials:
        raise Unread("serial", Text("this is a number among days"), mend)
    if column.epoch is None:
        reason = Text("this is a number that may be a day of a spreadsheet")
        raise Unread("serial", reason, Text("Answer the question about this column."))
    return serial_day(number, column.epoch)
