"""What must be asked of a column before all its cells can be read, with what each answer makes of them."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.imports.tables.days import Spelled, period_of, serial_day, written_day, years_of_pair
from services.imports.tables.decisions import (
    Decision,
    decimal_sign_of,
    has_serials,
    is_mostly_negative,
    is_percent,
    is_share_of_week,
    order_of,
    percent_unit_of,
    separator_of,
)
from services.imports.tables.mapping import ColumnMapping, DayOrder
from services.imports.tables.mapping import Decimal as DecimalSign
from services.imports.tables.numbers import written_number
from services.imports.tables.surveying import ColumnSurvey, Evidence
from services.imports.tables.units import Unit, currencies_of, unit_in_name
from shared.base.texts import Text
from shared.contracts.forms import Field

Setting = Literal[
    "order",
    "century",
    "decimal",
    "currency",
    "scale",
    "sign",
    "period",
    "epoch",
    "unit",
    "full_week",
    "separator",
]
"""The member of a `ColumnMapping` that an answer goes to."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question, and how the column is read then."""

    value: str | int | float
    """What `ColumnMapping` holds then."""
    label: Text
    """With examples of the column: `days come first: 03/04/2026 is 3 April 2026`."""


@dataclass(frozen=True, slots=True)
class Question:
    """What must be said of a column before all its cells can be read. Cells that hang on it are refused until then."""

    column: str
    setting: Setting
    text: Text
    choices: tuple[Choice, ...]
    """What is likely. Of a currency any other one may be the answer too."""
    suggested: str | int | float | None = None
    """The answer that is likely."""
    cells: int = 0
    """How many hang on it."""


def questions(field: Field, column: ColumnMapping, survey: ColumnSurvey) -> list[Question]:
    """What must be asked before the column can be read as this member, the most important first."""
    relevant = survey.without(column.values)
    match field.kind:
        case "day" | "instant":
            return _of_days(field, column, relevant)
        case "money":
            return [*_of_decimal_sign(field, column, relevant), *_of_money(column, relevant)]
        case "integer" if field.is_year:
            return _of_fiscal_years(column, relevant)
        case "integer" | "number":
            return [
                *_of_decimal_sign(field, column, relevant),
                *_of_percent(field, column, relevant),
                *_of_week(field, column, relevant),
            ]
        case "rows":
            return _of_lists(column, relevant)
        case _:
            return []


def _of_days(field: Field, column: ColumnMapping, survey: ColumnSurvey) -> list[Question]:
    open_questions = []
    order = order_of(column, survey)
    if order.is_open:
        open_questions.append(_of_order(column, survey, order))
    if survey.short_years.count and column.century is None:
        open_questions.append(_of_century(column, survey, order))
    if survey.serials.count and column.epoch is None and has_serials(survey):
        open_questions.append(_of_epoch(column, survey))
    return [*open_questions, *_of_periods(field, column, survey)]


def _of_order(column: ColumnMapping, survey: ColumnSurvey, order: Decision[DayOrder]) -> Question:
    choices = []
    for one in order.fitting:
        example = next(
            text
            for fits, evidence in survey.orders.items()
            if one in fits and (order.is_contradicted or len(fits) > 1)
            for text in evidence.examples
        )
        choices.append(Choice(one, _as_ordered(one, example, _spelled(example, one, column.century))))
    text = (
        Text("some of its days have the month first, others do not: which order is right?")
        if order.is_contradicted
        else Text("what comes first in its days?")
    )
    suggested = order.majority or (
        survey.neighbours_order if survey.neighbours_order in order.fitting else None
    )
    several = sum(e.count for fits, e in survey.orders.items() if order.is_contradicted or len(fits) > 1)
    return Question(column.column, "order", text, tuple(choices), suggested, several)


def _as_ordered(order: DayOrder, example: str, day: str) -> Text:
    match order:
        case "year-first":
            return Text("the year comes first: {example} is {day}", example=example, day=day)
        case "month-first":
            return Text("the month comes first: {example} is {day}", example=example, day=day)
        case "day-first":
            return Text("the day comes first: {example} is {day}", example=example, day=day)


def _spelled(text: str, order: DayOrder | None, century: int | None) -> str:
    """A day of a column, spelled out; as it stands where there is no such day."""
    day = written_day(text)
    try:
        return Spelled(day.on(order, century or 2000)) if day else text
    except ValueError:
        return text


def _of_century(column: ColumnMapping, survey: ColumnSurvey, order: Decision[DayOrder]) -> Question:
    example = survey.short_years.examples[0]
    first = order.value or order.majority or (order.fitting or (None,))[-1]
    choices = tuple(
        Choice(
            century,
            Text("{example} is {day}", example=example, day=_spelled(example, first, century)),
        )
        for century in (2000, 1900)
    )
    text = Text("its years have two digits: of which century are they?")
    is_past = all(_year_in_2000s(one, first) > LAST_LIKELY_YEAR for one in survey.short_years.examples)
    return Question(
        column.column, "century", text, choices, 1900 if is_past else 2000, survey.short_years.count
    )


