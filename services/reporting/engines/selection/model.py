"""What a selection decides on: candidates, and the limits they have to share.

Years are fiscal years and quarters are those of the fiscal year. Money is in one currency, value in whatever
unit the caller maximises (net present value, score), capacity in one unit per role (full-time equivalents,
days).
"""

from dataclasses import dataclass
from decimal import Decimal
from numbers import Integral, Real
from typing import Annotated, Literal, NamedTuple, TypeAlias

from shared.base.texts import Text

Nature = Literal["capex", "opex"]
Amount: TypeAlias = Annotated[float, Real | Decimal]
"""Whatever is a number serves: the computing is done in floats."""
Whole: TypeAlias = Annotated[int, Integral]


class Quarter(NamedTuple):
    """A quarter of a fiscal year, `number` 1 to 4."""

    year: int
    number: int

    def later(self, quarters: int) -> "Quarter":
        years, number = divmod(self.number - 1 + quarters, 4)
        return Quarter(self.year + years, number + 1)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a candidate spends in a fiscal year if it starts as early as it can; negative is a saving."""

    year: Whole
    nature: Nature
    amount: Amount


@dataclass(frozen=True, slots=True)
class Demand:
    """What a candidate needs of a role in a quarter if it starts as early as it can."""

    role: str
    quarter: Annotated[Quarter, tuple[Whole, Whole]]
    amount: Amount


@dataclass(frozen=True, slots=True)
class Start:
    """A permitted start, and what the candidate is worth then (None: as much as at its earliest)."""

    quarters_later: int
    value: Amount | None = None


AT_ONCE = (Start(0),)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A project that may be chosen, to start in one of `starts`, provided that all it `requires` are chosen
    too.

    A later start moves all demands by as many quarters. It moves costs by whole years. Of a part of a year,
    each year's cost moves into the next by that part, as if it were spent evenly over its year.
    """

    key: str
    value: Amount
    costs: tuple[Cost, ...] = ()
    demands: tuple[Demand, ...] = ()
    requires: tuple[str, ...] = ()
    starts: tuple[Start, ...] = AT_ONCE


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that may be spent in a fiscal year: of one nature, or (None) of both together."""

    year: Whole
    limit: Amount
    nature: Nature | None = None

    def __str__(self) -> str:
        if self.nature is None:
            return Text("budget {year}", year=self.year)
        return Text("budget {year} {nature}", year=self.year, nature=self.nature)


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much of a role there is in a quarter."""

    role: str
    quarter: Annotated[Quarter, tuple[Whole, Whole]]
    limit: Amount

    def __str__(self) -> str:
        year, number = self.quarter
        return Text("capacity {role} {year} Q{number}", role=self.role, year=year, number=number)


Limit = Budget | Capacity


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Candidates of which `at_most` so many may be chosen."""

    keys: tuple[str, ...]
    at_most: int = 1


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The whole question. A year or quarter without a budget or capacity is not limited."""

    candidates: tuple[Candidate, ...]
    budgets: tuple[Budget, ...] = ()
    capacities: tuple[Capacity, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    forced_in: frozenset[str] = frozenset()
    forced_out: frozenset[str] = frozenset()
