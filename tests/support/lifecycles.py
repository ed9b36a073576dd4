"""Expected lifecycles, read from tables that are kept with the tests and not from the code under test.

`tests/lifecycles.yaml` holds those of the aggregates that stand; for any other one the copy of the catalogue does.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.support.rules import catalogue

TABLE = Path(__file__).parents[1] / "lifecycles.yaml"
_MOVE = re.compile(r"\(?(?P<verb>[a-z-]+): (\(takes [^)]*\) )?(?P<starts>[a-z_, ]+) > (?P<ends>[a-z_| ]+)\)?")

Moves = Mapping[str, Mapping[str, frozenset[str]]]
"""Verb -> start -> the states to which it may lead."""


@dataclass(frozen=True)
class Expected:
    """What the tables say of one aggregate: its moves, and what an example of it needs."""

    moves: Moves
    example: Mapping[str, Any]
    bodies: Mapping[str, Mapping[str, Any]]


@cache
def standing() -> dict[str, dict[str, Any]]:
    """`<service>.<aggregate>` -> its entry, of the aggregates that stand."""
    entries: dict[str, dict[str, Any]] = yaml.safe_load(TABLE.read_text())
    return entries


def expected(name: str) -> Expected:
    """Of `<service>.<aggregate>`; its moves are the catalogue's where the table has none."""
    entry = standing().get(name, {})
    lines = entry["moves"] if "moves" in entry else catalogue()[name].get("moves", ())
    return Expected(read_moves(lines), entry.get("example", {}), entry.get("bodies", {}))


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
