"""The project list and the project sheet."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.reporting.asof import AS_OF, AsOf, as_of, positions
from services.reporting.figures.health import OVERALL
from services.reporting.figures.judging import FINISH_DAYS, START_DAYS, judged
from services.reporting.history.view import states_of_project
from services.reporting.portfolios.view import descendants
from services.reporting.projects import view
from services.reporting.projects.shapes import ProjectFigures, ProjectFiguresPage
from shared.base.errors import NotFound
from shared.base.text import composed
from shared.contracts.projects import Stage
from shared.http import paging, parameters
from shared.http.call import Answer, Call
from shared.http.keyset import Keyset, Sort
from shared.http.operation import Parameter
from shared.http.routes import Routes

_IN_CURRENCY = "currency"
"""Amounts are ordered within their currency: minor units of several say nothing side by side."""

SORTS = {
    "code": Sort("code_sort", text=True, nullable=False),
    "name": Sort("name_sort", text=True, nullable=False),
    "stage": Sort("stage", text=True, nullable=False),
    "cost.planned": Sort("planned", within=_IN_CURRENCY),
    "cost.forecast": Sort("forecast", within=_IN_CURRENCY),
    "cost.actual": Sort("actual", within=_IN_CURRENCY),
    "cost.variance": Sort("variance", within=_IN_CURRENCY),
    "schedule.planned_finish_on": Sort("planned_finish"),
    "schedule.variance_days": Sort(FINISH_DAYS),
    "schedule.start_variance_days": Sort(START_DAYS),
}

STAGE = Parameter("stage", "Projects at these stages.", parameters.enum_schema(Stage), many=True)
HEALTH = Parameter(
    "health",
    "Projects of this overall health, as of the day and by the thresholds of their portfolio.",
    {"type": "string", "enum": list(OVERALL)},
    many=True,
)

LISTED = (
    AS_OF,
    Parameter(
        "portfolio_id",
        "Projects of these portfolios, with everything under them.",
        {"type": "string", "format": "uuid"},
        many=True,
    ),
    Parameter(
        "programme_id", "Projects of these programmes.", {"type": "string", "format": "uuid"}, many=True
    ),
    STAGE,
    HEALTH,
    parameters.search_parameter(("code", "name")),
    parameters.ARCHIVED,
    Parameter("external_ref.source", "The system a project came from."),
    Parameter("external_ref.id", "Its key there."),
    parameters.sort_parameter(SORTS, "Amounts are ordered by currency first."),
    Parameter("limit", "Items a page, at most 200.", {"type": "integer", "minimum": 1, "maximum": 200}),
    Parameter("cursor", "`next` of the page before."),
)

routes = Routes("reporting", "Projects")


@routes.route("GET", "/v1/projects", id="reporting_projects", summary="Projects with cost, schedule, value and health",
              shape=ProjectFiguresPage, parameters=LISTED, headers=(paging.PREFER,))  # fmt: skip
async def project_list(call: Call) -> Answer:
    at = as_of(call)
    found = await listed(call, at, await _portfolios(call, at))
    folded = await positions(call)
    return paging.answer(call, found.each(lambda item: json.dumps(item | {"positions": folded})))


async def _portfolios(call: Call, at: AsOf) -> list[str] | None:
    """Those that are asked for and all below them, as everywhere else in reporting."""
    asked = [parameters.read_value("id", id, "portfolio_id") for id in call.query.get("portfolio_id", ())]
    if not asked:
        return None
    below = descendants(await view.portfolios_by_id(call.kernel.store, at, archived=True))
    return sorted(set().union(*(below.get(id, {id}) for id in asked)))


async def listed(
    call: Call, at: AsOf, portfolio_ids: Sequence[str] | None, alone: bool = False
) -> paging.Page[view.Item]:
    """A page of projects as the query asks for them, of these portfolios where some are named, or `alone`: of none."""
    keyset = _keyset(call, at)
    keyset.any_of("portfolio_id", portfolio_ids, "id")
    keyset.any_of("overall", call.query.get("health"), "code")
    portfolios = await view.portfolios_by_id(call.kernel.store, at, archived=True)
    if alone:
        _outside(keyset, sorted(_within_a_listed_one(portfolios)))
    table = f"({judged(at.day, portfolios.values())}) figures" if "health" in call.query else "figures"
    found = await keyset.page(call, ", ".join(view.COLUMNS), table)
    items = await view.items(call.kernel.store, [view.row_of(row) for row in found.items], at)
    return paging.Page(items, found.next, found.total)


def _within_a_listed_one(portfolios: dict[str, view.Item]) -> set[str]:
    """Portfolios that are not archived, and all that stand under one."""
    below = descendants(portfolios)
    listed = [id for id, portfolio in portfolios.items() if portfolio["archived_at"] is None]
    return set().union(*(below[id] for id in listed))


def _outside(keyset: Keyset, portfolio_ids: Sequence[str]) -> None:
    """Projects of no portfolio, or of one that is archived: those that no portfolio counts."""
    if portfolio_ids:
        marks = ", ".join("?" * len(portfolio_ids))
        keyset.narrow(f"(portfolio_id IS NULL OR portfolio_id NOT IN ({marks}))", *portfolio_ids)


def _keyset(call: Call, at: AsOf) -> Keyset:
    sorts = {name: replace(sort, sql=sort.sql.format(day=at.day)) for name, sort in SORTS.items()}
    keyset = Keyset("project_id", sorts, "reporting.projects")
    if not parameters.wants_archived(call):
        keyset.narrow("archived = 0")
    keyset.narrow(view.VALID, at.day, at.day)
    for column in ("programme_id", "stage"):
        keyset.any_of(column, call.query.get(column), "code" if column == "stage" else "id")
    for parameter, column in (("external_ref.source", "external_source"), ("external_ref.id", "external_id")):
        if (value := call.one(parameter)) is not None:
            keyset.narrow(f"{column} = ?", composed(value))
    if text := call.one("q"):
        keyset.search(text)
    return keyset


@routes.route("GET", "/v1/projects/{id}", id="reporting_project", summary="The sheet of a project",
              description="The figures of the list, with everything they rest on.", shape=ProjectFigures,
              parameters=(AS_OF,), refusals=(404,))  # fmt: skip
async def project_sheet(call: Call, id: str) -> Answer:
    return Answer(200, json.dumps(await sheet(call, id, as_of(call))).encode())


async def sheet(call: Call, id: str, at: AsOf) -> dict[str, Any]:
    store = call.kernel.store
    row = await view.one(store, id, at)
    if row is None:
        raise NotFound("there is no such project by that day")
    [made] = await view.items(store, [row], at)
    details = await states_of_project(store, id, at.until)
    details.pop("performance", None)  # no source: as of a past day it lacks what was told late
    return made | {"positions": await positions(call), "details": details}