LAST_LIKELY_YEAR = 2069
"""Two digits beyond it are rather of the last century."""


def _year_in_2000s(text: str, order: DayOrder | None) -> int:
    day = written_day(text)
    try:
        return day.on(order, 2000).year if day else 0
    except ValueError:
        return 0


def _of_epoch(column: ColumnMapping, survey: ColumnSurvey) -> Question:
    example = survey.serials.examples[0]
    number = float(example)
    choices = (
        Choice(
            1900,
            Text("from 1900, as most do: {example} is {day}", example=example, day=Spelled(serial_day(number, 1900))),
        ),
        Choice(
            1904,
            Text(
                "from 1904, as old ones of the Mac do: {example} is {day}",
                example=example, day=Spelled(serial_day(number, 1904)),
            ),
        ),
    )  # fmt: skip
    text = Text("its days stand as numbers: from which year did the spreadsheet count them?")
    return Question(column.column, "epoch", text, choices, 1900, survey.serials.count)


_LAST = re.compile(r"(?:finish|end|ends|last|until|due|expires)(?:_on|_at)?$")
_FIRST = re.compile(r"(?:start|starts|begin|begins|first|since|from)(?:_on|_at)?$")


def _of_periods(field: Field, column: ColumnMapping, survey: ColumnSurvey) -> list[Question]:
    if not survey.periods.count or column.period:
        return []
    example = survey.periods.examples[0]
    if (period := period_of(example)) is None:
        return []
    choices = (
        Choice("first", Text("the first: {example} is {day}", example=example, day=Spelled(period.first))),
        Choice("last", Text("the last: {example} is {day}", example=example, day=Spelled(period.last))),
    )
    suggested = "last" if _LAST.search(field.name) else "first" if _FIRST.search(field.name) else None
    text = Text("it has months, quarters or years: which of their days is meant?")
    return [Question(column.column, "period", text, choices, suggested, survey.periods.count)]


def _of_fiscal_years(column: ColumnMapping, survey: ColumnSurvey) -> list[Question]:
    pairs = [text for text in survey.texts if years_of_pair(text)]
    if not pairs or column.period:
        return []
    first, last = years_of_pair(pairs[0]) or (0, 0)
    choices = (
        Choice("first", Text("by the first: {example} is {year}", example=pairs[0], year=str(first))),
        Choice("last", Text("by the last: {example} is {year}", example=pairs[0], year=str(last))),
    )
    text = Text("its fiscal years have two years each: by which are they called?")
    return [Question(column.column, "period", text, choices, None, sum(survey.texts[pair] for pair in pairs))]


def _of_decimal_sign(field: Field, column: ColumnMapping, survey: ColumnSurvey) -> list[Question]:
    decision = decimal_sign_of(column, survey)
    open_numbers = survey.signs.get((".", ","), Evidence())
    if not decision.is_open or not open_numbers.count:
        return []
    example = open_numbers.examples[0]
    number = written_number(example)
    if number is None or number.point is None or number.comma is None:
        return []
    choices = (
        Choice(
            ".", Text("the point: {example} is {number}", example=example, number=_in_words(number.point))
        ),
        Choice(
            ",", Text("the comma: {example} is {number}", example=example, number=_in_words(number.comma))
        ),
    )
    suggested = decision.majority or survey.neighbours_sign or _exact_sign(field, column, number.point)
    text = Text("what is its decimal sign?")
    return [Question(column.column, "decimal", text, choices, suggested, open_numbers.count)]


def _exact_sign(field: Field, column: ColumnMapping, as_point: Decimal) -> DecimalSign | None:
    """Amounts in whole units have no thousandths, so that 1.234 is rather a thousand and more."""
    if field.kind != "money" or column.scale not in (None, 1):
        return None
    return "." if as_point == as_point.to_integral_value() else ","


def _in_words(number: Decimal) -> Text:
    """Without a decimal sign, which would have to be explained."""
    places = max(0, -int(number.as_tuple().exponent))
    whole, part = divmod(abs(int(number.scaleb(places))), 10**places)
    sign = "-" if number < 0 else ""
    if not part:
        return Text("{number}", number=f"{sign}{whole}")
    return Text("{whole} and {part}/{unit}", whole=f"{sign}{whole}", part=str(part), unit=str(10**places))


