"""Background tasks: each runs as long as its process. One that fails is logged, makes the process not ready,
and is restarted.

run -> dies -> metric, log line, `down` (readyz names it) -> pause, twice as long each time -> run
                                                           └ steady for a while: up again, and the pause is short
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from shared.base import telemetry
from shared.base.texts import Text

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 5.0
"""How long a task that died must have run again before it counts as up."""
CANCEL_AGAIN_S = 10.0
"""Longer than a client of a broker or a database may take to close."""

Run = Callable[[], Awaitable[None]]


class Supervised:
    """One background task, running from now until `end`. One that returns has done its work, and is not restarted."""

    def __init__(
        self, service: str, name: str, run: Run, *, pause_s: float = FIRST_PAUSE_S, steady_s: float = STEADY_S
    ) -> None:
        self.name = name
        self.down: str | None = None
        """Why the task does not run, as /readyz shows it; None while it runs."""
        self._labels = (service, name)
        self._run = run
        self._first_pause_s = self._pause_s = pause_s
        self._steady_s = steady_s
        telemetry.TASK_DEATHS.labels(*self._labels)
        telemetry.TASK_UP.labels(*self._labels).set(1)
        self._task = asyncio.create_task(self._keep_running(), name=name)

    @property
    def ended(self) -> bool:
        return self._task.done()

    async def end(self) -> None:
        """Cancel it, and wait until it has ended."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _keep_running(self) -> None:
        while (error := await self._once()) is not None:
            self._note_death(error)
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        self._note_up()

    async def _once(self) -> BaseException | None:
        """Run it once; what it died of, or None where it returned."""
        task = asyncio.ensure_future(self._run())
        try:
            done, _ = await asyncio.wait([task], timeout=self._steady_s)
            if not done:
                self._note_up()
                await asyncio.wait([task])
        except asyncio.CancelledError:
            await _cancel(task)
            raise
        return asyncio.CancelledError("somebody cancelled it") if task.cancelled() else task.exception()

    def _note_death(self, error: BaseException) -> None:
        service, name = self._labels
        self.down = Text("{name} died and is started again", name=name)
        telemetry.TASK_DEATHS.labels(*self._labels).inc()
        telemetry.TASK_UP.labels(*self._labels).set(0)
        telemetry.LOG.event(
            "error", service, "a background task died", task=name, error=telemetry.trace_text(error),
            again_in_s=self._pause_s,
        )  # fmt: skip

    def _note_up(self) -> None:
        self.down, self._pause_s = None, self._first_pause_s
        telemetry.TASK_UP.labels(*self._labels).set(1)


async def _cancel(task: "asyncio.Future[None]") -> None:
    """Until it has ended: a library that awaits a cancelled task of its own may take the cancellation for that one's."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=CANCEL_AGAIN_S)


async def end_all(tasks: Iterable[Supervised]) -> None:
    await asyncio.gather(*(task.end() for task in tasks))
