"""Metrics and logs: Prometheus counters labelled by service, and one JSON line per request and per event worth it.

Metrics are declared once for the whole process, because five services may live in one.
"""

import asyncio
import json
import sys
import traceback
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate
from operator import add
from typing import Protocol

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString
from starlette.types import Scope

from shared.base.clock import now_micros, to_wire

FOLDED = Counter("portolan_events_folded", "Events applied by a consumer.", ["service", "consumer"])
DUPLICATES = Counter(
    "portolan_events_duplicate", "Events skipped because they were applied before.", ["service", "consumer"]
)
GAPS = Counter("portolan_events_gap", "Gaps met and healed.", ["service", "consumer"])
UNKNOWN = Counter(
    "portolan_events_unknown", "Events of a type this version does not know.", ["service", "consumer"]
)
DEAD_LETTERS = Counter("portolan_dead_letters", "Events put aside.", ["service", "consumer"])
LETTERS_WAITING = Gauge(
    "portolan_dead_letters_waiting", "Dead letters that wait for a decision.", ["service", "consumer"]
)
PARKED = Gauge(
    "portolan_parked_aggregates",
    "Aggregates whose later events wait until an operator decides.",
    ["service", "consumer"],
)
OTHER_INSTANCE = Counter(
    "portolan_events_other_instance",
    "Events that another instance published on the same topics; they are passed over.",
)
PUBLISHED = Counter("portolan_events_published", "Events acknowledged by the broker.", ["service"])
RELAY_LAG = Gauge("portolan_relay_lag_events", "Committed events that are not published yet.", ["service"])
RELAY_ERRORS = Counter("portolan_relay_errors", "Times the relay began again.", ["service"])
FOLD_ERRORS = Counter(
    "portolan_fold_errors", "Times a consumer paused and tried again.", ["service", "consumer"]
)
DEFECTS = Counter("portolan_defects", "Requests that ended in a 500.", ["service"])
CLOCK_REFUSALS = Counter(
    "portolan_clock_refusals", "Writes refused because the clock of the machine has jumped.", ["service"]
)
CONSUMER_STOPPED = Gauge(
    "portolan_consumer_stopped",
    "1 while a consumer is stopped and waits for an operator, else 0.",
    ["service", "consumer"],
)
STORE_DAMAGED = Gauge("portolan_store_damaged", "1 where the store was found broken, else 0.", ["service"])
REFUSED_ATTEMPTS = Counter(
    "portolan_refused_attempts", "Requests that were refused for want of a right (403).", ["service"]
)
TASK_DEATHS = Counter(
    "portolan_background_task_deaths",
    "Times a background task died and was started again.",
    ["service", "task"],
)
TASK_UP = Gauge(
    "portolan_background_task_up", "1 while the background task runs, else 0.", ["service", "task"]
)
DUE_OLDEST = Gauge(
    "portolan_due_oldest_seconds",
    "For how long the oldest of what is due has not been told yet; 0 where nothing is due.",
    ["service"],
)
DUE_TOLD = Counter("portolan_due_told", "What became due and was told.", ["service"])
DUE_FAILURES = Counter(
    "portolan_due_failures", "Times something that is due could not be told; it is tried again.", ["service"]
)
CONNECTIONS = Gauge("portolan_connections", "Connections that are open.")
TURNED_AWAY = Counter("portolan_connections_turned_away", "Connections beyond the bound, answered with 503.")
MAILS = Counter("portolan_mails", "Mails by what became of them: sent, later, refused, empty.", ["outcome"])
MAILS_WAITING = Gauge("portolan_mails_waiting", "Mails that wait to be sent.")
MAILS_OLDEST = Gauge("portolan_mails_oldest_seconds", "How long the oldest mail has waited to be sent.")
MAIL_TROUBLE = Counter("portolan_mail_trouble", "Times the mail server took no mail at all.")
LOG_LINES_DROPPED = Counter("portolan_log_lines_dropped", "Lines of the log that could not be written.")


