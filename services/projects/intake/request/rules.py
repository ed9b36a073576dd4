"""What holds of requests: what they say at which stage, and what of them stays as it was submitted."""

from collections.abc import Iterator
from itertools import pairwise

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.money import Money
from shared.contracts.projects.intake import (
    ConversionKind,
    ConvertRequest,
    Funding,
    Request,
    RequestCategory,
    RequestState,
)
from shared.contracts.projects.strategy import ContributionLevel
from shared.domain.register import is_revised

S = RequestState
WITH_REQUESTER = (S.DRAFT, S.RETURNED)
"""While the requester writes."""
DECIDED = (S.APPROVED, S.REJECTED, S.WITHDRAWN, S.CONVERTED)
"""What was decided is not changed afterwards."""
WORDS = ("title", "need", "outcome", "constraints", "wanted_by", "urgency", "unit_id", "requester_id")
"""What the requester says; the portfolio office says its part in the other members."""
COSTS = ("cost_low", "cost_likely", "cost_high")


def says_what_is_needed(request: Request) -> None:
    faults = [
        Fault("missing", "needed to submit", pointer=f"/{member}")
        for member in ("need", "outcome", "unit_id")
        if not str(getattr(request, member) or "").strip()
    ]
    if faults:
        raise Invalid(
            "a request without need, outcome and unit cannot be submitted",
            *faults,
            code="request_incomplete",
        )


def can_be_decided(request: Request) -> None:
    """Its costs are known, and what it contributes to: what is mandatory needs no objective."""
    faults = [
        Fault("missing", "needed to qualify", pointer=f"/{member}")
        for member in COSTS
        if getattr(request, member) is None
    ]
    contributes = any(one.contribution is not ContributionLevel.NONE for one in request.objectives)
    if request.category is not RequestCategory.MANDATORY and not contributes:
        faults.append(Fault("missing", "an objective to which it contributes", pointer="/objectives"))
    if faults:
        raise Invalid(
            "a request is qualified with a range of costs and an objective to which it contributes",
            *faults,
            code="qualification_incomplete",
        )


def costs_make_a_range(request: Request) -> None:
    """Not below zero, in one currency, and none below the one before it."""
    costs: list[tuple[str, Money]] = [
        (member, cost) for member in COSTS if (cost := getattr(request, member)) is not None
    ]
    faults = list(_faults_of_range(costs))
    if faults:
        raise Invalid("the costs are no range", *faults, code="cost_range")


def _faults_of_range(costs: list[tuple[str, Money]]) -> Iterator[Fault]:
    for member, cost in costs:
        if cost.minor < 0:
            yield Fault("negative", "not below zero", pointer=f"/{member}")
    for (_, below), (member, cost) in pairwise(costs):
        if cost.currency != below.currency:
            yield Fault("currency", "all costs are in one currency", pointer=f"/{member}")
        elif cost.minor < below.minor:
            yield Fault("below_range", "not below the cost before it", pointer=f"/{member}")


def is_no_duplicate_of_itself(request: Request) -> None:
    if request.duplicate_of_id == request.id:
        raise Invalid(
            "a request is no duplicate of itself",
            Fault("itself", "another request", pointer="/duplicate_of_id"),
            code="duplicate_of_itself",
        )


def what_was_submitted_stays(request: Request, before: Request) -> None:
    """What the requester submitted is read beside what was made of it; it changes when it is returned."""
    if before.state in WITH_REQUESTER:
        return
    changed = [member for member in WORDS if getattr(request, member) != getattr(before, member)]
    if changed:
        raise Conflict(
            "what was submitted stays: say in `adapted` what is made of it, or return it",
            *(Fault("submitted", "stays as it was submitted", pointer=f"/{member}") for member in changed),
            code="submitted_stays",
        )


def what_was_decided_stays(request: Request, before: Request) -> None:
    if before.state in DECIDED and is_revised(request, before):
        raise Conflict("a request that was decided stays as it is", code="request_decided")


def is_funded(request: Request) -> None:
    """Where an envelope pays for it, its cost must be reserved there."""
    if request.envelope_id is not None and request.funding is not Funding.RESERVED:
        raise Conflict(
            "its cost is not reserved in the envelope yet", code="not_reserved", funding=request.funding.value
        )


def can_become(body: ConvertRequest) -> None:
    if body.into is not ConversionKind.PROJECT:
        raise Invalid(
            "a request becomes a project of its own so far",
            Fault("not_convertible", "only a project", pointer="/into"),
            code="not_convertible",
        )
