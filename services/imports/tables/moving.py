"""Which moves bring a record to what a row says: members that only moves set, and the state that a lifecycle leads to.

Nothing here knows a register by name. What a move takes, and from which states it leads where, stands in the form models.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from services.imports.tables.targets import Target, TargetField
from shared.base.texts import Text, joined
from shared.contracts.forms import Move
from shared.contracts.words import Called, called_state

IN_PORTOLAN = Text("Make the move in Portolan.")


class Step(NamedTuple):
    """A move, and what it is sent with."""

    verb: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Blocked:
    """Members that no moves bring to what the row says."""

    paths: tuple[str, ...]
    code: str
    reason: Text
    mend: Text = IN_PORTOLAN


@dataclass(frozen=True)
class Plan:
    """The moves for one row."""

    steps: tuple[Step, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    state: str = ""
    """The state in which they leave the record."""


class Mover:
    """Plans the moves for the rows of a table with these columns (paths of members)."""

    def __init__(self, target: Target, paths: Iterable[str]) -> None:
        self.target, self.kind = target, target.entry.name
        self.state = target.model.state
        self.moves = tuple(move for move in target.model.moves if move.in_batches)
        columns = {path: target.field(path) for path in paths}
        self.moved = {path: at for path, at in columns.items() if at.moves}
        """The columns that moves fill."""
        self.members = {path for path in self.moved if path != self.state}

    @property
    def inputs(self) -> tuple[str, ...]:
        """What must be known of a record to plan its moves: none where the table has no such column."""
        if not self.moved:
            return ()
        inputs = (f.name for move in self.moves for f in move.takes if self.target.has(f.name))
        return tuple(dict.fromkeys((*([self.state] if self.state else []), *inputs)))

    def at_first(self) -> dict[str, Any]:
        """What these members are of a record that was just made."""
        return {path: self.target.field(path).of.default for path in self.inputs}

    def plan(self, before: Mapping[str, Any], changes: Mapping[str, Any], stated: Mapping[str, Any]) -> Plan:
        """The fewest moves that make the `changes` to what was `before`; `stated` is all that the row says. A state is
        reached as well where other cells of the row lead on from it.

        What cannot be reached is blocked, and all else is still done.
        """
        values = {**_with_values(before), **_with_values(stated), **_with_values(changes)}
        start, state_asked = str(before.get(self.state) or ""), changes.get(self.state)
        members = frozenset(changes) - {self.state}
        search = _Search(self, values, members)
        following = self._following(search, state_asked, stated) if state_asked else frozenset[str]()
        for goal in _goals(members, state_asked, following):
            steps = search.path(start, goal.members, goal.states)
            if steps is None:
                continue
            end = steps[-1].end if steps else start
            blocked = tuple(self._blocked(search, start, changes, goal, end))
            moves = tuple(Step(one.move.verb, search.body(one.move)) for one in steps)
            return Plan(moves, blocked, end)
        return Plan(state=start)

    def _following(self, search: "_Search", state_asked: str, stated: Mapping[str, Any]) -> frozenset[str]:
        """The states to which what else the row says leads from the state that it says: a rated risk is not identified."""
        given_paths = {path for path in self.members if stated.get(path) is not None}
        moves = [move for move in self.moves if given_paths.intersection(_names(move))]
        return frozenset(search.reachable(state_asked, moves))

    def _blocked(
        self, search: "_Search", start: str, changes: Mapping[str, Any], goal: "_Goal", end: str
    ) -> Iterator[Blocked]:
        state_asked, unreached = (
            changes.get(self.state),
            sorted(frozenset(changes) - {self.state} - goal.members),
        )
        if unreached:
            yield self._blocked_members(search, start, unreached)
        if state_asked and end not in (goal.states or ()):
            yield self._blocked_state(search, end, state_asked)

    def _blocked_members(self, search: "_Search", start: str, paths: list[str]) -> Blocked:
        setting = [move for move in self.moves if set(paths).intersection(_names(move))]
        for move in setting:
            if (not move.leads or start in move.leads) and (lacking := search.lacking(move)):
                return Blocked(
                    tuple(paths), "move_needs", self._needs(move, lacking), Text("Fill these cells too.")
                )
        member = Called("member", f"{self.kind}.{self.state}", self.state)
        reason = Text(
            "{move} is not possible while {member} is {state}",
            move=self._called(setting[0].verb), member=member, state=called_state(self.kind, start),
        )  # fmt: skip
        return Blocked(tuple(paths), "move_not_possible", reason)

    def _blocked_state(self, search: "_Search", start: str, state_asked: str) -> Blocked:
        steps = search.path(start, frozenset(), frozenset((state_asked,)), with_all_inputs=True) or ()
        for one in steps:
            if lacking := search.lacking(one.move):
                reason = self._needs(one.move, lacking)
                return Blocked((self.state,), "move_needs", reason, Text("Fill these cells too."))
        reason = Text(
            "no move leads from {start} to {end}",
            start=called_state(self.kind, start), end=called_state(self.kind, state_asked),
        )  # fmt: skip
        return Blocked((self.state,), "no_way_there", reason)

    def _needs(self, move: Move, lacking: Collection[str]) -> Text:
        names = joined(Called("member", f"{self.kind}.{name}", name.replace("_", " ")) for name in lacking)
        return Text("{move} needs {members}", move=self._called(move.verb), members=names)

    def _called(self, verb: str) -> Called:
        return called_move(self.kind, verb)


@dataclass(frozen=True)
class _Goal:
    """What is to be reached: the members that moves have set, and one of these states; None: any state."""

    members: frozenset[str]
    states: frozenset[str] | None


def _goals(members: frozenset[str], state_asked: str | None, following: frozenset[str]) -> Iterator[_Goal]:
    """What is changes, the whole first; of parts the members before the state."""
    states = [frozenset((state_asked,)), following] if state_asked else []
    yield from (_Goal(members, one) for one in states)
    if members:
        yield _Goal(members, None)
    yield from (_Goal(frozenset(), one) for one in states)
    yield _Goal(frozenset(), None)


class _Edge(NamedTuple):
    move: Move
    end: str


@dataclass
class _Search:
    """Looks for the fewest moves, given the values that they may be sent with."""

    mover: Mover
    values: Mapping[str, Any]
    members: frozenset[str]
    lacking_by_verb: dict[str, list[str]] = field(default_factory=dict)

    def lacking(self, move: Move) -> list[str]:
        """What the move needs and nobody says."""
        if move.verb not in self.lacking_by_verb:
            self.lacking_by_verb[move.verb] = [
                f.name for f in move.takes if f.required and f.name not in self.values
            ]
        return self.lacking_by_verb[move.verb]

    def body(self, move: Move) -> dict[str, Any]:
        names = [f.name for f in move.takes if f.required or f.name in self.members]
        return {name: self.values[name] for name in names if name in self.values}

    def path(
        self,
        start: str,
        members: frozenset[str],
        states: frozenset[str] | None,
        *,
        with_all_inputs: bool = False,
    ) -> list[_Edge] | None:
        """The fewest moves that set the members and end in one of the states; None where there are none."""
        waiting: deque[tuple[str, frozenset[str], list[_Edge]]] = deque([(start, frozenset(), [])])
        visited = {(start, frozenset[str]())}
        while waiting:
            state, done, steps = waiting.popleft()
            if members <= done and (states is None or state in states):
                return steps
            for edge in self._edges(state, self.mover.moves, with_all_inputs=with_all_inputs):
                place = (edge.end, done | members.intersection(_names(edge.move)))
                if place not in visited:
                    visited.add(place)
                    waiting.append((*place, [*steps, edge]))
        return None

    def reachable(self, start: str, moves: Collection[Move]) -> set[str]:
        """The states to which these moves lead, that from which they start too."""
        visited, waiting = {start}, [start]
        while waiting:
            for edge in self._edges(waiting.pop(), moves):
                if edge.end not in visited:
                    visited.add(edge.end)
                    waiting.append(edge.end)
        return visited

    def _edges(
        self, state: str, moves: Collection[Move], *, with_all_inputs: bool = False
    ) -> Iterator[_Edge]:
        for move in moves:
            end = move.leads.get(state, "") if move.is_step else state
            if (end or not move.is_step) and (with_all_inputs or not self.lacking(move)):
                yield _Edge(move, end)


def _names(move: Move) -> frozenset[str]:
    return frozenset(f.name for f in move.takes)


def _with_values(members: Mapping[str, Any]) -> dict[str, Any]:
    return {path: value for path, value in members.items() if value is not None}


def called_move(kind: str, verb: str) -> Called:
    """A move as people call it."""
    return Called("move", f"{kind}.{verb}", verb.replace("-", " "))


def parts_by(target: Target, field: TargetField) -> str:
    """The member by which parts name what they are in, where what has parts shows theirs; else empty."""
    return next((m.parts_by for m in target.model.moves if m.verb in field.moves and m.parts_by), "")
