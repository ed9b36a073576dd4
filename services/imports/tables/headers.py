"""Where the names of the columns stand, if they stand anywhere: the first rows are compared with the rows below them.

A name differs in kind from what stands below it: words over numbers, over days, over codes such as P-0017. A row whose
cells are of the kinds of the cells below, or are repeated there, is data.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from statistics import median

from services.imports.tables import limits
from services.imports.tables.grids import Line, Merged, is_filled, letter_of
from services.imports.tables.periods import part_of_year, period_in
from services.imports.tables.table import Value

LOOKED_AT = 200
"""Filled lines of the beginning that are looked at."""
HIGHEST = 40
"""Filled lines among which the names stand."""
LONGEST_NAME = 200
SHORTEST_TITLE = 5
"""Characters of a title that is known again."""

_NUMBER = re.compile(
    r"[-+(−]?\s*[^\w\s.,+-]{0,2}\s*(?:[A-Z]{3}\s*)?[-+−]?\d[\d.,'’\s]*(?:%|[^\w\s]{1,2}|[A-Z]{3}|k|m)?\s*\)?-?"
)
_DAY = re.compile(r"\d{1,4}([-./])\d{1,2}\1\d{1,4}(?:[T ].*)?|\d{1,2}[-. ](?:[^\W\d]{3,9}\.?)[-. ]\d{2,4}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DIGITS = re.compile(r"[0-9]+")
_UNIT = re.compile(r"[^\W\d_]|[%€$£¥]")
WORDS = "words"


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns, and the lines that they stand in."""

    names: tuple[str, ...]
    """As far as there are names; an empty one where a column has none."""
    line: int
    """The line of the names; 0 where the file has none."""
    first_line: int
    last_line: int
    """Of two lines of names the first and the last; data begin behind it."""
    groups: tuple[str, ...] = ()
    """Of names over two lines those of the upper one, as they are joined; empty where there is none."""
    repeated: tuple[str, ...] = ()
    """The cells of the last line of names as they stand there: a later line that has the same is no data."""
    repeated_above: tuple[str, ...] = ()
    """The same of the line above it, where the names stand in two."""
    titles: frozenset[str] = frozenset()
    """What stands alone in lines above, without its numbers: a printed list has it again on each page."""


def header_of(sample: Sequence[Line], merged: Sequence[Merged], line: int | None = None) -> Header:
    """The header of a table by its first filled lines; `line` where it is known, 0 where there is none."""
    sample = sample[:LOOKED_AT]
    rows = [line.cells for line in sample]
    if line == 0:
        return Header((), 0, sample[0].number, sample[0].number - 1)
    if line is not None:
        place = next((i for i, one in enumerate(sample) if one.number == line), None)
    else:
        place = _place_of_names(rows, min(max(map(len, rows)), limits.COLUMNS))
    if place is not None:
        header = _with_names(sample, merged, place)
        above = (alone_in(one) for one in sample if one.number < header.first_line)
        return replace(header, titles=frozenset(text for text in above if len(text) >= SHORTEST_TITLE))
    widths = [_filled(row) for row in rows]
    begin = next(i for i, filled in enumerate(widths) if filled * 2 >= median(widths))
    return Header((), 0, sample[begin].number, sample[begin].number - 1)


def alone_in(line: Line) -> str:
    """What stands alone in a line, without its numbers; empty where several cells are filled, or none."""
    texts = [name_of(cell) for cell in line.cells if is_filled(cell)]
    return _DIGITS.sub("", texts[0]) if len(texts) == 1 else ""


def unique_names(cells: Sequence[Value]) -> tuple[str, ...]:
    """Of two columns `Cost` the second is `Cost (2)`, of those without a name the letter of a spreadsheet."""
    names: dict[str, None] = {}
    counts: Counter[str] = Counter()
    for i, cell in enumerate(cells):
        base = name_of(cell) or letter_of(i)
        counts[base] += 1
        name = base if counts[base] == 1 else f"{base} ({counts[base]})"
        while name in names:
            counts[base] += 1
            name = f"{base} ({counts[base]})"
        names[name] = None
    return tuple(names)


def name_of(cell: Value) -> str:
    """A cell as a name: one line, blanks single, not endless; a day as people write one."""
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    return " ".join(str(cell).replace("\ufeff", "").split())[:LONGEST_NAME] if cell is not None else ""


