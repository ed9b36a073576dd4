"""Days: read in the order of their whole column, asked where two orders fit, never guessed."""

from datetime import date, datetime, time, timedelta

import pytest
from babel import Locale
from hypothesis import given, settings
from hypothesis import strategies as st

from services.imports.tables.conventions import questions, survey
from services.imports.tables.days import LANGUAGES, months, weekdays
from services.imports.tables.mapping import ColumnMapping
from services.imports.tables.table import Row, Table, Value
from shared.base.texts import in_language, is_translated
from tests.imports.tables.columns import DAY, questions_of, readings


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-01", "2026-2-1", "2026/02/01", "2026.02.01", "20260201", "1.2.2026", "01.02.2026", "1. 2. 2026",
        "1-Feb-2026", "1 Feb 2026", "01 February 2026", "1st February 2026", "1 février 2026", "1er février 2026",
        "1. Februar 2026", "1 febbraio 2026", "Feb 1, 2026", "February 1 2026", "2026 Feb 1", "1FEB2026", "Sun 1 Feb 2026",
        "dimanche 1 février 2026", "So. 01.02.2026", "Sunday, February 1, 2026", "2026-02-01T10:00:00Z", "2026-02-01T23:30:00-05:00",
        "2026-02-01 00:00:00", "1.2.2026 10:00", "1.2.2026, 14:30 Uhr", "01.02.2026 14h30", "Feb 1, 2026 10:00 PM",
        "20260201T100000Z", "/Date(1769904000000)/", "/Date(1769904000000+0100)/",
    ],
)  # fmt: skip
def test_a_day_is_read_as_people_and_systems_write_it(text: str) -> None:
    assert readings(DAY, [text]) == ["2026-02-01"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-02-30", "impossible_day"), ("30.2.2026", "impossible_day"), ("31.4.2026", "impossible_day"),
        ("2026-13-01", "impossible_day"), ("32.1.2026", "impossible_day"), ("1.1.0026", "year_out_of_range"),
        ("1900-01-01", "year_out_of_range"), ("9999-12-31", "year_out_of_range"), ("2026-02-01x", "no_day"),
        ("2011-10-01 to 2012-09-30", "no_day"), ("10/01/2011 or later", "no_day"), ("soonish", "no_day"),
        ("1 Foo 2026", "no_day"), ("FY26", "fiscal_year"), ("FY2025/26", "fiscal_year"), ("2025/26", "fiscal_year"),
        ("Q3 2026", "period"), ("2026", "period"), ("03.2026", "period"), ("1.2.26", "no_century"),
        ("1-Feb-26", "no_century"), ("12", "no_day"), ("１.２.２０２６", "no_day"), ("#REF!", "failed_formula"),
    ],
)  # fmt: skip
def test_what_is_no_day_or_of_no_time_of_ours_is_refused(text: str, code: str) -> None:
    assert readings(DAY, [text]) == [f"!{code}"]


@pytest.mark.parametrize(
    "text", ["n/a", "TBD", "-", "?", "k.A.", "s.o.", "néant", "Unknown", "pending", "offen", "…"]
)
def test_a_placeholder_is_no_day_and_is_said(text: str) -> None:
    remarks: list[str] = []
    assert readings(DAY, [text], remark=lambda code, _: remarks.append(code)) == [None]
    assert remarks == ["placeholder"]


def test_one_cell_shows_the_order_of_its_column() -> None:
    assert readings(DAY, ["03/04/2026", "31/10/2026"]) == ["2026-04-03", "2026-10-31"]
    assert readings(DAY, ["03/04/2026", "10/31/2026"]) == ["2026-03-04", "2026-10-31"]
    assert readings(DAY, ["03-04-2026", "31-10-2026"]) == ["2026-04-03", "2026-10-31"]


