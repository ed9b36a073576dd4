"""What things are called on the pages of registers, in the language of the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.reporting.web.words import Words
from shared.contracts.forms import Entry
from shared.contracts.words import Labels, capitalised, labels_in


@dataclass(frozen=True)
class Naming:
    """The words of one page."""

    words: Words
    own: Mapping[str, str] = field(default_factory=dict)
    """The labels of the organisation's own fields, by their paths."""

    @property
    def labels(self) -> Labels:
        return labels_in(self.words.language)

    def one(self, entry: Entry) -> str:
        """Project."""
        return capitalised(self.labels("aggregate", entry.name))

    def many(self, entry: Entry) -> str:
        """Work packages."""
        return capitalised(self.labels("aggregates", entry.name))

    def group(self, entry: Entry) -> str:
        return capitalised(self.labels("group", f"{entry.service}.{entry.group}"))

    def member(self, entry: Entry, path: str) -> str:
        """The label of a member, by its path without the numbers of rows."""
        return self.own.get(path) or capitalised(self.labels("member", f"{entry.name}.{path}"))

    def value(self, entry: Entry, path: str, value: str) -> str:
        """The label of a choice; the choices of an own field are as the organisation wrote them."""
        if path in self.own:
            return value
        return capitalised(self.labels("value", f"{entry.name}.{path}.{value}"))

    def move(self, entry: Entry, verb: str) -> str:
        return capitalised(self.labels("move", f"{entry.name}.{verb}"))

    def fact(self, entry: Entry, fact: str) -> str:
        return capitalised(self.labels("fact", f"{entry.name}.{fact}"))

    def kind(self, name: str) -> str:
        """Portfolio: of a kind of aggregate that may have no register."""
        return capitalised(self.labels("aggregate", name))


def address_of(entry: Entry, id: str = "") -> str:
    """The page of a collection, or of one of its aggregates."""
    path = f"/registers/{entry.service}/{entry.collection}"
    return f"{path}/{id}" if id else path


def plain_path(path: str) -> str:
    """A path without the numbers of its rows: `week.0.shifts.1.begins` is `week.shifts.begins`."""
    return ".".join(part for part in path.split(".") if not part.isdigit())


def groups_of(entries: Sequence[Entry]) -> list[tuple[Entry, list[Entry]]]:
    """The collections by group, each with one that stands for its name."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.service, entry.group), []).append(entry)
    return [(members[0], members) for members in groups.values()]
