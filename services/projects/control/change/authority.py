"""Who decides a change: by its impact, added to that of all changes approved since the mandate was signed."""

from collections.abc import Iterable
from uuid import UUID

from services.projects.control.change import rules
from services.projects.control.resolving import limit_of
from services.projects.control.terms import binding_terms
from services.projects.control.tolerances import NO_IMPACT, Sum, Terms, added_up, leaves
from shared.contracts.projects.change import Authority, Change, ChangeAuthorityMoved, ChangeImpact
from shared.contracts.projects.strategy import ResolutionLimit
from shared.domain.work import Work

S = rules.S


async def decide_who(work: Work, change: Change) -> tuple[Authority, ResolutionLimit | None]:
    """The authority as everything stands now; with the limit, where it is a resolution."""
    terms = await binding_terms(work, change.project_id)
    impacts = [
        impact_of(one) for one in await approved_under(work, change.project_id, terms) if one.id != change.id
    ]
    total = added_up([*impacts, impact_of(change)])
    limit = await limit_of(work, change.project_id, total.costs)
    return authority_of(total, terms, is_above_limit=limit is not None), limit


def authority_of(total: Sum, terms: Terms | None, *, is_above_limit: bool) -> Authority:
    if is_above_limit:
        return Authority.RESOLUTION
    return Authority.SPONSOR if leaves(total, terms) else Authority.MANAGER


def impact_of(change: Change) -> ChangeImpact:
    return change.impact or NO_IMPACT


async def approved_under(work: Work, project_id: UUID, terms: Terms | None) -> list[Change]:
    """The changes of a project that were approved while these terms have bound, as the unit leaves them."""
    mandate_id = None if terms is None else terms.mandate_id
    where, params = "mandate_id IS NULL", [str(project_id)]
    if mandate_id is not None:
        where, params = "mandate_id = ?", [str(project_id), str(mandate_id)]
    stored = await work.select(Change, f"project_id = ? AND {where} AND approved_on IS NOT NULL", params)
    return work.with_staged(
        Change,
        stored,
        lambda one: (
            one.project_id == project_id
            and one.mandate_id == mandate_id
            and rules.counts(one)
            and one.archived_at is None
        ),
    )


async def follow_authority(work: Work, project_id: UUID, *, but: Iterable[UUID] = ()) -> None:
    """Say anew who decides what waits for a decision: another change was approved, or another mandate binds."""
    stored = await work.select(Change, "project_id = ? AND state = ?", (str(project_id), S.ASSESSED.value))
    waiting = work.with_staged(
        Change,
        stored,
        lambda one: one.project_id == project_id and one.state is S.ASSESSED and one.archived_at is None,
    )
    for change in waiting:
        if change.id in but:
            continue
        authority, _ = await decide_who(work, change)
        if authority is not change.authority:
            change.authority = authority
            work.save(change, ChangeAuthorityMoved())
