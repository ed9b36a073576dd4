"""What is done with work packages: checked within their project, renumbered with their parts, and progressed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.projects.standing import of_project
from services.projects.structure.baseline.standing import hold_budget
from services.projects.structure.work_package import rules, tree
from shared.contracts.language import plain
from shared.contracts.projects.structure import (
    Progress,
    Project,
    WorkPackage,
    WorkPackageOverdue,
    WorkPackageProgressed,
)
from shared.domain.acts import Acts, admit
from shared.domain.due.declaring import Due
from shared.domain.other_moves import OtherMove
from shared.domain.reading import Memory
from shared.domain.stages import ENDED
from shared.domain.work import Work

PROGRESS = "report-progress"
TREES: Memory[UUID, tree.Overlaid] = Memory(
    "the packages of projects, as stored and as this unit leaves them"
)
STAGED_NODES: Memory[UUID, tuple[str, tree.Node]] = Memory(
    "packages that were saved, with the state each was read from"
)

ACTS = Acts(of_project, rules.act)


async def _project_goes_on(work: Work, package: WorkPackage) -> bool:
    project = await work.find_by_id(Project, package.project_id)
    return project is not None and project.archived_at is None and project.stage not in ENDED


OVERDUE = Due(
    WorkPackageOverdue,
    after=lambda package: package.planned_finish_on,
    stands=rules.is_to_be_done,
    still=_project_goes_on,
)


def guard(package: Any) -> str:
    """Of two who change the tree of a project at once only the first does."""
    return f"wbs {package.project_id}"


async def check(work: Work, package: WorkPackage) -> None:
    rules.in_order(package)
    await work.guard(guard(package))
    before = work.before(package)
    if rules.budget_moves(package, before):
        await hold_budget(work, package.project_id)
    if package.budget is not None and before is not None:  # what is made only now has no parts
        rules.leaf_holds(package, await has_parts(work, package.id))
    if package.parent_id is not None:
        parent = await work.load(WorkPackage, package.parent_id)
        rules.under(package, parent, await has_parts(work, parent.id))
    if before is not None and (before.parent_id, before.wbs) != (package.parent_id, package.wbs):
        nodes = await nodes_of(work, package.project_id)
        rules.not_under_itself(package, nodes)
        rules.parts_can_follow(package, rules.followed(package.id, package.wbs, nodes), nodes)


async def refuse_archiving_what_is_agreed(work: Work, package: WorkPackage) -> Sequence[WorkPackage]:
    """A budget that a baseline holds fast does not go; nothing goes with a package."""
    if package.archived_at is None and package.budget is not None:
        await hold_budget(work, package.project_id)
    return ()


async def nodes_of(work: Work, project_id: UUID) -> tree.Nodes:
    """Read from the store once for a unit; what the unit has staged since is laid over it."""
    trees = work.memory(TREES)
    if project_id not in trees:
        rows = await work.store.fetch(
            "SELECT document FROM work_package WHERE project_id = ?", (str(project_id),)
        )
        trees[project_id] = tree.Overlaid(tree.read_node(row[0]) for row in rows)
    return trees[project_id].with_staged(node for node in _staged(work) if node.project_id == project_id)


LINEAGE = """
WITH RECURSIVE above (id, parent_id) AS (
    SELECT id, parent_id FROM work_package WHERE id IN ({marks})
    UNION SELECT w.id, w.parent_id FROM work_package w JOIN above ON w.id = above.parent_id
), below (id) AS (
    SELECT id FROM above WHERE parent_id IS NULL
    UNION SELECT w.id FROM work_package w JOIN below ON w.parent_id = below.id
)
SELECT w.document FROM below JOIN work_package w ON w.id = below.id
"""
"""The whole tree in which packages stand, and nothing else of the project."""


async def _nodes_around(work: Work, project_id: UUID, ids: set[UUID]) -> tree.Nodes:
    """What is needed to sum up above these. A unit with a single package reads the trees of its own, not the project: a
    report of progress costs what stands beside it. One with many reads the project once for all."""
    staged = [node for node in _staged(work) if node.project_id == project_id]
    if len(staged) > 1 or project_id in work.memory(TREES):
        return await nodes_of(work, project_id)
    rows = await work.store.fetch(
        LINEAGE.format(marks=", ".join("?" * len(ids))), tuple(sorted(str(id) for id in ids))
    )
    nodes = [tree.read_node(row[0]) for row in rows]
    return tree.Nodes({node.id: node for node in (*nodes, *staged)})


def _staged(work: Work) -> list[tree.Node]:
    """What this unit has written so far, each state read once: a batch asks again for every item."""
    return [_node(work, id, state) for id, state in work.staged_states(WorkPackage).items()]


def _node(work: Work, id: UUID, state: str) -> tree.Node:
    nodes = work.memory(STAGED_NODES)
    if id not in nodes or nodes[id][0] is not state:
        nodes[id] = (state, tree.read_node(state))
    return nodes[id][1]


async def has_parts(work: Work, id: UUID) -> bool:
    if any(node.parent_id == id and node.archived_at is None for node in _staged(work)):
        return True
    rows = await work.store.fetch(
        "SELECT 1 FROM work_package WHERE parent_id = ? AND archived = 0 LIMIT 1", (str(id),)
    )
    return bool(rows)


async def report_progress(work: Work, package: WorkPackage, body: Progress) -> WorkPackage:
    await admit(work, ACTS, package, PROGRESS)
    before = package.model_copy()
    fact = rules.progress(package, body.percent_complete, await has_parts(work, package.id))
    package = work.save(package, fact)
    await after(work, package, before)
    return package


REPORT_PROGRESS = OtherMove(
    Progress,
    report_progress,
    "contribute",
    "A later report may take back what was reported too early. A package with parts shows how far they are.",
    parts_by="parent_id",
)


async def after(work: Work, package: WorkPackage, before: WorkPackage | None) -> None:
    """Its parts take over a new code, and the packages above it sum up anew, all in the same commit."""
    moved = before is not None and before.wbs != package.wbs
    above = {p.parent_id for p in (before, package) if p is not None and p.parent_id is not None}
    if not moved and not (above and rules.counts_otherwise(package, before)):
        return
    if before is None and not package.percent_complete and not await _has_begun(work, package.parent_id):
        return  # nothing is summed up while a project is planned, part by part
    await work.guard(guard(package))
    nodes = await (
        nodes_of(work, package.project_id) if moved else _nodes_around(work, package.project_id, above)
    )
    if moved:
        await _renumber(work, rules.followed(package.id, package.wbs, nodes))
    for id in tree.ancestors(above, nodes):
        await _sum_up(work, id, nodes)


async def _has_begun(work: Work, id: UUID | None) -> bool:
    """Whether a package or one above it shows progress."""
    seen: set[UUID] = set()
    while id is not None and id not in seen:
        seen.add(id)
        package = await work.load(WorkPackage, id)
        if package.percent_complete:
            return True
        id = package.parent_id
    return False


async def _renumber(work: Work, codes: dict[UUID, str]) -> None:
    ids = sorted(map(str, codes))
    marks = ", ".join("?" * len(ids))
    if ids:
        await work.select(WorkPackage, f"id IN ({marks})", ids, archived=True)  # read at once
    for id, wbs in codes.items():
        part = await work.load(WorkPackage, id)
        part.wbs = wbs
        work.save(part, plain(WorkPackage, "revised"))


async def _sum_up(work: Work, id: UUID, nodes: tree.Nodes) -> None:
    """A package with parts shows how far they are; one whose last part went begins anew."""
    summary = await work.load(WorkPackage, id)
    before = summary.percent_complete
    summary.percent_complete = rules.rolled_up(tree.leaves(id, nodes))
    summary.state = rules.state_at(summary.percent_complete)
    if work.is_changed(summary):
        fact = WorkPackageProgressed(
            percent_complete=summary.percent_complete, previous_percent_complete=before
        )
        work.save(summary, fact)
