"""What it costs that not everybody sees everything: reads of 100,000 projects, on both databases.

In one instance nothing is hidden and nobody has a membership. In the other 20 projects are confidential, and a participant
has 300 memberships. `hidden_*` and `participant_*` are milliseconds of whole requests inside the process. `hot_path_*` are
requests of a viewer in the second as a share of the same in the first, asked in turn.
"""

import asyncio
from collections.abc import Sequence
from statistics import median
from time import perf_counter
from uuid import UUID

import httpx

from benchmarks.bench_api import databases
from benchmarks.bench_lists import MANY, PAGE_MS, URL, client_of, filled
from benchmarks.figure import Figure
from shared.base.clock import now
from shared.base.ids import new_id
from shared.base.telemetry import LOG
from shared.contracts.language import Aggregate
from shared.contracts.projects.organisation import (
    Holder,
    MemberRole,
    MemberScope,
    Membership,
    MembershipState,
)
from shared.contracts.resources.people import Identity
from shared.domain.access import tree
from shared.domain.access.grants import grants_in
from shared.http.auth.issuers import LOCAL
from shared.store import Store
from shared.store.unit import Part, Statement, Unit

HIDDEN, MEMBERSHIPS = 20, 300
SLOWER = 1.1
REPEATED = 41
LISTS = {
    "by_id": "",
    "by_name": "sort=name",
    "stage_by_name": "stage=active&sort=name",
    "portfolio_by_name": "portfolio_id={portfolio}&sort=name",
    "q_rare": "q=ledger%20{number}",
    "q_common_by_name": "q=bridge&sort=name",
}
NODES = """
INSERT INTO access_node (id, version, kind, parent_id, other_parent_id, confidential)
SELECT id, version, 'project', programme_id, portfolio_id, 0 FROM project
"""


def figures() -> list[Figure]:
    LOG.stream = None
    return asyncio.run(_figures())


async def _figures() -> list[Figure]:
    with databases(["projects"]) as first, databases(["projects"]) as second:
        return [*await _of("sqlite", "", ""), *await _of("postgresql", first, second)]


async def _of(name: str, open_url: str, guarded_url: str) -> list[Figure]:
    async with (
        filled(open_url, MANY) as (plain, _, plain_ids),
        filled(guarded_url, MANY) as (guarded, _, ids),
    ):
        await plain.kernel.store.run(NODES)
        await _guard(guarded.kernel.store)
        if name == "postgresql":
            for one in (plain, guarded):
                await one.kernel.store.run("ANALYZE")
        async with (
            client_of(plain, "viewer") as everywhere,
            client_of(guarded, "viewer") as viewer,
            client_of(guarded, "participant") as participant,
        ):
            plain_paths = await _paths(everywhere, plain_ids)
            viewer_paths, participant_paths = await _paths(viewer, ids), await _paths(participant, ids)
            figures = []
            for what, plain_path in plain_paths.items():
                before, hidden, allowed = await _in_turn(
                    (everywhere, plain_path),
                    (viewer, viewer_paths[what]),
                    (participant, participant_paths[what]),
                )
                figures += [
                    Figure(f"hidden_{name}_{what}", hidden * 1000, "ms", PAGE_MS),
                    Figure(f"participant_{name}_{what}", allowed * 1000, "ms", PAGE_MS),
                    Figure(f"hot_path_{name}_{what}", hidden / before, "x", SLOWER),
                ]
        return figures


async def _guard(store: Store) -> None:
    """Make 20 projects confidential, and give one login 300 memberships."""
    await store.run(NODES)
    ids = [row[0] for row in await store.fetch("SELECT id FROM project ORDER BY id")]
    marks = ", ".join("?" * HIDDEN)
    hidden = ids[:: len(ids) // HIDDEN][:HIDDEN]
    await store.run(f"UPDATE access_node SET confidential = 1 WHERE id IN ({marks})", hidden)
    person, at = new_id(), now()
    facts = {"version": 1, "created_at": at, "updated_at": at, "archived_at": None, "external_ref": None}
    login = Identity.model_construct(
        id=new_id(), person_id=person, issuer=LOCAL, subject="participant", erased_at=None, **facts
    )
    holder = Holder(person_id=person)
    members = [
        Membership.model_construct(
            id=new_id(), principal=holder, role=MemberRole.MEMBER, scope=MemberScope.PROJECT, scope_id=UUID(id),
            starts_on=None, ends_on=None, state=MembershipState.GRANTED, **facts,
        )
        for id in ids[7 :: len(ids) // MEMBERSHIPS][:MEMBERSHIPS]
    ]  # fmt: skip
    for aggregates in ([login], members):
        await store.commit(Unit([Part(statements=_statements(aggregates))]))
    grants_in(store).changes += 1  # written past the commands, which say so themselves


def _statements(aggregates: Sequence[Aggregate]) -> list[Statement]:
    row, clock = tree.statements(aggregates[0])
    return [Statement(row.sql, [tree.row_of(one) for one in aggregates]), clock]


async def _paths(client: httpx.AsyncClient, ids: dict[str, str]) -> dict[str, str]:
    """By name of the figure: one project that the client sees, and a page of 100 of each list."""
    answer = await client.get(f"{URL}?limit=1")
    assert answer.status_code == 200, answer.text
    [first] = answer.json()["items"]
    lists = {
        f"list_{name}": f"{URL}?limit=100&{query.format(**ids)}".rstrip("&") for name, query in LISTS.items()
    }
    return {"get": f"{URL}/{first['id']}"} | lists


async def _in_turn(*requests: tuple[httpx.AsyncClient, str]) -> list[float]:
    """The median seconds of each, one after the other and again."""
    spent: list[list[float]] = [[] for _ in requests]
    for _ in range(REPEATED):
        for times, (client, path) in zip(spent, requests, strict=True):
            started = perf_counter()
            answer = await client.get(path)
            times.append(perf_counter() - started)
            assert answer.status_code == 200, answer.text
    return [median(times) for times in spent]
