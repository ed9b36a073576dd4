"""Nobody gives the verdict on what they made or submitted, under whichever login."""

from shared.base.errors import Fault, Forbidden, Invalid
from shared.contracts.language import OwnDecision
from shared.contracts.projects.quality import Acceptance, Deliverable
from shared.domain import four_eyes
from shared.domain.work import Work


async def judged_by_another(
    work: Work, acceptance: Acceptance, deliverable: Deliverable
) -> OwnDecision | None:
    """Refuse (403 `four_eyes`) a caller who made or submitted it, and a protocol that such a person gives (422
    `judged_own`). Where it passes all the same, the answer says why."""
    person = await work.person()
    submitters = await four_eyes.submitters_of(work, deliverable)
    is_own = deliverable.made_by is not None and deliverable.made_by == person
    is_own = is_own or bool(await four_eyes.submitted_among(work, [deliverable]))
    by_maker = (
        acceptance.accepted_by_id == deliverable.made_by or str(acceptance.accepted_by_id) in submitters
    )
    if not is_own and not by_maker:
        return None
    exception = await four_eyes.allowed_exception(work, "projects")
    if exception is not None:
        return exception
    if is_own:
        raise Forbidden("who made or submitted a deliverable does not judge it", code="four_eyes")
    raise Invalid(
        "who made or submitted a deliverable does not judge it",
        Fault("made_it", "made or submitted the deliverable", pointer="/accepted_by_id"),
        code="judged_own",
    )


def judged_by_the_acceptor(acceptance: Acceptance, deliverable: Deliverable) -> None:
    """Refuse (422 `not_the_acceptor`) somebody else than was agreed."""
    if deliverable.acceptor_id not in (None, acceptance.accepted_by_id):
        raise Invalid(
            "somebody else was agreed to accept it",
            Fault("not_the_acceptor", "is not the acceptor of the deliverable", pointer="/accepted_by_id"),
            code="not_the_acceptor",
        )
