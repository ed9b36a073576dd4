"""Every kind of page says what it is for, what its marks mean, and where the how-to is."""

import httpx
import pytest

from services.reporting.web.help import HELP, Help
from services.reporting.web.words import words_in
from tests.architecture.test_imports import ROOT

TEMPLATES = ROOT / "services/reporting/web/templates"
KINDS = sorted(
    path.relative_to(TEMPLATES).as_posix()
    for path in TEMPLATES.rglob("*.html")
    if '{% extends "frame.html" %}' in path.read_text()
)


def test_every_kind_of_page_has_help_and_none_is_left_over() -> None:
    assert len(KINDS) > 15
    assert sorted(HELP) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_help_is_one_line_with_meanings_and_a_how_to_that_is_there(kind: str) -> None:
    one: Help = HELP[kind]
    assert one.purpose.endswith(".")
    assert len(one.purpose) <= 110
    assert all(mark and meaning.endswith(".") for mark, meaning in one.marks)
    assert (ROOT / "docs/how-to" / f"{one.how_to}.md").is_file()


@pytest.mark.parametrize("kind", KINDS)
def test_help_is_translated(kind: str) -> None:
    gettext = words_in("fr").gettext
    texts = [HELP[kind].purpose, *(text for pair in HELP[kind].marks for text in pair if len(text) > 1)]
    assert [text for text in texts if gettext(text) == text] == []


async def test_a_page_shows_its_help_in_the_language_of_the_reader(reader: httpx.AsyncClient) -> None:
    page = (await reader.get("/home")).text
    assert 'href="#help"' in page
    assert HELP["home.html"].purpose in page
    assert "docs/how-to/your-first-hour.md" in page
    french = (await reader.get("/registers", headers={"Accept-Language": "fr"})).text
    assert HELP["registers/index.html"].purpose not in french
    assert "À propos de cette page" in french
