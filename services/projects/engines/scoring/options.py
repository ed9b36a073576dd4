"""The choices a caller makes by name: a member of the enumeration or its word, anything else is refused."""

from enum import StrEnum
from typing import TypeVar

from shared.base.exact import refused
from shared.base.texts import Text

Option = TypeVar("Option", bound=StrEnum)


def option(kind: type[Option], word: str, pointer: str) -> Option:
    """The option of this word. Raises `Invalid`, which names the others, for a word that is none of them."""
    try:
        return kind(word)
    except ValueError:
        raise refused(
            "unknown_option", Text("{word!r} is none of {names}", word=word, names=", ".join(kind)), pointer
        ) from None
