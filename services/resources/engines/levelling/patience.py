"""How long a caller waits, by the clock; a caller without a limit waits for the effort to be spent."""

from time import monotonic

HEURISTIC_SHARE = 0.5


class Patience:
    """The seconds left of an answer's time, counted from when this is made; None where there is no limit."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self._began = monotonic()

    @property
    def remaining_s(self) -> float | None:
        return None if self.seconds is None else self.seconds - (monotonic() - self._began)

    @property
    def over(self) -> bool:
        return self.remaining_s is not None and self.remaining_s <= 0

    @property
    def wanted_elsewhere(self) -> bool:
        """Whether the quick schedule has had its share, and the rest is the exact search's."""
        return self.seconds is not None and (self.remaining_s or 0.0) <= self.seconds * (1 - HEURISTIC_SHARE)


ENDLESS = Patience(None)
