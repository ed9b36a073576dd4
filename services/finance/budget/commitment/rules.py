"""When an envelope can bear a commitment, and what is said where it cannot."""

from services.finance.budget.envelope.rules import Room
from shared.base.money import Money
from shared.contracts.finance.budget import (
    BudgetEnvelope,
    CommitmentRefused,
    EnvelopeState,
    RefusalReason,
)

REASONS = {
    RefusalReason.NO_ROOM: "the envelope has no room for it",
    RefusalReason.NO_ENVELOPE: "there is no such envelope",
    RefusalReason.NOT_APPROVED: "the envelope is not approved, or closed",
    RefusalReason.OTHER_CURRENCY: "the envelope is in another currency",
    RefusalReason.NO_COST: "the request has no likely cost",
}


def refused(code: RefusalReason) -> CommitmentRefused:
    return CommitmentRefused(code=code, reason=REASONS[code])


def refusal(envelope: BudgetEnvelope | None, amount: Money) -> RefusalReason | None:
    """Why an envelope cannot bear an amount, whatever room it has."""
    if envelope is None or envelope.archived_at is not None:
        return RefusalReason.NO_ENVELOPE
    if envelope.state is not EnvelopeState.APPROVED:
        return RefusalReason.NOT_APPROVED
    if envelope.amount.currency != amount.currency:
        return RefusalReason.OTHER_CURRENCY
    return RefusalReason.NO_COST if amount.minor <= 0 else None


def has_room(taking: list[Room], minor: int) -> bool:
    """Whether all envelopes in which it takes room have it."""
    return all(room.free >= minor for room in taking)
