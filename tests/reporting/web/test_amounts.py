"""Amounts side by side: one unit, digits that add up, and nothing that is there written as nothing."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.web.amounts import Amount, Costs, Unit, figure_unit, of_costs, table_unit
from services.reporting.web.words import MINUS, SOURCE, words_in

WORDS = words_in(SOURCE)
cents = st.integers(-(10**15), 10**15) | st.integers(-(10**6), 10**6)


def chf(minor: int) -> dict[str, str]:
    return {"amount": str(Decimal(minor).scaleb(-2)), "currency": "CHF"}


def costs_of(planned: int, forecast: int) -> Costs:
    return {
        "planned": chf(planned),
        "forecast": chf(forecast),
        "actual": None,
        "variance": chf(planned - forecast),
    }


def read(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace(MINUS, "-").replace("±", "").replace("+", ""))


def units(*costs: Costs) -> list[Unit]:
    return [unit(of_costs(costs), exact) for unit in (table_unit, figure_unit) for exact in (False, True)]


def test_millions_are_the_difference_that_they_show() -> None:
    costs = costs_of(15_120_000_00, 16_166_000_00)
    table, _, figures, _ = units(costs)
    shown = [[WORDS.amount(costs[n], u) for n in ("planned", "forecast")] for u in (table, figures)]
    assert shown == [["15,120", "16,166"], ["15.12", "16.17"]]
    assert [WORDS.variance(costs, u) for u in (table, figures)] == [f"{MINUS}1,046", f"{MINUS}1.05"]
    assert WORDS.suffix(costs["planned"], figures) == "M"
    assert WORDS.unit_name(table) == "thousand CHF"


@given(cents, cents)
def test_plan_forecast_and_variance_add_up_as_they_are_written(planned: int, forecast: int) -> None:
    costs = costs_of(planned, forecast)
    for unit in units(costs):
        written = [WORDS.amount(costs["planned"], unit), WORDS.amount(costs["forecast"], unit),
                   WORDS.variance(costs, unit)]  # fmt: skip
        if not any("<" in text for text in written):
            plan, estimate, variance = (read(text) for text in written)
            assert plan - estimate == variance, written


@given(cents)
def test_an_amount_that_is_there_is_never_written_as_nothing(minor: int) -> None:
    for unit in units(costs_of(minor, 0), costs_of(10**12, 0)):
        written = WORDS.amount(chf(minor), unit)
        assert (written == "0") == (minor == 0)
        if "<" not in written:
            assert abs(read(written) * unit.size - Decimal(minor) / 100) * 2 <= unit.least * unit.size


@given(cents)
def test_exact_amounts_are_exact(minor: int) -> None:
    for unit in units(costs_of(minor, 0)):
        if unit.exact:
            assert read(WORDS.amount(chf(minor), unit)) == Decimal(minor) / 100


def test_amounts_of_several_currencies_name_their_own() -> None:
    yen: Amount = {"amount": "90000000", "currency": "JPY"}
    unit = table_unit([chf(100_00), yen])
    assert (unit.currency, unit.size) == (None, 1000)
    assert WORDS.unit_name(unit) == "thousand"
    assert WORDS.amount(chf(100_00), unit) == "<1"
