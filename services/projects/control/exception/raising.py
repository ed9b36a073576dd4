"""How exceptions are raised, follow their forecast, and lapse, by themselves: one on each axis until it is closed.

It is asked whenever a forecast or what binds has changed, in whatever order those arrive, and gives the same answer when it is
asked again.
"""

from uuid import UUID

from services.projects.control.exception import rules, values
from services.projects.control.exception.forecasts import FORECAST, forecast_of, tolerated
from services.projects.control.exception.standing import ones_of
from services.projects.control.terms import binding_terms
from services.projects.control.tolerances import Terms
from shared.contracts.language import plain
from shared.contracts.projects.change import (
    Axis,
    AxisValue,
    ExceptionLapsed,
    ExceptionState,
    ProjectException,
)
from shared.contracts.projects.structure import Project
from shared.domain.stages import ENDED
from shared.domain.work import Work

S = ExceptionState


async def follow_forecasts(work: Work, project_id: UUID) -> None:
    """Hold what is expected of a project against what is tolerated."""
    project = await work.find_by_id(Project, project_id)
    if project is None or project.archived_at is not None or project.stage in ENDED:
        return
    terms = await binding_terms(work, project_id)
    if terms is None:
        return
    for axis in FORECAST:
        await _follow(work, project, terms, axis)


async def _follow(work: Work, project: Project, terms: Terms, axis: Axis) -> None:
    bound, forecast = tolerated(terms, project, axis), await forecast_of(work, project, axis)
    is_out = bound is not None and forecast is not None and values.is_beyond(forecast, bound, axis)
    await work.guard(f"exceptions of {project.id}")
    ones = await ones_of(work, project.id, axis)
    standing = next((one for one in ones if one.state in rules.STANDING), None)
    if standing is not None and standing.state is S.DECIDED:
        return
    if is_out:
        assert bound is not None
        assert forecast is not None
        allowed = values.wider(bound, accepted(ones, terms), axis)
        is_out, bound = values.is_beyond(forecast, allowed, axis), allowed
    if standing is None and is_out and forecast != _last_closed(ones, terms, "forecast"):
        assert bound is not None
        assert forecast is not None
        _raise(work, project, terms, axis, bound, forecast)
    elif standing is not None and not is_out:
        standing.state = S.LAPSED
        work.save(standing, ExceptionLapsed())
    elif standing is not None:
        assert bound is not None
        assert forecast is not None
        standing.tolerance, standing.forecast, standing.mandate_id = bound, forecast, terms.mandate_id
        if work.is_changed(standing):
            work.save(standing, plain(ProjectException, "revised"))


def accepted(ones: list[ProjectException], terms: Terms) -> AxisValue | None:
    """How far those who decided last have let it go, under the mandate that still binds."""
    return _last_closed(ones, terms, "accepted_up_to")


def _last_closed(ones: list[ProjectException], terms: Terms, member: str) -> AxisValue | None:
    """Of the one that was closed last under this mandate. A forecast that is still as it was decided on raises no other."""
    closed = [one for one in ones if one.state is S.CLOSED and one.mandate_id == terms.mandate_id]
    last = max(closed, key=lambda one: (one.created_at, one.id), default=None)
    value: AxisValue | None = None if last is None else getattr(last, member)
    return value


def _raise(
    work: Work, project: Project, terms: Terms, axis: Axis, bound: AxisValue, forecast: AxisValue
) -> None:
    one = work.new(
        ProjectException,
        project_id=project.id,
        axis=axis,
        tolerance=bound,
        forecast=forecast,
        mandate_id=terms.mandate_id,
    )
    work.save(one, plain(ProjectException, "created"))
