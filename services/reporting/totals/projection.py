"""What a batch of events adds to the sums of portfolios: what its rows of figures count now, less what they counted.

Nothing is summed again. Only where a portfolio's thresholds change, its projects are judged anew. Sums are added to, so
what a fold relied on must still stand when it commits: two replicas may not write figures of one partition at once, and
none may count by thresholds that another one is changing (`totals_clock`, `figures_turn`).
"""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import add
from typing import Any

from services.reporting.asof import today
from services.reporting.figures.projection import day_of
from services.reporting.figures.rows import Rewritten, Valid, valid_rows
from services.reporting.history.projection import Version
from services.reporting.totals import limits
from services.reporting.totals.contributions import MEASURES, Cell, Differences, count_row
from shared.domain.work import Work
from shared.messaging.bus import Record

BLOCK = 32
"""Days whose differences are added up in one row as well."""
PAGE = 2_000
"""Rows of figures that are judged anew at a time."""

_CELL = Cell._fields
_KEY = ("span", "starts", *_CELL)


def _adding(table: str, more: str) -> str:
    return ", ".join(f"{m} = {table}.{m} + excluded.{m}" for m in MEASURES) + more


ADD = (
    f"INSERT INTO portfolio_difference ({', '.join((*_KEY, *MEASURES))})"
    f" VALUES ({', '.join('?' * len((*_KEY, *MEASURES)))})"
    f" ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET {_adding('portfolio_difference', '')}"
)
ADD_TYPES = ("bigint", "bigint", "text", "text", "text", "text", "bigint", *("bigint" for _ in MEASURES))

_CHANGES = "(SELECT changes FROM totals_clock WHERE id = 1)"
_STANDING = (
    f" ON CONFLICT ({', '.join(_CELL)}) DO UPDATE SET "
    f"{_adding('portfolio_standing', ', changed = excluded.changed')}"
)
STAND = (
    f"INSERT INTO portfolio_standing ({', '.join((*_CELL, *MEASURES))}, changed)"
    f" VALUES ({', '.join('?' * len((*_CELL, *MEASURES)))}, {_CHANGES}){_STANDING}"
)
ADVANCE = (
    f"INSERT INTO portfolio_standing ({', '.join((*_CELL, *MEASURES))}, changed)"
    f" SELECT {', '.join(_CELL)}, {', '.join(f'SUM({m})' for m in MEASURES)}, {_CHANGES}"
    f" FROM portfolio_difference WHERE span = 1 AND starts > ? AND starts <= ? GROUP BY {', '.join(_CELL)}"
    f"{_STANDING}"
)
"""Bring the standing sums to a later day: the differences of the days between are added."""

CLOCK = "SELECT day, changes, limits, portfolios FROM totals_clock WHERE id = 1"
BEGIN = "INSERT INTO totals_clock (id, day, changes, limits, portfolios) VALUES (1, ?, 1, ?, ?) ON CONFLICT (id) DO NOTHING"
TICK = (
    "UPDATE totals_clock SET day = ?, changes = changes + 1, limits = limits + ?, portfolios = portfolios + ?"
    " WHERE id = 1 AND day = ? AND limits = ?"
)
TICK_ALONE = f"{TICK} AND changes = ?"
"""The same, refused where any fold was committed meanwhile."""

TURNS = "SELECT partition, folds FROM figures_turn WHERE partition IN ({marks})"
FIRST_TURN = "INSERT INTO figures_turn (partition, folds) VALUES (?, 1) ON CONFLICT (partition) DO NOTHING"
NEXT_TURN = "UPDATE figures_turn SET folds = folds + 1 WHERE partition = ? AND folds = ?"


@dataclass(frozen=True, slots=True)
class Clock:
    """What is stored of the clock; `day` is None where nothing was folded yet."""

    day: int | None = None
    changes: int = 0
    limits: int = 0
    portfolios: int = 0


@dataclass(slots=True)
class Fences:
    """What stood when the fold began: it is read before anything that the fold relies on."""

    clock: Clock = field(default_factory=Clock)
    folds: dict[int, int | None] = field(default_factory=dict)
    """Partition -> how often it was folded; None where it never was."""


async def begin(work: Work, records: Sequence[Record]) -> Fences:
    """What has to stand still until the commit of the batch."""
    partitions = sorted({record.partition for record in records})
    rows = await work.store.fetch(TURNS.format(marks=", ".join("?" * len(partitions))), partitions)
    folds: dict[int, int | None] = dict.fromkeys(partitions)
    folds.update((partition, count) for partition, count in rows)
    return Fences(await clock_of(work), folds)


async def clock_of(work: Work) -> Clock:
    rows = await work.store.fetch(CLOCK)
    return Clock(*rows[0]) if rows else Clock()


async def fold(work: Work, versions: Sequence[Version], rewritten: Rewritten, fences: Fences) -> None:
    """Stage what the batch adds to the sums."""
    portfolios = limits.of_portfolios(versions)
    if not rewritten and not portfolios:
        return
    _hold_turns(work, fences)
    changed = await _changed_limits(work, portfolios)
    differences = await _differences(work, rewritten, changed)
    if not differences and not portfolios:
        return
    day = max(fences.clock.day or 0, today(work.settings))
    _hold_clock(work, fences.clock, day, bool(changed), len(portfolios))
    rows = sorted((starts, *cell, *sums) for (starts, cell), sums in differences.items() if any(sums))
    if rows:
        work.add_statement(ADD, _with_blocks(rows), types=ADD_TYPES)
    if standing := _standing(rows, day):
        work.add_statement(STAND, standing)
    limit_rows = [
        (id, *stored)
        for id, change in sorted(changed.items())
        for stored in change.course.stored
        if stored[1] > change.last_version
    ]
    if limit_rows:
        work.add_statement(limits.WRITE, limit_rows)


