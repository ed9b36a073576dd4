"""What stands in every column of a table, looked at once: texts and how often, and what they can be read as.

Nothing is decided here. A cell is counted as everything that it can be; `decisions.py` decides over the whole column.
"""

import copy
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Literal

from services.imports.tables.days import SERIALS, folded, period_of, written_day
from services.imports.tables.mapping import DayOrder
from services.imports.tables.mapping import Decimal as DecimalSign
from services.imports.tables.numbers import DECIMAL_SIGNS, InexactNumber, exact, written_number
from services.imports.tables.table import NumberWithUnit, Table, Value
from services.imports.tables.texts import displayed
from services.imports.tables.units import PLAIN, unit_of

MOST_TEXTS = 500
"""Distinct texts that are counted for each column at most."""
TEXTS_OF_ALL = 50_000
"""Of all columns together, where they are very many."""
LONGEST_TEXT = 200
"""Characters of a text that is counted among them."""
EXAMPLES = 3

Reads = Literal["day", "serial", "period", "number", "money", "percent", "yes_no", "text", "error"]
"""What a cell can be read as; one may be read as several: 2026 is a number and a period."""

PLACEHOLDERS = frozenset(
    folded(text)
    for text in (
        "n/a", "n.a.", "na", "#n/a", "none", "null", "nil", "tbd", "t.b.d.", "tbc", "tba", "unknown", "not known", "not set",
        "not available", "not applicable", "unassigned", "not assigned", "to be determined", "to be defined",
        "k.a.", "k. a.", "keine angabe", "keine", "unbekannt", "n.v.", "nv", "nicht verfügbar",
        "s.o.", "s. o.", "sans objet", "néant", "inconnu", "inconnue", "nd", "n.d.", "n.c.", "nc", "à définir", "a definir",
        "à déterminer", "aucun", "aucune", "non disponible", "-", "--", "---", "–", "—", "?", "??", "???", ".", "..",
        "...", "…", "/", "./.", "*", "x.x.", "(none)", "(leer)", "(vide)", "(blank)", "<none>", "nan", "nat",
    )
)  # fmt: skip
"""What people write where they know nothing, folded."""
OPEN = frozenset(
    {
        "open",
        "offen",
        "ouvert",
        "pending",
        "folgt",
        "suit",
        "later",
        "soon",
        "asap",
        "ongoing",
        "laufend",
        "en cours",
    }
)
"""What stands for nothing where a day or a number belongs, and elsewhere is a state."""
ERRORS = frozenset(
    {
        "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#BEZUG!", "#WERT!",
        "#ZAHL!", "#NV", "#N/A", "#N/D", "#VALEUR!", "#NOM?", "#NOMBRE!", "#NUL!",
    }
)  # fmt: skip
"""What a spreadsheet shows where a formula has failed."""
YES = frozenset(
    {
        "yes",
        "y",
        "true",
        "1",
        "oui",
        "o",
        "vrai",
        "ja",
        "j",
        "wahr",
        "si",
        "s",
        "vero",
        "x",
        "✓",
        "✔",
        "☑",
        "✅",
    }
)
NO = frozenset({"no", "n", "false", "0", "non", "faux", "nein", "falsch", "falso", "✗", "✘", "☐", "❌"})


def is_placeholder(text: str) -> bool:
    return len(text) <= 20 and folded(text) in PLACEHOLDERS


def yes_or_no(text: str) -> bool | None:
    """None where it is neither."""
    word = folded(text) if len(text) <= 10 else ""
    return True if word in YES else False if word in NO else None


@dataclass(slots=True)
class Evidence:
    """How many cells show something, and the first different ones of them."""

    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, text: str, count: int = 1) -> None:
        self.count += count
        if len(self.examples) < EXAMPLES and text not in self.examples:
            self.examples.append(text)


@dataclass(slots=True)
class Spread:
    """Numbers without a unit: how far they reach, and how many could not be whole per cent or fractions of whole ones."""

    count: int = 0
    smallest: float = float("inf")
    largest: float = float("-inf")
    broken: int = 0
    """Those that are not whole."""
    broken_hundredths: int = 0
    """Those whose hundredfold is not whole."""

    def add(self, number: float, count: int) -> None:
        self.count += count
        self.smallest = min(self.smallest, number)
        self.largest = max(self.largest, number)
        if not float(number).is_integer():
            self.broken += count
            if abs(number) < 1e13 and not float(f"{number * 100:.13g}").is_integer():
                self.broken_hundredths += count


