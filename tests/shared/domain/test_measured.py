"""In which currency a project is measured, and what is not told for lack of a rate."""

import pytest

from shared.domain.measured import NOTHING, Sums, measured

WORK = Sums(bac=500, ev=100, current=500, packages=1)
COST = Sums(ac=70)


@pytest.mark.parametrize(
    ("budget", "sums", "currency", "ac", "unknown"),
    [
        ("CHF", {"CHF": WORK.plus(COST)}, "CHF", 70, set()),
        (None, {"EUR": WORK}, "EUR", 0, set()),
        # A cost that is dated before its budget was opened: it was lost in a sum of EUR 0.
        (None, {"EUR": WORK, "SEK": COST}, "SEK", 70, {"bac", "bac_current", "pv", "ev"}),
        ("CHF", {"EUR": WORK, "CHF": COST}, "CHF", 70, {"bac", "bac_current", "pv", "ev"}),
        # A cost in a currency that the budget took later.
        ("CHF", {"CHF": WORK, "EUR": COST}, "CHF", 0, {"ac"}),
        # The approved plan is in francs, the current one no more.
        ("CHF", {"CHF": Sums(bac=500, packages=1, differing=1), "EUR": Sums(current=9)}, "CHF", 0, {"bac_current"}),
        (None, {"EUR": NOTHING}, "EUR", 0, {"bac", "bac_current", "pv", "ev"}),
    ],
)  # fmt: skip
def test_what_is_in_another_currency_is_not_lost_but_unknown(
    budget: str | None, sums: dict[str, Sums], currency: str, ac: int, unknown: set[str]
) -> None:
    figures = measured(sums, budget)
    assert figures is not None
    assert (figures.currency, figures.sums.ac, set(figures.reasons)) == (currency, ac, unknown)
