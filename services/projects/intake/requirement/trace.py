"""Which deliverables fulfil a requirement, and which requirements a deliverable serves."""

from collections.abc import Sequence
from uuid import UUID

from services.projects.quality.deliverable.rules import DELIVERED
from shared.base.errors import Conflict, Fault, Invalid
from shared.contracts.language import Fact
from shared.contracts.projects.intake import Requirement, RequirementState
from shared.contracts.projects.quality import Deliverable
from shared.domain.work import Work

LINK = "INSERT INTO requirement_trace (requirement_id, deliverable_id) VALUES (?, ?)"
UNLINK = "DELETE FROM requirement_trace WHERE requirement_id = ? AND deliverable_id = ?"
SERVED_BY = "id IN (SELECT deliverable_id FROM requirement_trace WHERE requirement_id = ?) ORDER BY id"
SERVES = "id IN (SELECT requirement_id FROM requirement_trace WHERE deliverable_id = ?) ORDER BY id"
MUSTS_WITHOUT = """
project_id = ? AND priority = 'must' AND state <> 'dropped' AND NOT EXISTS (
    SELECT 1 FROM requirement_trace t JOIN deliverable d ON d.id = t.deliverable_id
    WHERE t.requirement_id = requirement.id AND d.archived = 0 AND d.state <> 'dropped'
) ORDER BY id
"""


async def check(work: Work, requirement: Requirement) -> None:
    """Refuse what it cannot trace to, and that it is fulfilled before what it traces to is accepted."""
    before = work.before(requirement)
    is_changed = before is None or before.deliverable_ids != requirement.deliverable_ids
    is_fulfilled = requirement.state is RequirementState.FULFILLED
    if not is_changed and not (is_fulfilled and before is not None and before.state is not requirement.state):
        return
    _names_each_once(requirement.deliverable_ids)
    deliverables = [await work.find_by_id(Deliverable, id) for id in requirement.deliverable_ids]
    _are_of_its_project(requirement, deliverables)
    if is_fulfilled:
        _are_delivered(deliverables)


def _names_each_once(ids: Sequence[UUID]) -> None:
    for place, id in enumerate(ids):
        if id in ids[:place]:
            raise Invalid(
                "a deliverable is named twice",
                Fault("duplicate", "is named before", pointer=f"/deliverable_ids/{place}"),
                code="deliverable_named_twice",
            )


def _are_of_its_project(requirement: Requirement, deliverables: Sequence[Deliverable | None]) -> None:
    """What names nothing is refused by the register."""
    faults = [
        Fault("other_project", "belongs to another project", pointer=f"/deliverable_ids/{place}")
        for place, one in enumerate(deliverables)
        if one is not None and one.project_id != requirement.project_id
    ]
    if faults:
        raise Invalid(
            "a requirement traces to deliverables of its own project", *faults, code="other_project"
        )


def _are_delivered(deliverables: Sequence[Deliverable | None]) -> None:
    faults = [
        Fault(
            "not_accepted",
            "is not accepted, or has open reservations",
            pointer=f"/deliverable_ids/{place}",
        )
        for place, one in enumerate(deliverables)
        if one is None or one.state not in DELIVERED
    ]
    if faults:
        raise Conflict(
            "a requirement is fulfilled once all its deliverables are accepted without open reservation",
            *faults,
            code="not_delivered",
        )


async def keep(work: Work, requirement: Requirement, before: Requirement | None) -> None:
    """The links follow the member, in the same commit."""
    old = set() if before is None else set(before.deliverable_ids)
    new = set(requirement.deliverable_ids)
    for text, ids in ((UNLINK, old - new), (LINK, new - old)):
        if ids:
            work.add_statement(text, [(str(requirement.id), str(id)) for id in sorted(ids)])


async def read_in(work: Work, requirement: Requirement, fact: Fact) -> None:
    """A version that another instance wrote replaces the links as they stand."""
    work.add_statement("DELETE FROM requirement_trace WHERE requirement_id = ?", [(str(requirement.id),)])
    await keep(work, requirement, None)


async def deliverables_of(work: Work, requirement: Requirement) -> list[Deliverable]:
    """What is to fulfil it, as far as who asked sees it; archived ones are not among them."""
    deliverables = await work.select(Deliverable, SERVED_BY, (str(requirement.id),))
    return [one for one in deliverables if not work.hides(one)]


async def requirements_of(work: Work, deliverable: Deliverable) -> list[Requirement]:
    """What it is to fulfil, as far as who asked sees it; archived ones are not among them."""
    served = await work.select(Requirement, SERVES, (str(deliverable.id),))
    return [one for one in served if not work.hides(one)]


async def musts_without_deliverable(work: Work, project_id: UUID) -> list[Requirement]:
    """The musts of a project that no deliverable is to fulfil: each gate lists them, as far as who asked sees them."""
    musts = await work.select(Requirement, MUSTS_WITHOUT, (str(project_id),))
    return [one for one in musts if not work.hides(one)]
