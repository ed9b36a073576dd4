"""The scheduler with its store: leases, rows of aggregates that stood before, working days, and what cannot be told."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from services.finance.vendors.contract.api import CONTRACTS
from services.projects.structure.work_package import commands
from shared.base.clock import now_micros
from shared.base.settings import Settings
from shared.contracts.finance.vendors import Contract
from shared.contracts.projects.structure import WorkPackage
from shared.domain.due import calendar, scheduler
from shared.domain.due.audit import wrong_rows
from shared.domain.due.days import working_days_ahead
from shared.domain.due.declaring import DUES
from shared.domain.due.scheduler import Scheduler
from shared.store import StaleVersion, Store
from tests.conftest import DEADLINE_S, Portolan, running_portolan
from tests.support.given import CONTRACTS as CONTRACTS_URL
from tests.support.given import PACKAGES, Story
from tests.support.turning import day, turn


@pytest.fixture
async def turning(
    tmp_path: Path, database_url: str, fresh_stores: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Portolan]:
    """Everything in one process, on each database, where only the test tells what is due."""
    monkeypatch.setattr(scheduler, "LOOK_EVERY_S", 3600.0)
    if not database_url:
        copytree(fresh_stores, tmp_path, dirs_exist_ok=True)
    async with running_portolan(
        Settings(data=tmp_path, database_url=database_url, test_clock=True)
    ) as system:
        for one in system.running.services.values():
            if any(register.dues for register in one.service.registers):
                await first_look_is_over(one.kernel.store)
        yield system


async def first_look_is_over(store: Store) -> None:
    """The process looks once when it starts, and gives the lease back."""
    async with asyncio.timeout(DEADLINE_S):
        while [row[0] for row in await store.fetch("SELECT until FROM lease")] != [0]:  # noqa: ASYNC110 another task writes it
            await asyncio.sleep(0.01)


@pytest.fixture
def own_dues() -> Iterator[None]:
    """What a test declares ends with it."""
    before = dict(DUES)
    yield
    DUES.update(before)


@pytest.fixture
def working_lead(own_dues: None) -> Any:
    """Contracts whose notice is told five working days ahead."""
    return replace(CONTRACTS, dues=(replace(DUES[Contract][0], lead=working_days_ahead(5)),))


def scheduler_of(portolan: Portolan, service: str) -> Scheduler:
    one = portolan.running.services[service]
    return Scheduler(one.kernel, one.service.registers)


async def waiting(portolan: Portolan, service: str) -> list[dict[str, Any]]:
    page = await portolan("director").get(f"/{service}/v1/due?state=waiting")
    return list(page.json()["items"])


async def packages(portolan: Portolan, *days: int) -> list[dict[str, Any]]:
    desk, settings = Story(portolan), portolan.running.settings
    project = await desk.project()
    return [
        await desk.make(
            PACKAGES, project_id=project["id"], wbs=str(n), name=f"P{n}",
            planned_finish_on=day(ahead, settings).isoformat(),
        )
        for n, ahead in enumerate(days, 1)
    ]  # fmt: skip


async def test_of_two_replicas_the_one_with_the_lease_tells(turning: Portolan) -> None:
    await packages(turning, 1)
    turn(turning.running.settings, days=3)
    first, second = scheduler_of(turning, "projects"), scheduler_of(turning, "projects")
    assert await first.lease.take()
    assert await second.look() == 0
    assert await first.look() == 1
    assert await second.look() == 0


async def test_a_commit_of_who_has_lost_the_lease_is_refused(turning: Portolan) -> None:
    await packages(turning, 1)
    turn(turning.running.settings, days=3)
    first, second = scheduler_of(turning, "projects"), scheduler_of(turning, "projects")
    read = await first._waiting()
    await first.lease.take()
    await first.lease.give_back()
    assert await second.lease.take()
    with pytest.raises(StaleVersion):
        await first._tell(read)
    assert await second.look() == 1


async def test_what_cannot_be_told_is_put_off_and_the_rest_is_told(
    turning: Portolan, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, other = await packages(turning, 1, 2)
    telling = scheduler_of(turning, "projects")
    due, register = telling._kinds[commands.OVERDUE.kind]

    async def still(work: Any, package: Any) -> bool:
        if str(package.id) == broken["id"]:
            raise RuntimeError("as a defect would")
        return True

    telling._kinds[due.kind] = (replace(due, still=still), register)
    turn(turning.running.settings, days=5)
    assert await telling.look() == 1
    assert [item["aggregate_id"] for item in await waiting(turning, "projects")] == [broken["id"]]
    assert other["id"] != broken["id"]
    assert await telling.look() == 0, "it is tried again after a minute"


async def test_only_what_can_be_told_now_takes_the_lease(turning: Portolan) -> None:
    """What is put off, or of a kind that nobody declares any more, costs a look no write."""
    undeclared, postponed = await packages(turning, 1, 2)
    turn(turning.running.settings, days=5)
    store = turning.running.services["projects"].kernel.store
    for package, change in (
        (undeclared, "kind = 'work_package.forgotten'"),
        (postponed, f"retry_at = {2**62}"),
    ):
        await store.run(f"UPDATE due SET {change} WHERE aggregate_id = ? RETURNING id", (package["id"],))
    before = await store.fetch("SELECT name, holder, until FROM lease")
    assert await scheduler_of(turning, "projects").look() == 0
    assert await store.fetch("SELECT name, holder, until FROM lease") == before


async def test_the_metric_says_for_how_long_the_oldest_has_waited(turning: Portolan) -> None:
    oldest, _ = await packages(turning, 1, 2)
    store = turning.running.services["projects"].kernel.store
    postpone = f"UPDATE due SET retry_at = {2**62} WHERE aggregate_id = ? RETURNING due_at"
    [(due_at,)] = await store.run(postpone, (oldest["id"],))
    turn(turning.running.settings, days=5)
    await scheduler_of(turning, "projects").look()
    metrics = (await turning.anonymous().get("/projects/metrics")).text
    [late] = re.findall(r'portolan_due_oldest_seconds\{service="projects"\} (\S+)', metrics)
    assert float(late) == pytest.approx((now_micros() - due_at) / 1_000_000, abs=60)
    assert float(late) > 3 * 86_400


async def test_of_a_kind_that_nobody_declares_nothing_is_late(turning: Portolan) -> None:
    [package] = await packages(turning, 1)
    store = turning.running.services["projects"].kernel.store
    await store.run(
        "UPDATE due SET kind = 'work_package.forgotten' WHERE aggregate_id = ? RETURNING id", (package["id"],)
    )
    turn(turning.running.settings, days=5)
    await scheduler_of(turning, "projects").look()
    metrics = (await turning.anonymous().get("/projects/metrics")).text
    assert 'portolan_due_oldest_seconds{service="projects"} 0.0' in metrics


async def test_a_process_does_not_undo_the_rows_of_a_later_version(turning: Portolan, own_dues: None) -> None:
    """As in a rolling upgrade."""
    earlier, [overdue] = scheduler_of(turning, "projects"), DUES[WorkPackage]
    await earlier.look()
    [register] = [one for one in earlier.registers if one.shape is WorkPackage]
    later = Scheduler(earlier.kernel, [replace(register, dues=(replace(overdue, version=2),))])
    declared = "SELECT declaration FROM due_kind WHERE kind = 'work_package.overdue'"
    for replica in (later, earlier):
        await replica.look()
        assert await earlier.kernel.store.fetch(declared) == [("2 0",)]


async def test_aggregates_that_stood_before_get_their_rows_and_no_past(turning: Portolan) -> None:
    _, ahead = await packages(turning, 1, 40)
    store = turning.running.services["projects"].kernel.store
    await scheduler_of(turning, "projects").look()
    await store.run("DELETE FROM due RETURNING id")
    await store.run("DELETE FROM due_kind RETURNING kind")
    turn(turning.running.settings, days=10)
    assert await scheduler_of(turning, "projects").look() == 0
    assert [item["aggregate_id"] for item in await waiting(turning, "projects")] == [ahead["id"]]


async def test_a_row_that_does_not_follow_from_its_aggregate_is_put_right_and_tells_nothing(
    turning: Portolan,
) -> None:
    [one] = await packages(turning, 20)
    [right] = await waiting(turning, "projects")
    store = turning.running.services["projects"].kernel.store
    await store.run("UPDATE due SET due_at = 1 WHERE aggregate_id = ? RETURNING id", (one["id"],))
    assert await scheduler_of(turning, "projects").look() == 0
    assert await waiting(turning, "projects") == [right]


async def test_a_row_that_is_missing_or_wrong_is_seen_by_verify(turning: Portolan) -> None:
    one, other, _ = await packages(turning, 20, 30, 40)
    running = turning.running.services["projects"]
    registers = scheduler_of(turning, "projects").registers
    assert (await wrong_rows(running.kernel, registers))[1] == []
    store = running.kernel.store
    await store.run("UPDATE due SET due_at = due_at + 1 WHERE aggregate_id = ? RETURNING id", (one["id"],))
    await store.run("DELETE FROM due WHERE aggregate_id = ? RETURNING id", (other["id"],))
    assert (await wrong_rows(running.kernel, registers))[1] == [
        f"work_package.overdue {one['id']}: the row is of another instant",
        f"work_package.overdue {other['id']}: no row waits",
    ]


async def test_working_days_are_those_of_the_organisation_and_its_calendar(
    turning: Portolan, working_lead: Any
) -> None:
    desk, settings = Story(turning), turning.running.settings
    kernel = turning.running.services["finance"].kernel
    replica = Scheduler(kernel, [working_lead])
    notice = day(120, settings)
    project = await desk.project("approve")
    await desk.make(
        CONTRACTS_URL, number="C", title="T", project_id=project["id"], notice_on=notice.isoformat()
    )
    await replica.look()
    office = (await waiting(turning, "finance"))[0]["due_at"]
    week: list[dict[str, Any]] = [
        {"weekday": name, "shifts": []} for name in ("tuesday", "wednesday", "thursday", "friday")
    ]
    mondays = await desk.make("projects/v1/calendars", name="Mondays", week=week)
    await desk.make(
        "projects/v1/organisations", name="Mondays only", profile="end_user", calendar_id=mondays["id"]
    )
    await turning.settled()
    await replica.look()
    at = (await waiting(turning, "finance"))[0]["due_at"]
    assert at < office
    almanac = calendar.almanac_of(kernel.store, settings.zone)
    counted = [d for d in (day(n, settings) for n in range(60, 120)) if almanac.is_worked(d)][-5]
    assert counted.weekday() == 0
    assert at == almanac.begin(counted).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    shutdown = {"first_on": counted.isoformat(), "last_on": counted.isoformat()}
    await desk.revise("projects/v1/calendars", mondays, exceptions=[shutdown])
    await turning.settled()
    await replica.look()
    earlier = almanac.begin(counted - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert (await waiting(turning, "finance"))[0]["due_at"] == earlier, "a day off is counted at once"