def test_an_order_that_stays_open_is_asked_with_both_readings() -> None:
    cells = ["03/04/2026", "05/05/2026", "2026-01-31"]
    assert readings(DAY, cells) == ["!day_order", "2026-05-05", "2026-01-31"]
    [question] = questions_of(DAY, cells)
    assert (question.setting, question.cells, question.suggested) == ("order", 1, None)
    assert [(c.value, str(c.label)) for c in question.choices] == [
        ("month-first", "the month comes first: 03/04/2026 is 4 March 2026"),
        ("day-first", "the day comes first: 03/04/2026 is 3 April 2026"),
    ]
    assert (
        in_language(question.choices[1].label, "fr")
        == "le jour vient d’abord\N{NO-BREAK SPACE}: 03/04/2026 est le 3 avril 2026"
    )
    assert readings(DAY, cells, order="day-first")[0] == "2026-04-03"
    assert questions_of(DAY, cells, order="day-first") == []


def test_a_column_with_both_orders_has_none_until_it_is_said() -> None:
    cells = ["31/10/2026", "10/31/2026", "01/02/2026", "25/12/2026"]
    assert readings(DAY, cells) == ["!day_order"] * 4
    [question] = questions_of(DAY, cells)
    assert (question.suggested, question.cells) == ("day-first", 4)
    assert readings(DAY, cells, order="day-first") == [
        "2026-10-31",
        "!impossible_day",
        "2026-02-01",
        "2026-12-25",
    ]


def test_days_with_dots_come_first_unless_a_cell_shows_otherwise() -> None:
    assert readings(DAY, ["1.2.2026"]) == ["2026-02-01"]
    assert readings(DAY, ["1.2.2026", "10.31.2026"]) == ["2026-01-02", "2026-10-31"]
    assert readings(DAY, ["1.2.2026", "03/04/2026"]) == ["!day_order", "!day_order"]
    assert readings(DAY, ["1.2.2026", "03/04/2026", "31/12/2026"]) == [
        "2026-02-01",
        "2026-04-03",
        "2026-12-31",
    ]
    assert readings(DAY, ["1.2.2026", "03/04/2026", "12/31/2026"]) == [
        "!day_order",
        "2026-03-04",
        "2026-12-31",
    ]
    assert readings(DAY, ["1.2.2026", "3.4.2026"], order="month-first") == ["2026-01-02", "2026-03-04"]


def test_a_year_of_two_digits_is_refused_unless_a_century_is_given() -> None:
    cells = ["31.12.99", "1-Feb-26"]
    assert readings(DAY, cells) == ["!no_century"] * 2
    assert [(q.setting, q.suggested) for q in questions_of(DAY, cells)] == [("century", 2000)]
    assert questions_of(DAY, ["31.12.99"])[0].suggested == 1900
    assert readings(DAY, cells, century=1900) == ["1999-12-31", "!year_out_of_range"]
    assert readings(DAY, cells, century=2000) == ["2099-12-31", "2026-02-01"]


def test_two_digits_may_be_the_year_wherever_they_stand() -> None:
    assert [q.setting for q in questions_of(DAY, ["10/11/12"])] == ["order", "century"]
    assert readings(DAY, ["10/11/12", "26/01/32"], century=2000) == ["2012-11-10", "2032-01-26"]
    assert readings(DAY, ["26-01-31"], century=2000, order="year-first") == ["2026-01-31"]


def test_a_month_or_a_quarter_is_the_day_that_the_mapping_says() -> None:
    cells = [
        "Q3 2026",
        "2026-Q3",
        "T3 2026",
        "3. Quartal 2026",
        "H1 2026",
        "2026",
        "03.2026",
        "2026-03",
        "März 2026",
        "2026-W10",
    ]
    first, last = readings(DAY, cells, period="first"), readings(DAY, cells, period="last")
    assert first == ["2026-07-01"] * 4 + ["2026-01-01"] * 2 + ["2026-03-01"] * 3 + ["2026-03-02"]
    assert last == ["2026-09-30"] * 4 + ["2026-06-30", "2026-12-31"] + ["2026-03-31"] * 3 + ["2026-03-08"]
    [question] = questions_of(DAY, cells)
    assert (question.setting, question.suggested, question.cells) == ("period", "last", 10)


