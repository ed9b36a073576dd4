"""Random histories of portfolios and projects as the events of their services, made without them."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from shared.base.clock import to_micros
from shared.base.ids import new_id
from shared.base.money import Money
from shared.contracts.finance.budget import BudgetLine
from shared.contracts.finance.control import Contribution, Forecast, Performance, PerformanceMeasured
from shared.contracts.language import Aggregate, Fact, plain
from shared.contracts.projects.strategy import Portfolio, Programme, Thresholds
from shared.contracts.projects.structure import Project
from shared.contracts.risk.risks import Risk
from shared.messaging.bus import Record
from shared.store.outbox import Origin, cloud_event, event

FIRST = date(2025, 1, 6)
DAYS = 120
ORIGIN = Origin("/portolan/test/tests/1", "user", "tests", "tests").to_json()
STAGES = ("proposed", "approved", "approved", "active", "active", "on_hold", "closed", "discontinued")


@dataclass
class Publisher:
    """Gives events their places on the bus; each aggregate's own days never go back."""

    records: list[Record] = field(default_factory=list)
    last: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))

    def publish(self, state: Aggregate, on: date, fact: Fact | None = None) -> None:
        answer = fact or plain(type(state), "created" if state.version == 1 else "revised")
        effective = to_micros(datetime(on.year, on.month, on.day, 12, tzinfo=UTC))
        body = event(state, state.model_dump_json(), answer, (), effective, effective, ORIGIN, "http://test")
        place, position = (body.topic, body.partition), len(self.records) + 1
        value = cloud_event(position, self.last[place], body.headers, body.payload).encode()
        self.records.append(Record(*place, position, position, self.last[place], 1, value))
        self.last[place] = position


