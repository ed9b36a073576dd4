"""What things are called on the pages of registers, in the language of the page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.reporting.web.words import Words
from shared.contracts.forms import Entry, by_kind, entry_by_key, shared_kinds
from shared.contracts.words import Labels, capitalised

DASHBOARDS = {"projects.project": "/project", "projects.portfolio": "/portfolio"}
"""The registers whose aggregates have a page of figures, and where."""


@dataclass(frozen=True)
class Naming:
    """The words of one page."""

    words: Words
    own: Mapping[str, str] = field(default_factory=dict)
    """The labels of the organisation's own fields, by their paths."""

    @property
    def labels(self) -> Labels:
        return self.words.labels

    def one(self, entry: Entry) -> str:
        """Project."""
        return capitalised(self.labels("aggregate", entry.name))

    def many(self, entry: Entry) -> str:
        """Work packages; of what several services have, with the service: Documents (finance)."""
        name = capitalised(self.labels("aggregates", entry.name))
        is_shared = entry.name in shared_kinds()
        return f"{name} ({self.labels('service', entry.service)})" if is_shared else name

    def group(self, entry: Entry) -> str:
        return capitalised(self.labels("group", f"{entry.service}.{entry.group}"))

    def member(self, entry: Entry, path: str) -> str:
        """The label of a member, by its path without the numbers of rows."""
        return self.own.get(path) or capitalised(self.labels("member", f"{entry.name}.{path}"))

    def value(self, entry: Entry, path: str, value: str) -> str:
        """The label of a choice; the choices of an own field are as the organisation wrote them."""
        if path in self.own:
            return value
        if path.endswith(".kind") and value in by_kind(entry.service):
            return self.kind(value)
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


def page_of(kind: str, id: str) -> str:
    """Where one looks at an aggregate (`projects.project`): its figures where it has any, else its register."""
    figures = DASHBOARDS.get(kind)
    return f"{figures}/{id}" if figures else address_of(entry_by_key()[kind], id)


def plain_path(path: str) -> str:
    """A path without the numbers of its rows: `week.0.shifts.1.begins` is `week.shifts.begins`."""
    return ".".join(part for part in path.split(".") if not part.isdigit())