OPERATIONS_RUNNING = Gauge(
    "portolan_operations_running", "Operations that this process computes.", ["service", "kind"]
)
OPERATIONS_WAITING = Gauge(
    "portolan_operations_waiting", "Operations that no worker computes yet, of all replicas.", ["service"]
)
OPERATIONS_ENDED = Counter(
    "portolan_operations_ended",
    "Jobs of operations that ended here: succeeded, failed, cancelled, lost (its lease), or again (begun again).",
    ["service", "kind", "how"],
)
OPERATION_SECONDS = Histogram(
    "portolan_operation_seconds",
    "Time from when a worker begins a job to its end.",
    ["service", "kind"],
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600),
)


OF_A_SERVICE = (DEFECTS, REFUSED_ATTEMPTS, OPERATIONS_WAITING)
OF_A_SCHEDULER = (DUE_OLDEST, DUE_TOLD, DUE_FAILURES)
OF_A_RELAY = (PUBLISHED, RELAY_ERRORS, RELAY_LAG)
OF_A_CONSUMER = (FOLDED, DUPLICATES, GAPS, UNKNOWN, DEAD_LETTERS, LETTERS_WAITING, PARKED, FOLD_ERRORS)


def begin(metrics: Iterable[Counter | Gauge], *labels: str) -> None:
    """Show the metrics with 0 before anything happens. A series that begins with 1 has not increased, so an
    alert would miss the first occurrence after every start."""
    for metric in metrics:
        metric.labels(*labels)


BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds: the upper bounds of the histogram of requests."""


class Answered:
    """The requests of one route that were answered with one status: how many, and how long they took."""

    __slots__ = ("buckets", "line", "seconds")

    def __init__(self, service: str, route: str, method: str, status: int) -> None:
        self.buckets = [0] * (len(BOUNDS) + 1)
        """The number of requests within each bound of BOUNDS, not cumulated; the last one counts those above all bounds."""
        self.seconds = 0.0
        self.line = f'"level":"info","service":"{service}","method":"{method}","route":"{route}","status":{status},"ms":'
        """The members of the log line that are the same for all of them."""

    def add(self, seconds: float) -> None:
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds


class Requests(Collector):
    """The metrics of requests: plain numbers, added to in the event loop and made into samples when they are asked for.

    The counters of the client library take a lock for every number, which costs more than the rest of what is told of
    a request.
    """

    def __init__(self) -> None:
        self.answered: dict[tuple[str, str, str, int], Answered] = {}
        """(service, route, method, status) -> what was answered."""

    def of(self, service: str, route: str, method: str, status: int) -> Answered:
        key = (service, route, method, status)
        counted = self.answered.get(key)
        if counted is None:
            counted = self.answered[key] = Answered(*key)
        return counted

    def collect(self) -> Iterator[Metric]:
        count = CounterMetricFamily(
            "portolan_http_requests", "Requests answered.", labels=["service", "route", "method", "status"]
        )
        times = HistogramMetricFamily(
            "portolan_http_request_seconds", "Time to answer.", labels=["service", "route", "method"]
        )
        routes: dict[tuple[str, str, str], tuple[list[int], float]] = {}
        for (service, route, method, status), one in list(self.answered.items()):
            key = (service, route, method)
            count.add_metric([*key, str(status)], sum(one.buckets))
            buckets, seconds = routes.get(key, ([0] * len(one.buckets), 0.0))
            routes[key] = list(map(add, buckets, one.buckets)), seconds + one.seconds
        bounds = [*map(floatToGoString, BOUNDS), "+Inf"]
        for key, (buckets, seconds) in routes.items():
            times.add_metric(key, list(zip(bounds, accumulate(buckets), strict=True)), seconds)
        yield count
        yield times


REQUESTS = Requests()
REGISTRY.register(REQUESTS)


LEVELS = ("debug", "info", "warning", "error")
_RANKS = {level: rank for rank, level in enumerate(LEVELS)}
AT_ONCE = 500
"""So many lines wait at most before they are written."""
LONGEST_TEXT = 8_000
"""Characters of a member; what is longer is cut."""


class Stream(Protocol):
    """Where the lines go."""

    def write(self, text: str, /) -> int: ...

    def flush(self) -> None: ...


class Log:
    """JSON lines, written in handfuls so that a request does not wait for the disk.

    It never raises: it is used where something has gone wrong already. Lines that cannot be written are
    dropped and counted. Before the next line, another one says how many are missing.
    """

    def __init__(self) -> None:
        self.stream: Stream | None = sys.stderr
        self.requests = True
        self.level = "info"
        """Lines of a lower level are not written (`PORTOLAN_LOG_LEVEL`)."""
        self._lines: list[str] = []
        self._dropped = 0

    def line(self, text: str) -> None:
        if self.stream is None:
            return
        self._lines.append(text)
        if len(self._lines) == 1:
            try:
                asyncio.get_running_loop().call_later(0.1, self.flush)
            except RuntimeError:
                self.flush()
        elif len(self._lines) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what waits; where that fails (the disk is full, the stream is closed) drop it."""
        if not self._lines or self.stream is None:
            return
        lines, self._lines = self._lines, []
        text = "\n".join(lines) + "\n"
        if self._dropped:  # the last one may stand there in half
            text = f"\n{self._missing()}\n{text}"
        try:
            self.stream.write(text)
            self.stream.flush()
        except (OSError, ValueError):
            self._drop(len(lines))
        else:
            self._dropped = 0

    def _missing(self) -> str:
        return json.dumps(
            {
                "at": to_wire(now_micros()),
                "level": "error",
                "message": "lines of the log are missing",
                "lines": self._dropped,
            }
        )

    def _drop(self, lines: int) -> None:
        self._dropped += lines
        LOG_LINES_DROPPED.inc(lines)

    def tells(self, level: str) -> bool:
        return self.stream is not None and _RANKS[level] >= _RANKS[self.level]

    def event(self, level: str, service: str, message: str, **members: object) -> None:
        if not self.tells(level):
            return
        line = {
            "at": to_wire(now_micros()),
            "level": level,
            "service": service,
            "message": message,
            **{name: _cut(value) for name, value in members.items()},
        }
        try:
            text = json.dumps(line, default=str)
        except Exception:  # noqa: BLE001 whatever the value's own code raises
            self._drop(1)
            return
        self.line(text)


def _cut(value: object) -> object:
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return f"{value[: LONGEST_TEXT // 2]} … {value[-LONGEST_TEXT // 2 :]}"
    return value


LOG = Log()

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@lru_cache(maxsize=1024)
def _quoted(text: str | None) -> str:
    return json.dumps(text)


def request_done(service: str, route: str, scope: Scope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in _METHODS else "other"
    answered = REQUESTS.of(service, route, method, status)
    answered.add(seconds)
    if LOG.requests and LOG.tells("info"):
        trace = scope.get("portolan.trace")
        LOG.line(
            f'{{"at":"{to_wire(now_micros())}",{answered.line}{seconds * 1000:.2f},'
            f'"subject":{_quoted(scope.get("portolan.subject"))},"trace_id":"{trace.trace_id if trace else ""}"}}'
        )


def log_defect(service: str, scope: Scope, error: Exception) -> None:
    """A 500: counted, and logged with its trace, which the caller never sees."""
    DEFECTS.labels(service).inc()
    trace = scope.get("portolan.trace")
    LOG.event(
        "error",
        service,
        "a defect",
        method=scope["method"],
        path=scope["path"],
        trace_id=trace.trace_id if trace else None,
        error=trace_text(error),
    )


def trace_text(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))
