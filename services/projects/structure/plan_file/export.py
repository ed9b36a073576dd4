"""The route by which a plan goes out as a file that Microsoft Project opens."""

import gzip
from asyncio import to_thread
from base64 import b64decode
from typing import Any

import msgspec

from services.projects.structure.baseline.standing import counted_baselines
from services.projects.structure.schedule.content import content_of
from services.projects.structure.schedule.gathering import latest
from shared.base.errors import NotFound
from shared.contracts.projects.baseline import BaselineState
from shared.contracts.projects.structure import Project
from shared.domain.freezing import frozen_content
from shared.http.call import Answer, Call
from shared.http.long_work.bodies import read_by_worker
from shared.http.operation import Operation
from shared.http.path import Id
from shared.http.routes import Routes

EXPORT = "services.projects.engines.planfiles.exporting:EXPORT"
SCHEMA: dict[str, Any] = {"type": "string", "description": "The plan as MSPDI (XML of Microsoft Project)."}


async def plan_xml(call: Call, id: Id) -> Answer:
    """Get the plan of a project as MSPDI. With the dates of the newest run of its schedule, its calendars with their public holidays,
    and the approved baseline. 404 `not_scheduled` where there is no run yet."""
    work = call.work
    project = await work.load(Project, id)
    run = await latest(work, project.id)
    if run is None:
        raise NotFound("the plan of the project was never scheduled: it has no dates", code="not_scheduled")
    content = await content_of(work.store, run)
    agreed: list[dict[str, Any]] = []
    for baseline in await counted_baselines(work, project.id):
        if baseline.state is BaselineState.APPROVED:
            frozen = await frozen_content(work.store, str(baseline.content_hash))
            agreed = [
                {name: one[name] for name in ("activity_id", "start_on", "finish_on")}
                for one in frozen["dates"]
            ]
    order = {"name": project.name[:300], "inputs": msgspec.Raw(content.inputs), "agreed": agreed}
    result = await read_by_worker(call, EXPORT, await to_thread(msgspec.json.encode, order))
    xml = await to_thread(_content, result)
    name = f"{project.code}.xml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "ETag": f'W/"{run.id}"'}
    return Answer(200, xml, headers, "application/xml")


def _content(result: bytes) -> bytes:
    return b64decode(msgspec.json.decode(gzip.decompress(result))["content"])


def declare(routes: Routes) -> None:
    """The route, among those of plan files."""
    operation = Operation("GET", "projects.read", produces=("application/xml",), refusals=(404,))
    routes.add("/v1/projects/{id}/plan.xml", plan_xml, operation, verb="plan_xml", shape=SCHEMA)
