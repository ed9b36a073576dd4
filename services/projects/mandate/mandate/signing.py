"""Who signs: each signatory once, or their deputy for them, as long as the roles of the project are held."""

from collections.abc import Sequence
from uuid import UUID

from services.projects.mandate.mandate.binding import mandates_of
from services.projects.mandate.mandate.limits import refuse_above_limit
from services.projects.mandate.project_role import rules as role_rules_of
from services.projects.mandate.project_role.acting import RoleRules, rules_of
from services.projects.mandate.project_role.commands import roles_of
from shared.base.clock import now, to_day
from shared.base.errors import Conflict, Fault, Forbidden
from shared.base.texts import Text
from shared.contracts.projects.mandate import Mandate, MandateState, ProjectRole, Signatory, Signature
from shared.contracts.projects.methods import ActsAs
from shared.contracts.projects.structure import Project
from shared.domain.lifecycle import Occasion
from shared.domain.work import Work


async def sign(work: Work, mandate: Mandate, occasion: Occasion) -> None:
    """Add the signature of the caller; whoever gives the last one is refused what keeps the mandate from binding."""
    project = await work.load(Project, mandate.project_id)
    role_rules = await rules_of(work, project)
    await work.guard(f"roles {project.id}")
    roles = [
        one for one in await roles_of(work, project.id) if role_rules_of.is_had_on(one, work.effective_on)
    ]
    refuse_without_roles(mandate, roles, role_rules)
    person = await work.person()
    signatory = _signatory(mandate, roles, person)
    if person is None or signatory is None:
        raise Forbidden("only a signatory, or their deputy, signs", code="not_a_signatory")
    if any(person == one.person_id or signatory.person_id == one.signatory_id for one in mandate.signatures):
        raise Conflict("each signs once", code="already_signed")
    assert mandate.content_hash is not None
    mandate.signatures = [
        *mandate.signatures,
        Signature(
            person_id=person,
            signatory_id=signatory.person_id,
            role=signatory.role,
            content_hash=mandate.content_hash,
            signed_at=work.effective_at or now(),
        ),
    ]
    if is_signed_by_all(mandate):
        await _refuse_second(work, mandate)
        await refuse_above_limit(work, mandate)


STOOD_IN_FOR = "deputy_id = ? AND starts_on <= ? AND (ends_on IS NULL OR ends_on >= ?)"


async def waiting_for_caller(work: Work, mandates: Sequence[Mandate]) -> set[UUID]:
    """Those of the mandates that wait for the caller's signature, for themselves or for whom they stand in."""
    person = await work.person()
    if person is None:
        return set()
    today = to_day(work.effective_on)
    roles = await work.select(ProjectRole, STOOD_IN_FOR, (str(person), today, today))
    return {one.id for one in mandates if _waits_for(one, person, roles)}


def _waits_for(mandate: Mandate, person: UUID, roles: Sequence[ProjectRole]) -> bool:
    signatory = _signatory(mandate, [one for one in roles if one.project_id == mandate.project_id], person)
    if signatory is None:
        return False
    return all(
        person != one.person_id and signatory.person_id != one.signatory_id for one in mandate.signatures
    )


def _signatory(mandate: Mandate, roles: Sequence[ProjectRole], person: UUID | None) -> Signatory | None:
    """For whom this person signs: themselves, or somebody for whom they stand in."""
    for one in mandate.signatories:
        if one.person_id == person:
            return one
    stands_in = {(one.role_code, one.person_id) for one in roles if one.deputy_id == person is not None}
    return next((one for one in mandate.signatories if (one.role, one.person_id) in stands_in), None)


def refuse_without_roles(mandate: Mandate, roles: Sequence[ProjectRole], role_rules: RoleRules) -> None:
    """Refuse (409 `roles_missing`) while a required role is not held, and (409 `not_the_holder`) where somebody else has the
    role by now in which a signatory leads the project."""
    missing = role_rules.missing({one.role_code for one in roles})
    if missing:
        raise Conflict(
            Text("roles of the project are not held yet: {roles}", roles=", ".join(missing)),
            code="roles_missing",
            roles=missing,
        )
    for acts_as in (ActsAs.SPONSOR, ActsAs.MANAGER):
        codes = role_rules.acting_as(acts_as)
        holders = {one.person_id for one in roles if one.role_code in codes}
        for i, one in enumerate(mandate.signatories):
            if one.role in codes and one.person_id not in holders:
                raise Conflict(
                    Text("somebody else has the role {role} now", role=one.role),
                    Fault("not_the_holder", "does not have this role today", pointer=f"/signatories/{i}"),
                    code="not_the_holder",
                )


def is_signed_by_all(mandate: Mandate) -> bool:
    """Whether every signatory has signed what stands."""
    signed = {one.signatory_id for one in mandate.signatures if one.content_hash == mandate.content_hash}
    return bool(mandate.signatories) and signed >= {one.person_id for one in mandate.signatories}


async def _refuse_second(work: Work, mandate: Mandate) -> None:
    """Refuse (409 `next_edition_needed`) that two mandates of one kind bind a project."""
    await work.guard(f"mandates {mandate.project_id}")
    for other in await mandates_of(work, mandate.project_id):
        binds = other.state is MandateState.SIGNED and other.kind is mandate.kind
        if binds and other.id not in (mandate.id, mandate.supersedes_id):
            raise Conflict(
                "another mandate binds the project: make its next edition", code="next_edition_needed"
            )
