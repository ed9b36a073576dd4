"""Projects that draw on an envelope: their budgets take the place of what was reserved, and their costs what is spent.

A project takes the larger of its budget and its costs. What of the budget is not spent yet stands as approved; once the
project has ended, nothing does.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from services.finance.budget.envelope import room as rooms
from services.finance.budget.envelope.commands import tell_thresholds
from services.finance.budget.envelope.room import Source
from services.finance.budget.envelope.rules import Use
from shared.base.clock import from_micros, to_day
from shared.base.money import Money
from shared.contracts.finance.control import ActualCost
from shared.contracts.projects.structure import Project
from shared.domain.reading import Memory
from shared.domain.stages import ENDED
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.reactions import EVERY, On, on

DRAW = "SELECT envelope_id, currency, budget, spent FROM envelope_draw WHERE project_id = ?"
KEEP_DRAW = """
INSERT INTO envelope_draw (project_id, envelope_id, currency, budget, spent) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (project_id) DO UPDATE SET budget = excluded.budget, spent = excluded.spent
"""
COUNTED = {"created": 1, "restored": 1, "archived": -1}
"""The facts of a cost that change what is spent."""


@dataclass(frozen=True)
class Draw:
    """What a project takes of its envelope, in minor units."""

    envelope_id: str
    currency: str
    budget: int
    spent: int

    @property
    def use(self) -> Use:
        return Use(approved=max(self.budget - self.spent, 0), spent=self.spent)


_DRAWS: Memory[str, Draw | None] = Memory("what projects draw on envelopes")


async def draw_of(work: Work, project_id: UUID | str) -> Draw | None:
    draws, id = work.memory(_DRAWS), str(project_id)
    if id not in draws:
        rows = await work.store.fetch(DRAW, (id,))
        draws[id] = Draw(*rows[0]) if rows else None
    return draws[id]


async def begin(work: Work, project_id: UUID, envelope_id: UUID, budget: Money, tells: bool = True) -> None:
    """The project draws on the envelope from now on; one that does so already goes on as it is."""
    if await draw_of(work, project_id) is not None:
        return
    draw = Draw(str(envelope_id), budget.currency, budget.minor, 0)
    source = Source(f"project {project_id}", str(project_id))
    await _keep(work, project_id, Use(), draw, source, rooms.today_of(work), tells)


async def _keep(
    work: Work, project_id: UUID, before: Use, draw: Draw, source: Source, day: int, tells: bool
) -> None:
    work.memory(_DRAWS)[str(project_id)] = draw
    row = (str(project_id), draw.envelope_id, draw.currency, draw.budget, draw.spent)
    work.add_statement(KEEP_DRAW, [row])
    chain = await rooms.chain_of(work, draw.envelope_id)
    chain_after = rooms.take(work, chain, source, day, draw.use.less(before))
    if tells:
        await tell_thresholds(work, chain_after)


async def project_told(work: Work, record: Record) -> None:
    """Its budget follows what is planned, in the currency of the envelope; once it has ended only what is spent counts."""
    project = record.state(Project)
    draw = await draw_of(work, project.id)
    if draw is None:
        return
    planned, budget = project.planned_cost, draw.budget
    if project.stage in ENDED:
        budget = 0
    elif planned is not None and planned.currency == draw.currency:
        budget = planned.minor
    if budget != draw.budget:
        source = Source(f"project {project.id} {project.version}", str(project.id))
        day = _day(work, record.effective_at)
        after = replace(draw, budget=budget)
        await _keep(work, project.id, draw.use, after, source, day, not record.is_history)


async def cost_told(work: Work, record: Record) -> None:
    """What is posted counts from the day it was posted on, where that is later."""
    sign = COUNTED.get(record.event.type.split(".")[-2], 0)
    if not sign:
        return
    cost = record.state(ActualCost)
    draw = await draw_of(work, cost.project_id)
    if draw is None or cost.amount.currency != draw.currency:
        return
    day = max(_day(work, record.effective_at), to_day(cost.posted_on))
    source = Source(f"cost {cost.id} {cost.version}", str(cost.project_id))
    after = replace(draw, spent=draw.spent + sign * cost.amount.minor)
    await _keep(work, cost.project_id, draw.use, after, source, day, not record.is_history)


def _day(work: Work, micros: int) -> int:
    return to_day(from_micros(micros).astimezone(work.settings.zone).date())


REACTIONS: tuple[On, ...] = (
    on(Project, EVERY, project_told, of_history=project_told),
    on(ActualCost, EVERY, cost_told, of_history=cost_told),
)
