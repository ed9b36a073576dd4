"""What a duration, a cost or an impact may turn out to be: seven distributions with their exact moments."""

import math
from dataclasses import dataclass, fields
from itertools import pairwise

from shared.base.exact import refused
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped


@dataclass(frozen=True, slots=True)
class Constant:
    """No uncertainty: always `value`."""

    value: float

    @property
    def planned(self) -> float:
        return self.value

    @property
    def mean(self) -> float:
        return self.value

    @property
    def variance(self) -> float:
        return 0.0

    def flaw(self) -> str | None:
        return _not_finite(self)


@dataclass(frozen=True, slots=True)
class Uniform:
    """Anything from `low` to `high`, all equally likely; planned with its middle."""

    low: float
    high: float

    @property
    def planned(self) -> float:
        return self.mean

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2

    @property
    def variance(self) -> float:
        return (self.high - self.low) * (self.high - self.low) / 12

    def flaw(self) -> str | None:
        return _not_finite(self) or _not_ascending(self.low, self.high)


@dataclass(frozen=True, slots=True)
class Triangular:
    """Three points joined by straight lines; planned with the `likely` one."""

    low: float
    likely: float
    high: float

    @property
    def planned(self) -> float:
        return self.likely

    @property
    def mean(self) -> float:
        return (self.low + self.likely + self.high) / 3

    @property
    def variance(self) -> float:
        left, right = self.likely - self.low, self.high - self.likely
        return (left * left + left * right + right * right) / 18

    def flaw(self) -> str | None:
        return _not_finite(self) or _not_ascending(self.low, self.likely, self.high)


@dataclass(frozen=True, slots=True)
class Pert:
    """Three points as a scaled beta distribution whose mean is (low + weight x likely + high) / (weight + 2).

    With the usual weight of 4 the mean is PERT's (O + 4M + P) / 6. The variance is the beta's own,
    (mean - low)(high - mean) / (weight + 3), which PERT's rule of thumb ((P - O) / 6)^2 only approaches.
    For the rule itself see `three_point_estimate`. Source: Vose, Risk Analysis, "modified PERT".
    """

    low: float
    likely: float
    high: float
    weight: float = 4.0

    @property
    def planned(self) -> float:
        return self.likely

    @property
    def mean(self) -> float:
        return (self.low + self.weight * self.likely + self.high) / (self.weight + 2)

    @property
    def variance(self) -> float:
        return (self.mean - self.low) * (self.high - self.mean) / (self.weight + 3)

    @property
    def shape(self) -> tuple[float, float]:
        """The two exponents of the beta distribution on 0..1; (1, 1) where the three points are one."""
        if self.high == self.low:
            return 1.0, 1.0
        skew = self.weight * (self.likely - self.low) / (self.high - self.low)
        return 1.0 + skew, 1.0 + self.weight - skew

    def flaw(self) -> str | None:
        if flaw := _not_finite(self) or _not_ascending(self.low, self.likely, self.high):
            return flaw
        return (
            None
            if 0 < self.weight <= 100
            else Text("the weight {weight:g} is not above 0 and up to 100", weight=self.weight)
        )


@dataclass(frozen=True, slots=True)
class Normal:
    """The bell curve with mean `mean` and standard deviation `sd`; planned with its mean."""

    mean: float
    sd: float

    @property
    def planned(self) -> float:
        return self.mean

    @property
    def variance(self) -> float:
        return self.sd * self.sd

    def flaw(self) -> str | None:
        return _not_finite(self) or _negative("sd", self.sd)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Always positive, with a long tail upwards; planned with its mode.

    `mean` and `sd` are those of the quantity itself, not of its logarithm.
    """

    mean: float
    sd: float

    @property
    def planned(self) -> float:
        return self.mean / math.sqrt(1 + (self.sd / self.mean) ** 2) ** 3

    @property
    def variance(self) -> float:
        return self.sd * self.sd

    @property
    def log_variance(self) -> float:
        return math.log1p((self.sd / self.mean) ** 2)

    def flaw(self) -> str | None:
        if flaw := _not_finite(self) or _negative("sd", self.sd):
            return flaw
        if not self.mean > 0:
            return Text("the mean {mean:g} of a lognormal is not above 0", mean=self.mean)
        return (
            None if self.sd <= 1e6 * self.mean else Text("sd {sd:g} is more than 10^6 x the mean", sd=self.sd)
        )


@dataclass(frozen=True, slots=True)
class Discrete:
    """One of `values`, each with its probability; planned with the most probable (the first of equals)."""

    values: tuple[float, ...]
    probabilities: tuple[float, ...]

    @property
    def planned(self) -> float:
        return self.values[self.probabilities.index(max(self.probabilities))]

    @property
    def mean(self) -> float:
        return math.fsum(v * p for v, p in zip(self.values, self.probabilities, strict=True))

    @property
    def variance(self) -> float:
        mean = self.mean
        return math.fsum(
            p * (v - mean) * (v - mean) for v, p in zip(self.values, self.probabilities, strict=True)
        )

    def flaw(self) -> str | None:
        if not 0 < len(self.values) == len(self.probabilities):
            return Text("there is not one probability for each value")
        if not all(map(math.isfinite, self.values)):
            return Text("a value is not a finite number")
        if not all(0 <= p <= 1 for p in self.probabilities):
            return Text("a probability is not within 0..1")
        total = math.fsum(self.probabilities)
        return (
            None
            if abs(total - 1) <= 1e-9
            else Text("the probabilities sum to {total:g}, not to 1", total=total)
        )


Distribution = Constant | Uniform | Triangular | Pert | Normal | LogNormal | Discrete


def three_point_estimate(optimistic: float, likely: float, pessimistic: float) -> tuple[float, float]:
    """PERT's rule of thumb (Malcolm et al., 1959): mean (O + 4M + P) / 6, standard deviation (P - O) / 6.

    Raises `Invalid` for points that are no finite numbers or do not ascend.
    """
    points = Triangular(optimistic, likely, pessimistic)
    refuse_mistyped(points, Triangular, "")
    if flaw := points.flaw():
        raise refused("distribution", flaw, "")
    return (optimistic + 4 * likely + pessimistic) / 6, (pessimistic - optimistic) / 6


def _not_finite(distribution: Constant | Uniform | Triangular | Pert | Normal | LogNormal) -> str | None:
    wrong = [f.name for f in fields(distribution) if not math.isfinite(getattr(distribution, f.name))]
    return Text("{wrong} is not a finite number", wrong=wrong[0]) if wrong else None


def _not_ascending(*points: float) -> str | None:
    if all(a <= b for a, b in pairwise(points)):
        return None
    return Text("the points {points} do not ascend", points=", ".join(f"{p:g}" for p in points))


def _negative(name: str, value: float) -> str | None:
    return Text("{name} {value:g} is negative", name=name, value=value) if value < 0 else None
