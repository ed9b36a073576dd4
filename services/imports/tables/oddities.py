"""What gives away that a row is not what it seems: totals among the records, cells under other headings, look-alike keys."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from services.imports.tables.table import Value
from shared.base.text import folded
from shared.base.texts import Text
from shared.contracts.forms import Kind

_TOTAL = re.compile(
    r"(grand |sub-?|sous-?)?(totals?|totaux|total general|summe|zwischensumme|gesamtsumme|endsumme|sum|gesamt|insgesamt"
    r"|gesamttotal|somme)( (all|general|projects?|projekte|projets|costs?|kosten|couts|of all|aller))*"
    r"( ?[:(]?(in )?([a-z]{3}|[0-9]{4})\)?)?:?"
)
"""In the search form: what stands first in a row that adds up the others, and nothing else."""
_DAY = re.compile(r"[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}([T ].*)?")
_NUMBER = re.compile(
    r"[-+(]?\s*([A-Z]{3}|[$€£])?\s*[-+]?[0-9][0-9,.'’\u00a0\u202f ]*([A-Z]{3}|[$€£%])?\s*\)?"
)
_NUMERIC: tuple[Kind, ...] = ("money", "number", "integer")


def text_of(value: Value) -> str:
    """A cell as a text, without spaces around it: a whole number of a workbook without its point."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(float(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return str(value)


def looks_like(text: str) -> Kind | None:
    """What a text is written like: a day, a number, or neither."""
    if _DAY.fullmatch(text):
        return "day"
    return "number" if _NUMBER.fullmatch(text) else None


def slipped(strange: Sequence[tuple[str, Kind, str]]) -> Text | None:
    """Why the cells of a row stand under other headings, if they do. `strange` are those that cannot be read: column,
    what it holds, text.

    A day where a number belongs, or a number where a day does, gives a shift away, and so do two texts where none belongs.
    One strange text alone is a slip of the pen.
    """
    texts = []
    for column, kind, text in strange:
        likeness = looks_like(text)
        is_other = (kind == "day" and likeness == "number" and len(text) < 8) or (
            kind in _NUMERIC and likeness == "day"
        )
        if is_other:
            return Text(
                "cells stand in the wrong columns: {text!r} in {column}", text=text[:50], column=column
            )
        if likeness is None and kind in ("day", *_NUMERIC) and len(text) > 3:
            texts.append((column, text))
    if len(texts) < 2:
        return None
    (column, text), (second, other) = texts[:2]
    return Text(
        "cells stand in the wrong columns: {text!r} in {column} and {other!r} in {second}",
        text=text[:50], column=column, other=other[:50], second=second,
    )  # fmt: skip


class TotalRows:
    """Tells rows that add the others up from the others: by their words, or by their figures."""

    def __init__(self) -> None:
        self._sums: dict[int, Decimal] = {}
        self._rows = 0

    def is_one(self, cells: Sequence[Value], key: Sequence[str], *, is_whole: bool = True) -> bool:
        """Whether this row is a total of those that came before; `key` are the cells of its key.

        A row that is not `is_whole` lacks what every record has: the word in its key is enough.
        """
        if not is_whole and any(map(is_total, key)):
            return True
        texts, figures = [], {}
        for place, value in enumerate(cells):
            text = text_of(value)
            number = figure_of(value)
            if number is not None:
                figures[place] = number
            elif text:
                texts.append(text)
        by_word = bool(texts) and len(texts) <= 2 and is_total(texts[0]) and bool(figures)
        no_key = all(text in ("", *texts[:1]) for text in key)
        if by_word and no_key:
            return True
        by_figures = not texts and self._rows > 1 and len(figures) > 0 and self._adds_up(figures)
        if by_figures and not any(key):
            return True
        for place, number in figures.items():
            self._sums[place] = self._sums.get(place, Decimal(0)) + number
        self._rows += 1
        return False

    def _adds_up(self, figures: dict[int, Decimal]) -> bool:
        return all(self._sums.get(place) == number for place, number in figures.items())


def is_total(text: str) -> bool:
    """Whether a text says that it adds the others up, and nothing else."""
    return bool(_TOTAL.fullmatch(folded(text)))


def figure_of(value: Value) -> Decimal | None:
    """The number that a cell shows; None where it shows none. What 1,234 means is guessed: only sums are told by it."""
    text = text_of(value)
    if isinstance(value, bool | date | time):
        return None
    if looks_like(text) != "number":
        return None
    bare = re.sub(r"[^0-9.,()\-]", "", text)
    sign = -1 if bare.startswith(("-", "(")) else 1
    bare = bare.strip("()-")
    point = max(bare.rfind("."), bare.rfind(","))
    if point >= 0 and len(bare) - point - 1 != 3:
        bare = re.sub("[.,]", "", bare[:point]) + "." + re.sub("[.,]", "", bare[point + 1 :])
    else:
        bare = re.sub("[.,]", "", bare)
    try:
        return sign * Decimal(bare)
    except InvalidOperation:
        return None


_MAY_LACK_A_ZERO = re.compile(r"(?:.*[^0-9])?[0-9]+\.[1-9]")


def may_lack_a_zero(text: str) -> bool:
    """Whether a number such as 1.1 may have been 1.10 before a spreadsheet took it for one."""
    return _MAY_LACK_A_ZERO.fullmatch(text) is not None


ZERO_LOST = Text(
    "If it was 1.10, a spreadsheet took it for a number: make the column a text, and write it again."
)


def folded_key(key: str) -> str:
    """A key without what people leave out or add in writing it: case, spaces, thousands, zeros before a number."""
    text = folded(key)
    text = re.sub(r"(?<=[0-9])[,.'’](?=[0-9]{3}(?![0-9]))", "", text)
    text = re.sub(r"\s+", "", text)
    text = re.sub(r"(?<=[^0-9])[-_./](?=.)|(?<=.)[-_./](?=[^0-9])", "", text)
    return re.sub(r"(?<![0-9.,])0+(?=[0-9])", "", text)
