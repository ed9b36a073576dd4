"""Who acts as what in a project, and whether whoever asks may decide there as such.

The sponsor and the manager are persons: the login of one of them may decide what is theirs, whatever role it has, as long as
it writes there. A login that belongs to no person is neither of them. Who may decide in the project stands in for a manager,
and for a sponsor where there is none. What was decided elsewhere, an importer tells.
"""

from uuid import UUID

from services.projects.mandate.project_role.acting import rules_of
from services.projects.mandate.project_role.commands import holder_on, roles_of
from shared.base.errors import Forbidden
from shared.base.texts import Text
from shared.contracts.language import Aggregate
from shared.contracts.projects.change import Authority
from shared.contracts.projects.methods import ActsAs
from shared.contracts.projects.structure import Project
from shared.domain.reading import Memory
from shared.domain.work import Work

_PERSON: Memory[str, UUID | None] = Memory("the person who asks")
WHO = {Authority.MANAGER: Text("the project manager"), Authority.SPONSOR: Text("the sponsor")}


async def sponsors(work: Work, project: Project) -> frozenset[UUID]:
    """The persons who act as sponsor today, deputies included."""
    return await _acting(work, project, ActsAs.SPONSOR, project.sponsor_id)


async def managers(work: Work, project: Project) -> frozenset[UUID]:
    """The persons who act as project manager today, deputies included."""
    return await _acting(work, project, ActsAs.MANAGER, project.manager_id)


async def _acting(
    work: Work, project: Project, as_whom: ActsAs, named_by_project: UUID | None
) -> frozenset[UUID]:
    """Who has a role that acts as such; the project names them also where nobody was given the role."""
    roles, rules = await roles_of(work, project.id), await rules_of(work, project)
    holder = holder_on(roles, rules.acting_as(as_whom), work.effective_on)
    persons = (named_by_project, *(() if holder is None else (holder.person_id, holder.deputy_id)))
    return frozenset(person for person in persons if person is not None)


async def may_decide_as(work: Work, authority: Authority, project_id: UUID, one: Aggregate) -> bool:
    """Whether who asks decides `one` as the manager, or as the sponsor."""
    if work.rights is None or "projects.import" in work.scopes:
        return True
    project = await work.load(Project, project_id)
    person, decides = await _person(work), "projects.decide" in work.allowed_scopes(one)
    if authority is Authority.SPONSOR:
        return await _may_as_sponsor(work, project, person, decides)
    if authority is Authority.MANAGER:
        acting = await managers(work, project)
        return decides or not acting or person in acting | await sponsors(work, project)
    return False


async def _may_as_sponsor(work: Work, project: Project, person: UUID | None, decides: bool) -> bool:
    acting = await sponsors(work, project)
    if acting:
        return person in acting
    return decides and (person is None or person not in await managers(work, project))


async def refuse_others(work: Work, authority: Authority, project_id: UUID, one: Aggregate) -> None:
    """Refuse (403 `beyond_authority`) who may not decide it as such."""
    if not await may_decide_as(work, authority, project_id, one):
        who = WHO[authority]
        raise Forbidden(
            Text("this is beyond what you decide: {who} does", who=who),
            code="beyond_authority",
            authority=authority.value,
        )


async def _person(work: Work) -> UUID | None:
    memory = work.memory(_PERSON)
    if "" not in memory:
        memory[""] = await work.person()
    return memory[""]