@dataclass(slots=True)
class ColumnSurvey:
    """What stands in one column."""

    column: str
    filled: int = 0
    texts: dict[str, int] = field(default_factory=dict)
    """Distinct texts, typed values as a spreadsheet shows them -> how many cells have them; the first `most_texts`."""
    is_complete: bool = True
    """Whether `texts` are all that there are."""
    longest: int = 0
    """Characters of the longest text."""
    typed: Counter[str] = field(default_factory=Counter)
    """Types of the values: `str`, `float`, `datetime` -> how many. A text file has `str` only."""
    reads: Counter[Reads] = field(default_factory=Counter)
    """What its cells can be read as -> how many; placeholders such as `n/a` are counted apart."""
    placeholders: Evidence = field(default_factory=Evidence)
    orders: dict[tuple[DayOrder, ...], Evidence] = field(default_factory=dict)
    """Orders that fit -> the days that they fit; those that are the same day in any order are not among them."""
    dotted: Counter[tuple[DayOrder, ...]] = field(default_factory=Counter)
    """The same of those of them that are parted by dots."""
    typed_days: int = 0
    """Dates of a workbook."""
    typed_after_12: int = 0
    """Those of them after the 12th of their month."""
    short_years: Evidence = field(default_factory=Evidence)
    periods: Evidence = field(default_factory=Evidence)
    """Months, quarters and years."""
    serials: Evidence = field(default_factory=Evidence)
    """Numbers that spreadsheets may mean as days."""
    signs: dict[tuple[DecimalSign, ...], Evidence] = field(default_factory=dict)
    """Decimal signs that fit -> the numbers that they fit; those that any fits are not among them."""
    currencies: dict[str, Evidence] = field(default_factory=dict)
    """Currency, or a sign that several have, such as `$` -> the cells that name it."""
    bare: Evidence = field(default_factory=Evidence)
    """Numbers without currency and per cent."""
    spreads: dict[DecimalSign, Spread] = field(default_factory=dict)
    """The same as read under each decimal sign."""
    negatives: Evidence = field(default_factory=Evidence)
    """Numbers below zero."""
    percents: Evidence = field(default_factory=Evidence)
    """Numbers with a per cent sign."""
    separators: dict[str, Evidence] = field(default_factory=dict)
    """`;`, `|`, `,` or a new line -> the texts that have it."""
    neighbours_order: DayOrder | None = None
    """What the other columns of the table show: it decides nothing here, and is suggested."""
    neighbours_sign: DecimalSign | None = None
    most_texts: int = MOST_TEXTS
    _of_types: "ColumnSurvey | None" = None
    """The same of the cells that are no texts."""
    _text_counts: dict[str, int] = field(default_factory=dict)

    @property
    def samples(self) -> list[str]:
        """A few of its different texts."""
        return list(self.texts)[:EXAMPLES]

    @property
    def undotted(self) -> int:
        """How many days of several orders are parted by other signs than dots."""
        return sum(e.count - self.dotted[fits] for fits, e in self.orders.items() if len(fits) > 1)

    @property
    def has_dots_of_others(self) -> bool:
        """Whether other signs part days too, so that those with dots are written by somebody else."""
        return sum(e.count for e in self.orders.values()) > self.dotted.total()

    @property
    def may_be_swapped(self) -> bool:
        """Whether a spreadsheet took the dates that could be read in its own order, and left the others as texts: then those
        that it took have day and month swapped, and none is after the 12th."""
        are_certain = bool(self.orders) and all(len(fits) == 1 for fits in self.orders)
        return are_certain and self.typed_days > 0 and self.typed_after_12 == 0

    @property
    def telling(self) -> int:
        """How many cells say something: all but the empty ones and the placeholders."""
        return self.filled - self.placeholders.count

    def without(self, texts: Collection[str]) -> "ColumnSurvey":
        """The same without the cells of these texts, whose meaning is decided; all where it is not known which there are."""
        if (
            self._of_types is None
            or not self.is_complete
            or not any(text in texts for text in self._text_counts)
        ):
            return self
        rest = {text: count for text, count in self._text_counts.items() if text not in texts}
        other = _with_texts(self._of_types, rest)
        other.neighbours_order, other.neighbours_sign = self.neighbours_order, self.neighbours_sign
        return other


@dataclass(frozen=True, slots=True)
class Survey:
    """What stands in a table."""

    rows: int
    """Of data."""
    columns: dict[str, ColumnSurvey]


