"""What is checked of a role against the others of its project, and what follows: successors, and who leads the project."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

from services.projects.mandate.project_role import rules
from services.projects.mandate.project_role.acting import RoleRules, rules_of
from services.projects.standing import of_project
from services.projects.structure.project.api import PROJECTS
from shared.base.ids import new_id
from shared.contracts.language import plain
from shared.contracts.projects.mandate import ProjectRole
from shared.contracts.projects.methods import ActsAs
from shared.contracts.projects.structure import Project
from shared.domain.acts import Acts
from shared.domain.register import Register, make, save
from shared.domain.stages import RUNNING
from shared.domain.work import Work

ACTS = Acts(of_project, rules.act)
LEADERS = {ActsAs.SPONSOR: "sponsor_id", ActsAs.MANAGER: "manager_id"}
"""As whom somebody acts -> the member of the project that names them."""


async def check(work: Work, role: ProjectRole) -> None:
    rules.makes_sense(role)


async def roles_of(work: Work, project_id: UUID) -> list[ProjectRole]:
    """All roles of a project that are not archived, as the unit leaves them."""
    stored = await work.select(ProjectRole, "project_id = ?", (str(project_id),))
    return work.with_staged(
        ProjectRole, stored, lambda one: one.project_id == project_id and one.archived_at is None
    )


async def hold_together(
    work: Work, register: Register[ProjectRole], role: ProjectRole, before: ProjectRole | None
) -> None:
    """The roles of the project hold together, as this change leaves them; who leads it stands in the project."""
    await work.guard(f"roles {role.project_id}")
    project = await work.load(Project, role.project_id)
    role_rules = await rules_of(work, project)
    if (successor := work.memory(rules.SUCCESSORS).pop(role.id, None)) is not None:
        await _hand_over(work, register, role, successor)
    others = [one for one in await roles_of(work, role.project_id) if one.id != role.id]
    if role.archived_at is None:
        rules.is_free(role, others, role_rules)
        rules.is_apart(role, others, role_rules)
    if project.stage in RUNNING:
        was = others if before is None else [*others, before]
        rules.is_still_managed([*others, role], was, role_rules, work.effective_on)
    await _follow_leaders(work, project.id, [*others, role], role_rules)


async def _hand_over(work: Work, register: Register[ProjectRole], role: ProjectRole, successor: UUID) -> None:
    """The same role for somebody else, from the day after on."""
    assert role.ends_on is not None
    await make(
        work,
        register,
        new_id(),
        project_id=role.project_id,
        role_code=role.role_code,
        person_id=successor,
        starts_on=role.ends_on + timedelta(days=1),
    )


async def _follow_leaders(
    work: Work, project_id: UUID, roles: Sequence[ProjectRole], role_rules: RoleRules
) -> None:
    """The project names who acts as its sponsor and as its manager today; where nobody does, it stays as it is."""
    project = await work.load(Project, project_id)
    for acts_as, member in LEADERS.items():
        holder = holder_on(roles, role_rules.acting_as(acts_as), work.effective_on)
        if holder is not None:
            setattr(project, member, holder.person_id)
    if work.is_changed(project):
        await save(work, PROJECTS, project, plain(Project, "revised"))


def holder_on(roles: Sequence[ProjectRole], codes: Collection[str], day: date) -> ProjectRole | None:
    """Who has one of these roles on a day."""
    return next((one for one in roles if one.role_code in codes and rules.is_had_on(one, day)), None)
