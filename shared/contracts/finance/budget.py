"""Budgets and their lines."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from shared.base.clock import FIRST_YEAR, LAST_YEAR
from shared.base.money import CurrencyCode, Money
from shared.contracts.language import (
    Aggregate,
    Decided,
    Decision,
    Fact,
    Id,
    Line,
    Reasoned,
    Shape,
    aggregate,
    fact,
)
from shared.contracts.members import (
    at_creation,
    code,
    filterable,
    label,
    names,
    not_given,
    optional_at_creation,
    searched,
    sortable,
    unique,
)

FiscalYear = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR, strict=True)]


class Nature(StrEnum):
    CAPEX = "capex"
    OPEX = "opex"


class BudgetState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"


@aggregate("finance", "budgets", key="project_id", read_only=True)
class Budget(Aggregate):
    """A project's budget, opened when the project is approved; costs are refused once it is closed.

    Where an import brings a project in approved, the first cost, budget line, contract, forecast or work package opens it.

    Its currency is the plan's, and follows the plan while nothing is charged; `currency_reason` says why it stayed.
    """

    project_id: Annotated[Id, names("project"), unique, filterable]
    """The project whose money it is."""
    currency: Annotated[CurrencyCode, code, filterable]
    """Of the budget; costs are charged in it."""
    planned: Money | None = None
    """The approved planned cost of the project."""
    open: Annotated[bool, filterable] = True
    """Whether costs may be charged."""
    currency_reason: Line | None = None
    """Why it is in this currency although the plan is in another; null where they agree."""


@fact(Budget, "opened")
class BudgetOpened(Fact):
    """The project was approved."""


@fact(Budget, "closed")
class BudgetClosed(Fact):
    """The project ended; later costs are refused."""

    reason: Line
    """What ended the project."""


@aggregate("finance", "budget-lines", key="project_id")
class BudgetLine(Aggregate):
    """Money for a project (or a programme) in one fiscal year, as capital or operating expenditure.

    `nature` is null only where an imported source does not say it.
    """

    project_id: Annotated[Id | None, names("project"), filterable, at_creation] = None
    """The project the money is for; null where it is for a programme."""
    programme_id: Annotated[Id | None, names("programme"), filterable, at_creation] = None
    """The programme the money is for; null where it is for a project."""
    fiscal_year: Annotated[FiscalYear, sortable]
    """The year of the budget, as the organisation names it."""
    nature: Annotated[Nature | None, filterable] = None
    """Capital or operating expenditure."""
    amount: Annotated[Money, sortable]
    """How much is asked for, or granted."""
    forecast: Money | None = None
    """How much is expected to be spent in the year, as of now; null where nobody said."""
    cost_type: Line | None = None
    """What the money is spent on, in the organisation's words."""
    state: Annotated[BudgetState, sortable, optional_at_creation] = BudgetState.DRAFT
    """Draft, submitted for approval, or approved."""


@fact(BudgetLine, "submitted")
class BudgetLineSubmitted(Reasoned):
    """The line is up for approval."""


@fact(BudgetLine, "approved")
class BudgetLineApproved(Decided):
    """The line is granted."""


@fact(BudgetLine, "returned")
class BudgetLineReturned(Reasoned):
    """The line goes back to draft."""


class EnvelopeKind(StrEnum):
    """Annual: the money of one fiscal year. Multi-year: what may be promised over several."""

    ANNUAL = "annual"
    MULTI_YEAR = "multi_year"


Threshold = Literal[80, 100]
"""Percent of its amount at which the use of an envelope is told."""


class EnvelopeState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    CLOSED = "closed"


class NewAmount(Decision):
    """What an envelope is to hold from now on."""

    amount: Money
    """The whole of it, in the currency that it has."""


