"""Numbers and amounts as a reader of a language writes them: what a page shows, a form reads back, digit by digit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.web.amounts import Unit
from services.reporting.web.registers import typed
from services.reporting.web.words import words_in
from shared.contracts.forms import Field

LOCALES = ("en_GB", "en_US", "fr", "fr_CH", "de", "de_CH", "it", "it_CH", "rm")
"""Also of languages that the pages do not speak yet."""
decimals = st.decimals(-(10**15), 10**15, allow_nan=False, allow_infinity=False, places=4)


@given(st.sampled_from(LOCALES), decimals, st.integers(0, 4))
def test_what_is_shown_is_read_back(locale: str, number: Decimal, digits: int) -> None:
    words = words_in(locale)
    text = f"{number:.{digits}f}"
    reread = words.read(words.exact(text))
    assert (Decimal(reread), len(reread.partition(".")[2])) == (Decimal(text), digits)
    amount = {"amount": f"{number:.2f}", "currency": "CHF"}
    assert Decimal(words.read(words.money(amount).replace("CHF", ""))) == Decimal(amount["amount"])


@given(st.sampled_from(LOCALES), st.integers(-(10**18), 10**18))
def test_a_count_is_read_back(locale: str, number: int) -> None:
    words = words_in(locale)
    assert int(words.read(words.number(number))) == number


@given(st.sampled_from(LOCALES), decimals.filter(bool))
def test_an_exact_amount_of_a_table_is_read_back(locale: str, number: Decimal) -> None:
    words, exact = words_in(locale), Unit(1, 2, "CHF", exact=True)
    amount = {"amount": f"{number:.2f}", "currency": "CHF"}
    assert Decimal(words.read(words.amount(amount, exact))) == Decimal(amount["amount"])


FIELDS = (
    Field("cost", "money"),
    Field("share", "number"),
    Field("hours", "integer"),
    Field("fiscal_year", "integer"),
)


@given(
    st.sampled_from(LOCALES),
    decimals,
    st.floats(0, 10**6, allow_nan=False).map(lambda f: round(f, 4)),
    st.integers(0, 10**9),
)
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(
    locale: str, number: Decimal, share: float, hours: int
) -> None:
    words = words_in(locale)
    state = {
        "cost": {"amount": f"{number:.2f}", "currency": "CHF"},
        "share": share,
        "hours": hours,
        "fiscal_year": 2026,
    }
    texts = typed.texts_of(FIELDS, state, words)
    assert texts["fiscal_year"] == "2026"
    assert typed.changes(FIELDS, texts, state, words) == {}
    assert typed.members_of(FIELDS, texts, words) == state


@pytest.mark.parametrize(
    ("locale", "text", "number"),
    [
        ("fr_CH", "1’234.50", "1234.50"),
        ("fr_CH", "1'234.50", "1234.50"),
        ("fr_CH", "1 234,50", "1234.50"),
        ("fr", "1\u202f234,50", "1234.50"),
        ("fr", "1 234,50", "1234.50"),
        ("fr", "1234.50", "1234.50"),
        ("fr", "1,234", "1.234"),
        ("en_GB", "1,234.50", "1234.50"),
        ("en_GB", "1,234", "1234"),
        ("en_GB", "0,5", "0.5"),
        ("en_GB", "0,500", "0.500"),
        ("de_CH", "1’234.50", "1234.50"),
        ("de", "1.234,50", "1234.50"),
        ("de", "1.234", "1234"),
        ("de", "0.500", "0.500"),
        ("de", "1234.50", "1234.50"),
        ("fr_CH", "\u22121’234.50", "-1234.50"),
        ("fr_CH", "twelve", "twelve"),
        ("en_GB", "1,2,3", "1,2,3"),
        ("fr", "1.234,50", "1.234,50"),
    ],
)
def test_a_number_is_read_as_it_is_written_there(locale: str, text: str, number: str) -> None:
    assert words_in(locale).read(text) == number
