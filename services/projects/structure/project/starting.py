"""Whether a project may start: where the organisation asks for it, only from a mandate that was signed."""

from shared.base.errors import Conflict
from shared.contracts.projects.mandate import Mandate, MandateKind, MandateState
from shared.contracts.projects.methods import Method
from shared.contracts.projects.organisation import MandateMode
from shared.contracts.projects.structure import Project
from shared.domain.lifecycle import Occasion
from shared.domain.organisation import organisation_now
from shared.domain.work import Work

MANDATE = "mandate"
SIGNED = f"project_id = ? AND kind = '{MandateKind.EXECUTION}' AND state = '{MandateState.SIGNED}'"


async def refuse_without_mandate(work: Work, project: Project, occasion: Occasion) -> None:
    """Refuse (409 `mandate_needed`) to start it, or to go on, without an execution mandate that binds.

    What is imported has been started elsewhere: a project that has a key of another system, and what an importer moves.
    """
    is_imported = project.external_ref is not None or "projects.import" in work.scopes
    if is_imported or not await _needs_mandate(work, project):
        return
    if await work.find(Mandate, SIGNED, (str(project.id),), archived=False) is None:
        raise Conflict("the project starts from a signed execution mandate only", code="mandate_needed")


async def _needs_mandate(work: Work, project: Project) -> bool:
    """As the organisation says; by its method, where one of its outcomes is a mandate."""
    organisation = await organisation_now(work.store)
    mode = MandateMode.BY_METHOD if organisation is None else organisation.mandates
    if mode is not MandateMode.BY_METHOD or project.method_id is None:
        return mode is MandateMode.ALWAYS
    method = await work.load(Method, project.method_id)
    return any(getattr(one, "is") == MANDATE for one in method.outcomes)
