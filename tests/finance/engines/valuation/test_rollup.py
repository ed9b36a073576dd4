"""Accounts add up along their tree, and indices follow the sums."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.engines.valuation.earned_value import Totals, measure
from services.finance.engines.valuation.exchange_rates import ExchangeRates, Quotation
from services.finance.engines.valuation.rollup import Account, in_currency, package_accounts, rolled_up
from services.finance.engines.valuation.techniques import Apportioned, PercentComplete, Unknown
from services.finance.engines.valuation.work_packages import WorkPackage
from shared.base.errors import Invalid

DAY = date(2026, 6, 1)
TREE = [
    Account("PORTFOLIO"),
    Account("PRJ-1", "PORTFOLIO", Totals(0, 0, 0, 50, 0)),
    Account("WP-1", "PRJ-1", Totals(1000, 500, 400, 500, 700)),
    Account("WP-2", "PRJ-1", Totals(600, 300, 450, 250, 100)),
    Account("PRJ-2", "PORTFOLIO", Totals(2000, 1000, 1000, 800, 900)),
]


def test_sums_rise_to_the_portfolio_and_indices_are_made_of_them() -> None:
    got = rolled_up(TREE)
    assert list(got) == [account.code for account in TREE]
    project = got["PRJ-1"]
    assert (project.bac, project.pv, project.ev, project.ac) == (1600, 800, 850, 800)
    assert project.cpi == Decimal("1.0625")
    portfolio = got["PORTFOLIO"]
    assert (portfolio.bac, portfolio.ev, portfolio.ac) == (3600, 1850, 1600)
    assert portfolio.eac_bottom_up == 1600 + 1700


def test_what_is_unknown_below_is_unknown_above_and_named() -> None:
    lacking = Totals(100, 50, Unknown("no percent complete reported"), 20)
    got = rolled_up([*TREE, Account("WP-3", "PRJ-2", lacking)])
    assert got["PORTFOLIO"].ev is None
    assert got["PORTFOLIO"].reasons["ev"] == "WP-3: no percent complete reported"
    assert got["PORTFOLIO"].ac == 1620
    assert got["PRJ-1"].ev == 850


def test_a_ring_of_parents_is_refused_and_named() -> None:
    with pytest.raises(Invalid, match=r"A -> B -> A|B -> A -> B") as refusal:
        rolled_up([Account("TOP"), Account("A", "B"), Account("B", "A")])
    assert refusal.value.code == "parent_cycle"


def test_an_unknown_parent_is_refused() -> None:
    with pytest.raises(Invalid, match="NOBODY"):
        rolled_up([Account("A", "NOBODY")])


def test_a_code_twice_is_refused() -> None:
    with pytest.raises(Invalid, match="appears twice"):
        rolled_up([Account("A"), Account("A")])


def test_no_accounts_have_no_figures() -> None:
    assert rolled_up([]) == {}


def test_a_chain_ten_thousand_deep_is_no_deeper_than_any_other() -> None:
    chain = [Account("0")] + [Account(str(i), str(i - 1), Totals(1, 1, 1, 1)) for i in range(1, 10_000)]
    assert rolled_up(chain)["0"].ev == 9_999


def test_every_work_package_has_figures_of_its_own_below_its_project() -> None:
    packages = [
        WorkPackage("WP-1", 1000, DAY, DAY, PercentComplete(50), to_complete=400),
        WorkPackage("WP-2", 500, DAY, DAY, Apportioned("WP-1"), to_complete=200),
        WorkPackage("WP-3", 100, DAY, DAY, PercentComplete(100), to_complete=0),
    ]
    below = package_accounts(packages, {"WP-1": 600, "WP-2": 300}, "PRJ", DAY)
    got = rolled_up([Account("PRJ"), *below])
    assert [got[code].ev for code in ("WP-1", "WP-2", "WP-3", "PRJ")] == [500, 250, 100, 850]
    assert got["WP-1"].eac_bottom_up == 1000
    assert (got["WP-3"].ac, got["PRJ"].ac) == (None, None)
    assert got["PRJ"].reasons["cpi"] == "WP-3: no actual cost reported"
    together = measure(packages, 900, DAY)
    assert (got["PRJ"].bac, got["PRJ"].pv, got["PRJ"].ev) == (together.bac, together.pv, together.ev)


def test_projects_in_several_currencies_add_up_in_the_reporting_currency() -> None:
    rates = ExchangeRates([Quotation("EUR", "CHF", DAY, Decimal("0.95"))], "CHF")
    euros = in_currency(Totals(2000, 1000, 800, 1000), rates, "EUR", "CHF", DAY)
    got = rolled_up([Account("P"), Account("CH", "P", Totals(100, 50, 50, 50)), Account("DE", "P", euros)])
    assert (got["P"].bac, got["P"].ev, got["DE"].cpi) == (2000, 810, Decimal("0.8"))


def test_a_project_without_a_rate_leaves_the_portfolio_unknown() -> None:
    kronor = in_currency(Totals(2000, 1000, 800, 1000), ExchangeRates([], "CHF"), "SEK", "CHF", DAY)
    got = rolled_up([Account("P"), Account("SE", "P", kronor)])["P"]
    assert (got.bac, got.ev, got.cpi) == (None, None, None)
    assert got.reasons["bac"] == "SE: no rate from SEK to CHF for 2026-06-01"


money = st.integers(0, 10**12)


@given(st.lists(st.tuples(st.integers(0, 100), money, money, money), max_size=60))
def test_the_root_is_the_sum_of_all_nodes_in_whatever_tree(nodes: list[tuple[int, int, int, int]]) -> None:
    accounts = [Account("root")]
    for i, (up, pv, ev, ac) in enumerate(nodes):
        accounts.append(Account(str(i), accounts[up % len(accounts)].code, Totals(ev, pv, ev, ac)))
    root = rolled_up(accounts)["root"]
    assert (root.pv, root.ev, root.ac) == tuple(sum(node[k] for node in nodes) for k in (1, 2, 3))
