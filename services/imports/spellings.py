"""Columns of published records by any of the names under which they were published."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.imports.tables.table import Table, UnreadableTable
from shared.base.texts import Text


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a record, by the name that an import calls it; `spellings` are its others, without regard to case and
    marks."""

    name: str
    spellings: tuple[str, ...] = ()
    needed: bool = True


def plain_name(name: str) -> str:
    """`Lifecycle Cost  ($ M)` and `lifecycle_cost_m` are one name; a percentage is something else than an amount."""
    return " ".join(re.findall(r"[^\W_]+|%", name.casefold()))


def names_in(table: Table, columns: Iterable[Column]) -> dict[str, str]:
    """Name of a column -> what the file calls it; those that are not there are left out.

    Raises UnreadableTable where one that is needed is missing, or where one stands there twice.
    """
    by_plain_name: dict[str, list[str]] = {}
    for own_name in table.columns:
        by_plain_name.setdefault(plain_name(without_number(own_name, table.columns)), []).append(own_name)
    names = {}
    missing, repeated = [], []
    for column in columns:
        own_names = [
            own for spelling in (column.name, *column.spellings) for own in by_plain_name.get(plain_name(spelling), ())
        ]  # fmt: skip
        if len(own_names) > 1:
            repeated.append(without_number(own_names[0], table.columns))
        elif own_names:
            names[column.name] = own_names[0]
        elif column.needed:
            missing.append(column.name)
    if missing:
        reason = Text("{file} lacks the columns {columns}", file=table.file, columns=", ".join(missing))
        raise UnreadableTable("columns_missing", reason)
    if repeated:
        reason = Text("{file} has the columns {columns} more than once", file=table.file, columns=", ".join(repeated))  # fmt: skip
        raise UnreadableTable("columns_repeated", reason)
    return names


def without_number(name: str, names: Sequence[str]) -> str:
    """Of a second column `Cost`, which a table calls `Cost (2)`, the name in the file."""
    match = re.fullmatch(r"(.+) \([0-9]+\)", name)
    return match[1] if match and match[1] in names else name
