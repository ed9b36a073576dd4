"""Names are nouns for things and verbs for acts; riddle words do not stand alone as names."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("shared", "services", "sample", "benchmarks", "tests")

RIDDLES = frozenset(
    {
        "also",
        "as_left",
        "asked",
        "because_of",
        "brought",
        "foremost",
        "found",
        "given",
        "heard",
        "held",
        "kept",
        "known",
        "left",
        "made",
        "meant",
        "refuse_stranger",
        "said",
        "take_for_sure",
        "told",
        "untold",
    }
)
"""Alone, none of these says what a value is or what a function does; `known_project` or `kept_rows` does."""

NOT_YET_RENAMED: frozenset[str] = frozenset(
    {
        "benchmarks/bench_portfolios.py",
    }
)
"""Files that still have such names. The list only shrinks: a file that is clean is taken off it."""


def bound_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """What assignments, parameters, attributes, patterns and functions name, with the line."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, node.lineno
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, node.lineno


def riddles(source: str) -> list[str]:
    names = list(bound_names(ast.parse(source)))
    has_sides = any(name.strip("_") == "right" for name, _ in names)
    return [
        f"{line}: {name}"
        for name, line in sorted(names, key=lambda each: each[1])
        if name.strip("_").lower() in RIDDLES and not (name == "left" and has_sides)
    ]


def sources() -> Iterator[tuple[str, str]]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:  # what was written once is not rewritten
                yield path.relative_to(ROOT).as_posix(), path.read_text()


def test_no_name_is_a_riddle_word_alone() -> None:
    names = {file: riddles(source) for file, source in sources()}
    new = {file: riddle for file, riddle in names.items() if riddle and file not in NOT_YET_RENAMED}
    assert new == {}, "name the thing (a noun) or the act (a verb): see `Words` in CONTRIBUTING.md"
    clean = [file for file in NOT_YET_RENAMED if names.get(file) == []]
    assert clean == [], "these are clean: take them off NOT_YET_RENAMED"


def test_every_place_that_binds_a_name_is_looked_at() -> None:
    for source in (
        "told = 1",
        "self._told = 1",
        "def told(): ...",
        "async def _told(): ...",
        "def f(told): ...",
        "def f(*told): ...",
        "lambda told: 1",
        "[1 for told in x]",
        "if (told := 1): ...",
        "with x as told: ...",
        "for told in x: ...",
        "match x:\n case told: ...",
        "TOLD: int = 1",
    ):
        assert len(riddles(source)) == 1, source
    assert riddles("left, right = 1, 2") == []
    assert riddles("told_projects = x.told") == []
