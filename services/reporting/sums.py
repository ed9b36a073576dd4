"""Sums of money: in the reporting currency, or in the one currency that all amounts share; else null with the reason."""

from collections.abc import Iterable
from typing import Any

from shared.base.money import Money

Sum = tuple[dict[str, str] | None, str | None]
"""(money on the wire, None) or (None, why)."""


def total(amounts: Iterable[tuple[str | None, int | None]], reporting: str | None) -> Sum:
    """The sum of (currency, minor units); amounts that are missing are left out."""
    by_currency: dict[str, int] = {}
    for currency, minor in amounts:
        if currency is not None and minor is not None:
            by_currency[currency] = by_currency.get(currency, 0) + int(minor)
    if not by_currency:
        return None, "no amounts"
    foreign = sorted(by_currency.keys() - {reporting}) if reporting else []
    if foreign:
        return None, f"no rate from {', '.join(foreign)} to {reporting}"
    if len(by_currency) > 1:
        return None, f"amounts in {', '.join(sorted(by_currency))}, and no reporting currency"
    [(currency, minor)] = by_currency.items()
    return Money.of(minor, currency).model_dump(), None


def with_reasons(sums: dict[str, Sum]) -> dict[str, Any]:
    """Sums as members, the reasons beside them."""
    return {name: money for name, (money, _) in sums.items()} | {
        "reasons": {name: why for name, (_, why) in sums.items() if why}
    }
