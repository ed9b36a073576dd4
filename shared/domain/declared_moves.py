"""What the lifecycle of an aggregate may not say. It is refused when its register is declared."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from inspect import iscoroutinefunction
from typing import get_args

from shared.contracts.language import Aggregate, Shape, entry_of
from shared.contracts.members import unwrapped
from shared.domain.lifecycle import Lifecycle, Move
from shared.domain.other_moves import OtherMove

VERB = re.compile(r"[a-z]+(-[a-z]+)*")
OF_EVERY_REGISTER = frozenset(("archive", "restore", "batch", "editions"))
"""Verbs that are routes of every aggregate."""


def check_lifecycle(shape: type[Aggregate], life: Lifecycle) -> None:
    """TypeError where it names what the aggregate does not have; the sentence says where."""
    if life.member not in shape.model_fields:
        raise TypeError(f"{shape.__name__}: its lifecycle is about `{life.member}`, which is no member of it")
    states, _, _ = unwrapped(shape.model_fields[life.member].annotation)
    if not (isinstance(states, type) and issubclass(states, StrEnum)):
        raise TypeError(f"{shape.__name__}.{life.member} holds the state of a lifecycle, and is no StrEnum")
    for name, move in life.moves.items():
        for fault in _faults(shape, states, name, move):
            raise TypeError(f"{shape.__name__}, move `{name}`: {fault}")


def check_other_moves(shape: type[Aggregate], moves: Mapping[str, OtherMove], life: Lifecycle | None) -> None:
    """The same of moves beside the lifecycle."""
    for name, move in moves.items():
        for fault in _faults_of_name(name):
            raise TypeError(f"{shape.__name__}, move `{name}`: {fault}")
        if life is not None and name in life.moves:
            raise TypeError(f"{shape.__name__}, move `{name}`: it is a step of the lifecycle already")
        if not (isinstance(move.takes, type) and issubclass(move.takes, Shape)):
            raise TypeError(f"{shape.__name__}, move `{name}`: takes {move.takes!r}, which is no Shape")


def _faults_of_name(name: str) -> Iterator[str]:
    if not VERB.fullmatch(name):
        yield "a move is named by a verb in small letters and hyphens, as in its address"
    if name in OF_EVERY_REGISTER:
        yield "every aggregate has a route of this name already"


def _faults(shape: type[Aggregate], states: type[StrEnum], name: str, move: Move) -> Iterator[str]:
    yield from _faults_of_name(name)
    for state in _not_in(states, _states_of(move)):
        yield f"{state!r} is no {states.__name__}"
    if entry_of(shape).facts.get(getattr(move.fact, "name", "")) is not move.fact:
        yield f"{move.fact.__name__} is no fact of it; declare it as @fact({shape.__name__}, …)"
    if move.needs not in (verbs := get_args(Move.__annotations__["needs"])):
        yield f"needs {move.needs!r}, which is none of {', '.join(verbs)}"
    if not (isinstance(move.takes, type) and issubclass(move.takes, Shape)):
        yield f"takes {move.takes!r}, which is no Shape"
    for role in ("when", "who", "check", "effect"):
        if iscoroutinefunction(getattr(move, role)):
            yield f"`{role}` is async; rules are pure, so what must be read belongs to `check` of the register"


def _states_of(move: Move) -> Iterator[object]:
    """All states that it names. A text stands for itself, and is none."""
    for states in (move.start, move.end):
        if isinstance(states, str):
            yield states
        elif isinstance(states, Mapping):
            yield from (*states, *states.values())
        elif isinstance(states, Collection):
            yield from states


def _not_in(states: type[StrEnum], ends: Iterable[object]) -> list[object]:
    return [state for state in ends if not isinstance(state, states)]
