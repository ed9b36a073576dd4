"""The entry: `simulate`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from .checks import refuse_flaws
from .model import Model

if TYPE_CHECKING:
    from .outcome import Outcome


def simulate(
    model: Model, *, runs: int = 10_000, seed: int = 0, progress: Callable[[float], None] | None = None
) -> "Outcome":
    """Runs the model `runs` times and says when it finishes and what it costs, with which probability.

    The same model, number of runs and seed give the same outcome on every machine. Time grows with
    runs x (activities + links); memory is bounded by the size of the model and about 50 bytes a run.
    `progress`, where it is given, is called with the share of the runs that is done.
    Raises `Invalid` naming every flaw of the model, or the chain of a cycle, or the size that is too much.
    """
    refuse_flaws(model, runs, seed)
    from .run import Run

    return Run(model, runs, seed, progress).outcome()
