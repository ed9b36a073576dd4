"""Dated exchange rates: what an amount is in another currency on a day, and sums over currencies.

The entries are `ExchangeRates.converted` and `ExchangeRates.total`. Conventions:

- a rate says how many units of `quote` one unit of `base` is worth on a day, and has more decimals than money;
- a day uses the latest rate on or before it, no older than `oldest_days` where that is given;
- a pair quoted the other way round is inverted (1 / rate); of both directions the later date counts, on the
  same day the direct one;
- a pair quoted neither way goes through the pivot, the instance's reporting currency, and through nothing else;
- each amount is rounded half to even to the minor unit of its target. A sum adds the rounded amounts, so a list
  of them adds up on paper. A sum that lacks a rate is unknown, and says which.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from services.finance.engines.valuation.minor_units import minor, whole_minor
from shared.base.currencies import DECIMALS
from shared.base.exact import Number, decimal, exact, refused
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped


@dataclass(frozen=True, slots=True)
class Quotation:
    """On `on`, one unit of `base` was worth `rate` units of `quote` (major units: 1 EUR = 0.9372 CHF)."""

    base: str
    quote: str
    on: date
    rate: Number


@dataclass(frozen=True, slots=True)
class Amount:
    """Minor units of a currency, and the day whose rate applies to them."""

    minor: int
    currency: str
    on: date


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount in the target currency (minor units), with the rate used and the quotations it came from.

    `minor` and `rate` are None where a rate is lacking, and `reason` says which.
    """

    minor: int | None
    currency: str
    rate: Decimal | None
    quotations: tuple[Quotation, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """A sum in one currency (minor units) and its parts in the order given; None where a rate is lacking."""

    minor: int | None
    currency: str
    parts: tuple[Converted, ...]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Conversion:
    rate: Fraction
    quotations: tuple[Quotation, ...]


class ExchangeRates:
    """The quotations of an instance, looked up by pair and day."""

    def __init__(self, quotations: Sequence[Quotation], pivot: str, oldest_days: int | None = None) -> None:
        """Raises `Invalid` for unknown currencies, a rate not above zero, two rates of one pair and day."""
        self.pivot = _listed_currency(pivot, "/pivot")
        refuse_mistyped(oldest_days, int | None, "/oldest_days")
        self.oldest_days = oldest_days
        self._by_pair: dict[tuple[str, str], list[Quotation]] = {}
        refuse_mistyped(quotations, Sequence[Quotation], "/quotations")
        for i, quotation in enumerate(quotations):
            _check(quotation, f"/quotations/{i}")
            self._by_pair.setdefault((quotation.base, quotation.quote), []).append(quotation)
        for pair, dated in self._by_pair.items():
            dated.sort(key=lambda quotation: quotation.on)
            _refuse_two_on_a_day(pair, dated)

    def converted(self, amount: Amount, into: str) -> Converted:
        """The amount in another currency, by the rate of its day; `Invalid` for an unknown currency."""
        refuse_mistyped(amount, Amount, "")
        whole_minor(amount.minor, "/minor")
        conversion = self._rate(
            _listed_currency(amount.currency, "/currency"), _listed_currency(into, "/into"), amount.on
        )
        if conversion is None:
            reason = Text(
                "no rate from {currency} to {into} for {on}",
                currency=amount.currency,
                into=into,
                on=amount.on,
            )
            return Converted(None, into, None, reason=reason)
        units = Fraction(amount.minor) * Fraction(10) ** (DECIMALS[into] - DECIMALS[amount.currency])
        return Converted(
            minor(units * conversion.rate), into, decimal(conversion.rate), conversion.quotations
        )

    def total(self, amounts: Sequence[Amount], into: str) -> Total:
        """The sum of the amounts, each by the rate of its own day; of no amounts it is zero."""
        parts = tuple(self.converted(amount, into) for amount in amounts)
        reasons = tuple(dict.fromkeys(part.reason for part in parts if part.reason))
        amounts_known = [part.minor for part in parts if part.minor is not None]
        return Total(None if reasons else sum(amounts_known), _listed_currency(into, "/into"), parts, reasons)

    def _rate(self, base: str, quote: str, on: date) -> _Conversion | None:
        if base == quote:
            return _Conversion(Fraction(1), ())
        if quoted := self._quoted(base, quote, on):
            return quoted
        first, second = self._quoted(base, self.pivot, on), self._quoted(self.pivot, quote, on)
        if first is None or second is None:
            return None
        return _Conversion(first.rate * second.rate, first.quotations + second.quotations)

    def _quoted(self, base: str, quote: str, on: date) -> _Conversion | None:
        """The rate as quoted, or inverted from the other direction."""
        direct, inverse = self._latest(base, quote, on), self._latest(quote, base, on)
        if direct and (inverse is None or inverse.on <= direct.on):
            return _Conversion(exact(direct.rate, "/rate"), (direct,))
        return _Conversion(1 / exact(inverse.rate, "/rate"), (inverse,)) if inverse else None

    def _latest(self, base: str, quote: str, on: date) -> Quotation | None:
        dated = self._by_pair.get((base, quote), [])
        place = bisect_right(dated, on, key=lambda quotation: quotation.on)
        if not place:
            return None
        latest = dated[place - 1]
        too_old = self.oldest_days is not None and (on - latest.on).days > self.oldest_days
        return None if too_old else latest


def _listed_currency(currency: str, pointer: str) -> str:
    refuse_mistyped(currency, str, pointer)
    if currency not in DECIMALS:
        raise refused(
            "unknown_currency", Text("{currency!r} is not a currency of ISO 4217", currency=currency), pointer
        )
    return currency


def _check(quotation: Quotation, pointer: str) -> None:
    if _listed_currency(quotation.base, f"{pointer}/base") == _listed_currency(
        quotation.quote, f"{pointer}/quote"
    ):
        raise refused(
            "one_currency",
            Text("{base} against itself needs no rate", base=quotation.base),
            f"{pointer}/quote",
        )
    if exact(quotation.rate, f"{pointer}/rate") <= 0:
        raise refused(
            "rate_out_of_range",
            Text("a rate of {rate} is not above zero", rate=quotation.rate),
            f"{pointer}/rate",
        )


def _refuse_two_on_a_day(pair: tuple[str, str], dated: Sequence[Quotation]) -> None:
    for before, after in pairwise(dated):
        if before.on == after.on and before.rate != after.rate:
            detail = Text(
                "{pair} to {pair_2} has two rates on {on}: {rate} and {rate_2}",
                pair=pair[0],
                pair_2=pair[1],
                on=before.on,
                rate=before.rate,
                rate_2=after.rate,
            )
            raise refused("two_rates", detail, "/quotations")
