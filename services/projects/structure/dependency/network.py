"""The links of plans as a network: what can be reached from an activity, over whichever projects the links lead.

Who changes the links of a project holds its guard. Where a project is linked with others, one guard of all linked plans is held
too: of two links that close a circle together, over two projects, only the first is written.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from services.projects.structure.activity.commands import guard_of
from services.projects.structure.dependency import rules
from shared.base.errors import Invalid
from shared.base.texts import Text
from shared.contracts.projects.plan import Activity, Dependency
from shared.domain.work import Work

LINKED = "linked plans"
"""The guard of all plans that are linked with one another."""

REACHED = """
WITH RECURSIVE reached (id) AS (
    SELECT id FROM activity WHERE id IN ({marks})
    UNION SELECT d.to_id FROM dependency d JOIN reached r ON d.from_id = r.id WHERE d.archived = 0
)
SELECT d.id, d.from_id, d.to_id FROM dependency d JOIN reached r ON d.from_id = r.id WHERE d.archived = 0
"""
"""The links on all ways that begin at these activities."""

Edges = dict[UUID, list[UUID]]


async def hold(work: Work, projects: Iterable[UUID], crossing: bool) -> None:
    """Hold the plans of these projects, and all linked plans where a link crosses, or one of them is linked already."""
    each = sorted({*projects})
    await work.read_guards([*map(guard_of, each), LINKED])
    for one in each:
        await work.guard(guard_of(one))
    if crossing or await is_linked(work, each):
        await work.guard(LINKED)


async def is_linked(work: Work, projects: Sequence[UUID]) -> bool:
    """Whether a link leads from one of these projects to another one, or from another one to it."""
    marks, ids = ", ".join("?" * len(projects)), [str(one) for one in projects]
    rows = await work.store.fetch(
        f"SELECT 1 FROM dependency WHERE archived = 0 AND (from_project_id IN ({marks}) OR"
        f" (project_id IN ({marks}) AND from_project_id IS NOT NULL)) LIMIT 1",
        [*ids, *ids],
    )
    return bool(rows)


async def edges_from(work: Work, start: UUID, staged: Mapping[UUID, Dependency]) -> Edges:
    """What follows what, on all ways from an activity, as this unit leaves the links."""
    edges: Edges = {}
    entered: set[UUID] = set()
    waiting = {start}
    while waiting:
        marks = ", ".join("?" * len(waiting))
        rows = await work.store.fetch(REACHED.format(marks=marks), sorted(map(str, waiting)))
        entered |= waiting
        for id, before, after in rows:
            if UUID(id) not in staged:
                edges.setdefault(UUID(before), []).append(UUID(after))
            entered.add(UUID(after))
        for link in staged.values():
            if link.archived_at is None:
                edges.setdefault(link.from_id, []).append(link.to_id)
        waiting = {
            link.to_id for link in staged.values() if link.archived_at is None and link.from_id in entered
        } - entered
    return edges


async def refuse_circle(work: Work, link: Dependency) -> None:
    """Refuse (422) a link whose successor leads back to its predecessor, naming the way."""
    staged = {id: one for id, one in work.staged(Dependency).items() if id != link.id}
    for id, one in staged.items():
        if one.archived_at is None:
            work.relies_on("dependency", id)
    edges = await edges_from(work, link.to_id, staged)
    path = rules.path_back(link.to_id, link.from_id, edges)
    if path:
        raise await circle_of(work, path, "/to_id")


async def circle_of(
    work: Work, path: Sequence[UUID], pointer: str, own: Mapping[UUID, str] = MappingProxyType({})
) -> Invalid:
    """The refusal; what who asked does not see is not named. `own` are names of activities that are not stored yet."""
    marks = ", ".join("?" * len(path))
    activities = await work.select(Activity, f"id IN ({marks})", [str(one) for one in path], archived=True)
    by_id = {one.id: one for one in activities}
    names = [own.get(one) or _name(work, by_id.get(one)) for one in path]
    return rules.circle(names, pointer)


def _name(work: Work, activity: Activity | None) -> str:
    is_seen = activity is not None and not work.hides(activity)
    return activity.name if activity is not None and is_seen else str(Text("an activity of another project"))
