"""What the commands for operations need: every service opened, none listening."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

import click

from services.embedded import SERVICES
from shared.base.settings import Settings
from shared.base.starting import CannotStart
from shared.base.telemetry import LOG
from shared.contracts.language import topics_of
from shared.http.auth import Tokens
from shared.runtime.running import Opened, opened
from shared.store import Damaged, Store, Unreachable


@contextmanager
def told_if_away() -> Iterator[None]:
    """Around work on stores that were opened: one may go away, or turn out to be read-only."""
    try:
        yield
    except Damaged as damaged:
        raise CannotStart(f"a store cannot be used: {damaged}; bring a backup back") from damaged
    except Unreachable as away:
        raise click.ClickException(f"a store cannot be used: {away}") from away


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
        stack.enter_context(told_if_away())
        services = {s.name: await stack.enter_async_context(opened(s, settings, tokens)) for s in SERVICES}
        for one in services.values():
            await hold_little(one.kernel.store)
        yield services


async def hold_little(store: Store) -> None:
    """Whoever reads everything once gains nothing by holding pages of it: eight files would hold 250 MB."""
    if store.dialect == "sqlite":
        await store.fetch("PRAGMA cache_size = -4000")


def sources(services: dict[str, Opened]) -> dict[str, tuple[Store, list[str]]]:
    return {name: (one.kernel.store, topics_of(name)) for name, one in services.items()}
