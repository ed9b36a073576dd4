"""Text is kept composed, found in any spelling, and sorted as people sort it."""

import sqlite3
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.base.text import KEY_LENGTH, composed, folded, search_text, shows_nothing, sort_key, words


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("Élan", "elan"),
        ("ÉLAN", "elan"),
        ("E\u0301lan", "elan"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("GROẞ", "gross"),
        ("İstanbul", "istanbul"),
        ("ISTANBUL", "istanbul"),
        ("ışık", "isik"),
        ("Œuvre", "oeuvre"),
        ("Ærø", "aero"),
        ("Łódź", "lodz"),
        ("Þórður", "thordur"),
        ("Đà Nẵng", "da nang"),
        ("ΟΔΥΣΣΕΎΣ", "οδυσσευσ"),
        ("Ὀδυσσεύς", "οδυσσευσ"),
        ("Ｆｕｌｌ　１２", "full 12"),
        ("ﬁnance", "finance"),
        ("GOES\u2011R", "goes-r"),
        ("l\u2019été", "l'ete"),
        ("\u201cNord\u201d", '"nord"'),
        ("Pro\u00adjekt\u200b", "projekt"),
        ("  two \t words\n", "two words"),
        ("a\u00a0b", "a b"),
        ("Ёлка", "елка"),
        ("100 %", "100 %"),
        ("", ""),
    ],
)
def test_case_accents_widths_dashes_quotes_and_spaces_make_no_difference(typed: str, form: str) -> None:
    assert folded(typed) == form


@given(st.text(max_size=40))
def test_folding_is_the_same_for_every_normal_form_and_every_case(text: str) -> None:
    forms = {folded(unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    assert forms == {folded(text)}
    assert folded(folded(text)) == folded(text)


@given(st.text(max_size=40), st.text(max_size=40))
def test_both_databases_order_sort_keys_as_python_does(one: str, other: str) -> None:
    """SQLite and PostgreSQL compare bytes of UTF-8, whose order is that of the characters."""
    a, b = str(sort_key(one)), str(sort_key(other))
    with sqlite3.connect(":memory:") as connection:
        [(less,)] = connection.execute("SELECT ? < ?", (a, b)).fetchall()
    connection.close()
    assert bool(less) == (a < b) == (a.encode() < b.encode())


def test_names_are_sorted_as_in_an_index() -> None:
    names = [
        "apple",
        "Élan",
        "elbow",
        "Ølberg",
        "Oslo",
        "Phase 2",
        "Phase 10",
        "Straße",
        "Strasser",
        "Zurich",
    ]
    shuffled = list(reversed(names))
    assert sorted(shuffled, key=lambda text: sort_key(text) or "") == names


def test_numbers_are_sorted_by_value_whatever_their_length_zeros_or_script() -> None:
    codes = ["1", "1.2", "1.2.1", "1.10", "2", "10", "PRJ-9", "PRJ-0010", "PRJ-11", "PRJ-" + "9" * 200]
    shuffled = list(reversed(codes))
    assert sorted(shuffled, key=lambda text: sort_key(text) or "") == codes
    assert sort_key("PRJ-07") == sort_key("prj-7") == sort_key("PRJ-\u0667") == sort_key("ＰＲＪ－７")


def test_what_is_unknown_has_no_sort_key() -> None:
    assert sort_key(None) is None
    assert sort_key("") == ""


@given(st.text(max_size=400))
def test_a_sort_key_fits_into_an_index(text: str) -> None:
    assert len(str(sort_key(text)).encode()) <= 4 * KEY_LENGTH < 2_700


def test_a_ligature_that_is_a_whole_sentence_fits_too() -> None:
    assert len(str(sort_key("\ufdfa" * 300))) == KEY_LENGTH


def test_members_are_lines_so_that_no_word_reaches_from_one_into_the_next() -> None:
    assert search_text(["New ERP", None, "PRJ-1"]) == "new erp\nprj-1"


def test_a_question_is_its_words_each_once() -> None:
    assert words("  Goes R goes\u00a0É ") == ["goes", "r", "e"]
    assert words(" \u200b ") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\u200b",
        "\u202e",
        "\u00ad\u2060",
        "\u3164",
        "\ufeff",
        "\U000e0041",
        "\u0301",
        " \u0308\u200d",
    ],
)
def test_what_shows_nothing(text: str) -> None:
    assert shows_nothing(text)


@pytest.mark.parametrize(
    "text", ["a", "\u200bx", "é", "e\u0301", "👩\u200d💻", ".", "می\u200cخواهم", "שָׁלוֹם", "क्\u200dष"]
)
def test_what_shows_something(text: str) -> None:
    assert not shows_nothing(text)


def test_composed_is_normalization_form_c() -> None:
    assert composed("E\u0301") == "É"
    assert composed("ﬁ") == "ﬁ"
