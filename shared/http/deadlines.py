"""Deadlines: how long requests may take, looked at once a second for all of them together.

A timer of its own for each request costs more than most of what the request does. All have the same time, so the one
that began first is due first, and a look ends at the first that is not due yet.
"""

import asyncio
from types import TracebackType

from shared.base.errors import DeadlineExceeded
from shared.base.texts import Text

DEADLINE_S = 30.0
SWEEP_S = 1.0
"""A request is ended so much later than its deadline at most."""


class Deadlines:
    """The requests of one service that run."""

    def __init__(self, seconds: float = DEADLINE_S, sweep_s: float = SWEEP_S) -> None:
        self.seconds = seconds
        self.sweep_s = sweep_s
        self.running: dict[Deadline, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> "Deadline":
        """Around a request (`with`): what is overdue is cancelled where it waits, and DeadlineExceeded says so."""
        loop = asyncio.get_running_loop()
        if self._timer is None:
            self._timer = loop.call_later(self.sweep_s, self._sweep, loop)
        return Deadline(self, loop)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        """No request goes on meanwhile: each of them waits for something, and is cancelled there."""
        now = loop.time()
        for running in self.running:
            if running.due > now:
                break
            running.end()
        self._timer = loop.call_later(self.sweep_s, self._sweep, loop) if self.running else None


class Deadline:
    """That of one request."""

    __slots__ = ("_deadlines", "_is_over", "_task", "due")

    def __init__(self, deadlines: Deadlines, loop: asyncio.AbstractEventLoop) -> None:
        self._deadlines = deadlines
        self._task = asyncio.current_task(loop)
        self._is_over = False
        self.due = loop.time() + deadlines.seconds
        """By the clock of the event loop."""

    def end(self) -> None:
        """Cancel the request, once."""
        if not self._is_over and self._task is not None:
            self._is_over = True
            self._task.cancel()

    def __enter__(self) -> "Deadline":
        self._deadlines.running[self] = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self._deadlines.running[self]
        if not self._is_over or self._task is None:
            return
        is_asked_elsewhere = self._task.uncancel() > 0
        if kind is asyncio.CancelledError and not is_asked_elsewhere:
            raise DeadlineExceeded(
                Text("not done within {seconds:.0f} s", seconds=self._deadlines.seconds)
            ) from error