@aggregate("finance", "envelopes", name="envelope")
class BudgetEnvelope(Aggregate):
    """Money set aside for a part of the organisation: what may be promised and paid out of it is bounded by it.

    An annual one names its fiscal year. A multi-year one names its first and its last year, and bounds what is promised.
    Its parts (`parent_id`) never hold more than it does. What is reserved, approved, committed and spent stands beside it, in
    its figures.
    """

    name: Annotated[Line | None, label, sortable, searched] = None
    """By which people know it; where none is given, its years and its nature."""
    kind: Annotated[EnvelopeKind, filterable, at_creation]
    """Whether it is for one fiscal year or for several."""
    fiscal_year: Annotated[FiscalYear | None, sortable, at_creation] = None
    """The fiscal year of an annual one; null for several years."""
    from_year: Annotated[FiscalYear | None, sortable, at_creation] = None
    """The first fiscal year of a multi-year one; null for an annual one."""
    until_year: Annotated[FiscalYear | None, sortable, at_creation] = None
    """The last fiscal year of a multi-year one; null for an annual one."""
    parent_id: Annotated[Id | None, names("envelope"), filterable, at_creation] = None
    """The envelope of which it is a part; null at the top."""
    portfolio_id: Annotated[Id | None, names("portfolio"), filterable, at_creation] = None
    """The portfolio that it is for."""
    programme_id: Annotated[Id | None, names("programme"), filterable, at_creation] = None
    """The programme that it is for."""
    project_id: Annotated[Id | None, names("project"), filterable, at_creation] = None
    """The project that it is for."""
    unit_id: Annotated[Id | None, names("org_unit"), filterable, at_creation] = None
    """The part of the organisation that it is for."""
    nature: Annotated[Nature | None, filterable, at_creation] = None
    """Capital or operating expenditure; null where it is for both."""
    amount: Annotated[Money, sortable]
    """How much it holds. Once it is approved, only resizing changes it."""
    state: Annotated[EnvelopeState, sortable, not_given] = EnvelopeState.DRAFT
    """Draft, approved, or closed."""


@fact(BudgetEnvelope, "approved")
class EnvelopeApproved(Decided):
    """Its money may be promised and paid from now on."""


@fact(BudgetEnvelope, "resized")
class EnvelopeResized(Decided):
    """It holds another amount from now on."""


@fact(BudgetEnvelope, "closed")
class EnvelopeClosed(Reasoned):
    """Nothing more is promised out of it; the rest goes back to the whole."""


@fact(BudgetEnvelope, "threshold_crossed")
class EnvelopeThresholdCrossed(Fact):
    """What is promised and spent of it has reached a part of its amount; told once for an amount."""

    percent: Threshold
    """Of its amount: 80 or 100. How much it is stands in the figures, for who may see of what."""


class CommitmentState(StrEnum):
    REQUESTED = "requested"
    RESERVED = "reserved"
    REFUSED = "refused"
    OPEN = "open"
    RELEASED = "released"
    SETTLED = "settled"


class YearOfCommitment(Shape):
    """How much of a commitment falls into a fiscal year."""

    fiscal_year: FiscalYear
    """The year."""
    nature: Nature | None = None
    """Capital or operating expenditure; null where nobody said."""
    amount: Money
    """How much of it."""


class RefusalReason(StrEnum):
    NO_ROOM = "no_room"
    NO_ENVELOPE = "no_envelope"
    NOT_APPROVED = "not_approved"
    OTHER_CURRENCY = "other_currency"
    NO_COST = "no_cost"


@aggregate("finance", "commitments", scope=("request_id",), read_only=True)
class Commitment(Aggregate):
    """Money that is promised: here, what an envelope reserves for an approved request.

    It is reserved as long as the request is approved. Once the request is converted, the project's budget takes its place.
    Commitments of contracts and orders come with the signing of contracts and with orders.
    """

    request_id: Annotated[Id, names("request"), filterable]
    """The request whose likely cost it is."""
    project_id: Annotated[Id | None, names("project"), filterable] = None
    """The project that the request became; null until then."""
    programme_id: Annotated[Id | None, names("programme"), filterable] = None
    """The programme that the request is part of."""
    envelope_id: Annotated[Id, names("envelope"), filterable]
    """The envelope in which room is asked for."""
    amount: Annotated[Money, sortable]
    """How much is promised."""
    by_year: Annotated[list[YearOfCommitment], Field(max_length=60)] = []
    """How it falls into fiscal years; empty where nobody said."""
    document: Annotated[Line | None, label, sortable, searched] = None
    """The code of the request."""
    state: Annotated[CommitmentState, sortable] = CommitmentState.REQUESTED
    """Requested, then reserved or refused; released once it is no longer needed."""


@fact(Commitment, "reserved")
class CommitmentReserved(Fact):
    """The envelope has room for it, and keeps it."""


@fact(Commitment, "refused")
class CommitmentRefused(Fact):
    """The envelope cannot bear it."""

    code: RefusalReason
    """Why, as a code."""
    reason: Line
    """Why, in a sentence."""


@fact(Commitment, "released")
class CommitmentReleased(Reasoned):
    """It is no longer needed; the room is free again, or the project's budget has taken it."""
