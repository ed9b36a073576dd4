"""What contributes to strategic objectives names each once, and none anew that no longer counts."""

from shared.base.errors import Conflict, Fault, Invalid
from shared.contracts.projects.intake import Request
from shared.contracts.projects.strategy import StrategicObjective, StrategicObjectiveState
from shared.contracts.projects.structure import Project
from shared.domain.work import Work


async def check_contributions(work: Work, one: Request | Project) -> None:
    """Refuse what names an objective twice (422), one that is not there (422), or anew one that is out of force (409).

    One of the whole organisation lies in no node: it may be named by who knows its id."""
    before = work.before(one)
    standing = set() if before is None else {each.objective_id for each in before.objectives}
    ids = [each.objective_id for each in one.objectives]
    for i, id in enumerate(ids):
        pointer = f"/objectives/{i}/objective_id"
        if id in ids[:i]:
            raise Invalid(
                "a strategic objective is named twice",
                Fault("duplicate", "is named before", pointer=pointer),
                code="objective_named_twice",
            )
        if id in standing:
            continue
        objective = await work.find_by_id(StrategicObjective, id)
        if objective is None or (objective.unit_id is not None and work.hides(objective)):
            raise Invalid(
                "a reference names nothing",
                Fault("not_found", "there is none with this id", pointer=pointer),
            )
        if objective.archived_at is not None or objective.state is StrategicObjectiveState.RETIRED:
            raise Conflict(
                "a strategic objective that is out of force takes nothing new",
                Fault("out_of_force", "is out of force", pointer=pointer),
                code="objective_out_of_force",
            )
