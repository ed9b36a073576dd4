"""The texts under the members of a class, read from its source.

Pydantic can read them too (`use_attribute_docstrings`), and looks for the source of each class by the frames of the call
stack: at a hundred aggregates most of the start went into that. Here each file is read once.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from inspect import cleandoc
from itertools import pairwise
from pathlib import Path

_NONE: Mapping[str, str] = {}


def member_docstrings(declared: type) -> Mapping[str, str]:
    """Member -> the text under it. Nothing of a class that no source declares, as `create_model` makes them."""
    file = getattr(sys.modules.get(declared.__module__), "__file__", None)
    return _of_file(file).get(declared.__qualname__, _NONE) if file else _NONE


@cache
def _of_file(file: str) -> Mapping[str, Mapping[str, str]]:
    """Qualified name of a class -> its texts."""
    try:
        tree = ast.parse(Path(file).read_bytes())
    except OSError:
        return {}
    return {name: texts for name, body in _classes(tree.body, "") if (texts := dict(_texts(body)))}


def _classes(body: list[ast.stmt], within: str) -> Iterator[tuple[str, list[ast.stmt]]]:
    for statement in body:
        match statement:
            case ast.ClassDef(name=name, body=inner):
                yield within + name, inner
                yield from _classes(inner, f"{within}{name}.")
            case ast.FunctionDef(name=name, body=inner) | ast.AsyncFunctionDef(name=name, body=inner):
                yield from _classes(inner, f"{within}{name}.<locals>.")
            case ast.If(body=inner) | ast.With(body=inner) | ast.For(body=inner):
                yield from _classes(inner, within)


def _texts(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for member, text in pairwise(body):
        match member, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(written))):
                yield name, cleandoc(written)
