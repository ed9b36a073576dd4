"""The moves that a row calls for: planned beside what is there, before anything is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.imports.findings import Findings
from services.imports.tables.judging import WITHOUT_IT, Column, shown_key
from services.imports.tables.lookups import ROW
from services.imports.tables.moving import Blocked, Mover, Plan, parts_by
from services.imports.tables.shown_values import shown_value
from services.imports.tables.spool import JudgedRow, Spool
from services.imports.tables.targets import Target
from services.imports.tables.values import is_same
from shared.base.texts import Text
from shared.contracts.words import called_state


@dataclass
class MovePlanner:
    """Plans the moves of the rows of one table, and says what no move reaches."""

    file: str
    target: Target
    spool: Spool
    findings: Findings
    by_path: Mapping[str, Column]
    column_in_file: Callable[[str, int], str] = lambda name, part: name
    """The column of the file in which a cell of a row stands, by its column and its part."""
    mover: Mover = field(init=False)
    rows_with_parts: set[int] = field(default_factory=set)
    ids_with_parts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.mover = Mover(self.target, self.by_path)

    def note_parts(self) -> None:
        """Which rows others name as what they are in: the first look at all rows."""
        members = {parts_by(self.target, at) for at in self.mover.moved.values()} & self.by_path.keys()
        for row in self.spool.rows("fate = 'judged'") if members else ():
            for member in members:
                code, _ = row.names.get(member, ("", ""))
                if code.startswith(ROW):
                    self.rows_with_parts.add(int(code.removeprefix(ROW)))
                elif id := row.members.get(member):
                    self.ids_with_parts.add(id)

    def changes(self, row: JudgedRow, before: Mapping[str, Any]) -> dict[str, Any]:
        """What the row says otherwise of what moves set."""
        changes = {}
        for path, at in self.mover.moved.items():
            if path not in row.members or is_same(before.get(path), new := row.members[path]):
                continue
            if new is None and path == self.mover.state:
                continue  # a cell that says no state asks for none
            new = at.of.default if new is None and not at.of.nullable else new
            if not is_same(before.get(path), new):
                changes[path] = new
        return changes

    def is_as_said(self, before: Mapping[str, Any], row: JudgedRow) -> bool:
        """Whether a record is what the row says, as far as moves set it."""
        changes = self.changes(row, before)
        plan = self.mover.plan(before, changes, row.members)
        return not plan.steps and not plan.blocked

    def plan(self, row: JudgedRow, before: Mapping[str, Any]) -> dict[str, Any]:
        """Note the moves for a row that is known; answers what they change."""
        changes = self._without_sums(row, self.changes(row, before))
        for path in [path for path, new in changes.items() if new is None]:
            del changes[path]
            self._say_stays(row, path, before[path])
        plan = self.mover.plan(before, changes, row.members)
        self._settle(row, plan)
        blocked = {path for one in plan.blocked for path in one.paths}
        if self.mover.state in changes and self.mover.state not in blocked:
            changes[self.mover.state] = plan.state
        return {
            path: new
            for path, new in changes.items()
            if path not in blocked and not is_same(before.get(path), new)
        }

    def plan_new(self, row: JudgedRow, state: str = "") -> None:
        """Note the moves for a row that is new: from its first state, or the one in which it was made."""
        before = self.mover.at_first()
        if state:
            before[self.mover.state] = state
        elif self._is_made_in_its_state(row):
            before[self.mover.state] = row.members[self.mover.state]
        changes = self._without_sums(row, self.changes(row, before))
        changes = {path: new for path, new in changes.items() if new is not None}
        self._settle(row, self.mover.plan(before, changes, row.members))

    def _is_made_in_its_state(self, row: JudgedRow) -> bool:
        """Whether a request that makes one may say the state, as far as who imports may."""
        state = self.mover.state
        return (
            state in self.mover.moved
            and row.members.get(state) is not None
            and (self.mover.moved[state].use == "at creation")
        )

    def _without_sums(self, row: JudgedRow, changes: dict[str, Any]) -> dict[str, Any]:
        """Without what follows from the parts of a row."""
        if row.n not in self.rows_with_parts and row.id not in self.ids_with_parts:
            return changes
        for path in [path for path in changes if parts_by(self.target, self.mover.moved[path])]:
            del changes[path]
            self._say(
                row, "follows_from_parts", Text("its parts show it"), path, Text("worked out from its parts")
            )
        return changes

    def _settle(self, row: JudgedRow, plan: Plan) -> None:
        row.moves = [(step.verb, step.body) for step in plan.steps]
        for one in plan.blocked:
            self._say_blocked(row, one)
        state = self.mover.state
        state_said = row.members.get(state) if state in self.mover.moved else None
        is_blocked = any(state in one.paths for one in plan.blocked)
        if state_said is not None and plan.state != state_said and not is_blocked:
            reason = Text("its other cells lead on from there")
            done = Text("imported as {state}", state=called_state(self.mover.kind, plan.state))
            self._say(row, "state_follows", reason, state, done)
        if plan.state and state_said is not None:
            row.members[state] = plan.state

    def _say_blocked(self, row: JudgedRow, blocked: Blocked) -> None:
        for path in blocked.paths:
            row.reasons.append(
                Text("{column}: {reason}", column=self.by_path[path].name, reason=blocked.reason)
            )
            self._say(row, blocked.code, blocked.reason, path, WITHOUT_IT, blocked.mend, lost=True)

    def _say_stays(self, row: JudgedRow, path: str, old: Any) -> None:
        reason = Text("no move empties it")
        self._say(
            row,
            "cannot_empty",
            reason,
            path,
            Text("it stays {old}", old=shown_value(old, self.by_path[path].field, self.target.entry.name)),
        )

    def _say(
        self, row: JudgedRow, code: str, reason: Text, path: str, done: Text, mend: Text | str = "", *, lost: bool = False
    ) -> None:  # fmt: skip
        self.findings.add(
            self.file, row.line, code, reason, done, shown_key(row.key or ""), lost=lost,
            column=self.column_in_file(self.by_path[path].name, row.part), value=self.by_path[path].text_in(self.spool.cells_of(row)),
            mend=mend,
        )  # fmt: skip
