"""Mappings as TOML: read back exactly as they were written, and refused with the line where they make no sense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.imports.tables.mapping import BadMapping, ColumnMapping, Mapping
from services.imports.tables.mapping_files import check, fitted, from_toml, to_toml
from services.imports.tables.spreads import Spread
from services.imports.tables.targets import target_named

TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
COLUMNS = st.builds(
    ColumnMapping,
    column=TEXTS,
    member=TEXTS,
    order=st.sampled_from([None, "day-first", "month-first", "year-first"]),
    century=st.sampled_from([None, 1900, 2000]),
    decimal=st.sampled_from([None, ".", ","]),
    currency=TEXTS,
    scale=st.integers(1, 10**9),
    by=st.sampled_from([None, "code", "name", "email", "external", "id"]),
    makes=st.booleans(),
    joined=st.lists(TEXTS, max_size=2).map(tuple),
    values=st.dictionaries(TEXTS, TEXTS, max_size=3),
)
MAPPINGS = st.builds(
    Mapping,
    register=TEXTS,
    source=TEXTS,
    key=st.lists(TEXTS, max_size=2).map(tuple),
    columns=st.lists(COLUMNS, max_size=3).map(tuple),
    constants=st.dictionaries(TEXTS, TEXTS, max_size=3),
    sheet=TEXTS,
    header_line=st.none() | st.integers(1, 10**6),
    delimiter=TEXTS,
    encoding=TEXTS,
    date_column=TEXTS,
    spread=st.none()
    | st.builds(
        Spread,
        values=st.dictionaries(TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=3), min_size=1, max_size=2),
        periods=st.lists(TEXTS, max_size=2).map(tuple),
        year=TEXTS,
        totals=st.lists(TEXTS, max_size=2).map(tuple),
    ),
)
PROJECTS = to_toml(
    Mapping(
        register="projects.project",
        source="plan",
        key=("No",),
        columns=(
            ColumnMapping(column="No", member="external_ref.id"),
            ColumnMapping(column="Title", member="name"),
            ColumnMapping(column="Start", member="planned_start_on", order="day-first"),
        ),
        constants={"confidential": "no"},
    )
)


@given(MAPPINGS, st.dictionaries(TEXTS, st.lists(TEXTS, max_size=2), max_size=2))
def test_what_is_written_is_read_back_exactly(mapping: Mapping, comments: dict[str, list[str]]) -> None:
    comments |= {column.column: ["what it rests on\nbroken \x0b lines"] for column in mapping.columns}
    assert from_toml(to_toml(mapping, comments)) == mapping


@pytest.mark.parametrize(
    ("before", "after", "line", "sentence"),
    [
        ("order =", "ordr =", 22, "nothing is called 'ordr'; is 'order' meant?"),
        ('"day-first"', '"day first"', 22, "order: Invalid enum value 'day first'"),
        ("source =", "sauce =", 5, "nothing is called 'sauce'; is 'source' meant?"),
        ('"Title"', "Title", 16, "Invalid value"),
        ('column = "Start"\n', "", 19, "missing required field `column`"),
    ],
)
def test_a_mistake_is_refused_with_its_line(before: str, after: str, line: int, sentence: str) -> None:
    assert before in PROJECTS
    with pytest.raises(BadMapping) as refused:
        from_toml(PROJECTS.replace(before, after))
    assert refused.value.line == line
    assert sentence in refused.value.reason


@pytest.mark.parametrize(
    ("before", "after", "line", "sentence"),
    [
        ('"name"', '"nam"', 17, "projects have no member 'nam'; is 'name' meant?"),
        ('"name"', '"planned_start_on"', 21, "planned_start_on is filled by 'Title' already"),
        ('"name"', '"created_at"', 17, "Portolan sets it itself: created_at"),
        ('"projects.project"', '"risk.risk"', 4, "it maps to risk.risk, not to projects.project"),
        ("confidential", "confidentiel", 9, "is 'confidential' meant?"),
    ],
)
def test_a_mapping_that_does_not_fit_its_target_is_refused_with_its_line(
    before: str, after: str, line: int, sentence: str
) -> None:
    text = PROJECTS.replace(before, after)
    with pytest.raises(BadMapping) as refused:
        check(from_toml(text), target_named("projects"), text)
    assert refused.value.line == line
    assert sentence in refused.value.reason


def test_columns_that_the_file_lacks_and_new_ones_are_named() -> None:
    fit = fitted(from_toml(PROJECTS), ["NO ", "Titel", "start"])
    assert fit.missing == ("Title",)
    assert fit.new == ("Titel",)
    assert fit.mapping.key == ("NO ",)
    assert [(c.column, c.member) for c in fit.mapping.columns] == [
        ("NO ", "external_ref.id"),
        ("start", "planned_start_on"),
    ]


@pytest.mark.parametrize(
    ("spread", "sentence"),
    [
        ("[spread.values.Amount]\nQ1 = '2026'\nQ2 = '2026'", "are both Amount of the period 2026"),
        ("[spread.values.Amount]", "needs the columns"),
        ("[spread.values.A]\n2026 = '2026'\n[spread.values.B]\n2026 = '2026'", "one value only"),
        ("[spread]\nperiods = []\n[spread.values.A]\n2026 = '2026'", "in one column, or in two"),
        ("[spread]\nperiods = ['A']\n[spread.values.A]\n2026 = '2026'", "a name of its own"),
    ],
)
def test_periods_that_make_no_sense_are_refused(spread: str, sentence: str) -> None:
    text = f"register = 'finance.budget_line'\nsource = 'a'\n{spread}\n"
    with pytest.raises(BadMapping, match=sentence) as refused:
        check(from_toml(text), target_named("budget-lines"), text)
    assert refused.value.line or "[spread]" not in text
