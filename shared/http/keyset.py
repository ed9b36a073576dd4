"""Keyset paging over any query: conditions, sorts with their expressions, and the signed cursor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.base.text import MOST_WORDS, words
from shared.base.texts import Text
from shared.contracts.members import Kind
from shared.http import cursor, paging, parameters
from shared.http.call import Call
from shared.store import Store, search
from shared.store.columns import SEARCH_TEXT


@dataclass(frozen=True)
class Part:
    """Rows whose value follows from a column with an index: it is `column` less `less`, and `condition` says of which.

    A value that turns with the day is so sorted by an index: the parts of a sort are read side by side.
    """

    column: str
    condition: str
    less: str = "0"
    """SQL of an integer."""


@dataclass(frozen=True)
class Sort:
    """What a list can be sorted by. Values that are unknown come last, whichever way the others go."""

    sql: str
    text: bool = False
    nullable: bool = True
    within: str | None = None
    """SQL of a text that says which values are comparable, such as an amount's currency: it orders first."""
    indexed: bool = False
    """Whether (sql, id), or (within, sql, id), is an index: known values and unknown ones are then read as two ranges."""
    parts: tuple[Part, ...] = ()
    """Where the known values stand in indices, if `sql` is none itself: each part is a range beside the others."""

    def keys(self, down: bool) -> list[tuple[str, bool]]:
        """(SQL without nulls, descending), as the rows are ordered."""
        if not self.nullable:
            return [(self.sql, down)]
        within = [(f"COALESCE({self.within}, '')", down)] if self.within else []
        unknown = f"CASE WHEN {self.sql} IS NULL THEN 1 ELSE 0 END"
        return [(unknown, False), *within, (f"COALESCE({self.sql}, {self.lowest})", down)]

    @property
    def lowest(self) -> str:
        """SQL of what stands for an unknown value in a cursor."""
        return "''" if self.text else str(parameters.LOWEST_INTEGER)

    @property
    def is_split(self) -> bool:
        return self.indexed and self.nullable


@dataclass(frozen=True)
class Range:
    """Rows that are read in one order: `keys` are what a cursor remembers, `order` the SQL that an index serves."""

    keys: Sequence[str]
    order: Sequence[tuple[str, bool]]
    fixed: int = 0
    """How many of the keys are the same for every row of the range; they come first."""
    condition: str | None = None
    less: int = 0
    """What is subtracted of the first key that is not fixed, before a cursor remembers it."""
    is_beside: bool = False
    """Whether its rows stand among those of the range before it."""
    is_unserved: bool = False
    """Whether no index serves its order: it is read only where what comes before it does not fill the page."""

    def behind(self, last: Sequence[Any] | None) -> tuple[list[str], list[Any]]:
        """Conditions and parameters of the rows of the range that come after `last`."""
        conditions = [self.condition] if self.condition else []
        if last is None:
            return conditions, []
        values = list(last[self.fixed :])
        if self.less:
            values[0] += self.less
        after, params = cursor.after(self.order, values)
        return [*conditions, after], params


def ranges(first: Sort | None, order: Sequence[tuple[str, bool]], last: Sequence[Any] | None) -> list[Range]:
    """The ranges that a page after `last` may need, in their order.

    A list sorted first by a column that may be unknown has two ranges, known values and unknown ones. No index
    serves an order by an expression over the column. `order` starts with the keys of `Sort.keys` then. Unknown
    values have no order within anything.
    """
    keys = [key for key, _ in order]
    if first is not None and first.parts:
        return _ranges_of_parts(first, order, last)
    if first is None or not first.is_split:
        return [Range(keys, order)]
    compared = [first.within, first.sql] if first.within else [first.sql]
    own = len(compared) + 1
    down, rest = order[own - 1][1], order[own:]
    by = [(column, down) for column in compared]
    known_values = Range(["0", *compared, *keys[own:]], [*by, *rest], 1, f"{first.sql} IS NOT NULL")
    same = ["''"] * (own - 2)
    unknown_values = Range(
        ["1", *same, first.lowest, *keys[own:]],
        rest,
        own,
        f"{first.sql} IS NULL",
        is_unserved=first.within is not None,
    )
    return [known_values, unknown_values] if last is None or last[0] == 0 else [unknown_values]


