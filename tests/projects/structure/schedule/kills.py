"""A process that runs schedules, and kills itself at a named point of a run."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from services.projects.service import SERVICE
from services.projects.structure.schedule import commands
from shared.base.settings import Settings
from shared.base.telemetry import LOG
from shared.http.auth import Tokens
from shared.runtime.operations import Runner
from shared.runtime.running import opened

POINTS = ("claimed", "computed", "kept before the commit", "committed")
"""What is done by then: the run is held; a worker computed it; its schedule, milestones, the project and the runs that follow are
staged; they are committed, and the runs that follow have not begun."""


def run_until_killed(settings: Settings, point: str) -> None:
    """Run what waits, and die at the point: without cleaning up, as at a power failure."""
    LOG.stream = None
    asyncio.run(_run(settings, point))


async def _run(settings: Settings, point: str) -> None:
    async with opened(SERVICE, settings, Tokens(settings)) as one:
        runner = Runner(SERVICE, one.kernel)
        match point:
            case "claimed":
                runner._ended = _dying  # type: ignore[method-assign,assignment]
            case "computed":
                runner._succeed = _dying  # type: ignore[method-assign,assignment]
            case "kept before the commit":
                object.__setattr__(runner._kinds["schedule"], "conclude", _dying_behind(commands.conclude))
            case _:
                runner._succeed = _dying_behind(runner._succeed)  # type: ignore[method-assign,assignment]
        await runner.run()


async def _dying(*_: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def _dying_behind(act: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def dying(*arguments: Any) -> Any:
        await act(*arguments)
        return await _dying()

    return dying