def _of_money(column: ColumnMapping, survey: ColumnSurvey) -> list[Question]:
    by_name = unit_in_name(column.column)
    open_questions = []
    if not column.currency and (question := _of_currency(column, survey, by_name)):
        open_questions.append(question)
    amounts = survey.bare.count + sum(evidence.count for evidence in survey.currencies.values())
    if column.scale is None and by_name.scale != 1 and amounts:
        example = (survey.bare.examples or next(iter(survey.currencies.values())).examples)[0]
        choices = (
            Choice(
                by_name.scale,
                Text("its name says so: {example} stands for {scale} times as much", example=example, scale=_grouped(by_name.scale)),
            ),
            Choice(1, Text("{example} is what it says", example=example)),
        )  # fmt: skip
        text = Text("are its amounts in units of {scale}?", scale=_grouped(by_name.scale))
        open_questions.append(Question(column.column, "scale", text, choices, by_name.scale, amounts))
    if column.sign is None and is_mostly_negative(survey):
        open_questions.append(_of_sign(column, survey))
    return open_questions


def _of_sign(column: ColumnMapping, survey: ColumnSurvey) -> Question:
    example = survey.negatives.examples[0]
    choices = (
        Choice("inverted", Text("the other way round: {example} was spent", example=example)),
        Choice("as-written", Text("as written: {example} is below zero", example=example)),
    )
    text = Text("most of its amounts are below zero: is that what was spent, or what came back?")
    return Question(column.column, "sign", text, choices, "inverted", survey.negatives.count)


def _grouped(number: int) -> Text:
    return Text("{number:,}", number=number)


def _of_currency(column: ColumnMapping, survey: ColumnSurvey, by_name: Unit) -> Question | None:
    ambiguous = {sign: e for sign, e in survey.currencies.items() if len(currencies_of(sign)) > 1}
    count = survey.bare.count + sum(e.count for e in ambiguous.values())
    if not count:
        return None
    likely = list(currencies_of(by_name.currency)) if by_name.currency else []
    for sign in sorted(survey.currencies, key=lambda one: len(currencies_of(one))):
        likely += [code for code in currencies_of(sign) if code not in likely]
    suggested = (
        likely[0]
        if likely and len(currencies_of(by_name.currency or next(iter(survey.currencies)))) == 1
        else None
    )
    text = Text("of which currency are its amounts?")
    if ambiguous:
        text = Text("{sign} may be several currencies: which is meant?", sign=next(iter(ambiguous)))
    choices = tuple(Choice(code, Text("{code}", code=code)) for code in likely)
    return Question(column.column, "currency", text, choices, suggested, count)


def _of_percent(field: Field, column: ColumnMapping, survey: ColumnSurvey) -> list[Question]:
    if not is_percent(field) or not percent_unit_of(field, column, survey).is_open:
        return []
    sign = decimal_sign_of(column, survey).value or "."
    numbers = [
        (text, number.under(sign)) for text in survey.bare.examples if (number := written_number(text))
    ]
    if not numbers:
        return []
    example, value = max(numbers, key=lambda pair: pair[1] or 0)
    hundredfold = f"{(value or 0) * 100:f}"
    choices = (
        Choice("fraction", Text("as 0.5: {example} is {number} %", example=example, number=hundredfold)),
        Choice("percent", Text("as 50: {example} is {number} %", example=example, number=example)),
    )
    text = Text("is a half written as 50 or as 0.5?")
    return [Question(column.column, "unit", text, choices, "fraction", survey.bare.count)]


FULL_WEEKS = (40, 42, 41, 38.5, 37.5, 35)
"""Hours of a full week, the usual ones first."""


def _of_week(field: Field, column: ColumnMapping, survey: ColumnSurvey) -> list[Question]:
    if column.full_week is not None or not is_share_of_week(field, column, survey):
        return []
    texts = [*survey.bare.examples, *survey.percents.examples]
    example = next((text for text in texts if text not in ("1", "100", "100 %", "100%")), texts[0])
    choices = tuple(
        Choice(
            hours, Text("{hours} hours: {example} is a share of them", hours=f"{hours:g}", example=example)
        )
        for hours in FULL_WEEKS
    )
    text = Text("it holds shares of a full week: how many hours does a full week have?")
    return [Question(column.column, "full_week", text, choices, FULL_WEEKS[0], survey.telling)]


def _of_lists(column: ColumnMapping, survey: ColumnSurvey) -> list[Question]:
    if column.separator or separator_of(column, survey) or "," not in survey.separators:
        return []
    commas = survey.separators[","]
    example = commas.examples[0]
    choices = (
        Choice(",", Text("a comma: {example} is {count}", example=example, count=example.count(",") + 1)),
        Choice(";", Text("a semicolon: {example} is one", example=example)),
    )
    text = Text("what stands between several things in one cell?")
    return [Question(column.column, "separator", text, choices, ",", commas.count)]
