"""A kernel that answers requests: with the tokens it checks, the limits it keeps, and the secret it signs with."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from weakref import WeakKeyDictionary

from shared.base.keyfile import read_or_make
from shared.base.workers import Workers
from shared.domain.kernel import Kernel
from shared.domain.operations import LongWork
from shared.http.auth import Principal, Tokens
from shared.http.deadlines import Deadlines
from shared.http.limits import Allowance, OpenStreams, RateLimit
from shared.http.neighbours import Neighbours
from shared.http.revocations import Revocations
from shared.http.spooled import Receiving
from shared.http.turns import Turns

ATTEMPTS_KEPT = 60
RECEIVING_S = 900.0
"""So long a file may take to come: 50 MiB at 58 KB a second."""
SECRET_FILE = "cursor.key"  # noqa: S105 the name of a file


_LIMITS: WeakKeyDictionary[Tokens, RateLimit] = WeakKeyDictionary()
"""One for all services of a process, which share their tokens: a principal's requests are counted together."""
_STREAMS: WeakKeyDictionary[Tokens, OpenStreams] = WeakKeyDictionary()
"""Likewise, of the streams."""
_WORKERS: WeakKeyDictionary[Tokens, Workers] = WeakKeyDictionary()
"""Likewise: however many services there are in a process, so many computations run at a time."""


@dataclass(kw_only=True)
class Serving(Kernel):
    """One service in one process, as HTTP needs it."""

    tokens: Tokens
    secret: bytes
    busy_keys: set[tuple[str, str, str]] = field(default_factory=set)
    deciding: Turns = field(default_factory=Turns)
    """Whose turn it is to decide again, where many write the same at once."""
    deadlines: Deadlines = field(default_factory=Deadlines)
    long_deadlines: Deadlines = field(default_factory=lambda: Deadlines(RECEIVING_S))
    """Of requests that bring a file."""
    receiving: Receiving = field(default_factory=Receiving)
    slicing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a reader of the feed reads a slice: many of them together hold the event loop no longer than one."""
    known_tokens: dict[str, tuple[Principal | None, float]] = field(default_factory=dict)
    """Hash of a personal access token -> who it acts as, and till when that is believed (monotonic seconds)."""
    meets: "Callable[[Principal], Awaitable[None]] | None" = None
    """What is done of who comes with a token of an issuer."""
    revocations: Revocations = field(default_factory=Revocations)
    long_work: LongWork = field(default_factory=LongWork)
    attempts: Allowance = field(default_factory=lambda: Allowance(ATTEMPTS_KEPT, 3600))
    """How many refused attempts of one principal, and of all, are kept an hour."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.rate_limit = _LIMITS.setdefault(self.tokens, RateLimit(self.settings.rate_limit))
        self.streams = _STREAMS.setdefault(self.tokens, OpenStreams(self.settings.streams))
        self.neighbours = Neighbours(self.settings)
        workers = Workers(self.settings.workers, self.settings.worker_megabytes)
        self.workers = _WORKERS.setdefault(self.tokens, workers)
        self.logins = Allowance(self.settings.login_attempts or None, 60)

    def sign(self, text: bytes) -> bytes:
        return hmac.digest(self.secret, text, sha256)[:12]


def instance_secret(data: Path) -> bytes:
    """The key that signs cursors: made once, shared by every process that shares the data folder."""
    return read_or_make(data / SECRET_FILE, lambda: token_bytes(32))
