"""What is checked of scorings against their model, their subject and each other, and when they lose their object."""

from typing import Any
from uuid import UUID

from services.projects.strategy.scoring import rules
from services.projects.strategy.scoring.subjects import subject_named
from shared.base.errors import Conflict, Fault, Invalid
from shared.contracts.projects.strategy import Scoring, ScoringModel, ScoringState, ScoringVoided
from shared.domain.register import is_revised
from shared.domain.work import Work


async def supply(work: Work, body: Any) -> dict[str, Any]:
    """The person who asks, where no assessor is named."""
    return {"assessor_id": body.assessor_id or await work.person()}


async def check(work: Work, scoring: Scoring) -> None:
    before = work.before(scoring)
    if before is not None and is_revised(scoring, before):
        rules.may_be_revised(before)
    model = await work.load(ScoringModel, scoring.model_id)
    rules.model_is_active(model)
    rules.scores_fit(scoring, model)
    if scoring.state is ScoringState.SUBMITTED:
        rules.is_complete(scoring, model)
    if before is None or before.archived_at is not None or scoring.assessor_id != before.assessor_id:
        await _assessor_may_score(work, scoring)
        await _is_the_only_one(work, scoring)


async def _assessor_may_score(work: Work, scoring: Scoring) -> None:
    """Refuse (422) a scoring by nobody, and by who asks for what is scored."""
    if scoring.assessor_id is None:
        raise Invalid(
            "name who scores: the login belongs to no person",
            Fault("required", "name the assessor", pointer="/assessor_id"),
            code="assessor_missing",
        )
    subject = await subject_named(work, scoring.subject, scoring.subject_id, "/subject_id")
    if getattr(subject, "requester_id", None) == scoring.assessor_id:
        raise Invalid(
            "who asks for something does not score it",
            Fault("assessor_is_requester", "is the requester", pointer="/assessor_id"),
            code="assessor_is_requester",
        )


async def _is_the_only_one(work: Work, scoring: Scoring) -> None:
    """Refuse (409) a second scoring of the same subject by the same assessor and model; void ones do not count."""
    ids = (scoring.model_id, scoring.subject_id, scoring.assessor_id)
    await work.guard(f"scoring {' '.join(map(str, ids))}")
    condition = "model_id = ? AND subject_id = ? AND assessor_id = ?"
    stored = await work.select(Scoring, condition, [str(id) for id in ids])
    others = work.with_staged(
        Scoring, stored, lambda one: (one.model_id, one.subject_id, one.assessor_id) == ids
    )
    for other in others:
        if other.id != scoring.id and other.archived_at is None and other.state is not ScoringState.VOID:
            raise Conflict("this assessor has scored it by this model", code="scoring_exists")


async def void_scorings(work: Work, subject_id: UUID) -> None:
    """What was scored is not what is asked for any more: in the commit in which a request is submitted again."""
    stored = await work.select(Scoring, "subject_id = ?", (str(subject_id),))
    for scoring in stored:
        if scoring.state in (ScoringState.OPEN, ScoringState.SUBMITTED):
            scoring.state, scoring.submitted_on = ScoringState.VOID, None
            work.save(scoring, ScoringVoided())
