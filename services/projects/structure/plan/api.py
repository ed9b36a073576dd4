"""The routes of a project's plan: all of it at once, read and put in the same shape."""

import asyncio
import gzip
from typing import Any

import msgspec
from pydantic import Field

from services.projects.engines.planning.bulk import PlanActivity, PlanBody, PlanDependency
from services.projects.structure.plan import commands
from services.projects.structure.plan.standing import AT_ONCE, Plan, plan_of
from shared.contracts.language import AnswerShape
from shared.contracts.language import Id as Uuid
from shared.contracts.projects.plan import Activity, Dependency
from shared.contracts.projects.structure import Project
from shared.http.call import Answer, Call
from shared.http.long_work.bodies import LARGEST, VALIDATE_ONLY, read_by_worker
from shared.http.long_work.shapes import request_model
from shared.http.operation import Deferred, Operation
from shared.http.path import Id
from shared.http.routes import Routes

READ = "services.projects.engines.planning.bulk:READ"
PATH = "/v1/projects/{id}/plan"


class PlanCounts(AnswerShape):
    """What became of the rows of one kind."""

    created: int = Field(ge=0, examples=[2])
    """How many are new."""
    changed: int = Field(ge=0, examples=[1])
    """How many differ from what stood."""
    removed: int = Field(ge=0, examples=[0])
    """How many were absent, and are archived."""
    unchanged: int = Field(ge=0, examples=[40])
    """How many stay as they are: of them nothing is published."""


class PlanKey(AnswerShape):
    """Which activity a row is."""

    key: str
    """The key of the row."""
    id: Uuid
    """The id of the activity."""


class PlanOutcome(AnswerShape):
    """What became of a plan."""

    activities: PlanCounts
    """Of its activities."""
    dependencies: PlanCounts
    """Of its links."""
    keys: list[PlanKey]
    """The ids of the rows that have a key, in their order."""


async def put(call: Call, id: Id, body: Any) -> Answer:
    """Put the plan."""
    project = await call.work.load(Project, id)
    outcome = await commands.put(call.work, project, await _content(call, body), call.tags("if-match"))
    headers = {} if call.work.dry else {"ETag": outcome.tag}
    return Answer(200, await asyncio.to_thread(_encoded, outcome), headers)


async def _content(call: Call, body: bytes) -> PlanBody:
    """The body as a worker read it: once, for a request that is decided several times."""
    content = call.scope.get("portolan.plan")
    if content is None:
        result = await read_by_worker(call, READ, body)
        content = call.scope["portolan.plan"] = await asyncio.to_thread(_decoded, result)
    assert isinstance(content, PlanBody)
    return content


class _Rows(msgspec.Struct):
    """A body, its rows not read yet."""

    activities: list[msgspec.Raw]
    dependencies: list[msgspec.Raw] = []


_ROWS = msgspec.json.Decoder(_Rows).decode
_ACTIVITY = msgspec.json.Decoder(PlanActivity).decode
_DEPENDENCY = msgspec.json.Decoder(PlanDependency).decode


def _decoded(result: bytes) -> PlanBody:
    """Row by row: reading all at once would let nobody else run."""
    rows = _ROWS(gzip.decompress(result))
    activities = [_ACTIVITY(row) for row in rows.activities]
    return PlanBody(tuple(activities), tuple([_DEPENDENCY(row) for row in rows.dependencies]))


def _encoded(outcome: commands.Outcome) -> bytes:
    return msgspec.json.encode(
        {
            "activities": outcome.activities,
            "dependencies": outcome.links,
            "keys": [{"key": key, "id": id} for key, id in outcome.keys.items()],
        }
    )


async def get(call: Call, id: Id) -> Answer:
    """The plan, in the shape in which it is put."""
    project = await call.work.load(Project, id)
    plan = await plan_of(call.work, project.id)
    return Answer(200, await _body_of(plan), {"ETag": await plan.tag()})


ACTIVITY = ("id", "external_ref", "name", "work_package_id", "duration_minutes", "calendar_id", "constraint_kind",
            "constraint_at", "deadline_on", "percent_complete", "actual_start_at", "actual_finish_at",
            "remaining_minutes", "level_of_effort", "milestone", "role", "effort_minutes")  # fmt: skip
LINK = ("id", "external_ref", "from_id", "to_id", "kind", "lag")


async def _body_of(plan: Plan) -> bytes:
    return b'{"activities":[%b],"dependencies":[%b]}' % (
        await _listed(list(plan.activities.values()), ACTIVITY),
        await _listed(list(plan.links.values()), LINK),
    )


async def _listed(rows: list[Any], members: tuple[str, ...]) -> bytes:
    texts: list[bytes] = []
    for first in range(0, len(rows), AT_ONCE):
        texts += [_row(one, members) for one in rows[first : first + AT_ONCE]]
        await asyncio.sleep(0)
    return b",".join(texts)


def _row(one: Activity | Dependency, members: tuple[str, ...]) -> bytes:
    """What is empty is left out."""
    members_given = {name: value for name in members if (value := getattr(one, name)) is not None}
    return msgspec.json.encode(members_given, enc_hook=lambda part: part.model_dump())


routes = Routes("projects", "Plans", about="All activities and links of a project at once.")
declare = routes.add
declare(
    PATH,
    get,
    Operation("GET", "projects.read", refusals=(404,)),
    verb="plan",
    summary="Get the plan of a project",
    description="All its activities and links, in the shape in which a plan is put: put back as it is, it changes nothing."
    " The ETag is a hash of their ids and versions. Dates and floats are in the project's schedules.",
    shape=Deferred(lambda: request_model(READ)),
)
declare(
    PATH,
    put,
    Operation(
        "PUT",
        "projects.write",
        takes=Deferred(lambda: request_model(READ)),
        is_raw=True,
        body_limit=LARGEST,
        parameters=(VALIDATE_ONLY,),
        refusals=(404, 409, 412, 428),
    ),
    verb="put_plan",
    summary="Put the plan of a project",
    description="Makes the project's activities and links look like the body, in one commit: what is new is made, what differs"
    " is changed, what is absent is archived, and of what is unchanged nothing is published. A row is the activity of its"
    " `id`, or of its `external_ref`, and else a new one; links may name rows by `key`. A link without id and external key is"
    " the one with the same ends and kind. One refused row refuses all (422), each with a pointer; a circle is named."
    " Send If-Match with the ETag of the plan that was read; as long as the project has none, it may be left out.",
    shape=PlanOutcome,
)
