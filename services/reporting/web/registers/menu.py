"""What a reader finds in the navigation: the registers that they may read, by their groups."""

from dataclasses import dataclass

from services.reporting.web.registers.naming import Naming, address_of, groups_of
from services.reporting.web.words import Words
from shared.contracts.forms import Entry, index


@dataclass(frozen=True)
class Group:
    """A group of registers: its name, and each register with its address."""

    name: str
    registers: list[tuple[str, str, Entry]]


def menu(offered: frozenset[str], words: Words) -> list[Group]:
    """The groups with the registers that these scopes may read."""
    naming = Naming(words)
    readable = [entry for entry in index() if offered.issuperset(entry.reads)]
    return [
        Group(naming.group(first), [(naming.many(e), address_of(e), e) for e in entries])
        for first, entries in groups_of(readable)
    ]
