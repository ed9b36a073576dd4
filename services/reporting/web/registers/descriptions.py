"""What members and moves mean, in the language of the page: forms say it below their controls."""

from collections.abc import Iterable

from services.reporting.web.words import N_, Words
from shared.contracts.descriptions import EXAMPLE, change_in, is_in_words
from shared.contracts.forms import Entry, Field

FROM_TO = N_("From %(starts)s to %(ends)s.")


def described(words: Words, entry: Entry, about: str) -> str:
    """The description of a member or a move of a collection."""
    if (change := change_in(about)) is None:
        return words.gettext(about) if about else ""

    def labels(states: Iterable[str]) -> str:
        return ", ".join(words.labels("state", f"{entry.name}.{state}") for state in states)

    sentence = words.gettext(FROM_TO) % {"starts": labels(change.starts), "ends": labels(change.ends)}
    return f"{sentence} {words.gettext(change.more)}" if change.more else sentence


def example(words: Words, field: Field) -> str:
    """What could stand in a member."""
    return words.catalogue.pgettext(EXAMPLE, field.example) if is_in_words(field.example) else field.example
