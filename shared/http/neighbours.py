"""The other services, as a service asks them: over their public interface, in this process or over the network."""

import httpx
from starlette.types import ASGIApp

from shared.base.settings import Settings

TIMEOUT = httpx.Timeout(30.0, connect=2.0)
"""Seconds; a service answers any request within its own deadline."""
LIMITS = httpx.Limits(max_connections=50, max_keepalive_connections=10)
"""Of each service; who finds all of them taken waits."""
HERE = "http://portolan"
"""What the services of one process are called among themselves: nothing leaves the process."""


class Neighbours:
    """A client for each service, made when it is first asked for; connections are kept."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._clients: dict[str, httpx.AsyncClient] = {}
        self.door: ASGIApp | None = None
        """The application in front of all services, where they run in this process."""

    def client(self, service: str) -> httpx.AsyncClient:
        """What sends requests to the service; the caller adds the token of whom it asks for."""
        if service not in self._clients:
            self._clients[service] = self._new_client(service)
        return self._clients[service]

    def _new_client(self, service: str) -> httpx.AsyncClient:
        if self.door is not None:
            return httpx.AsyncClient(transport=httpx.ASGITransport(self.door), base_url=HERE)
        url = self._settings.feed_url(service)
        return httpx.AsyncClient(base_url=url, timeout=TIMEOUT, limits=LIMITS)

    async def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()