def _ranges_of_parts(
    sort: Sort, order: Sequence[tuple[str, bool]], last: Sequence[Any] | None
) -> list[Range]:
    """A range for each part of the known values, side by side, and one of unknown values after them."""
    (_, down), *rest = order[1:]
    others = [key for key, _ in rest]
    range_of_unknown = Range(["1", sort.lowest, *others], rest, 2, f"{sort.sql} IS NULL", is_unserved=True)
    if last is not None and last[0] != 0:
        return [range_of_unknown]
    ranges_of_known = [
        Range(
            ["0", f"{part.column} - {part.less}", *others], [(part.column, down), *rest], 1, part.condition,
            less=int(part.less), is_beside=i > 0,
        )
        for i, part in enumerate(sort.parts)
    ]  # fmt: skip
    return [*ranges_of_known, range_of_unknown]


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
    indexed: frozenset[str] = frozenset()
    """Columns with which an index of the table starts."""
    equal: list[tuple[str, list[Any]]] = field(default_factory=list)
    """Of these, those that must have one of some values."""
    words: list[str] = field(default_factory=list)
    """What is searched for, in the search form."""
    is_long: bool = False
    """Whether a page may take longer than a millisecond: no index serves it. It is then read beside the event loop."""
    first: list[tuple[str, bool]] = field(default_factory=list)
    """(sort, descending) before those that the query names in `sort`."""
    searched: str | None = None
    """A table of the texts that each row ever had, by `id`: its index narrows a search, where the list's own has none."""

    def narrow(self, condition: str, *params: Any) -> None:
        self.where.append(condition)
        self.params.extend(params)

    def sort_first(self, name: str, sort: Sort, *, down: bool) -> None:
        """Sort by something that this list alone knows, before what its query names in `sort`."""
        self.sorts = {**self.sorts, name: sort}
        self.first.append((name, down))

    def any_of(self, column: str, values: Sequence[str] | None, kind: Kind) -> None:
        if values:
            read = [parameters.read_value(kind, value, column) for value in values]
            self.narrow(f"{column} IN ({', '.join('?' * len(values))})", *read)
            if column in self.indexed:
                self.equal.append((column, read))

    def search(self, text: str) -> None:
        """Rows that have every word of `text`, in any order; neither case nor accents matter."""
        looked_for = words(text)
        if len(looked_for) > MOST_WORDS:
            raise parameters.wrong("q", Text("at most {most_words} words", most_words=MOST_WORDS))
        for word in looked_for:
            self.narrow(f"{SEARCH_TEXT} LIKE ? ESCAPE '\\'", containing(word))
        self.words = looked_for

    def order(self, call: Call) -> list[tuple[str, bool]]:
        """(SQL without nulls, descending); the id last, in the direction of what goes before, as an index has it."""
        order = []
        for name, down in self._named_sorts(call):
            order.extend(self.sorts[name].keys(down))
        order = order or list(self.default)
        return [*order, (self.id, order[-1][1] if order else False)]

    def _named_sorts(self, call: Call) -> list[tuple[str, bool]]:
        """(sort, descending) as the query names them, in its order."""
        parts = [part for part in (call.one("sort") or "").split(",") if part]
        if len(parts) + len(self.first) > parameters.SORTED_BY:
            raise parameters.wrong(
                "sort", Text("at most {sorted_by} members", sorted_by=parameters.SORTED_BY)
            )
        names = [part.removeprefix("-") for part in parts]
        if not set(names) <= set(self.sorts):
            raise parameters.wrong("sort", Text("of {names}", names=", ".join(self.sorts)))
        return [
            *self.first,
            *((name, part.startswith("-")) for name, part in zip(names, parts, strict=True)),
        ]

    async def page(
        self, call: Call, columns: str, table: str, *, counted: bool = False
    ) -> paging.Page[tuple[Any, ...]]:
        """A page of rows of `columns`; where somebody wants that, `counted` by the statement that reads them, so that both
        tell of one moment."""
        order, limit, bound = self.order(call), parameters.limit_of(call), cursor.binding(call, self.bound_to)
        named, counted, last = self._named_sorts(call), counted or paging.wants_total(call), None
        if (text := call.one("cursor")) is not None:
            last = cursor.opened(call, text, bound)
            if len(last) != len(order):  # of a version that ordered otherwise
                raise parameters.wrong("cursor", "not a cursor of this list")
        await self._look_up(call.kernel.store, table)
        if call.kernel.store.dialect == "sqlite":
            await self._walk_for_many(call.kernel.store, table)
        parts = ranges(self.sorts[named[0][0]] if named else None, order, last)
        text, params = self.selected(parts, order, last, columns, table, limit + 1)
        if counted:
            text, params = (
                f"SELECT ({self._count(table)}), page.* FROM ({text}) page",
                [*self.params, *params],
            )
            text += _by([(f"key_{i}", down) for i, (_, down) in enumerate(order)])
        read = call.kernel.store.scan if self.is_long else call.kernel.store.fetch
        rows = await read(text, params)
        total = await self._total(call, table, rows) if counted else None
        following = None
        if len(rows) > limit:
            rows = rows[:limit]
            following = cursor.sealed(call, list(rows[-1][-len(order) :]), bound)
        first, end = int(counted), -len(order)
        return paging.Page([tuple(row[first:end]) for row in rows], following, total)

    async def _look_up(self, store: Store, table: str) -> None:
        """Have the words found by the index of `q`, where there is one and it leaves few rows."""
        searched = self.searched or table
        if searched not in store.searched_by_index:
            return
        rows = search.rows_with(self.words, store.dialect, searched)
        if rows is None:
            return
        if store.dialect == "sqlite" and await store.fetch(*search.too_many(self.words, searched)):
            return
        condition, params = rows
        if searched != table:
            condition = f"{self.id} IN (SELECT {self.id} FROM {searched} WHERE {condition})"
        self.narrow(condition, *params)

    async def _walk_for_many(self, store: Store, table: str) -> None:
        """Have a filter that leaves many rows applied along the order of the list, on SQLite.

        It has no statistics here: it would read all rows of the filter and sort them. The plus keeps it from that.
        """
        for column, values in self.equal:
            marks = ", ".join("?" * len(values))
            text = f"SELECT 1 FROM {table} WHERE {column} IN ({marks}) LIMIT 1 OFFSET {search.MOST_ROWS}"
            if await store.fetch(text, values):
                place = self.where.index(f"{column} IN ({marks})")
                self.where[place] = f"+{column} IN ({marks})"

    def selected(
        self,
        parts: Sequence[Range],
        order: Sequence[tuple[str, bool]],
        last: Sequence[Any] | None,
        columns: str,
        table: str,
        count: int,
    ) -> tuple[str, list[Any]]:
        """The first `count` rows after `last`, with their keys as `key_0`, `key_1`, …, and the parameters."""
        texts, params = list[str](), list[Any]()
        before, before_params = list[str](), list[Any]()
        for i, part in enumerate(parts):
            starts = last if i == 0 or part.is_beside else None
            conditions, more = part.behind(starts)
            keys = ", ".join(f"{key} AS key_{n}" for n, key in enumerate(part.keys))
            conditions, more = [*self.where, *conditions], [*self.params, *more]
            rows, most = f" FROM {table}{_where(conditions)}", str(count)
            if part.is_unserved and i:  # as many as are missing: nothing is read where none is
                filled = " UNION ALL ".join(before)
                most = (
                    f"(SELECT {count} - COUNT(*) FROM (SELECT 1 FROM ({filled}) ranges LIMIT {count}) filled)"
                )
                more = [*more, *before_params]
            texts.append(f"SELECT {columns}, {keys}{rows}{_by(part.order)} LIMIT {most}")
            params += more
            before.append(f"SELECT * FROM (SELECT 1{rows} LIMIT {count}) range_{i}")
            before_params += more
        if len(texts) == 1:
            return texts[0], params
        united = " UNION ALL ".join(f"SELECT * FROM ({text}) range_{i}" for i, text in enumerate(texts))
        whole = _by([(f"key_{i}", down) for i, (_, down) in enumerate(order)])
        return f"SELECT * FROM ({united}) ranges{whole} LIMIT {count}", params

    async def _total(self, call: Call, table: str, rows: Sequence[tuple[Any, ...]]) -> int:
        """As counted beside the rows; behind the last of them there is no row to count beside."""
        counted = rows or await call.kernel.store.fetch(self._count(table), self.params)
        return int(counted[0][0])

    def _count(self, table: str) -> str:
        return f"SELECT COUNT(*) FROM {table}{_where(self.where)}"


def _by(order: Sequence[tuple[str, bool]]) -> str:
    return f" ORDER BY {', '.join(f'{key} DESC' if down else key for key, down in order)}"


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def containing(text: str) -> str:
    """A LIKE pattern for texts that contain `text`, whatever signs it holds."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
