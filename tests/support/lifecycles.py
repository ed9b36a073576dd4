"""Expected lifecycles, read from tables that are kept with the tests and not from the code under test.

`tests/lifecycles.yaml` holds those of the aggregates that stand; for any other one the copy of the catalogue does.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import yaml

from tests.support.rules import catalogue

TABLE = Path(__file__).parents[1] / "lifecycles.yaml"
_MOVE = re.compile(r"\(?(?P<verb>[a-z-]+): (\(takes [^)]*\) )?(?P<starts>[a-z_, ]+) > (?P<ends>[a-z_| ]+)\)?")

Moves = Mapping[str, Mapping[str, frozenset[str]]]
"""Verb -> start -> the states to which it may lead."""


@cache
def standing() -> dict[str, list[str]]:
    """`<service>.<aggregate>` -> its lines, of the aggregates that stand."""
    lines: dict[str, list[str]] = yaml.safe_load(TABLE.read_text())
    return lines


def expected_moves(name: str) -> Moves:
    """Of `<service>.<aggregate>`."""
    return read_moves(standing()[name] if name in standing() else catalogue()[name].get("moves", ()))


def read_moves(lines: Iterable[str]) -> Moves:
    """The moves of a table's lines; those in parentheses are the system's and have no route."""
    moves: dict[str, dict[str, frozenset[str]]] = {}
    for line in lines:
        read = _MOVE.fullmatch(line)
        assert read, f"not a move: {line}"
        if line.startswith("("):
            continue
        ends = frozenset(end.strip() for end in read["ends"].split("|"))
        moves.setdefault(read["verb"], {}).update({s.strip(): ends for s in read["starts"].split(",")})
    return moves
