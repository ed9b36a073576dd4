"""What a selection answers: the choice, its proof, what binds it, and what just missed."""

from dataclasses import dataclass

from .model import Limit


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen project, and how many quarters after its earliest start it starts."""

    key: str
    quarters_later: int
    value: float


@dataclass(frozen=True, slots=True)
class Usage:
    """One limit under the selection, in the limit's unit.

    `price` is what one unit more of the limit would be worth if projects could be divided (the dual
    value of the linear relaxation). A limit `binds` where that is above 0. Both are None in a quick answer.
    """

    limit: Limit
    used: float
    price: float | None

    @property
    def slack(self) -> float:
        return self.limit.limit - self.used

    @property
    def binds(self) -> bool | None:
        return None if self.price is None else self.price > 0


@dataclass(frozen=True, slots=True)
class Shortfall:
    """By how much a limit falls short of what a project needs on top of the selection."""

    limit: Limit
    amount: float


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A project that was left out, at the start at which it comes closest to being taken.

    `value_short` is how much more it would have to be worth to be taken if projects could be divided (0: it
    stands on the edge). It is None in a quick answer. `lacks` are prerequisites that were not chosen, `rivals` the
    chosen ones that exclude it. With no shortfall, no lack and no rival it fits, but adds no value or only
    what the gap allows.
    """

    key: str
    quarters_later: int
    value: float
    value_short: float | None
    shortfalls: tuple[Shortfall, ...]
    lacks: tuple[str, ...]
    rivals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """The chosen projects in the order of the candidates.

    No selection at all can be worth more than `bound`; `gap` is (bound - value) / |value|. `proved` says
    that the gap is no more than was asked for. A quick answer has no bound; `reason` says why what is None
    is None.
    """

    choices: tuple[Choice, ...]
    value: float
    bound: float | None
    gap: float | None
    proved: bool
    usages: tuple[Usage, ...]
    near_misses: tuple[NearMiss, ...]
    reason: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(choice.key for choice in self.choices)

    @property
    def binding(self) -> tuple[Usage, ...]:
        """The limits that bind, those first whose last percent is worth most."""
        binding = [usage for usage in self.usages if usage.price]
        return tuple(sorted(binding, key=lambda u: -(u.price or 0.0) * u.limit.limit))
