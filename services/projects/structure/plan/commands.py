"""A plan put as one difference: what is new is made, what differs is changed, what is absent is archived, the rest stays.

One refused row refuses all. Nothing is published of what is unchanged. A large plan is decided about in pieces, between which
other requests have their turn; it is written in one commit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from services.projects.engines.planning.bulk import PlanBody
from services.projects.standing import of_project
from services.projects.structure.activity import rules
from services.projects.structure.dependency import network
from services.projects.structure.plan import activities as rows_of
from services.projects.structure.plan.activities import Revision
from services.projects.structure.plan.links import Linking, refuse_circles
from services.projects.structure.plan.refusals import Refusals
from services.projects.structure.plan.standing import AT_ONCE, Plan, plan_of, tag_of
from services.projects.structure.schedule.anew import links_changed
from shared.base.clock import now
from shared.base.errors import Fault, PreconditionFailed, PreconditionRequired
from shared.base.turns import in_turns
from shared.contracts.language import Aggregate, plain
from shared.contracts.projects.methods import Milestone, MilestoneState
from shared.contracts.projects.plan import Activity, Dependency
from shared.contracts.projects.structure import Project
from shared.domain import stages
from shared.domain.acts import verbs
from shared.domain.stages import Act
from shared.domain.work import Work

T = TypeVar("T")
A = TypeVar("A", bound=Aggregate)


@dataclass
class Counts:
    """What became of the rows of one kind."""

    created: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0


@dataclass
class Outcome:
    """What became of a plan."""

    activities: Counts = field(default_factory=Counts)
    links: Counts = field(default_factory=Counts)
    keys: dict[str, UUID] = field(default_factory=dict)
    """Key of a row -> the activity that it is."""
    tag: str = ""


async def put(
    work: Work, project: Project, body: PlanBody, expected: list[tuple[bool, str]] | None
) -> Outcome:
    """Make the project's plan look like `body`. `expected` are the ETags of If-Match; None where there is none."""
    await network.hold(work, [project.id], crossing=any(link.from_id for link in body.dependencies))
    plan = await plan_of(work, project.id)
    await _expect(plan, expected)
    refusals, outcome = Refusals(), Outcome()
    each = await _activities(work, project.id, plan, body, refusals, outcome)
    present = [row.one.id for row in each]
    linking = Linking(work, project.id, plan, outcome.keys, present, refusals)
    links = await linking.made_of(body.dependencies)
    removed = await _absent(plan.activities, each)
    unlinked = await _absent(plan.links, links)
    await _refuse_removed(work, project.id, removed, refusals)
    refusals.tell()
    await _hold_crossed(work, project.id, links)
    names = {row.one.id: row.one.name async for row in in_turns(each, AT_ONCE)}
    await refuse_circles(work, project.id, [row.one for row in links], names)
    await _admit(work, project, plan, each, links, removed, unlinked)
    crossed = _crossed(work, links, unlinked)
    await _write(work, each, outcome.activities)
    await _write(work, links, outcome.links)
    await _archive(work, unlinked, outcome.links)
    await _archive(work, removed, outcome.activities)
    await links_changed(work, project.id, crossed)
    outcome.tag = await tag_of([*(row.one for row in each), *(row.one for row in links)])
    return outcome


def _crossed(work: Work, links: Sequence[Revision[Dependency]], unlinked: Sequence[Dependency]) -> set[UUID]:
    """The other projects from which a link comes, or no longer comes, or comes in another way."""
    changed = [row.one for row in links if row.is_changed]
    before = [one for one in map(work.before, changed) if one is not None]
    return {one.from_project_id for one in (*changed, *before, *unlinked) if one.from_project_id is not None}


async def _absent(standing: Mapping[UUID, A], rows: Sequence[Revision[A]]) -> list[A]:
    """What stands and has no row."""
    present = {row.one.id async for row in in_turns(rows, AT_ONCE)}
    return [one for id, one in standing.items() if id not in present]


async def _expect(plan: Plan, expected: list[tuple[bool, str]] | None) -> None:
    """The plan is the one that was read; where there is none yet, nothing can be lost."""
    if expected is None:
        if plan.activities or plan.links:
            raise PreconditionRequired(
                "send If-Match with the ETag you read",
                Fault("required", "If-Match is needed", header="If-Match"),
            )
        return
    current = await plan.tag()
    if not any(tag in ("*", current) and not weak for weak, tag in expected):
        raise PreconditionFailed("the plan has changed since it was read", headers={"ETag": current})


