"""From the rows of a body to links: which one each row is, what it links, and that no circle closes."""

import asyncio
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from services.projects.engines.planning.bulk import PlanDependency
from services.projects.structure.dependency import rules
from services.projects.structure.dependency.network import circle_of
from services.projects.structure.plan.activities import Revision, by_refs, refs_of
from services.projects.structure.plan.refusals import Refusals
from services.projects.structure.plan.standing import AT_ONCE, Plan, by_ids
from shared.base.turns import in_turns
from shared.contracts.language import ExternalRef
from shared.contracts.projects.methods import Milestone
from shared.contracts.projects.plan import Activity, Dependency, DependencyKind, Lag
from shared.domain.work import Work

N = TypeVar("N", bound=Hashable)
Ends = tuple[UUID, UUID, DependencyKind]


class Linking:
    """The links of one body, being made of the plan that stands."""

    def __init__(
        self,
        work: Work,
        project_id: UUID,
        plan: Plan,
        by_key: Mapping[str, UUID],
        present: Iterable[UUID],
        refusals: Refusals,
    ) -> None:
        self._work, self._project_id, self._plan = work, project_id, plan
        self._by_key, self._present, self._refusals = by_key, frozenset(present), refusals
        self._foreign: dict[UUID, UUID | None] = {}
        """Activities of other projects, and milestones that stand for one -> the activity; None where it is refused."""
        self._projects: dict[UUID, UUID] = {}

    async def made_of(self, rows: Sequence[PlanDependency]) -> list[Revision[Dependency]]:
        """The link that each row stands for as it is to be; refused rows are left out."""
        await self._look_up(rows)
        refs = await refs_of(rows)
        owners = await by_refs(self._work, Dependency, self._plan.links.values(), refs)
        by_ends: dict[Ends, Dependency] = {}
        async for link in in_turns(self._plan.links.values(), AT_ONCE):
            by_ends.setdefault((link.from_id, link.to_id, link.kind), link)
        archived = await by_ids(
            self._work, Dependency, (r.id for r in rows if r.id and UUID(r.id) not in self._plan.links)
        )
        ids_in_rows = {UUID(row.id) for row in rows if row.id is not None}
        links: list[Revision[Dependency]] = []
        ends_seen: set[Ends] = set()
        async for place, (row, ref) in in_turns(enumerate(zip(rows, refs, strict=True))):
            at = f"/dependencies/{place}"
            ends = self._ends(row, at)
            if ends is None:
                continue
            if ends in ends_seen:
                self._refusals.refuse_row("duplicate", "another row links the same ends", at)
                continue
            ends_seen.add(ends)
            one: Dependency | None = None
            if row.id is not None:
                one = self._plan.links.get(UUID(row.id)) or archived.get(UUID(row.id))
                if one is None or one.project_id != self._project_id:
                    self._refusals.refuse_row("not_found", "the project has no such link", f"{at}/id")
                    continue
            elif ref is not None:
                owner = owners.get((ref.source, ref.id))
                if owner is not None:
                    if owner.project_id != self._project_id:
                        self._refusals.refuse_row("duplicate", "already taken", f"{at}/external_ref")
                        continue
                    one = owner
            elif (same := by_ends.get(ends)) is not None and same.id not in ids_in_rows:
                one = same
            links.append(self._link(row, ref, ends, one))
        return links

    def _link(
        self, row: PlanDependency, ref: ExternalRef | None, ends: Ends, one: Dependency | None
    ) -> Revision[Dependency]:
        lag = row.lag
        members: dict[str, Any] = {
            "from_id": ends[0],
            "from_project_id": self._projects.get(ends[0]),
            "to_id": ends[1],
            "kind": ends[2],
            "lag": None
            if lag is None
            else Lag.model_construct(minutes=lag.minutes, percent=lag.percent, elapsed=lag.elapsed),
        }
        if ref is not None:
            members["external_ref"] = ref
        if one is None:
            link = self._work.new_of(Dependency, members | {"project_id": self._project_id}, {})
            return Revision(link, is_new=True, is_changed=True)
        one.take(**members, archived_at=None)
        return Revision(one, is_new=False, is_changed=self._work.is_changed(one))

    def _ends(self, row: PlanDependency, at: str) -> Ends | None:
        """The activities that a row links; None where it is refused."""
        before = self._by_key[row.from_key] if row.from_key is not None else UUID(row.from_id or "")
        after = self._by_key[row.to_key] if row.to_key is not None else UUID(row.to_id or "")
        if before not in self._present:
            foreign = self._foreign.get(before)
            if foreign is None:
                self._refusals.refuse_row("not_found", "there is no such activity", f"{at}/from_id")
                return None
            before = foreign
        if after not in self._present:
            self._refusals.refuse_row("not_found", "the body has no such activity", f"{at}/to_id")
            return None
        if before == after:
            self._refusals.refuse_row("cycle", "leads back", f"{at}/to_id")
            return None
        return before, after, DependencyKind(row.kind)

    async def _look_up(self, rows: Sequence[PlanDependency]) -> None:
        """Activities and milestones of other projects that rows name, as far as who asked sees them."""
        unknown = {UUID(row.from_id) for row in rows if row.from_id is not None} - self._present
        if not unknown:
            return
        milestones = await by_ids(self._work, Milestone, unknown)
        activity_of = {id: one.activity_id for id, one in milestones.items() if not self._work.hides(one)}
        activities = await by_ids(
            self._work, Activity, {*unknown, *(id for id in activity_of.values() if id is not None)}
        )
        for id in unknown:
            target = activity_of.get(id, id)
            activity = None if target is None else activities.get(target)
            if activity is None or activity.archived_at is not None or self._work.hides(activity):
                continue
            if activity.project_id == self._project_id and activity.id not in self._present:
                continue
            self._foreign[id] = activity.id
            if activity.project_id != self._project_id:
                self._projects[activity.id] = activity.project_id


