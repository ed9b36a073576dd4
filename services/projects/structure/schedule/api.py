"""The routes of schedules: a plan is tried, or scheduled and kept; what a run found is read page by page."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from pydantic import Field, create_model

from services.projects.structure.schedule import commands, gathering
from services.projects.structure.schedule.content import content_of
from services.projects.structure.schedule.model import ScheduleRow
from shared.contracts.language import Day, Shape, absent
from shared.contracts.projects.plan import Schedule, ScheduleConventions
from shared.contracts.projects.structure import Project
from shared.domain.operations import Limits, OperationKind, enqueue, is_full
from shared.domain.register import Register
from shared.http import cursor
from shared.http.call import Answer, Call
from shared.http.collection import register_routes
from shared.http.long_work.answers import Moved, Operation, body_of
from shared.http.long_work.bodies import VALIDATE_ONLY, too_many
from shared.http.long_work.routes import begins
from shared.http.long_work.shapes import answer_model
from shared.http.operation import Deferred
from shared.http.operation import Operation as Declared
from shared.http.paging import PREFER, Page, PageShape, answer, wants_total
from shared.http.parameters import limit_of, wrong
from shared.http.path import Id
from shared.http.query import Cursor, Limit, Query
from shared.http.routes import Routes

TRIAL = OperationKind(
    "schedule_trial", "services.projects.engines.planning.trial:TRIAL", result="ScheduleTrialResult"
)

SCHEDULES = Register(Schedule, ScheduleRow)


class ScheduleOrder(Shape):
    """How a plan is to be scheduled."""

    data_date: Day | None = None
    """The day at whose beginning progress was measured; left out: today."""
    conventions: ScheduleConventions | None = None
    """How what schedulers disagree about is decided; left out: as in the run before, else Portolan's."""


class ContentQuery(Query):
    """Which part of the content is answered."""

    limit: Limit = None
    cursor: Cursor = None


routes = Routes("projects", "Schedules", about="Dates and floats of plans, by the critical path method.")
register_routes(routes, SCHEDULES)
declare = routes.add
begins(
    routes,
    "/v1/schedules/trial",
    TRIAL,
    summary="Schedule a plan that is sent",
    description="Begins an operation; nothing of the plan is kept. What cannot be scheduled is refused at once, with a"
    " pointer to each fault; a circle of links is named. The method: `docs/methods/schedule.md`.",
)


async def begin(call: Call, id: Id, body: ScheduleOrder) -> Any:
    """Begin a run."""
    work, asker, settings = call.work, call.principal.key, call.kernel.settings
    project = await work.load(Project, id)
    await commands.admit(work, project)
    await work.guard("operations")
    limits = Limits(settings.operations_per_caller, settings.operations_open)
    if await is_full(call.kernel.store, asker, limits):
        raise too_many(f"{limits.of_asker} operations of a caller, and {limits.of_all} in all, may be open")
    previous = await gathering.latest(work, project.id)
    conventions = ScheduleConventions.PORTOLAN if previous is None else previous.conventions
    order = await gathering.order_of(
        work, project, body.data_date or work.effective_on, body.conventions or conventions
    )
    row = enqueue(work, commands.RUN, asker, order)
    if work.dry:
        work.unit.parts = []
        return Answer(200, body_of(call.service, row))
    return Moved(row, 202)


declare(
    "/v1/projects/{id}/schedule",
    begin,
    Declared("POST", "projects.write", status=202, parameters=(VALIDATE_ONLY,), refusals=(404, 409)),
    verb="schedule",
    summary="Schedule the plan of a project",
    description="Begins an operation. It computes the dates and floats of all activities, and ends in the commit that keeps them as"
    " a schedule. Its result names it. Where nothing has changed since the run before, the result says so and names that one."
    " Milestones that name an activity expect its day from then on, and the project its finish, where `forecast_from` says"
    " schedule. Projects whose activities wait for one that moved are scheduled anew, each once.",
    shape=Operation,
)


def _page_of(name: str, item: str, about: str, **more: Any) -> Deferred:
    """The shape of a page of rows that a worker wrote, by their name among its shapes; made when a document is."""

    def make() -> Any:
        row = getattr(import_module("services.projects.engines.planning.project_run"), item)
        items: Any = (list[answer_model(row)], Field(description="In their order."))  # type: ignore[misc]
        return create_model(name, __base__=PageShape, __doc__=about, items=items, **more)

    return Deferred(make)


def _answered(call: Call, rows: Sequence[bytes], listed: str) -> Answer:
    """A page of rows that never change: a cursor is the number of the first one."""
    limit, bound, first = limit_of(call), cursor.binding(call, listed), 0
    if (text := call.one("cursor")) is not None:
        (first,) = cursor.opened(call, text, bound)
        if not isinstance(first, int):
            raise wrong("cursor", "not a cursor of this list")
    items: list[str | bytes] = list(rows[first : first + limit])
    following = cursor.sealed(call, [first + limit], bound) if first + limit < len(rows) else None
    return answer(call, Page(items, following, len(rows) if wants_total(call) else None))


async def dates(call: Call, id: Id, query: ContentQuery) -> Answer:
    """Dates of a schedule."""
    content = await content_of(call.work.store, await call.work.load(Schedule, id))
    return _answered(call, content.dates, f"dates of {id}")


async def movements(call: Call, id: Id, query: ContentQuery) -> Answer:
    """Movements of a schedule."""
    content = await content_of(call.work.store, await call.work.load(Schedule, id))
    page = _answered(call, content.movements, f"movements of {id}")
    page.body = b'{"finish":%b,%b' % (content.finish, page.body[1:])
    return page


async def critical_path(call: Call, id: Id, query: ContentQuery) -> Answer:
    """The critical path of a schedule."""
    content = await content_of(call.work.store, await call.work.load(Schedule, id))
    return _answered(call, content.critical_path, f"critical path of {id}")


class FinishMoved(Shape):
    """What became of the finish of the whole since the run before."""

    finish_on: Day
    """The last day now."""
    previous_finish_on: Day | None = Field(default=None, json_schema_extra=absent)
    """The last day in the run before."""
    moved_minutes: int | None = Field(default=None, json_schema_extra=absent)
    """How much later that is, in working time of the project's calendar; negative: earlier."""
    previous_id: str | None = Field(default=None, json_schema_extra=absent)
    """The run before; absent for the first one."""


READS = Declared("GET", "projects.read", headers=(PREFER,), refusals=(404,))
declare(
    "/v1/schedules/{id}/dates",
    dates,
    READS,
    verb="dates",
    summary="List the dates of a schedule",
    description="For each activity its early and late dates, its floats and whether it is critical, in the order of the plan.",
    shape=_page_of("ScheduleDatesPage", "RunDates", "A page of the dates of a schedule."),
)
declare(
    "/v1/schedules/{id}/movements",
    movements,
    READS,
    verb="movements",
    summary="List what moved since the run before",
    description="For each activity that moved, came or went: by how much, why, where the chain of causes begins, and whether the"
    " finish moved with it. `finish` says what became of the whole.",
    shape=_page_of(
        "ScheduleMovementsPage",
        "RunMovement",
        "A page of what moved since the run before.",
        finish=(FinishMoved, Field(description="What became of the finish of the whole.")),
    ),
)
declare(
    "/v1/schedules/{id}/critical-path",
    critical_path,
    READS,
    verb="critical_path",
    summary="List the critical path of a schedule",
    description="The critical activities in the order in which they are done, each with what holds it where it is.",
    shape=_page_of("CriticalPathPage", "RunStep", "A page of a critical path."),
)
