"""Fills the columns of `shared.base.text` in the rows that a store has already: no database folds text as Portolan does.

A migration that adds such columns, or follows a change of the folding, calls this between adding and requiring them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from shared.base.text import search_text, sort_key

ROWS = 1_000
"""Read and written at once."""


def fill(
    connection: sa.Connection,
    table: str,
    sorts: Mapping[str, str],
    searched: Sequence[str],
    key: Sequence[str] = ("id",),
) -> None:
    """Sort keys of `sorts` (column -> the column it is made of) and the search text of `searched`, row by row.

    `key` names the columns of the primary key, in the order in which the rows are walked.
    """
    made = [*sorts, "search_text"]
    read = list(dict.fromkeys([*sorts.values(), *searched]))
    columns: dict[str, sa.ColumnClause[Any]] = {name: sa.column(name) for name in (*key, *read, *made)}
    rows = sa.table(table, *columns.values())
    keys = [columns[name] for name in key]
    change = (
        sa.update(rows)
        .where(*(columns[name] == sa.bindparam(f"key_{name}") for name in key))
        .values({name: sa.bindparam(f"made_{name}") for name in made})
    )
    last: Sequence[object] | None = None
    while True:
        query = sa.select(*keys, *(columns[name] for name in read)).order_by(*keys).limit(ROWS)
        if last is not None:
            query = query.where(sa.tuple_(*keys) > sa.tuple_(*(sa.literal(value) for value in last)))
        page = connection.execute(query).all()
        if not page:
            return
        connection.execute(change, [_values(dict(row._mapping), key, sorts, searched) for row in page])
        last = page[-1][: len(key)]


def _values(
    row: Mapping[str, str], key: Sequence[str], sorts: Mapping[str, str], searched: Sequence[str]
) -> dict[str, object]:
    return {
        **{f"key_{name}": row[name] for name in key},
        **{f"made_{name}": sort_key(row[of]) for name, of in sorts.items()},
        "made_search_text": search_text(row[name] for name in searched),
    }
