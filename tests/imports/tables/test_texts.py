"""Texts, choices, yes and no, lists: what is kept as it stands, what is read, what is proposed and what is said."""

import tomllib
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.imports.tables.choices import SYNONYMS, codes_by_text, plain, propose_values
from services.imports.tables.surveying import ERRORS
from shared.contracts.forms import Field, index, model_of
from shared.contracts.language.values import Line, Prose
from tests.imports.tables.columns import STAGE, questions_of, readings, surveyed

LINE, PROSE = Field("name", "line"), Field("description", "prose")
YES_NO = Field("confidential", "yes_no")
LIST = Field("languages", "rows", members=(Field("", "line"),))
WORDS = tomllib.loads(SYNONYMS.read_text())
PROBABILITY = Field("probability", "integer", minimum=1, maximum=5)


def test_a_number_of_a_workbook_is_the_text_that_it_shows() -> None:
    assert readings(LINE, [1944.0, 12, 0.1 + 0.2, 1e15, date(2026, 2, 1), datetime(2026, 2, 1), True]) == [
        "1944", "12", "0.3", "1000000000000000", "2026-02-01", "2026-02-01", "true",
    ]  # fmt: skip
    assert readings(LINE, ["00123", "1,944", "n/a", "-"]) == ["00123", "1,944", "n/a", "-"]


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3"])
def test_a_formula_in_a_text_stays_a_text(text: str) -> None:
    assert readings(LINE, [text]) == [text]


@pytest.mark.parametrize("text", sorted(ERRORS))
@pytest.mark.parametrize(
    "field", [LINE, PROSE, STAGE, YES_NO, Field("a", "day"), Field("b", "money"), Field("c", "reference")]
)
def test_the_error_of_a_formula_is_nothing_of_any_kind(field: Field, text: str) -> None:
    assert readings(field, [text]) == ["!failed_formula"]


