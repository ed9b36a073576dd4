"""New projects of somebody who may not import: they are made in their first stage, and go on by moves, with the rights of
whoever brings them in (ADR 0064).

Of a trial nothing is there yet. So each project is sent again before its moves, in one batch with them.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from services.imports.breakdown.present import PROJECTS
from services.imports.findings import Findings
from services.imports.results import is_passing
from services.imports.server import PATIENCE_S
from services.imports.tables.moving import IN_PORTOLAN, Mover, Step, called_move
from services.imports.tables.targets import target_named
from services.imports.upserts import Progress, Sender, Upsert
from shared.base.texts import Text, joined
from shared.contracts.words import called_state

STAGE = "moves"
MEMBER = "stage"
BATCH = 100
PAUSE_S = 0.2


@dataclass
class MovesTally:
    """What became of the projects that moves lead on."""

    changed: int = 0
    refused: int = 0


@dataclass
class _Moving:
    """A project with the moves that are still to be made."""

    upsert: Upsert
    base: list[dict[str, Any]]
    standing: dict[str, Any]
    steps: list[Step]
    state: str
    planned: tuple[Step, ...] = ()

    @property
    def count(self) -> int:
        return len(self.base) + len(self.steps)

    def items(self, place: int) -> list[dict[str, Any]]:
        """Each move builds on the one before it; `place` is that of the first in the batch."""
        items, on = [*self.base], dict(self.standing)
        for step in self.steps:
            if items:
                on = {"item": place + len(items) - 1}
            items.append(on | {"move": step.verb, "body": step.body})
        return items


@dataclass
class StageMover:
    """Brings new projects to the stage that the files say, where a request that makes one may not say it."""

    sender: Sender
    findings: Findings
    progress: Progress

    def __post_init__(self) -> None:
        self.mover = Mover(target_named("projects"), (MEMBER,))
        self.sender.by_moves[PROJECTS] = {MEMBER}

    async def move(self, upserts: Sequence[Upsert]) -> MovesTally:
        """Make the moves of those that were made without their stage; each is told, with what it takes."""
        tally = MovesTally()
        if MEMBER not in self.sender.withheld.get(PROJECTS, ()):
            return tally
        moving = [self._moving(u) for u in upserts if MEMBER in u.body and self._is_made(u)]
        for start in range(0, len(moving), BATCH):
            await self._send(moving[start : start + BATCH], tally)
        return tally

    def _is_made(self, upsert: Upsert) -> bool:
        place = (PROJECTS, upsert.key)
        return place in (self.sender.would_be if self.sender.validate_only else self.sender.made_here)

    def _moving(self, upsert: Upsert) -> _Moving:
        state, before = str(upsert.body[MEMBER]), self.mover.at_first()
        plan = self.mover.plan(before, {MEMBER: state}, upsert.body)
        base, standing = [], {}
        if self.sender.validate_only:
            base = [self.sender.item(PROJECTS, self._with_known_parents(upsert))]
        else:
            id, version = self.sender.made_here[PROJECTS, upsert.key]
            standing = {"id": id, "version": version}
        return _Moving(upsert, base, standing, list(plan.steps), str(before[MEMBER]), plan.steps)

    def _with_known_parents(self, upsert: Upsert) -> Upsert:
        """Without what a trial has not made: the project was judged with it before."""
        parents = {member: parent for member, parent in upsert.parents.items() if parent in self.sender.ids}
        return replace(upsert, parents=parents)

    async def _send(self, moving: Sequence[_Moving], tally: MovesTally) -> None:
        until, waiting = monotonic() + PATIENCE_S, list(moving)
        while waiting:
            items: list[dict[str, Any]] = []
            for one in waiting:
                items += one.items(len(items))
            parameters = {"validate_only": "true"} if self.sender.validate_only else {}
            results = iter(await self.sender.server.batch(PROJECTS, items, parameters, until))
            again = []
            for one in waiting:
                own = [next(results) for _ in range(one.count)]
                if self._settle(one, own[len(one.base) :], tally, is_patient=monotonic() < until):
                    again.append(one)
            self.progress(STAGE, len(waiting) - len(again))
            waiting = again
            if waiting:
                await asyncio.sleep(PAUSE_S)

    def _settle(
        self, one: _Moving, results: Sequence[Mapping[str, Any]], tally: MovesTally, *, is_patient: bool
    ) -> bool:
        """Note what became of the moves of a project; whether some are to be sent again."""
        done = next((n for n, result in enumerate(results) if "problem" in result), len(results))
        if done:
            resource = results[done - 1]["resource"]
            one.state = resource[MEMBER]
            if not self.sender.validate_only:
                one.standing = {"id": resource["id"], "version": resource["version"]}
                del one.steps[:done]
        if done == len(results):
            tally.changed += 1
            self._say_moved(one)
            return False
        if is_passing(results[done]["problem"]) and is_patient:
            return True
        step = one.steps[done if self.sender.validate_only else 0]
        self._say_refused(one, step, results[done]["problem"])
        tally.refused += 1
        return False

    def _say_moved(self, one: _Moving) -> None:
        kind = self.mover.kind
        state = called_state(kind, str(one.upsert.body[MEMBER]))
        moves = joined(called_move(kind, step.verb) for step in one.planned)
        self.findings.add(
            one.upsert.file, one.upsert.line, "by_moves", Text("only who may import sets the stage at once"),
            Text("to be {state} by these moves: {moves}", state=state, moves=moves), one.upsert.key,
            title=one.upsert.title,
        )  # fmt: skip

    def _say_refused(self, one: _Moving, step: Step, problem: Mapping[str, Any]) -> None:
        kind = self.mover.kind
        self.findings.add(
            one.upsert.file, one.upsert.line, str(problem["code"]),
            Text("{move}: {detail}", move=called_move(kind, step.verb), detail=str(problem["detail"])),
            Text("brought in as {state}", state=called_state(kind, one.state)), one.upsert.key,
            lost=True, mend=IN_PORTOLAN, title=one.upsert.title,
        )  # fmt: skip
