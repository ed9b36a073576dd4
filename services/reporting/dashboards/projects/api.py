"""The project list, the project sheet, and the trend of a project's milestones."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from services.reporting.asof import AsOf, AsOfQuery, positions
from services.reporting.dashboard import DashboardList
from services.reporting.dashboards.milestone_trend.shapes import MilestoneTrend
from services.reporting.dashboards.milestone_trend.trend import milestone_trend
from services.reporting.dashboards.projects import view
from services.reporting.dashboards.projects.shapes import ProjectFiguresPage, ProjectSheet
from services.reporting.dashboards.projects.stale import stale_references
from services.reporting.dashboards.projects.statements import with_statements
from services.reporting.figures.judging import FINISH_DAYS, FINISH_PARTS, START_DAYS, START_PARTS, judged
from services.reporting.figures.rows import VALID
from services.reporting.history.portfolios import descendants, portfolios_by_id
from services.reporting.history.view import states_of_project
from services.reporting.reading import Reading, State, reading_of
from services.reporting.scope import HEALTHS, STAGES
from shared.base.errors import NotFound
from shared.base.text import composed
from shared.domain.access.conditions import visible
from shared.http import parameters
from shared.http.call import Answer, Call
from shared.http.keyset import Keyset, Sort
from shared.http.paging import Page
from shared.http.path import Id
from shared.http.query import Cursor, Limit
from shared.store import Store, search


def _amount(column: str) -> Sort:
    """Amounts are ordered within their currency: minor units of several say nothing side by side."""
    return Sort(column, within="currency", indexed=True)


SORTS = {
    "code": Sort("code_sort", text=True, nullable=False),
    "name": Sort("name_sort", text=True, nullable=False),
    "stage": Sort("stage", text=True, nullable=False),
    "cost.planned": _amount("planned"),
    "cost.forecast": _amount("forecast"),
    "cost.actual": _amount("actual"),
    "cost.variance": _amount("variance"),
    "schedule.planned_finish_on": Sort("planned_finish", indexed=True),
    "schedule.variance_days": Sort(FINISH_DAYS, parts=FINISH_PARTS),
    "schedule.start_variance_days": Sort(START_DAYS, parts=START_PARTS),
}

INDEXED = frozenset({"portfolio_id", "programme_id", "stage", "external_source", "external_id"})
"""Columns that are compared as a whole, each with an index."""

SEARCH = Annotated[str | None, parameters.search_parameter(("code", "name"))]
SORT = Annotated[str | None, parameters.sort_parameter(SORTS, "Amounts are ordered by currency first.")]


class ProjectListQuery(AsOfQuery):
    """As of which day, which projects, in which order."""

    id: Annotated[tuple[Id, ...], parameters.ids_parameter("The project's id.")] = ()
    portfolio_id: tuple[Id, ...] = Field(
        default=(), description="Projects of these portfolios, with everything under them."
    )
    programme_id: tuple[Id, ...] = Field(default=(), description="Projects of these programmes.")
    stage: STAGES = ()
    health: HEALTHS = ()
    q: SEARCH = None
    archived: Annotated[str | None, parameters.ARCHIVED] = None
    source: str | None = Field(
        default=None, alias="external_ref.source", description="The system a project came from."
    )
    external_id: str | None = Field(default=None, alias="external_ref.id", description="Its key there.")
    sort: SORT = None
    limit: Limit = None
    cursor: Cursor = None


async def project_page(reading: Reading[ProjectListQuery]) -> Page[State]:
    read_positions = await positions(reading.call)
    page = await figures_page(reading, await portfolios_asked(reading))
    return page.each(lambda item: item | {"positions": read_positions})


async def portfolios_asked(reading: Reading[ProjectListQuery]) -> list[str] | None:
    """Those that the query names and all below them, as everywhere else in reporting."""
    ids = reading.query.portfolio_id
    if not ids:
        return None
    below = descendants(await portfolios_by_id(reading.store, reading.at, archived=True))
    return sorted(set().union(*(below.get(id, {id}) for id in ids)))


async def figures_page(
    reading: Reading[ProjectListQuery],
    portfolio_ids: Sequence[str] | None,
    alone: bool = False,
    *,
    counted: bool = False,
) -> Page[State]:
    """A page of projects as the query says. It is of these portfolios where some are named, or of none (`alone`).

    `counted` says how many there are on all pages, as callers may ask by `Prefer` too."""
    query, at = reading.query, reading.at
    keyset = await _keyset(reading.store, query, at)
    keyset.any_of("portfolio_id", portfolio_ids, "id")
    keyset.any_of("overall", query.health, "code")
    if condition := visible(reading.sight, ("project_id",), reading.store.dialect):
        keyset.narrow(condition[0], *condition[1])
    portfolios = await portfolios_by_id(reading.store, at, archived=True)
    if alone:
        _outside(keyset, sorted(_within_a_listed_one(portfolios)))
    table = f"({judged(at.day, portfolios.values())}) figures" if query.health else "figures"
    keyset.is_long = at.until is not None or bool(query.health) or "variance_days" in (query.sort or "")
    page = await keyset.page(reading.call, ", ".join(view.COLUMNS), table, counted=counted)
    items = await view.items(reading.store, [view.row_of(row) for row in page.items], at, reading.sight)
    items = await with_statements(reading.store, items, at)
    return Page(items, page.next, page.total)


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


async def _keyset(store: Store, query: ProjectListQuery, at: AsOf) -> Keyset:
    sorts = {name: of_day(sort, at.day) for name, sort in SORTS.items()}
    if (
        query.health and store.dialect != "sqlite"
    ):  # it judges all projects before it sorts any: once is enough
        sorts = {name: replace(sort, parts=()) for name, sort in sorts.items()}
    keyset = Keyset("project_id", sorts, "reporting.projects", indexed=INDEXED, searched="project_text")
    if query.archived != "true":
        keyset.narrow("archived = 0")
    await _of_the_day(store, keyset, at)
    keyset.any_of("project_id", query.id, "id")
    keyset.any_of("programme_id", query.programme_id, "id")
    keyset.any_of("stage", query.stage, "code")
    keyset.any_of("external_source", (composed(query.source),) if query.source is not None else (), "text")
    keyset.any_of(
        "external_id", (composed(query.external_id),) if query.external_id is not None else (), "text"
    )
    if query.q:
        keyset.search(query.q)
    return keyset


def of_day(sort: Sort, day: int) -> Sort:
    """What turns with the day, as it is on this one."""
    parts = tuple(
        replace(part, condition=part.condition.format(day=day), less=part.less.format(day=day))
        for part in sort.parts
    )
    return replace(sort, sql=sort.sql.format(day=day), parts=parts)


async def _of_the_day(store: Store, keyset: Keyset, at: AsOf) -> None:
    """Only the row of each project that is valid on the day.

    SQLite has no statistics here. The pluses have the list walked in its order, where the rows of a project stand side
    by side. On an early day few projects were there, and the walk would pass over all later ones: they are asked
    for by id.
    """
    if store.dialect != "sqlite":
        keyset.narrow(VALID, at.day, at.day)
        return
    keyset.narrow("+from_day <= ? AND +until_day >= ?", at.day, at.day)
    many_rows = f"SELECT 1 FROM figures WHERE from_day <= ? LIMIT 1 OFFSET {search.MOST_ROWS}"
    if not await store.fetch(many_rows, (at.day,)):
        keyset.narrow("project_id IN (SELECT project_id FROM figures WHERE from_day <= ?)", at.day)


PROJECTS = DashboardList("/v1/projects", ProjectFiguresPage, ProjectListQuery, project_page, tag="Projects")


@PROJECTS.routes.get("/v1/projects/{id}", refusals=(404,))
async def project_sheet(call: Call, id: Id, query: AsOfQuery) -> Answer[ProjectSheet]:
    """The sheet of a project. The figures of the list, with everything they rest on, and what of it names what is
    archived."""
    return Answer(200, json.dumps(await sheet(reading_of(call, query), id)).encode())


async def sheet(reading: Reading[AsOfQuery], id: str) -> State:
    store, at = reading.store, reading.at
    read_positions = await positions(reading.call)
    row = await view.one(store, id, at) if reading.sight.sees(id) else None
    if row is None:
        raise NotFound("there is no such project by that day")
    [figures] = await with_statements(store, await view.items(store, [row], at, reading.sight), at)
    details = await states_of_project(store, id, at.until)
    details.pop("performance", None)  # no source: as of a past day it lacks what was reported late
    return figures | {
        "positions": read_positions,
        "stale_references": await stale_references(store, details, at),
        "details": details,
    }


@PROJECTS.routes.get("/v1/projects/{id}/milestone-trend", refusals=(404,))
async def project_milestone_trend(call: Call, id: Id, query: AsOfQuery) -> Answer[MilestoneTrend]:
    """The milestone trend of a project. When each milestone was expected, at every day on which that changed: a line that
    rises comes later, one that falls earlier."""
    return Answer(200, json.dumps(await milestone_trend(reading_of(call, query), id)).encode())
