"""Dashboards are declared by their answers: what is missing is refused, and what follows holds for each of them."""

import json
from types import SimpleNamespace
from typing import Annotated, Any

import pytest

from services.reporting.asof import AsOf, AsOfQuery, as_of
from services.reporting.dashboard import Dashboard, DashboardAnswer, Per, WrongDashboard, additive, from_rows
from services.reporting.dashboards.group import DASHBOARDS, EACH
from services.reporting.kept_sums import Part
from services.reporting.reading import Reading
from services.reporting.scope import NarrowedQuery, ScopedQuery
from services.reporting.service import SERVICE
from shared.base.clock import from_day
from shared.contracts.projects.structure import Stage
from shared.domain.access.rights import EVERYTHING, Sight
from tests.conftest import Portolan

PROJECT, OTHER = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d", "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3e"


def number_of_projects(part: Part) -> dict[str, Any]:
    return {"projects": sum(sums.projects for sums in part.groups.values())}


async def nothing(reading: Reading[AsOfQuery]) -> list[str]:
    return []


class Additive(DashboardAnswer):
    """What is added up."""

    total: Annotated[dict[str, int], additive(number_of_projects, Per.WHOLE)]
    """All projects."""


class Unmeasured(DashboardAnswer):
    """What nobody measures."""

    total: int
    """All projects."""


class MeasuredTwice(DashboardAnswer):
    """What is measured in two ways."""

    total: Annotated[dict[str, int], additive(number_of_projects, Per.WHOLE), from_rows(nothing)]
    """All projects."""


class Undocumented(DashboardAnswer):
    items: Annotated[list[str], from_rows(nothing)]
    """None."""


@pytest.mark.parametrize(
    ("answer", "query", "advice"),
    [
        (Unmeasured, NarrowedQuery, "Unmeasured.total: say how it is measured"),
        (MeasuredTwice, NarrowedQuery, "MeasuredTwice.total: say how it is measured"),
        (Undocumented, ScopedQuery, "Undocumented: write a docstring"),
        (Additive, ScopedQuery, "for portfolio_id, project_id its measures are made from rows"),
    ],
)
def test_a_declaration_that_cannot_hold_is_refused_with_what_to_write(
    answer: type[DashboardAnswer], query: type[AsOfQuery], advice: str
) -> None:
    with pytest.raises(WrongDashboard, match=advice):
        Dashboard("/v1/wrong", answer, query, tag="Wrong")


def test_the_route_follows_from_the_declaration() -> None:
    [route] = Dashboard("/v1/some-sums", Additive, NarrowedQuery, tag="Sums").routes.declared
    assert (route.id, route.summary, route.shape) == ("reporting_some_sums", "What is added up", Additive)
    assert route.operation.scope == "reporting.read"
    assert [parameter.name for parameter in route.operation.parameters] == ["as_of", "stage", "health"]


def test_every_dashboard_of_the_service_is_a_declared_one() -> None:
    assert DASHBOARDS in SERVICE.groups
    assert list(DASHBOARDS.routes) == [dashboard.routes for dashboard in EACH]


HIDDEN = Sight(frozenset({OTHER}))


def reading(query: AsOfQuery, sight: Sight = EVERYTHING, day: int = 739_000) -> Reading[AsOfQuery]:
    call: Any = SimpleNamespace(sight=sight)
    return Reading(call, AsOf(from_day(day), day, None), query)


def test_answers_are_shared_by_equal_queries_of_who_sees_the_same() -> None:
    assert reading(ScopedQuery(project_id=PROJECT)).key == reading(ScopedQuery(project_id=PROJECT)).key


@pytest.mark.parametrize(
    "other",
    [
        reading(ScopedQuery(project_id=OTHER)),
        reading(ScopedQuery()),
        reading(ScopedQuery(project_id=PROJECT, stage=(Stage.ACTIVE,))),
        reading(ScopedQuery(project_id=PROJECT), day=739_001),
        reading(ScopedQuery(project_id=PROJECT), HIDDEN),
    ],
    ids=("another project", "no project", "a stage", "another day", "another sight"),
)
def test_nothing_else_is_answered_from_the_same_memory(other: Reading[AsOfQuery]) -> None:
    assert reading(ScopedQuery(project_id=PROJECT)).key != other.key


async def test_every_dashboard_answers_the_shape_that_it_declares(portolan: Portolan) -> None:
    director = portolan()
    portfolio = (await director.post("/projects/v1/portfolios", json={"name": "Networks"})).json()
    content = {
        "name": "ERP",
        "portfolio_id": portfolio["id"],
        "planned_cost": {"amount": "9", "currency": "CHF"},
    }
    project = (await director.post("/projects/v1/projects", json=content)).json()
    await portolan.settled()
    risk = {"project_id": project["id"], "title": "The vendor fails"}
    assert (await director.post("/risk/v1/risks", json=risk)).status_code == 201
    assert (await director.post("/finance/v1/vendors", json={"name": "Tresa"})).status_code == 201
    await portolan.settled()
    for dashboard in EACH:
        for query in ("", "?as_of=2020-01-01"):
            answer = await portolan("viewer").get(f"/reporting{dashboard.path}{query}")
            assert answer.status_code == 200, answer.text
            members = json.loads(answer.text)
            typed = dashboard.answer.model_validate_json(answer.text)
            assert json.loads(typed.model_dump_json(exclude_unset=True)) == members, dashboard.path


async def test_states_are_narrowed_by_stage_also_where_the_query_names_no_place(portolan: Portolan) -> None:
    director = portolan()
    ids = []
    for name in ("ERP", "CRM"):
        content = {"name": name, "planned_start_on": "2026-01-05", "planned_finish_on": "2026-12-17"}
        ids.append((await director.post("/projects/v1/projects", json=content)).json()["id"])
    await portolan.settled()
    for id in ids:
        risk = {"project_id": id, "title": "The vendor fails"}
        assert (await director.post("/risk/v1/risks", json=risk)).status_code == 201
    match = {"If-Match": '"1"'}
    approved = await director.post(f"/projects/v1/projects/{ids[0]}/approve", json={}, headers=match)
    assert approved.status_code == 200, approved.text
    await portolan.settled()
    kernel = portolan.running.services["reporting"].kernel
    call: Any = SimpleNamespace(kernel=kernel, sight=EVERYTHING)
    at = as_of(call, AsOfQuery())
    for query, expected in (
        (NarrowedQuery(), ids),
        (NarrowedQuery(stage=(Stage.APPROVED,)), ids[:1]),
        (ScopedQuery(stage=(Stage.APPROVED,)), ids[:1]),
    ):
        risks = await Reading(call, at, query).states_in_scope("risk")
        assert sorted(risk["project_id"] for risk in risks) == sorted(expected)


async def test_a_reading_of_what_reporting_never_receives_is_refused(portolan: Portolan) -> None:
    portolan()
    call: Any = SimpleNamespace(kernel=portolan.running.services["reporting"].kernel, sight=EVERYTHING)
    with pytest.raises(LookupError, match="no aggregates called riks"):
        await Reading(call, as_of(call, AsOfQuery()), AsOfQuery()).states("riks")