def kind_of(value: Value) -> str:
    """Of what kind a cell is: a number, a day, a mail address, a code (its letters and digits by kind), or words."""
    match value:
        case bool() | time() | timedelta():
            return type(value).__name__
        case date():
            return "day"
        case int() | float():
            return "number"
        case None:
            return ""
    text = value.strip()
    if not text:
        return ""
    if len(text) > 60:
        return WORDS
    if _DAY.fullmatch(text):
        return "day"
    if _NUMBER.fullmatch(text):
        return "number"
    if _MAIL.fullmatch(text):
        return "mail"
    if len(text) <= 40 and any(map(str.isdigit, text)):
        return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", text))
    return WORDS


def _place_of_names(rows: Sequence[Sequence[Value]], width: int) -> int | None:
    typical = median(map(_filled, rows))
    kinds = [[kind_of(_cell(row, i)) for i in range(width)] for row in rows]
    scores = {
        i: _resemblance(rows, kinds, i, width)
        for i in range(min(len(rows), HIGHEST))
        if _filled(rows[i]) * 2 >= typical
    }
    best = max(scores.values())
    if best <= 0:
        return None
    return min(i for i, score in scores.items() if score >= best - 0.1)


def _resemblance(
    rows: Sequence[Sequence[Value]], kinds: Sequence[Sequence[str]], place: int, width: int
) -> float:
    """How much a row looks like the names of what stands below it: above 0 like names, below 0 like data."""
    row = rows[place]
    periods, names = _periods(row), _names(row)
    lower = [i for i in range(place + 1, min(len(rows), place + 80)) if _names(rows[i]) != names]
    score = 0.0
    for column in range(width):
        value, kind = _cell(row, column), kinds[place][column]
        below = Counter(k for k in (kinds[i][column] for i in lower) if k)
        usual, count = below.most_common(1)[0] if below else ("", 0)
        clear = count * 2 > below.total()
        if not is_filled(value):
            score -= 0.5 if below else 0.0
        elif column in periods and not _are_periods(_cell(rows[i], column) for i in lower):
            score += 0.3
        elif kind != WORDS and (not clear or kind == usual):
            score -= 1.0
        elif clear and usual not in (WORDS, kind):
            score += 1.0
        elif any(_cell(rows[i], column) == value for i in lower):
            score -= 1.0
        else:
            score += 0.2 if len(str(value)) <= 60 else 0.0
    return score / width


def _periods(row: Sequence[Value]) -> set[int]:
    """The columns of years or days that follow each other, as a plan has them over its amounts."""
    values = [_period(value) for value in row]
    runs: set[int] = set()
    for i in range(1, len(values)):
        before, here = values[i - 1], values[i]
        if before and here and 0 < here - before <= (1 if before < 3000 else 367):
            runs |= {i - 1, i}
    return runs


def _are_periods(values: Iterable[Value]) -> bool:
    filled = [value for value in values if is_filled(value)]
    return sum(_period(value) is not None for value in filled) * 2 > len(filled)


def _period(value: Value) -> int | None:
    if isinstance(value, date):
        return value.toordinal()
    text = str(value).strip()
    return int(text) if re.fullmatch(r"(19|20)\d\d(\.0)?", text) else None


def _filled(row: Sequence[Value]) -> int:
    return sum(map(is_filled, row))


def _cell(row: Sequence[Value], column: int) -> Value:
    return row[column] if column < len(row) else None


def _with_names(sample: Sequence[Line], merged: Sequence[Merged], place: int) -> Header:
    """The names of a line, with those of the line above that group them, or of the line below that part them."""
    line = sample[place]
    above = sample[place - 1] if place and sample[place - 1].number == line.number - 1 else None
    below = (
        sample[place + 1] if place + 1 < len(sample) and sample[place + 1].number == line.number + 1 else None
    )
    width = len(line.cells)
    if above is not None and _groups(above, line, merged, width):
        upper = _spread(above, merged, width, to_next=not merged)
        names = _joined(upper, _spread(line, merged, width))
        lines = _names(line.cells), _names(above.cells)
        return Header(names, line.number, above.number, line.number, _names(upper), *lines)
    if below is not None:
        width = max(width, len(below.cells))
        if _parts(line, below, sample[place + 2 :], merged, width):
            upper = _spread(line, merged, width, to_next=not merged)
            lower = [_cell(below.cells, i) for i in range(width)]
            upper = [
                u if is_filled(_cell(line.cells, i)) or is_filled(lower[i]) else None
                for i, u in enumerate(upper)
            ]
            names = _joined(upper, lower)
            lines = _names(below.cells), _names(line.cells)
            return Header(names, line.number, line.number, below.number, _names(upper), *lines)
    names = _names(_spread(line, merged, len(line.cells)))
    return Header(names, line.number, line.number, line.number, repeated=_names(line.cells))


def _names(cells: Sequence[Value]) -> tuple[str, ...]:
    return tuple(map(name_of, cells))


