"""What is expected of a project now, axis by axis, and how far it may go: the newest forecast of finance, else the project's own
cost; the finish that the project expects; the worst of its open threats."""

from datetime import timedelta

from services.projects.control.exception.known import newest_forecast, worst_threat
from services.projects.control.tolerances import Terms, dearest
from shared.base.money import Money
from shared.contracts.projects.change import Axis, AxisValue, ProjectException
from shared.contracts.projects.structure import Project
from shared.domain.work import Work

FORECAST = (Axis.TIME, Axis.COST, Axis.RISK)
"""The axes on which something is forecast in figures."""
HIGHEST_SCORE = 25


async def forecast_of(work: Work, project: Project, axis: Axis) -> AxisValue | None:
    """None where nothing is expected: then nothing can leave a tolerance."""
    if axis is Axis.TIME:
        return None if project.forecast_finish_on is None else AxisValue(finish_on=project.forecast_finish_on)
    if axis is Axis.COST:
        cost = await newest_forecast(work, project.id) or project.forecast_cost
        return None if cost is None else AxisValue(cost=cost)
    score = await worst_threat(work, project.id)
    return None if score is None else AxisValue(score=score)


def tolerated(terms: Terms, project: Project, axis: Axis) -> AxisValue | None:
    """How far it may go; None where the mandate draws no line."""
    tolerances = terms.tolerances
    if axis is Axis.TIME:
        finish_on = terms.finish_on or project.planned_finish_on
        if tolerances.time_days is None or finish_on is None:
            return None
        return AxisValue(finish_on=finish_on + timedelta(days=tolerances.time_days))
    if axis is Axis.COST:
        if tolerances.cost_pct is None or terms.budget is None:
            return None
        return AxisValue(cost=dearest(terms.budget, tolerances.cost_pct))
    return (
        None if tolerances.risk_score is None else AxisValue(score=min(tolerances.risk_score, HIGHEST_SCORE))
    )


def overrun(terms: Terms | None, one: ProjectException) -> list[Money]:
    """What a forecast of cost is above the budget, or above the tolerance where no budget binds; all of it, in another
    currency. Of the other axes nothing."""
    cost = one.forecast.cost
    budget = one.tolerance.cost if terms is None or terms.budget is None else terms.budget
    if cost is None or budget is None:
        return []
    if cost.currency != budget.currency:
        return [cost]
    return [Money.of(cost.minor - budget.minor, cost.currency)]
