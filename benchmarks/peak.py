"""A rebuild or a verification of a folder in a process of its own, since memory is measured by the process.

`python -m benchmarks.peak <folder> rebuild|verify` prints how many events it took, in how many seconds, and the most
memory that it ever had, in MB.
"""

import asyncio
import resource
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from services.finance.service import SERVICE as FINANCE
from services.projects.service import SERVICE as PROJECTS
from services.reporting.rebuild.making import made_anew
from services.reporting.replay import replaying, verified
from services.reporting.service import SERVICE as REPORTING
from shared.base.settings import Settings
from shared.base.telemetry import LOG
from shared.contracts.language import topics_of
from shared.http.auth import Tokens
from shared.messaging.bus.embedded import Sources
from shared.runtime.running import opened
from shared.store import Store


class Peak(NamedTuple):
    events: int
    seconds: float
    megabytes: float


def measured(folder: Path, what: str) -> Peak:
    """What a process of its own says."""
    command = [sys.executable, "-m", "benchmarks.peak", str(folder), what]
    events, seconds, megabytes = subprocess.run(
        command, check=True, capture_output=True, text=True
    ).stdout.split()
    return Peak(int(events), float(seconds), float(megabytes))


async def _run(folder: Path, what: str) -> tuple[int, float]:
    settings = Settings(data=folder)
    async with AsyncExitStack() as stack:
        stores = {}
        for service in (PROJECTS, FINANCE, REPORTING):
            one = await stack.enter_async_context(opened(service, settings, Tokens(settings)))
            stores[service.name] = one.kernel.store
        live = stores.pop("reporting")
        sources = {name: (store, topics_of(name)) for name, store in stores.items()}
        started = perf_counter()
        take = _rebuild if what == "rebuild" else _verify
        events = await take(live, settings, sources)
        return events, perf_counter() - started


async def _rebuild(live: Store, settings: Settings, sources: Sources) -> int:
    async with made_anew(live, settings, sources) as projection:
        await projection.put_in_place(live)
        return projection.events


async def _verify(live: Store, settings: Settings, sources: Sources) -> int:
    async with replaying(settings, sources) as replay:
        assert await verified(live, replay) == []
        return replay.events


if __name__ == "__main__":
    LOG.stream = None
    events, seconds = asyncio.run(_run(Path(sys.argv[1]), sys.argv[2]))
    print(events, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
