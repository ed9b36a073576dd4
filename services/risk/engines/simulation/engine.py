"""The entry: `simulate`."""

from typing import TYPE_CHECKING

from .checks import refuse_flaws
from .model import Model

if TYPE_CHECKING:
    from .outcome import Outcome


def simulate(model: Model, *, runs: int = 10_000, seed: int = 0) -> "Outcome":
    """Runs the model `runs` times and says when it finishes and what it costs, with which probability.

    The same model, number of runs and seed give the same outcome on every machine. Time grows with
    runs x (activities + links); memory is bounded by the size of the model and about 50 bytes a run.
    Raises `Invalid` naming every flaw of the model, or the chain of a cycle, or the size that is too much.
    """
    refuse_flaws(model, runs, seed)
    from .run import Run

    return Run(model, runs, seed).outcome()
