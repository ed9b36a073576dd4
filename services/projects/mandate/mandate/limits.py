"""What a mandate may cost before those who sign it need a resolution.

Above the limit of its portfolio the last signature waits for one, or for a granted paper on this edition. An edition that costs no
more than the one that binds needs none: as much was resolved before.
"""

from services.projects.control.resolving import limit_of, refuse_without_resolution
from services.projects.mandate.mandate.spending import cost_of
from shared.base.money import Money
from shared.contracts.projects.mandate import Mandate
from shared.domain.work import Work


async def refuse_above_limit(work: Work, mandate: Mandate) -> None:
    """Refuse (409 `resolution_needed`), naming the limit and whose resolution is needed. What was signed elsewhere is told."""
    cost = cost_of(mandate)
    if (
        cost is None
        or "projects.import" in work.scopes
        or await _is_within_edition_before(work, mandate, cost)
    ):
        return
    limit = await limit_of(work, mandate.project_id, [cost])
    if limit is not None:
        await refuse_without_resolution(work, limit, mandate, cost)


async def _is_within_edition_before(work: Work, mandate: Mandate, cost: Money) -> bool:
    if mandate.supersedes_id is None:
        return False
    before = cost_of(await work.load(Mandate, mandate.supersedes_id))
    return before is not None and before.currency == cost.currency and cost.minor <= before.minor
