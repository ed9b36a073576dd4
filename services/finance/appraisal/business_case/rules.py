"""What holds of business cases: one chosen option, years in one currency, and what the sponsor approved stays."""

from collections.abc import Iterator

from shared.base.errors import Fault, Invalid
from shared.base.money import Money
from shared.contracts.finance.appraisal import (
    BusinessCase,
    BusinessCaseApproved,
    BusinessCaseConfirmed,
    BusinessCaseReturned,
    BusinessCaseReviewed,
    CaseState,
    ConfirmCase,
)
from shared.domain.acts import ARCHIVE, RESTORE
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.stages import Act

S = CaseState


def act(deed: str, case: BusinessCase, before: BusinessCase | None) -> Act:
    """It is planned like a budget, in every phase."""
    return Act.CORRECTION if deed in (ARCHIVE, RESTORE) else Act.BUDGET_LINE


def can_be_reviewed(case: BusinessCase) -> None:
    faults = []
    if not case.cash_flows:
        faults.append(Fault("missing", "needed to review", pointer="/cash_flows"))
    if not any(option.preferred for option in case.options):
        faults.append(Fault("missing", "which option is chosen?", pointer="/options"))
    if faults:
        raise Invalid(
            "a business case is reviewed with its years, and with the option that is chosen",
            *faults,
            code="case_incomplete",
        )


def confirm(case: BusinessCase, occasion: Occasion) -> None:
    assert isinstance(occasion.body, ConfirmCase)
    case.confirmed_on = occasion.day


LIFECYCLE = Lifecycle(
    "state",
    {
        "review": Move(S.DRAFT, S.REVIEWED, BusinessCaseReviewed, needs="write", check=can_be_reviewed),
        "return": Move(S.REVIEWED, S.DRAFT, BusinessCaseReturned, needs="write"),
        "approve": Move(
            S.REVIEWED,
            S.APPROVED,
            BusinessCaseApproved,
            checks_content=True,
            description="From reviewed to approved, by the sponsor: it is frozen with its figures, and the edition before is"
            " superseded.",
        ),
        "confirm": Move(
            S.APPROVED,
            S.APPROVED,
            BusinessCaseConfirmed,
            takes=ConfirmCase,
            effect=confirm,
            checks_content=True,
            description="The sponsor confirms, in each phase, that the project is still worth it as it was approved.",
        ),
    },
)


def is_sound(case: BusinessCase) -> None:
    """All faults are told at once: one chosen option, each year once, amounts in one currency and not below zero."""
    faults = [*_faults_of_options(case), *_faults_of_years(case), *_faults_of_amounts(case)]
    if faults:
        raise Invalid("the business case makes no sense", *faults, code="bad_case")


def _faults_of_options(case: BusinessCase) -> Iterator[Fault]:
    choices = [place for place, option in enumerate(case.options) if option.preferred]
    for place in choices[1:]:
        yield Fault("second_choice", "one option is chosen", pointer=f"/options/{place}/preferred")


def _faults_of_years(case: BusinessCase) -> Iterator[Fault]:
    years = [flow.year for flow in case.cash_flows]
    for place, year in enumerate(years):
        if year in years[:place]:
            yield Fault("duplicate", "is named before", pointer=f"/cash_flows/{place}/year")


def _faults_of_amounts(case: BusinessCase) -> Iterator[Fault]:
    currency = currency_of(case)
    for pointer, amount in amounts_of(case):
        if amount.currency != currency:
            yield Fault("other_currency", "all amounts are in one currency", pointer=f"{pointer}/currency")
        if amount.minor < 0:
            yield Fault("negative", "not below zero", pointer=pointer)


def amounts_of(case: BusinessCase) -> Iterator[tuple[str, Money]]:
    """Every amount, by where it stands."""
    for place, flow in enumerate(case.cash_flows):
        for member in ("cost", "benefit"):
            if (amount := getattr(flow, member)) is not None:
                yield f"/cash_flows/{place}/{member}", amount


def currency_of(case: BusinessCase) -> str | None:
    """The currency of the first amount; None where there is none."""
    return next((amount.currency for _, amount in amounts_of(case)), None)