@pytest.mark.parametrize(
    "text",
    [
        "3Q2026",
        "Q3-2026",
        "3. Quartal 2026",
        "3e trimestre 2026",
        "3rd quarter 2026",
        "2026q3",
        "3e trim. 2026",
    ],
)
def test_a_quarter_is_written_in_many_ways(text: str) -> None:
    assert readings(DAY, [text], period="last") == ["2026-09-30"]


def test_a_day_of_a_plan_file_has_its_weekday_before_it() -> None:
    assert readings(
        DAY, ["Die 03.02.26", "Mon 02.02.26", "Lun 02/02/26"], century=2000, order="day-first"
    ) == [
        "2026-02-03",
        "2026-02-02",
        "2026-02-02",
    ]


def test_a_month_that_is_a_weekday_elsewhere_stays_a_month() -> None:
    """`mar` is a Tuesday in French, Italian and Spanish, and March in English."""
    cells = ["Mar 3, 2026", "Mar 11 2026", "Apr 3, 2026", "mar. 3 mars 2026"]
    assert readings(DAY, cells) == ["2026-03-03", "2026-03-11", "2026-04-03", "2026-03-03"]


def test_a_weekday_shows_the_order() -> None:
    assert readings(DAY, ["Thu 1/2/2026"]) == ["!day_order"]  # no reading of it is a Thursday
    assert readings(DAY, ["Mon 2/3/2026"]) == ["2026-03-02"]
    assert readings(DAY, ["Tue 3/3/26"], century=2000) == ["2026-03-03"]
    assert readings(DAY, ["Tue 2/3/26", "Wed 2/4/26"], century=2000) == ["2026-02-03", "2026-02-04"]


@pytest.mark.parametrize("text", ["00.00.0000", "0000-00-00", "00/00/0000", "0000-00-00 00:00:00"])
def test_zeros_are_no_day_and_are_said(text: str) -> None:
    remarks: list[str] = []
    assert readings(DAY, [text], remark=lambda code, _: remarks.append(code)) == [None]
    assert remarks == ["placeholder"]


def test_what_the_values_of_the_mapping_say_is_asked_no_more() -> None:
    cells = ["Q3 2026", "31.12.2026"]
    values = {"Q3 2026": "2026-09-30"}
    assert readings(DAY, cells, values=values) == ["2026-09-30", "2026-12-31"]
    assert questions_of(DAY, cells, values=values) == []
    assert readings(DAY, ["03/04/2026", "frühling"], values={"FRÜHLING": ""}, order="day-first") == [
        "2026-04-03",
        None,
    ]


def test_numbers_are_days_only_where_the_whole_column_is_numbers() -> None:
    assert readings(DAY, ["46054", "2026-02-01"], epoch=1900) == ["!serial", "2026-02-01"]
    assert questions_of(DAY, ["46054", "2026-02-01"]) == []
    cells = ["46054", "46055.5", "n/a"]
    assert readings(DAY, cells) == ["!serial", "!serial", None]
    [question] = questions_of(DAY, ["46054"])
    assert [str(c.label) for c in question.choices] == [
        "from 1900, as most do: 46054 is 1 February 2026",
        "from 1904, as old ones of the Mac do: 46054 is 2 February 2030",
    ]
    assert readings(DAY, ["46054", "46055"], epoch=1900) == ["2026-02-01", "2026-02-02"]
    assert readings(DAY, ["46054"], epoch=1904) == ["2030-02-02"]


def test_dates_of_a_workbook_are_days_and_its_numbers_are_asked() -> None:
    cells: list[Value] = [date(2026, 2, 1), datetime(2026, 2, 1, 23, 59), 46054.0]
    assert readings(DAY, cells) == ["2026-02-01", "2026-02-01", "!serial"]
    assert [q.setting for q in questions_of(DAY, cells)] == ["epoch"]
    assert readings(DAY, cells, epoch=1900)[2] == "2026-02-01"
    assert readings(DAY, [time(10), timedelta(3), True, float("inf")]) == ["!no_day"] * 4
    assert readings(DAY, [2026, 20260201]) == ["!period", "2026-02-01"]


