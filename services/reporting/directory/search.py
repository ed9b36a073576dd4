"""What is found for some words, in the order in which people look for it: live before archived, and of each an exact key,
a code that begins so, a name, a key in another system, and whatever has all the words.

Each of these is a step. Where few rows are found, they are read at once and sorted. Where many are, each step is read along
an index until the page is full. Both give the same rows in the same order, and neither grows with what is found.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from services.reporting.directory.sight import Condition, visible_rows
from shared.base.text import KEY_LENGTH, MOST_WORDS, folded, words
from shared.base.texts import Text
from shared.domain.access.rights import Rights
from shared.http.parameters import wrong
from shared.store import Store, search

TABLE = "directory"
FEW = 2_000
"""So many hits are sorted; of more the first ones are read along an index."""
MOST_OF_INDEX = 10_000
"""SQLite reads rows of the index of `q` one by one: above this a scan of the table is faster."""
CONTAINS = {"sqlite": "instr", "postgresql": "strpos"}
TEXTS = ("d.search_text", "d.personal_text")
HIT = ("aggregate_id", "kind", "name", "code", "state", "archived", "scope")
COLUMNS = ", ".join(f"d.{column}" for column in HIT)
BEYOND = "\U0010ffff"
"""After every text that goes on with another character."""


class Hit(NamedTuple):
    """An aggregate that was found."""

    aggregate_id: str
    kind: str
    name: str
    code: str | None
    state: str | None
    archived: int
    scope: str | None


Place = tuple[int, str, str]
"""Where a page ended: the step, and the key and the id of its last row."""


@dataclass(frozen=True)
class Step:
    """Rows that are found in one way, and the column that orders them."""

    order: str
    condition: str
    params: Sequence[Any]


@dataclass(frozen=True)
class Question:
    """What somebody looks for, and what of it they see."""

    text: str
    """In the search form."""
    words: Sequence[str]
    rights: Rights
    kind: str | None = None
    """Only of this kind."""
    ids: Sequence[str] = ()
    """Only of these."""

    def visible_rows(self, dialect: str) -> Condition:
        """The rows in question that the caller sees."""
        among = None if self.kind is None else (self.kind,)
        condition, params = visible_rows(self.rights, dialect, among=among)
        if self.kind is not None:
            condition, params = f"d.kind = ? AND {condition}", [self.kind, *params]
        if self.ids:
            marks = ", ".join("?" * len(self.ids))
            condition, params = f"d.aggregate_id IN ({marks}) AND {condition}", [*self.ids, *params]
        return condition, params

    def keys(self) -> list[Step]:
        """The steps of what is found by its key or by the beginning of its name."""
        within = (self.text, self.text + BEYOND)
        return [
            Step("code_key", "d.code_key = ?", (self.text,)),
            Step("external_key", "d.external_key = ?", (self.text,)),
            Step("code_key", "d.code_key >= ? AND d.code_key < ?", within),
            Step("name_key", "d.name_key >= ? AND d.name_key < ?", within),
            Step("external_key", "d.external_key >= ? AND d.external_key < ?", within),
        ]


def question_of(text: str, rights: Rights, kind: str | None = None, ids: Sequence[str] = ()) -> Question:
    """Refused (400) where it has too many words."""
    looked_for = words(text)
    if len(looked_for) > MOST_WORDS:
        raise wrong("q", Text("at most {most_words} words", most_words=MOST_WORDS))
    return Question(folded(text)[:KEY_LENGTH], looked_for, rights, kind, ids)


@dataclass(frozen=True)
class Search:
    """One question in one store."""

    store: Store
    question: Question
    having: Condition
    """The rows that have all the words."""
    counts: dict[str, int]
    """Kind -> how many are found of it, of all kinds."""

    @property
    def total(self) -> int:
        """How many are found of the kinds in question."""
        kind = self.question.kind
        return sum(self.counts.values()) if kind is None else self.counts.get(kind, 0)

    async def page(self, limit: int, after: Place | None = None) -> tuple[list[Hit], Place | None]:
        """At most `limit` hits behind a place, and the place of the last one where there are more."""
        read = self._sorted if self.total <= FEW else self._walked
        rows = await read(limit + 1, after) if self.total else []
        hits = [Hit(*row[2:]) for row in rows[:limit]]
        if len(rows) <= limit:
            return hits, None
        step, key, id, *_ = rows[limit - 1]
        return hits, (step, key, id)

    async def _sorted(self, count: int, after: Place | None) -> list[tuple[Any, ...]]:
        """(step, key, *hit) of few: all are read, and the first ones behind a place are taken."""
        steps, last = self.question.keys(), len(self.question.keys())
        step = " ".join(f"WHEN {one.condition} THEN {number}" for number, one in enumerate(steps))
        key = " ".join(f"WHEN {number} THEN {one.order}" for number, one in enumerate(steps))
        seen_rows, seen_params = self.question.visible_rows(self.store.dialect)
        rows = f"SELECT CASE {step} ELSE {last} END AS way, d.* FROM {TABLE} d WHERE {self.having[0]} AND {seen_rows}"
        keyed = (
            f"SELECT d.archived * {last + 1} + d.way AS step, CASE d.way {key} ELSE d.name_key END AS key, {COLUMNS}"
            f" FROM ({rows}) d"
        )
        params = [param for one in steps for param in one.params] + [*self.having[1], *seen_params]
        behind = ""
        if after is not None:
            behind, params = " WHERE (d.step, d.key, d.aggregate_id) > (?, ?, ?)", [*params, *after]
        text = f"SELECT * FROM ({keyed}) d{behind} ORDER BY d.step, d.key, d.aggregate_id LIMIT {count}"
        return await self.store.scan(text, params)

    async def _walked(self, count: int, after: Place | None) -> list[tuple[Any, ...]]:
        """The same of many: step by step, each along its index."""
        steps = [*self.question.keys(), Step("name_key", *self.having)]
        rows: list[tuple[Any, ...]] = []
        for number in range(2 * len(steps)):
            archived, own = divmod(number, len(steps))
            if len(rows) < count and (after is None or number >= after[0]):
                last = after if after is not None and number == after[0] else None
                text, params = self._step(archived, steps[own], steps[:own], last, count - len(rows))
                rows += [(number, *row) for row in await self.store.fetch(text, params)]
        return rows

    def _step(
        self, archived: int, step: Step, earlier: Sequence[Step], last: Place | None, count: int
    ) -> Condition:
        """(key, *hit) of the rows of one step that none of the earlier ones has."""
        seen_rows, params = self.question.visible_rows(self.store.dialect)
        conditions, params = [f"d.archived = {archived}", step.condition, seen_rows], [*step.params, *params]
        for other in earlier:
            conditions.append(f"COALESCE(NOT ({other.condition}), TRUE)")
            params += other.params
        if last is not None:
            conditions.append(f"(d.{step.order}, d.aggregate_id) > (?, ?)")
            params += last[1:]
        order = f"d.{step.order}, d.aggregate_id"
        where = " AND ".join(conditions)
        return (
            f"SELECT d.{step.order}, {COLUMNS} FROM {TABLE} d WHERE {where} ORDER BY {order} LIMIT {count}",
            params,
        )


async def search_for(store: Store, question: Question) -> Search:
    """What is found of each kind, by which its pages are read; nothing where there are no words."""
    having, params = await _having(store, question.words)
    condition, own = replace(question, kind=None).visible_rows(store.dialect)
    kind = "+d.kind" if store.dialect == "sqlite" else "d.kind"  # or it walks the index of kinds, row by row
    text = f"SELECT d.kind, COUNT(*) FROM {TABLE} d WHERE {having} AND {condition} GROUP BY {kind}"
    rows = await store.scan(text, [*params, *own]) if question.words else []
    counts = dict(sorted(rows, key=lambda row: (-row[1], row[0])))
    return Search(store, question, (having, params), counts)


async def _having(store: Store, looked_for: Sequence[str]) -> Condition:
    """The rows that have all the words, in the one of their two texts that is not empty."""
    if not looked_for:
        return "1 = 0", []
    open_text, personal_text = (_contains(store, column, looked_for) for column in TEXTS)
    params: list[Any] = [*looked_for, *looked_for]
    by_index = await _by_index(store, looked_for)
    if by_index is None:
        return f"({open_text} OR {personal_text})", params
    # each of the two by its own index: of conditions with OR, PostgreSQL would use none
    narrowed, own = by_index
    rows = f"SELECT d.aggregate_id FROM {TABLE} d WHERE"
    text = f"{rows} {narrowed} AND {open_text} UNION ALL {rows} d.personal_text <> '' AND {personal_text}"
    return f"d.aggregate_id IN ({text})", [*own, *params]


def _contains(store: Store, column: str, looked_for: Sequence[str]) -> str:
    return "(" + " AND ".join(f"{CONTAINS[store.dialect]}({column}, ?) > 0" for _ in looked_for) + ")"


async def _by_index(store: Store, looked_for: Sequence[str]) -> Condition | None:
    """The rows that the index of `q` leaves; None where it leaves many, or is not there."""
    if TABLE not in store.searched_by_index:
        return None
    rows = search.rows_with(looked_for, store.dialect, TABLE)
    if rows is None:
        return None
    if store.dialect == "sqlite":
        if await store.fetch(*search.too_many(looked_for, TABLE, MOST_OF_INDEX)):
            return None
        return f"d.{rows[0]}", rows[1]
    return rows
