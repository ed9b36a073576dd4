"""The import of the real federal record, through the public API of a running Portolan."""

import csv
import json
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.imports.federal import importing
from services.imports.federal.importing import Files
from services.imports.findings import Findings
from shared.base.settings import Settings
from tests.conftest import Portolan, running_portolan

RECORD = Path(__file__).parents[2] / ".." / "shared" / "data" / "us-itdb"
AS_OF = date(2012, 8, 31)

pytestmark = pytest.mark.skipif(not RECORD.exists(), reason="no ../shared/data")

FILES = Files(RECORD / "projects_2012.csv", RECORD / "investments.csv", RECORD / "contracts_2012.csv")


async def imported(portolan: Portolan, validate_only: bool = False) -> tuple[dict[str, Any], Findings]:
    findings = Findings()
    stages = importing.stages(importing.read_all(FILES), AS_OF, findings)
    headers = {"Authorization": f"Bearer {portolan.token('service')}", "Portolan-Effective-At": "2012-08-31"}
    transport = httpx.ASGITransport(portolan.running)
    async with httpx.AsyncClient(transport=transport, base_url="http://portolan", headers=headers) as client:
        summary = await importing.run(
            client, stages, findings, validate_only=validate_only, progress=lambda stage, done: None
        )
    await portolan.settled()
    return summary, findings


@pytest.fixture(scope="module")
def published() -> list[dict[str, str]]:
    with FILES.projects.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
async def portolan(tmp_path: Path) -> AsyncIterator[Portolan]:
    async with running_portolan(Settings(data=tmp_path)) as running:
        yield running


async def events(portolan: Portolan) -> int:
    total = 0
    for one in portolan.running.services.values():
        total += (await one.kernel.store.fetch("SELECT last FROM counter"))[0][0]
    return total


async def dashboard(portolan: Portolan) -> dict[str, dict[str, Any]]:
    """External key -> item, page by page, as of the record's day."""
    items: dict[str, dict[str, Any]] = {}
    following: str | None = "/reporting/v1/projects?as_of=2012-08-31&limit=200&sort=cost.variance"
    while following:
        answer = await portolan("viewer").get(following)
        assert answer.status_code == 200, answer.text
        items |= {item["project"]["external_ref"]["id"]: item for item in answer.json()["items"]}
        following = answer.links.get("next", {}).get("url")
    return items


async def test_the_dashboards_arrive_at_the_published_figures(
    portolan: Portolan, published: list[dict[str, str]]
) -> None:
    summary, findings = await imported(portolan)
    assert {name: tally["created"] for name, tally in summary["sent"].items()} == {
        "portfolios": 19, "programmes": 624, "projects": 1550, "vendors": 669, "contracts": 2366,
        "budget lines": 1760, "assessments": 440,
    }  # fmt: skip
    items = await dashboard(portolan)
    assert len(items) == 1550
    with_cost = [row for row in published if row["cost_variance_musd"]]
    exact = [
        row for row in with_cost if variance(items[row["project_id"]]) == Decimal(row["cost_variance_musd"])
    ]
    assert (len(exact), len(with_cost)) == (1541, 1541)
    with_dates = [
        row for row in published if row["planned_completion_b2"] and row["projected_actual_completion_b2"]
    ]
    agree = [
        row for row in with_dates if days(items[row["project_id"]]) == int(row["schedule_variance_days"])
    ]
    assert (len(agree), len(with_dates)) == (934, 996)
    others = {row["project_id"] for row in with_dates} - {row["project_id"] for row in agree}
    assert others == {f.key for f in findings.items if f.code == "schedule_variance_differs"}
    for row in published:
        if row["project_id"] in others:
            planned = date.fromisoformat(row["planned_completion_b2"])
            assert int(row["schedule_variance_days"]) == (planned - AS_OF).days

    before = await events(portolan)
    again, _ = await imported(portolan)
    assert {(t["created"], t["changed"], t["refused"]) for t in again["sent"].values()} == {(0, 0, 0)}
    assert await events(portolan) == before


def variance(item: dict[str, Any]) -> Decimal | None:
    amount = item["cost"]["variance"]
    return Decimal(amount["amount"]) / 1_000_000 if amount else None


def days(item: dict[str, Any]) -> int | None:
    result: int | None = item["schedule"]["variance_days"]
    return result


async def test_every_odd_row_is_reported_with_its_line(portolan: Portolan) -> None:
    validated, expected = await imported(portolan, validate_only=True)
    assert await events(portolan) == 0
    summary, findings = await imported(portolan)
    assert findings.to_json() == expected.to_json()
    assert {name: t["created"] for name, t in validated["sent"].items()} == {
        name: t["created"] for name, t in summary["sent"].items()
    }
    assert findings.counts() == {
        "agency_code_differs": 3,
        "contract_amount_negative": 1,
        "contract_ends_before_start": 88,
        "contract_id_repeated": 89,
        "contract_without_amount": 1151,
        "contract_without_start": 1008,
        "contract_without_vendor": 1008,
        "lifecycle_cost_far_above_plan": 4,
        "lifecycle_cost_typed_as_millions": 27,
        "no_cost": 9,
        "no_dates": 9,
        "no_projects": 228,
        "no_second_dates": 545,
        "plan_above_lifecycle_cost": 11,
        "schedule_variance_differs": 62,
        "stray_spaces": 32,
    }
    assert json.dumps(findings.to_json())