def test_dates_that_a_spreadsheet_may_have_swapped_are_said() -> None:
    def remarks(*cells: Value) -> list[str]:
        codes: list[str] = []
        readings(DAY, cells, remark=lambda code, _: codes.append(code))
        return codes

    assert remarks(date(2026, 4, 3), "31/10/2026", date(2026, 5, 5)) == ["day_maybe_swapped"]
    assert remarks(date(2026, 4, 3), "31/10/2026", date(2026, 5, 25)) == []
    assert remarks(date(2026, 4, 3), "2026-10-31") == []


def test_a_column_does_not_decide_for_its_neighbour_but_suggests() -> None:
    table = Table("a.csv", "", 1, ("A", "B"), lambda: iter([Row(2, ("31/10/2026", "03/04/2026"))]))
    surveys = survey(table).columns
    [question] = questions(DAY, ColumnMapping(column="B"), surveys["B"])
    assert question.suggested == "day-first"


def test_no_name_means_two_months() -> None:
    for language in LANGUAGES:
        for number, name in Locale(language).months["format"]["wide"].items():
            assert readings(DAY, [f"5 {name} 2026"]) == [f"2026-{number:02}-05"]
        for number, name in Locale(language).months["format"]["abbreviated"].items():
            assert readings(DAY, [f"5 {name} 2026"]) == [f"2026-{number:02}-05"], name
    assert not {name for name in months() if name in weekdays() and len(name) > 3}
    assert not {name for name, days in weekdays().items() if len(days) > 1 and len(name) > 3}


def test_every_question_about_days_is_said_in_french() -> None:
    cells = ["03/04/26", "Q3 2026"]
    for question in (
        *questions_of(DAY, cells),
        *questions_of(DAY, ["46054"]),
        *questions_of(DAY, ["31/10/2026", "10/31/2026"]),
    ):
        assert is_translated(question.text, "fr")
        assert all(is_translated(choice.label, "fr") for choice in question.choices)


WRITINGS = {
    "%Y-%m-%d": "year-first", "%d/%m/%Y": "day-first", "%m/%d/%Y": "month-first", "%d.%m.%Y": "day-first",
    "%d-%m-%Y": "day-first", "%m-%d-%Y": "month-first", "%d %B %Y": None, "%B %d, %Y": None, "%Y%m%d": None,
    "%Y/%m/%d": None, "%d-%b-%Y": None,
}  # fmt: skip
SHORT = {
    "%d/%m/%y": "day-first",
    "%m/%d/%y": "month-first",
    "%y/%m/%d": "year-first",
    "%d.%m.%y": "day-first",
    "%y-%m-%d": "year-first",
}
DAYS = st.lists(st.dates(date(1950, 1, 1), date(2200, 12, 31)), min_size=1, max_size=8)


@settings(max_examples=200, deadline=None)
@given(days=DAYS, writing=st.sampled_from(sorted(WRITINGS)))
def test_a_day_in_any_writing_comes_back_or_is_asked(days: list[date], writing: str) -> None:
    cells = [day.strftime(writing) for day in days]
    answers = readings(DAY, cells)
    for day, answer in zip(days, answers, strict=True):
        assert answer in (day.isoformat(), "!day_order")
    if "!day_order" in answers:
        order = WRITINGS[writing]
        assert order in [choice.value for choice in questions_of(DAY, cells)[0].choices]
        assert readings(DAY, cells, order=order) == [day.isoformat() for day in days]


@settings(max_examples=200, deadline=None)
@given(
    days=st.lists(st.dates(date(2000, 1, 1), date(2099, 12, 31)), min_size=1, max_size=8),
    writing=st.sampled_from(sorted(SHORT)),
)
def test_a_day_with_a_short_year_comes_back_or_is_asked(days: list[date], writing: str) -> None:
    cells = [day.strftime(writing) for day in days]
    for day, answer in zip(days, readings(DAY, cells, century=2000), strict=True):
        assert answer in (day.isoformat(), "!day_order")
    assert readings(DAY, cells, century=2000, order=SHORT[writing]) == [day.isoformat() for day in days]
