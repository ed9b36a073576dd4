"""Whatever a test makes Portolan refuse is said in French too: a sentence without its translation fails the test.

`make texts` collects the sentences that stand in the sources; this sees also those that are put together on the way.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.base import texts
from shared.base.errors import Fault, Refusal

LANGUAGES = ("fr",)
"""The languages in which nothing may be missing."""
FROM_OUTSIDE = ("additions.py", "workers.py", "health.py", "client.py")
"""What an added route, a job of a test, another service or a check for operators says is in their own words."""
OURS = tuple(str(Path(__file__).parents[2] / folder) for folder in ("shared", "services"))
UNTRANSLATED: list[str] = []

_make = Refusal.__init__


def _make_and_look(self: Refusal, detail: str, *faults: Fault, **rest: object) -> None:
    _make(self, detail, *faults, **rest)  # type: ignore[arg-type] # whatever a refusal takes
    caller = sys._getframe(1).f_code.co_filename
    if caller.startswith(OURS) and not caller.endswith(FROM_OUTSIDE):
        for text in (detail, *(fault.detail for fault in faults)):
            if not all(texts.is_translated(text, language) for language in LANGUAGES):
                UNTRANSLATED.append(f"{getattr(text, 'template', text)} ({Path(caller).name})")


Refusal.__init__ = _make_and_look  # type: ignore[method-assign] # every refusal of every test passes here


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    UNTRANSLATED.clear()
    yield
    if UNTRANSLATED:
        missing = ", ".join(sorted(map(repr, set(UNTRANSLATED))))
        pytest.fail(f"said in English only; run `make texts` and translate: {missing}", pytrace=False)
