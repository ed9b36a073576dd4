"""Limits of authority: up to which amount somebody decides in a part of the organisation.

Above the limit, who decides in the whole organisation does. An amount that is missing, or of another currency than the limit,
counts as above: nobody can tell. It is asked in one place, before a move (`shared.domain.register.move`).
"""

from shared.base.errors import Forbidden
from shared.base.money import Money
from shared.base.texts import Text
from shared.contracts.language import Aggregate, entry_of
from shared.contracts.limits import Limited, limited_by
from shared.contracts.projects.organisation import Limit
from shared.domain.access.roles import UNHIDDEN
from shared.domain.organisation import organisation_now
from shared.domain.work import Work


async def refuse_above(work: Work, entity: Aggregate, verb: str) -> None:
    """Refuse (403 `above_limit`) a move that commits more than the caller may."""
    limit = await limit_for(work, entity, verb)
    if limit is not None and limit.amount is not None:
        raise Forbidden(
            Text(
                "above {amount} {currency} somebody decides who does in the whole organisation",
                amount=limit.amount.amount,
                currency=limit.amount.currency,
            ),
            code="above_limit",
            limit=limit.amount.model_dump(),
        )


async def limit_for(work: Work, entity: Aggregate, verb: str) -> Limit | None:
    """The limit that a move of this caller is above; None where none keeps them from it."""
    limited = limited_by(entry_of(type(entity)), verb)
    if limited is None or work.rights is None or _decides_everywhere(work):
        return None
    organisation = await organisation_now(work.store)
    limits = () if organisation is None else organisation.limits
    limit = next((one for one in limits if one.name == limited.name), None)
    if limit is None or limit.amount is None or _is_within(entity, limited, limit.amount):
        return None
    return limit


def _decides_everywhere(work: Work) -> bool:
    """Whether the token decides in the whole organisation, wherever something lies."""
    return work.rights is not None and UNHIDDEN in work.rights.scopes


def _is_within(entity: Aggregate, limited: Limited, limit: Money) -> bool:
    amount: Money | None = getattr(entity, limited.member)
    return amount is not None and amount.currency == limit.currency and amount.minor <= limit.minor
