"""What a caller sees, as SQL: a condition on the columns that name the nodes in which a row lies."""

from collections.abc import Sequence

from shared.domain.access.grants import VALUES, as_values
from shared.domain.access.rights import Sight
from shared.store.columns import Mirror

Condition = tuple[str, list[str]]
"""SQL and its parameters."""

NOTHING: Condition = ("1 = 0", [])


def visible(sight: Sight, columns: Sequence[str], dialect: str) -> Condition | None:
    """The rows that are seen, by columns with the ids of nodes, the nearest first; None where all are.

    A row whose columns are all empty lies in the instance.
    """
    if sight.is_everything:
        return None
    values = VALUES[dialect]
    if sight.only is None:
        if not columns:
            return None
        hidden = as_values(sight.hidden)
        parts = [f"({column} IS NULL OR {column} NOT IN ({values}))" for column in columns]
        return " AND ".join(parts), [hidden] * len(parts)
    if not columns or not sight.only:
        return NOTHING
    values_seen, [first, *others] = as_values(sight.only), columns
    lies_in = f"COALESCE({', '.join(columns)})" if others else first
    parts = [
        f"{lies_in} IN ({values})",
        *(f"({column} IS NULL OR {column} IN ({values}))" for column in columns if others),
    ]
    return " AND ".join(parts), [values_seen] * len(parts)


def rows_seen(sight: Sight, mirror: Mirror, dialect: str) -> Condition | None:
    """The same of the table of an aggregate."""
    return visible(sight, mirror.entry.scope, dialect)
