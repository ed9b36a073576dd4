"""What the pages of methods show in Python runs, and comes to what they say."""

import re
from doctest import DocTestParser, DocTestRunner
from pathlib import Path

import pytest

METHODS = Path(__file__).parents[2] / "docs" / "methods"
PAGES = {page.stem: page.read_text() for page in sorted(METHODS.glob("*.md"))}
SHOWN = [
    pytest.param(block, id=f"{page}-{number}")
    for page, text in PAGES.items()
    for number, block in enumerate(re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
]


@pytest.mark.parametrize("block", SHOWN)
def test_an_example_comes_to_what_it_says(block: str) -> None:
    if block.startswith(">>>"):
        session = DocTestParser().get_doctest(block, {}, "the page", None, 0)
        assert DocTestRunner().run(session).failed == 0
    else:
        exec(block, {})


@pytest.mark.parametrize("page", PAGES)
def test_every_page_begins_with_an_example(page: str) -> None:
    assert "```python\n" in PAGES[page]
