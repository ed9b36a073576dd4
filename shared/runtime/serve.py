"""An application on an address, and a service in a process of its own: what `python -m services.<name>` runs."""

import argparse
import asyncio
import errno
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from functools import partial

import uvicorn
import uvloop
from starlette.types import ASGIApp

from shared.base import telemetry
from shared.base.settings import Settings, settings_of
from shared.base.starting import CannotStart, told_plainly
from shared.domain.kernel import Kernel
from shared.http.additions import lifespan_of
from shared.http.auth import Tokens
from shared.http.deadlines import DEADLINE_S, SWEEP_S
from shared.runtime.connections import ConnectionLimits, LimitedProtocol
from shared.runtime.connections.limits import GRACE_S
from shared.runtime.memory import freeze_modules, keep_freed_memory
from shared.runtime.operations import operating
from shared.runtime.running import alone, begin, enter_bus, listening, opened
from shared.runtime.service import Service

DRAIN_GRACE_S = DEADLINE_S + SWEEP_S + 2
"""How long requests may still take once no new connection is accepted."""
NO_ADDRESS = {errno.EADDRNOTAVAIL, *(n for name, n in vars(socket).items() if name.startswith("EAI_"))}


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
async def serving(
    app: ASGIApp, host: str, port: int, limits: ConnectionLimits | None = None
) -> AsyncIterator[str]:
    """The application behind `host:port` while the block lasts; gives its URL."""
    async with serving_on(listen(host, port), app, limits) as url:
        yield url


@asynccontextmanager
async def serving_on(
    listener: socket.socket, app: ASGIApp, limits: ConnectionLimits | None = None
) -> AsyncIterator[str]:
    """The application behind an address that is listened on, while the block lasts; gives its URL."""
    keep_freed_memory()
    async with lifespan_of(app), _served_on(listener, app, limits or ConnectionLimits()) as url:
        yield url


@asynccontextmanager
async def _served_on(listener: socket.socket, app: ASGIApp, limits: ConnectionLimits) -> AsyncIterator[str]:
    config = uvicorn.Config(
        app,
        http=partial(LimitedProtocol, limits=limits),  # type: ignore[arg-type]
        ws="none",  # so `ExtensibleRouter` refuses routes of WebSockets
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whose X-Forwarded-For is believed is for the settings to say (`callers.address_of`)
        timeout_keep_alive=int(limits.idle_s),
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve([listener]))
    task.add_done_callback(lambda _: _end_if_unasked(server))
    await server.up.wait()
    try:
        host, port = listener.getsockname()[:2]
        yield f"http://{host}:{port}"
    finally:
        config.timeout_graceful_shutdown = int(limits.grace_s)
        server.should_exit = True
        hurry = asyncio.create_task(_hurried(server, limits))
        await task
        hurry.cancel()
        listener.close()


async def _hurried(server: uvicorn.Server, limits: ConnectionLimits) -> None:
    await limits.at_once.wait()
    server.force_exit = True


def _end_if_unasked(server: uvicorn.Server) -> None:
    """A process that no longer listens must not look alive: it ends, and its supervisor restarts it."""
    if not server.should_exit:
        telemetry.LOG.event("error", "portolan", "the server ended by itself")
        os.kill(os.getpid(), signal.SIGTERM)


async def serve(service: Service, settings: Settings) -> None:
    """The service with its relay and consumers, until the process receives a signal to end."""
    settings.refuse_open_issuer()
    async with AsyncExitStack() as stack:
        stack.enter_context(alone(settings, service.name))
        tokens = Tokens(settings)
        one = await stack.enter_async_context(opened(service, settings, tokens))
        bus = await enter_bus(stack, settings, [one.kernel], tokens)
        await stack.enter_async_context(listening(one, bus))
        await stack.enter_async_context(operating(service, one.kernel))
        await begin(one)
        limits = ConnectionLimits(settings.connections)
        url = await stack.enter_async_context(serving(one.app, settings.host, settings.port, limits))
        freeze_modules()
        telemetry.LOG.event("info", service.name, "ready", url=url)
        await drain(limits, [one.kernel], settings.drain_s, await told_to_end())


async def told_to_end() -> asyncio.Event:
    """Until Ctrl-C or SIGTERM.

    The event that is answered is set where the process is to end at once: by Ctrl-C, or by a second signal.
    """
    ending, at_once = asyncio.Event(), asyncio.Event()

    def on_signal(number: int) -> None:
        if ending.is_set() or number == signal.SIGINT:
            at_once.set()
        ending.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, on_signal, number)
    await ending.wait()
    return at_once


async def drain(
    limits: ConnectionLimits, kernels: Iterable[Kernel], seconds: float, at_once: asyncio.Event
) -> None:
    """Be not ready, and serve until callers have noticed. Then end what never ends by itself.

    Requests that run are waited for as the limits say, when its address is left.
    """
    limits.closing, limits.at_once = True, at_once
    limits.grace_s = DRAIN_GRACE_S
    for kernel in kernels:
        kernel.ready.append(lambda: "the process is ending")
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await at_once.wait()
    if at_once.is_set():
        limits.grace_s, limits.at_once = GRACE_S, asyncio.Event()
    for kernel in kernels:
        kernel.ending.set()


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
