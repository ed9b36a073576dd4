"""What holds of envelopes: for which years they are, that parts never exceed the whole, and what may be used of one."""

from dataclasses import dataclass, replace
from typing import Any

from shared.base.errors import Conflict, Fault, Invalid
from shared.contracts.finance.budget import (
    BudgetEnvelope,
    EnvelopeApproved,
    EnvelopeClosed,
    EnvelopeKind,
    EnvelopeResized,
    EnvelopeState,
    NewAmount,
    Threshold,
)
from shared.contracts.language import entry_of
from shared.domain.lifecycle import Lifecycle, Move, Occasion

S = EnvelopeState
FIXED = entry_of(BudgetEnvelope).members.fixed
"""The members that stay as they were given."""
THRESHOLDS: tuple[Threshold, ...] = (80, 100)
"""Percent of its amount at which the use of an envelope is told."""


def resize(envelope: BudgetEnvelope, occasion: Occasion) -> EnvelopeResized:
    assert isinstance(occasion.body, NewAmount)
    envelope.amount = occasion.body.amount
    return EnvelopeResized(reason=occasion.body.reason)


LIFECYCLE = Lifecycle(
    "state",
    {
        "approve": Move(S.DRAFT, S.APPROVED, EnvelopeApproved),
        "resize": Move(S.APPROVED, None, EnvelopeResized, takes=NewAmount, effect=resize, awaited=False),
        "close": Move(S.APPROVED, S.CLOSED, EnvelopeClosed, needs="write"),
    },
)


def years_of(envelope: BudgetEnvelope) -> tuple[int, int]:
    """The first and the last fiscal year."""
    if envelope.kind is EnvelopeKind.ANNUAL:
        return envelope.fiscal_year or 0, envelope.fiscal_year or 0
    return envelope.from_year or 0, envelope.until_year or 0


def is_sound(envelope: BudgetEnvelope) -> None:
    """An annual one has its year, a multi-year one its first and last; it holds something."""
    for member, is_needed in (
        ("fiscal_year", envelope.kind is EnvelopeKind.ANNUAL),
        ("from_year", envelope.kind is EnvelopeKind.MULTI_YEAR),
        ("until_year", envelope.kind is EnvelopeKind.MULTI_YEAR),
    ):
        if (getattr(envelope, member) is not None) != is_needed:
            fault = "missing" if is_needed else "not_of_this_kind"
            raise Invalid(
                "an annual envelope has its fiscal year, a multi-year one its first and its last year",
                Fault(fault, "needed" if is_needed else "not of this kind", pointer=f"/{member}"),
                code="years_of_kind",
            )
    first, last = years_of(envelope)
    if last < first:
        raise Invalid(
            "the last year is before the first",
            Fault("before_start", "too early", pointer="/until_year"),
            code="years_out_of_order",
        )
    if envelope.amount.minor <= 0:
        raise Invalid("an envelope holds something", Fault("not_positive", "above zero", pointer="/amount"))


def default_name(envelope: BudgetEnvelope) -> str:
    """Its years and its nature: what people would call it."""
    first, last = years_of(envelope)
    years = str(first) if first == last else f"{first}–{last}"
    return years if envelope.nature is None else f"{years} · {envelope.nature.value}"


def stays_as_decided(envelope: BudgetEnvelope, before: BudgetEnvelope | None) -> None:
    """Once it is approved, only resizing changes its amount."""
    if before is not None and before.state is not S.DRAFT and envelope.amount != before.amount:
        raise Conflict(
            "the amount of an approved envelope is resized, not revised",
            Fault("decided", "resize it", pointer="/amount"),
            code="not_draft",
        )


def stays_what_it_is(envelope: BudgetEnvelope, before: BudgetEnvelope) -> None:
    """What it is for, and its currency, stay."""
    changed = [member for member in FIXED if getattr(envelope, member) != getattr(before, member)]
    if changed:
        raise Invalid(
            "a member cannot change once it is given",
            *(Fault("immutable", "stays as it is", pointer=f"/{member}") for member in changed),
        )
    if envelope.amount.currency != before.amount.currency:
        raise Invalid(
            "an envelope keeps its currency",
            Fault("other_currency", "another currency", pointer="/amount/currency"),
            code="other_currency",
        )


def is_part_of(envelope: BudgetEnvelope, whole: BudgetEnvelope) -> None:
    """A part is in the currency of the whole, within its years, of its nature, and not for more years than it."""
    if envelope.amount.currency != whole.amount.currency:
        raise Invalid(
            "a part is in the currency of the whole",
            Fault("other_currency", "another currency", pointer="/amount/currency"),
            code="other_currency",
        )
    (first, last), (earliest, latest) = years_of(envelope), years_of(whole)
    is_too_long = envelope.kind is EnvelopeKind.MULTI_YEAR and whole.kind is EnvelopeKind.ANNUAL
    if first < earliest or last > latest or is_too_long:
        raise Invalid(
            "a part is within the years of the whole",
            Fault("other_years", "outside the years of the whole", pointer="/parent_id"),
            code="other_years",
        )
    if whole.nature is not None and envelope.nature is not whole.nature:
        raise Invalid(
            "a part is of the nature of the whole",
            Fault("other_nature", "another nature", pointer="/nature"),
            code="other_nature",
        )


