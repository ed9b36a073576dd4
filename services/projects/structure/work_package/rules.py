"""What holds of work packages: the WBS code follows the tree, budget and progress stand at the leaves, and what has
parts shows how far they are."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from uuid import UUID

from services.projects.structure.work_package.tree import Node, Nodes
from shared.base.errors import Conflict, Fault, Invalid
from shared.base.money import Money
from shared.base.texts import Text
from shared.contracts.projects.structure import WorkPackage, WorkPackageProgressed, WorkPackageState
from shared.domain.acts import ARCHIVE, CREATE, RESTORE
from shared.domain.stages import Act

DEEPEST = 10
"""The most levels of a code, as its pattern says."""
FOLLOWING = 500
"""The most parts that follow a package to another code in one commit: as many as a batch has items."""


def act(deed: str, package: WorkPackage, before: WorkPackage | None) -> Act:
    """Progress is a measure; to archive or to restore a package corrects the record."""
    if deed == CREATE:
        return Act.NEW_CHILD
    if deed in (ARCHIVE, RESTORE):
        return Act.CORRECTION
    return Act.MEASURE if deed == "report-progress" else Act.EDIT


def in_order(package: WorkPackage) -> None:
    """The plan runs forward, and the budget is not negative."""
    start, finish = package.planned_start_on, package.planned_finish_on
    if start and finish and finish < start:
        raise Invalid(
            "the finish lies before the start",
            Fault("before_start", "too early", pointer="/planned_finish_on"),
        )
    if package.budget is not None and package.budget.minor < 0:
        raise Invalid("the budget is negative", Fault("negative", "not below zero", pointer="/budget"))


def budget_moves(package: WorkPackage, before: WorkPackage | None) -> bool:
    """Whether what the project is to cost changes: by another budget, or by a package that comes or goes with one."""

    def counted(one: WorkPackage | None) -> Money | None:
        return None if one is None or one.archived_at is not None else one.budget

    return counted(package) != counted(before)


def under(package: WorkPackage, parent: WorkPackage, parent_has_parts: bool) -> None:
    """A part belongs to the project of the whole, carries its code further, and takes over its budget and progress."""
    if parent.project_id != package.project_id:
        raise Invalid(
            "the parent is of another project",
            Fault("other_project", "another project", pointer="/parent_id"),
        )
    if not package.wbs.startswith(parent.wbs + "."):
        raise Invalid(
            "the code does not follow the parent's",
            Fault("wbs", Text("begins with {wbs}.", wbs=parent.wbs), pointer="/wbs"),
        )
    if not parent_has_parts and (parent.budget is not None or parent.percent_complete):
        raise Conflict(
            "the parent holds budget or progress of its own; parts would count twice", code="parent_is_leaf"
        )


def not_under_itself(package: WorkPackage, nodes: Nodes) -> None:
    """`nodes` is the tree of the project, in which the package may still stand where it stood."""
    above = nodes.above(package.parent_id)
    if package.id in above:
        codes = " under ".join(nodes.by_id[id].wbs for id in above[: above.index(package.id) + 1])
        raise Invalid(
            Text("the breakdown would be a cycle: the package would stand under {codes}", codes=codes),
            Fault("cycle", "leads back", pointer="/parent_id"),
        )


def followed(id: UUID, wbs: str, nodes: Nodes) -> dict[UUID, str]:
    """The codes that the parts of a package take, archived ones too, once its own is `wbs`; those that change."""
    codes = {id: wbs}
    for part in nodes.below(id):
        node, parent = nodes.by_id[part], nodes.by_id[part].parent_id
        assert parent is not None
        codes[part] = codes[parent] + "." + _rest(node.wbs, nodes.by_id[parent].wbs)
    del codes[id]
    return {part: code for part, code in codes.items() if code != nodes.by_id[part].wbs}


def _rest(wbs: str, parent: str) -> str:
    """What a part's code adds to its parent's; the last step where it did not follow it."""
    if wbs.startswith(parent + "."):
        return wbs.removeprefix(parent + ".")
    return wbs.rsplit(".", 1)[-1]


def parts_can_follow(package: WorkPackage, codes: Mapping[UUID, str], nodes: Nodes) -> None:
    """Refuse what takes more parts along than one commit holds, or leads them too deep or over one another."""
    if len(codes) > FOLLOWING:
        raise Conflict(
            Text(
                "{count} {count:part|parts} would take another code; at most {following} do at once: move its parts first",
                count=len(codes),
                following=FOLLOWING,
            ),
            code="too_many_parts",
        )
    old = {nodes.by_id[id].wbs for id in (package.id, *codes) if id in nodes.by_id}
    if codes and old & {package.wbs, *codes.values()}:
        raise Conflict(
            "the new codes lie over the old ones of the same packages: take another code in between",
            Fault("overlaps", "one of its parts has this code now", pointer="/wbs"),
            code="codes_overlap",
        )
    deepest = max((code.count(".") + 1 for code in codes.values()), default=0)
    if deepest > DEEPEST:
        raise Invalid(
            Text(
                "a part would stand at level {deepest}; a breakdown has at most {deepest_2}",
                deepest=deepest,
                deepest_2=DEEPEST,
            ),
            Fault("too_deep", Text("at most {deepest} levels", deepest=DEEPEST), pointer="/wbs"),
            code="too_deep",
        )


def leaf_holds(package: WorkPackage, has_parts: bool) -> None:
    if has_parts and package.budget is not None:
        raise Invalid(
            "a package with parts has no budget of its own",
            Fault("has_parts", "has parts", pointer="/budget"),
        )


def progress(package: WorkPackage, percent: int, has_parts: bool) -> WorkPackageProgressed:
    """Progress may also be taken back: what was reported too early is corrected by a later report."""
    if has_parts:
        raise Conflict("progress is reported on the parts", code="has_parts")
    if package.archived_at is not None:
        raise Conflict("the work package is archived", code="archived")
    before = package.percent_complete
    package.percent_complete = percent
    package.state = state_at(percent)
    return WorkPackageProgressed(percent_complete=percent, previous_percent_complete=before)


def state_at(percent: int) -> WorkPackageState:
    if percent == 0:
        return WorkPackageState.PLANNED
    return WorkPackageState.COMPLETED if percent == 100 else WorkPackageState.IN_PROGRESS


def is_to_be_done(package: WorkPackage) -> bool:
    return package.state is not WorkPackageState.COMPLETED


def counts_otherwise(package: WorkPackage, before: WorkPackage | None) -> bool:
    """Whether what stands above must be summed up anew."""
    members = ("parent_id", "budget", "percent_complete", "archived_at")
    return before is None or any(getattr(package, m) != getattr(before, m) for m in members)


def rolled_up(leaves: Sequence[Node]) -> int:
    """Percent complete of a package by its leaves: weighted by their budgets where each has one in one currency, else
    all alike. 0 only where none has begun, 100 only where all are done."""
    done = {leaf.percent_complete for leaf in leaves}
    if not done - {0}:
        return 0
    if done == {100}:
        return 100
    weights = _weights(leaves)
    total = sum(weights)
    share = Fraction(sum(w * leaf.percent_complete for w, leaf in zip(weights, leaves, strict=True)), total)
    return min(99, max(1, round(share)))


def _weights(leaves: Sequence[Node]) -> list[int]:
    budgets = [leaf.budget for leaf in leaves]
    if None in budgets or len({b.currency for b in budgets if b}) > 1:
        return [1] * len(leaves)
    weights = [Money(amount=b.amount, currency=b.currency).minor for b in budgets if b]
    return weights if any(weights) else [1] * len(leaves)
