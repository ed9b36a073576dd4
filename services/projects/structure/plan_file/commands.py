"""How a plan file is taken over: read by a worker, laid over the plan that stands, and put like any plan."""

import gzip
from asyncio import to_thread
from base64 import b64encode
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import msgspec

from services.projects.structure.plan import commands as plans
from services.projects.structure.plan.standing import plan_of
from services.projects.structure.plan_file import rules
from shared.base.errors import Fault, Invalid, TooLarge
from shared.base.texts import Text
from shared.contracts.language import Fact, entry_of, plain
from shared.contracts.projects.baseline import (
    PlanFile,
    PlanFileLoss,
    PlanFileReason,
    PlanFileRows,
    PlanFileTaken,
    PlanFormat,
)
from shared.contracts.projects.structure import Project
from shared.domain.work import Work
from shared.http.call import Answer, Call
from shared.http.long_work.bodies import read_by_worker
from shared.store.content import Content, Upload, pieces, upload_of, used

if TYPE_CHECKING:
    from services.projects.engines.planfiles.activities import PlanFileContent

READ = "services.projects.engines.planfiles.activities:READ_FILE"
LARGEST = 30 * 1024 * 1024
"""Bytes: so much is about ten thousand tasks as Microsoft Project writes them."""
SOURCE = "plan-file"
"""The system of the external keys of activities that came in a file; the project and the key in the file follow."""


async def take(call: Call, id: str, sha256: str, filename: str | None) -> Any:
    work = call.work
    project = await work.load(Project, id)
    upload = await _sent(work, sha256)
    content, format = await _read(call, upload, project.id)
    plan = await plan_of(work, project.id)
    body = rules.laid_over(content.body, plan, SOURCE)
    outcome = await plans.put(work, project, body, [(False, "*")])
    counts = {PlanFileRows.ACTIVITIES: outcome.activities, PlanFileRows.DEPENDENCIES: outcome.links}
    rows = [
        PlanFileTaken(what=what, **rules.counted(one, entered))
        for (what, one), entered in zip(counts.items(), rules.entered_here(plan, SOURCE), strict=True)
    ]
    if not any(one.created or one.changed or one.removed for one in rows):
        last = await work.find(
            PlanFile, "project_id = ? ORDER BY created_at DESC, id DESC", (str(project.id),), archived=False
        )
        if last is not None and last.sha256 == sha256:
            return Answer(200, last.model_dump_json().encode())
    file = work.new(
        PlanFile,
        project_id=project.id,
        filename=filename or upload.name,
        format=format,
        sha256=sha256,
        taken_rows=rows,
        losses=[
            PlanFileLoss(
                what=one.what, count=one.count, reason=PlanFileReason(one.reason), example=one.example
            )
            for one in content.losses
        ],
    )
    _use(work, file)
    return work.save(file, plain(PlanFile, "created"))


def _use(work: Work, file: PlanFile) -> None:
    """What the caller has sent stays as long as the plan file does."""
    caller = "" if work.caller is None else work.caller.key
    work.part.statements += used(file.sha256, entry_of(PlanFile).name, str(file.id), caller)


async def read_in(work: Work, file: PlanFile, fact: Fact) -> None:
    """A plan file that another instance took over names the file that the caller has sent here before."""
    if file.version == 1:
        await _sent(work, file.sha256)
        _use(work, file)


async def _sent(work: Work, sha256: str) -> Upload:
    """What the caller has sent; 422 where there is none, 413 where it is too large."""
    caller = "" if work.caller is None else work.caller.key
    upload = await upload_of(work.store, sha256, caller)
    if upload is None:
        raise Invalid(
            "there is no such file of yours: send it first",
            Fault("not_found", "you have not sent it, or more than a day ago", pointer="/sha256"),
            code="file_not_sent",
        )
    if upload.size > LARGEST:
        raise TooLarge(
            Text("a plan file has at most {largest} MB", largest=LARGEST // 1024 // 1024),
            code="plan_file_too_large",
        )
    return upload


async def _read(call: Call, upload: Upload, project_id: UUID) -> "tuple[PlanFileContent, PlanFormat]":
    """The file as a worker read it: once, for a request that is decided several times."""
    content_and_format = call.scope.get("portolan.plan_file")
    if content_and_format is None:
        content = Content(upload.sha256, upload.size, upload.media_type)
        raw = b"".join([piece async for piece in pieces(call.kernel.store, content, 0, content.size)])
        format = rules.format_of(raw)
        zone = str(call.kernel.settings.zone)
        body = await to_thread(_body, raw, zone, f"{project_id}/")
        result = await read_by_worker(call, READ, body)
        content_and_format = call.scope["portolan.plan_file"] = (await to_thread(_content, result), format)
    return cast("tuple[PlanFileContent, PlanFormat]", content_and_format)


def _body(raw: bytes, zone: str, prefix: str) -> bytes:
    return msgspec.json.encode(
        {"content": b64encode(raw).decode(), "source": SOURCE, "zone": zone, "prefix": prefix}
    )


def _content(result: bytes) -> "PlanFileContent":
    from services.projects.engines.planfiles.activities import PlanFileContent

    return msgspec.json.decode(gzip.decompress(result), type=PlanFileContent)