def whole_takes_part(whole: BudgetEnvelope) -> None:
    if whole.state is S.CLOSED:
        raise Conflict(
            "the whole is closed", Fault("closed", "is closed", pointer="/parent_id"), code="whole_closed"
        )


def whole_is_approved(whole: BudgetEnvelope) -> None:
    """Money of a whole that nobody has granted cannot be granted in parts."""
    if whole.state is not S.APPROVED:
        raise Conflict(
            "the whole is not approved",
            Fault("not_approved", "approve it first", pointer="/parent_id"),
            code="whole_not_approved",
        )


def is_draft(envelope: BudgetEnvelope) -> None:
    if envelope.state is S.APPROVED:
        raise Conflict("an approved envelope is closed, not archived", code="not_draft")


def taken_of_whole(envelope: BudgetEnvelope | None, used: int) -> int:
    """What a part takes of its whole: all that it holds, and once it is closed only what was used of it."""
    if envelope is None or envelope.archived_at is not None:
        return 0
    return used if envelope.state is S.CLOSED else envelope.amount.minor


@dataclass(frozen=True)
class Use:
    """What is used of an envelope, in minor units: each franc stands in one of the four."""

    reserved: int = 0
    """Of approved requests."""
    approved: int = 0
    """Of budgets of projects, beyond what is committed and spent."""
    committed: int = 0
    """Of contracts and orders, beyond what is spent."""
    spent: int = 0

    @property
    def all(self) -> int:
        return self.reserved + self.approved + self.committed + self.spent

    def plus(self, other: "Use") -> "Use":
        return Use(
            self.reserved + other.reserved,
            self.approved + other.approved,
            self.committed + other.committed,
            self.spent + other.spent,
        )

    def less(self, other: "Use") -> "Use":
        return Use(
            self.reserved - other.reserved,
            self.approved - other.approved,
            self.committed - other.committed,
            self.spent - other.spent,
        )


@dataclass(frozen=True)
class Room:
    """The sums by which an envelope is bounded, in minor units, as `RoomRow` keeps them."""

    id: str
    parent_id: str | None
    kind: EnvelopeKind
    open: bool
    amount: int
    parts: int
    years: int
    own: int
    reserved: int
    used: int
    told_percent: int

    @property
    def free(self) -> int:
        """What may still be promised of it."""
        return self.amount - self.parts - self.own

    @property
    def undivided(self) -> int:
        """What may still be given to parts of another kind."""
        return self.amount - self.parts - self.years

    def takes(self, kind: EnvelopeKind, more: int) -> "Room":
        """With a part that holds so much more."""
        if kind is self.kind:
            return replace(self, parts=self.parts + more)
        return replace(self, years=self.years + more)

    def crossed(self) -> Threshold | None:
        """The highest threshold that is reached and was not told yet."""
        reached = [one for one in THRESHOLDS if self.used * 100 >= one * self.amount]
        return reached[-1] if reached and reached[-1] > self.told_percent else None

    def next_bound(self) -> int:
        """Below this use no threshold is crossed that was not told."""
        ahead = [one for one in THRESHOLDS if one > self.told_percent]
        return -(-ahead[0] * self.amount // 100) if ahead else 2**62


def parts_fit(room: Room) -> None:
    if room.free < 0 or room.undivided < 0:
        raise Conflict(
            "the parts would exceed the whole",
            Fault("exceeds_whole", "more than the whole still has", pointer="/amount"),
            code="exceeds_whole",
        )


def holds_what_is_taken(room: Room) -> None:
    if room.free < 0 or room.undivided < 0:
        raise Conflict(
            "the envelope holds less than its parts and what is promised of it",
            Fault("below_use", "less than is taken of it", pointer="/amount"),
            code="below_use",
        )


def may_close(room: Room, has_open_parts: bool) -> None:
    if has_open_parts:
        raise Conflict("its parts are closed first", code="parts_open")
    if room.reserved > 0:
        raise Conflict("something is still reserved of it", code="still_reserved")


def levels(chain: list[Any]) -> list[bool]:
    """For an envelope and the wholes above it, the nearest first: whether something promised of it takes room there.

    It does in the envelope itself. A whole of the same kind has given the room to its part already. A multi-year one bounds
    what is promised of its years too.
    """
    takes, is_bounded = [], False
    for place, room in enumerate(chain):
        is_boundary = place > 0 and not is_bounded and room.kind is not chain[0].kind
        takes.append(place == 0 or is_boundary)
        is_bounded = is_bounded or is_boundary
    return takes
