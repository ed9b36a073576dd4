"""What tests cost: `pytest --costs` prints which modules and fixtures take the most time.

The time of the processor tells more than the clock on a machine that does other things as well. It is that of the test
process and of those of its children that have ended. Servers that outlive a test (Kafka, PostgreSQL) are not in it.
"""

import os
from collections import Counter
from collections.abc import Generator
from time import monotonic
from typing import Any

import pytest

PROPERTY = "cost"
SHOWN = 45


class Costs:
    """Sums by module and by fixture, in seconds of the clock and of the processor."""

    def __init__(self) -> None:
        self.elapsed: Counter[str] = Counter()
        self.processor: Counter[str] = Counter()
        self.times: Counter[str] = Counter()

    def add(self, name: str, elapsed_s: float, processor_s: float) -> None:
        self.elapsed[name] += elapsed_s  # type: ignore[assignment] # a Counter adds floats as well
        self.processor[name] += processor_s  # type: ignore[assignment]
        self.times[name] += 1

    def lines(self, title: str) -> list[str]:
        """The most expensive first."""
        dearest = sorted(self.elapsed, key=lambda name: -self.elapsed[name])[:SHOWN]
        return [
            f"{title}: {sum(self.elapsed.values()):.0f} s, {sum(self.processor.values()):.0f} s of the processor",
            *(
                f"{self.elapsed[name]:8.1f} s {self.processor[name]:8.1f} s of the processor {self.times[name]:6} times  {name}"
                for name in dearest
            ),
        ]


def processor_s() -> float:
    return sum(os.times()[:4])


class Measuring:
    """In the process that runs tests: puts into each report what its phase and its fixtures cost."""

    def __init__(self) -> None:
        self._fixtures: list[tuple[str, float, float]] = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, object, object]:
        began, used = monotonic(), processor_s()
        try:
            return (yield)
        finally:
            self._fixtures.append((fixturedef.argname, monotonic() - began, processor_s() - used))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._used = processor_s()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        used = processor_s()
        report.user_properties = [
            *report.user_properties,
            (PROPERTY, (report.duration, used - self._used, tuple(self._fixtures))),
        ]
        self._used = used
        self._fixtures = []
        return report


class Printing:
    """In the process that prints the summary."""

    def __init__(self) -> None:
        self.modules = Costs()
        self.fixtures = Costs()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, value in report.user_properties:
            if name == PROPERTY and isinstance(value, tuple | list):
                elapsed, used, fixtures = value
                self.modules.add(report.nodeid.partition("::")[0], elapsed, used)
                for fixture in fixtures:
                    self.fixtures.add(*fixture)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for line in (*self.modules.lines("by module"), *self.fixtures.lines("by fixture")):
            terminalreporter.write_line(line)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--costs", action="store_true", help="print what modules and fixtures cost")


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--costs"):
        return
    if not config.getoption("numprocesses", None):  # a worker, or the one process
        config.pluginmanager.register(Measuring())
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Printing())
