"""Empty tables to fill in: the headings of a register in the reader's language, an example row, and what each column means.

Filled in, a template is proposed back exactly, because its headings are the labels of the members.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO, StringIO
from typing import Any

from services.imports.tables.grids import letter_of
from services.imports.tables.targets import CURRENCY, KEY, Target, TargetField
from shared.base.currencies import DECIMALS
from shared.base.texts import Text, in_language
from shared.base.workbooks import new_workbook, sheet_name
from shared.contracts import words
from shared.contracts.forms import Field

EXAMPLE_YEAR = 2026
EXAMPLE_CLOCK = time(8, 30)
EXAMPLE_CURRENCY = "CHF"
ROWS = 1000
"""How many rows have drop-downs."""
WIDEST = 60

Cell = str | int | float | date
Translate = Callable[[str], str]


def columns_of(target: Target) -> list[TargetField]:
    """The columns of a template: the key, what a new record needs, and the rest, as they are declared."""
    fields = [
        field
        for field in target.columns
        if field.path != CURRENCY and (field.use != "row" or field.path == KEY)
    ]
    order = {field.path: place for place, field in enumerate(fields)}
    needed = {field.path for field in fields if field.required}
    needed |= {field.path for field in fields if field.path.removesuffix(".currency") in needed}
    return sorted(fields, key=lambda f: (f.path != KEY, f.path not in needed, order[f.path]))


def to_csv(target: Target, language: str) -> bytes:
    """The headings and the example, as UTF-8 with its mark, which spreadsheets know it by."""
    text = StringIO()
    writer = csv.writer(text)
    fields = columns_of(target)
    writer.writerow([field.label(language) for field in fields])
    writer.writerow([str(cell) for cell in example_row(target, fields, language)])
    return text.getvalue().encode("utf-8-sig")


def to_xlsx(target: Target, language: str, translate: Translate = str) -> bytes:
    """A workbook: the table with drop-downs, what its columns mean, and the choices.

    `translate` says in the language what members mean, which is declared in English.
    """
    file = BytesIO()
    with new_workbook(file, in_memory=True) as book:
        _Template(book, target, language, translate).write()
    return file.getvalue()


def example_row(target: Target, fields: Sequence[TargetField], language: str) -> list[Cell]:
    """One record as it might be; its days come one after the other."""
    days = iter(date(EXAMPLE_YEAR + month // 12, month % 12 + 1, 15) for month in range(0, 36, 2))
    return [
        datetime.combine(next(days), EXAMPLE_CLOCK)
        if f.of.kind == "instant"
        else next(days)
        if f.of.kind == "day"
        else _example(target, f, language)
        for f in fields
    ]


def choices_of(target: Target, field: TargetField, language: str) -> list[str]:
    """What a cell may hold where there is a choice, in the language; else nothing."""
    match field.of.kind:
        case "choice" if field.path.startswith("custom."):
            return list(field.of.choices)
        case "choice":
            kind = f"{target.entry.name}.{field.path}"
            return [
                words.capitalised(words.label("value", f"{kind}.{c}", language)) for c in field.of.choices
            ]
        case "yes_no":
            return [in_language(Text("yes"), language), in_language(Text("no"), language)]
        case "currency":
            return sorted(DECIMALS)
        case _:
            return []


def _example(target: Target, field: TargetField, language: str) -> Cell:
    of = field.of
    choices = choices_of(target, field, language)
    match of.kind:
        case "currency":
            return EXAMPLE_CURRENCY
        case "choice" | "yes_no":
            return choices[-1] if of.kind == "yes_no" else choices[0]
        case "money":
            return 125000.5
        case "integer" | "number":
            return EXAMPLE_YEAR if of.is_year else _number(of)
        case "reference" if of.names:
            return f"{words.capitalised(words.label('aggregate', of.names[0], language))} A"
        case "rows":
            return of.members[0].example or "A"
        case _:
            return _text(target, field, language)


def _number(of: Field) -> int:
    """Within its limits."""
    lowest, highest = of.minimum or 0, of.maximum
    return int(min(max(lowest, 20), highest)) if highest is not None else int(max(lowest, 20))


def _text(target: Target, field: TargetField, language: str) -> str:
    noun = words.capitalised(words.label("aggregate", target.entry.name, language))
    match field.of.name:
        case "email":
            return "ada.example@example.org"
        case "country":
            return "CH"
        case _ if field.path == KEY:
            return "A-001"
        case _ if field.of.example:
            return field.of.example
        case name if name in target.entry.title:
            return f"{noun} A"
        case _:
            return "A"


@dataclass
class _Template:
    """A workbook while it is written."""

    book: Any
    target: Target
    language: str
    translate: Translate

    def write(self) -> None:
        fields = columns_of(self.target)
        title = sheet_name(self.target.title(self.language))
        table = self.book.add_worksheet(title)
        meanings = self.book.add_worksheet(self._name(Text("Columns")))
        lists = self.book.add_worksheet(self._name(Text("Choices")))
        places = self._write_choices(lists, fields)
        self._write_table(table, fields, places)
        self._write_meanings(meanings, fields)
        table.activate()

    def _name(self, text: Text) -> str:
        return sheet_name(in_language(text, self.language))

    def _write_table(self, sheet: Any, fields: Sequence[TargetField], places: dict[str, str]) -> None:
        needed = self.book.add_format(
            {"bold": True, "bg_color": "#D9E2EC", "text_wrap": True, "valign": "top"}
        )
        head = self.book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        forms = {
            "day": self.book.add_format({"num_format": "yyyy-mm-dd"}),
            "instant": self.book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "money": self.book.add_format({"num_format": "#,##0.00"}),
            "line": self.book.add_format({"num_format": "@"}),
        }
        sheet.freeze_panes(1, 1)
        for place, (field, cell) in enumerate(
            zip(fields, example_row(self.target, fields, self.language), strict=True)
        ):
            label = field.label(self.language)
            form = forms.get(field.of.kind)
            sheet.set_column(place, place, max(12, min(30, len(label) + 3)), form)
            sheet.write_string(0, place, label, needed if field.required else head)
            self._write_cell(sheet, place, cell, form)
            if source := places.get(field.path):
                rule = {"validate": "list", "source": source, "error_type": "warning"}
                sheet.data_validation(1, place, ROWS, place, rule)

    @staticmethod
    def _write_cell(sheet: Any, place: int, cell: Cell, form: Any) -> None:
        match cell:
            case date():
                sheet.write_datetime(1, place, cell, form)
            case int() | float():
                sheet.write_number(1, place, cell, form)
            case _:
                sheet.write_string(1, place, cell, form)

    def _write_choices(self, sheet: Any, fields: Sequence[TargetField]) -> dict[str, str]:
        """The choices in columns of their own; answers where those of each member stand, for its drop-down."""
        bold = self.book.add_format({"bold": True})
        ranges, place = dict[str, str](), 0
        currencies = ""
        for field in fields:
            choices = choices_of(self.target, field, self.language)
            if not choices:
                continue
            if field.of.kind == "currency" and currencies:
                ranges[field.path] = currencies
                continue
            sheet.write_string(0, place, field.label(self.language), bold)
            sheet.set_column(place, place, 24)
            for number, choice in enumerate(choices, 1):
                sheet.write_string(number, place, choice)
            letter = letter_of(place)
            ranges[field.path] = f"='{sheet.get_name()}'!${letter}$2:${letter}${len(choices) + 1}"
            currencies = ranges[field.path] if field.of.kind == "currency" else currencies
            place += 1
        return ranges

    def _write_meanings(self, sheet: Any, fields: Sequence[TargetField]) -> None:
        bold = self.book.add_format({"bold": True})
        wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})
        heads = (
            Text("Column"),
            Text("Name in a mapping"),
            Text("Needed"),
            Text("What it means"),
            Text("What its cells hold"),
        )
        for place, (head, width) in enumerate(zip(heads, (28, 26, 10, WIDEST, WIDEST), strict=True)):
            sheet.write_string(0, place, in_language(head, self.language), bold)
            sheet.set_column(place, place, width, wrapped)
        sheet.freeze_panes(1, 1)
        for number, field in enumerate(fields, 1):
            about = self.translate(field.of.about) if field.of.about else ""
            cells = " ".join(in_language(text, self.language) for text in held_by(self.target, field))
            needed = in_language(Text("yes"), self.language) if field.required else ""
            for place, text in enumerate((field.label(self.language), field.path, needed, about, cells)):
                sheet.write_string(number, place, text)


def held_by(target: Target, field: TargetField) -> Iterator[Text]:
    """What the cells of a column may hold, in sentences."""
    of = field.of
    match of.kind:
        case "day":
            yield Text("A date.")
        case "instant":
            yield Text("A date and a time of day, in UTC where no zone stands there: 2026-03-31 08:30.")
        case "money":
            yield Text("An amount; the currency stands in the next column, or in the cell: CHF 1250.50.")
        case "currency":
            yield Text("A currency by its code in ISO 4217: CHF.")
        case "yes_no":
            yield Text("Yes or no.")
        case "choice":
            yield Text("One of the sheet of choices.")
        case "integer" | "number":
            yield from _limits(of)
        case "reference" if of.names:
            yield _naming(of)
        case "rows":
            yield Text("Several, with semicolons between them.")
        case _ if field.path == KEY:
            yield Text(
                "What tells this row from all others, the same the next time: by it a row is found again."
            )
        case _:
            if of.longest:
                yield Text("A text of up to {longest:,} characters.", longest=of.longest)
    if field.moves:
        yield Text("Portolan makes the moves that lead there.")
    elif field.use == "at creation":
        yield Text("It counts for new records; later it is changed in Portolan.")


def _limits(of: Field) -> Iterator[Text]:
    if of.minimum is not None and of.maximum is not None:
        yield Text(
            "A number from {lowest} to {highest}.", lowest=f"{of.minimum:g}", highest=f"{of.maximum:g}"
        )
    else:
        yield Text("A number.")


def _naming(of: Field) -> Text:
    kinds = ", ".join(of.names)
    if len(of.names) == 1:
        noun = words.Called("aggregate", of.names[0], words.label("aggregate", of.names[0]))
        return Text(
            "A {noun}, by its name, its code, a mail address or its key in an earlier import.", noun=noun
        )
    return Text("The name, the code or the key of one of: {kinds}.", kinds=kinds)