def _groups(above: Line, names: Line, merged: Sequence[Merged], width: int) -> bool:
    """Whether a line names groups of the columns whose names stand below it: merged over some of them, or over empty
    cells with the same names below. A title over all of them is none."""
    cells = [_cell(above.cells, i) for i in range(width)]
    filled = [i for i, cell in enumerate(cells) if is_filled(cell)]
    if filled and _are_years_over_parts(cells, names):
        return True
    if not filled or not all(kind_of(cells[i]) == WORDS or i in _periods(cells) for i in filled):
        return False
    spans = [m for m in merged if m.top <= above.number <= m.bottom and m.left_edge in filled]
    if merged:
        return any(1 < m.right_edge - m.left_edge + 1 < width for m in spans)
    lower = [name_of(_cell(names.cells, i)) for i in range(width)]
    repeated = any(count > 1 for name, count in Counter(lower).items() if name)
    parted = any(not lower[i] for i in filled) and any(not is_filled(cell) for cell in cells)
    if len(filled) < width and (len(filled) > 1 or filled[0] > 0) and (repeated or parted):
        return True
    return not merged and _stand_over_several(filled, lower)


def _stand_over_several(filled: Sequence[int], lower: Sequence[str]) -> bool:
    """Whether words stand over two names at least: those that begin beside the left edge over one or more, as a title does
    not; those at the left edge only where each of several does."""
    ends = [*filled[1:], max(i for i, name in enumerate(lower) if name) + 1] if any(lower) else []
    spans = (
        [sum(map(bool, lower[begin:end])) for begin, end in zip(filled, ends, strict=True)] if ends else []
    )
    if not spans or not all(spans) or not all(lower[filled[0] :][: sum(spans)]):
        return False
    return any(span > 1 for span in spans) if filled[0] else len(spans) > 1 and min(spans) > 1


def _are_years_over_parts(years: Sequence[Value], names: Line) -> bool:
    """Whether years stand over months or quarters that name none themselves."""
    filled = [i for i, cell in enumerate(years) if is_filled(cell)]
    if not all((period := period_in(name_of(years[i]))) and period.grain == "year" for i in filled):
        return False
    return sum(part_of_year(name_of(cell)) is not None for cell in names.cells[min(filled) :]) > 1


def _parts(names: Line, below: Line, data: Sequence[Line], merged: Sequence[Merged], width: int) -> bool:
    """Whether a line parts the names above it: words under empty cells, or units over nothing but numbers and days.

    Only what several rows of data show is believed: a row that is taken for names is lost.
    """
    filled = [i for i in range(width) if is_filled(_cell(below.cells, i))]
    periods = _periods(below.cells)
    if not filled or any(kind_of(_cell(below.cells, i)) != WORDS and i not in periods for i in filled):
        return False
    unnamed = [i for i in range(width) if not is_filled(_cell(names.cells, i))]
    if any(m.top == names.number and m.right_edge > m.left_edge for m in merged):
        return any(i in filled for i in unnamed)
    firm = [i for i in filled if _usual(data, i) not in ("", WORDS)]
    if any(i in filled for i in unnamed):
        return len(firm) * 2 >= len(filled) and all(i in filled for i in unnamed if _usual(data, i))
    others = [i for i in range(width) if i not in filled and _usual(data, i)]
    return firm == filled and bool(others) and all(_UNIT.search(str(below.cells[i])) for i in filled)


def _usual(lines: Sequence[Line], column: int) -> str:
    """The kind of four in five cells of a column; words where there is none, nothing where two cells are not filled."""
    kinds = Counter(k for k in (kind_of(_cell(line.cells, column)) for line in lines) if k)
    if kinds.total() < 2:
        return ""
    kind, count = kinds.most_common(1)[0]
    return kind if count * 5 >= kinds.total() * 4 else WORDS


def _spread(line: Line, merged: Sequence[Merged], width: int, to_next: bool = False) -> list[Value]:
    """The cells of a line, each also over the cells that it is merged with; or over the empty ones up to the next."""
    cells = [_cell(line.cells, i) for i in range(width)]
    for range_ in merged:
        if range_.top == line.number:
            for i in range(range_.left_edge + 1, min(range_.right_edge + 1, width)):
                cells[i] = cells[range_.left_edge]
    if to_next:
        for i in range(1, width):
            cells[i] = cells[i] if is_filled(cells[i]) else cells[i - 1]
    return cells


def _joined(groups: Sequence[Value], names: Sequence[Value]) -> tuple[str, ...]:
    pairs = zip(_names(groups), _names(names), strict=True)
    return tuple(name if group in ("", name) else f"{group} {name}".strip() for group, name in pairs)
