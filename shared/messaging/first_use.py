"""When something is opened for a project, and how it follows the project from then on (ADR 0038).

REGISTER = OpenedOnFirstUse(UNOPENED_REGISTER, KNOWN_PROJECT, _begin, _follow)
REACTIONS = (KNOWN_PROJECT, *REGISTER.reactions(Assessment, Risk))
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from shared.contracts.language import Aggregate, entry_of
from shared.contracts.projects.structure import Project
from shared.domain.copies import Known
from shared.domain.first_use import ProjectState, Step, Unopened
from shared.domain.stages import was_begun
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.reactions import EVERY, On, Reaction, on

A = TypeVar("A", bound=Aggregate)

OPENS = {entry_of(Project).event_type(fact) for fact in ("initiated", "approved")}

Begin = Callable[[Work, UUID, ProjectState], Awaitable[A]]
"""Makes what is opened, given the id of the project and the first state in which money could be spent."""
Follow = Callable[[Work, A, ProjectState, bool], Awaitable[None]]
"""Writes what follows from a state of the project; the last argument says whether the state is older than every use."""


@dataclass(frozen=True)
class OpenedOnFirstUse(Generic[A]):
    """An initiation or approval here opens it at once; for a project that was imported approved, its first use does."""

    unopened: Unopened[A]
    projects: Known
    begin: Begin[A]
    follow: Follow[A]

    def reactions(self, *uses: type[Aggregate]) -> tuple[On, ...]:
        """To every fact of a project, and to the first record in it; one that lies in no project uses nothing."""
        return (
            on(Project, EVERY, self.keep, of_history=self.keep_waiting),
            *(on(shape, "created", self._used_by(shape)) for shape in uses),
        )

    def _used_by(self, shape: type[Any]) -> Reaction:
        async def used(work: Work, record: Record) -> None:
            project_id = record.state(shape).project_id
            if project_id is not None:
                await self.use(work, project_id)

        return used

    async def keep(self, work: Work, record: Record) -> None:
        """What is open follows the project. Where nothing is, the state of the project waits, or opens it.

        The stage in the state decides, whatever the fact. A project that the service did not know before has no records
        here, and nobody relied on its state.
        """
        project, unopened = record.state(Project), self.unopened
        id, state = project.id, unopened.state_of(project)
        one = await unopened.find(work, id)
        if one is None:
            is_new = self.projects.before(work, id) is None
            if is_new:
                unopened.begin(work, id)
            steps = await unopened.steps(work, id)
            if not steps and not was_begun(project.stage):
                return
            if not is_new:
                await work.guard(unopened.guard(id))
            is_needed = record.event.type in OPENS or (not is_new and await unopened.is_used(work, id))
            if not is_needed:
                await unopened.wait(work, project, record.effective_at)
                return
            one = await self._open(work, id, steps or [Step(record.effective_at, state)])
        await self.follow(work, one, state, False)

    async def keep_waiting(self, work: Work, record: Record) -> None:
        """A project that was read in with its history: what was opened for it is read in, too. Else its steps wait."""
        project = record.state(Project)
        if await self.unopened.find(work, project.id) is not None:
            self.unopened.clear(work, project.id)
        elif await self.unopened.steps(work, project.id) or was_begun(project.stage):
            await self.unopened.wait(work, project, record.effective_at)

    async def use(self, work: Work, project_id: UUID) -> None:
        """A record needs it: open it where an approved project waits for that; a second use changes nothing."""
        if await self.unopened.find(work, project_id) is not None:
            return
        self.unopened.use(work, project_id)
        await work.guard(self.unopened.guard(project_id))
        if steps := await self.unopened.steps(work, project_id):
            await self._open(work, project_id, steps)

    async def _open(self, work: Work, project_id: UUID, steps: Sequence[Step]) -> A:
        """As if it had been opened with the import: each step is effective when it was."""
        with work.effective_from(steps[0].effective_at):
            one = await self.begin(work, project_id, steps[0].state)
        for step in steps:
            with work.effective_from(step.effective_at):
                await self.follow(work, one, step.state, True)
        self.unopened.clear(work, project_id)
        return one
