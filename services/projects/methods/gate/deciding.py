"""Who decides a gate: the person who holds the role that the method names, in this project.

Whoever acts as sponsor or as manager is named by the project itself (`project_role` keeps that so). What a committee decides,
who acts as sponsor decides until the project has a committee. Where nobody holds the role, who may decide in the project
does: a project without a sponsor is led by them in everything else, too.
"""

from uuid import UUID

from services.projects.methods.gate import rules
from shared.base.errors import Forbidden
from shared.base.texts import Text
from shared.contracts.projects.methods import ActsAs
from shared.contracts.projects.phases import Gate
from shared.contracts.projects.structure import Project
from shared.domain.work import Work

NAMES = {ActsAs.SPONSOR: Text("the sponsor"), ActsAs.MANAGER: Text("the project manager"),
         ActsAs.COMMITTEE: Text("the sponsor, in place of the committee")}  # fmt: skip


async def holders(work: Work, project: Project, role: ActsAs) -> list[UUID]:
    """The persons who hold the role; nobody where it is not filled."""
    holder = project.manager_id if role is ActsAs.MANAGER else project.sponsor_id
    return [] if holder is None else [holder]


async def deciders_of(work: Work, gate: Gate) -> list[UUID]:
    return await holders(work, await work.load(Project, gate.project_id), rules.acts_as(gate))


async def refuse_others(work: Work, gate: Gate) -> None:
    """Refuse (403 `not_the_decider`) who does not hold the role. What an import tells was decided elsewhere, and what follows
    from another decision was decided there."""
    if work.rights is None or "projects.import" in work.scopes:
        return
    deciders = await deciders_of(work, gate)
    if not deciders or rules.is_steering(gate):
        work.require_at("projects.decide", gate)
    if deciders and await work.person() not in deciders:
        raise Forbidden(
            Text("{gate} is decided by {role}", gate=gate.name, role=NAMES[rules.acts_as(gate)]),
            code="not_the_decider",
            role=gate.decider,
            acts_as=rules.acts_as(gate).value,
        )
