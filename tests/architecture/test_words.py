"""Names are nouns for things and verbs for acts; riddle words do not stand alone as names."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("shared", "services", "sample", "benchmarks", "tests")

RIDDLES = frozenset(
    {
        "also",
        "as_left",
        "asked",
        "because_of",
        "begun",
        "brought",
        "chosen",
        "drawn",
        "foremost",
        "forgotten",
        "found",
        "given",
        "gone",
        "got",
        "heard",
        "held",
        "kept",
        "known",
        "left",
        "made",
        "meant",
        "named",
        "refuse_stranger",
        "said",
        "seen",
        "shown",
        "spoken",
        "take_for_sure",
        "taken",
        "told",
        "took",
        "understood",
        "untold",
        "wanted",
        "written",
    }
)
"""Alone, none of these says what a value is or what a function does; `known_project` or `kept_rows` does."""

NOT_YET_RENAMED: dict[str, str] = {
    "shared/base/docstrings.py": "written",
    "shared/base/money.py": "written",
    "shared/contracts/compatibility.py": "gone",
    "shared/contracts/members.py": "_named named",
    "shared/contracts/releases.py": "gone",
    "shared/domain/clock_watch.py": "_seen",
    "shared/domain/naming.py": "named",
    "shared/domain/patches.py": "named wanted",
    "shared/domain/references.py": "Named wanted",
    "shared/domain/register.py": "named",
    "shared/domain/trees.py": "seen",
    "shared/domain/work.py": "wanted written",
    "shared/http/additions.py": "named",
    "shared/http/after.py": "Wanted wanted",
    "shared/http/answers.py": "gone written",
    "shared/http/auth/roles.py": "named understood",
    "shared/http/checking.py": "wanted",
    "shared/http/collection.py": "gone shown wanted",
    "shared/http/compression.py": "named wanted",
    "shared/http/examples.py": "shown",
    "shared/http/feed.py": "_SEEN shown",
    "shared/http/keyset.py": "named",
    "shared/http/operations.py": "SHOWN",
    "shared/http/routes.py": "shown",
    "shared/http/running.py": "taken",
    "shared/http/strict_json.py": "seen",
    "shared/messaging/applying.py": "wanted",
    "shared/messaging/bus/embedded.py": "wanted",
    "shared/messaging/bus/kafka.py": "got",
    "shared/messaging/bus/topics.py": "wanted",
    "shared/messaging/forgetting.py": "_forgotten",
    "shared/runtime/app.py": "shown",
    "shared/runtime/front.py": "_gone",
    "shared/runtime/retention.py": "gone",
    "shared/store/group.py": "taken wanted",
    "shared/store/postgres.py": "written",
    "shared/store/sql.py": "written",
    "shared/store/together.py": "_wanted wanted",
    "services/cli/instance.py": "shown",
    "services/cli/verify.py": "SHOWN seen shown",
    "services/contracts.py": "shown",
    "services/imports/federal/importing.py": "TAKEN taken",
    "services/problem_types.py": "named",
    "services/projects/structure/work_package/commands.py": "seen",
    "services/projects/structure/work_package/tree.py": "seen",
    "services/resources/people/person/rules.py": "seen",
    "services/resources/reactions.py": "seen",
    "services/stack.py": "chosen",
    "benchmarks/__main__.py": "chosen",
    "benchmarks/bench_lists.py": "_written",
    "benchmarks/bench_plan_files.py": "written",
    "benchmarks/bench_portfolios.py": "held made told",
    "benchmarks/bench_relay.py": "seen",
    "benchmarks/bench_reporting.py": "taken",
    "benchmarks/bench_selection.py": "took wanted",
    "benchmarks/bench_start.py": "taken",
    "benchmarks/levelling_full.py": "chosen took",
    "benchmarks/servers.py": "chosen",
}
"""File -> the names of this kind that it still has. The list only shrinks: a name that is gone is taken off it."""


def bound_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """What assignments, parameters, attributes, patterns, functions, imports and keys name, with the line."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, node.lineno
            case (
                ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name))
            ):
                yield name, node.lineno
            case ast.ExceptHandler(name=str(name)) | ast.alias(asname=str(name)):
                yield name, node.lineno
            case ast.Dict(keys=keys):
                for key in keys:
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield key.value, key.lineno
            case ast.Subscript(slice=ast.Constant(value=str(name)), ctx=ast.Store()):
                yield name, node.lineno
            case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
                yield from ((keyword.arg, keyword.lineno) for keyword in keywords if keyword.arg)


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


@cache
def riddles_by_file() -> dict[str, list[str]]:
    return {file: riddles(source) for file, source in sources()}


def test_no_name_is_a_riddle_word_alone() -> None:
    new = {
        file: [place for place in places if place.split(": ")[1] not in NOT_YET_RENAMED.get(file, "").split()]
        for file, places in riddles_by_file().items()
    }
    new = {file: places for file, places in new.items() if places}
    assert new == {}, "name the thing (a noun) or the act (a verb): see `Words` in CONTRIBUTING.md"


def test_the_list_of_what_is_not_yet_renamed_only_shrinks() -> None:
    there = {file: {place.split(": ")[1] for place in places} for file, places in riddles_by_file().items()}
    renamed = {
        file: sorted(names)
        for file, listed in NOT_YET_RENAMED.items()
        if file in there  # the how-tos are followed in a copy that lacks some folders
        if (names := set(listed.split()) - there[file])
    }
    assert renamed == {}, "these are renamed: take them off NOT_YET_RENAMED"


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
        "{told: 1 for told in x}",
        "{'told': 1}",
        "x['told'] = 1",
        "dict(told=1)",
        "import x as told",
        "from x import y as told",
        "try: ...\nexcept E as told: ...",
        "match x:\n case {**told}: ...",
    ):
        assert len(riddles(source)) == 1, source
    assert riddles("left, right = 1, 2") == []
    assert riddles("x = y['told']") == []
    assert riddles("told_projects = x.told") == []
