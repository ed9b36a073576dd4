"""Records of other systems: members by name, read as texts, days, numbers and yes or no; what cannot be read is a finding."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from services.imports.breakdown.drafts import WITHOUT_IT
from services.imports.findings import Findings
from services.imports.tables.days import ORDERS, YEARS, written_day
from services.imports.tables.mapping import DayOrder
from services.imports.tables.numbers import written_number
from services.imports.tables.surveying import yes_or_no
from services.imports.tables.units import PLAIN
from shared.base.texts import Text

_OF_PROGRAMS = re.compile(r"[+-]?[0-9]+([.][0-9]+)?")
LARGEST = Decimal(10) ** 15
"""What hours, amounts and percentages stay below."""


@dataclass
class Conventions:
    """How the days of one file are written, column by column: decided over all of its records."""

    orders: dict[str, DayOrder | None] = field(default_factory=dict)
    default: DayOrder | None = None
    century: int = 2000
    names: dict[str, str] = field(default_factory=dict)
    """Members as the file writes them, by their names in small letters."""
    unread: set[tuple[int, str]] = field(default_factory=set)
    """Line and member of each value that was told to be unreadable."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record, its values by names in small letters; `line` is that of the file, or the number of the record in its
    list, from 1."""

    file: str
    line: int
    values: Mapping[str, Any]
    conventions: Conventions
    findings: Findings

    def text(self, name: str) -> str:
        value = self.values.get(name.casefold())
        return "" if value is None or isinstance(value, dict | list) else str(value).strip()

    def day(self, name: str) -> date | None:
        """The day of an instant or a day; None where there is none, or none that can be read."""
        value = self.values.get(name.casefold())
        if isinstance(value, date):
            return value.date() if isinstance(value, datetime) else value
        if not (text := self.text(name)):
            return None
        try:
            return self._read_day(name, text)
        except ValueError as error:
            self.refuse(name, text, error.args[0])
            return None

    def _read_day(self, name: str, text: str) -> date:
        found_day = written_day(text)
        if found_day is None:
            raise ValueError(Text("it is no day"))
        order = self.conventions.orders.get(name.casefold()) or self.conventions.default
        if len(found_day.orders) > 1 and order not in found_day.orders:
            raise ValueError(Text("days first or months first? Both fit the column: say the order of days"))
        if len(found_day.orders) == 1:
            order = found_day.orders[0]
        try:
            day = found_day.on(order, self.conventions.century)
        except ValueError:
            raise ValueError(Text("there is no such day")) from None
        if day.year not in YEARS:
            raise ValueError(Text("its year is not from {first} to {last}", first=YEARS[0], last=YEARS[-1]))
        return day

    def number(self, name: str) -> Decimal | None:
        value = self.values.get(name.casefold())
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            number = Decimal(str(value))
            return number if number.is_finite() else None
        if not (text := self.text(name)):
            return None
        try:
            return number_of(text)
        except ValueError as error:
            self.refuse(name, text, error.args[0])
            return None

    def flag(self, name: str) -> bool | None:
        if not (text := self.text(name)):
            return None
        try:
            return is_yes(text)
        except ValueError as error:
            self.refuse(name, text, error.args[0])
            return None

    def refuse(self, name: str, text: str, reason: str) -> None:
        """A value that cannot be read is left out, and told once."""
        if (self.line, name) in self.conventions.unread:
            return
        self.conventions.unread.add((self.line, name))
        self.findings.add(
            self.file, self.line, "unreadable_value", reason, WITHOUT_IT, lost=True,
            column=self.conventions.names.get(name.casefold(), name), value=text, mend=Text("Correct it in the file."),
        )  # fmt: skip


def is_yes(text: str) -> bool:
    """Yes or no, as people and other systems write it; ValueError for anything else."""
    answer = True if text == "-1" else yes_or_no(text)
    if answer is None:
        raise ValueError(Text("it is neither yes nor no"))
    return answer


def number_of(text: str) -> Decimal:
    """`8`, `8.125`, `1,234.50`, `1.234,50`; ValueError for what is no number, and for `1,234`, which may be two of them.

    A full stop alone is the decimal sign of programs, however many digits follow.
    """
    compact = text.strip().removesuffix("h").removesuffix("%").strip()
    number: Decimal | None = None
    if _OF_PROGRAMS.fullmatch(compact):
        number = Decimal(compact)
    elif (reading := written_number(compact)) and reading.unit == PLAIN and not reading.by_twos:
        number = reading.certain
    if number is None:
        raise ValueError(Text("it is no number, or one that may be read in two ways"))
    if abs(number) >= LARGEST:
        raise ValueError(Text("the number is too large"))
    return number


def certain_day(text: str) -> date | None:
    """The day that a text says in whatever order it is read; None where it says none, or several."""
    day = written_day(text)
    if day is None or len(day.orders) > 1 or day.short_year:
        return None
    try:
        on = day.on(day.orders[0] if day.orders else None, None)
    except ValueError:
        return None
    return on if on.year in YEARS else None


def orders_of(columns: Mapping[str, Iterable[str]]) -> dict[str, DayOrder | None]:
    """For each column of texts the order in which all its days can be read; None where several or none are left."""
    orders: dict[str, DayOrder | None] = {}
    for name, texts in columns.items():
        fits = set(ORDERS)
        for text in texts:
            day = written_day(text)
            if day is not None and day.orders:
                fits &= set(day.orders)
        orders[name] = next(iter(fits)) if len(fits) == 1 else None
    return orders
