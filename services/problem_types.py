"""The list of all codes that problem documents can have, read from the code that raises them.

A refusal's code stands where it is raised: in the class, in `code="…"`, in the call of a helper with a parameter
`code`, or in the fault whose code becomes the refusal's. `make contracts` writes the list, and `/problems` serves it.
"""

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from shared.base.errors import Invalid, Refusal
from shared.http.meanings import kinds

ROOT = Path(__file__).parents[1]
FOLDERS = ("shared", "services")
IMPORTS = ROOT / "services" / "imports"
"""Clients of the API: what they say of a table is a finding, and no answer to a request."""
CODE = re.compile(r"[a-z][a-z0-9_]{1,60}")

Helper = tuple[int, type[Refusal]]
"""The place of the code among the parameters of a function, and what it refuses with."""

AWAY: dict[str, Any] = {
    "code": "service_away",
    "status": 503,
    "title": "Not available now",
    "details": ["the service is being started again"],
}
"""What the front door says for a service that does not answer."""


@dataclass
class _Problem:
    status: int
    title: str
    details: set[str] = field(default_factory=set)


def problem_types() -> list[dict[str, Any]]:
    """`code`, `status`, `title` and the `details` with places for their values, of each code, in alphabetical order."""
    problems = {code: _Problem(kind.status, kind.title) for code, kind in kinds().items()}
    trees = [ast.parse(path.read_text()) for path in sources() if IMPORTS not in path.parents]
    helpers = helpers_of(trees)
    for tree in trees:
        for code, kind, detail in _codes(tree, helpers):
            one = problems.setdefault(code, _Problem(kind.status, kind.title))
            one.details |= {detail} if detail else set()
    listed = [
        {"code": code, "status": one.status, "title": one.title, "details": sorted(one.details)}
        for code, one in problems.items()
    ]
    return sorted([*listed, AWAY], key=lambda entry: str(entry["code"]))


def text() -> str:
    return json.dumps(problem_types(), indent=1, ensure_ascii=False) + "\n"


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.py"))


@cache
def refusal_classes() -> dict[str, type[Refusal]]:
    classes: dict[str, type[Refusal]] = {"Refusal": Refusal}
    waiting = [Refusal]
    while waiting:
        for child in waiting.pop().__subclasses__():
            classes[child.__name__] = child
            waiting.append(child)
    return classes


def helpers_of(trees: Sequence[ast.AST]) -> dict[str, Helper]:
    """Functions that take a code and refuse with it, themselves or by another one of these."""
    functions = [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and "code" in _parameters(node)
    ]
    helpers: dict[str, Helper] = {}
    while more := [f for f in functions if f.name not in helpers and _refuses(f, helpers)]:
        for function in more:
            named = [name for name in _names(function) if name in refusal_classes()]
            kind = refusal_classes()[named[0]] if named else Invalid
            helpers[function.name] = (_parameters(function).index("code"), kind)
    return helpers


def _parameters(function: ast.FunctionDef) -> list[str]:
    names = [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
    return [name for name in names if name not in ("self", "cls")]


def _refuses(function: ast.FunctionDef, helpers: dict[str, Helper]) -> bool:
    return any(name in refusal_classes() or name in helpers or name == "Fault" for name in _names(function))


def _names(function: ast.FunctionDef) -> list[str]:
    named = (n.attr if isinstance(n, ast.Attribute) else getattr(n, "id", "") for n in ast.walk(function))
    return [name for name in named if name]


def _codes(tree: ast.AST, helpers: dict[str, Helper]) -> Iterator[tuple[str, type[Refusal], str | None]]:
    """(code, kind, detail where it is a fixed sentence) of every call that names a code."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        code_node = next((keyword.value for keyword in node.keywords if keyword.arg == "code"), None)
        if kind := refusal_classes().get(name):
            yield from ((code, kind, _detail(node)) for code in _constants(code_node))
        elif name in helpers:
            place, kind = helpers[name]
            code_node = code_node or (node.args[place] if place < len(node.args) else None)
            yield from ((code, kind, None) for code in _constants(code_node))
        elif name == "Fault" and _is_engine(tree):
            yield from (
                (code, Invalid, None) for code in _constants(code_node or next(iter(node.args), None))
            )


def _is_engine(tree: ast.AST) -> bool:
    """An engine refuses with the code of the first fault that it finds."""
    return not any(isinstance(n, ast.ImportFrom) and n.module == "shared.http.call" for n in ast.walk(tree))


def _constants(node: ast.AST | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)


def _detail(call: ast.Call) -> str | None:
    first = call.args[0] if call.args else None
    if isinstance(first, ast.Call) and getattr(first.func, "id", "") == "Text" and first.args:
        first = first.args[0]
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
