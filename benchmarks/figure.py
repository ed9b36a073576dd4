"""One measured figure, and the line it prints as."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """A value beside the target it is held to; `better` says on which side of the target it is good."""

    name: str
    value: float
    unit: str
    target: float
    better: Literal["lower", "higher"] = "lower"
    note: str = ""

    @property
    def ok(self) -> bool:
        return self.value <= self.target if self.better == "lower" else self.value >= self.target

    def line(self) -> str:
        return (
            f"{self.name} {self.value:.4g} {self.unit} target {self.target:g} {'ok' if self.ok else 'short'}"
        )


def seconds(work: Callable[[], object], repeat: int = 5) -> float:
    """The median wall time of `repeat` calls, after one that is not counted."""
    work()
    return median(_timed(work) for _ in range(repeat))


def _timed(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started
