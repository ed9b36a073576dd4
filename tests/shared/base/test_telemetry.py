"""The log: JSON lines from the level that the settings ask for."""

import io
import json

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from shared.base.telemetry import LEVELS, Log, Requests


@pytest.mark.parametrize("level", LEVELS)
def test_only_what_the_level_asks_for_is_told(level: str) -> None:
    log = Log()
    log.stream, log.level = io.StringIO(), level
    for severity in LEVELS:
        log.event(severity, "projects", "told")
    log.flush()
    levels = [json.loads(line)["level"] for line in log.stream.getvalue().splitlines()]
    assert tuple(levels) == LEVELS[LEVELS.index(level) :]


class Full(io.StringIO):
    """A stream on a disk that is full for a while."""

    full = True

    def write(self, text: str) -> int:
        if self.full:
            super().write(text[:10])
            raise OSError(28, "No space left on device")
        return super().write(text)


def test_a_log_that_cannot_be_written_never_raises_and_tells_what_is_missing() -> None:
    log, stream = Log(), Full()
    log.stream = stream
    for number in range(1200):
        log.event("error", "projects", "told", number=number)
    log.flush()
    assert log._lines == []
    stream.full = False
    log.event("error", "projects", "again")
    log.flush()
    missing, again = [json.loads(line) for line in stream.getvalue().splitlines()[-2:]]
    assert (missing["message"], missing["lines"]) == ("lines of the log are missing", 1200)
    assert again["message"] == "again"
    log.event("error", "projects", "and again")
    log.flush()
    assert stream.getvalue().count("are missing") == 1


def test_a_log_whose_stream_is_closed_never_raises() -> None:
    log = Log()
    log.stream = io.StringIO()
    log.stream.close()
    log.event("error", "projects", "told")
    log.flush()


class Unspeakable:
    """What cannot be told, not even as a text."""

    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__


def test_what_cannot_be_told_is_dropped_and_never_raises() -> None:
    log = Log()
    log.stream = io.StringIO()
    log.event("error", "projects", "told", value=Unspeakable())
    log.event("error", "projects", "told", value="x" * 100_000)
    log.flush()
    line = log.stream.getvalue().splitlines()[-1]
    assert len(line) < 10_000


def test_a_scrape_tells_every_request_that_was_answered_until_then() -> None:
    registry, requests = CollectorRegistry(), Requests()
    registry.register(requests)
    for status, seconds in ((200, 0.001), (200, 0.3), (404, 99.0)):
        requests.of("projects", "/a", "GET", status).add(seconds)
    text = generate_latest(registry).decode()
    route = 'method="GET",route="/a",service="projects"'
    assert f'portolan_http_requests_total{{{route},status="200"}} 2.0' in text
    assert f'portolan_http_requests_total{{{route},status="404"}} 1.0' in text
    for bound, count in (("0.001", 1), ("0.25", 1), ("0.5", 2), ("10.0", 2), ("+Inf", 3)):
        assert f'portolan_http_request_seconds_bucket{{le="{bound}",{route}}} {count}.0' in text
    assert f"portolan_http_request_seconds_count{{{route}}} 3.0" in text
    assert f"portolan_http_request_seconds_sum{{{route}}} 99.301" in text
