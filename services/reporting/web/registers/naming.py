"""What things are called on the pages of registers, in the language of the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.reporting.web.words import Words
from shared.contracts.forms import Entry, Field


def labels(kind: str, name: str) -> str:
    """The English label that follows from a name."""
    last = name.rpartition(".")[2].replace("-", "_")
    if kind == "aggregates":
        last = last[:-1] + "ies" if last.endswith("y") else last + "s"
    for ending in ("_id", "_on", "_at"):
        last = last.removesuffix(ending)
    return last.replace("_", " ")


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class Naming:
    """The words of one page."""

    words: Words

    def one(self, entry: Entry) -> str:
        """Project."""
        return capitalised(labels("aggregate", entry.name))

    def many(self, entry: Entry) -> str:
        """Work packages."""
        return capitalised(labels("aggregates", entry.name))

    def group(self, entry: Entry) -> str:
        return capitalised(labels("group", f"{entry.service}.{entry.group}"))

    def member(self, entry: Entry, path: str) -> str:
        """The label of a member, by its path without the numbers of rows."""
        return capitalised(labels("member", f"{entry.name}.{path}"))

    def value(self, entry: Entry, path: str, value: str) -> str:
        """The label of a choice."""
        return capitalised(labels("value", f"{entry.name}.{path}.{value}"))

    def move(self, entry: Entry, verb: str) -> str:
        return capitalised(labels("move", f"{entry.name}.{verb}"))

    def fact(self, entry: Entry, fact: str) -> str:
        return capitalised(labels("fact", f"{entry.name}.{fact}"))

    def kind(self, name: str) -> str:
        """Portfolio: of a kind of aggregate that may have no register."""
        return capitalised(labels("aggregate", name))


def plain_path(path: str) -> str:
    """A path without the numbers of its rows: `week.0.shifts.1.begins` is `week.shifts.begins`."""
    return ".".join(part for part in path.split(".") if not part.isdigit())


def groups_of(entries: Sequence[Entry]) -> list[tuple[Entry, list[Entry]]]:
    """The collections by group, each with one that stands for its name."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.service, entry.group), []).append(entry)
    return [(members[0], members) for members in groups.values()]