async def _activities(
    work: Work, project_id: UUID, plan: Plan, body: PlanBody, refusals: Refusals, outcome: Outcome
) -> list[Revision[Activity]]:
    """The activity of each row as it is to be."""
    by = await rows_of.neighbours(work, body.activities)
    each: list[Revision[Activity]] = []
    ids_before: set[UUID] = set()
    refs = await rows_of.refs_of(body.activities)
    standing = await rows_of.identified(work, plan, body.activities, refs, project_id, refusals)
    rows = enumerate(zip(body.activities, refs, standing, strict=True))
    async for place, (row, ref, one) in in_turns(rows):
        activity = rows_of.revised(work, project_id, row, ref, one)
        if activity.id in ids_before:
            refusals.refuse_row("duplicate", "another row is this activity", f"/activities/{place}")
        ids_before.add(activity.id)
        before = None if one is None else work.before(one)
        rows_of.judge(activity, before, f"/activities/{place}", by, refusals)
        each.append(Revision(activity, one is None, one is None or work.is_changed(activity)))
        if row.key is not None:
            outcome.keys[row.key] = activity.id
    return each


async def _refuse_removed(
    work: Work, project_id: UUID, removed: Sequence[Activity], refusals: Refusals
) -> None:
    """What a link of another project or a milestone needs is not left out."""
    for piece in _pieces(removed, AT_ONCE):
        ids = [str(one.id) for one in piece]
        marks, names = ", ".join("?" * len(ids)), {one.id: one.name for one in piece}
        links = await work.select(
            Dependency, f"from_id IN ({marks}) AND project_id <> ?", [*ids, str(project_id)]
        )
        milestones = await work.select(Milestone, f"activity_id IN ({marks})", ids)
        needs = [(one.from_id, "a link of another project") for one in links]
        needs += [
            (one.activity_id, "a milestone")
            for one in milestones
            if one.activity_id and one.state is MilestoneState.PLANNED
        ]
        for id, what in needs:
            refusals.take(_needed(names[id], what))


def _needed(name: str, what: str) -> Fault:
    return Fault("needed", rules.needed(name, what), pointer="/activities")


async def _hold_crossed(work: Work, project_id: UUID, links: Sequence[Revision[Dependency]]) -> None:
    """The plans that links lead from are held too: of two that close a circle together only the first is written."""
    others = {row.one.from_project_id for row in links if row.one.from_project_id is not None}
    if others:
        await network.hold(work, {project_id, *others}, crossing=True)


async def _admit(
    work: Work,
    project: Project,
    plan: Plan,
    each: Sequence[Revision[Activity]],
    links: Sequence[Revision[Dependency]],
    removed: Sequence[Aggregate],
    unlinked: Sequence[Aggregate],
) -> None:
    """Ask the project for what this does to its plan."""
    rows: list[Revision[Any]] = [*each, *links]
    acts = []
    if any(row.is_new for row in rows):
        acts.append(Act.NEW_CHILD)
    if any(row.is_changed and not row.is_new for row in rows):
        acts.append(Act.EDIT)
    if removed or unlinked:
        acts.append(Act.CORRECTION)
    one = next(iter([*(row.one for row in rows[:1]), *removed, *unlinked]), None)
    if one is None or not acts:
        return
    standing = await of_project(work, one)
    for act in acts:
        stages.admit(act, standing.stage, standing.archived, verbs(work, one), "")


async def _write(work: Work, rows: Sequence[Revision[A]], counts: Counts) -> None:
    async for one, is_new, is_changed in in_turns(rows):
        if is_new:
            counts.created += 1
            work.save(one, plain(type(one), "created"))
        elif is_changed:
            counts.changed += 1
            before = work.before(one)
            only_back = (
                before is not None
                and before.archived_at is not None
                and one == before.model_copy(update={"archived_at": None})
            )
            work.save(one, plain(type(one), "restored" if only_back else "revised"))
        else:
            counts.unchanged += 1


async def _archive(work: Work, rows: Sequence[A], counts: Counts) -> None:
    at = now()
    async for one in in_turns(rows):
        one.archived_at = at
        work.save(one, plain(type(one), "archived"))
        counts.removed += 1


def _pieces(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for first in range(0, len(rows), size):
        yield rows[first : first + size]
