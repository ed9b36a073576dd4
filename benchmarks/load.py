"""A bounded HTTP load on loopback: keep-alive connections that each send the next request when an answer is in."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

Request = Callable[[int], bytes]
"""The n-th request as bytes on the wire."""


def request(method: str, path: str, token: str = "", body: bytes = b"", **headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines.append(f"Content-Length: {len(body)}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Run:
    """What a load saw."""

    seconds: float = 0.0
    answered: int = 0
    failed: int = 0
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.answered / self.seconds

    def latency(self, share: float) -> float:
        """The latency in seconds that `share` of the answers did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class _Connection(asyncio.Protocol):
    """One connection; answers are told apart by their Content-Length, their bodies only counted."""

    def __init__(self, run: Run, make: Request, numbers: "_Numbers", done: "asyncio.Future[None]") -> None:
        self.run, self.make, self.numbers, self.done = run, make, numbers, done
        self.head = b""
        self.missing = 0
        """Bytes of the body that have not come yet, once its head has."""
        self.sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._next()

    def _next(self) -> None:
        number = self.numbers.next()
        if number is None:
            self.transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self.sent_at = perf_counter()
        self.transport.write(self.make(number))

    def data_received(self, data: bytes) -> None:
        if self.missing:
            self.missing -= len(data)
        else:
            self.head += data
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.head[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self.missing = end + 4 + length - len(self.head)
        if self.missing <= 0:
            self._count_answer()

    def _count_answer(self) -> None:
        self.run.answered += 1
        self.run.failed += self.head[9:10] != b"2"
        self.run.latencies.append(perf_counter() - self.sent_at)
        self.head, self.missing = b"", 0
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))


@dataclass
class _Numbers:
    """Counts requests until the time or the number is up."""

    until: float
    most: int
    sent: int = 0

    def next(self) -> int | None:
        if self.sent >= self.most or perf_counter() >= self.until:
            return None
        self.sent += 1
        return self.sent


def load(port: int, make: Request, connections: int = 32, seconds: float = 3.0, most: int = 1_000_000) -> Run:
    """Run the load and answer what it saw; more than one failed answer in a hundred is an error of the benchmark."""
    run = Run()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        numbers = _Numbers(perf_counter() + seconds, most)
        waiting = []
        for _ in range(connections):
            done = loop.create_future()
            await loop.create_connection(lambda d=done: _Connection(run, make, numbers, d), "127.0.0.1", port)  # type: ignore[misc]
            waiting.append(done)
        await asyncio.gather(*waiting)

    import uvloop

    started = perf_counter()
    uvloop.run(main())
    run.seconds = perf_counter() - started
    if run.failed * 100 > run.answered:
        raise RuntimeError(f"{run.failed} of {run.answered} requests failed")
    return run
