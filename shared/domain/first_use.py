"""What a service opens for a project on first use: until then, what the project was waits in a table (ADR 0038).

    UNOPENED_REGISTER = Unopened(Register, Model, members=("stage",), uses=("assessment", "risk"))

An approval that is given here opens it at once. A project that an import brings in already approved may never need one.
So the steps of such a project wait. The first record that needs it opens it by replaying them, each effective when it
was: the result is the same as if it had been opened with the import.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import BigInteger, Column, Table
from sqlmodel import SQLModel

from shared.base.ids import derived_id
from shared.base.money import Money
from shared.contracts.language import Aggregate, entry_of
from shared.contracts.projects.structure import Project, Stage
from shared.contracts.stored import STORED
from shared.domain.reading import Memory
from shared.domain.work import Work
from shared.store.columns import ID, KEY

A = TypeVar("A", bound=Aggregate)


class ProjectState(BaseModel):
    """What of a project decides on what is opened for it; a member that the service does not need stays as it is here."""

    stage: Stage
    planned_cost: Money | None = None


class Step(NamedTuple):
    """A state of the project, and from when it is effective, in microseconds."""

    effective_at: int
    state: ProjectState


_STEPS: Memory[tuple[str, UUID], list[Step]] = Memory("steps of projects that wait, by table and project")
_USED: Memory[tuple[str, UUID], bool] = Memory("whether the unit uses a project, by table and project")


@dataclass(frozen=True, eq=False)
class Unopened(Generic[A]):
    """What waits for its first use, in a table of its own: one row for each step of a project."""

    shape: type[A]
    """What is opened; its id is derived from the project's."""
    base: type[SQLModel]
    members: tuple[str, ...]
    """The members of `ProjectState` that are kept."""
    uses: tuple[str, ...]
    """Tables with a column `project_id`: a row in one of them needs what is opened."""

    def __post_init__(self) -> None:
        _ = self.table

    @cached_property
    def name(self) -> str:
        return f"unopened_{entry_of(self.shape).name}"

    @cached_property
    def table(self) -> Table:
        return Table(
            self.name,
            self.base.metadata,
            Column("project_id", ID, primary_key=True),
            Column("version", BigInteger, primary_key=True, autoincrement=False),
            Column("effective_at", BigInteger, nullable=False),
            Column("state", KEY, nullable=False),
        )

    @cached_property
    def _used(self) -> str:
        """The query whether any use of a project is stored."""
        return "SELECT 1 WHERE " + " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} WHERE project_id = ?)" for table in self.uses
        )

    def id_of(self, project_id: UUID) -> UUID:
        return derived_id(entry_of(self.shape).name, str(project_id))

    async def find(self, work: Work, project_id: UUID) -> A | None:
        """What is open for the project; None where nothing is."""
        return await work.find_by_id(self.shape, self.id_of(project_id))

    def guard(self, project_id: UUID) -> str:
        """What is held by whoever relies on the steps: of two units that do, only the first commits."""
        return f"{self.name} {project_id}"

    async def steps(self, work: Work, project_id: UUID) -> list[Step]:
        """The steps that wait, the oldest first, with those that this unit adds.

        To rely on them, read the guard first, and hold it."""
        steps = work.memory(_STEPS)
        if (self.name, project_id) not in steps:
            await work.read_guards([self.guard(project_id)])
            rows = await work.store.fetch(
                f"SELECT effective_at, state FROM {self.name} WHERE project_id = ? ORDER BY version",
                (str(project_id),),
            )
            steps[self.name, project_id] = [
                Step(row[0], ProjectState.model_validate_json(row[1], context=STORED)) for row in rows
            ]
        return steps[self.name, project_id]

    def begin(self, work: Work, project_id: UUID) -> None:
        """Nothing waits for the project yet: it is new to the service, or what waited was opened."""
        work.memory(_STEPS)[self.name, project_id] = []

    def use(self, work: Work, project_id: UUID) -> None:
        """A record of the project is read in this unit, and perhaps not stored yet."""
        work.memory(_USED)[self.name, project_id] = True

    async def is_used(self, work: Work, project_id: UUID) -> bool:
        """Whether the service has a record of the project that needs what is opened."""
        if work.memory(_USED).get((self.name, project_id)):
            return True
        return bool(await work.store.fetch(self._used, [str(project_id)] * len(self.uses)))

    def state_of(self, project: Project) -> ProjectState:
        return ProjectState(**{member: getattr(project, member) for member in self.members})

    async def wait(self, work: Work, project: Project, effective_at: int) -> None:
        """Store the state of the project, where it is another one than before."""
        steps, state = await self.steps(work, project.id), self.state_of(project)
        if steps and steps[-1].state == state:
            return
        steps.append(Step(effective_at, state))
        row = (
            str(project.id),
            project.version,
            effective_at,
            state.model_dump_json(include=set(self.members)),
        )
        work.add_statement(
            f"INSERT INTO {self.name} (project_id, version, effective_at, state) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (project_id, version) DO NOTHING",
            [row],
        )

    def clear(self, work: Work, project_id: UUID) -> None:
        """What waited is opened."""
        work.add_statement(f"DELETE FROM {self.name} WHERE project_id = ?", [(str(project_id),)])
        self.begin(work, project_id)
