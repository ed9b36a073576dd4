"""What holds of the roles of a project: who may have which at the same time, and that a running project has a manager."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from services.projects.mandate.project_role.acting import RoleRules
from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
from shared.contracts.projects.mandate import EndRole, ProjectRole, ProjectRoleEnded, ProjectRoleState
from shared.contracts.projects.methods import ActsAs
from shared.domain.acts import CREATE, REVISE
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.reading import Memory
from shared.domain.stages import Act
from shared.domain.work import Work

S = ProjectRoleState
FOREVER = date.max
SUCCESSORS: Memory[UUID, UUID] = Memory("who follows in a role that the unit ends")


def act(deed: str, role: ProjectRole, before: ProjectRole | None) -> Act:
    """Roles are given as long as there is work; later changes correct the record."""
    return Act.EDIT if deed in (CREATE, REVISE) else Act.CORRECTION


def makes_sense(role: ProjectRole) -> None:
    if role.ends_on is not None and role.ends_on < role.starts_on:
        raise Invalid(
            "the last day lies before the first",
            Fault("before_start", "earlier than the first day", pointer="/ends_on"),
            code="days_out_of_order",
        )
    if role.deputy_id == role.person_id:
        raise Invalid(
            "nobody stands in for themselves",
            Fault("itself", "another person", pointer="/deputy_id"),
            code="deputy_of_themselves",
        )


def is_had_on(role: ProjectRole, day: date) -> bool:
    """Whether somebody has it on that day, whatever its state is today."""
    return role.archived_at is None and role.starts_on <= day <= (role.ends_on or FOREVER)


def overlap(one: ProjectRole, other: ProjectRole) -> bool:
    """Whether there is a day on which both are had."""
    return one.starts_on <= (other.ends_on or FOREVER) and other.starts_on <= (one.ends_on or FOREVER)


def is_free(role: ProjectRole, others: Iterable[ProjectRole], rules: RoleRules) -> None:
    """Refuse (409 `role_taken`) more holders at a time than there may be. Roles that act alike count as one.

    Two holders that overlap the new one need not overlap each other: the day on which one of them begins is the fullest.
    """
    rule = rules.of(role.role_code)
    if rule.most is None:
        return
    alike = {role.role_code} if rule.acts_as is None else rules.acting_as(rule.acts_as)
    at_once = [one for one in others if one.role_code in alike and overlap(role, one)]
    days = [role.starts_on, *(one.starts_on for one in at_once)]
    fullest = max(sum(is_had_on(one, day) for one in at_once) for day in days if is_had_on(role, day))
    if fullest >= rule.most:
        raise Conflict(
            Text(
                "somebody has the role {role} already: end that one, and name who follows",
                role=role.role_code,
            ),
            Fault("role_taken", "is had by somebody else on these days", pointer="/role_code"),
            code="role_taken",
            held=[str(one.id) for one in at_once],
        )


def is_apart(role: ProjectRole, others: Iterable[ProjectRole], rules: RoleRules) -> None:
    """Refuse (409 `roles_exclude`) that one person has two roles that exclude each other. A deputy counts like who has it:
    otherwise one person could sign twice."""
    for member in ("person_id", "deputy_id"):
        person = getattr(role, member)
        for other in others:
            is_same = person is not None and person in (other.person_id, other.deputy_id)
            if is_same and overlap(role, other) and rules.exclude_each_other(role.role_code, other.role_code):
                raise Conflict(
                    Text(
                        "one person cannot be {role} and {other} of a project",
                        role=role.role_code,
                        other=other.role_code,
                    ),
                    Fault("roles_exclude", "has the other role on these days", pointer=f"/{member}"),
                    code="roles_exclude",
                    excluded_by=str(other.id),
                )


def first_day_without(roles: Iterable[ProjectRole], day: date) -> date:
    """The first day from `day` on, on which nobody has one of these roles; `FOREVER` where there is none."""
    for role in sorted(roles, key=lambda one: one.starts_on):
        if role.starts_on > day:
            return day
        if role.ends_on is None:
            return FOREVER
        day = max(day, role.ends_on + timedelta(days=1))
    return day


def managers(roles: Iterable[ProjectRole], rules: RoleRules) -> list[ProjectRole]:
    codes = rules.acting_as(ActsAs.MANAGER)
    return [one for one in roles if one.archived_at is None and one.role_code in codes]


def is_still_managed(
    after: Sequence[ProjectRole], before: Sequence[ProjectRole], rules: RoleRules, today: date
) -> None:
    """Refuse (409 `no_manager`) what would leave a running project without a manager on a day on which it had one."""
    gap = first_day_without(managers(after, rules), today)
    if gap < first_day_without(managers(before, rules), today):
        raise Conflict(
            Text("nobody would manage the project on {day}: name who follows", day=gap),
            code="no_manager",
            day=gap.isoformat(),
        )


def end(role: ProjectRole, occasion: Occasion) -> ProjectRoleEnded:
    assert isinstance(occasion.body, EndRole)
    last = occasion.body.on or occasion.day
    if last < role.starts_on:
        raise Invalid(
            "the last day lies before the first",
            Fault("before_start", "earlier than the first day", pointer="/on"),
            code="days_out_of_order",
        )
    role.ends_on = last
    return ProjectRoleEnded(reason=occasion.body.reason, on=last)


async def name_successor(work: Work, role: ProjectRole, occasion: Occasion) -> None:
    """They get the role once it is ended (`commands.hold_together`)."""
    assert isinstance(occasion.body, EndRole)
    if occasion.body.successor_id is not None:
        work.memory(SUCCESSORS)[role.id] = occasion.body.successor_id


LIFECYCLE = Lifecycle(
    "state",
    {
        "end": Move(
            S.IS_HELD,
            S.ENDED,
            ProjectRoleEnded,
            needs="write",
            takes=EndRole,
            effect=end,
            settle=name_successor,
            description="From held to ended. Where a successor is named, they have the role from the day after, in the same"
            " commit. A running project is not left without a manager (409 `no_manager`).",
        )
    },
)
