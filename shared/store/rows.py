"""Tables that follow from what an aggregate declares of its members.

    ProjectRow = table_of(Project, Model, indexes=("stage", "portfolio_id"))

First come the columns of every aggregate. Then one for each member that is filtered, sorted, searched, unique
or stored, then the sort keys, then the text for `q`. Only what the database needs to know beside is said
here.
"""

from collections.abc import Iterable
from types import new_class
from typing import Any, cast

from sqlmodel import SQLModel

from shared.contracts.language import Aggregate, entry_of
from shared.contracts.members import Kind, Member, unique
from shared.store.columns import (
    ID,
    KEY,
    SEARCH_TEXT,
    SORT,
    BigInteger,
    Field,
    Index,
    Row,
    UniqueConstraint,
    by_external_key,
    unique_among_live,
)

_TYPES: dict[Kind, Any] = {"id": ID, "text": KEY, "code": KEY}
"""How a kind is kept; every other one is an integer."""


def table_of(
    shape: type[Aggregate],
    base: type[SQLModel],
    *,
    indexes: Iterable[str | tuple[str, ...]] = (),
    unique_live: tuple[str, ...] = (),
    added: tuple[str, ...] = (),
) -> type[Row]:
    """The table class of an aggregate, on the `base` of its service's tables.

    `indexes` names columns, or tuples of several. `unique_live` are columns whose values together no two have that
    are not archived. `added` are columns that a later migration added, in its order: they stand behind all others.
    """
    entry = entry_of(shape)
    single = {one for one in indexes if isinstance(one, str)}
    columns = _columns(entry.members.columns, single)
    if entry.members.searched:
        columns[SEARCH_TEXT] = (str, Field(sa_type=KEY))
    unknown = [name for name in (*single, *unique_live, *added) if name not in columns]
    if unknown:
        raise TypeError(f"{shape.__name__} has no columns {', '.join(unknown)}")
    columns |= {name: columns.pop(name) for name in added}
    constraints = [by_external_key(entry.name)]
    constraints += [UniqueConstraint(m.name) for m in entry.members if unique in m.marks]
    joint = [Index(None, *names) for names in indexes if not isinstance(names, str)]
    live = [unique_among_live(entry.name, *unique_live)] if unique_live else []

    def body(namespace: dict[str, Any]) -> None:
        namespace["__module__"] = base.__module__
        namespace["__doc__"] = f"The table of {entry.collection.replace('-', ' ')}."
        namespace["__tablename__"] = entry.name
        namespace["__table_args__"] = (*constraints, *joint, *live)
        namespace["__annotations__"] = {name: kind for name, (kind, _) in columns.items()}
        namespace |= {name: column for name, (_, column) in columns.items()}

    row_class = new_class(f"{shape.__name__}Row", (Row, base), {"table": True}, body)
    return cast(type[Row], row_class)


def _columns(members: Iterable[Member], indexed: set[str]) -> dict[str, tuple[Any, Any]]:
    """Column -> its annotation and field: the members, then the sort keys."""
    members = tuple(members)
    columns: dict[str, tuple[Any, Any]] = {}
    for member in members:
        assert member.kind is not None
        column = Field(sa_type=_TYPES.get(member.kind, BigInteger), index=member.name in indexed)
        columns[member.name] = (_annotation(member), column)
    for member in members:
        if member.has_sort_key:
            columns[member.name + SORT] = (str | None if member.nullable else str, Field(sa_type=KEY))
    return columns


def _annotation(member: Member) -> Any:
    """What the column holds, in Python."""
    kind: Any = str if member.kind in _TYPES else int
    return kind | None if member.nullable else kind
