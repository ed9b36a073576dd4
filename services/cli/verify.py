"""`portolan verify`: the dashboards' tables recomputed from the outboxes, and held against REST."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import click
import httpx

from shared.settings import Settings, settings_of

SHOWN = 20


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="The folder of the instance.")
@click.option(
    "--url", default="", help="Compare with REST at this address; default: the services, in this process."
)
@click.option("--token", default="", help="A token that reads everything; default: of the local issuer.")
def verify(data: Path | None, url: str, token: str) -> None:
    """Recompute the projections from the outboxes and from REST, and compare."""
    settings = settings_of(data=data)
    wrong = asyncio.run(_verify(settings, url, token))
    for line in wrong[:SHOWN]:
        click.echo(line)
    if wrong:
        raise click.ClickException(f"{len(wrong)} differences; `portolan rebuild` makes the projections anew")
    sys.exit(0)


async def _verify(settings: Settings, url: str, token: str) -> list[str]:
    from services.cli.stores import all_opened, sources
    from services.reporting.replay import replaying, verified

    async with all_opened(settings) as services, replaying(settings, sources(services)) as replay:
        live = services["reporting"].kernel.store
        differences = await verified(live, replay)
        click.echo(f"{replay.events} events replayed")
        wrong = [f"{d.table} {d.key}: {d.only}" for d in differences]
        states = {row[0]: row[1] for row in await live.fetch("SELECT aggregate_id, state FROM current_state")}
        compared = 0
        try:
            async with _client(settings, services, url, token) as client:
                async for id, state in resources(client):
                    compared += 1
                    if states.pop(id, None) != state:
                        wrong.append(f"{id}: the projection's state is not what REST answers")
        except httpx.HTTPError as error:
            raise click.ClickException(
                f"REST cannot be compared with: {error or type(error).__name__}"
            ) from error
        click.echo(f"{compared} resources compared with REST")
        return wrong + [f"{id}: in the projection, but not in REST" for id in states]


def _client(settings: Settings, services: dict[str, Any], url: str, token: str) -> httpx.AsyncClient:
    from shared.auth.issuers import LocalIssuer

    held = token or LocalIssuer(settings.data).issue("system:verify", "director", settings.audience)
    headers = {"Authorization": f"Bearer {held}"}
    if url:
        return httpx.AsyncClient(base_url=url, headers=headers, timeout=60)
    from shared.front import front

    transport = httpx.ASGITransport(front({name: one.app for name, one in services.items()}))
    return httpx.AsyncClient(transport=transport, base_url="http://portolan", headers=headers)


async def resources(client: httpx.AsyncClient) -> AsyncIterator[tuple[str, str]]:
    """(id, state as text) of every resource of every collection, archived ones too."""
    from shared.contracts.catalogue import CATALOGUE

    for entry in CATALOGUE.values():
        following: str | None = f"/{entry.service}/v1/{entry.collection}?archived=true&limit=200"
        while following:
            answer = await client.get(following)
            answer.raise_for_status()
            for state in _states(answer.text):
                yield state
            following = answer.links.get("next", {}).get("url")


def _states(page: str) -> list[tuple[str, str]]:
    """The items exactly as they were written: byte for byte what the event carried."""
    import msgspec

    class Item(msgspec.Struct):
        id: str

    class Page(msgspec.Struct):
        items: list[msgspec.Raw]

    raw = msgspec.json.decode(page, type=Page).items
    return [(msgspec.json.decode(item, type=Item).id, bytes(item).decode()) for item in raw]
