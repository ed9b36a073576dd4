"""The routes of requirements, and of their trace."""

from services.projects.intake.requirement import commands, rules, trace
from services.projects.intake.requirement.model import RequirementRow
from shared.contracts.language import AnswerShape
from shared.contracts.projects.intake import Requirement
from shared.contracts.projects.quality import Deliverable
from shared.contracts.projects.structure import Project
from shared.domain.register import Register
from shared.http.call import Answer, Call
from shared.http.collection import register_routes
from shared.http.path import Id
from shared.http.routes import Routes

REQUIREMENTS = Register(
    Requirement,
    RequirementRow,
    check=commands.check,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    carried=commands.refuse_archiving_mandated,
    after=trace.keep,
    read_in=trace.read_in,
)


class TracedDeliverables(AnswerShape):
    """What is to fulfil a requirement."""

    items: list[Deliverable]
    """The deliverables, in the order in which they were created."""


class TracedRequirements(AnswerShape):
    """What a deliverable, or a project, has to fulfil."""

    items: list[Requirement]
    """The requirements, in the order in which they were created."""


routes = Routes("projects", "Requirements")
register_routes(routes, REQUIREMENTS)


@routes.get("/v1/requirements/{id}/deliverables", refusals=(404,))
async def deliverables(call: Call, id: Id) -> Answer[TracedDeliverables]:
    """Deliverables that a requirement traces to."""
    requirement = await call.work.load(Requirement, id)
    answer = TracedDeliverables(items=await trace.deliverables_of(call.work, requirement))
    return Answer(200, answer.model_dump_json().encode())


@routes.get("/v1/deliverables/{id}/requirements", refusals=(404,))
async def requirements(call: Call, id: Id) -> Answer[TracedRequirements]:
    """Requirements that trace to a deliverable."""
    deliverable = await call.work.load(Deliverable, id)
    answer = TracedRequirements(items=await trace.requirements_of(call.work, deliverable))
    return Answer(200, answer.model_dump_json().encode())


@routes.get("/v1/projects/{id}/untraced-musts", refusals=(404,))
async def untraced_musts(call: Call, id: Id) -> Answer[TracedRequirements]:
    """Musts of a project that no deliverable is to fulfil. One that was dropped fulfils nothing; each gate lists these."""
    project = await call.work.load(Project, id)
    answer = TracedRequirements(items=await trace.musts_without_deliverable(call.work, project.id))
    return Answer(200, answer.model_dump_json().encode())
