"""What a row of figures rests on, kept beside it: the next fold adds what is new, and reads no child again (ADR 0032).

What is a sum is kept as a sum: approved budget lines by currency, what finance measured. A worst risk is no sum: it
is the highest score of which there is a risk, so the number of risks of each score is kept. Of the forecasts, the
newest one is kept.
"""

from typing import NamedTuple

import msgspec

from services.reporting.figures.sources import (
    RATED,
    Amount,
    Budget,
    BudgetLine,
    Forecast,
    Risk,
    Source,
)
from shared.contracts.risk.risks import RiskState


class Newest(NamedTuple):
    """The forecast that counts: they are ordered by day, then by creation, then by id."""

    forecast_on: str
    created_at: str
    id: str
    currency: str
    minor: int

    @property
    def order(self) -> tuple[str, str, str]:
        return self[:3]

    @property
    def amount(self) -> Amount:
        return Amount(self.currency, self.minor)


def newest_of(f: Forecast) -> Newest:
    return Newest(f.forecast_on, f.created_at, f.id, *f.at_completion.read)


class Basis(msgspec.Struct, array_like=True):
    """What the figures of a day rest on and do not say themselves; amounts in minor units.

    A count of zero is left out, so that the same facts make the same text in whatever order they came. What finance
    measured stays, also where it comes to nothing: a currency in which there is work is not one without.
    """

    planned: Amount | None = None
    """The project's own planned cost, and its own forecast."""
    forecast: Amount | None = None
    actual_start: int | None = None
    """Days as the project says them, also where they have not come yet."""
    actual_finish: int | None = None
    newest: Newest | None = None
    budgets: dict[str, int] = {}
    """Currency -> budgets."""
    lines: dict[str, tuple[int, int]] = {}
    """Currency -> (approved budget lines, their sum)."""
    scores: dict[str, int] = {}
    """Score, as two digits -> rated threats that have it."""
    occurred: int = 0
    sums: dict[str, tuple[int, ...]] = {}
    """Currency -> what finance measured, in the order of `measured.Sums`."""


_ENCODE = msgspec.json.Encoder(order="deterministic").encode
_DECODE = msgspec.json.Decoder(Basis).decode


def text_of(basis: Basis) -> str:
    return _ENCODE(basis).decode()


def basis_of(text: str) -> Basis:
    return _DECODE(text)


def add_child(basis: Basis, child: Source, sign: int = 1) -> None:
    """Add what a version of a child counts, or take it back."""
    if isinstance(child, Risk):
        if child.is_threat:
            basis.occurred += sign * (child.state == RiskState.OCCURRED)
            if child.score and child.state in RATED:
                _count(basis.scores, f"{child.score:02d}", sign)
    elif isinstance(child, BudgetLine):
        if child.counts:
            currency, minor = child.amount.read
            count, total = basis.lines.get(currency, (0, 0))
            basis.lines[currency] = count + sign, total + sign * minor
    elif isinstance(child, Budget) and child.archived_at is None:
        _count(basis.budgets, child.currency, sign)


def _count(counts: dict[str, int], key: str, n: int) -> None:
    counts[key] = counts.get(key, 0) + n
