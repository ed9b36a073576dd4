"""A store of before contributions were counted answers the same figures of every day once it is upgraded."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

from services.cli.stores import sources
from services.finance.control.performance.audit import wrong_projects
from services.finance.service import SERVICE as FINANCE
from services.reporting.replay import replaying, verified
from services.reporting.service import SERVICE as REPORTING
from shared.base.settings import Settings
from shared.runtime.migrate import configured, postgres_engine
from shared.runtime.service import Service
from tests.conftest import Portolan, running_portolan
from tests.finance.control.performance.histories import DAYS, FIRST, History

BEFORE = "0004"


async def read_answers(portolan: Portolan, histories: list[History]) -> list[Any]:
    """What finance and the dashboards answer of many days."""
    client = portolan("viewer")
    paths = []
    for offset in range(0, DAYS + 2, 5):
        day = FIRST + timedelta(days=offset)
        paths += [f"/reporting/v1/projects?as_of={day}", f"/reporting/v1/portfolios?as_of={day}"]
        paths += [f"/finance/v1/projects/{history.id}/earned-value?as_of={day}" for history in histories]
    paths += ["/reporting/v1/projects", "/reporting/v1/portfolios"]
    paths += [f"/reporting/v1/projects/{history.id}" for history in histories]
    answers = [await client.get(path) for path in paths]
    assert all(answer.status_code == 200 for answer in answers)
    return [answer.json() for answer in answers]


async def within(settings: Settings, service: Service, work: Callable[[sa.Connection], None]) -> None:
    """Work on a store that nobody serves."""
    url = settings.store_url(service.name)
    if url.startswith("sqlite:"):
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            work(connection)
        engine.dispose()
        return
    async_engine = postgres_engine(url)
    async with async_engine.begin() as async_connection:
        await async_connection.run_sync(work)
    await async_engine.dispose()


def aged(service: Service) -> Callable[[sa.Connection], None]:
    """The store as the revision of before had it."""

    def downgraded(connection: sa.Connection) -> None:
        from alembic import command

        command.downgrade(configured(service, connection), BEFORE)
        if service is FINANCE:
            _forget_contributions(connection)
        else:
            connection.execute(
                sa.text("UPDATE figures SET actual = 1, earned = 2, until_day = until_day + 1")
            )

    return downgraded


def _forget_contributions(connection: sa.Connection) -> None:
    query = sa.text("SELECT position, payload FROM outbox WHERE aggregate_type = 'performance'")
    for position, payload in connection.execute(query).all():
        event = json.loads(payload)
        event["fact"].pop("contributions")
        event["state"] = _of_before(event["state"])
        change = sa.text("UPDATE outbox SET payload = :p WHERE position = :n")
        connection.execute(change, {"p": json.dumps(event), "n": position})
    for id, document in connection.execute(sa.text("SELECT id, document FROM performance")).all():
        change = sa.text("UPDATE performance SET document = :d WHERE id = :id")
        connection.execute(change, {"d": json.dumps(_of_before(json.loads(document))), "id": id})
    connection.execute(sa.text("DELETE FROM inbox_position WHERE consumer = 'finance.performance'"))


def _of_before(state: dict[str, Any]) -> dict[str, Any]:
    return {n: value for n, value in state.items() if n not in ("current_at_completion", "differing")}


async def test_an_upgraded_store_answers_the_same_figures_of_every_day(
    tmp_path: Path, database_url: str
) -> None:
    settings = Settings(data=tmp_path, database_url=database_url)
    random = Random(7)
    async with running_portolan(settings) as portolan:
        histories = [History(portolan, str(n), random) for n in range(3)]
        for history in histories:
            await history.begin()
        await portolan.settled()
        for _ in range(45):
            await random.choice(histories).step()
        await portolan.settled()
        before = await read_answers(portolan, histories)
    for service in (FINANCE, REPORTING):
        await within(settings, service, aged(service))
    for _ in range(2):  # started once more it counts nothing twice
        async with running_portolan(settings) as portolan:
            await portolan.settled()
            assert _unlike(before, await read_answers(portolan, histories)) == []
            await _is_right(portolan)


def _unlike(before: Any, after: Any, where: str = "") -> list[str]:
    """Where two answers differ, and how; up to which position they are told is another."""
    if isinstance(before, dict) and isinstance(after, dict):
        names = [n for n in {**before, **after} if n != "positions"]
        return [line for n in names for line in _unlike(before.get(n), after.get(n), f"{where}/{n}")]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [line for n, (b, a) in pairs for line in _unlike(b, a, f"{where}/{n}")]
    return [] if before == after else [f"{where}: {before} is {after}"]


async def _is_right(portolan: Portolan) -> None:
    services = portolan.running.services
    finance, reporting = services["finance"].kernel, services["reporting"].kernel
    assert await wrong_projects(finance.store, finance.settings) == []
    async with replaying(portolan.running.settings, sources(services)) as replay:
        assert await verified(reporting.store, replay) == []
    for kernel in (finance, reporting):
        assert await kernel.store.fetch("SELECT 1 FROM dead_letter") == []
