"""The files as reports: one per project and year, with amounts in pounds, days, and texts as they were meant.

Files have a row for each project, or a column; `headings` knows what they are called.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from services.imports.federal.reading import MILLION, amount_of, day_of
from services.imports.findings import Findings
from services.imports.gmpp import headings
from services.imports.gmpp.headings import IMPORTED, YEARS
from services.imports.spellings import without_number
from services.imports.tables.oddities import text_of
from services.imports.tables.reading import Reading, tables_of
from services.imports.tables.table import Row, Table, UnreadableTable, Value
from shared.base.texts import Text

NEEDED = ("project_name", "ipa_dca", "end_date", "whole_life_cost_gbpm")
MOST_FIELDS = 100
"""Lines of a file that has a column for each project."""

T = TypeVar("T")

_C1 = re.compile("[\x80-\x9f]")
_WITHHELD = re.compile(r"exempt|withheld|not published|redacted", re.IGNORECASE)
_MIDDLE = re.compile(r"mid(?:dle|point)?\s*[:=]?\s*£?\s*(-?[0-9][0-9,]*(?:\.[0-9]+)?)", re.IGNORECASE)
"""Of an amount that is given as a range: low, mid and high."""
_POUND = re.compile(r"\u0141(?=\s?[0-9])")
"""`Ł` before a number: a pound sign that was read in the code page of Central Europe."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one year says of one project; amounts in pounds."""

    file: str
    line: int
    year: int
    name: str
    department: str
    confidence: str
    start: date | None
    end: date | None
    year_baseline: Decimal | None
    year_forecast: Decimal | None
    whole_life_cost: Decimal | None
    description: str
    narratives: dict[str, str]
    """Heading -> what the report says under it."""
    id: str = ""
    """By which the authority knows the project over the years; earlier files have none."""
    columns: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Name of a column here -> its heading in the file."""

    def name_of(self, column: str) -> str:
        """What the file calls a column."""
        return self.columns.get(column, column)


MENDS = {
    "ends_before_start": Text("Correct one of the dates."),
    "malformed_row": Text("Write as many cells as there are columns."),
    "negative_amount": Text("Check the amount."),
    "no_name": Text("Write the name of the project."),
    "no_year": Text("Write the year of the report, as 2019."),
    "range": Text("Write one amount, if another one is meant."),
    "unreadable_cell": Text("Write days as 2026-03-31 and amounts as 1234.50."),
    "variance_differs": Text("Check baseline, forecast and variance."),
    "wrong_code_page": Text("Save the file as UTF-8."),
    "year_above_whole_life": Text("Check both amounts."),
    "year_differs": Text("Say the year, if another one is meant."),
}
WITHOUT_IT, NOT_IMPORTED = Text("imported without it"), Text("not imported")
NARRATIVES = {
    "dca_narrative": "Delivery confidence",
    "schedule_narrative": "Schedule",
    "variance_narrative": "Budget variance",
    "wlc_narrative": "Whole-life cost",
}


class YearUnknown(UnreadableTable):
    """A file that does not say of which year it reports."""

    def __init__(self, file: str) -> None:
        reason = Text("{file} does not say of which year it reports, nor does its name; say the year", file=file)  # fmt: skip
        super().__init__("year_unknown", reason)
        self.file = file


def read(paths: Sequence[Path], findings: Findings, years: Mapping[str, int] | None = None) -> list[Report]:
    """The reports of all files, the oldest year first; rows without a year or a name are findings.

    `years` are those of files, by their names, or of all that say none (""). Raises UnreadableTable where a file is no table
    of this kind, and YearUnknown.
    """
    tables = [table_of(path) for path in paths]
    reports = [
        report for table in tables for report in _reports(table, year_of(table, findings, years or {}), findings)
    ]  # fmt: skip
    return sorted(_first_of_each(reports, findings), key=lambda report: report.year)


def not_taken(paths: Sequence[Path]) -> dict[str, list[str]]:
    """The columns of each file that have no place in Portolan, or are arrived at by it."""
    tables = [table_of(path) for path in paths]
    return {
        table.file: [c for c in table.columns if headings.column_of(c) not in IMPORTED] for table in tables
    }


def record_in(path: Path, tables: Sequence[Table]) -> Table | None:
    """The table of a file that is of this record, with a row for each project; None where none is."""
    for table in tables:
        if headings.has_enough(headings.columns_of(table.columns)):
            return table
        as_columns = [table, *([] if table.header_line == 1 else tables_of(path, Reading(table.sheet, 1)))]
        for one in as_columns:
            if headings.is_turned(one):
                return _turned(one)
    return None


def table_of(path: Path) -> Table:
    """The same; where there is none, the first table. Raises UnreadableTable where a column that is needed is missing."""
    tables = tables_of(path)
    table = record_in(path, tables) or tables[0]
    columns = headings.columns_of(table.columns)
    if missing := [name for name in NEEDED if name not in columns.values()]:
        reason = Text("{file} lacks the columns {columns}", file=table.file, columns=", ".join(missing))
        raise UnreadableTable("columns_missing", reason)
    return table


def _turned(table: Table) -> Table:
    """The same with a row for each project, which stands in a column of the file; its line is the number of that column."""
    rows = [list(row.cells) for _, row in zip(range(MOST_FIELDS), table.rows(), strict=False)]
    first = table.columns[0]
    names = [first, *(str(cells[0] or "").strip() for cells in rows)]
    names = [
        name if name and name not in names[:at] else f"{name or '-'} [{at}]" for at, name in enumerate(names)
    ]
    projects = [
        Row(at + 1, (without_number(table.columns[at], table.columns), *(cells[at] if at < len(cells) else None for cells in rows)))
        for at in range(1, len(table.columns))
        if any(cells[at] not in (None, "") for cells in rows if at < len(cells))
    ]  # fmt: skip
    return replace(table, columns=tuple(names), rows=lambda: iter(projects))


def year_of(table: Table, findings: Findings, years: Mapping[str, int]) -> int | None:
    """The year of all rows of a file; None where each row names its own. Raises YearUnknown."""
    columns = headings.columns_of(table.columns)
    if "report_year" in columns.values():
        return None
    if table.file in years or "" in years:
        return years.get(table.file, years.get("", 0))
    of_name = headings.year_of_name(table.file) or headings.year_of_name(table.sheet)
    of_money = headings.year_of_headings(table.columns)
    if of_name and of_money and of_name != of_money:
        reason = Text(
            "the name of the file says {year}, and its headings speak of the year that ends in {other}",
            year=of_name, other=of_money,
        )  # fmt: skip
        done = Text("taken as the report of {year}", year=of_money)
        findings.add(table.file, 1, "year_differs", reason, done, mend=MENDS["year_differs"])
    year = of_money or of_name
    if year is None:
        raise YearUnknown(table.file)
    return year


@dataclass(frozen=True, slots=True)
class _Cells:
    """One row by column; what cannot be read is a finding, and then nothing."""

    table: Table
    line: int
    values: dict[str, Value]
    names: Mapping[str, str]
    """Name of a column here -> its heading."""
    findings: Findings
    mended: list[str] = field(default_factory=list)
    """Columns with characters that were read in a wrong code page."""

    def text(self, column: str) -> str:
        """The text as it was meant: characters that were read in a wrong code page are put right, and said."""
        value = self.values.get(column)
        text = "" if value is None else str(value).replace("\r\n", "\n").replace("\xa0", " ").strip()
        mended = _POUND.sub("£", _C1.sub(_as_windows, text))
        if mended != text and column not in self.mended:
            self.mended.append(column)
        return re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", mended)

    def day(self, column: str) -> date | None:
        value = self.values.get(column)
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        return self._read(column, lambda text: day_of(text, "day-first", None))

    def name_of(self, column: str) -> str:
        return self.names.get(column, column)

    def pounds(self, column: str) -> Decimal | None:
        """Millions as published, in pounds. Below zero is a slip: no plan and no budget is negative."""
        value = self.values.get(column)
        if isinstance(value, float):  # of a workbook, as a spreadsheet shows it
            self.values[column] = text_of(value)
        pounds = self._read(column, self._pounds_in)
        if pounds is not None and pounds < 0:
            reason = Text("the amount is below zero")
            self.add("negative_amount", column, self.text(column), reason, lost=True)
            return None
        return pounds

    def _pounds_in(self, text: str) -> Decimal:
        if middle := _MIDDLE.search(text):
            done = Text("imported with {amount}, the one in the middle", amount=middle[1])
            self.add("range", self._column_of(text), text, Text("it is a range of amounts"), done)
            text = middle[1]
        return amount_of(text.removeprefix("£").strip()) * MILLION

    def _column_of(self, text: str) -> str:
        return next((column for column in self.values if self.text(column) == text), "")

    def _read(self, column: str, parse: Callable[[str], T]) -> T | None:
        text = self.text(column)
        if _WITHHELD.search(text):
            self.add("withheld", column, text, Text("the authority does not publish it"))
            return None
        try:
            return parse(text) if text else None
        except ValueError as error:
            self.add("unreadable_cell", column, text, error.args[0], lost=True)
            return None

    def add(
        self, code: str, column: str, value: str, reason: str, done: str = WITHOUT_IT, *, lost: bool = False
    ) -> None:  # fmt: skip
        self.findings.add(
            self.table.file, self.line, code, reason, done, self.key, lost=lost, column=self.name_of(column), value=value,
            mend=MENDS.get(code, ""),
        )  # fmt: skip

    @property
    def key(self) -> str:
        return str(self.values.get("project_name") or "").strip()[:80]


def _as_windows(match: re.Match[str]) -> str:
    """A control character that stands for a bullet or a quotation mark of code page 1252; without one, nothing."""
    return match[0].encode("latin-1").decode("cp1252", "ignore")


def _reports(table: Table, year: int | None, findings: Findings) -> Iterator[Report]:
    columns = headings.columns_of(table.columns)
    names = {column: heading for heading, column in columns.items()}
    for row in table.rows():
        if not any(value not in (None, "") for value in row.cells):
            continue
        of_row = dict(zip(table.columns, row.cells, strict=False))
        values = {column: of_row.get(heading) for heading, column in columns.items()}
        cells = _Cells(table, row.line, values, names, findings)
        if flaw := next((flaw for flaw in row.flaws if not flaw.column), None):
            cells.add("malformed_row", "", "", flaw.reason, NOT_IMPORTED, lost=True)
            continue
        name = " ".join(cells.text("project_name").split())
        of_report = year or _year_in(cells.text("report_year"))
        if of_report is None or not name:
            code, column = ("no_year", "report_year") if of_report is None else ("no_name", "project_name")
            reason = Text("a report is known by its project and its year")
            cells.add(code, column, cells.text(column), reason, NOT_IMPORTED, lost=True)
            continue
        yield _report(cells, of_report, name)


def _report(cells: _Cells, year: int, name: str) -> Report:
    report = Report(
        cells.table.file, cells.line, year, name, cells.text("department"), cells.text("ipa_dca"),
        cells.day("start_date"), cells.day("end_date"),
        cells.pounds("fy_baseline_gbpm"), cells.pounds("fy_forecast_gbpm"), cells.pounds("whole_life_cost_gbpm"),
        cells.text("description"),
        {heading: text for column, heading in NARRATIVES.items() if (text := cells.text(column))},
        cells.text("gmpp_id"), cells.names,
    )  # fmt: skip
    _judge(report, cells)
    return report


def _judge(report: Report, cells: _Cells) -> None:
    """What contradicts itself: said, and imported as published."""
    if cells.mended:
        reason, names = Text("read in a wrong code page"), ", ".join(map(cells.name_of, cells.mended))
        cells.add("wrong_code_page", names, "", reason, Text("put right"))
    as_published = Text("imported as published")
    if report.start and report.end and report.end < report.start:
        reason = Text("before the start {day}", day=report.start)
        cells.add("ends_before_start", "end_date", str(report.end), reason, lost=True)
    whole, baseline = report.whole_life_cost, report.year_baseline
    if whole is not None and baseline is not None and baseline > whole:
        column, reason = "fy_baseline_gbpm", Text("above the whole-life cost")
        cells.add("year_above_whole_life", column, cells.text(column), reason, as_published)
    if whole is None and not cells.text("whole_life_cost_gbpm"):
        cells.add("no_whole_life_cost", "whole_life_cost_gbpm", "", Text("none is published"))
    if report.end is None and not cells.text("end_date"):
        cells.add("no_end", "end_date", "", Text("none is published"))
    _judge_variance(report, cells, as_published)


def _judge_variance(report: Report, cells: _Cells, done: str) -> None:
    published = cells.text("fy_variance_pct_raw")
    stated = re.fullmatch(r"(-?[0-9.]+)%", published)
    if stated is None or not report.year_baseline or report.year_forecast is None:
        return
    arrived_at = (report.year_forecast - report.year_baseline) / report.year_baseline * 100
    if abs(arrived_at - Decimal(stated[1])) > 1:
        reason = Text("baseline and forecast give {percent:.1f} %", percent=arrived_at)
        cells.add("variance_differs", "fy_variance_pct_raw", published, reason, done)


def _year_in(text: str) -> int | None:
    match = re.fullmatch(r"([0-9]{4})(?:\.0)?", text)
    year = int(match[1]) if match else 0
    return year if year in YEARS else None


def _first_of_each(reports: Sequence[Report], findings: Findings) -> list[Report]:
    """Without rows that say a second time what a year says of a project."""
    first: dict[tuple[int, str, str], Report] = {}
    for report in reports:
        key = (report.year, report.name.casefold(), report.department.casefold())
        key = (report.year, report.id.casefold(), "") if report.id else key
        before = first.setdefault(key, report)
        if before is not report:
            findings.add(
                report.file, report.line, "repeated_key",
                Text(
                    "{project} of {year} stands in line {line} of {file} already",
                    project=report.name, year=report.year, line=before.line, file=before.file,
                ),
                NOT_IMPORTED, report.name, lost=True,
            )  # fmt: skip
    return list(first.values())
