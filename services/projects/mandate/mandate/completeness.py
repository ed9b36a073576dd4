"""What a mandate says before it can be signed."""

from collections.abc import Iterator

from services.projects.mandate.mandate import content
from services.projects.mandate.project_role.acting import RoleRules, rules_of
from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
from shared.contracts.projects.mandate import Mandate, MandateKind
from shared.contracts.projects.methods import ActsAs
from shared.contracts.projects.structure import Project, Stage
from shared.domain.lifecycle import Occasion
from shared.domain.work import Work

LEADERS = {
    ActsAs.SPONSOR: Text("whoever acts as sponsor signs"),
    ActsAs.MANAGER: Text("whoever acts as manager signs"),
}


async def submit(work: Work, mandate: Mandate, occasion: Occasion) -> None:
    """What is to be signed is complete, and kept as it stands."""
    await refuse_incomplete(work, mandate)
    await content.freeze(work, mandate)


async def refuse_incomplete(work: Work, mandate: Mandate) -> None:
    """All that is missing is told at once (422 `mandate_incomplete`)."""
    project = await work.load(Project, mandate.project_id)
    if mandate.kind is MandateKind.INITIATION and project.stage not in (
        Stage.PROPOSED,
        Stage.INITIATING,
        Stage.ON_HOLD,
    ):
        raise Conflict("the initiation of the project is over", code="initiation_over")
    faults = list(_missing(mandate, project, await rules_of(work, project)))
    if faults:
        raise Invalid("the mandate does not say yet what is to be signed", *faults, code="mandate_incomplete")


def _missing(mandate: Mandate, project: Project, role_rules: RoleRules) -> Iterator[Fault]:
    if mandate.budget is None:
        yield Fault("missing", "what it may cost", pointer="/budget")
    roles = {one.role for one in mandate.signatories}
    for acts_as, message in LEADERS.items():
        if not roles & role_rules.acting_as(acts_as):
            yield Fault("missing", message, pointer="/signatories")
    is_dated = project.planned_start_on is not None and project.planned_finish_on is not None
    if mandate.kind is MandateKind.EXECUTION and not mandate.plan and not is_dated:
        yield Fault("missing", "what is to be reached by when", pointer="/plan")
