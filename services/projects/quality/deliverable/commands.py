"""What is checked of deliverables against their project, and how a file that was sent becomes what is submitted."""

from collections.abc import Mapping

from services.projects.quality.deliverable import rules
from services.projects.standing import of_project
from shared.base.errors import Fault, Invalid
from shared.contracts.language import Fact, entry_of
from shared.contracts.projects.phases import Phase
from shared.contracts.projects.quality import Deliverable, DeliverableSubmitted
from shared.contracts.projects.structure import WorkPackage
from shared.domain.acts import Acts
from shared.domain.work import Work
from shared.store import content

ACTS = Acts(of_project, rules.act)
WITHIN: Mapping[str, type[WorkPackage | Phase]] = {"work_package_id": WorkPackage, "phase_id": Phase}


async def check(work: Work, deliverable: Deliverable) -> None:
    before = work.before(deliverable)
    rules.criteria_differ(deliverable)
    rules.is_judged_by_another(deliverable)
    if before is not None:
        rules.keeps_what_it_is_judged_by(deliverable, before)
    await _is_of_its_project(work, deliverable, before)
    if before is not None and deliverable.submission > before.submission:
        await _take_file(work, deliverable)


async def _is_of_its_project(work: Work, deliverable: Deliverable, before: Deliverable | None) -> None:
    """Package and phase, where they are named anew; what is not there is refused by the register."""
    for member, shape in WITHIN.items():
        id = getattr(deliverable, member)
        if id is None or (before is not None and getattr(before, member) == id):
            continue
        one = await work.find_by_id(shape, id)
        if one is not None and one.project_id != deliverable.project_id:
            raise Invalid(
                "a deliverable lies in packages and phases of its own project",
                Fault("other_project", "belongs to another project", pointer=f"/{member}"),
                code="other_project",
            )


async def _take_file(work: Work, deliverable: Deliverable) -> None:
    """The file of the newest submission; 422 where the caller has not sent it. What lies elsewhere has no file here, and its
    hash says what is meant."""
    document = deliverable.document
    if document is None or document.sha256 is None:
        return
    if not await _use(work, deliverable, document.sha256) and document.ref is None:
        raise Invalid(
            "there is no such file of yours: send it first",
            Fault("not_found", "you have not sent it, or more than a day ago", pointer="/document/sha256"),
            code="file_not_sent",
        )


async def _use(work: Work, deliverable: Deliverable, sha256: str) -> bool:
    """Whether the caller has sent it; it then stays as long as the deliverable does."""
    caller = "" if work.caller is None else work.caller.key
    if await content.upload_of(work.store, sha256, caller) is None:
        return False
    name = entry_of(Deliverable).name
    work.part.statements += content.used(sha256, name, str(deliverable.id), caller)
    return True


async def read_in(work: Work, deliverable: Deliverable, fact: Fact) -> None:
    """A version that another instance wrote uses the file that the caller has sent here before."""
    if isinstance(fact, DeliverableSubmitted):
        await _take_file(work, deliverable)
