"""What the pages of methods show in Python runs, and comes to what they say."""

import re
from pathlib import Path

import pytest

METHODS = Path(__file__).parents[2] / "docs" / "methods"
SHOWN = [
    pytest.param(block, id=f"{page.stem}-{number}")
    for page in sorted(METHODS.glob("*.md"))
    for number, block in enumerate(
        re.findall(r"^```python\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    )
]


@pytest.mark.parametrize("block", SHOWN)
def test_an_example_comes_to_what_it_says(block: str) -> None:
    exec(block, {})
