"""How many connections a process accepts, how long each may take, and which of them wait."""

import asyncio
import resource
from dataclasses import dataclass, field
from typing import Protocol

HEAD_S = 10.0
"""How long the head of a request may take, from its first byte (or from when the connection was made) on."""
IDLE_S = 75.0
"""Longer than callers and proxies keep an idle connection (usually a minute), so that they close it. If this
side closes it just as the next request is sent, that request is lost."""
GRACE_S = 3.0
"""How long requests may still take once the process ends at once."""
RESERVED_FILES = 128
"""Open files that are kept for stores, logs and the bus."""


class Waiting(Protocol):
    """A connection of which the process only waits for the head or the body of its next request."""

    def gives_way(self, waited_s: float) -> bool:
        """Whether it may be closed for a new connection after it has waited so many seconds."""

    def give_way(self) -> None:
        """End the connection for a new one; a caller that has begun a request gets a 503."""


@dataclass
class ConnectionLimits:
    """The limits of the connections of one process, and what counts towards them. Times are in seconds."""

    connections: int = 1000
    head_s: float = HEAD_S
    idle_s: float = IDLE_S
    grace_s: float = GRACE_S
    closing: bool = False
    """Answers end their connections, so that callers go elsewhere."""
    at_once: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the process is to end without waiting any longer."""
    turned_away: int = 0
    """Connections beyond the limit that are being answered."""
    waiting: dict[Waiting, float] = field(default_factory=dict)
    """Silent or slow connections, with the time since when (of the loop's clock), the longest first."""

    def __post_init__(self) -> None:
        self.connections = min(self.connections, files_for(self.connections))

    def longest_waiting(self, now: float) -> Waiting | None:
        """The connection that has waited longest and may be closed for a new one."""
        return next((one for one, since in self.waiting.items() if one.gives_way(now - since)), None)


def files_for(connections: int) -> int:
    """Let the process open enough files for so many connections; how many of them there is room for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files_needed = connections + RESERVED_FILES
    if soft != resource.RLIM_INFINITY and soft < files_needed:
        soft = files_needed if hard == resource.RLIM_INFINITY else min(files_needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else max(1, soft - RESERVED_FILES)