def _hold_turns(work: Work, fences: Fences) -> None:
    first = [(partition,) for partition, count in fences.folds.items() if count is None]
    following = [(partition, count) for partition, count in fences.folds.items() if count is not None]
    if first:
        work.add_statement(FIRST_TURN, first, expect=len(first))
    if following:
        work.add_statement(NEXT_TURN, following, expect=len(following))


def _hold_clock(work: Work, clock: Clock, day: int, has_new_limits: bool, portfolios: int) -> None:
    """From here to the commit no other fold adds to the sums: what is counted is counted in one order."""
    if clock.day is None:
        work.add_statement(BEGIN, [(day, int(has_new_limits), portfolios)], expect=1)
        return
    row = (day, int(has_new_limits), portfolios, clock.day, clock.limits)
    if has_new_limits:
        work.add_statement(TICK_ALONE, [(*row, clock.changes)], expect=1)
    else:
        work.add_statement(TICK, [row], expect=1)
    if day > clock.day:
        work.add_statement(ADVANCE, [(clock.day, day)])


@dataclass(slots=True)
class Change:
    """The thresholds of a portfolio by day: as they were, as they are from now on, and from which day they differ."""

    before: limits.Timeline
    course: limits.Course
    since: int
    last_version: int
    """The last version whose thresholds are stored."""


Changed = Mapping[str, Change]


async def _changed_limits(work: Work, versions: Sequence[Version]) -> Changed:
    stored = await limits.courses(work, {version.aggregate_id for version in versions})
    changed: dict[str, Change] = {}
    for version in sorted(versions, key=lambda v: v.version):
        id = version.aggregate_id
        course = stored.setdefault(id, limits.Course())
        before, last_version = course.timeline(), course.version
        day = day_of(version.effective_at, work.settings)
        if course.take(day, version.version, limits.text_in(version.state)):
            change = changed.setdefault(id, Change(before, course, day, last_version))
            change.since = min(change.since, day)
    return changed


async def _differences(work: Work, rewritten: Rewritten, changed: Changed) -> Differences:
    before, after = rewritten.before, rewritten.after
    ids = {id for row in chain(before, after) if (id := row.counted.portfolio_id) and id not in changed}
    timelines = {id: course.timeline() for id, course in (await limits.courses(work, ids)).items()}
    old = timelines | {id: change.before for id, change in changed.items()}
    new = timelines | {id: change.course.timeline() for id, change in changed.items()}
    differences: Differences = {}
    removed_rows, added_rows = _unlike(before, after, changed)
    for row in removed_rows:
        count_row(differences, row, old.get(row.counted.portfolio_id or "", ()), -1)
    for row in added_rows:
        count_row(differences, row, new.get(row.counted.portfolio_id or "", ()))
    replaced = {(row.project_id, row.from_day) for row in before}
    for id, change in sorted(changed.items()):
        async for row in _rows_of(work, id, change.since):
            if (row.project_id, row.from_day) not in replaced:
                count_row(differences, row, old[id], -1)
                count_row(differences, row, new[id])
    return differences


def _unlike(
    before: Sequence[Valid], after: Sequence[Valid], changed: Collection[str]
) -> tuple[list[Valid], list[Valid]]:
    """What rows count no more, and what they count now. Of a row that only ends on another day, that is what lies
    between the two days."""
    there = {(row.project_id, row.from_day): row for row in before}
    removed_rows, added_rows = [], []
    for row in after:
        old = there.pop((row.project_id, row.from_day), None)
        if old is None:
            added_rows.append(row)
        elif old.counted != row.counted or row.counted.portfolio_id in changed:
            removed_rows.append(old)
            added_rows.append(row)
        elif row.until_day < old.until_day:
            removed_rows.append(old._replace(from_day=row.until_day + 1))
        elif row.until_day > old.until_day:
            added_rows.append(row._replace(from_day=old.until_day + 1))
    return [*removed_rows, *there.values()], added_rows


async def _rows_of(work: Work, portfolio_id: str, since: int) -> AsyncIterator[Valid]:
    """The rows of figures of the portfolio's projects that are valid on a day or later, a page at a time."""
    reached: tuple[str, int] = ("", 0)
    while True:
        rows = await valid_rows(
            work.store,
            "portfolio_id = ? AND until_day >= ? AND (project_id, from_day) > (?, ?)"
            f" ORDER BY portfolio_id, project_id, from_day LIMIT {PAGE}",
            (portfolio_id, since, *reached),
        )
        for row in rows:
            yield row
        if len(rows) < PAGE:
            return
        reached = (rows[-1].project_id, rows[-1].from_day)


def _with_blocks(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows of days, and those of the blocks in which the days lie."""
    blocks: dict[tuple[Any, ...], list[int]] = {}
    width = len(_CELL) + 1
    for row in rows:
        key = (row[0] - row[0] % BLOCK, *row[1:width])
        _add(blocks, key, row[width:])
    return [
        *((1, *row) for row in rows),
        *((BLOCK, *key, *sums) for key, sums in sorted(blocks.items()) if any(sums)),
    ]


def _standing(rows: Iterable[tuple[Any, ...]], day: int) -> list[tuple[Any, ...]]:
    """What the rows add to the sums of a day."""
    cells: dict[tuple[Any, ...], list[int]] = {}
    width = len(_CELL) + 1
    for row in rows:
        if row[0] <= day:
            _add(cells, row[1:width], row[width:])
    return [(*cell, *sums) for cell, sums in sorted(cells.items()) if any(sums)]


def _add(sums: dict[tuple[Any, ...], list[int]], key: tuple[Any, ...], row: Sequence[int]) -> None:
    there = sums.get(key)
    sums[key] = list(row) if there is None else list(map(add, there, row))