def test_what_cannot_be_seen_is_left_out_and_said() -> None:
    remarks: list[str] = []
    cells = [" Alpha ", "a\u200bb", "one\ntwo", "e\u0301", "\u200b", "a\u0007b", "1.23E+12", "\ufeffa"]
    answers = readings(LINE, cells, remark=lambda code, _: remarks.append(code))
    assert answers == ["Alpha", "ab", "one two", "é", "!no_text", "ab", "1.23E+12", "a"]
    assert remarks == [
        "stray_spaces",
        "text_changed",
        "text_changed",
        "text_changed",
        "shortened_number",
        "text_changed",
    ]
    assert readings(PROSE, ["one\r\ntwo\rthree\n"]) == ["one\ntwo\nthree"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_a_text_that_is_read_is_one_that_portolan_takes(text: str) -> None:
    [line] = readings(LINE, [text])
    if line is not None and not str(line).startswith("!"):
        assert TypeAdapter(Line).validate_python(line) == line
    [prose] = readings(PROSE, [text])
    if prose is not None and not str(prose).startswith("!"):
        assert TypeAdapter(Prose).validate_python(prose) == prose


def test_a_choice_is_read_by_its_code_and_its_labels() -> None:
    cells = ["active", "Active", "ON HOLD", "on-hold", "suspendu", "Clôturé", "cloture", "-", "", "zombie"]
    answers = readings(STAGE, cells, owner="project")
    assert answers[:5] == ["active", "active", "on_hold", "on_hold", "on_hold"]
    assert answers[7:] == [None, None, "!no_choice"]


def test_every_code_of_every_register_is_read_by_its_code_and_its_own_labels() -> None:
    for entry in index():
        for member in model_of(entry).members:
            codes = codes_by_text(member, entry.name)
            assert all(codes[plain(code)] == code for code in member.choices)


def test_what_other_systems_call_a_state_is_proposed_and_not_guessed() -> None:
    cells = ["in progress", "En cours", "läuft", "Done", "erledigt", "Annulé", "TBD", "zombie", "Active"]
    proposed = propose_values(STAGE, surveyed(cells), "project")
    assert proposed.values == {
        "in progress": "active", "läuft": "active", "Done": "closed", "erledigt": "closed", "Annulé": "discontinued",
    }  # fmt: skip
    assert proposed.unmatched == ("zombie",)
    assert readings(STAGE, ["in progress", "IN PROGRESS"], owner="project") == ["!no_choice"] * 2
    assert readings(STAGE, ["in progress", "IN PROGRESS"], values=proposed.values) == ["active"] * 2


def test_words_that_differ_in_an_accent_only_are_told_apart_by_it() -> None:
    proposed = propose_values(STAGE, surveyed(["Clôture", "clôturé", "CLÔTURE"]), "project")
    assert (proposed.values, proposed.unmatched) == (
        {"Clôture": "closing", "clôturé": "closed", "CLÔTURE": "closing"}, (),
    )  # fmt: skip


def test_levels_in_words_and_traffic_lights_are_proposed() -> None:
    cells = ["High", "4 - likely", "Low (2)", "très élevé", "sehr hoch", "3", "n/a", "purple"]
    proposed = propose_values(PROBABILITY, surveyed(cells))
    assert proposed.values == {
        "High": "4",
        "4 - likely": "4",
        "Low (2)": "2",
        "très élevé": "5",
        "sehr hoch": "5",
    }
    assert proposed.unmatched == ("purple",)
    rating = Field("rating", "integer", minimum=1, maximum=5)
    assert propose_values(rating, surveyed(["Amber/Red", "Green", "rot"])).values == {
        "Amber/Red": "2",
        "Green": "5",
        "rot": "1",
    }
    assert readings(rating, ["Amber/Red", "5"], values={"Amber/Red": "2"}) == [2, 5]


def test_a_word_that_two_codes_of_a_member_have_is_not_proposed() -> None:
    doubtful = set()
    for entry in index():
        for member in model_of(entry).members:
            texts = [
                w
                for code in member.choices
                for w in {plain(w) for w in WORDS["codes"].get(code, ())} - {plain(code)}
            ]
            doubtful |= {(entry.key, text) for text in texts if texts.count(text) > 1}
    assert (
        {text for _, text in doubtful}
        == {
            "planned",
            "cloture",
            "under review",
        }
    )  # clôture is closing, clôturé closed; without accents it is asked. Under review may be submitted or in review
    state = Field("state", "choice", choices=("draft", "submitted", "approved"))
    assert propose_values(state, surveyed(["planned", "pending"]), "budget_line").values == {
        "pending": "submitted"
    }
    for table in ("levels", "ratings"):
        texts = [w for level in WORDS[table].values() for w in {plain(w) for w in level}]
        assert len(texts) == len(set(texts)), table


def test_yes_and_no_are_read_in_four_languages() -> None:
    assert readings(YES_NO, ["yes", "Oui", "JA", "sì", "x", "✓", "1", "true", True, 1]) == [True] * 10
    assert readings(YES_NO, ["no", "Non", "nein", "n", "0", "faux", False, 0.0]) == [False] * 8
    assert readings(YES_NO, ["", None, "n/a", "maybe", 2]) == [None, None, None, "!no_yes_no", "!no_yes_no"]


def test_a_list_is_parted_as_the_whole_column_shows() -> None:
    assert readings(LIST, ["de; fr", "Rossi, Marco"]) == [["de", "fr"], ["Rossi, Marco"]]
    assert readings(LIST, ["de\nfr", "it"]) == [["de", "fr"], ["it"]]
    assert readings(LIST, ["de, fr", "it"]) == ["!separator_open", ["it"]]
    [question] = questions_of(LIST, ["de, fr"])
    assert (question.setting, question.suggested, question.cells) == ("separator", ",", 1)
    assert readings(LIST, ["de, fr"], separator=",") == [["de", "fr"]]
    assert readings(LIST, ["de, fr"], separator=";") == [["de, fr"]]


def test_a_currency_is_a_code_or_a_sign_of_one() -> None:
    assert readings(Field("currency", "currency"), ["CHF", "eur", "€", "Fr.", "-", "$", "Lira"]) == [
        "CHF", "EUR", "EUR", "CHF", None, "!currency_open", "!no_currency",
    ]  # fmt: skip


def test_a_country_is_a_code_or_a_name() -> None:
    cells = [
        "CH",
        "ch",
        "Schweiz",
        "Suisse",
        "Switzerland",
        "Svizzera",
        "UK",
        "USA",
        "États-Unis",
        "n/a",
        "Atlantis",
    ]
    assert readings(Field("country", "line"), cells) == ["CH"] * 6 + ["GB", "US", "US", None, "!no_country"]


def test_a_placeholder_names_no_record_and_is_shown_to_people() -> None:
    proposed = propose_values(Field("manager_id", "reference"), surveyed(["TBD", "Anna Müller", "n/a"]))
    assert proposed.values == {"TBD": "", "n/a": ""}


def test_what_no_cell_can_hold_is_refused() -> None:
    assert readings(Field("week", "map"), ["x"]) == ["!kind_not_taken"]
