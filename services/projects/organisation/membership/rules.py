"""What holds of memberships: nobody gives more than they have, and a part of the organisation keeps its last director."""

from collections.abc import Iterable

from shared.base.errors import Conflict, Fault, Forbidden, Invalid
from shared.contracts.projects.organisation import (
    MemberRole,
    Membership,
    MembershipExpired,
    MembershipGranted,
    MembershipRevoked,
    MembershipStarted,
    MembershipState,
)
from shared.domain.access.roles import granted_by
from shared.domain.due.declaring import Due, Late
from shared.domain.lifecycle import Lifecycle, Move

S = MembershipState

LIFECYCLE = Lifecycle(
    "state",
    {
        "grant": Move(
            S.PROPOSED,
            S.GRANTED,
            MembershipGranted,
            by_maker_too=True,
            awaited=True,
            checks_content=True,
            description="From proposed to granted. Whoever grants decides there, and gives no more than they may do there"
            " themselves (403 `above_own_role`).",
        ),
        "revoke": Move(
            S.GRANTED,
            S.REVOKED,
            MembershipRevoked,
            by_maker_too=True,
            checks_content=True,
            description="From granted to revoked; 409 `last_director` where nobody else there or above is director.",
        ),
    },
    final=(S.REVOKED, S.EXPIRED),
)


def is_granted(membership: Membership) -> bool:
    return membership.state is S.GRANTED


def expire(membership: Membership) -> None:
    membership.state = S.EXPIRED


DUES = (
    Due(MembershipStarted, on=lambda membership: membership.starts_on, stands=is_granted, late=Late.NEVER),
    Due(MembershipExpired, after=lambda membership: membership.ends_on, stands=is_granted, effect=expire),
)
"""What was granted for days that have begun has started with the grant."""


def period_runs_forward(membership: Membership) -> None:
    if membership.starts_on and membership.ends_on and membership.ends_on < membership.starts_on:
        raise Invalid(
            "the membership ends before it starts",
            Fault("before_start", "earlier than the start", pointer="/ends_on"),
            code="dates_out_of_order",
        )


def stays_what_it_was(membership: Membership, before: Membership | None) -> None:
    """Who has which role where is granted anew, never changed."""
    if before is None:
        return
    for member in ("principal", "role", "scope", "scope_id"):
        if getattr(membership, member) != getattr(before, member):
            raise Invalid(
                "a membership is granted for one role of one principal; grant another one",
                Fault("immutable", "stays as it is", pointer=f"/{member}"),
            )


def is_not_granted(membership: Membership) -> None:
    if membership.state is MembershipState.GRANTED:
        raise Conflict("the membership is granted; revoke it first", code="still_granted")


def is_not_above(membership: Membership, allowed: Iterable[str]) -> None:
    """Refuse (403) a role that allows what is not `allowed` to who grants it."""
    if granted_by(membership.role.value) - set(allowed):
        raise Forbidden(
            "nobody grants more than they may do there themselves",
            Fault("above_own_role", "more than your own role there", pointer="/role"),
            code="above_own_role",
        )


def is_director(membership: Membership) -> bool:
    """Whether it makes somebody director, for good: without a last day."""
    return (
        membership.role is MemberRole.DIRECTOR
        and membership.state is MembershipState.GRANTED
        and membership.archived_at is None
        and membership.ends_on is None
    )


def another_director_stays(others: Iterable[Membership]) -> None:
    """Refuse (409) to let the last director go."""
    if not any(map(is_director, others)):
        raise Conflict("somebody else must be director there or above first", code="last_director")
