"""What a reader finds in the navigation: the registers that they may read, by their groups."""

from dataclasses import dataclass

from services.reporting.web.registers.naming import Naming, address_of
from services.reporting.web.words import Words
from shared.contracts.forms import index


@dataclass(frozen=True)
class Group:
    """A group of registers: its name, and each register with its address."""

    name: str
    registers: list[tuple[str, str]]


def menu(offered: frozenset[str], words: Words) -> list[Group]:
    """The groups with the registers that these scopes may read; those of one name are one group."""
    naming, groups = Naming(words), dict[str, Group]()
    for entry in index():
        if offered.issuperset(entry.reads):
            group = groups.setdefault(naming.group(entry), Group(naming.group(entry), []))
            group.registers.append((naming.many(entry), address_of(entry)))
    return list(groups.values())
