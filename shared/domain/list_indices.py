"""The indices of a table's lists, made from what its lists offer: nothing that is offered scans the table.

An index over (column, id) serves an equality filter in the order of ids, a range, and a sort in both directions.
"""

from collections.abc import Iterator
from functools import cache

from sqlalchemy import Index, Table, UniqueConstraint

from shared.domain.filters import Filters
from shared.store.columns import SORT

ALWAYS = ("created_at", "updated_at")
"""What every list is sorted by, if it is asked to."""


def index_lists(table: Table, filters: Filters) -> None:
    """Add to `table` the indices of its lists that it lacks."""
    there = set(_first_columns(table))
    for column in dict.fromkeys((*_sorted(table, filters), *_equal(table, filters))):
        if (column, "id") not in there and not (column in filters.columns and (column,) in there):
            Index(None, table.columns[column], table.columns["id"])


@cache
def indexed_columns(table: Table) -> frozenset[str]:
    """The columns with which an index starts."""
    return frozenset(columns[0] for columns in _first_columns(table))


def _sorted(table: Table, filters: Filters) -> Iterator[str]:
    for member in (*filters.sorts, *ALWAYS):
        yield member + SORT if member + SORT in table.columns else member


def _equal(table: Table, filters: Filters) -> Iterator[str]:
    """Columns that are compared as a whole; one that has a sort key is found by that."""
    for member, kind in filters.columns.items():
        if kind in ("id", "code", "text") and member + SORT not in table.columns:
            yield member


def _first_columns(table: Table) -> Iterator[tuple[str, ...]]:
    """What the table's indices and unique constraints are over; partial ones do not count."""
    for index in table.indexes:
        if index.dialect_options["sqlite"]["where"] is None:
            yield tuple(column.name for column in index.columns)
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield tuple(column.name for column in constraint.columns)
