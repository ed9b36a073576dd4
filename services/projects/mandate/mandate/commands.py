"""What is checked of mandates against the project, and what follows: signatures that are void, projects that begin."""

from typing import Any

from services.projects.control.following import follow_terms
from services.projects.mandate.mandate import completeness, content, effects, rules, signing
from services.projects.mandate.mandate.binding import binding_mandate
from services.projects.standing import of_project
from shared.base.errors import Conflict, Fault, Invalid
from shared.contracts.language import Fact
from shared.contracts.projects.intake import Objective
from shared.contracts.projects.mandate import Mandate, MandateSignaturesVoided, MandateState
from shared.domain.acts import Acts
from shared.domain.codes import Sequence as Codes
from shared.domain.register import is_revised
from shared.domain.work import Work

S = MandateState
CODES = Codes("MAN")
ACTS = Acts(of_project, rules.act)


async def supply(work: Work, body: Any) -> dict[str, Any]:
    """A code where none is given."""
    return {"code": body.code or await CODES.next(work)}


async def read_in(work: Work, mandate: Mandate, fact: Fact) -> None:
    """Its code is not drawn again."""
    CODES.pass_over(work, mandate.code)


async def check(work: Work, mandate: Mandate) -> None:
    before = work.before(mandate)
    rules.makes_sense(mandate)
    if before is None and mandate.supersedes_id is None:
        await _refuse_beside_binding(work, mandate)
    await _objectives_are_of_the_project(work, mandate)
    if before is not None and before.state is S.IN_REVIEW and is_revised(mandate, before):
        await completeness.refuse_incomplete(work, mandate)
        await content.freeze(work, mandate)


async def _refuse_beside_binding(work: Work, mandate: Mandate) -> None:
    if await binding_mandate(work, mandate.project_id, mandate.kind) is not None:
        raise Conflict("another mandate binds the project: make its next edition", code="next_edition_needed")


async def _objectives_are_of_the_project(work: Work, mandate: Mandate) -> None:
    for i, id in enumerate(mandate.objectives):
        objective = await work.find_by_id(Objective, id)
        if objective is not None and objective.project_id != mandate.project_id:
            raise Invalid(
                "an objective is of another project",
                Fault("other_project", "of another project", pointer=f"/objectives/{i}"),
                code="other_project",
            )


async def after(work: Work, mandate: Mandate, before: Mandate | None) -> None:
    if before is None:
        return
    if before.state is S.IN_REVIEW and (mandate.state is S.DRAFT or is_revised(mandate, before)):
        _void_signatures(work, mandate)
    if (before.state, mandate.state) == (S.IN_REVIEW, S.IN_REVIEW) and signing.is_signed_by_all(mandate):
        await effects.bind(work, mandate)
        await follow_terms(work, mandate.project_id)
    if (before.state, mandate.state) == (S.SIGNED, S.REVOKED):
        await effects.hold(work, mandate)
        await follow_terms(work, mandate.project_id)


def _void_signatures(work: Work, mandate: Mandate) -> None:
    """What was signed is not what stands any more."""
    if mandate.signatures:
        signatories = [one.signatory_id for one in mandate.signatures]
        mandate.signatures = []
        work.save(mandate, MandateSignaturesVoided(signatories=signatories))
