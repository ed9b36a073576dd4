"""`portolan verify`: the dashboards' tables recomputed from the outboxes, and held against REST."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import httpx

from services.cli.instance import TIMEOUT_S, checked, own_token, reached, reaching
from shared.base.settings import Settings, settings_of
from shared.store import Store

SHOWN = 20
IDS = 500


@click.command()
@reaching(
    "Compare with REST at this address; default: the services, in this process.",
    "A token that reads everything; default: of the local issuer.",
)
def verify(data: Path | None, url: str, token: str) -> None:
    """Recompute the projections from the outboxes and from REST, and compare.

    Ends with 0 where everything is right, with 1 where something differs or cannot be compared.
    """
    settings = settings_of(data=data)
    wrong = asyncio.run(_verify(settings, url, token))
    for line in wrong[:SHOWN]:
        click.echo(line)
    if len(wrong) > SHOWN:
        click.echo(f"... and {len(wrong) - SHOWN} more")
    if wrong:
        click.echo(f"Wrong: {len(wrong)} differences; `portolan rebuild` computes the projections again")
        sys.exit(1)
    click.echo("Right: nothing differs")


async def _verify(settings: Settings, url: str, token: str) -> list[str]:
    """What differs, a line each; a line for each projection, and for REST, is printed on the way."""
    from services.cli.stores import all_opened, sources
    from services.finance.control.performance.audit import wrong_projects
    from services.reporting.replay import TABLES, replaying, verified
    from services.reporting.totals.audit import wrong_cells

    async with all_opened(settings) as services, replaying(settings, sources(services)) as replay:
        live = services["reporting"].kernel.store
        differences = await verified(live, replay)
        click.echo(f"{replay.events} events replayed")
        for table in TABLES:
            [(rows,)] = await live.fetch(f"SELECT count(*) FROM {table}")
            _say(f"{table}, {rows} rows", sum(d.table == table for d in differences))
        with reached(url or "it", "REST cannot be compared with: "):
            async with _client(settings, services, url, token) as client:
                compared, unlike = await _unlike(live, client)
        _say(f"REST, {compared} resources compared", len(unlike))
        miscounted = await wrong_cells(live, settings)
        _say("reporting, sums of portfolios as of today", len(miscounted))
        unlike += [
            f"portfolio {cell.portfolio_id or 'none'}: {cell[1:]}: the sum is another" for cell in miscounted
        ]
        finance = services["finance"].kernel
        unmeasured = await wrong_projects(finance.store, finance.settings)
        _say("finance, sums of what is measured", len(unmeasured))
        unlike += [f"project {id}: the sums of finance differ from the events" for id in unmeasured]
        unlike += await _wrong_files(services)
        unlike += await _wrong_dues(services)
        return [f"{d.table} {d.key}: {d.only}" for d in differences] + unlike


async def _wrong_files(services: dict[str, Any]) -> list[str]:
    """Read and hash every file and every frozen content; a line for each that is damaged or missing."""
    from shared.store.content import wrong_contents

    count, wrong = 0, []
    for name, one in services.items():
        stored, hashes = await wrong_contents(one.kernel.store)
        count += stored
        wrong += [f"{name}, content {hash}: damaged, or used and not there" for hash in hashes]
    _say(f"files and frozen content, {count} hashed", len(wrong))
    return wrong


async def _wrong_dues(services: dict[str, Any]) -> list[str]:
    """A line for each row of what is due that does not follow from its aggregate."""
    from shared.domain.due.audit import wrong_rows

    count, wrong = 0, list[str]()
    for one in services.values():
        registers = [register for register in one.service.registers if register.dues]
        compared, faults = await wrong_rows(one.kernel, registers)
        count, wrong = count + compared, wrong + faults
    _say(f"what becomes due, {count} aggregates compared", len(wrong))
    return wrong


async def _unlike(live: Store, client: httpx.AsyncClient) -> tuple[int, list[str]]:
    """How many resources REST answers, and where the projection differs; what was seen is noted on the disk."""
    compared, unlike = 0, []
    with closing(sqlite3.connect("")) as seen:
        seen.execute("CREATE TABLE seen (id TEXT PRIMARY KEY) WITHOUT ROWID")
        async for page in resources(client):
            compared += len(page)
            projected = await _known_states(live, list(page))
            unlike += [
                f"{id}: the projection's state is not what REST answers"
                for id, state in page.items()
                if projected.get(id) != state
            ]
            seen.executemany("INSERT OR IGNORE INTO seen VALUES (?)", [(id,) for id in page])
        async for ids in _projected_ids(live):
            shown = {row[0] for row in seen.execute(f"SELECT id FROM seen WHERE id IN ({_marks(ids)})", ids)}
            unlike += [f"{id}: in the projection, but not in REST" for id in ids if id not in shown]
    return compared, unlike


async def _known_states(live: Store, ids: list[str]) -> dict[str, str]:
    if not ids:
        return {}
    return dict(
        await live.fetch(
            f"SELECT aggregate_id, state FROM current_state WHERE aggregate_id IN ({_marks(ids)})", ids
        )
    )


async def _projected_ids(live: Store) -> AsyncIterator[list[str]]:
    reached = ""
    while ids := [
        row[0]
        for row in await live.fetch(
            f"SELECT aggregate_id FROM current_state WHERE aggregate_id > ? ORDER BY aggregate_id LIMIT {IDS}",
            (reached,),
        )
    ]:
        yield ids
        reached = ids[-1]


def _marks(values: list[str]) -> str:
    return ", ".join("?" * len(values))


def _say(what: str, differing: int) -> None:
    click.echo(f"{what}: " + (f"{differing} differ" if differing else "right"))


def _client(settings: Settings, services: dict[str, Any], url: str, token: str) -> httpx.AsyncClient:
    bearer = token or own_token(settings, "system:verify", "director")
    headers = {"Authorization": f"Bearer {bearer}"}
    if url:
        return httpx.AsyncClient(base_url=url, headers=headers, timeout=TIMEOUT_S)
    from shared.runtime.front import front

    transport = httpx.ASGITransport(front({name: one.app for name, one in services.items()}))
    return httpx.AsyncClient(transport=transport, base_url="http://portolan", headers=headers)


async def resources(client: httpx.AsyncClient) -> AsyncIterator[dict[str, str]]:
    """Id -> state as text of every resource that reporting folds, archived ones too, a page at a time."""
    from shared.contracts.catalogue import CATALOGUE

    for entry in CATALOGUE.values():
        if entry.is_restricted:
            continue
        following: str | None = f"/{entry.service}/v1/{entry.collection}?archived=true&limit=200"
        while following:
            answer = checked(await client.get(following))
            yield dict(_states(answer.text))
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
