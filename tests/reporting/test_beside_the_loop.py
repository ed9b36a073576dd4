"""What grows with the projects is not read on the event loop: rows that `fetch` answers there are counted."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.reporting.service import SERVICE
from shared.base.ids import new_id
from shared.base.money import Money
from shared.base.settings import Settings
from shared.contracts.finance.budget import BudgetLine, BudgetState, Nature
from shared.contracts.projects.strategy import Portfolio
from shared.contracts.projects.structure import Project
from shared.contracts.risk.risks import Kind, Risk, RiskState
from shared.http.auth import Tokens
from shared.http.auth.issuers import LocalIssuer
from shared.messaging.bus.embedded import EmbeddedBus
from shared.messaging.inbox import Inbox
from shared.runtime.running import Opened, opened
from tests.reporting.figures.test_rows_read import MOMENT, made
from tests.reporting.totals.histories import Publisher

DAY = date(2026, 1, 5)
PAST = "2026-03-01"
PORTFOLIO = new_id()
FEW, MANY = 5, 60
BARE = {"version": 1, "created_at": MOMENT, "updated_at": MOMENT, "archived_at": None, "external_ref": None}
DASHBOARDS = (
    "portfolios",
    f"portfolios?as_of={PAST}",
    "projects?limit=3",
    f"projects?limit=3&as_of={PAST}",
    "projects?limit=3&sort=schedule.variance_days",
    "projects?limit=3&health=green&sort=name",
    "budget",
    f"budget?portfolio_id={PORTFOLIO}",
    "budget?stage=active&health=green",
    "risk-exposure",
    f"risk-exposure?as_of={PAST}",
    f"risk-exposure?portfolio_id={PORTFOLIO}",
)


@pytest.fixture
async def reporting(tmp_path: Path) -> AsyncIterator[Opened]:
    settings = Settings(data=tmp_path)
    async with opened(SERVICE, settings, Tokens(settings)) as one:
        yield one


async def grow(inbox: Inbox, publisher: Publisher, count: int) -> None:
    """So many more projects of one portfolio, each with a budget line and a risk."""
    start = len(publisher.records)
    if not start:
        publisher.publish(Portfolio.model_validate(BARE | {"id": PORTFOLIO, "name": "All"}), DAY)
    for _ in range(count):
        id, cost = new_id(), Money.of(100, "CHF")
        members = {"code": "P", "name": "A project", "stage": "active", "portfolio_id": PORTFOLIO}
        publisher.publish(
            Project.model_validate(BARE | members | {"id": id, "planned_cost": cost}, strict=False), DAY
        )
        publisher.publish(
            made(
                BudgetLine, id, amount=cost, state=BudgetState.APPROVED, fiscal_year=2026, nature=Nature.OPEX
            ),
            DAY,
        )
        rated: dict[str, Any] = {"score": 4, "probability": 2, "impact": 2, "state": RiskState.ASSESSED}
        publisher.publish(made(Risk, id, title="Rain", kind=Kind.THREAT, owner_id=None, **rated), DAY)
    await inbox.take(publisher.records[start:])
    assert await inbox.kernel.store.fetch("SELECT error FROM dead_letter") == []


async def test_no_dashboard_reads_all_projects_on_the_event_loop(
    reporting: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, publisher, rows = reporting.kernel.store, Publisher(), 0
    inbox = Inbox(reporting.kernel, EmbeddedBus({}), SERVICE.consumers[0])
    fetch = store.fetch

    async def counted(text: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        nonlocal rows
        answer = await fetch(text, params)
        rows += len(answer)
        return answer

    monkeypatch.setattr(store, "fetch", counted)
    headers = {"Authorization": f"Bearer {LocalIssuer(tmp_path).issue('tests', 'viewer', 'portolan')}"}
    transport = httpx.ASGITransport(app=reporting.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
        read: list[dict[str, int]] = []
        for count in (FEW, MANY):
            await grow(inbox, publisher, count)
            of_each: dict[str, int] = {}
            for dashboard in DASHBOARDS:
                rows = 0
                answer = await client.get(f"/reporting/v1/{dashboard}")
                assert answer.status_code == 200, answer.text
                of_each[dashboard] = rows
            read.append(of_each)
    assert {d: n for d, n in read[1].items() if n > read[0][d] + 1} == {}
