"""Stability: by how much one weight must change until two neighbours in a ranking change places; the entry is `swaps`.

Source: E. Triantaphyllou and A. Sánchez, "A sensitivity analysis approach for some deterministic multi-criteria decision making
methods" (1997). One weight changes, the others stay. Two subjects with sums S_i > S_j and values a_ik, a_jk under criterion k are
level at the weight

    w_k + (S_i - S_j) / (a_jk - a_ik)

which is looked for where it is not below zero. The first change of an order is always one of neighbours, and ties are none:
those who are level may be separated by any change.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

MOST_PAIRS = 2_000
"""So many pairs of neighbours are looked at, from the first position on; beyond, ties make them too many."""


@dataclass(frozen=True, slots=True)
class Change:
    """The weight of `criterion` at which `ahead` and `behind` are level, and the change to it as a share of the weight."""

    criterion: str
    weight: Fraction
    turns_at: Fraction
    share: Fraction
    ahead: str
    behind: str
    place: int
    """The rank of the one ahead."""


def swaps(values: Mapping[str, Mapping[str, Fraction]], weights: Mapping[str, Fraction]) -> list[Change]:
    """For each pair of neighbours the smallest change that makes them change places, the smallest of all first.

    `values` are those that the weights multiply: subject -> criterion -> value. A weight of zero has no share and is left out.
    """
    sums = {
        subject: sum((weights[name] * value for name, value in row.items()), Fraction(0))
        for subject, row in values.items()
    }
    changes = [
        smallest
        for place, ahead, behind in _neighbours(sums)
        if (smallest := _smallest(place, ahead, behind, sums, values, weights)) is not None
    ]
    return sorted(changes, key=lambda change: abs(change.share))


def _neighbours(sums: Mapping[str, Fraction]) -> Iterator[tuple[int, str, str]]:
    """(rank of the first, first, second) for each two of neighbouring ranks, those who are level all with all."""
    groups: list[list[str]] = []
    for subject in sorted(sums, key=lambda one: -sums[one]):
        if groups and sums[groups[-1][0]] == sums[subject]:
            groups[-1].append(subject)
        else:
            groups.append([subject])
    count, rank = 0, 1
    for upper, lower in pairwise(groups):
        for ahead in upper:
            for behind in lower:
                if (count := count + 1) > MOST_PAIRS:
                    return
                yield rank, ahead, behind
        rank += len(upper)


def _smallest(
    place: int,
    ahead: str,
    behind: str,
    sums: Mapping[str, Fraction],
    values: Mapping[str, Mapping[str, Fraction]],
    weights: Mapping[str, Fraction],
) -> Change | None:
    gap, best = sums[ahead] - sums[behind], None
    for name, weight in weights.items():
        difference = values[behind][name] - values[ahead][name]
        if not difference or not weight:
            continue
        change = gap / difference
        if weight + change < 0:
            continue
        share = change / weight
        if best is None or abs(share) < abs(best.share):
            best = Change(name, weight, weight + change, share, ahead, behind, place)
    return best
