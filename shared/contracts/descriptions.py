"""What members and moves mean, apart from the languages: the form models hold the docstrings of the declarations.

Clients show them below their controls. Which states a move leads from and to is not part of the sentence: labels say it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.contracts.forms import Field, index, model_of

_CHANGE = re.compile(r"From ([a-z_]+(?:, [a-z_]+)*) to ([a-z_]+(?: or [a-z_]+)*)(?:\.|[.:;] (.+))", re.DOTALL)
_WORDS = re.compile("[A-Za-z][a-z]+( [a-z]+)*")


@dataclass(frozen=True)
class Change:
    """The states that a move leads from and to, and the sentence that follows."""

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    more: str


def change_in(about: str) -> Change | None:
    """What the description of a step of a lifecycle says; None where it is another description."""
    if (match := _CHANGE.fullmatch(about)) is None:
        return None
    more = match[3] or ""
    return Change(tuple(match[1].split(", ")), tuple(match[2].split(" or ")), more[:1].upper() + more[1:])


EXAMPLE = "example"
"""The context in which an example is translated: it may be a word that means something else elsewhere."""


def is_in_words(example: str) -> bool:
    """Whether an example of what may stand in a member is one of words: no code, number or name."""
    return _WORDS.fullmatch(example) is not None


def sentences() -> Iterator[str]:
    """What there is to translate."""
    for model in map(model_of, index()):
        yield from (field.about for field in _nested(model.members))
        for move in model.moves:
            change = change_in(move.about)
            yield change.more if change else move.about
            yield from (field.about for field in _nested(move.takes))


def examples() -> Iterator[str]:
    """The examples in words."""
    for model in map(model_of, index()):
        for fields in (model.members, *(move.takes for move in model.moves)):
            yield from (field.example for field in _nested(fields) if is_in_words(field.example))


def _nested(fields: Iterable[Field]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from _nested(field.members)
