"""The rows of a table sent in batches: new ones by their keys, known ones as revisions; what is refused becomes a finding."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from services.imports.findings import Findings
from services.imports.results import is_passing, members_to_import, misses_only
from services.imports.server import PATIENCE_S, Server
from services.imports.tables.judging import NOT_IMPORTED, WITHOUT_IT, Column, shown_key
from services.imports.tables.lookups import ROW
from services.imports.tables.move_comparing import MovePlanner
from services.imports.tables.oddities import ZERO_LOST, may_lack_a_zero
from services.imports.tables.references import PROJECT, UNIQUE
from services.imports.tables.shown_values import called_member
from services.imports.tables.spool import JudgedRow, Spool
from services.imports.tables.targets import ID, KEY, Target
from services.imports.upserts import Progress
from shared.base.ids import new_id
from shared.base.texts import Text

BATCH = 500
IN_FLIGHT = 2
PAUSE_S = 0.2
ALREADY = Text("already taken")
MENDS = {
    "no_budget": Text("Approve the project first, in Portolan or by a column with its stage."),
    "reversal": Text(
        "Give the number of the credit note as its document, or name in a column what it reverses."
    ),
}
"""Code of a fault that the server finds -> what to do about it, where that is not in the reason."""

Item = dict[str, Any]


@dataclass
class Sent:
    """What became of the rows that were sent; of those that were refused the spool knows."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass
class RowSender:
    """Sends the rows of the spool whose fate is `new` or `changed`."""

    server: Server
    source: str
    file: str
    target: Target
    spool: Spool
    findings: Findings
    columns: Sequence[Column]
    moves: MovePlanner
    ids_made: Mapping[tuple[str, str], str | None]
    """(member, text) -> the id of what a stage before made; None where it was refused. Of a trial: a stand-in."""
    has_key: bool = True
    """Whether rows are known by the cells of key columns."""
    validate_only: bool = False
    progress: Progress = lambda step, done: None
    sent: Sent = field(default_factory=Sent)
    is_dated: bool = False
    """Whether rows of several days build on each other."""
    column_in_file: Callable[[str, int], str] = lambda name, part: name
    """The column of the file in which a cell of a row stands, by its column and its part."""
    returning: set[str] = field(default_factory=set)
    """Ids of what is archived and comes back."""

    zeros_are_nothing: bool = False
    """Whether a cell with a zero, among others of its line, says nothing where no record of nothing may be."""

    def __post_init__(self) -> None:
        entry = self.target.entry
        self.collection = f"{entry.service}/v1/{entry.collection}"
        self.by_path = {column.path: column for column in self.columns}
        self.withheld: set[str] = set()
        """Members that the caller may not set of a new record: moves set them, or they are left out, which is said once."""
        self.written_before_moves: set[int] = set()
        """Of the changed rows with moves those of which more is written than these."""
        self.without_withheld: set[int] = set()
        """The rows that were sent without these."""
        self.claims: dict[tuple[str, str, str], str] = {}
        self.restored: dict[str, int] = {}
        """Id of what has come back -> its version, where the row was refused for the moment."""
        self.stand_ins: dict[str, str] = {}
        """What a trial would have made: what it is named by -> an id that nothing has."""

    async def send(self, day: str) -> None:
        """The rows of a day: those that others name go first."""
        where = "day = ? AND fate IN ('new', 'changed')"
        levels = [
            row[0]
            for row in self.spool.db.execute(
                f"SELECT DISTINCT level FROM row WHERE {where} ORDER BY level", (day,)
            )
        ]
        for level in levels:
            waiting: set[asyncio.Task[None]] = set()
            size = BATCH // 2 if self.returning else BATCH
            for rows in self.spool.chunks(size, f"{where} AND level = ?", day, level):
                waiting.add(asyncio.create_task(self._send(rows)))
                if len(waiting) >= IN_FLIGHT:
                    done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        task.result()
            if waiting:
                await asyncio.gather(*waiting)

    async def _send(self, rows: list[JudgedRow]) -> None:
        until = monotonic() + PATIENCE_S
        to_write = [row for row in rows if self._is_to_be_written(row)]
        self.written_before_moves |= {row.n for row in to_write if row.moves}
        pending = [row for row in to_write if self._name_others(row)]
        self.progress("sent", len(to_write) - len(pending))
        while pending:
            results = await self.post_rows([self.item(row) for row in pending], until)
            waiting, without = [], []
            for row, result in zip(pending, results, strict=True):
                if self.validate_only and misses_only(row.names, result):
                    without.append(row)
                elif self._only_needs_import(row, result) or (
                    is_passing(result.get("problem")) and monotonic() < until
                ):
                    waiting.append(row)
                else:
                    self._settle(row, result)
            await self._try_without(without, until)
            self.progress("sent", len(pending) - len(waiting))
            pending = waiting
            if pending:
                await asyncio.sleep(PAUSE_S)

    def is_written(self, row: JudgedRow) -> bool:
        """Whether the record itself was written, before any move is made."""
        return row.fate == "new" or row.n in self.written_before_moves

    def _is_to_be_written(self, row: JudgedRow) -> bool:
        return row.fate == "new" or bool(row.patch or row.names) or row.id in self.returning

    async def post_rows(self, items: list[Item], until: float) -> list[dict[str, Any]]:
        answers = iter(await self.post([sent for item in items for sent in self.with_return(item)], until))
        return [self._result_of(item, answers) for item in items]

    async def post(self, items: list[Item], until: float) -> list[dict[str, Any]]:
        """What became of each item; of a trial what would."""
        parameters = {"validate_only": "true"} if self.validate_only else {}
        return await self.server.batch(self.collection, items, parameters, until)

    def with_return(self, item: Item) -> list[Item]:
        """What is archived is restored first: the item builds on that."""
        if item.get("id") not in self.returning:
            return [item]
        return [
            {"id": item["id"], "version": item["version"], "archived": False},
            item | {"version": item["version"] + 1},
        ]

    def _result_of(self, item: Item, answers: Iterator[dict[str, Any]]) -> dict[str, Any]:
        if item.get("id") not in self.returning:
            return next(answers)
        restored, result = next(answers), next(answers)
        if "problem" in restored:
            return restored
        if not self.validate_only:
            self.returning.discard(item["id"])
            self.restored[item["id"]] = restored["resource"]["version"]
        return result | {"changed": True} if "resource" in result else result

    async def _try_without(self, rows: list[JudgedRow], until: float) -> None:
        """What a trial found wrong is only that what these name is not made yet: all else is judged without it."""
        alone = [row for row in rows if not any(self.by_path[path].field.required for path in row.names)]
        for row in rows:
            if row not in alone:
                self.accept(row)
        if not alone:
            return
        results = await self.post_rows([self.item(row, without=row.names) for row in alone], until)
        for row, result in zip(alone, results, strict=True):
            self._settle(row, result)

    def _name_others(self, row: JudgedRow) -> bool:
        """Whether the row can be sent: what it names was made, or it can do without."""
        for path, (code, _) in list(row.names.items()):
            if self._id_of(path, code) is not None:
                continue
            column = self.by_path[path]
            del row.names[path]
            (row.patch or {}).pop(path, None)
            reason = Text("what it names was not imported")
            row.reasons.append(Text("{column}: {reason}", column=column.name, reason=reason))
            done = NOT_IMPORTED if column.field.required else WITHOUT_IT
            self.say(row, "parent_absent", reason, done, path, Text("Correct that row and send both again."))
            if column.field.required:
                self.refuse(row)
        return row.fate != "refused"

    def _id_of(self, path: str, code: str) -> str | None:
        if not code.startswith(ROW):
            return self.ids_made.get((path, code))
        fate, id = self.spool.db.execute(
            "SELECT fate, id FROM row WHERE n = ?", (int(code.removeprefix(ROW)),)
        ).fetchone()
        if fate == "refused":
            return None
        if id is None and self.validate_only:
            return self.stand_ins.setdefault(code, str(new_id()))
        return None if id is None else str(id)

    def item(self, row: JudgedRow, without: Iterable[str] = ()) -> Item:
        ids = {path: self._id_of(path, code) for path, (code, _) in row.names.items() if path not in without}
        if row.fate == "changed" and (id := self._version_of(row)):
            return {
                "id": id,
                "version": self.restored.get(id, row.version),
                "patch": nested({p: v for p, v in (row.patch or {}).items() if p not in without} | ids),
            }
        members = {
            path: value
            for path, value in row.members.items()
            if value is not None
            and path != ID
            and path not in self.withheld
            and self.by_path[path].field.use != "by move"
        }
        item = nested(members | ids)
        for path in without:
            item.pop(path, None)
        if (key := self._external_key(row)) is not None:
            item["external_ref"] = {"source": self.source, "id": key}
        return item

    def _version_of(self, row: JudgedRow) -> str:
        """The id of a known record; that of a row that builds on an earlier one is known once this one is in."""
        if self.is_dated and not self.validate_only:
            row.id, row.version = self.spool.db.execute(
                "SELECT id, version FROM there WHERE key = ?", (row.key,)
            ).fetchone()
        return row.id or ""

    def _only_needs_import(self, row: JudgedRow, result: dict[str, Any]) -> bool:
        """Whether all that is wrong is that only an importer may set a member: the row comes in without it."""
        paths = members_to_import(result)
        if not paths or not paths <= row.members.keys() or row.n in self.without_withheld:
            return False
        self.without_withheld.add(row.n)
        for path in paths - self.withheld:
            if self.by_path[path].field.moves:
                continue
            reason = Text("only who may import may set it")
            mend = Text("Use a token with the verb import, or make the moves in Portolan.")
            self.say(row, "import_only", reason, Text("all new rows imported without it"), path, mend)
        self.withheld |= paths
        return True

    def _external_key(self, row: JudgedRow) -> str | None:
        key = row.key or ""
        if key.startswith(f"{KEY}:"):
            return key.removeprefix(f"{KEY}:")
        return key if self.has_key else None

    def _settle(self, row: JudgedRow, result: dict[str, Any]) -> None:
        if "resource" not in result and self.zeros_are_nothing and _is_zero(result["problem"]):
            row.fate = "left_out"
            self.spool.write(row)
            return
        if "resource" not in result:
            self._say_refused(row, result["problem"])
            self.refuse(row)
            return
        if self.validate_only and (path := self._claimed_twice(row)):
            problem = {
                "code": "duplicate",
                "errors": [{"pointer": f"/{path}", "code": "duplicate", "detail": ALREADY}],
            }
            self._say_refused(row, problem)
            self.refuse(row)
            return
        resource = result["resource"]
        if row.fate == "new" and self.moves.mover.state in self.withheld:
            self.moves.plan_new(row, resource[self.moves.mover.state])
            self.spool.write(row)
        if not self.validate_only:
            self.spool.note_sent(row, resource["id"], resource["version"])
        if row.fate == "changed" and not row.moves and not result.get("changed", True):
            self.sent.unchanged += 1
        else:
            self.accept(row)

    def _claimed_twice(self, row: JudgedRow) -> str:
        """The code that a row wants and one of another batch has been promised: of a trial nothing stays taken."""
        for path in UNIQUE:
            if (value := row.members.get(path)) is not None and path in self.by_path:
                place = (path, str(row.members.get(PROJECT, "")), str(value))
                if self.claims.setdefault(place, row.key or "") != (row.key or ""):
                    return path
        return ""

    def accept(self, row: JudgedRow) -> None:
        if row.fate == "new":
            self.sent.created += 1
        else:
            self.sent.changed += 1

    def refuse(self, row: JudgedRow) -> None:
        row.fate = "refused"
        self.spool.write(row)

    def _say_refused(self, row: JudgedRow, problem: dict[str, Any]) -> None:
        """A finding for each fault, at the column that it is about."""
        faults = problem.get("errors") or [{"detail": problem["detail"]}]
        for fault in faults:
            path = fault.get("pointer", "").removeprefix("/patch").strip("/").replace("/", ".")
            while path and path not in self.by_path:
                path = path.rpartition(".")[0]
            reason = problem["detail"] if len(faults) == 1 and not path else fault["detail"]
            if not path and (member := self._member_at(fault.get("pointer", ""))):
                reason = Text("{reason} ({member})", reason=reason, member=member)
            name = self.by_path[path].name if path else ""
            row.reasons.append(f"{name}: {reason}" if name else reason)
            code = fault.get("code") or problem["code"]
            mend = MENDS.get(code, "")
            if code == "duplicate" and may_lack_a_zero(str(row.members.get(path))):
                mend = ZERO_LOST
            self.say(row, code, reason, NOT_IMPORTED, path, mend)

    def _member_at(self, pointer: str) -> str:
        """What the member is called at which a fault points, where no column fills it."""
        path = pointer.removeprefix("/patch").strip("/").replace("/", ".")
        return called_member(self.target, self.target.field(path)) if self.target.has(path) else path

    def say(self, row: JudgedRow, code: str, reason: str, done: Text, path: str, mend: str) -> None:
        column = self.by_path.get(path)
        self.findings.add(
            self.file, row.line, code, reason, done, shown_key(row.key or ""), lost=True,
            column=self.column_in_file(column.name, row.part) if column else "", value=column.text_in(self.spool.cells_of(row)) if column else "",
            mend=mend,
        )  # fmt: skip


def _is_zero(problem: dict[str, Any]) -> bool:
    """Whether all that is wrong is that an amount is zero."""
    return {fault.get("code") for fault in problem.get("errors", ())} == {"zero"}


def nested(members: Mapping[str, Any]) -> dict[str, Any]:
    """Members by paths as the JSON that they are: `custom.risk_class` stands in `custom`."""
    body: dict[str, Any] = {}
    for path, value in members.items():
        *above, name = path.split(".")
        place = body
        for part in above:
            place = place.setdefault(part, {})
        place[name] = value
    return body
