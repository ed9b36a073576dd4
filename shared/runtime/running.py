"""A service at work: its store opened, its relay and consumers started, and all of it ended in order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from shared.base import telemetry
from shared.base.clock import HOUR_US, now_micros
from shared.base.private import make_private
from shared.base.settings import Settings
from shared.base.starting import CannotStart, alone_with, written_under
from shared.base.supervision import Supervised, end_all
from shared.base.turned_clock import following
from shared.contracts.language import topics_of
from shared.domain.access.grants import grants_in
from shared.domain.clock_watch import ClockWatch
from shared.domain.due.scheduler import Scheduler
from shared.domain.organisation import know_by
from shared.http.auth import Tokens
from shared.http.revocations import LOOK_AGAIN_S, look_once
from shared.http.serving import Serving, instance_secret
from shared.messaging.bus import Bus
from shared.messaging.bus.embedded import EmbeddedBus
from shared.messaging.inbox import Inbox
from shared.runtime.app import ServiceApp, create_app
from shared.runtime.migrate import prepare
from shared.runtime.retention import forget_outdated
from shared.runtime.service import Service
from shared.store import Damaged, Store, Unreachable, open_store, reaching
from shared.store.checking import check_behind, refuse_damaged

FORGET_LOOK_S = 60.0
"""So often it is asked whether an hour has passed; the first time so long after the start."""


@dataclass
class Opened:
    """A service whose store is open, before it listens to the bus."""

    service: Service
    app: ServiceApp
    kernel: Serving


@asynccontextmanager
async def opened(
    service: Service,
    settings: Settings,
    tokens: Tokens,
    make_app: Callable[[Service], ServiceApp] = create_app,
) -> AsyncIterator[Opened]:
    """The service with its store open. `make_app` may give an application that served before and is closed."""
    telemetry.LOG.level = settings.log_level
    telemetry.begin(telemetry.OF_A_SERVICE, service.name)
    with written_under(settings.data):
        settings.data.mkdir(parents=True, exist_ok=True)
    url = settings.store_url(service.name)
    with reaching(service.name, url):
        is_whole = refuse_damaged(service.name, url)
        await prepare(service, url)
        store = await open_store(url, service.name)
    last_recorded = await _last_recorded(store, service.name)
    make_private(settings.data)
    kernel = Serving(
        service.name,
        settings,
        store,
        service.mirrors,
        tokens=tokens,
        secret=instance_secret(settings.data),
    )
    know_by(store, service.organisation)
    if service.meets is not None:
        kernel.meets = partial(service.meets, kernel)
    store.on_commit(lambda: _nudge(kernel))
    jump_hours = 0 if settings.test_clock else settings.clock_jump_hours
    kernel.watch = ClockWatch(service.name, jump_hours, last_recorded)
    telemetry.STORE_DAMAGED.labels(service.name).set(0)
    if not is_whole:
        check = lambda: check_behind(service.name, url, store)  # noqa: E731
        kernel.tasks.append(Supervised(service.name, "the check of the store", check))
    await look_once(kernel.revocations, store, service.name)
    kernel.tasks += [
        Supervised(service.name, "the pruning", lambda: _forget_for_ever(service, kernel)),
        Supervised(service.name, "the look at revocations", lambda: _look_for_ever(kernel)),
    ]
    app = make_app(service)
    try:
        async with following(settings):
            with app.answering_with(kernel):
                yield Opened(service, app, kernel)
    finally:
        await end_all(kernel.tasks)
        await kernel.neighbours.close()
        await kernel.workers.close()
        await store.close()


def alone(settings: Settings, *names: str) -> ExitStack:
    """While the block lasts no other process serves these services from the same files; a database is shared."""
    with ExitStack() as stack:
        for name in () if settings.database_url else names:
            stack.enter_context(alone_with(settings.data, name))
        return stack.pop_all()


async def _last_recorded(store: Store, service: str) -> int:
    """When the newest event was recorded, in microseconds; 0 where there is none."""
    try:
        rows = await store.fetch("SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1")
    except Damaged as damaged:
        await store.close()
        raise CannotStart(
            f"the store of {service} cannot be used: {damaged}; bring a backup back"
        ) from damaged
    return int(rows[0][0]) if rows else 0


async def begin(one: Opened) -> None:
    """Make what the service comes with, before it is served."""
    if one.service.begins is not None:
        await one.service.begins(one.kernel)


def _nudge(kernel: Serving) -> None:
    for nudge in kernel.nudges:
        nudge()


async def _forget_for_ever(service: Service, kernel: Serving) -> None:
    """Once an hour of the clock, which may be turned; an instance that is stopped every evening forgets too."""
    looked_at = 0
    while True:
        await asyncio.sleep(FORGET_LOOK_S)
        if abs(now_micros() - looked_at) < HOUR_US:
            continue
        looked_at = now_micros()
        with suppress(Unreachable):
            await forget_outdated(service, kernel)


async def _look_for_ever(kernel: Serving) -> None:
    while True:
        await asyncio.sleep(LOOK_AGAIN_S)
        await look_once(kernel.revocations, kernel.store, kernel.service)
        with suppress(Unreachable):
            await grants_in(kernel.store).look(kernel.store)


@asynccontextmanager
async def listening(one: Opened, bus: Bus) -> AsyncIterator[list[Inbox]]:
    """The service's consumers, each a task, and what tells of its aggregates what is due."""
    inboxes = [Inbox(one.kernel, bus, consumer) for consumer in one.service.consumers]
    for inbox in inboxes:
        one.kernel.inboxes[inbox.consumer.name] = inbox
        one.kernel.listening[inbox.consumer.name] = inbox.consumer.topics
        one.kernel.ready.append(lambda i=inbox: i.stopped)  # type: ignore[misc]
    name = one.service.name
    tasks = [Supervised(name, f"the consumer {i.consumer.name}", i.run) for i in inboxes]
    scheduler = Scheduler(one.kernel, one.service.registers)
    if scheduler.registers:
        tasks.append(Supervised(one.service.name, "the scheduler", scheduler.run))
    tasks += [Supervised(name, b.name, partial(b.run, one.kernel)) for b in one.service.background]
    one.kernel.tasks.extend(tasks)
    try:
        yield inboxes
    finally:
        await end_all(tasks)


def embedded_bus(stores: dict[str, Store]) -> EmbeddedBus:
    return EmbeddedBus({name: (store, topics_of(name)) for name, store in stores.items()})


async def enter_bus(stack: AsyncExitStack, settings: Settings, own: Sequence[Serving], tokens: Tokens) -> Bus:
    """The bus of the settings: the outboxes of this process, or Kafka with a relay for each of `own`."""
    if settings.bus_url.startswith("embedded:"):
        return embedded_bus({kernel.service: kernel.store for kernel in own})
    from shared.messaging.bus.kafka import KafkaBus
    from shared.messaging.relay import relaying

    bus = KafkaBus(settings, lambda: _healing_token(tokens, settings))
    stack.push_async_callback(bus.close)
    for kernel in own:
        if topics_of(kernel.service):
            relay = await stack.enter_async_context(relaying(kernel.service, kernel.store, settings))
            kernel.tasks.append(relay)
    return bus


def _healing_token(tokens: Tokens, settings: Settings) -> str:
    """With what a consumer reads the feed of a source, where it missed something."""
    if tokens.local is None:
        return settings.feed_token
    return tokens.local.issue("system:healing", "service", settings.audience)
