"""What holds of rate cards: which one counts on a day, that no two are equal, and that one in use stays as it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.text import folded
from shared.base.texts import Text
from shared.contracts.finance.calendar import RateCard, RateKind
from shared.contracts.language import entry_of

CRITERIA = ("person_id", "vendor_id", "role_id", "grade", "location")
"""For whom a card holds, the most telling first. Of two cards that hold, the one counts that names the first criterion
which the other leaves open: a person's own rate before all others, a supplier's before that of a role."""

ENDED_BY = ("valid_until",)
"""The members that change of a card that is in use."""


@dataclass(frozen=True)
class RatedWork:
    """Work whose rate is asked for; what is not known of it is None, and fits only cards that leave it open."""

    on: date
    kind: RateKind = RateKind.COST
    person_id: UUID | None = None
    vendor_id: UUID | None = None
    role_id: UUID | None = None
    grade: str | None = None
    location: str | None = None


def criteria(card: Any) -> tuple[str | None, ...]:
    """For whom a card, the request of one, or some work is; texts are compared as people read them."""
    values = (getattr(card, member) for member in CRITERIA)
    return tuple(None if value is None else folded(str(value)) for value in values)


def criteria_of(card: RateCard) -> tuple[str, ...]:
    """The criteria that a card names, the most telling first."""
    return tuple(member for member in CRITERIA if getattr(card, member) is not None)


def holds(card: RateCard, work: RatedWork) -> bool:
    """Whether it is valid on the day of the work, and fits it."""
    if card.archived_at is not None or card.kind is not work.kind or not _counts_on(card, work.on):
        return False
    return all(
        criterion in (None, value) for criterion, value in zip(criteria(card), criteria(work), strict=True)
    )


def most_specific(cards: Iterable[RateCard], work: RatedWork) -> RateCard | None:
    """The card that counts for the work; None where none holds. No two are equal, so there is no tie."""
    holding = (card for card in cards if holds(card, work))
    return max(holding, key=lambda card: [value is not None for value in criteria(card)], default=None)


def _counts_on(card: RateCard, day: date) -> bool:
    return card.valid_from <= day and (card.valid_until is None or day <= card.valid_until)


def is_sound(card: RateCard) -> None:
    if card.valid_until is not None and card.valid_until < card.valid_from:
        raise Invalid(
            "the rate ends before it begins",
            Fault("before_start", "earlier than its first day", pointer="/valid_until"),
            code="dates_out_of_order",
        )
    if card.amount.minor < 0:
        raise Invalid("the rate is negative", Fault("negative", "not below zero", pointer="/amount"))


def overlaps(card: RateCard, other: RateCard) -> bool:
    """Whether both count on some day for the same work, so that neither is more specific. Hours and days, and
    currencies, are no difference: the rate of a day is one."""
    if other.id == card.id or other.kind is not card.kind or criteria(other) != criteria(card):
        return False
    later = max(card.valid_from, other.valid_from)
    return _counts_on(card, later) and _counts_on(other, later)


def is_alone(card: RateCard, others: Iterable[RateCard]) -> None:
    """Refuse (409) a card that is equal to another one on some day."""
    equal = next((other for other in others if overlaps(card, other)), None)
    if equal is not None:
        raise Conflict(
            "another rate card is for the same work on the same days: end it first",
            Fault("overlapping", _period_of(equal), pointer="/valid_from"),
            code="rate_overlaps",
        )


def _period_of(card: RateCard) -> Text:
    if card.valid_until is None:
        return Text("the other one counts from {first}", first=card.valid_from)
    return Text("the other one counts from {first} to {last}", first=card.valid_from, last=card.valid_until)


def is_in_use(card: RateCard, today: date) -> bool:
    """Whether its first day has come: work of that day may have been reckoned by it.

    No cost is made from rates yet; once it is, the last day on which one was used decides.
    """
    return card.valid_from <= today


def stays(card: RateCard, before: RateCard, today: date) -> None:
    """Refuse (409) to change a card in use; its last day may be set or moved, and another card counts from the next day on."""
    if before.archived_at is not None or not is_in_use(before, today):
        return
    members = [member for member in entry_of(RateCard).members.each if member not in ENDED_BY]
    changed = [member for member in members if getattr(card, member) != getattr(before, member)]
    if changed:
        raise Conflict(
            "a rate in use is not changed: set its last day, and make another one from the next day on",
            *(Fault("in_use", "stays as it is", pointer=f"/{member}") for member in changed),
            code="in_use",
        )


def may_go(card: RateCard, today: date) -> None:
    """Refuse (409) to archive a card in use."""
    if is_in_use(card, today):
        raise Conflict(
            "a rate in use is not archived: set its last day",
            Fault("in_use", "its first day has come", pointer="/valid_from"),
            code="in_use",
        )
