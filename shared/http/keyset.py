"""Keyset paging over any query: conditions, sorts with their expressions, and the signed cursor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.base.text import MOST_WORDS, words
from shared.contracts.members import Kind
from shared.http import cursor, paging, parameters
from shared.http.call import Call
from shared.store.columns import SEARCH_TEXT


@dataclass(frozen=True)
class Sort:
    """What a list can be sorted by. Values that are unknown come last, whichever way the others go."""

    sql: str
    text: bool = False
    nullable: bool = True
    within: str | None = None
    """SQL of a text that tells which values compare at all, such as an amount's currency: it orders first."""

    def keys(self, down: bool) -> list[tuple[str, bool]]:
        """(SQL without nulls, descending), as the rows are ordered."""
        if not self.nullable:
            return [(self.sql, down)]
        lowest = "''" if self.text else str(parameters.LOWEST_INTEGER)
        within = [(f"COALESCE({self.within}, '')", down)] if self.within else []
        unknown = f"CASE WHEN {self.sql} IS NULL THEN 1 ELSE 0 END"
        return [(unknown, False), *within, (f"COALESCE({self.sql}, {lowest})", down)]


@dataclass
class Keyset:
    """Rows of a table narrowed, sorted and paged. `sorts` are named as the public names them; `id` breaks ties."""

    id: str
    sorts: Mapping[str, Sort]
    bound_to: str
    default: Sequence[tuple[str, bool]] = ()
    """(SQL without nulls, descending): the order where none is asked for."""
    where: list[str] = field(default_factory=list)
    params: list[Any] = field(default_factory=list)

    def narrow(self, condition: str, *params: Any) -> None:
        self.where.append(condition)
        self.params.extend(params)

    def any_of(self, column: str, values: Sequence[str] | None, kind: Kind) -> None:
        if values:
            self.narrow(f"{column} IN ({', '.join('?' * len(values))})")
            self.params.extend(parameters.read_value(kind, value, column) for value in values)

    def search(self, asked: str) -> None:
        """Rows that have every word of `asked`, in any order; neither case nor accents matter."""
        looked_for = words(asked)
        if len(looked_for) > MOST_WORDS:
            raise parameters.wrong("q", f"at most {MOST_WORDS} words")
        for word in looked_for:
            self.narrow(f"{SEARCH_TEXT} LIKE ? ESCAPE '\\'", containing(word))

    def order(self, call: Call) -> list[tuple[str, bool]]:
        """(SQL without nulls, descending), the id last."""
        order = []
        asked = [part for part in (call.one("sort") or "").split(",") if part]
        if len(asked) > parameters.SORTED_BY:
            raise parameters.wrong("sort", f"at most {parameters.SORTED_BY} members")
        for part in asked:
            name = part.removeprefix("-")
            if name not in self.sorts:
                raise parameters.wrong("sort", f"of {', '.join(self.sorts)}")
            order.extend(self.sorts[name].keys(part.startswith("-")))
        return [*(order or self.default), (self.id, False)]

    async def page(self, call: Call, columns: str, table: str) -> paging.Page[tuple[Any, ...]]:
        """A page of rows of `columns`; counted by the statement that reads them, so that both tell of one moment."""
        order, limit, bound = self.order(call), parameters.limit_of(call), cursor.binding(call, self.bound_to)
        where, params, counted = list(self.where), list(self.params), paging.wants_total(call)
        if (text := call.one("cursor")) is not None:
            last = cursor.opened(call, text, bound)
            if len(last) != len(order):  # of a version that ordered otherwise
                raise parameters.wrong("cursor", "not a cursor of this list")
            condition, more = cursor.after(order, last)
            where.append(condition)
            params.extend(more)
        count, first = (f"({self._count(table)})", self.params) if counted else ("NULL", [])
        keys = ", ".join(key for key, _ in order)
        by = ", ".join(f"{key} {'DESC' if down else 'ASC'}" for key, down in order)
        text = (
            f"SELECT {count}, {columns}, {keys} FROM {table}{_where(where)} ORDER BY {by} LIMIT {limit + 1}"
        )
        rows = [tuple(row) for row in await call.kernel.store.fetch(text, [*first, *params])]
        total = await self._total(call, table, rows) if counted else None
        following = None
        if len(rows) > limit:
            rows = rows[:limit]
            following = cursor.sealed(call, list(rows[-1][-len(order) :]), bound)
        return paging.Page([row[1 : -len(order)] for row in rows], following, total)

    async def _total(self, call: Call, table: str, rows: Sequence[tuple[Any, ...]]) -> int:
        """As counted beside the rows; behind the last of them there is no row to count beside."""
        counted = rows or await call.kernel.store.fetch(self._count(table), self.params)
        return int(counted[0][0])

    def _count(self, table: str) -> str:
        return f"SELECT COUNT(*) FROM {table}{_where(self.where)}"


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def containing(text: str) -> str:
    """A LIKE pattern for texts that contain `text`, whatever signs it holds."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
