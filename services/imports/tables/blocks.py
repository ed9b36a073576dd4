"""Sees where another table begins below the one that is read: its own names stand over cells of other kinds.

Only what several signs show is believed. Its names come after an empty line, or part from the kinds above in two columns;
they cover what stands below them; and they stand over numbers, days or codes as the names of a table do.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from services.imports.tables.grids import Line, is_filled
from services.imports.tables.headers import WORDS, Header, kind_of, name_of
from services.imports.tables.periods import period_in
from services.imports.tables.surveying import is_placeholder
from services.imports.tables.table import Value

WINDOW = 8
"""Filled lines that are looked at where a table may begin."""
HIGHEST_NAMES = 3
"""Lines of such a window among which its names stand: titles may stand above them."""
LEARNT_FROM = 200
"""Lines of data from which the kinds of the columns are known."""


@dataclass(slots=True)
class Watch:
    """Looks at the lines below the names of a table, in their order, until another table begins."""

    header: Header
    begins_at: int = 0
    """The line in which another table, or its title, begins; 0 while none does."""
    _kinds: list[Counter[str]] = field(default_factory=list)
    _learnt: int = 0
    _before: int = 0
    _window: list[Line] = field(default_factory=list)
    _firm: list[int] | None = None

    def look_at(self, line: Line) -> None:
        """The next filled line."""
        is_apart = line.number > self._before + 1
        if is_apart and _has_rows(self._window):
            self.end()
            if self.begins_at:
                return
        if self._window:
            self._window.append(line)
        elif self._learnt > 1 and (is_apart or self._parts_clearly(line)):
            self._window = [line]
        else:
            self._learn(line)
        self._before = line.number
        if len(self._window) >= WINDOW:
            self.end()

    def end(self) -> None:
        """Decide about the lines that were held back."""
        window, self._window = self._window, []
        if window and self._is_table(window):
            self.begins_at = window[0].number
            return
        for line in window:
            self._learn(line)

    def _learn(self, line: Line) -> None:
        if self._learnt >= LEARNT_FROM:
            return
        self._learnt += 1
        for place, cell in enumerate(line.cells):
            if place >= len(self._kinds):
                self._kinds.append(Counter())
            if kind := kind_of(cell):
                self._kinds[place][kind] += 1

    def _usual(self, place: int) -> str:
        """The kind of four in five cells of a column; words where there is none."""
        kinds = self._kinds[place] if place < len(self._kinds) else Counter[str]()
        if not kinds:
            return ""
        kind, count = kinds.most_common(1)[0]
        return kind if count * 5 >= kinds.total() * 4 else WORDS

    def _conflicts(self, line: Line) -> int:
        """In how many columns of numbers, days or codes a line has something else."""
        return sum(
            self._usual(place) not in ("", WORDS) and kind_of(cell) != self._usual(place)
            for place, cell in enumerate(line.cells)
            if is_filled(cell)
        )

    def _parts_clearly(self, line: Line) -> bool:
        """Whether a line can only be names. Nearly every line has a digit where digits belong, and is none."""
        firm = self._firm_places()
        for place in firm:
            cell = line.cells[place] if place < len(line.cells) else None
            if cell is not None and (not isinstance(cell, str) or cell[:1].isdigit()):
                return False
        return len(firm) > 1 and self._conflicts(line) > 1 and _are_names(line)

    def _firm_places(self) -> list[int]:
        """The columns of numbers, days or codes, those of numbers first; found once, when enough lines are known."""
        if self._firm is not None:
            return self._firm
        usual = [self._usual(place) for place in range(len(self._kinds))]
        firm = sorted(
            (place for place, kind in enumerate(usual) if kind not in ("", WORDS)),
            key=lambda place: usual[place] not in ("number", "day"),
        )
        if self._learnt >= LEARNT_FROM:
            self._firm = firm
        return firm

    def _is_table(self, window: Sequence[Line]) -> bool:
        for place, line in enumerate(window[:HIGHEST_NAMES]):
            if _are_names(line) and self._conflicts(line) and not self._repeats(line):
                below = window[place + 1 :]
                return bool(below) and _cover(line, below) and _stand_over_others(line, below)
            if sum(map(is_filled, line.cells)) > 1:
                return False
        return False

    def _repeats(self, line: Line) -> bool:
        repeated = self.header.repeated
        return tuple(map(name_of, line.cells[: len(repeated)])) == repeated


def table_above(sample: Sequence[Line], header: Header) -> int:
    """Where what stands above the names is a table of its own, the line in which the lower one begins; else 0.

    Labels beside their values are none, nor is a title.
    """
    blocks: list[list[Line]] = [[]]
    for line in sample:
        if line.number >= header.first_line:
            break
        if blocks[-1] and line.number > blocks[-1][-1].number + 1:
            blocks.append([])
        blocks[-1].append(line)
    begins_at = header.first_line
    while blocks and blocks[-1] and not _has_rows(blocks[-1]):  # its titles
        begins_at = blocks.pop()[0].number
    return begins_at if any(map(_is_whole_table, blocks)) else 0


def _is_whole_table(block: Sequence[Line]) -> bool:
    for place, line in enumerate(block[:HIGHEST_NAMES]):
        if sum(map(is_filled, line.cells)) > 1:
            below = block[place + 1 :]
            is_heading = _are_names(line) and not any(name_of(cell).endswith(":") for cell in line.cells)
            return is_heading and len(below) > 1 and _cover(line, below) and _stand_over_others(line, below)
    return False


def _has_rows(window: Sequence[Line]) -> bool:
    """Whether a line below names is among them; titles stand alone in theirs."""
    return sum(sum(map(is_filled, line.cells)) > 1 for line in window) > 1


def _are_names(line: Line) -> bool:
    """Whether a line has several names, each once, and nothing else."""
    if not all(map(_is_name, line.cells)):
        return False
    names = [name_of(cell) for cell in line.cells if is_filled(cell)]
    return len(names) > 1 and len(set(names)) == len(names)


def _is_name(cell: Value) -> bool:
    if not is_filled(cell):
        return True
    text = name_of(cell)
    is_period = any(map(str.isdigit, text)) and period_in(text) is not None
    return (is_period or kind_of(cell) == WORDS) and not is_placeholder(text)


def _cover(names: Line, below: Sequence[Line]) -> bool:
    """Whether every column that is filled below has a name."""
    width = max(len(line.cells) for line in below)
    filled = [sum(p < len(line.cells) and is_filled(line.cells[p]) for line in below) for p in range(width)]
    return all(
        place < len(names.cells) and is_filled(names.cells[place])
        for place, count in enumerate(filled)
        if count * 2 > len(below)
    )


def _stand_over_others(names: Line, below: Sequence[Line]) -> bool:
    """Whether the names differ from the cells below them: none stands there again, and some are of another kind."""
    others = 0
    for place, cell in enumerate(names.cells):
        if not is_filled(cell):
            continue
        cells = [
            line.cells[place] for line in below if place < len(line.cells) and is_filled(line.cells[place])
        ]
        if any(name_of(one) == name_of(cell) for one in cells):
            return False
        kinds = Counter(map(kind_of, cells))
        others += bool(kinds) and kinds.most_common(1)[0][0] not in (WORDS, kind_of(cell))
    return others > 0


@dataclass(frozen=True, slots=True)
class Between:
    """The lines of a sheet from one line on, and before another one (0: to its end)."""

    lines: Callable[[], Iterator[Line]]
    first: int
    end: int = 0

    def __call__(self) -> Iterator[Line]:
        for line in self.lines():
            if self.end and line.number >= self.end:
                return
            if line.number >= self.first:
                yield line
