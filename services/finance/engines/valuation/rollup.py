"""From work packages up to the portfolio: `rolled_up` adds accounts along their tree.

The base amounts (BAC, PV, EV, AC, bottom-up ETC) are summed and every index and forecast is computed from the
sums. An index is never an average of indices, and so a parent's EAC at CPI is not the sum of its children's.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.finance.engines.valuation.earned_value import (
    NOT_ESTIMATED,
    EarnedValue,
    Forecast,
    Totals,
    figures,
    sum_known,
)
from services.finance.engines.valuation.exchange_rates import Amount, ExchangeRates
from services.finance.engines.valuation.techniques import Unknown
from services.finance.engines.valuation.work_packages import WorkPackage, standings
from shared.base.exact import refused
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped, require_instance

NOTHING_OF_ITS_OWN = Totals(bac=0, pv=0, ev=0, ac=0, etc=0)


@dataclass(frozen=True, slots=True)
class Account:
    """A node of the tree (work package, control account, project, programme, portfolio).

    `own` is what stands on the node itself, apart from its children; all nodes are of one currency.
    """

    code: str
    parent: str | None = None
    own: Totals = NOTHING_OF_ITS_OWN


def rolled_up(accounts: Sequence[Account], forecast: Forecast = Forecast.AT_CPI) -> dict[str, EarnedValue]:
    """The figures of every account with all that is below it, by code.

    What is unknown below is unknown above, with the code of the account that lacks it. Raises `Invalid` for a
    code used twice, a parent that is not there, and parents that form a ring (named).
    """
    refuse_mistyped(accounts, Sequence[Account], "/accounts")
    places = _places(accounts)
    sums = {account.code: [_totals_of(account)] for account in accounts}
    answer = {}
    for account in _children_first(accounts, places):
        total = _sum(sums[account.code])
        answer[account.code] = figures(total, forecast)
        if account.parent is not None:
            sums[account.parent].append(total)
    return {account.code: answer[account.code] for account in accounts}


def package_accounts(
    packages: Sequence[WorkPackage], actual_costs: Mapping[str, int], parent: str, as_of: date
) -> list[Account]:
    """One account below `parent` for each package, with its own planned and earned value at the end of
    `as_of`.

    `actual_costs` are cumulative minor units by package code; a package that is not there has an unknown
    cost.
    """
    refuse_mistyped(actual_costs, Mapping[str, int], "/actual_costs")
    return [
        Account(
            package.code,
            parent,
            Totals(
                bac=standing.budget,
                pv=standing.planned,
                ev=standing.earned,
                ac=actual_costs.get(package.code, Unknown("no actual cost reported")),
                etc=NOT_ESTIMATED if package.to_complete is None else package.to_complete,
            ),
        )
        for package, standing in zip(packages, standings(packages, as_of), strict=True)
    ]


def in_currency(base: Totals, rates: ExchangeRates, currency: str, into: str, on: date) -> Totals:
    """A project's amounts in the portfolio's currency, all by one rate, so that its indices stay.

    Without a rate they are unknown, and so is every sum above them.
    """
    refuse_mistyped(base, Totals, "")
    require_instance(rates, ExchangeRates, "/rates")

    def converted(part: int | Unknown) -> int | Unknown:
        if isinstance(part, Unknown):
            return part
        there = rates.converted(Amount(part, currency, on), into)
        return Unknown(there.reason or "no rate") if there.minor is None else there.minor

    return Totals(*(converted(part) for part in (base.bac, base.pv, base.ev, base.ac, base.etc)))


def _places(accounts: Sequence[Account]) -> dict[str, int]:
    places: dict[str, int] = {}
    for i, account in enumerate(accounts):
        if places.setdefault(account.code, i) != i:
            raise refused(
                "duplicate_code", Text("{code} appears twice", code=account.code), f"/accounts/{i}/code"
            )
    for i, account in enumerate(accounts):
        if account.parent is not None and account.parent not in places:
            raise refused(
                "unknown_parent",
                Text("{parent} is not an account", parent=account.parent),
                f"/accounts/{i}/parent",
            )
    return places


def _children_first(accounts: Sequence[Account], places: dict[str, int]) -> list[Account]:
    waiting = dict.fromkeys(places, 0)
    for account in accounts:
        if account.parent is not None:
            waiting[account.parent] += 1
    ready = deque(account for account in accounts if not waiting[account.code])
    order = []
    while ready:
        account = ready.popleft()
        order.append(account)
        if account.parent is not None:
            waiting[account.parent] -= 1
            if not waiting[account.parent]:
                ready.append(accounts[places[account.parent]])
    if len(order) < len(accounts):
        raise _ring(accounts, places, next(code for code, awaited in waiting.items() if awaited))
    return order


def _ring(accounts: Sequence[Account], places: dict[str, int], start: str) -> Exception:
    """The refusal that names the ring above `start`."""
    path = [start]
    while (parent := accounts[places[path[-1]]].parent) is not None and parent not in path:
        path.append(parent)
    ring = [*path[path.index(str(parent)) :], str(parent)]
    return refused(
        "parent_cycle",
        Text("the parents go round: {names}", names=" -> ".join(ring)),
        f"/accounts/{places[ring[0]]}/parent",
    )


def _totals_of(account: Account) -> Totals:
    own = account.own
    return Totals(*(_of(account.code, part) for part in (own.bac, own.pv, own.ev, own.ac, own.etc)))


def _of(code: str, part: int | Unknown) -> int | Unknown:
    return Unknown(f"{code}: {part.reason}") if isinstance(part, Unknown) else part


def _sum(parts: Sequence[Totals]) -> Totals:
    return Totals(
        bac=sum_known([part.bac for part in parts]),
        pv=sum_known([part.pv for part in parts]),
        ev=sum_known([part.ev for part in parts]),
        ac=sum_known([part.ac for part in parts]),
        etc=sum_known([part.etc for part in parts]),
    )
