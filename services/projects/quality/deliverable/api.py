"""The routes of deliverables."""

from pydantic import Field

from services.projects.intake.requirement.model import RequirementRow
from services.projects.quality.acceptance.model import AcceptanceRow
from services.projects.quality.deliverable import commands, rules
from services.projects.quality.deliverable.model import DeliverableRow
from shared.base.errors import NotFound
from shared.contracts.language import Sha256, entry_of
from shared.contracts.projects.quality import Deliverable
from shared.domain.dependents import Dependents
from shared.domain.register import Register
from shared.http import files
from shared.http.call import Answer, Call
from shared.http.collection import register_routes
from shared.http.files import Verification
from shared.http.path import Id
from shared.http.query import Query
from shared.http.routes import Routes
from shared.store import content

DELIVERABLES = Register(
    Deliverable,
    DeliverableRow,
    check=commands.check,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    dependents=(
        Dependents(AcceptanceRow, "deliverable_id"),
        Dependents(RequirementRow, "deliverable_id", through=("requirement_trace", "requirement_id")),
    ),
    read_in=commands.read_in,
)


class SubmittedQuery(Query):
    """Which file, where several were submitted."""

    sha256: Sha256 | None = Field(
        default=None, description="The hash of a file that was submitted before the last one."
    )


routes = Routes("projects", "Deliverables")
register_routes(routes, DELIVERABLES)


@routes.get(
    "/v1/deliverables/{id}/document/content",
    schema={"type": "string", "format": "binary"},
    produces=("application/octet-stream", "*/*"),
    headers=(files.RANGE,),
    answers_parts=True,
    refusals=(404, 416),
)
async def document(call: Call, id: Id, query: SubmittedQuery) -> Answer:
    """Get a file that was submitted, the last one where no hash is given. It is to be saved, never shown; its ETag is its hash.
    404 where it lies elsewhere."""
    deliverable, sha256 = await _submitted(call, id, query.sha256)
    stored = await content.content_of(call.work.store, sha256)
    media_type = "application/octet-stream" if stored is None else stored.media_type
    return await files.answer(call, sha256, f"{deliverable.name}-{deliverable.submission}", media_type)


@routes.get("/v1/deliverables/{id}/document/verify", refusals=(404,))
async def verify_document(call: Call, id: Id) -> Answer[Verification]:
    """Verify the file that was submitted last: whether what is stored has the hash that the deliverable names."""
    return await files.verification(call, (await _submitted(call, id))[1])


async def _submitted(call: Call, id: str, earlier: str | None = None) -> tuple[Deliverable, str]:
    """404 where it is no file of this deliverable: a hash that somebody names opens nothing."""
    deliverable = await call.work.load(Deliverable, id)
    sha256 = earlier or (None if deliverable.document is None else deliverable.document.sha256)
    own = await content.uses_of(call.work.store, entry_of(Deliverable).name, str(deliverable.id))
    if sha256 is None or sha256 not in own:
        raise NotFound("nothing was submitted as a file", code="no_file")
    return deliverable, sha256
