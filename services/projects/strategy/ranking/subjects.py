"""What a ranking ranks: requests and projects that lie in its scope, and what their assessors have submitted."""

from collections.abc import Collection, Sequence
from uuid import UUID

from services.projects.strategy.scoring.rules import COUNTED
from services.projects.strategy.scoring.subjects import shapes
from shared.base.errors import Fault, Invalid
from shared.contracts.projects.strategy import Ranking, Scoring
from shared.domain.access.grants import anything_confidential, confidential_among, nodes_above, nodes_below
from shared.domain.work import Work

MOST_SUBJECTS = 2_000
TOGETHER = 200
"""Ids in one query."""


async def counted_scorings(work: Work, ranking: Ranking) -> list[Scoring]:
    """Those by its model that count on its day, in the order of their ids."""
    states = ", ".join(f"'{state.value}'" for state in COUNTED)
    stored = await work.select(Scoring, f"model_id = ? AND state IN ({states})", (str(ranking.model_id),))
    day = ranking.as_of
    counted = (
        one for one in stored if one.submitted_on is not None and (day is None or one.submitted_on <= day)
    )
    return sorted(counted, key=lambda one: one.id)


async def subjects_of(work: Work, ranking: Ranking, scorings: Sequence[Scoring]) -> list[UUID]:
    """What it ranks or lists: as it says, else all that is scored in its scope.

    Refused (422) for what is named and not there, and what lies elsewhere (`out_of_scope`) or is confidential."""
    if ranking.subjects:
        ids = list(dict.fromkeys(ranking.subjects))
        there = await _there(work, ids)
        faults = [_not_there(i) for i, id in enumerate(ranking.subjects) if id not in there]
        outside = await _outside(work, ranking, ids)
        faults += [
            Fault("out_of_scope", "does not lie in its scope", pointer=f"/subjects/{i}")
            for i, id in enumerate(ranking.subjects)
            if id in there and str(id) in outside
        ]
        if faults:
            raise Invalid("a ranking ranks what lies in its scope", *faults, code="out_of_scope")
        return ids
    ids = list(dict.fromkeys(one.subject_id for one in scorings))
    there, outside = await _there(work, ids), await _outside(work, ranking, ids)
    within = [id for id in ids if id in there and str(id) not in outside]
    if len(within) > MOST_SUBJECTS:
        raise Invalid("a ranking has 2000 subjects at most", code="too_many_subjects")
    return within


def _not_there(place: int) -> Fault:
    return Fault("not_found", "there is none with this id", pointer=f"/subjects/{place}")


async def _there(work: Work, ids: Sequence[UUID]) -> set[UUID]:
    """Those that are requests or projects, are not archived, and that who asks sees."""
    there: set[UUID] = set()
    for first in range(0, len(ids), TOGETHER):
        some = [str(id) for id in ids[first : first + TOGETHER]]
        marks = ", ".join("?" * len(some))
        for shape in shapes(work).values():
            stored = await work.select(shape, f"id IN ({marks})", some)
            there |= {one.id for one in stored if not work.hides(one)}
    return there


async def _outside(work: Work, ranking: Ranking, ids: Collection[UUID]) -> set[str]:
    """Those that lie in another portfolio, or are confidential where the ranking is not."""
    texts = {str(id) for id in ids}
    outside: set[str] = set()
    above: frozenset[str] = frozenset()
    if ranking.portfolio_id is not None:
        scope = str(ranking.portfolio_id)
        outside = texts - await nodes_below(work.store, [scope])
        above = await nodes_above(work.store, [scope])
    if await anything_confidential(work.store):
        for id in texts - outside:
            if await confidential_among(work.store, await nodes_above(work.store, [id]) - above):
                outside.add(id)
    return outside
