"""What a running service has at hand: its settings, store, tokens, and the signs of new events."""

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING

from shared.base.keyfile import read_or_make
from shared.base.settings import Settings
from shared.base.supervision import Supervised
from shared.contracts.language import Aggregate
from shared.http.auth import Tokens
from shared.http.limits import Allowance, RateLimit
from shared.http.revocations import Revocations
from shared.http.turns import Turns
from shared.store import Store
from shared.store.columns import Mirror
from shared.store.outbox import source_of

if TYPE_CHECKING:
    from shared.messaging.inbox import Inbox
    from shared.runtime.service import Refused

ATTEMPTS_KEPT = 60
SECRET_FILE = "cursor.key"  # noqa: S105 the name of a file


@dataclass
class Kernel:
    """One service in one process."""

    service: str
    settings: Settings
    store: Store
    tokens: Tokens
    mirrors: dict[type[Aggregate], Mirror]
    secret: bytes
    refused: "Refused"
    """How a refusal is told."""
    busy_keys: set[tuple[str, str, str]] = field(default_factory=set)
    deciding: Turns = field(default_factory=Turns)
    """Whose turn it is to decide again, where many write the same at once."""
    ready: list[Callable[[], str | None]] = field(default_factory=list)
    """Checks for /readyz: each answers what is missing, or None."""
    nudges: list[Callable[[], None]] = field(default_factory=list)
    slicing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a reader of the feed reads a slice: many of them together hold the event loop no longer than one."""
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the process is to end: streams, which never end by themselves, end then."""
    tasks: list[Supervised] = field(default_factory=list)
    """The background tasks of the service; those of the store are its own."""
    inboxes: "dict[str, Inbox]" = field(default_factory=dict)
    """Consumer -> its inbox, while the service listens."""
    listening: dict[str, list[str]] = field(default_factory=dict)
    """Consumer -> the topics it takes in."""
    revocations: Revocations = field(default_factory=Revocations)
    attempts: Allowance = field(default_factory=lambda: Allowance(ATTEMPTS_KEPT, 3600))
    """How many refused attempts of one principal, and of all, are kept an hour."""

    def __post_init__(self) -> None:
        self.rate_limit = RateLimit(self.settings.rate_limit)
        self.logins = Allowance(self.settings.login_attempts or None, 60)
        self.source = source_of(self.settings.instance, self.service, self.store.epoch)

    def sign(self, text: bytes) -> bytes:
        return hmac.digest(self.secret, text, sha256)[:12]


def instance_secret(data: Path) -> bytes:
    """The key that signs cursors: made once, shared by every process that shares the data folder."""
    return read_or_make(data / SECRET_FILE, lambda: token_bytes(32))
