"""Every row is judged by itself: its cells read, what it lacks, whether it is a record at all. All findings at once."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from services.imports.findings import Findings
from services.imports.tables.cells import Unread, reader_of
from services.imports.tables.conventions import ColumnSurvey, Survey, survey
from services.imports.tables.mapping import ColumnMapping
from services.imports.tables.mapping import Mapping as TableMapping
from services.imports.tables.oddities import (
    ZERO_LOST,
    TotalRows,
    folded_key,
    may_lack_a_zero,
    slipped,
    text_of,
)
from services.imports.tables.person_names import first_name_first
from services.imports.tables.references import CODES, PROJECT, REVERSES, UNIQUE, is_within_project
from services.imports.tables.spool import Fate, Spool, bytes_of, encode
from services.imports.tables.spread_checks import check_lines
from services.imports.tables.table import Row, Table, Value
from services.imports.tables.targets import CURRENCY, ID, KEY, Target, TargetField, says_currency
from services.imports.upserts import Progress
from shared.base.text import composed
from shared.base.texts import Text
from shared.contracts.forms import Field

EVERY = 500
OCCURRENCE = "#"
"""Between the key of rows that are the same and the number of one of them, from 2 on."""
LONGEST_KEY = 200

NOT_IMPORTED = Text("not imported")
WITHOUT_IT = Text("imported without it")
KEEP_REPEATS = Text(
    "If each row counts, keep them: --repeats keep, or Equal rows at the page. If not, say leave-out, and nothing is missing."
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is taken: where it stands, what it fills and how it is read."""

    index: int
    """-1: a constant, which every row has."""
    name: str
    mapping: ColumnMapping
    field: TargetField
    read: Callable[[Value], Any]
    constant: Value = None
    joined: tuple[int, ...] = ()
    """Where the cells stand that belong behind its own."""

    @property
    def path(self) -> str:
        return self.field.path

    @property
    def is_reference(self) -> bool:
        return self.field.of.kind == "reference"

    def value(self, row: Row) -> Value:
        if self.joined:
            return (
                " ".join(text for i in (self.index, *self.joined) if (text := text_of(row.cells[i]))) or None
            )
        return self.constant if self.index < 0 else row.cells[self.index]

    def text_in(self, cells: Sequence[str]) -> str:
        """What stands in the cell of a row, as people find it again."""
        if self.index < 0:
            return text_of(self.constant)
        return " ".join(filter(None, (cells[i] for i in (self.index, *self.joined) if i < len(cells))))


@dataclass
class Judged:
    """What a row came to."""

    members: dict[str, Any] = field(default_factory=dict)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    reasons: list[Text] = field(default_factory=list)
    failed: list[Column] = field(default_factory=list)
    fate: Fate = "judged"


