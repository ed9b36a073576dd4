"""What a business case comes to: NPV, IRR, payback, BCR, and how far they move (engine: `valuation`).

Convention: years are those of the budget; the earliest one is t = 0 and is not discounted. Years that are left out cost and
bring nothing. A figure that cannot be said is null, with the reason.
"""

from decimal import Decimal

from services.finance.appraisal.business_case.rules import currency_of
from services.finance.engines.valuation.investment import CashFlow, appraised
from services.finance.engines.valuation.sensitivity import sensitivity, switching_values
from shared.base.exact import exact
from shared.base.money import Money
from shared.contracts.finance.appraisal import BusinessCase
from shared.contracts.language import AnswerShape, Id

PLACES = Decimal("0.0001")
RATE_PLACES = Decimal("0.000001")


class CaseResult(AnswerShape):
    """What it is worth; what cannot be said is null, and `reasons` say why."""

    npv: Money | None
    """Net present value: the benefits less the costs, each discounted to the first year."""
    irr: str | None
    """Internal rate of return of a year: 0.08 is 8 %. Null where none or several make the present value zero."""
    irrs: list[str]
    """All of these rates, ascending."""
    payback: str | None
    """After how many years it has paid back, interpolated."""
    discounted_payback: str | None
    """The same with discounted amounts."""
    bcr: str | None
    """Benefits for each unit of cost, both discounted."""
    present_benefits: Money | None
    """The benefits, discounted."""
    present_costs: Money | None
    """The costs, discounted."""
    reasons: dict[str, str]
    """Why a figure is null, by its name."""


class SensitivityLine(AnswerShape):
    """What becomes of the net present value when one assumption moves."""

    driver: str
    """Benefits, costs, or the rate."""
    change_percent: str
    """By how much it moves, in percent of itself."""
    npv: Money
    """The net present value then."""
    difference: Money
    """How much that is more than planned."""


class SwitchingLine(AnswerShape):
    """How far an assumption may move until the net present value is zero."""

    driver: str
    """Benefits, costs, or the rate."""
    change_percent: str | None
    """In percent of itself; null with the reason."""
    reason: str | None
    """Why there is none."""


class CaseFigures(AnswerShape):
    """What a business case comes to."""

    business_case_id: Id
    """The business case."""
    edition: int
    """Its edition."""
    result: CaseResult
    """Its figures."""
    sensitivity: list[SensitivityLine]
    """Each assumption moved alone."""
    switching: list[SwitchingLine]
    """How far each may move."""


NO_YEARS = "no year costs or brings anything"
FIGURES = ("npv", "irr", "payback", "discounted_payback", "bcr", "present_benefits", "present_costs")


def figures_of(case: BusinessCase) -> CaseFigures:
    """From its content alone."""
    currency = currency_of(case)
    if currency is None:
        nothing = CaseResult(
            **dict.fromkeys(FIGURES), irrs=[], reasons=dict.fromkeys(FIGURES, NO_YEARS)
        )  # fmt: skip
        return CaseFigures(
            business_case_id=case.id, edition=case.edition, result=nothing, sensitivity=[], switching=[]
        )
    flow, rate = flow_of(case), exact(case.rate_pct, "/rate_pct") / 100

    def money(minor: Decimal) -> Money:
        return Money.nearest(round(minor), currency)

    appraisal = appraised(flow, rate)
    result = CaseResult(
        npv=money(appraisal.npv),
        irr=_text(appraisal.irr, RATE_PLACES),
        irrs=[text for one in appraisal.irrs if (text := _text(one, RATE_PLACES)) is not None],
        payback=_text(appraisal.payback),
        discounted_payback=_text(appraisal.discounted_payback),
        bcr=_text(appraisal.bcr),
        present_benefits=money(appraisal.present_benefits),
        present_costs=money(appraisal.present_costs),
        reasons={name: str(reason) for name, reason in appraisal.reasons.items()},
    )
    lines = [
        SensitivityLine(
            driver=one.driver.value,
            change_percent=str(one.change_percent),
            npv=money(one.npv),
            difference=money(one.difference),
        )
        for one in sensitivity(flow, rate)
    ]
    switching = [
        SwitchingLine(
            driver=one.driver.value,
            change_percent=_text(one.change_percent),
            reason=None if one.reason is None else str(one.reason),
        )
        for one in switching_values(flow, rate)
    ]
    return CaseFigures(
        business_case_id=case.id, edition=case.edition, result=result, sensitivity=lines, switching=switching
    )


def flow_of(case: BusinessCase) -> CashFlow:
    """Its years without gaps, from the earliest one."""
    years = {flow.year: flow for flow in case.cash_flows}
    span = range(min(years), max(years) + 1)
    each = [years.get(year) for year in span]
    return CashFlow(
        benefits=tuple(_minor(None if one is None else one.benefit) for one in each),
        costs=tuple(_minor(None if one is None else one.cost) for one in each),
    )


def _minor(amount: Money | None) -> int:
    return 0 if amount is None else amount.minor


def _text(number: Decimal | None, places: Decimal = PLACES) -> str | None:
    """With so many decimals; a number too large for them as it is."""
    if number is None:
        return None
    return str(number) if number.adjusted() > 18 else str(number.quantize(places))
