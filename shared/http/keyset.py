"""Keyset paging over any query: conditions, sorts with their expressions, and the signed cursor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.http import listing, paging
from shared.http.call import Call


@dataclass
class Keyset:
    """Rows of a table narrowed, sorted and paged. `sorts` maps public names to SQL; `id` breaks ties."""

    id: str
    sorts: Mapping[str, str]
    texts: frozenset[str]
    bound_to: str
    default: Sequence[tuple[str, bool]] = ()
    """(SQL without nulls, descending): the order where none is asked for."""
    where: list[str] = field(default_factory=list)
    params: list[Any] = field(default_factory=list)
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Sort -> the text that tells which values compare at all, such as an amount's currency: it orders first."""

    def narrow(self, condition: str, *params: Any) -> None:
        self.where.append(condition)
        self.params.extend(params)

    def any_of(self, column: str, values: Sequence[str] | None, kind: listing.Kind) -> None:
        if values:
            self.narrow(f"{column} IN ({', '.join('?' * len(values))})")
            self.params.extend(listing.read_value(kind, value, column) for value in values)

    def search(self, text: str, columns: Sequence[str]) -> None:
        self.narrow("(" + " OR ".join(f"lower({c}) LIKE ? ESCAPE '\\'" for c in columns) + ")")
        self.params.extend([listing.containing(text)] * len(columns))

    def order(self, call: Call) -> list[tuple[str, bool]]:
        """(SQL without nulls, descending), the id last."""
        order = []
        asked = [part for part in (call.one("sort") or "").split(",") if part]
        if len(asked) > listing.SORTED_BY:
            raise listing.wrong("sort", f"at most {listing.SORTED_BY} members")
        for part in asked:
            name = part.removeprefix("-")
            if name not in self.sorts:
                raise listing.wrong("sort", f"of {', '.join(self.sorts)}")
            if name in self.kinds:
                order.append((f"COALESCE({self.kinds[name]}, '')", part.startswith("-")))
            lowest = "''" if name in self.texts else str(listing.LOWEST_INTEGER)
            order.append((f"COALESCE({self.sorts[name]}, {lowest})", part.startswith("-")))
        return [*(order or self.default), (self.id, False)]

    async def page(self, call: Call, columns: str, table: str) -> paging.Page[tuple[Any, ...]]:
        """A page of rows of `columns`; counted by the statement that reads them, so that both tell of one moment."""
        order, limit, bound = self.order(call), listing.limit_of(call), listing.binding(call, self.bound_to)
        where, params, counted = list(self.where), list(self.params), paging.wants_total(call)
        if (cursor := call.one("cursor")) is not None:
            condition, more = listing.after(order, listing.opened(call, cursor, bound))
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
            following = listing.sealed(call, list(rows[-1][-len(order) :]), bound)
        return paging.Page([row[1 : -len(order)] for row in rows], following, total)

    async def _total(self, call: Call, table: str, rows: Sequence[tuple[Any, ...]]) -> int:
        """As counted beside the rows; behind the last of them there is no row to count beside."""
        counted = rows or await call.kernel.store.fetch(self._count(table), self.params)
        return int(counted[0][0])

    def _count(self, table: str) -> str:
        return f"SELECT COUNT(*) FROM {table}{_where(self.where)}"


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""