class Judge:
    """Judges the rows of one table into the spool; what is odd goes to the findings."""

    def __init__(
        self,
        table: Table,
        mapping: TableMapping,
        surveyed: Survey,
        target: Target,
        findings: Findings,
        spool: Spool,
    ) -> None:
        self.table, self.mapping, self.target = table, mapping, target
        self.findings, self.spool = findings, spool
        self.places = {name: index for index, name in enumerate(table.columns)}
        self.survey = surveyed
        self.columns = list(self._columns(surveyed))
        common = next((c for c in self.columns if c.path == CURRENCY), None)
        self.currencies = {c.path: common for c in self.columns if common and c.field.of.kind == "money"} | {
            c.path.removesuffix(".currency"): c for c in self.columns if c.path.endswith(".currency")
        }
        self.by_path = {c.path: c for c in self.columns}
        self.key = [self.places[name] for name in mapping.key]
        self.totals = TotalRows()
        self._readers: dict[tuple[str, str], Callable[[Value], Any]] = {}
        self._remarks: list[tuple[str, Text]] = []
        self._equal_rows: Counter[tuple[str, str]] = Counter()
        """(day, key) -> how many rows are the same as the first that has it."""
        self._dated = self._day_reader(surveyed)
        self._total_line = self._judged_line = 0
        self.total_lines: set[int] = set()

    def run(self, progress: Progress = lambda step, done: None) -> None:
        """Judge all rows; an import of many rows calls `progress` now and then."""
        count = 0
        for count, row in enumerate(self.table.rows(), 1):
            self._judge(count, row)
            if count % EVERY == 0:
                progress("judged", EVERY)
        progress("judged", count % EVERY)
        check_lines(self.table, self.mapping, self.survey, self.findings, self.total_lines.__contains__)
        self._note_look_alike_keys()

    def _columns(self, surveyed: Survey) -> Iterator[Column]:
        for one in self.mapping.columns:
            if one.member and one.column in self.places:
                at = self.target.field(one.member)
                yield Column(
                    self.places[one.column],
                    one.column,
                    one,
                    at,
                    self._reader(at, one, surveyed.columns[one.column]),
                    joined=tuple(self.places[name] for name in one.joined if name in self.places),
                )
        for member, text in self.mapping.constants.items():
            at, one = self.target.field(member), ColumnMapping(column=member, member=member)
            yield Column(-1, member, one, at, self._reader(at, one, _survey_of(member, text)), text)

    def _reader(self, at: TargetField, one: ColumnMapping, surveyed: ColumnSurvey) -> Callable[[Value], Any]:
        if at.of.kind == "reference" or at.path in (ID, KEY):
            return text_of
        return reader_of(at.of, one, surveyed, owner=at.owner(self.target.entry.name), remark=self._remark)

    def _remark(self, code: str, text: Text) -> None:
        """What a reader says of the cell that it reads."""
        self._remarks.append((code, text))

    def _day_reader(self, surveyed: Survey) -> Callable[[Value], Any] | None:
        name = self.mapping.date_column
        if not name:
            return None
        one = next((c for c in self.mapping.columns if c.column == name), ColumnMapping(column=name))
        return reader_of(Field("day", "day"), one, surveyed.columns[name])

    def _judge(self, n: int, row: Row) -> None:
        if all(text_of(value) == "" for value in row.cells):
            return
        if row.whole is not None and row.line == self._total_line:
            return
        if self._is_total(row):
            self._total_line = row.line
            self.total_lines.add(row.line)
            self._say(row, "total_row", Text("it is a total of the others"), Text("left out"))
            self._keep(n, row, Judged(fate="left_out"), None, "")
            return
        judged, key = Judged(), self._key(row)
        self._look_at_flaws(row, judged)
        if judged.fate == "judged":
            self._read_cells(row, judged, key)
        day = self._day(row, judged, key)
        if judged.fate == "judged" and self.key and not key:
            self._refuse(
                row, judged, "missing_key", Text("its key is empty"), ", ".join(self.mapping.key), key
            )
        if len(key) > LONGEST_KEY:
            reason = Text("the key has {count} characters", count=len(key))
            self._refuse(row, judged, "key_too_long", reason, ", ".join(self.mapping.key), key[:LONGEST_KEY])
        self._keep(n, row, judged, key or None, day)

    def _is_total(self, row: Row) -> bool:
        described = [text_of(row.cells[i]) for i in self.key]
        is_whole = all(text_of(column.value(row)) for column in self.columns if column.field.required)
        unfolding = self.table.unfolding
        if unfolding is None or row.whole is None:
            return self.totals.is_one(row.cells, described, is_whole=is_whole)
        if row.line == self._judged_line:  # the line is no total: its first row was asked
            return False
        self._judged_line = row.line
        others = len(unfolding.others)
        described = [text for i, text in zip(self.key, described, strict=True) if i < others]
        return self.totals.is_one(row.whole, described, is_whole=is_whole)

    def _key(self, row: Row) -> str:
        """Of a table without key columns, the id, the code or the label of a row is what tells it from the others."""
        if self.key:
            parts = [composed(text_of(row.cells[i])) for i in self.key]
            return "/".join(parts) if any(parts) else ""
        for path in self.identities:
            column = self.by_path.get(path)
            if column is not None and (text := composed(text_of(column.value(row)))):
                return f"{path}:{first_name_first(text) if self._is_person_name(path) else text}"
        return ""

    @property
    def identities(self) -> tuple[str, ...]:
        """By which members a row is known, in this order, where no columns are its key."""
        if self.key:
            return ()
        return tuple(p for p in (ID, KEY, "code", *self.target.entry.title[:1]) if p in self.by_path)

    def _day(self, row: Row, judged: Judged, key: str) -> str:
        if self._dated is None:
            return ""
        name = self.mapping.date_column
        value = row.cells[self.places[name]]
        try:
            day = self._dated(value)
        except Unread as unread:
            self._refuse(row, judged, unread.code, unread.reason, name, key, value, unread.mend)
            return ""
        if day is None:
            self._refuse(row, judged, "missing_day", Text("it has no day"), name, key)
        return str(day or "")

    def _look_at_flaws(self, row: Row, judged: Judged) -> None:
        for flaw in row.flaws:
            if not flaw.column:
                self._refuse(row, judged, flaw.code, flaw.reason, "", "", None, flaw.mend)

    def _read_cells(self, row: Row, judged: Judged, key: str) -> None:
        flawed = {flaw.column: flaw for flaw in row.flaws if flaw.column}
        misread: list[tuple[Column, Value, str, Text, Text]] = []
        for column in self.columns:
            value = column.value(row)
            if flaw := flawed.get(column.name):
                misread.append((column, value, flaw.code, flaw.reason, flaw.mend))
                continue
            self._remarks.clear()
            try:
                self._read(column, value, row, judged)
            except Unread as unread:
                misread.append((column, value, unread.code, unread.reason, unread.mend))
            for code, text in self._remarks:
                self._say(row, code, text, Text("imported so"), column.name, key, value)
        strange = [(c.name, c.field.of.kind, text_of(v)) for c, v, *_ in misread]
        if reason := slipped(strange):
            mend = Text("Put every cell under its own heading.")
            self._refuse(row, judged, "cells_shifted", reason, "", key, None, mend)
            return
        for column, value, code, cell_reason, mend in misread:
            judged.failed.append(column)
            self._lose(row, judged, column, code, cell_reason, key, value, mend)
        for column in self.columns:
            self._check_required(row, judged, column, key)

    def _read(self, column: Column, value: Value, row: Row, judged: Judged) -> None:
        """The member of a column; raises Unread."""
        text = text_of(value)
        if column.path == REVERSES:  # a booking of its project, by its document too: `reversals.py` finds it
            if text:
                judged.members[column.path] = composed(column.mapping.values.get(text, text))
            return
        if column.is_reference:
            stands_for = column.mapping.values.get(text, text)
            if stands_for:
                judged.names[column.path] = (composed(stands_for), self._within(column, row))
            else:
                judged.members[column.path] = None
            return
        if column.path in (ID, KEY) or says_currency(column.path):
            return
        if text == "":
            judged.members[column.path] = None
            return
        read = column.read
        if column.path in self.currencies:
            read = self._reader_in(column, text_of(self.currencies[column.path].value(row)))
        result = read(value)
        if self._is_person_name(column.path):
            result = first_name_first(result)
        self._check_limits(column, result)
        judged.members[column.path] = result

    def _is_person_name(self, path: str) -> bool:
        return self.target.entry.name == "person" and path == self.target.entry.title[0]

    def _within(self, column: Column, row: Row) -> str:
        """The project of the row, where what it names is known by its code within a project only."""
        project = self.by_path.get(PROJECT)
        if (
            project is None
            or column.path == PROJECT
            or not is_within_project(column.field.of, self.target.entry.service)
        ):
            return ""
        text = text_of(project.value(row))
        return composed(project.mapping.values.get(text, text))

    def _reader_in(self, column: Column, currency: str) -> Callable[[Value], Any]:
        """The reader of an amount whose currency stands in another column."""
        place = (column.path, currency)
        if place not in self._readers:
            one = msgspec.structs.replace(column.mapping, currency=currency.upper())
            self._readers[place] = self._reader(column.field, one, self.survey.columns[column.name])
        return self._readers[place]

    def _check_limits(self, column: Column, value: Any) -> None:
        of = column.field.of
        if isinstance(value, bool) or not isinstance(value, int | float):
            if isinstance(value, str) and of.longest is not None and len(value) > of.longest:
                raise Unread(
                    "text_too_long",
                    Text(
                        "it has {count} characters, and {most} are the most",
                        count=len(value),
                        most=of.longest,
                    ),
                    Text("Shorten it."),
                )
            return
        if of.minimum is not None and value < of.minimum:
            reason = Text("it is below {limit}", limit=f"{of.minimum:g}")
        elif of.maximum is not None and value > of.maximum:
            reason = Text("it is above {limit}", limit=f"{of.maximum:g}")
        else:
            return
        raise Unread("outside_limits", reason, Text("Correct it."))

    def _check_required(self, row: Row, judged: Judged, column: Column, key: str) -> None:
        is_empty = column.path in judged.members and judged.members[column.path] is None
        if column.field.required and is_empty:
            reason = Text("every record needs it, and the cell is empty")
            self._refuse(
                row, judged, "missing_required", reason, column.name, key, None, Text("Fill the cell.")
            )

    def _lose(
        self,
        row: Row,
        judged: Judged,
        column: Column,
        code: str,
        reason: Text,
        key: str,
        value: Value,
        mend: Text,
    ) -> None:
        """A cell that does not come in; a row that cannot do without it does not come in either."""
        if column.field.required:
            self._refuse(row, judged, code, reason, column.name, key, value, mend)
            return
        judged.reasons.append(Text("{column}: {reason}", column=column.name, reason=reason))
        self._say(row, code, reason, WITHOUT_IT, column.name, key, value, mend, lost=True)

    def _refuse(
        self, row: Row, judged: Judged, code: str, reason: Text, column: str, key: str, value: Value = None,
        mend: Text | str = "",
    ) -> None:  # fmt: skip
        judged.fate = "refused"
        judged.reasons.append(Text("{column}: {reason}", column=column, reason=reason) if column else reason)
        self._say(row, code, reason, NOT_IMPORTED, column, key, value, mend, lost=True)

    def _say(
        self, row: Row, code: str, reason: Text, done: Text, column: str = "", key: str = "", value: Value = None,
        mend: Text | str = "", *, lost: bool = False,
    ) -> None:  # fmt: skip
        column = self.table.column_in_file(column, row.part)
        self.findings.add(
            self.table.file, row.line, code, reason, done, shown_key(key), lost=lost, column=column,
            value=text_of(value), mend=mend,
        )  # fmt: skip

    def _keep(self, n: int, row: Row, judged: Judged, key: str | None, day: str) -> None:
        """Into the spool; a row whose key stands in an earlier one of its day is left out or refused."""
        cells = encode([text_of(value) for value in row.cells])
        if key is not None and judged.fate == "judged":
            key = self._key_beside_others(row, judged, key, day, cells)
        self.spool.db.execute(
            "INSERT INTO row (n, line, day, key, folded, members, names, cells, fate, reasons, part)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                n, row.line, day, key, folded_key(key) if key and self.key and judged.fate == "judged" else None, encode(judged.members),
                encode(judged.names), cells, judged.fate, bytes_of(judged.reasons), row.part,
            ),
        )  # fmt: skip
        if judged.fate == "judged":
            self.spool.db.executemany(
                "INSERT INTO named (member, text, within, count, line) VALUES (?, ?, ?, 1, ?)"
                " ON CONFLICT DO UPDATE SET count = count + 1",
                [(member, text, within, row.line) for member, (text, within) in judged.names.items()],
            )

    def _key_beside_others(self, row: Row, judged: Judged, key: str, day: str, cells: bytes) -> str:
        """The key of the row, as no earlier one of its day has it: the row is numbered, left out or refused otherwise."""
        query = "SELECT line, cells FROM row WHERE day = ? AND key = ? AND fate <> 'left_out'"
        before = self.spool.db.execute(query, (day, key)).fetchone()
        if before is None:
            return key
        line, cells_before = before
        if cells_before != cells:
            reason = Text("its key stands in line {line} already", line=line)
            mend = Text("Give each row a key of its own, or name more columns as the key.")
            codes = {c.column for c in self.mapping.columns if c.member in ("", KEY, *CODES)}
            if any(
                may_lack_a_zero(text_of(row.cells[self.places[one]]))
                for one in self.mapping.key
                if one in codes
            ):
                mend = ZERO_LOST
            self._refuse(row, judged, "repeated_key", reason, ", ".join(self.mapping.key), key, None, mend)
        elif self.mapping.repeats == "keep":
            self._equal_rows[day, key] += 1
            return f"{key}{OCCURRENCE}{self._equal_rows[day, key] + 1}"
        else:
            self._leave_out(row, judged, key, line)
        return key

    def _leave_out(self, row: Row, judged: Judged, key: str, line: int) -> None:
        """The same row again. Of records without a name or a number of their own, such as costs, it may be another one."""
        judged.fate = "left_out"
        may_be_another = self.mapping.repeats is None and not self._has_names
        self._say(
            row, "repeated_row", Text("it is the same as line {line}", line=line), Text("left out"),
            ", ".join(self.mapping.key), key, None, KEEP_REPEATS if may_be_another else "", lost=may_be_another,
        )  # fmt: skip

    @property
    def _has_names(self) -> bool:
        """Whether two rows with one key are certainly one record."""
        names = {one for one in self.target.entry.title[:1] if self.target.field(one).of.kind == "line"}
        members = {c.member for c in self.mapping.columns if c.column in self.mapping.key}
        return len(self.key) < 2 or bool(members & {ID, KEY, *UNIQUE, *names})

    def _note_look_alike_keys(self) -> None:
        query = (
            "SELECT row.key, row.line, first.key, first.line FROM row JOIN (SELECT folded, MIN(n) AS n FROM row"
            " WHERE folded IS NOT NULL GROUP BY folded HAVING COUNT(DISTINCT key) > 1) AS alike USING (folded)"
            " JOIN row AS first ON first.n = alike.n WHERE row.key <> first.key ORDER BY row.n"
        )
        for key, line, other, other_line in self.spool.db.execute(query):
            self.findings.add(
                self.table.file, line, "look_alike_key",
                Text("it looks like {other} of line {line}", other=other, line=other_line),
                Text("imported as another record"), key, column=", ".join(self.mapping.key), value=key,
                mend=Text("If both are one, write them alike."),
            )  # fmt: skip


def _survey_of(member: str, text: str) -> ColumnSurvey:
    """What a column shows that has this text in every row."""
    alone = Table("", "", 1, (member,), lambda: iter([Row(1, (text,))]))
    return survey(alone).columns[member]


def shown_key(key: str) -> str:
    """A key as people know it: that of rows without key columns says first by what they are known."""
    for path in (ID, KEY, "code", "name", "title"):
        if key.startswith(f"{path}:"):
            return key.removeprefix(f"{path}:")
    return key
