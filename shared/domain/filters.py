"""What a list can be narrowed and sorted by, as data; `shared.http` reads it from queries and documents it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.contracts.language import Aggregate, entry_of
from shared.contracts.members import Kind


@dataclass(frozen=True)
class Filters:
    """What a list can be narrowed and sorted by; names are columns of the table, and members of the shape."""

    columns: Mapping[str, Kind]
    sorts: Sequence[str]
    search: Sequence[str] = ()

    def __post_init__(self) -> None:
        unknown = {*self.sorts, *self.search} - set(self.columns)
        assert not unknown, f"sorted or searched by {unknown}, of which the kind is not told"

    def kind(self, column: str) -> Kind:
        return {"id": "id", "created_at": "instant", "updated_at": "instant"}.get(column) or self.columns[
            column
        ]  # type: ignore[return-value]


def filters_of(shape: type[Aggregate]) -> Filters:
    """As the aggregate declares them beside its members."""
    members = entry_of(shape).members
    return Filters(members.filters, members.sorts, members.searched)
