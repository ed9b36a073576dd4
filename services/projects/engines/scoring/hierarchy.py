"""A hierarchy of criteria judged pairwise, down to the alternatives; the entry is `synthesised`.

Weights multiply along each branch, and the alternatives' weights are added over the branches. The distributive
mode adds them as they are. The ideal mode adds them relative to the best alternative under each criterion
(Saaty 1994; Belton and Gear 1983). So a copy of an alternative takes nothing from the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from services.projects.engines.scoring.ahp import Matrix, Priorities, priorities
from services.projects.engines.scoring.options import option
from services.projects.engines.scoring.random_index import IndexTable
from services.projects.engines.scoring.ranking import Ranking, ranked
from shared.base.exact import decimal, refused
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped, require_instance

_TIE = Fraction(1, 10**9)
_DEEPEST = 10


class Mode(StrEnum):
    """Whether alternatives share each criterion's weight, or are measured against its best one."""

    DISTRIBUTIVE = "distributive"
    IDEAL = "ideal"


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion or the goal: its matrix compares its subcriteria, or the alternatives if it has none."""

    code: str
    judgements: Matrix
    subcriteria: tuple["Criterion", ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """A criterion as judged: its weight in the whole, and the priorities of what it compares."""

    code: str
    global_weight: Decimal
    priorities: Priorities


@dataclass(frozen=True, slots=True)
class Synthesis:
    """The alternatives' ranking, and every criterion with its consistency, from the goal down."""

    ranking: Ranking
    branches: tuple[Branch, ...]

    @property
    def acceptable(self) -> bool:
        """Whether every matrix is known to be consistent enough."""
        return all(branch.priorities.acceptable for branch in self.branches)


def synthesised(
    goal: Criterion,
    alternatives: Sequence[str],
    mode: Mode = Mode.DISTRIBUTIVE,
    table: IndexTable = IndexTable.SAATY_2005,
) -> Synthesis:
    """The alternatives by their weight in the whole hierarchy, which sums to 1.

    Scores closer than 10^-9 are ties. Raises `Invalid` as `ahp.priorities` does, naming the criterion's
    place.
    """
    mode = option(Mode, mode, "/mode")
    refuse_mistyped(alternatives, Sequence[str], "/alternatives")
    branches = list(_branches(goal, alternatives, table, Fraction(1), "", 0))
    sums = dict.fromkeys(alternatives, Fraction(0))
    for criterion, weight, judged in branches:
        if not criterion.subcriteria:
            local = {code: Fraction(value) for code, value in judged.weights.items()}
            whole = max(local.values()) if mode is Mode.IDEAL else 1
            for code, value in local.items():
                sums[code] += weight * value / whole
    total = sum(sums.values())
    ranking = ranked({code: value / total for code, value in sums.items()}, _TIE)
    return Synthesis(ranking, tuple(Branch(c.code, decimal(w), judged) for c, w, judged in branches))


def _branches(
    criterion: Criterion,
    alternatives: Sequence[str],
    table: IndexTable,
    weight: Fraction,
    pointer: str,
    depth: int,
) -> Iterator[tuple[Criterion, Fraction, Priorities]]:
    if depth > _DEEPEST:
        raise refused("too_deep", Text("more than {deepest} levels of criteria", deepest=_DEEPEST), pointer)
    require_instance(criterion, Criterion, pointer)
    refuse_mistyped(criterion.code, str, f"{pointer}/code")
    refuse_mistyped(criterion.subcriteria, Sequence[Any], f"{pointer}/subcriteria")
    for i, child in enumerate(criterion.subcriteria):
        require_instance(child, Criterion, f"{pointer}/subcriteria/{i}")
    compared = [child.code for child in criterion.subcriteria] or alternatives
    judged = priorities(compared, criterion.judgements, table, f"{pointer}/judgements")
    yield criterion, weight, judged
    for i, child in enumerate(criterion.subcriteria):
        share = weight * Fraction(judged.weights[child.code])
        yield from _branches(child, alternatives, table, share, f"{pointer}/subcriteria/{i}", depth + 1)


def without(criterion: Criterion, place: int) -> Criterion:
    """The hierarchy with one alternative, given by its place, left out of every matrix that compares them."""
    if criterion.subcriteria:
        rest = tuple(without(child, place) for child in criterion.subcriteria)
        return Criterion(criterion.code, criterion.judgements, rest)
    rows = [row for i, row in enumerate(criterion.judgements) if i != place]
    return Criterion(criterion.code, [[a for j, a in enumerate(row) if j != place] for row in rows])
