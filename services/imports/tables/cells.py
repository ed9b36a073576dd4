"""One cell as the JSON of a member: read where one reading is possible, refused with its reason where it is not.

A reader is made once for a column, with what its cells decide together (`decisions.py`), and called for every cell.
"""

import re
from collections.abc import Callable
from typing import Any

from services.imports.tables.amount_cells import integer_reader, money_reader, number_reader
from services.imports.tables.choices import choice_reader, country_reader, currency_reader, yes_no_reader
from services.imports.tables.day_cells import day_reader
from services.imports.tables.decisions import separator_of
from services.imports.tables.instant_cells import instant_reader
from services.imports.tables.mapping import ColumnMapping
from services.imports.tables.surveying import ERRORS, ColumnSurvey
from services.imports.tables.table import Value
from services.imports.tables.texts import SHORTENED, as_line, as_prose, displayed
from services.imports.tables.unread import Json, Remark, Unread
from shared.base.text import composed, folded, shows_nothing
from shared.base.texts import Text
from shared.contracts.forms import Field

__all__ = ["Json", "Reader", "Remark", "Unread", "reader_of"]

Reader = Callable[[Value], Json]
Parse = Callable[[Value], Any]

REMEMBERED = 2000
"""Texts of a column whose readings are remembered: most columns have few different ones."""
LONGEST_REMEMBERED = 100


def reader_of(
    field: Field,
    column: ColumnMapping,
    survey: ColumnSurvey,
    *,
    owner: str = "",
    remark: Remark | None = None,
) -> Reader:
    """What reads the cells of a column into a member; the reader raises Unread.

    `owner` (`project`, `change.impact`) is what the member lies in: choices may be written in its labels. What a member has no room for, such as a third of
    a cent, is rounded only where a `remark` tells of it. References are read as texts: what they name is looked up elsewhere.
    """
    cells = _Cells(column, remark)
    cells.parse = _parser(field, column, survey.without(column.values), owner, cells.tell if remark else None)
    return cells.read


def _parser(
    field: Field, column: ColumnMapping, survey: ColumnSurvey, owner: str, remark: Remark | None
) -> Parse:
    match field.kind:
        case "day":
            return day_reader(column, survey, remark)
        case "instant":
            return instant_reader(column, survey, remark)
        case "money":
            return money_reader(column, survey, remark)
        case "integer":
            return integer_reader(field, column, survey, remark)
        case "number":
            return number_reader(field, column, survey, remark)
        case "choice":
            return choice_reader(field, owner)
        case "yes_no":
            return yes_no_reader()
        case "currency":
            return currency_reader()
        case "line" if field.name == "country":
            return country_reader()
        case "line" | "reference":
            return lambda value: _line(value, remark)
        case "prose":
            return lambda value: _prose(value, remark)
        case "rows" if len(field.members) == 1 and not field.members[0].name:
            item = _parser(field.members[0], column, survey, owner, remark)
            return _list_reader(item, separator_of(column, survey), "," in survey.separators)
        case _:
            return _refuse_kind


class _Cells:
    """Reads the cells of one column: what all kinds have in common."""

    parse: Parse

    def __init__(self, column: ColumnMapping, remark: Remark | None) -> None:
        self.remark, self.remarks = remark, 0
        self.values = column.values
        self.folded_values = {folded(text): value for text, value in column.values.items()}
        self.remembered: dict[str, Json] = {}

    def tell(self, code: str, text: Text) -> None:
        """Pass a remark on; what has one is not remembered, so that it is told of every cell."""
        self.remarks += 1
        if self.remark is not None:
            self.remark(code, text)

    def read(self, value: Value) -> Json:
        """The member; None where the cell is empty or says that nothing is known. Raises Unread."""
        if value.__class__ is not str:
            return None if value is None else self._meaning(value)
        try:
            return self.remembered[value]
        except KeyError:
            return self._read_text(value)

    def _read_text(self, value: str) -> Json:
        text = value.strip()
        if not text:
            return None
        if text.upper() in ERRORS:
            raise Unread(
                "failed_formula", Text("the formula of this cell has failed"), Text("Mend the formula.")
            )
        before = self.remarks
        result = self._meaning(text)
        if text != value:
            self.tell("stray_spaces", Text("it begins or ends with spaces, and is read without them"))
        if self.remarks == before and len(self.remembered) < REMEMBERED and len(value) <= LONGEST_REMEMBERED:
            self.remembered[value] = result
        return result

    def _meaning(self, value: Value) -> Json:
        """By the values of the mapping, else by what stands there."""
        if self.values:
            text = displayed(value)
            if (target := self.values.get(text, self.folded_values.get(folded(text)))) is not None:
                return self.parse(target) if target else None
        result: Json = self.parse(value)
        if result is None:
            self.tell("placeholder", Text("it says that nothing is known, and is read as nothing"))
        return result


def _line(value: Value, remark: Remark | None) -> str:
    text = displayed(value)
    line = as_line(text)
    if shows_nothing(line):
        raise Unread("no_text", Text("nothing of it can be seen"), Text("Write it again."))
    if remark is not None and line != composed(text):
        remark("text_changed", Text("line breaks and characters that cannot be seen are left out"))
    if remark is not None and SHORTENED.fullmatch(line):
        remark(
            "shortened_number", Text("a spreadsheet has shortened this number: its last digits may be lost")
        )
    return line


def _prose(value: Value, remark: Remark | None) -> str:
    text = displayed(value)
    prose = as_prose(text)
    if remark is not None and prose.splitlines() != composed(text).splitlines():
        remark("text_changed", Text("characters that cannot be seen are left out"))
    return prose


def _list_reader(item: Parse, separator: str, has_commas: bool) -> Parse:
    between = re.compile(rf"[\r\n{re.escape(separator)}]+")

    def read(value: Value) -> list[Any]:
        text = displayed(value)
        if not separator and has_commas and "," in text:
            reason = Text("its comma may part several things or belong to one")
            raise Unread(
                "separator_open", reason, Text("Answer the question about this column, or write semicolons.")
            )
        items = (item(part.strip()) for part in between.split(text) if part.strip())
        return [one for one in items if one is not None]

    return read


def _refuse_kind(value: Value) -> Json:
    raise Unread(
        "kind_not_taken", Text("a cell cannot hold what this member is"), Text("Leave out this column.")
    )