def survey(table: Table) -> Survey:
    """All rows of a table, looked at once. Memory is bounded by the number of columns."""
    most = min(MOST_TEXTS, TEXTS_OF_ALL // max(1, len(table.columns)))
    columns = [ColumnSurvey(name, most_texts=most) for name in table.columns]
    texts: list[dict[str, int]] = [{} for _ in columns]
    pairs = list(zip(columns, texts, strict=True))
    rows = 0
    for row in table.rows():
        rows += 1
        for (column, counts), value in zip(pairs, row.cells, strict=False):
            if value.__class__ is not str:
                if value is not None:
                    _look_at_value(column, value)
            elif value in counts:
                counts[value] += 1
            elif value:
                _first(column, counts, value)
    surveys = [_with_texts(column, counts) for column, counts in pairs]
    _show_neighbours(surveys)
    return Survey(rows, {column.column: column for column in surveys})


def _first(column: ColumnSurvey, counts: dict[str, int], text: str) -> None:
    if len(counts) < column.most_texts and len(text) <= LONGEST_TEXT:
        counts[text] = 1
        return
    column.is_complete = False
    column.typed["str"] += 1
    _look_at_text(column, text.strip(), 1)


def _with_texts(of_types: ColumnSurvey, counts: dict[str, int]) -> ColumnSurvey:
    column = copy.deepcopy(of_types)
    column._of_types, column._text_counts = of_types, {}
    for text, count in counts.items():
        stripped = text.strip()
        column._text_counts[stripped] = column._text_counts.get(stripped, 0) + count
    for text, count in column._text_counts.items():
        if text:
            column.typed["str"] += count
            column.texts[text] = column.texts.get(text, 0) + count
            _look_at_text(column, text, count)
    return column


def _show_neighbours(columns: list[ColumnSurvey]) -> None:
    orders = {fits[0] for column in columns for fits in column.orders if len(fits) == 1}
    signs = {fits[0] for column in columns for fits in column.signs if len(fits) == 1}
    for column in columns:
        column.neighbours_order = next(iter(orders)) if len(orders) == 1 else None
        column.neighbours_sign = next(iter(signs)) if len(signs) == 1 else None


def _look_at_value(column: ColumnSurvey, value: Value) -> None:
    column.filled += 1
    column.typed[type(value).__name__] += 1
    text = displayed(value)
    if text in column.texts or len(column.texts) < column.most_texts:
        column.texts[text] = column.texts.get(text, 0) + 1
    else:
        column.is_complete = False
    column.longest = max(column.longest, len(text))
    match value:
        case bool():
            column.reads["yes_no"] += 1
        case int() | float():
            _look_at_typed_number(column, value, text)
        case date():
            column.reads["day"] += 1
            column.typed_days += 1
            column.typed_after_12 += value.day > 12
        case time() | timedelta():
            column.reads["text"] += 1


def _look_at_typed_number(column: ColumnSurvey, value: float, text: str) -> None:
    try:
        exact(value)
    except InexactNumber:
        column.reads["error"] += 1
        return
    _look_for_day(column, text, 1)
    column.reads["number"] += 1
    if value < 0:
        column.negatives.add(text)
    if _has_unit(column, value, text):
        return
    column.bare.add(text)
    for sign in DECIMAL_SIGNS:
        column.spreads.setdefault(sign, Spread()).add(value, 1)
    if int(value) in SERIALS:
        column.reads["serial"] += 1
        column.serials.add(text)
    if value in (0, 1):
        column.reads["yes_no"] += 1


def _has_unit(column: ColumnSurvey, value: float, text: str) -> bool:
    """Whether the format of a cell shows a unit that counts."""
    if not isinstance(value, NumberWithUnit) or (unit := unit_of(value.unit)) is None or unit == PLAIN:
        return False
    if unit.percent:
        column.reads["percent"] += 1
        column.percents.add(text)
    else:
        column.reads["money"] += 1
        column.currencies.setdefault(unit.currency, Evidence()).add(f"{value.unit} {text}")
    return True


def _look_at_text(column: ColumnSurvey, text: str, count: int) -> None:
    """A text without spaces around it, which stands in so many cells."""
    if not text:
        return
    column.filled += count
    column.longest = max(column.longest, len(text))
    if is_placeholder(text):
        column.placeholders.add(text, count)
        return
    for separator in (";", "|", ",", "\n"):
        if separator in text:
            column.separators.setdefault(separator, Evidence()).add(text[:LONGEST_TEXT], count)
    is_read = yes_or_no(text) is not None
    if is_read:
        column.reads["yes_no"] += count
    is_read = _look_for_day(column, text, count) or is_read
    is_read = _look_for_number(column, text, count) or is_read
    if not is_read:
        column.reads["error" if text.upper() in ERRORS else "text"] += count


def _look_for_day(column: ColumnSurvey, text: str, count: int) -> bool:
    if day := written_day(text):
        column.reads["day"] += count
        if day.orders:
            column.orders.setdefault(day.orders, Evidence()).add(text, count)
            column.dotted[day.orders] += count if day.dotted else 0
        if day.short_year:
            column.short_years.add(text, count)
    elif period_of(text):
        column.reads["period"] += count
        column.periods.add(text, count)
    else:
        return False
    return True


def _look_for_number(column: ColumnSurvey, text: str, count: int) -> bool:
    number = written_number(text)
    if number is None:
        return False
    column.reads["number"] += count
    if any(value is not None and value < 0 for value in (number.point, number.comma)):
        column.negatives.add(text, count)
    if fits := number.signs:
        column.signs.setdefault(fits, Evidence()).add(text, count)
    if number.unit.percent:
        column.reads["percent"] += count
        column.percents.add(text, count)
    elif currency := number.unit.currency:
        column.reads["money"] += count
        column.currencies.setdefault(currency, Evidence()).add(text, count)
    else:
        column.bare.add(text, count)
        for sign in DECIMAL_SIGNS:
            if (value := number.under(sign)) is not None and abs(value.adjusted()) < 300:
                column.spreads.setdefault(sign, Spread()).add(float(value), count)
    if text.isdecimal() and len(text) == 5 and int(text) in SERIALS:
        column.reads["serial"] += count
        column.serials.add(text, count)
    return True
