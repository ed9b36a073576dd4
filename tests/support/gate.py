"""A way to an instance on which a chosen request is met: before it is carried out, or behind it, before its answer arrives."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

NOT_PASSED_ON = frozenset(("connection", "content-encoding", "content-length", "host", "transfer-encoding"))
TIMEOUT_S = 60.0


@dataclass
class Point:
    """The nth request to an address that ends so, and what is done there. An answer that is dropped never arrives."""

    method: str
    ending: str
    act: Callable[[], None]
    nth: int = 1
    is_behind: bool = True
    """Whether the request is carried out first."""
    drops: bool = True
    """Whether nothing is answered."""
    met: threading.Event = field(default_factory=threading.Event)
    count: int = 0

    def meets(self, method: str, path: str) -> bool:
        if method != self.method or not path.partition("?")[0].endswith(self.ending):
            return False
        self.count += 1
        return self.count == self.nth


class Gate(ThreadingHTTPServer):
    """Passes requests on to an instance."""

    daemon_threads = False
    """What is on its way is waited for."""

    def __init__(self, target: str, point: Point | None) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.client = httpx.Client(base_url=target, timeout=TIMEOUT_S)
        self.point = point
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Passing(BaseHTTPRequestHandler):
    server: Gate

    def _pass(self) -> None:
        gate, point = self.server, self.server.point
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        with gate.lock:
            is_met = point is not None and point.meets(self.command, self.path)
        if point is not None and is_met and not point.is_behind:
            self._act(point)
            if point.drops:
                return
        headers = {name: value for name, value in self.headers.items() if name.lower() not in NOT_PASSED_ON}
        try:
            answer = gate.client.request(self.command, self.path, content=body, headers=headers)
        except httpx.TransportError:  # the instance is away: so is the answer
            return
        if point is not None and is_met and point.is_behind:
            self._act(point)
            if point.drops:
                return
        self._answer(answer)

    def _act(self, point: Point) -> None:
        try:
            point.act()
        finally:
            point.met.set()

    def _answer(self, answer: httpx.Response) -> None:
        with suppress(ConnectionError):  # the caller may be dead
            self.send_response(answer.status_code)
            for name, value in answer.headers.multi_items():
                if name.lower() not in NOT_PASSED_ON:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass  # noqa: N815 the names of the library

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is logged."""


@contextmanager
def gate_to(target: str, point: Point | None = None) -> Iterator[Gate]:
    """A gate while the block lasts; what is on its way is carried out before it closes."""
    gate = Gate(target, point)
    serving = threading.Thread(target=gate.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    serving.start()
    try:
        yield gate
    finally:
        gate.shutdown()
        gate.server_close()
        gate.client.close()
