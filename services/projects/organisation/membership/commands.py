"""What is checked of memberships: what they are for, whom they name, and who grants and revokes them."""

from collections.abc import Sequence
from uuid import UUID

from services.projects.organisation.membership import rules
from services.projects.strategy.portfolio.model import PortfolioRow
from services.projects.strategy.programme.model import ProgrammeRow
from services.projects.structure.project.model import ProjectRow
from services.projects.tables import KNOWN_PERSON, KNOWN_UNIT
from shared.base.errors import Conflict, Fault, Forbidden
from shared.contracts.language import Fact
from shared.contracts.projects.organisation import MemberScope, Membership, MembershipState
from shared.domain.access.grants import nodes_above
from shared.domain.access.rights import places_of
from shared.domain.references import is_named_anew, known_copy, takes_new, takes_new_of
from shared.domain.work import Work

_ROWS = {
    MemberScope.PORTFOLIO: PortfolioRow,
    MemberScope.PROGRAMME: ProgrammeRow,
    MemberScope.PROJECT: ProjectRow,
}
DECIDE = "projects.decide"


async def check(work: Work, membership: Membership) -> None:
    before = work.before(membership)
    rules.stays_what_it_was(membership, before)
    rules.period_runs_forward(membership)
    if membership.scope is MemberScope.UNIT:
        await takes_new_of(work, KNOWN_UNIT, membership, "scope_id")
    else:
        await takes_new(work, _ROWS[membership.scope], membership, "scope_id")
    await _person_is_there(work, membership)
    is_granted = membership.state is MembershipState.GRANTED
    if is_granted and work.rights is not None:
        work.require_at(DECIDE, membership)
        rules.is_not_above(membership, work.rights.scopes_at(places_of(membership)))
    if before is not None and rules.is_director(before) and not rules.is_director(membership):
        await _another_director_stays(work, membership)


async def read_in(work: Work, membership: Membership, fact: Fact) -> None:
    """Whoever reads a history in gives nobody more than they have themselves."""
    if membership.state is MembershipState.GRANTED and work.rights is not None:
        if DECIDE not in work.rights.scopes:
            raise Forbidden("your role does not allow this", code="scope_missing", needs=DECIDE)
        rules.is_not_above(membership, work.rights.scopes)


async def _person_is_there(work: Work, membership: Membership) -> None:
    person = await known_copy(work, KNOWN_PERSON, membership.principal.person_id, "/principal/person_id")
    if person is not None and person.archived and is_named_anew(work, membership, "principal"):
        raise Conflict(
            "the person is archived",
            Fault("archived", "is archived", pointer="/principal/person_id"),
            code="archived",
        )


def guard(scope_id: UUID) -> str:
    """Of two who let a director of the same part go only the first does."""
    return f"directors {scope_id}"


async def _another_director_stays(work: Work, membership: Membership) -> None:
    await work.guard(guard(membership.scope_id))
    places = sorted(await nodes_above(work.store, [str(membership.scope_id)]))
    marks = ", ".join("?" * len(places))
    stored = await work.select(Membership, f"scope_id IN ({marks}) AND role = 'director'", places)
    others = work.with_staged(Membership, stored, lambda one: str(one.scope_id) in places)
    rules.another_director_stays(one for one in others if one.id != membership.id)


async def refuse_while_granted(work: Work, membership: Membership) -> Sequence[Membership]:
    """What counts is revoked before it is archived: a revocation asks for more. Nothing goes with it."""
    rules.is_not_granted(membership)
    return ()
