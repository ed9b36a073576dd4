"""What is left of the capacities while activities are placed, and where the next one fits."""

from collections.abc import Iterator, Sequence

import numpy as np

from services.resources.engines.levelling.network import Network
from services.resources.engines.levelling.timeline import Mask, Steps

WINDOW = 64


class Free:
    """The capacity left per resource and step, negative where more is used than there is."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.remaining = network.usable.copy()

    @classmethod
    def after(cls, network: Network, starts: Sequence[int]) -> "Free":
        """What is left when all activities are placed."""
        free = cls(network)
        for n, start in enumerate(starts):
            free.take(n, start)
        return free

    def take(self, n: int, start: int) -> None:
        self._change(n, start, -1)

    def give_back(self, n: int, start: int) -> None:
        self._change(n, start, +1)

    def earliest_fit(self, n: int, point: int) -> int | None:
        """The first start from `point` on at which activity `n` fits; None where the horizon has none."""
        width = WINDOW
        while point <= self.network.horizon:
            until = min(self.network.horizon, point + width)
            fits = self._fits(n, point, until)
            if fits.any():
                return point + int(fits.argmax())
            if until == self.network.horizon:
                break
            width *= 4
        return None

    def latest_fit(self, n: int, first: int, last: int) -> int | None:
        """The last start between `first` and `last`, both included, at which activity `n` fits."""
        if last < first:
            return None
        fits = self._fits(n, first, self.network.finish(n, last))[: last - first + 1]
        return last - int(fits[::-1].argmax()) if fits.any() else None

    def lacking(self, n: int, start: int) -> Iterator[tuple[int, int]]:
        """The resources that activity `n` would find short if it began at `start`, with the first such
        step."""
        steps = self.steps(n, start)
        for resource, units in self.network.asks[n].items():
            short = steps[self.remaining[resource, steps] < units]
            if len(short):
                yield resource, int(short[0])

    def steps(self, n: int, start: int) -> Steps:
        """The steps activity `n` works in if it begins at `start`."""
        finish = self.network.finish(n, start)
        return start + np.flatnonzero(self.network.time[n].working[start:finish])

    def _change(self, n: int, start: int, sign: int) -> None:
        uninterrupted = self.network.time[n].uninterrupted
        steps = slice(start, self.network.finish(n, start)) if uninterrupted else self.steps(n, start)
        for resource, units in self.network.asks[n].items():
            self.remaining[resource][steps] += sign * units

    def _fits(self, n: int, point: int, until: int) -> Mask:
        """For each start from `point` to `until`, both included: it may be one, ends by `until`, and finds
        enough.
        """
        network = self.network
        finishes = network.finishes[n][point : until + 1]
        possible = network.startable[n][point : until + 1] & (finishes <= until)
        if not network.asks[n]:
            return possible
        shortages = np.zeros(until - point + 1, dtype=np.int64)
        np.cumsum(self._short(n, point, until), out=shortages[1:])
        enough: Mask = shortages[np.minimum(finishes, until) - point] == shortages
        return possible & enough

    def _short(self, n: int, point: int, until: int) -> Mask:
        """The steps from `point` on, `until` not included, in which the activity would work and lack
        something."""
        (first, units), *others = self.network.asks[n].items()
        short: Mask = self.remaining[first][point:until] < units
        for resource, units in others:
            short |= self.remaining[resource][point:until] < units
        time = self.network.time[n]
        return short if time.uninterrupted else short & time.working[point:until]
