"""The runs: draw, correlate, schedule, cost and count, portion by portion within bounded memory."""

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from .assembly import Portion, values
from .correlation import copula
from .distributions import Distribution
from .model import Model, Variable
from .network import Network
from .outcome import Outcome, Sample
from .streams import Streams
from .tally import Tally
from .ticks import DAY
from .variables import quantities, uncertain

Array = NDArray[np.float64]

_NUMBERS_AT_ONCE = 2**20  # of each array: 8 MiB


class Run:
    """One model, a number of runs and a seed; `outcome` does the work."""

    def __init__(
        self, model: Model, runs: int, seed: int, progress: Callable[[float], None] | None = None
    ) -> None:
        self._model, self._runs, self._seed = model, runs, seed
        self._progress = progress
        self._distributions = _by_family(uncertain(model))
        self._rows = {variable: row for row, variable in enumerate(self._distributions)}
        self._certain = {v: d.mean for v, d in quantities(model) if v not in self._distributions}
        self._copulas = [copula(k, model, self._distributions) for k in range(len(model.correlations))]
        self._network = Network(model)

    def outcome(self) -> Outcome:
        durations, _, planned = self._results(self._planned())
        tally = Tally(self._model, self._distributions, durations[:, 0] / DAY, planned[:, 0])
        results = np.empty((2, self._runs))
        streams = Streams(self._seed, self._distributions)
        for portion in self._portions():
            u = streams.draw(portion.stop - portion.start)
            results[:, portion] = self._simulate(u, tally)
            if self._progress is not None:
                self._progress(portion.stop / self._runs)
        return self._summary(results, planned, tally)

    def _simulate(self, u: Array, tally: Tally) -> Array:
        for coupling in self._copulas:
            coupling.couple(u)
        portion = Portion(self._rows, self._certain, values(self._distributions, u))
        durations, critical, results = self._results(portion)
        tally.add(critical, durations, u, portion.values, results)
        return results

    def _results(self, portion: Portion) -> tuple[Array, NDArray[np.bool_], Array]:
        """Durations in ticks and what is critical, (activities, runs) each; finish in days and cost, (2, runs)."""
        durations = portion.durations(self._model)
        schedule = self._network.schedule(durations)
        critical = self._network.critical(schedule)
        finish = self._network.finish(schedule) / DAY
        return durations, critical, np.stack([finish, portion.cost(self._model, durations, finish)])

    def _planned(self) -> Portion:
        """One run with every quantity as planned, in which no risk event happens."""
        plan = {variable: d.planned for variable, d in quantities(self._model)}
        happens = {Variable("event", event.key): 0.0 for event in self._model.events}
        return Portion({}, plan | happens, np.empty((0, 1)))

    def _portions(self) -> Iterator[slice]:
        width = max(len(self._distributions), len(self._model.activities), 8)
        size = max(_NUMBERS_AT_ONCE // width, 16)
        for first in range(0, self._runs, size):
            yield slice(first, min(first + size, self._runs))

    def _summary(self, results: Array, planned: Array, tally: Tally) -> Outcome:
        model, has_network = self._model, bool(self._model.activities)
        finish, cost = (Sample(row, np.sort(row)) for row in results)
        return Outcome(
            runs=self._runs,
            seed=self._seed,
            start=model.start if model.calendars else None,
            finish=finish if has_network else None,
            cost=cost,
            planned_finish=float(planned[0, 0]) if has_network else None,
            planned_cost=float(planned[1, 0]),
            activities=tally.activities(),
            drivers=tally.drivers(),
            expected_event_cost=math.fsum(e.probability * e.cost.mean for e in model.events),
            shrinkage=min((c.shrinkage for c in self._copulas), default=1.0),
            reasons={} if has_network else {"finish": "the model has no activities"},
        )


def _by_family(distributions: dict[Variable, Distribution]) -> dict[Variable, Distribution]:
    return dict(sorted(distributions.items(), key=lambda item: type(item[1]).__name__))
