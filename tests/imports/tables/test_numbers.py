"""Numbers, percentages and money: exact, by the decimal sign of the whole column, asked where two readings fit."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.imports.tables.conventions import with_conventions
from services.imports.tables.mapping import ColumnMapping
from services.imports.tables.numbers import written_number
from services.imports.tables.table import NumberWithUnit
from services.imports.tables.units import Unit, unit_in_name, unit_of
from shared.base.money import Money
from shared.base.texts import is_translated
from shared.contracts.forms import Field
from tests.imports.tables.columns import MONEY, NUMBER, PERCENT, francs, questions_of, readings, surveyed

SPACES = {"space": " ", "no-break": "\u00a0", "narrow": "\u202f", "thin": "\u2009"}


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.2", "1.2"), ("-1.2", "-1.2"), ("+1.2", "1.2"), ("(1.2)", "-1.2"), ("1.2-", "-1.2"), ("\u22121.2", "-1.2"),
        ("–1.2", "-1.2"), ("- 1.2", "-1.2"), ("$1.2", "1.2"), ("-$1.2", "-1.2"), ("$-1.2", "-1.2"), ("$(1.2)", "-1.2"),
        ("($1.2)", "-1.2"), ("1,234.5", "1234.5"), ("1.234,5", "1234.5"), ("(1,234.50)", "-1234.5"), ("1'234.5", "1234.5"),
        ("1’234,5", "1234.5"), ("1 234,5", "1234.5"), ("1\u202f234\u202f567,5", "1234567.5"), ("$1,234,567", "1234567"),
        (".5", "0.5"), (",5", "0.5"), ("5.", "5"), ("1e-3", "0.001"), ("1.5E+06", "1500000"), ("0.123", "0.123"),
        ("1.2345", "1.2345"), ("1234.567", "1234.567"), ("CHF 1'200.–", "1200"), ("120.-", "120"), ("12,-- €", "12"),
        ("-120.-", "-120"), ("Fr.500", "500"), ("5 CHF-", "-5"), ("CHF -", "0"), (" $ -  ".strip(), "0"), ("$5 CAD", "5"), ("USD $5", "5"), ("US $5", "5"), ("R 1 200", "1200"), ("£1.2m", "1.2"), ("EUR -5,5", "-5.5"), ("-0", "0"), ("(0)", "0"),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_accountants_write_it(text: str, amount: str) -> None:
    number = written_number(text)
    assert number is not None
    assert number.certain == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "12,34.5", "1 23", "1_000", "((1))", "-(1)", "--1", "(1", "1)", "()", "$", "inf", "１", "1.2.3", "1,2,3", "1'23",
        "0x10", "1/2", "CHF.5", "CHF 5 EUR", "5 k M", "% 5 CHF", "$1.2T", "12 Monate", "Q3", "1.2.2026", "2026-02-01",
        "=1+1", "+cmd|' /C calc'!A0", "1,234'567.5,2", "1 234,567.8", "5%%", "1 000 00", "ca. 5", "5-10", "1e5e5", "",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_none(text: str) -> None:
    assert written_number(text) is None


@pytest.mark.parametrize("text", ["1.234", "1,234", "12.500", "-1,234", "CHF 999.000", "(1.234)"])
def test_three_digits_after_a_sign_may_be_two_numbers(text: str) -> None:
    number = written_number(text)
    assert number is not None
    assert (number.certain, number.signs) == (None, (".", ","))


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("€", Unit("EUR")), ("Fr.", Unit("CHF")), ("SFr.", Unit("CHF")), ("chf", Unit("CHF")), ("US$", Unit("USD")),
        ("$", Unit("$")), ("kr.", Unit("kr")), ("%", Unit(percent=True)), ("k", Unit(scale=1000)), ("K", Unit(scale=1000)),
        ("M", Unit(scale=10**6)), ("Mio.", Unit(scale=10**6)), ("Mrd", Unit(scale=10**9)), ("bn", Unit(scale=10**9)),
        ("T€", Unit("EUR", 1000)), ("TEUR", Unit("EUR", 1000)), ("kCHF", Unit("CHF", 1000)), ("k €", Unit("EUR", 1000)),
        ("M€", Unit("EUR", 10**6)), ("Mio. CHF", Unit("CHF", 10**6)), ("CHF Mio", Unit("CHF", 10**6)), ("£m", Unit("GBP", 10**6)),
        ("$M", Unit("$", 10**6)), ("Md €", Unit("EUR", 10**9)), ("lakh", Unit(scale=10**5)),
    ],
)  # fmt: skip
def test_a_unit_is_read_with_its_scale(text: str, unit: Unit) -> None:
    assert unit_of(text) == unit


@pytest.mark.parametrize("text", ["T", "m", "b", "$T", "Monate", "XYZ", "k k", "days", "."])
def test_what_is_no_unit_is_none(text: str) -> None:
    assert unit_of(text) is None


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Budget (kCHF)", Unit("CHF", 1000)), ("Cost in Mio. EUR", Unit("EUR", 10**6)), ("planned_cost_musd", Unit("USD", 10**6)),
        ("Whole Life Cost (£m)", Unit("GBP", 10**6)), ("Whole Life Cost £m", Unit("GBP", 10**6)), ("Kosten in TCHF", Unit("CHF", 1000)),
        ("Coût (en milliers d'euros)", Unit("EUR", 1000)), ("Budget in thousands", Unit(scale=1000)), ("Budget ($000)", Unit("$", 1000)),
        ("Budget '000", Unit(scale=1000)), ("Kosten (in 1000 CHF)", Unit("CHF", 1000)), ("Budget 1'000 CHF", Unit("CHF", 1000)),
        ("Budget (x1000)", Unit(scale=1000)), ("Budget [1.000.000 €]", Unit("EUR", 10**6)), ("Budget 2000", Unit()), ("Room 1000", Unit()), ("BUDGET_KEUR", Unit("EUR", 1000)), ("Montant en CHF", Unit("CHF")),
        ("Amount (USD)", Unit("USD")), ("Progress %", Unit(percent=True)), ("Fortschritt in Prozent", Unit(percent=True)),
        ("All costs", Unit()), ("Top 5", Unit()), ("Try", Unit()), ("Project Fr", Unit()), ("Mia", Unit()), ("Total", Unit()),
        ("Phase M", Unit()), ("Name", Unit()), ("Budget", Unit()), ("Effort in days", Unit()),
    ],
)  # fmt: skip
def test_the_name_of_a_column_says_its_unit(name: str, unit: Unit) -> None:
    assert unit_in_name(name) == unit


def test_one_cell_shows_the_decimal_sign_of_its_column() -> None:
    assert readings(MONEY, ["1.234", "5,50"], currency="CHF") == [francs("1234.00"), francs("5.50")]
    assert readings(MONEY, ["1,234", "5.50"], currency="CHF") == [francs("1234.00"), francs("5.50")]
    assert readings(MONEY, ["1.234", "1'000.5"], currency="CHF", scale=1000) == [
        francs("1234.00"),
        francs("1000500.00"),
    ]


def test_a_decimal_sign_that_stays_open_is_asked_with_both_readings() -> None:
    cells = ["1.234", "12.500", "7"]
    assert readings(MONEY, cells, currency="CHF") == ["!decimal_sign", "!decimal_sign", francs("7.00")]
    [question] = questions_of(MONEY, cells, currency="CHF")
    assert (question.setting, question.cells, question.suggested) == ("decimal", 2, ",")
    assert [(c.value, str(c.label)) for c in question.choices] == [
        (".", "the point: 1.234 is 1 and 234/1000"),
        (",", "the comma: 1.234 is 1234"),
    ]
    assert readings(MONEY, cells, currency="CHF", decimal=",") == [
        francs("1234.00"),
        francs("12500.00"),
        francs("7.00"),
    ]
    assert readings(NUMBER, cells, decimal=".") == [1.234, 12.5, 7]


def test_where_a_column_shows_both_signs_only_the_doubtful_are_lost() -> None:
    cells = ["1.234,50", "1,234.50", "1.234", "5"]
    assert readings(MONEY, cells, currency="CHF") == [
        francs("1234.50"),
        francs("1234.50"),
        "!decimal_sign",
        francs("5.00"),
    ]
    assert [(q.setting, q.cells) for q in questions_of(MONEY, cells, currency="CHF")] == [("decimal", 1)]
    assert readings(MONEY, cells, currency="CHF", decimal=".")[0] == "!decimal_sign"


def test_digits_in_twos_are_read_in_rupees_only() -> None:
    assert readings(MONEY, ["12,34,567.50", "₹1,23,456"], currency="INR") == [
        {"amount": "1234567.50", "currency": "INR"}, {"amount": "123456.00", "currency": "INR"},
    ]  # fmt: skip
    assert readings(MONEY, ["1,23,456"], currency="CHF") == ["!grouped_by_twos"]


def test_a_currency_is_that_of_the_cell_else_that_of_the_column() -> None:
    assert readings(MONEY, ["5", "€ 5", "USD 5"], currency="CHF") == [
        francs("5.00"), {"amount": "5.00", "currency": "EUR"}, {"amount": "5.00", "currency": "USD"},
    ]  # fmt: skip
    assert readings(MONEY, ["5", "€ 5"]) == ["!no_currency", {"amount": "5.00", "currency": "EUR"}]
    [question] = questions_of(MONEY, ["5", "€ 5"])
    assert (question.setting, question.cells, question.suggested) == ("currency", 1, "EUR")
    assert questions_of(MONEY, ["€ 5", "CHF 5"]) == []


def test_a_sign_of_several_currencies_is_asked() -> None:
    assert readings(MONEY, ["$5", "kr 5"]) == ["!currency_open"] * 2
    assert readings(MONEY, ["$5", "kr 5"], currency="CAD") == [
        {"amount": "5.00", "currency": "CAD"},
        "!currency_open",
    ]
    [question] = questions_of(MONEY, ["$5"])
    assert {"USD", "CAD", "AUD"} <= {choice.value for choice in question.choices}
    assert question.suggested is None


def test_a_scale_is_that_of_the_column_or_of_the_cell_never_of_both() -> None:
    assert readings(MONEY, ["1.5", "2"], currency="CHF", scale=1000) == [francs("1500.00"), francs("2000.00")]
    assert readings(MONEY, ["1.5 Mio.", "2k", "T€ 3"], currency="CHF") == [
        francs("1500000.00"), francs("2000.00"), {"amount": "3000.00", "currency": "EUR"},
    ]  # fmt: skip
    assert readings(MONEY, ["1.5M", "3"], currency="CHF", scale=1000) == ["!scale_twice", francs("3000.00")]


def test_a_scale_in_the_name_of_a_column_is_proposed_and_never_overlooked() -> None:
    cells = ["1.5", "2"]
    assert readings(MONEY, cells, "Budget (kCHF)", currency="CHF") == ["!scale_open"] * 2
    questions = {q.setting: q.suggested for q in questions_of(MONEY, cells, "Budget (kCHF)")}
    assert questions == {"currency": "CHF", "scale": 1000}
    column = with_conventions(MONEY, ColumnMapping(column="Budget (kCHF)"), surveyed(cells))
    assert (column.currency, column.scale, column.decimal) == ("CHF", 1000, ".")
    assert readings(MONEY, cells, "Budget (kCHF)", currency="CHF", scale=1) == [
        francs("1.50"),
        francs("2.00"),
    ]


def test_what_is_finer_than_the_currency_is_rounded_only_where_it_is_said() -> None:
    assert readings(MONEY, ["0.125", "0.5"], currency="CHF") == ["!too_fine", francs("0.50")]
    remarks: list[str] = []
    answers = readings(
        MONEY,
        ["0.125", "0.125", 0.375],
        currency="CHF",
        remark=lambda code, text: remarks.append(f"{code}: {text}"),
    )
    assert answers == [francs("0.12"), francs("0.12"), francs("0.38")]
    assert remarks[0] == "rounded: it is finer than the currency, and is rounded to 0.12 CHF"
    assert len(remarks) == 3
    assert readings(MONEY, ["5.5"], currency="JPY") == ["!too_fine"]
    assert readings(MONEY, [f"1.{'0' * 40}1"], currency="CHF") == ["!too_fine"]


def test_amounts_of_workbooks_are_what_somebody_typed() -> None:
    assert readings(MONEY, [0.1 + 0.2, 1234.5, 7, 1e15], currency="CHF") == [
        francs("0.30"), francs("1234.50"), francs("7.00"), francs("1000000000000000.00"),
    ]  # fmt: skip
    assert readings(MONEY, [float("inf"), 1e30, True], currency="CHF") == ["!no_number"] * 3
    assert readings(MONEY, [float("nan"), "NaN", "n/a"], currency="CHF") == [None] * 3


def test_the_format_of_a_cell_is_part_of_what_it_says() -> None:
    percents = [NumberWithUnit(0.5, "%"), NumberWithUnit(1.0, "%"), NumberWithUnit(0.005, "%"), 25]
    remarks: list[str] = []
    assert readings(PERCENT, percents, remark=lambda code, _: remarks.append(code)) == [50, 100, 0, 25]
    assert (remarks, questions_of(PERCENT, percents)) == (["rounded"], [])
    amounts = [NumberWithUnit(0.1 + 0.2, "€"), NumberWithUnit(5.0, "CHF"), NumberWithUnit(5.0, "$"), 7.0]
    assert readings(MONEY, amounts, currency="CHF") == [
        {"amount": "0.30", "currency": "EUR"}, francs("5.00"), "!currency_open", francs("7.00"),
    ]  # fmt: skip
    assert readings(Field("score", "number"), [NumberWithUnit(0.5, "%")]) == ["!no_number"]
    assert readings(Field("name", "line"), [NumberWithUnit(0.5, "%"), NumberWithUnit(5.0, "€")]) == [
        "50%",
        "5",
    ]


def test_more_than_money_can_hold_is_refused() -> None:
    assert readings(MONEY, ["1e15", "1e16", "1e300", "9" * 40], currency="CHF") == [
        francs("1000000000000000.00"), "!too_large", "!too_large", "!too_large",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["abc", "=1+1", "50 %", "2026-02-01", "1.2.2026", "5 days"])
def test_what_is_no_money_is_refused(text: str) -> None:
    assert readings(MONEY, [text], currency="CHF") == ["!no_number"]


def test_per_cent_or_a_fraction_is_decided_over_the_column() -> None:
    assert readings(PERCENT, ["50 %", "25", "100"]) == [50, 25, 100]
    assert readings(PERCENT, ["0.5", "1", "0.25"]) == [50, 100, 25]
    assert readings(PERCENT, [0.5, 1.0, 0]) == [50, 100, 0]
    assert readings(PERCENT, ["0,5", "0"]) == [50, 0]
    assert readings(PERCENT, ["45", "0.5"]) == [45, "!percent_open"]


def test_per_cent_or_a_fraction_is_asked_where_both_fit() -> None:
    assert readings(PERCENT, ["0", "1", "1 %"]) == [0, "!percent_open", 1]
    [question] = questions_of(PERCENT, ["0", "1"])
    assert [(c.value, str(c.label)) for c in question.choices] == [
        ("fraction", "as 0.5: 1 is 100 %"),
        ("percent", "as 50: 1 is 1 %"),
    ]
    assert readings(PERCENT, ["0", "1"], unit="fraction") == [0, 100]
    assert readings(PERCENT, ["0", "1"], unit="percent") == [0, 1]
    amber = Field("cost_amber_pct", "number", minimum=0, maximum=1000)
    assert readings(amber, ["0.5"]) == ["!percent_open"]
    assert readings(amber, ["0.5", "12.5"]) == [0.5, 12.5]


def test_a_broken_per_cent_is_rounded_only_where_it_is_said() -> None:
    assert readings(PERCENT, ["33.33", "50"]) == ["!no_whole_number", 50]
    remarks: list[str] = []
    assert readings(PERCENT, ["33.33", "50"], remark=lambda code, _: remarks.append(code)) == [33, 50]
    assert remarks == ["rounded"]


def test_whole_numbers_and_years() -> None:
    level = Field("probability", "integer", minimum=1, maximum=5)
    assert readings(level, ["3", "3.0", 4.0, "3.5", "3 %", "CHF 3"]) == [
        3,
        3,
        4,
        "!no_whole_number",
        "!no_number",
        "!no_number",
    ]
    year = Field("fiscal_year", "integer", minimum=1950, maximum=2200)
    assert readings(year, ["2026", "FY2026", "GJ 2026", 2026.0]) == [2026] * 4
    assert readings(year, ["2025/26", "2026"]) == ["!period", 2026]
    assert readings(year, ["2025/26", "FY2025-2026"], period="last") == [2026, 2026]
    assert [q.setting for q in questions_of(year, ["2025/26"])] == ["period"]


def test_a_number_may_have_the_unit_of_its_member() -> None:
    assert readings(NUMBER, ["42 h", "40,5 Std.", "38 hrs/week", "42"]) == [42, 40.5, 38, 42]
    assert readings(NUMBER, ["42 d", "5 CHF"]) == ["!no_number", "!no_number"]
    amber = Field("time_amber_days", "integer", minimum=0)
    assert readings(amber, ["10 days", "5 Tage", "3 jours", "2 h"]) == [10, 5, 3, "!no_number"]


def test_two_names_of_one_currency_are_one() -> None:
    assert readings(MONEY, ["$5 CAD", "USD $5", "US$ 5", "€ 5 EUR", "$ 5 CHF"]) == [
        {"amount": "5.00", "currency": "CAD"}, {"amount": "5.00", "currency": "USD"}, {"amount": "5.00", "currency": "USD"},
        {"amount": "5.00", "currency": "EUR"}, "!no_number",
    ]  # fmt: skip


def test_every_question_about_numbers_is_said_in_french() -> None:
    questions = [
        *questions_of(MONEY, ["1.234"], "Budget (k€)"), *questions_of(MONEY, ["$1.5"]), *questions_of(PERCENT, ["1"]),
        *questions_of(Field("fiscal_year", "integer"), ["2025/26"]),
    ]  # fmt: skip
    assert {q.setting for q in questions} == {"decimal", "currency", "scale", "unit", "period"}
    for question in questions:
        assert is_translated(question.text, "fr")
        assert all(is_translated(choice.label, "fr") for choice in question.choices)


AMOUNTS = st.lists(st.integers(-(10**14), 10**14), min_size=1, max_size=8)
GROUPS = {
    ".": [",", "'", "’", " ", "\u00a0", "\u202f", ""],
    ",": [".", "'", "’", " ", "\u00a0", "\u202f", ""],
}


def amount_text(minor: int, sign: str, group: str, style: str) -> str:
    whole, cents = divmod(abs(minor), 100)
    digits = f"{whole:,}".replace(",", group) + (f"{sign}{cents:02}" if style != "whole" or cents else "")
    if minor >= 0:
        return f"CHF {digits}" if style == "code" else digits
    return {"accounting": f"({digits})", "trailing": f"{digits}-", "code": f"CHF -{digits}"}.get(
        style, f"-{digits}"
    )


@settings(max_examples=300, deadline=None)
@given(
    amounts=AMOUNTS, sign=st.sampled_from([".", ","]), group=st.integers(0, 6),
    style=st.sampled_from(["plain", "accounting", "trailing", "code", "whole"]),
)  # fmt: skip
def test_an_amount_in_any_writing_comes_back_or_is_asked(
    amounts: list[int], sign: str, group: int, style: str
) -> None:
    cells = [amount_text(minor, sign, GROUPS[sign][group], style) for minor in amounts]
    expected = [francs(Money.of(minor, "CHF").amount) for minor in amounts]
    answers = readings(MONEY, cells, currency="CHF")
    for answer, amount in zip(answers, expected, strict=True):
        assert answer in (amount, "!decimal_sign")
    if answers != expected:
        assert [q.setting for q in questions_of(MONEY, cells, currency="CHF")] == ["decimal"]
        assert readings(MONEY, cells, currency="CHF", decimal=sign) == expected


@settings(max_examples=200, deadline=None)
@given(minors=AMOUNTS)
def test_an_amount_of_a_workbook_comes_back(minors: list[int]) -> None:
    representable = [minor for minor in minors if abs(minor) < 10**14]
    assert readings(MONEY, [minor / 100 for minor in representable], currency="CHF") == [
        francs(Money.of(m, "CHF").amount) for m in representable
    ]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789.,'-+()% €$kMCHFeE", max_size=14))
def test_no_text_is_read_as_two_numbers_at_once(text: str) -> None:
    number = written_number(text.strip())
    if number is not None and number.certain is not None and number.signs:
        assert len(number.signs) == 1


@pytest.mark.parametrize(
    ("cells", "is_asked"),
    [
        (("-5", "-7", "3"), True),
        (("-5", "7", "3"), False),
        (("(5.00)", "7.00-"), True),
        ((-5.0, -7.5, 3.0), True),
    ],
)
def test_amounts_that_are_mostly_below_zero_are_asked_for(
    cells: tuple[str | float, ...], is_asked: bool
) -> None:
    """Some accounts write so what was spent."""
    settings_open = {one.setting for one in questions_of(MONEY, cells, currency="CHF")}
    assert ("sign" in settings_open) is is_asked
    assert questions_of(MONEY, cells, currency="CHF", sign="inverted") == []
    assert readings(MONEY, cells[:1], currency="CHF", sign="inverted") == [francs("5.00")]
    decided = with_conventions(MONEY, ColumnMapping(column="Column"), surveyed(cells))
    assert decided.sign == (None if is_asked else "as-written")


@pytest.mark.parametrize(
    ("name", "cells", "hours"),
    [
        ("FTE", ("1.0", "0.8", "0.55"), [42, 33.6, 23.1]),
        ("Pensum", ("100 %", "80%"), [42, 33.6]),
        ("Pensum %", ("100", "80"), [42, 33.6]),
        ("Taux d'activité en pourcent", ("100", "50"), [42, 21]),
        ("Weekly hours", ("42", "21"), [42, 21]),
    ],
)
def test_shares_of_a_full_week_become_hours(
    name: str, cells: tuple[str, ...], hours: list[int | float]
) -> None:
    assert readings(NUMBER, cells, name, full_week=42) == hours
    is_asked = any(one.setting == "full_week" for one in questions_of(NUMBER, cells, name))
    assert is_asked is (name != "Weekly hours")
    if is_asked:
        assert readings(NUMBER, cells, name) == ["!full_week"] * len(cells)
