"""What a fold reads does not grow with what a project has: rows and statements are counted, not time."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from services.reporting.service import SERVICE
from shared.base.ids import new_id
from shared.base.money import Money
from shared.base.settings import Settings
from shared.contracts.finance.budget import BudgetState
from shared.contracts.finance.control import Contribution, Performance, PerformanceMeasured
from shared.contracts.language import CATALOGUE, Aggregate, Fact
from shared.contracts.projects.structure import Project
from shared.contracts.risk.risks import RiskState
from shared.http.auth import Tokens
from shared.messaging.bus.embedded import EmbeddedBus
from shared.messaging.inbox import Inbox
from shared.runtime.running import Opened, opened
from tests.reporting.totals.histories import Publisher

TODAY = date(2026, 6, 1)
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
FEW, MANY = 3, 150
MEMBERS: dict[str, dict[str, Any]] = {
    "risk": {"title": "Rain", "score": 12, "state": RiskState.ASSESSED},
    "forecast": {"forecast_on": TODAY, "at_completion": Money.of(100, "CHF"), "comment": ""},
    "budget_line": {"amount": Money.of(100, "CHF"), "state": BudgetState.APPROVED, "fiscal_year": 2026},
    "budget": {"currency": "CHF"},
}
"""What the figures of a project rest on; of other children nothing counts."""
KINDS = {
    entry.name: entry.shape
    for entry in CATALOGUE.values()
    if entry.key == "project_id" and entry.shape is not Performance
}


class Counter:
    """Counts the rows and the statements that are read of a store."""

    def __init__(self, one: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows = self.statements = 0
        self._fetch = one.kernel.store.fetch
        monkeypatch.setattr(one.kernel.store, "fetch", self._counted)

    async def _counted(self, text: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        rows = await self._fetch(text, params)
        self.rows, self.statements = self.rows + len(rows), self.statements + 1
        return rows

    def taken(self) -> tuple[int, int]:
        """What was read since it was last asked."""
        counted, self.rows, self.statements = (self.rows, self.statements), 0, 0
        return counted


@pytest.fixture
async def reporting(tmp_path: Path, database_url: str) -> AsyncIterator[Opened]:
    settings = Settings(data=tmp_path, database_url=database_url)
    async with opened(SERVICE, settings, Tokens(settings)) as one:
        yield one


def made(shape: type[Aggregate], project_id: UUID, id: UUID | None = None, version: int = 1, **members: Any) -> Aggregate:  # fmt: skip
    """A state; what is not given has the shape's own default."""
    return shape.model_construct(
        id=id or new_id(), version=version, created_at=MOMENT, updated_at=MOMENT, archived_at=None, external_ref=None,
        project_id=project_id, **members,
    )  # fmt: skip


def project() -> Aggregate:
    return Project.model_validate(
        {"id": new_id(), "version": 1, "created_at": MOMENT, "updated_at": MOMENT, "archived_at": None,
         "external_ref": None, "code": "P", "name": "A project", "planned_cost": Money.of(100, "CHF")}
    )  # fmt: skip


async def fold(
    inbox: Inbox, publisher: Publisher, states: Sequence[tuple[Aggregate, date, Fact | None]]
) -> None:
    start = len(publisher.records)
    for state, day, fact in states:
        publisher.publish(state, day, fact)
    await inbox.take(publisher.records[start:])
    assert await inbox.kernel.store.fetch("SELECT error FROM dead_letter") == []


async def read_beside(
    one: Opened, monkeypatch: pytest.MonkeyPatch, inbox: Inbox, publisher: Publisher, kind: str, children: int
) -> list[tuple[int, int]]:
    """Of one more child, of another version of one, and of a version of the project, in a project of so many."""
    shape, members = KINDS[kind], MEMBERS.get(kind, {})
    own = project()
    first = made(shape, own.id, **members)
    others = [made(shape, own.id, **members) for _ in range(children - 1)]
    await fold(inbox, publisher, [(own, TODAY, None)])
    await fold(inbox, publisher, [(child, TODAY, None) for child in (first, *others)])
    counter, read = Counter(one, monkeypatch), []
    again = made(shape, own.id, first.id, 2, **members)
    revised = own.model_copy(update={"version": 2, "name": "Another name"})
    for state in (made(shape, own.id, **members), again, revised):
        counter.taken()
        await fold(inbox, publisher, [(state, TODAY + timedelta(days=1), None)])
        read.append(counter.taken())
    monkeypatch.undo()
    return read


@pytest.mark.parametrize("kind", KINDS)
async def test_a_fold_reads_as_much_beside_many_children_as_beside_few(
    reporting: Opened, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    inbox, publisher = Inbox(reporting.kernel, EmbeddedBus({}), SERVICE.consumers[0]), Publisher()
    few = await read_beside(reporting, monkeypatch, inbox, publisher, kind, FEW)
    assert await read_beside(reporting, monkeypatch, inbox, publisher, kind, MANY) == few


def measured(own: Aggregate, version: int, days: Sequence[date]) -> tuple[Aggregate, PerformanceMeasured]:
    nothing = Money.of(0, "CHF")
    state = made(Performance, own.id, uuid5(own.id, "performance"), version, currency="CHF", at_completion=nothing,
                 earned=nothing, actual=nothing)  # fmt: skip
    return state, PerformanceMeasured(
        cause="a cost",
        contributions=[
            Contribution(counts_from=day, at_completion=nothing, earned=nothing, actual=Money.of(7, "CHF"), current_at_completion=nothing)
            for day in days
        ],
    )  # fmt: skip


async def test_a_cost_is_added_to_what_was_measured_before(
    reporting: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the costs before it count from as many days."""
    inbox, publisher = Inbox(reporting.kernel, EmbeddedBus({}), SERVICE.consumers[0]), Publisher()
    read = []
    for costs in (FEW, MANY):
        own = project()
        await fold(inbox, publisher, [(own, TODAY, None)])
        state, fact = measured(own, 1, [TODAY + timedelta(days=n) for n in range(costs)])
        await fold(inbox, publisher, [(state, TODAY, fact)])
        counter = Counter(reporting, monkeypatch)
        state, fact = measured(own, 2, [TODAY + timedelta(days=costs)])
        await fold(inbox, publisher, [(state, TODAY, fact)])
        read.append(counter.taken())
        monkeypatch.undo()
        [(actual,)] = await reporting.kernel.store.fetch(
            "SELECT actual FROM figures WHERE project_id = ? ORDER BY from_day DESC LIMIT 1", (str(own.id),)
        )
        assert actual == 7 * (costs + 1)
    assert read[0] == read[1]
