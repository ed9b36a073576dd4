"""Everything in one process: five stores, their outboxes as the bus, one address. The only place that knows all five."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from services.finance.service import SERVICE as FINANCE
from services.projects.service import SERVICE as PROJECTS
from services.reporting.service import SERVICE as REPORTING
from services.reporting.web import sessions
from services.resources.service import SERVICE as RESOURCES
from services.risk.service import SERVICE as RISK
from shared.base.settings import Settings
from shared.http.auth import Tokens
from shared.http.serving import Serving
from shared.messaging.inbox import Inbox
from shared.runtime.app import ServiceApp, create_app
from shared.runtime.front import front
from shared.runtime.operations import operating
from shared.runtime.running import Opened, alone, enter_bus, listening, opened
from shared.runtime.service import Service

SERVICES = (PROJECTS, RESOURCES, FINANCE, RISK, REPORTING)


@dataclass
class Embedded:
    """The running five, and the one application in front of them."""

    settings: Settings
    tokens: Tokens
    services: dict[str, Opened]
    inboxes: dict[str, list[Inbox]]

    def __post_init__(self) -> None:
        self._front = front({name: one.app for name, one in self.services.items()})
        for kernel in self.kernels:
            kernel.neighbours.door = self._front

    async def login_link(self, subject: str = "director", role: str = "director") -> str:
        """Where the person at this machine logs in: the link works once, for a quarter of an hour."""
        code = await sessions.offer(self.services["reporting"].kernel.store, subject, role)
        return sessions.link(self.settings.base_url, code)

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """While it is served: what was added to the services' applications for their start and end."""
        async with AsyncExitStack() as stack:
            for one in self.services.values():
                await stack.enter_async_context(one.app.lifespan())
            yield

    @property
    def kernels(self) -> list[Serving]:
        return [one.kernel for one in self.services.values()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._front(scope, receive, send)


@asynccontextmanager
async def embedded(
    settings: Settings, make_app: Callable[[Service], ServiceApp] = create_app
) -> AsyncIterator[Embedded]:
    """All five at work; they end in the reverse order."""
    settings.refuse_one_database_for_all()
    async with AsyncExitStack() as stack:
        stack.enter_context(alone(settings, *(s.name for s in SERVICES)))
        tokens = Tokens(settings)
        services = {
            s.name: await stack.enter_async_context(opened(s, settings, tokens, make_app)) for s in SERVICES
        }
        bus = await enter_bus(stack, settings, [one.kernel for one in services.values()], tokens)
        inboxes = {
            name: await stack.enter_async_context(listening(one, bus)) for name, one in services.items()
        }
        for one in services.values():
            await stack.enter_async_context(operating(one.service, one.kernel))
        yield Embedded(settings, tokens, services, inboxes)
