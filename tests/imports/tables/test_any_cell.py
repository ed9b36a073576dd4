"""Whatever stands in a cell: it is read as what its member takes, or it is said why not. Nothing else ever happens."""

from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.imports.tables.cells import Unread, reader_of
from services.imports.tables.conventions import questions, with_conventions
from services.imports.tables.mapping import ColumnMapping
from services.imports.tables.table import NumberWithUnit, Value
from shared.base.money import Money
from shared.base.texts import is_translated
from shared.contracts.forms import Field
from tests.imports.tables.columns import DAY, MONEY, NUMBER, PERCENT, STAGE, surveyed

FIELDS = (
    DAY, MONEY, NUMBER, PERCENT, STAGE, Field("name", "line"), Field("about", "prose"), Field("p", "reference"),
    Field("on", "yes_no"), Field("currency", "currency"), Field("fiscal_year", "integer", minimum=1950, maximum=2200),
    Field("probability", "integer", minimum=1, maximum=5), Field("cost_red_pct", "number", maximum=1000),
    Field("words", "rows", members=(Field("", "line"),)), Field("week", "map"),
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=25),
    st.text(alphabet="0123456789.,'’-/ :TZQ%()eE+€$kMCHFr\u00a0", max_size=16),
    st.sampled_from(
        [
            "n/a",
            "2026",
            "46054",
            "1.234",
            "03/04/2026",
            "31.12.99",
            "#REF!",
            "50 %",
            "$5",
            "x",
            "FY26",
            "2025/26",
            "Q3 2026",
        ]
    ),
)
VALUES: st.SearchStrategy[Value] = st.one_of(
    TEXTS, TEXTS, st.none(), st.integers(-(10**40), 10**40), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.times(),
    st.timedeltas(), st.builds(NumberWithUnit, st.floats(), st.sampled_from(["%", "€", "$", "CHF", "zzz"])),
)  # fmt: skip


def takes(field: Field, value: Any) -> bool:
    match field.kind:
        case "day":
            return 1950 <= date.fromisoformat(value).year <= 2200
        case "money":
            return bool(Money.model_validate(value).model_dump() == value)
        case "integer":
            return type(value) is int
        case "number":
            return isinstance(value, int | float) and bool(value == value)
        case "choice":
            return str(value) in field.choices
        case "yes_no":
            return isinstance(value, bool)
        case "rows":
            return isinstance(value, list)
        case _:
            return isinstance(value, str)


@settings(max_examples=300, deadline=None)
@given(
    cells=st.lists(VALUES, min_size=1, max_size=6), field=st.sampled_from(FIELDS),
    name=st.sampled_from(["Column", "Budget (k€)", "Cost £m", "Fortschritt %"]), is_answered=st.booleans(), is_heard=st.booleans(),
)  # fmt: skip
@example(
    cells=[datetime.max, time.max, timedelta.max, 1e308, float("nan")],
    field=MONEY,
    name="Column",
    is_answered=True,
    is_heard=True,
)
def test_any_cell_is_read_or_refused_with_its_reason(
    cells: list[Value], field: Field, name: str, is_answered: bool, is_heard: bool
) -> None:
    column, survey = ColumnMapping(column=name), surveyed(cells, name)
    if is_answered:
        column = with_conventions(field, column, survey)
    for question in questions(field, column, survey):
        assert question.cells > 0
        assert is_translated(question.text, "fr")
        assert question.suggested is None or question.suggested in [
            choice.value for choice in question.choices
        ]
    remarks: list[tuple[str, str]] = []
    read = reader_of(
        field, column, survey, remark=(lambda code, text: remarks.append((code, text))) if is_heard else None
    )
    for cell in cells:
        try:
            value = read(cell)
        except Unread as unread:
            remarks += [(unread.code, unread.reason), (unread.code, unread.mend)]
        else:
            assert value is None or takes(field, value)
    assert [text for _, text in remarks if not is_translated(text, "fr")] == []
