"""What stands in some states as of a day is what reading everything comes to, and only that is read."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest

from services.reporting.dashboards.decisions_due import view as decisions
from services.reporting.directory.kinds import kinds
from services.reporting.history.standing import counts_standing, states_standing
from services.reporting.history.view import states, states_of_project
from services.reporting.service import SERVICE
from shared.base.clock import to_micros
from shared.base.ids import new_id
from shared.base.settings import Settings
from shared.contracts.language import Aggregate
from shared.contracts.projects.change import Axis, AxisValue, ExceptionState, ProjectException
from shared.contracts.projects.plan import Activity
from shared.domain.access.rights import EVERYTHING, Sight
from shared.http.auth import Tokens
from shared.messaging.bus.embedded import EmbeddedBus
from shared.messaging.inbox import Inbox
from shared.runtime.running import Opened, opened
from shared.store import Store
from tests.reporting.totals.histories import Publisher

FIRST = date(2026, 1, 5)
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
OPEN = ("raised", "assessed", "decided")
ENDED = ("closed", "lapsed")
FEW, MANY = 5, 200


@pytest.fixture
async def reporting(tmp_path: Path, database_url: str) -> AsyncIterator[Opened]:
    settings = Settings(data=tmp_path, database_url=database_url)
    async with opened(SERVICE, settings, Tokens(settings)) as one:
        yield one


def exception(id: UUID, project: UUID, version: int, state: str, archived: bool = False) -> ProjectException:
    return ProjectException.model_construct(
        id=id, version=version, created_at=MOMENT, updated_at=MOMENT, archived_at=MOMENT if archived else None,
        external_ref=None, project_id=project, axis=Axis.SCOPE, tolerance=AxisValue(), forecast=AxisValue(), state=ExceptionState(state),
    )  # fmt: skip


class Teller:
    """Tells reporting of exceptions, batch by batch."""

    def __init__(self, one: Opened) -> None:
        self.inbox, self.publisher = Inbox(one.kernel, EmbeddedBus({}), SERVICE.consumers[0]), Publisher()

    async def tell(self, versions: Sequence[tuple[Aggregate, date]]) -> None:
        before = len(self.publisher.records)
        for state, day in versions:
            self.publisher.publish(state, day)
        await self.inbox.take(self.publisher.records[before:])
        assert await self.inbox.kernel.store.fetch("SELECT error FROM dead_letter") == []


def end_of(day: date) -> int:
    return to_micros(datetime(day.year, day.month, day.day, 23, tzinfo=UTC))


@pytest.mark.parametrize("seed", range(4))
async def test_any_day_has_what_reading_everything_comes_to(reporting: Opened, seed: int) -> None:
    random, store = Random(seed), reporting.kernel.store
    projects = [new_id() for _ in range(4)]
    history: list[tuple[Aggregate, date]] = []
    for _ in range(25):
        id, project, day = new_id(), random.choice(projects), FIRST
        for version in range(1, random.randint(2, 7)):
            day += timedelta(days=random.randint(0, 6))
            state = exception(id, project, version, random.choice(OPEN + ENDED), random.random() < 0.1)
            history.append((state, day))
    await Teller(reporting).tell(history)
    hiding = Sight(hidden=frozenset({str(projects[0])}))
    for sight in (EVERYTHING, hiding):
        for until in (None, *(end_of(FIRST + timedelta(days=n)) for n in range(-1, 40, 3))):
            whole = await states(store, "exception", until, sight)
            standing = await states_standing(store, "exception", OPEN, until, sight)
            assert {one["id"] for one in standing} == {one["id"] for one in whole if one["state"] in OPEN}
            counts: Counter[tuple[Any, str]] = Counter()
            for place, state_, count in await counts_standing(store, "exception", ENDED, until, sight):
                counts[place, state_] += count
            assert counts == Counter(
                (one["project_id"], one["state"]) for one in whole if one["state"] in ENDED
            )


class Counting:
    """Counts the rows that are read of a store."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows = 0
        self._scan = store.scan
        monkeypatch.setattr(store, "scan", self._counted)

    async def _counted(self, text: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        rows = await self._scan(text, params)
        self.rows += len(rows)
        return rows


async def test_no_more_is_read_beside_many_that_have_ended(
    reporting: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, project, teller = reporting.kernel.store, new_id(), Teller(reporting)
    await teller.tell([(exception(new_id(), project, 1, "raised"), FIRST) for _ in range(3)])
    read = []
    for ended in (FEW, MANY):
        versions: list[tuple[Aggregate, date]] = []
        for id in (new_id() for _ in range(ended)):
            ways = enumerate(("raised", "closed"), 1)
            versions += [(exception(id, project, version, state), FIRST) for version, state in ways]
        await teller.tell(versions)
        counting = Counting(store, monkeypatch)
        for until in (None, end_of(FIRST)):
            assert len(await states_standing(store, "exception", OPEN, until, EVERYTHING)) == 3
            await counts_standing(store, "exception", ENDED, until, EVERYTHING)
        read.append(counting.rows)
        monkeypatch.undo()
    assert read == [2 * (3 + 1)] * 2


async def test_of_plans_only_what_stands_is_kept(reporting: Opened) -> None:
    """As of a past day nothing is told of them: the sheet of a project leaves them to the project's plan."""
    teller, store, project = Teller(reporting), reporting.kernel.store, new_id()
    one = Activity(
        id=new_id(), version=1, created_at=MOMENT, updated_at=MOMENT, project_id=project, name="Dig", duration_minutes=480
    )  # fmt: skip
    await teller.tell([(one, FIRST), (one.model_copy(update={"version": 2, "name": "Dig deeper"}), FIRST)])
    await teller.tell([(exception(new_id(), project, 1, "raised"), FIRST)])
    assert await store.fetch("SELECT aggregate_type FROM history") == [("exception",)]
    current = await store.fetch("SELECT version FROM current_state WHERE aggregate_type = 'activity'")
    assert current == [(2,)]
    assert await store.fetch("SELECT name FROM directory WHERE kind = 'projects.activity'") == [
        ("Dig deeper",)
    ]
    for until in (None, end_of(FIRST)):
        assert set(await states_of_project(store, str(project), until)) == {"exception"}


async def test_whatever_waits_for_a_decision_is_listed_by_its_state(reporting: Opened) -> None:
    for kind in decisions.standing():
        assert kinds()[f"projects.{kind.aggregate}"].label == kind.title, "a line is called as what waits is"
        assert (
            await states_standing(reporting.kernel.store, kind.aggregate, (kind.state,), None, EVERYTHING)
            == []
        )
    with pytest.raises(LookupError):
        await states_standing(reporting.kernel.store, "activity", ("raised",), None, EVERYTHING)