async def refuse_circles(
    work: Work, project_id: UUID, links: Sequence[Dependency], names: Mapping[UUID, str]
) -> None:
    """Refuse a body whose links lead in a circle, by themselves or together with those of linked projects. `names` are
    those of its activities."""
    edges: dict[int, list[int]] = {}
    async for link in in_turns(links, AT_ONCE):
        edges.setdefault(link.from_id.int, []).append(link.to_id.int)
    for before, after in await _edges_elsewhere(work, project_id, links):
        edges.setdefault(before.int, []).append(after.int)
    if (numbers := await asyncio.to_thread(a_circle, edges)) is None:
        return
    path = [UUID(int=one) for one in numbers]
    ends = {(link.from_id, link.to_id): place for place, link in enumerate(links)}
    place = next((ends[pair] for pair in zip(path, [*path[1:], path[0]], strict=True) if pair in ends), None)
    pointer = "/dependencies" if place is None else f"/dependencies/{place}/to_id"
    raise await circle_of(work, path, pointer, names)


async def _edges_elsewhere(
    work: Work, project_id: UUID, links: Sequence[Dependency]
) -> list[tuple[UUID, UUID]]:
    """The links of all projects that are linked with this one, where some lead in and some lead out."""
    if not any(link.from_project_id is not None for link in links):
        return []
    fetch = work.store.fetch
    linked, waiting = {str(project_id)}, {str(project_id)}
    while waiting:
        marks = ", ".join("?" * len(waiting))
        rows = await fetch(
            "SELECT DISTINCT from_project_id, project_id FROM dependency WHERE archived = 0 AND from_project_id IS NOT NULL"
            f" AND (from_project_id IN ({marks}) OR project_id IN ({marks}))",
            [*waiting, *waiting],
        )
        waiting = {id for row in rows for id in row} - linked
        linked |= waiting
    if not (others := sorted(linked - {str(project_id)})):
        return []
    marks = ", ".join("?" * len(others))
    rows = await fetch(
        f"SELECT from_id, to_id FROM dependency WHERE archived = 0 AND project_id IN ({marks})", others
    )
    return [(UUID(before), UUID(after)) for before, after in rows]


def a_circle(edges: Mapping[N, Sequence[N]]) -> list[N] | None:
    """The activities of a circle in order; None where the links lead in none."""
    awaited: dict[N, int] = dict.fromkeys(edges, 0)
    for followers in edges.values():
        for one in followers:
            awaited[one] = awaited.get(one, 0) + 1
    free = [one for one, count in awaited.items() if not count]
    while free:
        one = free.pop()
        del awaited[one]
        for follower in edges.get(one, ()):
            awaited[follower] -= 1
            if not awaited[follower]:
                free.append(follower)
    if not awaited:
        return None
    rest = {one: [after for after in edges.get(one, ()) if after in awaited] for one in awaited}
    behind = {after: one for one, followers in rest.items() for after in followers}
    walked: dict[N, None] = {}
    one = next(iter(behind))
    while one not in walked:  # back from one to another that it waits for: each of the rest waits for one
        walked[one] = None
        one = behind[one]
    way = list(walked)
    path = way[way.index(one) :][::-1]
    shortest = rules.path_back(path[0], path[-1], rest)
    return shortest if shortest else path
