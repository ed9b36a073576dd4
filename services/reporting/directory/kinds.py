"""Which members of each kind of aggregate stand in the directory: as they are declared, and nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from shared.contracts.catalogue import entries
from shared.contracts.forms import Entry, index
from shared.contracts.language import AggregateType


@dataclass(frozen=True)
class DirectoryKind:
    """A register whose aggregates stand in the directory."""

    register: Entry
    entry: AggregateType

    @property
    def key(self) -> str:
        """`projects.work_package`."""
        return self.register.key

    @property
    def label(self) -> str | None:
        return self.entry.members.label

    @property
    def codes(self) -> tuple[str, ...]:
        """The members beside the label in which `q` looks."""
        return tuple(name for name in self.entry.members.searched if name != self.label)

    @property
    def is_personal(self) -> bool:
        """Whether what it is found by tells of a person."""
        personal = self.entry.members.personal
        return any(name in personal for name in (self.label, *self.codes))

    @property
    def has_row(self) -> bool:
        """Whether every aggregate has a row, even one that nothing is found by."""
        return self.label is not None or bool(self.register.awaited)

    @property
    def needs(self) -> frozenset[str]:
        """The scopes that reading one needs."""
        return frozenset(self.register.reads)


@cache
def kinds() -> Mapping[str, DirectoryKind]:
    """Key -> kind, of all that reporting takes in: what is restricted is not there."""
    declared = _declared()
    return {one.key: DirectoryKind(one, declared[one.key]) for one in index() if one.key in declared}


def keys() -> list[str]:
    """Their keys from the declarations: the papers of reporting are written together with the forms."""
    return sorted(_declared())


def _declared() -> dict[str, AggregateType]:
    return {f"{entry.service}.{entry.name}": entry for entry in entries() if not entry.is_restricted}


def texts_at(value: Any, path: list[str]) -> Iterator[str]:
    """The texts at a path of a state; of a list, those of each of its items."""
    if isinstance(value, list):
        for item in value:
            yield from texts_at(item, path)
    elif isinstance(value, Mapping) and path:
        yield from texts_at(value.get(path[0]), path[1:])
    elif isinstance(value, str) and not path:
        yield value
