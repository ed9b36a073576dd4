"""Nothing waits for ever: neither a test, nor what it tears down, nor the end of a run.

Each phase of a test (setup, call, teardown) has `PHASE_S` seconds. Then an alarm fails it, which tells where every thread
and every task of asyncio waits. An alarm may be caught by what it interrupts, so it comes again. Where the phase has still
not ended a fifth of its time later, the process ends by force; pytest-xdist then counts the test as failed and starts a new worker.
A run on several workers of which nothing has been heard for `SILENCE_S`, and a process that does not end within `END_S`,
end the same way.

pytest-timeout does not do: it stops its clock where a test fails, and the teardown after it may then wait for ever.
"""

import asyncio
import faulthandler
import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from types import FrameType

import pytest

PHASE_S = 300.0
GRACE = 0.2
"""As a part of the limit."""
AGAIN_S = 5.0
FETCHING_S = 900.0
"""Where Maven may have to fetch Apache Kafka or Keycloak first."""
SILENCE_S = 1200.0
END_S = 120.0
REARM_S = 5.0
STACK = 12

_stderr = 2
"""The standard error of the process, whatever pytest captures."""
_armed_at = -REARM_S


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--limit", type=float, default=PHASE_S, help="seconds for each setup, call and teardown")


def pytest_configure(config: pytest.Config) -> None:
    """Keep the true standard error; nothing is captured yet."""
    global _stderr
    _stderr = os.dup(2)
    config.addinivalue_line("markers", "limit(seconds): how long each phase of this test may take")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart() -> None:
    _end_by_force_in(SILENCE_S)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    with _limited(item, "setup"):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    with _limited(item, "the test"):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    with _limited(item, "teardown"):
        return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    global _armed_at
    if hasattr(report, "node") and monotonic() - _armed_at > REARM_S:  # news from a worker
        _armed_at = monotonic()
        _end_by_force_in(SILENCE_S)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    _end_by_force_in(END_S)


def _end_by_force_in(seconds: float) -> None:
    """End this process after a while, with the stacks of its threads, unless this is called again or cancelled."""
    faulthandler.dump_traceback_later(seconds, exit=True, file=_stderr)


def _seconds_of(item: pytest.Item) -> float:
    """How long each phase of this test may take."""
    if mark := item.get_closest_marker("limit"):
        return float(mark.args[0])
    if {"apache_kafka", "keycloak"} & set(getattr(item, "fixturenames", ())):
        return FETCHING_S
    return float(item.config.getoption("limit"))


@contextmanager
def _limited(item: pytest.Item, phase: str) -> Iterator[None]:
    """Fail what takes longer than it may, and end the process where that does not help."""
    seconds = _seconds_of(item)

    def fail(number: int, frame: FrameType | None) -> None:
        __tracebackhide__ = True
        pytest.fail(f"{phase} has not ended after {seconds:g} s\n{_waiting()}", pytrace=True)

    _end_by_force_in(seconds * (1 + GRACE))
    alarmed = threading.current_thread() is threading.main_thread()
    if alarmed:
        before = signal.signal(signal.SIGALRM, fail)
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_S)
    try:
        yield
    finally:
        if alarmed:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        faulthandler.cancel_dump_traceback_later()


def _waiting() -> str:
    """Where the tasks of the running loop and all threads wait; told on standard error too, in case nothing else is."""
    stacks = io.StringIO()
    with suppress(RuntimeError):  # no loop runs
        for task in asyncio.all_tasks():
            task.print_stack(file=stacks)
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for ident, frame in sys._current_frames().items():
        stacks.write(f"Thread {names.get(ident, ident)}\n")
        traceback.print_stack(frame, limit=-STACK, file=stacks)
    os.write(_stderr, stacks.getvalue().encode())
    return stacks.getvalue()
