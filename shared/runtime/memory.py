"""Memory: what the C library does with what was freed, and what the garbage collector looks at.

A page of a list is a text of some 200 KB, made at each request. By default glibc takes buffers of that size
from the system and returns them at once. Every request then pays for mapping and clearing its memory again:
about a third of a list's time.
"""

import ctypes
import gc
from contextlib import suppress

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_CACHED_BYTES = 64 * 1024 * 1024
THRESHOLDS = (20_000, 20, 50)
"""New containers between two collections of the youngest generation, and such collections between two of the others. A
request leaves hardly a cycle: with Python's own 700 the collector walks what is in flight over and over."""


def collect_seldom() -> None:
    """From the start on: nothing that is imported goes away again, and walking it takes a third of the start."""
    gc.set_threshold(*THRESHOLDS)


def freeze_modules() -> None:
    """Modules, routes and schemas live as long as the process: the collector need not walk them at every turn."""
    gc.collect()
    gc.freeze()
    collect_seldom()


def keep_freed_memory() -> None:
    """Up to 64 MB are kept for the next request; without effect where the C library is another one."""
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, _CACHED_BYTES // 2)
        mallopt(_TRIM_THRESHOLD, _CACHED_BYTES)
