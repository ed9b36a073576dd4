"""What engines and dashboards say of themselves is read by people who use them: it is there, and in short sentences."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import FunctionType
from typing import Any

import pytest

from tests.papers.test_sentences import MOST_WORDS, sentences, words

ROOT = Path(__file__).parents[2]
PACKAGES = sorted(
    ".".join(path.parent.relative_to(ROOT).parts) for path in ROOT.glob("services/*/engines/*/__init__.py")
)
SOURCES = sorted(
    [
        *ROOT.glob("services/*/engines/**/*.py"),
        *ROOT.glob("services/reporting/dashboards/**/*.py"),
        *ROOT.glob("services/reporting/*.py"),
    ]
)


def docstrings(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


def long_sentences(source: str) -> list[str]:
    return [s for text in docstrings(source) for s in sentences(text) if len(words(s)) > MOST_WORDS]


def test_no_sentence_of_a_docstring_is_longer_than_25_words() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): found
        for path in SOURCES
        if (found := long_sentences(path.read_text()))
    }
    assert long == {}, "split these sentences: one thought each"


def test_a_long_sentence_is_seen_wherever_it_stands() -> None:
    long = f"{'word ' * MOST_WORDS}more."
    for source in (
        f'"""{long}"""',
        f'def f():\n    """Short. {long}"""',
        f'class C:\n    """Short.\n\n    {long}\n    """',
        f'async def f():\n    """- {long}"""',
    ):
        assert len(long_sentences(source)) == 1, source
    assert long_sentences(f"# {long}") == []


@pytest.mark.parametrize("package", PACKAGES)
def test_everything_that_an_engine_offers_says_what_it_is(package: str) -> None:
    silent = [name for name, each in _offered(package) if not _own_text(each)]
    assert silent == [], "write a docstring: shapes, units, conventions, errors, the source of the method"


def _offered(package: str) -> Iterator[tuple[str, Any]]:
    """The classes and functions in `__all__`; where there is none, the public ones of all modules."""
    module = import_module(package)
    modules = [module]
    if not hasattr(module, "__all__"):
        modules += [import_module(f"{package}.{each.name}") for each in iter_modules(module.__path__)]
    for one in modules:
        for name in getattr(one, "__all__", [name for name in vars(one) if not name.startswith("_")]):
            each = getattr(one, name)
            if isinstance(each, type | FunctionType) and each.__module__.startswith(package):
                yield f"{one.__name__}.{name}", each


def _own_text(each: Any) -> str:
    """The docstring, unless it is only the signature that `dataclass` writes."""
    text = vars(each).get("__doc__") if isinstance(each, type) else each.__doc__
    name = getattr(each, "__name__", "")
    return "" if not text or text.startswith(f"{name}(") else str(text)
