"""Texts that a spreadsheet would carry out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.base.formulas import BEGINS_FORMULA, harmless, unprotected


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\tx", "|x", "%x", "'=1+1"])
def test_what_would_be_carried_out_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Buoy", "a=b", "7 - 2", "'quoted'", "'"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert harmless(text) == unprotected(text) == text


@given(st.text(alphabet="'=-+@ ax\n", max_size=6))
def test_a_text_comes_back_as_it_was(text: str) -> None:
    assert unprotected(harmless(text)) == text
    assert not harmless(text).startswith(BEGINS_FORMULA)
