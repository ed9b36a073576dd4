"""From the rows of a body to activities: which one each row is, and what it makes of it."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from services.projects.engines.planning.bulk import PlanActivity, PlanDependency
from services.projects.structure.activity.rules import faults
from services.projects.structure.plan.refusals import Refusals
from services.projects.structure.plan.standing import AT_ONCE, Plan, by_ids
from shared.base.clock import now
from shared.base.turns import in_turns
from shared.contracts.language import Aggregate, ExternalRef
from shared.contracts.projects.plan import Activity, ConstraintKind
from shared.contracts.projects.structure import Calendar, WorkPackage
from shared.domain.register import having_refs
from shared.domain.work import Work

A = TypeVar("A", bound=Aggregate)
Ref = tuple[str, str]
"""An external key as source and id, which are hashed at once."""

MEMBERS = (
    "name", "duration_minutes", "constraint_at", "deadline_on", "percent_complete", "actual_start_at", "actual_finish_at",
    "remaining_minutes", "level_of_effort", "milestone", "role", "effort_minutes",
)  # fmt: skip
"""What a row gives as it is."""


class Revision(NamedTuple, Generic[A]):
    """A row of a plan as it is to be."""

    one: A
    is_new: bool
    is_changed: bool


@dataclass(frozen=True)
class Neighbours:
    """What rows name beside one another, as far as it is there: package -> its project, calendar -> its project or None."""

    packages: dict[UUID, WorkPackage]
    calendars: dict[UUID, Calendar]


async def neighbours(work: Work, rows: Sequence[PlanActivity]) -> Neighbours:
    packages = await by_ids(work, WorkPackage, (row.work_package_id for row in rows if row.work_package_id))
    calendars = await by_ids(work, Calendar, (row.calendar_id for row in rows if row.calendar_id))
    return Neighbours(packages, calendars)


async def refs_of(rows: Sequence[PlanActivity | PlanDependency]) -> list[ExternalRef | None]:
    """The external key of each row, checked."""
    return [
        None if (ref := row.external_ref) is None else ExternalRef(source=ref.source, id=ref.id)
        async for row in in_turns(rows)
    ]


async def by_refs(
    work: Work, shape: type[A], standing: Iterable[A], refs: Iterable[ExternalRef | None]
) -> dict[Ref, A]:
    """Of these external keys those that somebody has: one of `standing`, or another one, archived or not, in any project."""
    owners = {(ref.source, ref.id): one for one in standing if (ref := one.external_ref) is not None}
    unseen = [ref for ref in refs if ref is not None and (ref.source, ref.id) not in owners]
    for first in range(0, len(unseen), AT_ONCE):
        condition, params = having_refs(set(unseen[first : first + AT_ONCE]))
        for one in await work.select(shape, f"({condition})", params, archived=True):
            assert one.external_ref is not None
            owners[one.external_ref.source, one.external_ref.id] = one
        await asyncio.sleep(0)
    return owners


def revised(
    work: Work, project_id: UUID, row: PlanActivity, ref: ExternalRef | None, one: Activity | None
) -> Activity:
    """The activity as the row wants it; a new one where `one` is None."""
    members = {name: getattr(row, name) for name in MEMBERS}
    members["constraint_kind"] = None if row.constraint_kind is None else ConstraintKind(row.constraint_kind)
    members["work_package_id"] = None if row.work_package_id is None else UUID(row.work_package_id)
    members["calendar_id"] = None if row.calendar_id is None else UUID(row.calendar_id)
    if ref is not None:
        members["external_ref"] = ref
    if one is None:
        return work.new_of(Activity, members | {"project_id": project_id}, {})
    one.take(**members, archived_at=None)
    return one


def judge(one: Activity, before: Activity | None, at: str, by: Neighbours, refusals: Refusals) -> None:
    """What of a row is refused, by itself and beside what it names."""
    for fault in faults(one, at):
        refusals.take(fault)
    present = now()
    for member in ("actual_start_at", "actual_finish_at"):
        value = getattr(one, member)
        if value is not None and value > present:
            refusals.refuse_row("future", "not in the future", f"{at}/{member}")
    if one.work_package_id is not None and (before is None or before.work_package_id != one.work_package_id):
        package = by.packages.get(one.work_package_id)
        if package is None or package.project_id != one.project_id:
            refusals.refuse_row("not_found", "the project has no such work package", f"{at}/work_package_id")
        elif package.archived_at is not None:
            refusals.refuse_row("archived", "is archived", f"{at}/work_package_id")
    if one.calendar_id is not None and (before is None or before.calendar_id != one.calendar_id):
        calendar = by.calendars.get(one.calendar_id)
        if calendar is None or calendar.project_id not in (None, one.project_id):
            refusals.refuse_row(
                "not_found", "neither the project nor the organisation has it", f"{at}/calendar_id"
            )
        elif calendar.archived_at is not None:
            refusals.refuse_row("archived", "is archived", f"{at}/calendar_id")


async def identified(
    work: Work,
    plan: Plan,
    rows: Sequence[PlanActivity],
    refs: Sequence[ExternalRef | None],
    project_id: UUID,
    refusals: Refusals,
) -> list[Activity | None]:
    """Which activity each row is; None: a new one. An archived one of the project comes back."""
    elsewhere = await by_ids(
        work, Activity, (row.id for row in rows if row.id and UUID(row.id) not in plan.activities)
    )
    owners = await by_refs(work, Activity, plan.activities.values(), refs)
    each: list[Activity | None] = []
    async for place, (row, ref) in in_turns(enumerate(zip(rows, refs, strict=True))):
        one: Activity | None = None
        owner = None if ref is None else owners.get((ref.source, ref.id))
        if row.id is not None:
            one = plan.activities.get(UUID(row.id)) or elsewhere.get(UUID(row.id))
            if one is None or one.project_id != project_id:
                refusals.refuse_row(
                    "not_found", "the project has no such activity", f"/activities/{place}/id"
                )
            elif owner is not None and owner.id != one.id:
                refusals.refuse_row("duplicate", "already taken", f"/activities/{place}/external_ref")
        elif owner is not None:
            one = owner
            if owner.project_id != project_id:
                refusals.refuse_row("duplicate", "already taken", f"/activities/{place}/external_ref")
        each.append(one)
    return each