class World:
    """A few portfolios, one under another, programmes, projects, and what hangs on the projects."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.publisher = Publisher()
        self.days: dict[UUID, date] = {}
        self.states: dict[UUID, Aggregate] = {}
        self.of: dict[type[Aggregate], list[UUID]] = defaultdict(list)

    @property
    def records(self) -> list[Record]:
        return self.publisher.records

    def write(self, shape: type[Aggregate], id: UUID | None, **members: Any) -> UUID:
        """A new version on a day that is not before the last one; without an id a new aggregate."""
        day = FIRST + timedelta(days=self.random.randrange(DAYS))
        if id is None:
            id, version = new_id(), 1
            self.of[shape].append(id)
        else:
            version = self.states[id].version + 1
            day = max(day, self.days[id]) if self.random.random() < 0.5 else self.days[id]
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        state = shape.model_validate(
            {"id": id, "version": version, "created_at": moment, "updated_at": moment, "archived_at": None,
             "external_ref": None, **members},
            strict=False,
        )  # fmt: skip
        self.states[id], self.days[id] = state, day
        self.publisher.publish(state, day)
        return id

    def any_of(self, shape: type[Aggregate]) -> UUID | None:
        return self.random.choice([None, *self.of[shape]])

    def project_of(self, id: UUID) -> Any:
        return self.states[id].model_dump()["project_id"]

    def money(self, currency: str = "CHF") -> Money:
        return Money.of(self.random.choice([0, 999, self.random.randrange(10**6), 10**17]), currency)

    def day(self, most: int = 200) -> str:
        return (FIRST + timedelta(days=self.random.randrange(-20, most))).isoformat()

    def portfolio(self, id: UUID | None = None) -> None:
        pick = self.random
        thresholds = Thresholds(
            cost_amber_pct=pick.choice([0, 2.2, 5]),
            cost_red_pct=pick.choice([5, 10]),
            time_amber_days=pick.choice([0, 1, 30]),
            time_red_days=pick.choice([30, 90]),
        )
        others = [p for p in self.of[Portfolio] if p != id]
        self.write(
            Portfolio,
            id,
            name=f"Portfolio {pick.randrange(100)}",
            parent_id=pick.choice([None, *others]),
            thresholds=pick.choice([None, None, thresholds]),
            **self._archived(),
        )

    def _archived(self) -> dict[str, Any]:
        return {"archived_at": datetime(2026, 1, 1, tzinfo=UTC)} if self.random.random() < 0.15 else {}

    def project(self, id: UUID | None = None) -> None:
        pick = self.random
        currency = pick.choice(["CHF", "CHF", "EUR"])
        start = self.day(60)
        finish = (date.fromisoformat(start) + timedelta(days=pick.randrange(1, 100))).isoformat()
        self.write(
            Project,
            id,
            code=f"P{len(self.records)}",
            name="A project",
            stage=pick.choice(STAGES),
            portfolio_id=self.any_of(Portfolio),
            programme_id=self.any_of(Programme),
            planned_cost=pick.choice([None, self.money(currency)]),
            forecast_cost=pick.choice([None, self.money(currency), self.money("EUR")]),
            planned_start_on=pick.choice([None, start]),
            planned_finish_on=pick.choice([None, finish]),
            forecast_start_on=pick.choice([None, None, self.day()]),
            forecast_finish_on=pick.choice([None, None, self.day()]),
            actual_start_on=pick.choice([None, None, self.day()]),
            actual_finish_on=pick.choice([None, None, None, self.day()]),
            **self._archived(),
        )

    def thing(self, shape: type[Aggregate], project: UUID, id: UUID | None = None) -> None:
        pick, content = self.random, dict[str, Any]()
        if shape is Forecast:
            content = {"forecast_on": self.day(), "at_completion": self.money(pick.choice(["CHF", "EUR"]))}
        elif shape is BudgetLine:
            content = {
                "fiscal_year": 2025,
                "amount": self.money(),
                "state": pick.choice(["draft", "approved"]),
            }
        else:
            score = pick.choice([None, 4, 12, 25])
            state = pick.choice(["identified", "assessed", "monitored", "occurred", "closed"])
            content = {"title": "Rain", "score": score, "state": state}
        self.write(shape, id, project_id=project, **content, **self._archived())

    def measured(self, project: UUID) -> None:
        """Finance tells of money spent, which counts from a day of its own."""
        amount, nothing = self.money(self.random.choice(["CHF", "EUR"])), Money.of(0, "CHF")
        counts_from = (FIRST + timedelta(days=self.random.randrange(DAYS))).isoformat()
        answer = Contribution(
            counts_from=date.fromisoformat(counts_from), at_completion=Money.of(0, amount.currency),
            earned=Money.of(0, amount.currency), actual=amount, current_at_completion=Money.of(0, amount.currency),
        )  # fmt: skip
        result = [id for id in self.of[Performance] if self.project_of(id) == project]
        state = Performance.model_construct(
            id=result[0] if result else new_id(),
            version=self.states[result[0]].version + 1 if result else 1,
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
            updated_at=datetime(2026, 1, 1, tzinfo=UTC),
            archived_at=None,
            external_ref=None,
            project_id=project,
            currency=amount.currency,
            at_completion=nothing,
            earned=nothing,
            actual=nothing,
        )
        if not result:
            self.of[Performance].append(state.id)
        self.states[state.id] = state
        self.publisher.publish(
            state, FIRST + timedelta(days=DAYS), PerformanceMeasured(cause="a.cost", contributions=[answer])
        )

    def step(self) -> None:
        """One more fact of anything."""
        pick = self.random
        act = pick.choice(("portfolio", "new project", "project", "project", "thing", "thing", "measured"))
        if act == "portfolio":
            self.portfolio(self.any_of(Portfolio))
        elif act == "new project" or not self.of[Project]:
            self.project()
        elif act == "project":
            self.project(pick.choice(self.of[Project]))
        elif act == "measured":
            self.measured(pick.choice(self.of[Project]))
        else:
            shape = pick.choice((Forecast, BudgetLine, Risk))
            id = self.any_of(shape)
            project = self.project_of(id) if id else pick.choice(self.of[Project])
            self.thing(shape, project, id)

    def begin(self) -> None:
        for _ in range(3):
            self.portfolio()
        self.write(Programme, None, name="A programme")
        for _ in range(5):
            self.project()


def batches(records: list[Record], random: Random) -> list[list[Record]]:
    """The records of each partition in their order, the partitions mixed, in batches of any size; some come twice."""
    waiting: dict[tuple[str, int], list[Record]] = defaultdict(list)
    for record in reversed(records):
        waiting[record.topic, record.partition].append(record)
    created: list[list[Record]] = []
    while waiting:
        batch = []
        for _ in range(random.choice([1, 2, 5, 20])):
            if waiting:
                place = random.choice(sorted(waiting))
                batch.append(waiting[place].pop())
                if not waiting[place]:
                    del waiting[place]
        created.append(batch)
        if random.random() < 0.1:
            created.append(random.choice(created))
    return created
