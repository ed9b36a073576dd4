"""How an acceptance is given: of what is in review, by somebody else, frozen, and taken over by the deliverable."""

from collections.abc import Sequence
from typing import Any

from services.projects.quality.acceptance import rules
from services.projects.quality.acceptance.content import protocol_of
from services.projects.quality.acceptance.independence import judged_by_another, judged_by_the_acceptor
from services.projects.quality.deliverable import rules as deliverables
from services.projects.standing import of_project
from shared.base.errors import Conflict, Fault, Invalid
from shared.contracts.language import OwnDecision
from shared.contracts.projects.quality import Acceptance, Deliverable, Verdict
from shared.domain import four_eyes
from shared.domain.acts import Acts
from shared.domain.days import refuse_future
from shared.domain.freezing import freeze_content
from shared.domain.reading import Memory
from shared.domain.work import Work

ACTS = Acts(of_project, rules.act)
AS_READ = "UPDATE deliverable SET archived = archived WHERE id = ? AND version = ?"
EXCEPTIONS: Memory[Any, OwnDecision | None] = Memory("why somebody judged their own, by acceptance")


async def supply(work: Work, body: Any) -> dict[str, Any]:
    """Of the newest submission, where none is named."""
    if body.submission is not None:
        return {"submission": body.submission}
    deliverable = await work.find_by_id(Deliverable, body.deliverable_id)
    return {"submission": (deliverable.submission or None) if deliverable is not None else None}


async def check(work: Work, acceptance: Acceptance) -> None:
    before = work.before(acceptance)
    if before is None:
        await _give(work, acceptance)
    elif before.verdict is Verdict.ACCEPTED_WITH_RESERVATIONS and acceptance.archived_at is None:
        deliverable = await work.load(Deliverable, acceptance.deliverable_id)
        work.memory(EXCEPTIONS)[acceptance.id] = await judged_by_another(work, acceptance, deliverable)


async def _give(work: Work, acceptance: Acceptance) -> None:
    """A verdict is of exactly what was submitted: whatever becomes of the deliverable meanwhile makes the commit stale."""
    deliverable = await work.find_by_id(Deliverable, acceptance.deliverable_id)
    if deliverable is None:
        raise Invalid(
            "a reference names nothing",
            Fault("not_found", "there is none with this id", pointer="/deliverable_id"),
        )
    if deliverable.project_id != acceptance.project_id:
        raise Invalid(
            "the deliverable belongs to another project",
            Fault("other_project", "belongs to another project", pointer="/deliverable_id"),
            code="other_project",
        )
    deliverables.is_in_review(deliverable, acceptance.submission)
    acceptance.submission = deliverable.submission
    refuse_future(work, acceptance.accepted_on, "/accepted_on")
    rules.is_sound(acceptance, deliverable)
    judged_by_the_acceptor(acceptance, deliverable)
    work.memory(EXCEPTIONS)[acceptance.id] = await judged_by_another(work, acceptance, deliverable)
    if not rules.decides(acceptance):  # one that decides writes the deliverable itself
        work.add_statement(AS_READ, [(str(deliverable.id), deliverable.version)], expect=1)
    freeze_content(work, acceptance, protocol_of(acceptance, deliverable))


async def after(work: Work, acceptance: Acceptance, before: Acceptance | None) -> None:
    """The deliverable takes over a verdict that decides, in the same commit."""
    if not rules.decides(acceptance) or (before is not None and before.verdict is acceptance.verdict):
        return
    deliverable = await work.load(Deliverable, acceptance.deliverable_id)
    fact = deliverables.judge(deliverable, acceptance.verdict, acceptance.id)
    four_eyes.mark(fact, work.memory(EXCEPTIONS).get(acceptance.id))
    work.save(deliverable, fact)


async def stays(work: Work, acceptance: Acceptance) -> Sequence[Acceptance]:
    """Refuse (409 `verdict_stays`) to archive the verdict on which a deliverable rests; nothing goes with one."""
    deliverable = await work.load(Deliverable, acceptance.deliverable_id)
    if (
        acceptance.archived_at is None
        and rules.decides(acceptance)
        and deliverable.submission == acceptance.submission
    ):
        raise Conflict("the deliverable rests on this verdict", code="verdict_stays")
    return ()
