"""The routes of plan files: take one over, after a look at what is lost."""

from typing import Any

from services.projects.structure.plan_file import commands
from services.projects.structure.plan_file.export import declare as declare_export
from services.projects.structure.plan_file.model import PlanFileRow
from shared.base.errors import NotFound
from shared.contracts.language import FileName, Sha256, Shape, entry_of
from shared.contracts.projects.baseline import PlanFile
from shared.domain.register import Register
from shared.http import files
from shared.http.call import Answer, Call
from shared.http.collection import register_routes
from shared.http.long_work.bodies import VALIDATE_ONLY
from shared.http.path import Id
from shared.http.routes import Routes
from shared.store import content

PLAN_FILES = Register(PlanFile, PlanFileRow, read_in=commands.read_in)


class PlanFileNamed(Shape):
    """A file that the caller has sent."""

    sha256: Sha256
    """Its hash, as `POST /projects/v1/files` answered it."""
    filename: FileName | None = None
    """Its name; the one under which it was sent, where none is given."""


routes = Routes("projects", "Plan files")
register_routes(routes, PLAN_FILES)


@routes.post(
    "/v1/projects/{id}/plan-files",
    schema=PlanFile,
    status=201,
    parameters=(VALIDATE_ONLY,),
    refusals=(404, 409, 415, 422),
)
async def take(call: Call, id: Id, body: PlanFileNamed) -> Any:
    """Take over a plan file. Its activities and links become the plan of the project, in one commit; with `validate_only` it
    says what would be taken and what lost, and changes nothing. A file that was taken before and changes nothing answers 200
    with the plan file of then."""
    return await commands.take(call, id, body.sha256, body.filename)


@routes.get(
    "/v1/plan-files/{id}/content",
    schema={"type": "string", "format": "binary"},
    produces=("application/octet-stream", "*/*"),
    headers=(files.RANGE,),
    answers_parts=True,
    refusals=(404, 416),
)
async def file_content(call: Call, id: Id) -> Answer:
    """Get the file that was taken over, as it was sent. It is to be saved, never shown; its ETag is its hash."""
    file = await call.work.load(PlanFile, id)
    if file.sha256 not in await content.uses_of(call.work.store, entry_of(PlanFile).name, str(file.id)):
        raise NotFound("the file is not here", code="no_file")
    return await files.answer(call, file.sha256, file.filename, "application/octet-stream")


declare_export(routes)
