"""`portolan up` with a watch over its event loop: how long one turn of it took at most, in CPU time.

CPU time of the loop's thread, so that a busy machine is not blamed on it. `reset` on standard input begins anew, `worst`
answers the longest turn in milliseconds.
"""

import asyncio
import sys
import threading
from time import clock_gettime, pthread_getcpuclockid, sleep, thread_time

import uvloop

from services.cli.up import _serve
from shared.base.settings import settings_of

EVERY_S = 0.002


class Watch:
    """Puts a call into the loop again and again, and looks what went before it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.worst = 0.0
        self._loop = loop
        self._clock = pthread_getcpuclockid(threading.get_ident())

    def run(self) -> None:
        while True:
            sleep(EVERY_S)
            turned = threading.Event()
            before = clock_gettime(self._clock)
            self._loop.call_soon_threadsafe(self._turn, before, turned)
            turned.wait()

    def _turn(self, before: float, turned: threading.Event) -> None:
        self.worst = max(self.worst, thread_time() - before)
        turned.set()

    def answer(self) -> None:
        for line in sys.stdin:
            if line.strip() == "worst":
                print(f"worst {self.worst * 1000:.1f}", flush=True)
            else:
                self.worst = 0.0
                print("reset", flush=True)


async def main() -> None:
    watch = Watch(asyncio.get_running_loop())
    for work in (watch.run, watch.answer):
        threading.Thread(target=work, daemon=True).start()
    await _serve(settings_of(), sample=False)


if __name__ == "__main__":
    uvloop.run(main())
