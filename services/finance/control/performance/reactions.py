"""What triggers a new measure: work packages, costs, approved baselines and the currency of budgets.

It is a separate consumer: the marks of a new consumer stand at the beginning, so a store in which nothing was
measured yet has its sources read from there. Each fact counts once, however often it is read.
"""

from services.finance.control.performance import commands
from shared.contracts.finance.budget import Budget
from shared.contracts.finance.control import ActualCost
from shared.contracts.projects.baseline import Baseline
from shared.contracts.projects.structure import WorkPackage
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.reactions import EVERY, on


async def budget_told(work: Work, record: Record) -> None:
    """A project is measured in the currency of its budget."""
    commands.measure_anew(work, record.state(Budget).project_id, record, "the budget of the project")


REACTIONS = (
    on(WorkPackage, EVERY, commands.package_told, of_history=commands.package_told),
    on(Baseline, "approved", commands.baseline_told, of_history=commands.baseline_told),
    on(ActualCost, EVERY, commands.cost_told, of_history=commands.cost_told),
    on(Budget, EVERY, budget_told),
)

settle = commands.settle
"""What a batch of them changes is added up and measured once (ADR 0069)."""
