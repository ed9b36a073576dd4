"""What is checked of rate cards against one another, and which one counts for some work."""

from collections.abc import Sequence
from typing import Any

from services.finance.calendar.rate_card import rules
from shared.base.clock import to_day
from shared.contracts.finance.calendar import RateCard
from shared.domain.days import today
from shared.domain.work import Work

OF_DAY = """
kind = ? AND valid_from <= ? AND (valid_until IS NULL OR valid_until >= ?)
AND (person_id IS NULL OR person_id = ?) AND (vendor_id IS NULL OR vendor_id = ?) AND (role_id IS NULL OR role_id = ?)
"""


def guard(card: Any) -> str:
    """Of two who say what the same work costs at once only the first does."""
    return f"rate {rules.criteria(card)}"


async def check(work: Work, card: RateCard) -> None:
    rules.is_sound(card)
    before = work.before(card)
    if before is not None:
        rules.stays(card, before, today(work))
    await work.guard(guard(card))
    rules.is_alone(card, await _alike(work, card))


async def _alike(work: Work, card: RateCard) -> Sequence[RateCard]:
    """The live cards that name the same person, vendor and role, with those of this unit: hidden ones count too."""
    conditions, params = ["kind = ?"], [card.kind.value]
    for member in ("person_id", "vendor_id", "role_id"):
        id = getattr(card, member)
        conditions.append(f"{member} IS NULL" if id is None else f"{member} = ?")
        params += [] if id is None else [str(id)]
    stored = await work.select(RateCard, " AND ".join(conditions), params)
    return work.with_staged(RateCard, stored, lambda other: other.archived_at is None)


async def carried(work: Work, card: RateCard) -> Sequence[RateCard]:
    """Nothing goes with it; one in use does not go."""
    if card.archived_at is None:
        rules.may_go(card, today(work))
    return ()


async def rate_of(work: Work, rated: rules.RatedWork) -> RateCard | None:
    """The card that counts for some work, of those that who asked sees; None where none does."""
    day = to_day(rated.on)
    ids = [None if id is None else str(id) for id in (rated.person_id, rated.vendor_id, rated.role_id)]
    cards = await work.select(RateCard, OF_DAY, [rated.kind.value, day, day, *ids])
    return rules.most_specific((card for card in cards if not work.hides(card)), rated)
