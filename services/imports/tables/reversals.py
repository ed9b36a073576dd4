"""What bookings of a table take back: a column names it, or the amount says it where one booking alone can be meant.

Accountants export credit notes as negative amounts. Portolan posts them as the reversal of one booking, or as a credit of
its own. A booking is named by its document, its key or its id, within its project.

    named          -> that booking; a finding where none or several are called so
    negative       -> the one earlier booking of the same amount, project, package and contract: said as a finding
                   -> a credit of its own, where none or several fit: said too
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from services.imports.findings import Findings
from services.imports.server import Server
from services.imports.tables.judging import NOT_IMPORTED, Column, shown_key
from services.imports.tables.lookups import ROW
from services.imports.tables.mapping import ColumnMapping, Mapping
from services.imports.tables.oddities import text_of
from services.imports.tables.references import DOCUMENT, PROJECT, REVERSES
from services.imports.tables.spool import JudgedRow, Spool, encode
from services.imports.tables.targets import Target, TargetField
from shared.base.ids import is_canonical
from shared.base.texts import Text

_TABLE = """
CREATE TABLE booking (
    n INTEGER, id TEXT, key TEXT, project TEXT NOT NULL, document TEXT, day TEXT NOT NULL, amount TEXT NOT NULL,
    is_negative INTEGER NOT NULL, alike BLOB NOT NULL, is_reversed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX booking_alike ON booking (alike);
CREATE INDEX booking_project ON booking (project);
"""
"""Each booking of the projects that are concerned, once: of the rows and of what is there. `alike` is the same of those that
only their day and their document tell apart."""
AS_CREDIT = Text("imported as a credit of its own")
AS_REVERSAL = Text("imported as its reversal")
NAME_IT = Text("If it takes one booking back, name that one: a column Reverses with its document.")
OWN_CREDIT = Text("If it is a credit of its own, say so: --credits alone, or Credits at the page.")


@dataclass(frozen=True, slots=True)
class Booking:
    """One that may be what another takes back."""

    n: int | None
    """Of its row; None where it is there already."""
    id: str | None
    key: str | None
    document: str | None
    day: str
    amount: str
    line: int | None

    @property
    def title(self) -> Text:
        """As people know it."""
        name = Text("{name}", name=self.document or self.key or f"{self.day} {self.amount}")
        return Text("{name} of line {line}", name=name, line=self.line) if self.line else name


@dataclass
class Reversals:
    """Finds what the rows in the spool take back, once it is known what is there."""

    server: Server
    file: str
    mapping: Mapping
    target: Target
    spool: Spool
    findings: Findings
    columns: Sequence[Column]

    def __post_init__(self) -> None:
        amounts = [f for f in self.target.fields if f.of.kind == "money" and f.required]
        days = [f for f in self.target.fields if f.of.kind == "day" and f.required]
        self.paths = {column.path for column in self.columns}
        self.amount, self.day = (next((f.path for f in some), "") for some in (amounts, days))
        self.is_of_bookings = (
            self.target.has(REVERSES) and {self.amount, self.day, PROJECT} <= self.paths and bool(self.amount)
        )
        self.others = [
            f.path for f in self.target.fields
            if f.of.kind in ("reference", "choice") and f.path != REVERSES and f.path in self.paths
        ]  # fmt: skip
        """What a reversal has in common with what it reverses, beside the amount."""

    @property
    def column(self) -> Column | None:
        """What rows are sent with: they cannot do without what they take back."""
        if not self.target.has(REVERSES):
            return None
        field: TargetField = replace(self.target.field(REVERSES), required=True)
        mapped = next((c for c in self.columns if c.path == REVERSES), None)
        if mapped is not None:
            return replace(mapped, field=field)
        return Column(-1, field.label(), ColumnMapping(column=field.label(), member=REVERSES), field, text_of)

    async def find(self) -> None:
        """Write into the rows what they take back."""
        if not self.is_of_bookings or not (rows := {row.n: row for row in self._concerned()}):
            return
        concerned = list(rows.values())
        self.spool.db.executescript(f"SAVEPOINT bookings; {_TABLE} RELEASE bookings;")
        projects = {self._project(row) for row in concerned}
        await self._note_those_there({project for project in projects if is_canonical(project)})
        self._note_rows(projects)
        for row in concerned:
            if REVERSES in row.members:
                self._find_named(row, rows)
        if self.mapping.credits != "alone":
            for row in concerned:
                is_open = row.fate == "judged" and not {REVERSES} & {*row.members, *row.names}
                if is_open and self._is_negative(row):
                    self._find_by_amount(row)

    def _concerned(self) -> Iterable[JudgedRow]:
        """Rows that take something back and are not there yet; what is there stays as it was posted."""
        for row in self.spool.rows("fate = 'judged'"):
            is_there = self.spool.one("SELECT 1 FROM there WHERE key = ?", row.key) is not None
            if is_there and row.members.pop(REVERSES, None) is not None:
                self.spool.write(row)
            if not is_there and (REVERSES in row.members or self._is_negative(row)):
                yield row

    def _is_negative(self, row: JudgedRow) -> bool:
        amount = row.members.get(self.amount)
        return amount is not None and Decimal(amount["amount"]) < 0

    def _project(self, row: JudgedRow) -> str:
        """The id of its project; a name where the project is another row or made first."""
        return str(row.members.get(PROJECT) or row.names.get(PROJECT, ("", ""))[0])

    async def _note_those_there(self, projects: Iterable[str]) -> None:
        tops = dict.fromkeys(
            path.partition(".")[0] for path in (*self.others, self.amount, self.day, PROJECT)
        )
        more = [name for name in (DOCUMENT, REVERSES) if self.target.has(name)]
        parameters = [("fields", ",".join(("id", "external_ref", *tops, *more)))]
        reversed_ids = set()
        async for items in self.server.those_with(
            self.target.entry.path, PROJECT, sorted(projects), parameters
        ):
            for item in items:
                reversed_ids.add(item.get(REVERSES))
                ref = item.get("external_ref") or {}
                key = ref.get("id") if ref.get("source") == self.mapping.source else None
                self._note(item, item[PROJECT], None, item["id"], key)
        self.spool.db.executemany(
            "UPDATE booking SET is_reversed = 1 WHERE id = ?", [(id,) for id in reversed_ids if id]
        )

    def _note_rows(self, projects: set[str]) -> None:
        """Those of the file that are not there yet."""
        for row in self.spool.rows("fate = 'judged'"):
            project = self._project(row)
            is_there = self.spool.one("SELECT 1 FROM there WHERE key = ?", row.key) is not None
            if (
                project in projects
                and not is_there
                and row.members.get(self.amount)
                and row.members.get(self.day)
            ):
                names = {path: code for path, (code, _) in row.names.items()}
                self._note(row.members | names, project, row.n, None, row.key)

    def _note(
        self, members: dict[str, Any], project: str, n: int | None, id: str | None, key: str | None
    ) -> None:
        amount = members[self.amount]
        self.spool.db.execute(
            "INSERT INTO booking (n, id, key, project, document, day, amount, is_negative, alike)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                n, id, key, project, members.get(DOCUMENT), members[self.day],
                f"{amount['currency']} {amount['amount']}", Decimal(amount["amount"]) < 0,
                self._alike(members, project),
            ),
        )  # fmt: skip

    def _alike(self, members: dict[str, Any], project: str) -> bytes:
        amount = members[self.amount]
        size = f"{abs(Decimal(amount['amount'])).normalize():f}"
        defaults = {path: self.target.field(path).of.default for path in self.others}
        others = [members.get(path) or defaults[path] for path in self.others if path != PROJECT]
        return encode([project, amount["currency"], size, *others])

    def _bookings(self, where: str, *values: Any) -> list[Booking]:
        query = (
            "SELECT booking.n, booking.id, booking.key, document, booking.day, amount, row.line FROM booking"
            f" LEFT JOIN row ON row.n = booking.n WHERE {where} LIMIT 20"
        )
        return [Booking(*values_of_one) for values_of_one in self.spool.db.execute(query, values)]

    def _find_named(self, row: JudgedRow, rows: dict[int, JudgedRow]) -> None:
        """The booking that a cell names; of several, such as the lines of one invoice, that of the same amount."""
        text, project = str(row.members.pop(REVERSES)), self._project(row)
        where = "project = ? AND booking.n IS NOT ? AND is_negative <> ? AND (booking.id = ? OR booking.key = ? OR document = ?)"
        values = (project, row.n, self._is_negative(row), text, text, text)
        bookings = self._bookings(where, *values)
        if len(bookings) > 1:
            same = self._bookings(f"{where} AND alike = ?", *values, self._alike_of(row))
            bookings = same if len(same) == 1 else bookings
        if len(bookings) == 1:
            [booking] = bookings
            other = rows.get(booking.n or 0)
            if other is None or self._is_negative(row) or booking.day < row.members[self.day]:
                self._take(row, booking)
            elif not {REVERSES} & {*other.members, *other.names}:  # it says by what it was reversed
                [own] = self._bookings("booking.n = ?", row.n)
                self._take(other, own)
            self.spool.write(row)
            return
        code, reason = "not_there", Text("no booking of its project has this document, key or id")
        if bookings:
            code, reason = "ambiguous_name", Text("{count} bookings are called so", count=len(bookings))
        column = next((c.name for c in self.columns if c.path == REVERSES), "")
        mend = Text("Correct the cell, or give the key of the booking.")
        row.fate = "refused"
        row.reasons.append(Text("{column}: {reason}", column=column, reason=reason))
        self.findings.add(
            self.file, row.line, code, reason, NOT_IMPORTED, shown_key(row.key or ""), lost=True, column=column,
            value=text, mend=mend,
        )  # fmt: skip
        self.spool.write(row)

    def _alike_of(self, row: JudgedRow) -> bytes:
        names = {path: code for path, (code, _) in row.names.items()}
        return self._alike(row.members | names, self._project(row))

    def _find_by_amount(self, row: JudgedRow) -> None:
        """The one earlier booking of the same amount that nothing takes back yet; of several that with the same document."""
        alike, day = self._alike_of(row), row.members.get(self.day) or ""
        where = "alike = ? AND NOT is_negative AND NOT is_reversed AND booking.day <= ?"
        bookings = self._bookings(where, alike, day)
        rivals = self.spool.one(
            "SELECT COUNT(*) FROM booking WHERE alike = ? AND is_negative AND n IS NOT NULL", alike
        )
        document = row.members.get(DOCUMENT)
        if document and (len(bookings) > 1 or rivals > 1):
            bookings, rivals = (
                self._bookings(f"{where} AND document = ?", alike, day, document) or bookings,
                1,
            )
        column = next(c.name for c in self.columns if c.path == self.amount)
        if len(bookings) == 1 and rivals == 1:
            reason = Text("it takes back exactly what {booking} has posted", booking=bookings[0].title)
            self._say(row, "read_as_reversal", reason, AS_REVERSAL, column, OWN_CREDIT)
            self._take(row, bookings[0])
        elif document:
            reason = Text(
                "{count} bookings have this amount: none is taken for what it takes back", count=len(bookings)
            )
            if not bookings:
                reason = Text("no earlier booking of its project has this amount")
            self._say(row, "read_as_credit", reason, AS_CREDIT, column, NAME_IT)

    def _say(self, row: JudgedRow, code: str, reason: Text, done: Text, column: str, mend: Text) -> None:
        amount = row.members[self.amount]
        self.findings.add(
            self.file, row.line, code, reason, done, shown_key(row.key or ""), column=column,
            value=f"{amount['currency']} {amount['amount']}", mend=mend,
        )  # fmt: skip

    def _take(self, row: JudgedRow, booking: Booking) -> None:
        """The row is sent after the one that it takes back."""
        if booking.id is not None:
            row.members[REVERSES] = booking.id
            self.spool.db.execute("UPDATE booking SET is_reversed = 1 WHERE id = ?", (booking.id,))
        else:
            row.names[REVERSES] = (f"{ROW}{booking.n}", "")
            self.spool.db.execute("UPDATE booking SET is_reversed = 1 WHERE n = ?", (booking.n,))
            query = "UPDATE row SET level = 1 + (SELECT level FROM row WHERE n = ?) WHERE n = ?"
            self.spool.db.execute(query, (booking.n, row.n))
        self.spool.write(row)
