"""What the pages of methods show in Python runs, and comes to what they say."""

import re
from doctest import DocTestParser, DocTestRunner
from pathlib import Path

import pytest

from services.reporting.figures.health import DEFAULT, RISK_AMBER, RISK_RED

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


def test_the_thresholds_of_health_are_those_that_hold() -> None:
    for amber, red in (
        (f"{DEFAULT.cost_amber_pct} % over plan", f"{DEFAULT.cost_red_pct} % over plan"),
        (f"{DEFAULT.time_amber_days} days", f"{DEFAULT.time_red_days} days"),
        (f"{RISK_AMBER}", f"{RISK_RED}, or a threat has occurred"),
    ):
        assert f"| {amber} | {red} |" in PAGES["health"]
