"""What the commands for operations need: every service opened, none listening."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import click

from services.embedded import SERVICES
from shared.auth import Tokens
from shared.contracts.language import topics_of
from shared.running import Opened, opened
from shared.settings import Settings
from shared.store import Store
from shared.telemetry import LOG


@asynccontextmanager
async def all_opened(settings: Settings) -> AsyncIterator[dict[str, Opened]]:
    """The stores and applications of all services; their consumers and relays are left to the running instance."""
    if not settings.database_url and not all((settings.data / f"{s.name}.sqlite").exists() for s in SERVICES):
        raise click.ClickException(
            f"no instance was ever started in {settings.data} with stores of its own: give its --data, or set"
            " PORTOLAN_DATABASE_URL"
        )
    settings.refuse_one_database_for_all()
    LOG.requests = False  # the command asks them thousands of times
    tokens = Tokens(settings)
    async with AsyncExitStack() as stack:
        yield {s.name: await stack.enter_async_context(opened(s, settings, tokens)) for s in SERVICES}


def sources(services: dict[str, Opened]) -> dict[str, tuple[Store, list[str]]]:
    return {name: (one.kernel.store, topics_of(name)) for name, one in services.items()}
