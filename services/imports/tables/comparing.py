"""The rows beside what is there: which are new, which change what, which change nothing, and what vanished from the file."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.imports.findings import Findings
from services.imports.returning import undone_ids
from services.imports.server import Parameters, Server
from services.imports.tables.judging import NOT_IMPORTED, WITHOUT_IT, Column, shown_key
from services.imports.tables.move_comparing import MovePlanner
from services.imports.tables.oddities import folded_key
from services.imports.tables.person_names import first_name_first, last_name_first
from services.imports.tables.references import REVERSES
from services.imports.tables.shown_values import EMPTY, UNSEEN, called_member, names_of_ids, shown_value
from services.imports.tables.spool import JudgedRow, Spool, decode, encode
from services.imports.tables.targets import ID, KEY, VERSION, Target, says_currency
from services.imports.tables.values import is_same
from shared.base.ids import is_canonical
from shared.base.texts import Text

EXAMPLES = 20
PORTION = 500
AT_ONCE = 8
"""Histories that are read at the same time."""


@dataclass(frozen=True, slots=True)
class Change:
    """A member that a row changes."""

    line: int
    key: str
    title: str
    column: str
    member: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Vanished:
    """A record of the same source that the file lacks."""

    key: str
    id: str
    title: str


@dataclass
class Preview:
    """What the import would do. Of changes and vanished records the first ones are kept, and all are counted."""

    counts: dict[str, int] = field(default_factory=dict)
    """Fate -> rows: `new`, `changed`, `unchanged`, `refused`, `left_out`."""
    changes: list[Change] = field(default_factory=list)
    changed_members: dict[str, int] = field(default_factory=dict)
    """Column -> rows in which it changes something."""
    vanished: list[Vanished] = field(default_factory=list)
    vanished_count: int = 0
    names: dict[str, str] = field(default_factory=dict)
    """Id -> what the record is called, of those that the changes name."""
    back: int = 0
    """Of the changed rows those whose record is archived, since an import was taken back, and comes back."""


@dataclass
class Comparing:
    """Compares the rows in the spool with the records of one collection."""

    server: Server
    source: str
    file: str
    target: Target
    spool: Spool
    findings: Findings
    columns: Sequence[Column]
    identities: Sequence[str]
    """By which members rows are known where they have no key columns."""
    column_in_file: Callable[[str, int], str] = lambda name, part: name
    """The column of the file in which a cell of a row stands, by its column and its part."""

    def __post_init__(self) -> None:
        self.path = self.target.entry.path
        self.returning: set[str] = set()
        """Ids of what comes back, archived as it is: an import of this source made it and was taken back."""
        self.by_path = {column.path: column for column in self.columns}
        self.members = [
            c.path for c in self.columns if c.path not in (ID, VERSION, KEY) and not says_currency(c.path)
        ]
        self.moves = MovePlanner(
            self.file, self.target, self.spool, self.findings, self.by_path, self.column_in_file
        )
        own = [REVERSES] if self.target.has(REVERSES) else []
        self.read_members = list(dict.fromkeys((*self.members, *self.moves.mover.inputs, *own)))
        """What is read of a record: what the columns fill, what planning moves needs, and what it takes back."""
        tops = dict.fromkeys(path.partition(".")[0] for path in self.read_members)
        self.fields = ",".join(
            dict.fromkeys(
                (
                    "id",
                    "version",
                    "archived_at",
                    "external_ref",
                    *self.target.entry.title,
                    *tops,
                    *self._codes(),
                )
            )
        )

    def _codes(self) -> list[str]:
        return [path for path in self.identities if path not in (ID, KEY)]

    async def fetch(self) -> None:
        """Read what is there into the spool, and of what is archived what may come back."""
        await self._fetch()
        if self.spool.one("SELECT 1 FROM there WHERE archived = 1 LIMIT 1") is not None:
            self.returning = await undone_ids(self.server, self.source)

    async def _fetch(self) -> None:
        parameters: Parameters = [("archived", "true"), ("fields", self.fields)]
        if not self.identities:
            mine = [*parameters, ("external_ref.source", self.source)]
            async for items in self.server.pages(self.path, mine):
                self._note((item["external_ref"]["id"], item) for item in items)
            return
        for path in self.identities:
            async for items in self._known_by(path, parameters):
                self._note((f"{path}:{self._form_of(path, item)}", item) for item in items)

    async def _known_by(self, path: str, parameters: Parameters) -> AsyncIterator[list[dict[str, Any]]]:
        query = "SELECT key FROM row WHERE fate = 'judged' AND key >= ? AND key < ?"
        keys = [key.partition(":")[2] for (key,) in self.spool.db.execute(query, (f"{path}:", f"{path};"))]
        if (
            self.target.entry.name == "person" and path == self.target.entry.title[0]
        ):  # as others may have written it
            keys = list(dict.fromkeys(form for key in keys for form in (key, last_name_first(key))))
        parameters = [*parameters, ("external_ref.source", self.source)] if path == KEY else parameters
        for start in range(0, len(keys), PORTION):
            async for items in self.server.those_with(
                self.path, path, keys[start : start + PORTION], parameters
            ):
                yield items

    def _form_of(self, path: str, item: Mapping[str, Any]) -> Any:
        """By what a row knows a record: a person by the first name first."""
        value = _value_at(item, path)
        is_person = self.target.entry.name == "person" and path == self.target.entry.title[0]
        return first_name_first(value) if is_person else value

    async def fetch_past(self) -> None:
        """Read the versions of known records, whose rows speak of days of their own."""
        query = "SELECT DISTINCT there.key, there.id FROM there JOIN row USING (key) WHERE row.day <> ''"
        records = self.spool.db.execute(query).fetchall()
        for start in range(0, len(records), AT_ONCE):
            await asyncio.gather(
                *(self._fetch_versions(key, id) for key, id in records[start : start + AT_ONCE])
            )

    async def _fetch_versions(self, key: str, id: str) -> None:
        async for items in self.server.pages(f"{self.path}/{id}/history", [("expand", "state")]):
            self.spool.db.executemany(
                "INSERT INTO past (key, version, day, state) VALUES (?, ?, ?, ?)",
                [
                    (key, item["version"], item["effective_at"][:10],
                     encode({path: _value_at(item.get("state") or {}, path) for path in self.read_members}))
                    for item in items
                ],
            )  # fmt: skip

    def _is_past(self, row: JudgedRow) -> bool:
        """Whether a row speaks of a day before the record was changed last: it is compared with what was true then, and
        never written over what came after."""
        newest = self.spool.one("SELECT MAX(day) FROM past WHERE key = ?", row.key)
        if not row.day or newest is None or newest <= row.day:
            return False
        query = "SELECT state FROM past WHERE key = ? AND day <= ? ORDER BY version DESC LIMIT 1"
        state = self.spool.one(query, row.key, row.day)
        before = decode(state) if state else {}
        if (
            state
            and not row.names
            and all(
                is_same(before.get(path), new)
                for path, new in row.members.items()
                if path not in self.moves.mover.moved
            )
            and self.moves.is_as_said(before, row)
        ):
            row.fate = "unchanged"
        else:
            reason = Text("the record was changed on {day}, after the day of this row", day=newest)
            self._refuse(row, "past", reason, "", Text("Change it in Portolan, or import oldest rows first."))
        return True

    def _note(self, keyed: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """A label that several records have is noted as such: nobody knows which of them is meant."""
        for key, item in keyed:
            title = " · ".join(
                str(shown_value(item[name])) for name in self.target.entry.title if item.get(name) is not None
            )
            self.spool.db.execute(
                "INSERT INTO there (key, id, version, archived, title, folded, state) VALUES (?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET several = several + (archived = excluded.archived),"
                " id = CASE WHEN archived > excluded.archived THEN excluded.id ELSE id END,"
                " version = CASE WHEN archived > excluded.archived THEN excluded.version ELSE version END,"
                " state = CASE WHEN archived > excluded.archived THEN excluded.state ELSE state END,"
                " archived = MIN(archived, excluded.archived)",
                (
                    key, item["id"], item["version"], item.get("archived_at") is not None, title, folded_key(key),
                    encode({path: _value_at(item, path) for path in self.read_members}),
                ),
            )  # fmt: skip

    def compare(self) -> Preview:
        """Settle the fate of each row, and what is changed; rows of a later day are compared with those before."""
        preview = Preview()
        self.moves.note_parts()
        days = self.spool.days
        for day in days:
            self._compare_day(day, preview)
            if len(days) > 1:
                self.spool.carry(day)
        preview.counts = self.spool.fates()
        self._find_vanished(preview)
        return preview

    async def find_names(self, preview: Preview) -> None:
        """What the records are called that changes speak of: nobody reads ids."""
        changes = [one for one in preview.changes if self.by_path[one.member].is_reference]
        columns = [self.by_path[path] for path in dict.fromkeys(one.member for one in changes)]
        ids = dict.fromkeys(str(value) for one in changes for value in (one.old, one.new) if value)
        preview.names = await names_of_ids(self.server, self.target.entry, columns, ids)

    def texts_of(self, change: Change, preview: Preview) -> tuple[str, str]:
        """The old and the new value of a change as people read them; what is empty is an empty text."""
        column = self.by_path[change.member]
        old, new = (self._text_of_side(column, value, preview) for value in (change.old, change.new))
        if column.is_reference and not is_canonical(str(change.new or "")):
            new = column.text_in(self.spool.cells_in(change.line)) or new
        return old, new

    def _text_of_side(self, column: Column, value: Any, preview: Preview) -> str:
        if column.is_reference and is_canonical(str(value or "")):
            return preview.names.get(value, UNSEEN)
        return shown_value(value, column.field, self.target.entry.name)

    def _compare_day(self, day: str, preview: Preview) -> None:
        for row in self.spool.rows("fate = 'judged' AND day = ?", day):
            record = self.spool.db.execute(
                "SELECT id, version, archived, several, title, state FROM there WHERE key = ?", (row.key,)
            ).fetchone()
            if record is None:
                self._settle_new(row)
            else:
                self._settle_known(row, record, preview)
            self.spool.write(row)

    def _settle_new(self, row: JudgedRow) -> None:
        if (row.key or "").startswith(f"{ID}:"):
            reason = Text("no record that you may see has this id")
            self._refuse(row, "not_there", reason, ID, Text("Empty the cell, and it becomes a new record."))
            return
        missing = [
            f for f in self.target.fields if f.required and f.use != "row" and not self._is_given(row, f.path)
        ]
        row.fate = "new"
        row.members.pop(VERSION, None)
        self.moves.plan_new(row)
        for at in missing:
            reason = Text(
                "a new record needs {member}, and no column fills it", member=called_member(self.target, at)
            )
            self._refuse(
                row, "missing_required", reason, at.path, Text("Add a column, or a constant in the mapping.")
            )

    def _is_given(self, row: JudgedRow, path: str) -> bool:
        top = path.partition(".")[0]
        stated = {*row.members, *row.names}
        return path in stated or top in stated or any(one.startswith(f"{path}.") for one in stated)

    def _settle_known(self, row: JudgedRow, record: Sequence[Any], preview: Preview) -> None:
        id, version, archived, several, title, state = record
        row.id, row.version = id, version
        if several > 1:
            reason = Text("{count} records are called so", count=several)
            self._refuse(row, "ambiguous_name", reason, "", Text("Give each row a key, or its code."))
            return
        if archived and id not in self.returning:
            mend = Text("Restore it in Portolan, or take the row out of the file.")
            self._refuse(row, "archived", Text("the record was archived"), "", mend)
            return
        if self._has_moved_on(row, version) or self._is_past(row):
            return
        patch, before = {}, decode(state)
        for path, new in row.members.items():
            old = before.get(path)
            if path in self.moves.mover.moved or is_same(old, new):
                continue
            column = self.by_path[path]
            if path in self.target.entry.title and self._form_of(path, before) == new:
                continue
            if not column.field.is_changed:
                self._keep_immutable(row, column, old, new)
                continue
            if new is None and not column.field.of.nullable:
                if is_same(old, column.field.of.default) or not old:
                    continue
                new = column.field.of.default if column.field.of.default is not None else ""
            patch[path] = new
            self._note_change(preview, row, title, column, old, new)
        for path, (text, _) in row.names.items():
            patch[path] = text  # what it names has no id yet
            self._note_change(preview, row, title, self.by_path[path], before.get(path), text)
        if row.fate == "judged":
            for path, new in self.moves.plan(row, before).items():
                self._note_change(preview, row, title, self.by_path[path], before.get(path), new)
            is_changed = bool(patch or row.moves or (archived and not self._comes_back_along(before)))
            row.fate, row.patch = ("changed", patch) if is_changed else ("unchanged", None)
            preview.back += bool(archived)

    def _comes_back_along(self, before: Mapping[str, Any]) -> bool:
        """Whether an archived booking is restored with the one that it takes back, which stands in the file too."""
        original = before.get(REVERSES)
        query = "SELECT 1 FROM there JOIN row USING (key) WHERE there.id = ? AND row.fate IN ('judged', 'changed')"
        return original in self.returning and self.spool.one(query, original) is not None

    def _has_moved_on(self, row: JudgedRow, version: int) -> bool:
        stated = row.members.pop(VERSION, None)
        if stated is None or int(stated) == version:
            return False
        reason = Text(
            "somebody changed it since the list was taken: it is at version {version}", version=version
        )
        self._refuse(row, "moved_on", reason, VERSION, Text("Take the list again and make the change in it."))
        return True

    def _keep_immutable(self, row: JudgedRow, column: Column, old: Any, new: Any) -> None:
        if column.is_reference and old is not None:  # all its other cells speak of another record
            reason = Text("the record with this key belongs to something else")
            mend = Text("Give the row a key of its own, or name more columns as the key.")
            self._refuse(row, "another_record", reason, column.path, mend)
            return
        old_shown = shown_value(old, column.field, self.target.entry.name) or EMPTY
        reason = Text("it stays {old} once it is given", old=old_shown)
        row.reasons.append(Text("{column}: {reason}", column=column.name, reason=reason))
        self.findings.add(
            self.file, row.line, "cannot_change", reason, WITHOUT_IT, shown_key(row.key or ""), lost=True,
            column=self.column_in_file(column.name, row.part), value=column.text_in(self.spool.cells_of(row)),
            mend=Text("Change it in Portolan."),
        )  # fmt: skip

    def _refuse(self, row: JudgedRow, code: str, reason: Text, path: str, mend: Text) -> None:
        row.fate = "refused"
        row.reasons.append(reason)
        column = self.column_in_file(self.by_path[path].name, row.part) if path in self.by_path else ""
        self.findings.add(
            self.file,
            row.line,
            code,
            reason,
            NOT_IMPORTED,
            shown_key(row.key or ""),
            lost=True,
            column=column,
            mend=mend,
        )

    def _note_change(
        self, preview: Preview, row: JudgedRow, title: str, column: Column, old: Any, new: Any
    ) -> None:
        name = self.column_in_file(column.name, row.part)
        preview.changed_members[name] = preview.changed_members.get(name, 0) + 1
        if len(preview.changes) < EXAMPLES:
            preview.changes.append(
                Change(row.line, shown_key(row.key or ""), title, name, column.path, old, new)
            )

    def _find_vanished(self, preview: Preview) -> None:
        """Records of this source that the file lacks; never of tables whose rows are known otherwise."""
        if self.identities:
            return
        lacking = (
            " FROM there WHERE archived = 0 AND NOT EXISTS (SELECT 1 FROM row WHERE row.key = there.key)"
        )
        preview.vanished_count = self.spool.one("SELECT COUNT(*)" + lacking)
        rows = self.spool.db.execute(
            f"SELECT key, id, title{lacking} ORDER BY key LIMIT {EXAMPLES}"
        ).fetchall()
        preview.vanished = [Vanished(*row) for row in rows]
        query = (
            "SELECT row.line, row.key, there.key FROM row JOIN there USING (folded)"
            " WHERE row.fate = 'new' AND NOT EXISTS (SELECT 1 FROM row AS other WHERE other.key = there.key) ORDER BY row.n"
        )
        for line, key, other in self.spool.db.execute(query).fetchall():
            self.findings.add(
                self.file, line, "look_alike_key", Text("it looks like {other}, which is there", other=other),
                Text("imported as another record"), key, value=key, mend=Text("If both are one, write them alike."),
            )  # fmt: skip


def _value_at(item: Mapping[str, Any], path: str) -> Any:
    value: Any = item
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
