"""The parts of a running service: its settings, its store, its consumers, and the callbacks after a commit."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from shared.base.settings import Settings
from shared.base.supervision import Supervised
from shared.contracts.language import Aggregate
from shared.domain.clock_watch import ClockWatch
from shared.store import Store
from shared.store.columns import Mirror
from shared.store.outbox import source_of


class Consuming(Protocol):
    """What an operator may ask of a consumer."""

    stopped: str | None
    """Why it reads nothing any more, or not yet; None while it reads."""
    positions_are_void: bool
    """Whether its marks mean other events than those of its sources."""

    async def retry(self, aggregate_id: str) -> str | None:
        """Apply the dead letters of an aggregate again; answers what failed, or None."""

    async def count_letters(self) -> None:
        """Update the metrics of dead letters that wait for a decision."""

    async def discard(self, aggregate_id: str) -> None:
        """Discard the dead letters of an aggregate."""


@dataclass
class Kernel:
    """One service in one process."""

    service: str
    settings: Settings
    store: Store
    mirrors: dict[type[Aggregate], Mirror]
    ready: list[Callable[[], str | None]] = field(default_factory=list)
    """Checks for /readyz: each answers what is missing, or None."""
    nudges: list[Callable[[], None]] = field(default_factory=list)
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the process is to end: streams end then, as they would not otherwise."""
    tasks: list[Supervised] = field(default_factory=list)
    """The background tasks of the service; those of the store are its own."""
    inboxes: dict[str, Consuming] = field(default_factory=dict)
    """The name of a consumer -> the consumer, while the service listens."""
    listening: dict[str, list[str]] = field(default_factory=dict)
    """The name of a consumer -> the topics that it reads."""
    watch: ClockWatch = field(default_factory=ClockWatch)

    def __post_init__(self) -> None:
        self.source = source_of(self.settings.instance, self.service, self.store.epoch)
