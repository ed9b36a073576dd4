"""What is checked of strategic objectives against those that they serve."""

from services.projects.strategy.strategic_objective import rules
from shared.contracts.projects.strategy import StrategicObjective
from shared.domain.hierarchies import Hierarchy
from shared.domain.work import Work

HIERARCHY = Hierarchy(StrategicObjective, deepest=10)


async def check(work: Work, objective: StrategicObjective) -> None:
    rules.years_run_forward(objective)
    rules.a_day_is_measured_once(objective)
    served_id = objective.parent_id
    served = None if served_id is None else await work.find_by_id(StrategicObjective, served_id)
    rules.names_what_it_serves(objective, served)
    await HIERARCHY.check(work, objective)
