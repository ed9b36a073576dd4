"""What levelling and smoothing answer: the dates, how good they are, what moved and why."""

from dataclasses import dataclass
from enum import StrEnum

from services.resources.engines.levelling.plan import LinkKind


@dataclass(frozen=True, slots=True)
class Placed:
    """An activity's place: the step it starts in, and the first step after its last."""

    start: int
    finish: int


@dataclass(frozen=True, slots=True)
class FullResource:
    """One step earlier, `resource` would be asked for more than it has left in `step`, where `holders` are
    at work."""

    resource: str
    step: int
    needed: int
    free: int
    holders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pushed:
    """One step earlier would be too early for the link from `predecessor`."""

    predecessor: str
    kind: LinkKind
    lag: int


@dataclass(frozen=True, slots=True)
class NotBefore:
    """One step earlier would be before `step`, when the activity or its project may begin."""

    step: int


@dataclass(frozen=True, slots=True)
class Evened:
    """Back at its planned start the activity would raise `resource` in `step` to `back`, where it stands at
    `now`."""

    resource: str
    step: int
    back: int
    now: int


Cause = FullResource | Pushed | NotBefore | Evened


@dataclass(frozen=True, slots=True)
class Move:
    """An activity that does not start as planned, with the causes.

    Those of levelling are all that keeps it from starting a step earlier, also where it starts earlier than
    planned. Those of smoothing are what speaks against the planned start.
    """

    activity: str
    planned: int
    start: int
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Overload:
    """From `start` up to `finish`, `resource` is asked for `demand` units per step and has `capacity`.

    `activities` are all that ask for it in any of these steps, not necessarily in each.
    """

    resource: str
    start: int
    finish: int
    demand: int
    capacity: int
    activities: tuple[str, ...]


class Ending(StrEnum):
    """What ended the search for a better answer."""

    PROOF = "proof"
    EFFORT = "effort"
    CLOCK = "clock"
    SIZE = "size"
    NO_GAIN = "no_gain"


@dataclass(frozen=True, slots=True)
class Quality:
    """How good an answer is: no schedule is below `bound`; `value` equals it where the optimum is proved.

    `heuristic` is what the quick method alone had found, None where it found nothing. `gap` is the share of
    the value that is not proved to be needed, 0 to 1.
    """

    value: int
    bound: int
    heuristic: int | None
    ended_by: Ending

    @property
    def proved(self) -> bool:
        return self.value == self.bound

    @property
    def gap(self) -> float:
        return (self.value - self.bound) / self.value if self.value else 0.0


@dataclass(frozen=True, slots=True)
class Levelled:
    """The levelled plan; `overloads` are those of the planned dates, the levelled ones have none.

    `placed` and `finishes` (of the projects) are in the order of the plan.
    """

    placed: dict[str, Placed]
    finishes: dict[str, int]
    makespan: int
    quality: Quality
    moves: tuple[Move, ...]
    overloads: tuple[Overload, ...]


@dataclass(frozen=True, slots=True)
class Smoothness:
    """Unevenness of a plan: unit-steps over capacity, the highest use of each resource, the sum of squared
    use."""

    over_capacity: int
    peaks: dict[str, int]
    squares: int


@dataclass(frozen=True, slots=True)
class Smoothed:
    """The smoothed plan: the same finish, `before` and `after`, and the overloads that float alone cannot
    remove.

    `ended_by` says whether no single move could gain anything any more, or the clock ended the search before.
    """

    placed: dict[str, Placed]
    finish: int
    before: Smoothness
    after: Smoothness
    moves: tuple[Move, ...]
    overloads: tuple[Overload, ...]
    ended_by: Ending
