"""An application on an address, and a service in a process of its own: what `python -m services.<name>` runs."""

import argparse
import asyncio
import errno
import logging
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

import uvicorn
import uvloop
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared import telemetry
from shared.auth import Tokens
from shared.errors import Malformed
from shared.http.call import URL_LIMIT, trace_of
from shared.http.problems import MEDIA_TYPE, problem_bytes
from shared.memory import keep_what_was_freed, leave_alone_what_was_made
from shared.running import alone, enter_bus, listening, opened
from shared.service import Service
from shared.settings import Settings, settings_of
from shared.starting import CannotStart, told_plainly

GRACE_S = 3
NO_ADDRESS = {errno.EADDRNOTAVAIL, *(n for name, n in vars(socket).items() if name.startswith("EAI_"))}
KEEP_ALIVE_S = 75
"""Longer than callers and proxies keep an idle connection (mostly a minute), so that it is theirs to close: closed from
here, just as the next request is sent on it, it would lose that request."""


LONGEST_READ = 65_535
"""Bytes of an address that the parser of addresses can take apart."""
TOO_LONG = b"/" + b"-" * URL_LIMIT


class _Protocol(HttpToolsProtocol):
    """What cannot be read as HTTP, and what is too long to be read, is refused as everything else is."""

    def on_url(self, url: bytes) -> None:
        """Of an address that never ends no more is kept than the application needs to refuse it (414)."""
        super().on_url(url)
        if len(self.url) > LONGEST_READ:
            self.url = TOO_LONG

    def send_400_response(self, msg: str) -> None:
        trace = trace_of({})
        refusal = Malformed("this is no HTTP request that can be read", code="malformed_request")
        body = problem_bytes(refusal, "/", trace.trace_id)
        head = {
            "content-type": MEDIA_TYPE,
            "content-length": str(len(body)),
            "x-content-type-options": "nosniff",
            "x-request-id": trace.request_id,
            "connection": "close",
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        self.transport.write(f"HTTP/1.1 400 Bad Request\r\n{lines}\r\n".encode() + body)
        self.transport.close()


class _Server(uvicorn.Server):
    """Signals are the affair of the process, which has more to end than its server."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """An address to be served on, port 0 meaning a free one; CannotStart says why it cannot be had."""
    try:
        return socket.create_server((host, port), backlog=512)
    except OSError as error:
        raise CannotStart(_why_not(host, port, error)) from error


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken on {host}; choose another with PORTOLAN_PORT, or --port"
    if error.errno == errno.EACCES:
        return (
            f"this user may not listen on port {port}; choose one from 1024 on with PORTOLAN_PORT, or --port"
        )
    why = (error.strerror or str(error)).partition(" (while")[0]
    if error.errno in NO_ADDRESS:
        return f"PORTOLAN_HOST is '{host}': it should be an IPv4 address of this machine, or its name ({why})"
    return f"{host}:{port} cannot be listened on: {why}"


@asynccontextmanager
async def serving(app: ASGIApp, host: str, port: int) -> AsyncIterator[str]:
    """The application behind `host:port` while the block lasts; gives its URL."""
    async with serving_on(listen(host, port), app) as url:
        yield url


@asynccontextmanager
async def serving_on(listener: socket.socket, app: ASGIApp) -> AsyncIterator[str]:
    """The application behind an address that is listened on, while the block lasts; gives its URL."""
    keep_what_was_freed()
    config = uvicorn.Config(
        app,
        http=_Protocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve([listener]))
    await server.up.wait()
    try:
        host, port = listener.getsockname()[:2]
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        await task
        listener.close()


async def serve(service: Service, settings: Settings) -> None:
    """The service with its relay and consumers, until the process is told to end."""
    settings.refuse_open_issuer()
    async with AsyncExitStack() as stack:
        stack.enter_context(alone(settings, service.name))
        tokens = Tokens(settings)
        one = await stack.enter_async_context(opened(service, settings, tokens))
        bus = await enter_bus(stack, settings, [one.kernel], tokens)
        await stack.enter_async_context(listening(one, bus))
        url = await stack.enter_async_context(serving(one.app, settings.host, settings.port))
        leave_alone_what_was_made()
        telemetry.LOG.event("info", service.name, "ready", url=url)
        await told_to_end()
        one.kernel.ending.set()


async def told_to_end() -> None:
    """Until Ctrl-C, or the SIGTERM of whoever runs the process."""
    ending = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    await ending.wait()


def main(service: Service) -> None:
    """Run one service as the settings say."""
    about = f"The {service.name} service, alone. PORTOLAN_* environment variables are its settings."
    argparse.ArgumentParser(prog=f"python -m services.{service.name}", description=about).parse_args()
    logging.basicConfig(handlers=[JsonLines(service.name)], level=logging.WARNING)
    with told_plainly():
        uvloop.run(serve(service, settings_of()))
    telemetry.LOG.flush()


class JsonLines(logging.Handler):
    """What libraries log, among the JSON lines of the service."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 a library's mistake in its own message must not end what it was doing
            message = str(record.msg)
        telemetry.LOG.event(record.levelname.lower(), self._service, message, logger=record.name)
