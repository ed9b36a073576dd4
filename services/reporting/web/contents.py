"""What the pages show: the dashboards' own answers put side by side, and the names that ids stand for."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby
from typing import Any

from services.reporting.asof import FOREVER, AsOf
from services.reporting.dashboards.activity.api import newest_items
from services.reporting.dashboards.budget.view import by_currency
from services.reporting.dashboards.exposure.api import EXPOSURE
from services.reporting.dashboards.load.api import LoadQuery, load_by_month, months_of
from services.reporting.dashboards.milestone_trend.trend import milestone_trend
from services.reporting.dashboards.portfolios.api import OVERVIEW
from services.reporting.dashboards.projects import view
from services.reporting.dashboards.projects.api import ProjectListQuery, figures_page, portfolios_asked, sheet
from services.reporting.figures.health import index_health, limits_of
from services.reporting.history.portfolios import descendants, portfolios_by_id, portfolios_seen
from services.reporting.history.view import states
from services.reporting.reading import Reading
from services.reporting.scope import NarrowedQuery, ScopedQuery
from services.reporting.web import charts
from services.reporting.web.control import control
from services.reporting.web.here import Here
from services.reporting.web.names import persons_of
from services.reporting.web.words import Words
from shared.base.errors import NotFound
from shared.base.text import sort_key
from shared.contracts.risk.risks import RiskState
from shared.domain.access.rights import EVERYTHING
from shared.http.call import Call
from shared.store import Store

MARKS = 300
"""Projects in the chart of where they stand: the largest ones."""
OVERRUNS = 8
ACTIVITY, ACTIVITY_PAGES = 100, 5
"""Facts that are read at a time, and how often at most, until the lines to be shown are whole."""
DAY_S = 86_400
DERIVED = "performance"
"""Its facts follow from others that are shown themselves."""

Contents = dict[str, Any]


async def whole(call: Call, at: AsOf, words: Words) -> Contents:
    """Everything there is, and what happened last."""
    reading = Reading(call, at, ScopedQuery())
    answer = await OVERVIEW.content(Reading(call, at, NarrowedQuery()))
    portfolios = outline(answer["items"])
    within = sum(item["counts"]["projects"] for item in portfolios if not item["depth"])
    return {
        "total": answer["total"],
        "portfolios": portfolios,
        "alone": answer["total"]["counts"]["projects"] - within,
        **await _standing(call, at, words, None),
        "budgets": await _budgets(reading, words),
        "exposure": await EXPOSURE.content(reading),
        "activity": await _happened(call, at, None, 12),
    }


async def projects(call: Call, at: AsOf, query: ProjectListQuery, alone: bool) -> Contents:
    """All projects, or those that are wanted: by text, stage, health, programme, or `alone`, without a portfolio."""
    reading = Reading(call, at, query)
    page = await figures_page(reading, await portfolios_asked(reading), alone, counted=True)
    portfolios = await portfolios_seen(call.kernel.store, at, call.sight) if query.portfolio_id else {}
    programmes = {p["id"]: p for p in await states(call.kernel.store, "programme", at.until, call.sight)}
    filters = {
        name: "".join(getattr(query, name) or ())
        for name in ("q", "stage", "health", "programme_id", "portfolio_id")
    }
    filters["portfolio"] = "none" if alone else ""
    return {
        "projects": page.items,
        "following": page.next,
        "count": page.total,
        "filters": {name: value for name, value in filters.items() if value},
        "programme": programmes.get(filters["programme_id"]),
        "portfolio": portfolios.get(filters["portfolio_id"]),
    }


async def portfolio(call: Call, at: AsOf, words: Words, id: str) -> Contents:
    """A portfolio with everything under it; NotFound where it was not there by the day."""
    store = call.kernel.store
    answer = await OVERVIEW.content(Reading(call, at, NarrowedQuery()))
    own = next((item for item in answer["items"] if item["portfolio"]["id"] == id), None)
    if own is None:
        raise NotFound("there is no such portfolio by that day")
    states_by_id = await portfolios_seen(store, at, call.sight)
    below = descendants(await portfolios_by_id(store, at, archived=True))[id]
    reading = Reading(call, at, ScopedQuery(portfolio_id=id))
    programmes = [
        p for p in await states(store, "programme", at.until, call.sight) if p["portfolio_id"] in below
    ]
    page = await figures_page(Reading(call, at, ProjectListQuery()), sorted(below), counted=True)
    return {
        "portfolio": states_by_id[id],
        "parent": states_by_id.get(states_by_id[id]["parent_id"] or ""),
        "owner": (await _people(store, at)).get(states_by_id[id]["owner_id"] or ""),
        "total": own,
        "portfolios": outline([i for i in answer["items"] if i["portfolio"]["id"] in below - {id}]),
        "programmes": sorted(programmes, key=lambda p: (sort_key(p["name"]), p["id"])),
        "projects": page.items,
        "following": page.next,
        "count": page.total,
        **await _standing(call, at, words, below),
        "budgets": await _budgets(reading, words),
        "exposure": await EXPOSURE.content(reading),
    }


async def _standing(call: Call, at: AsOf, words: Words, below: set[str] | None) -> Contents:
    store, sight = call.kernel.store, call.sight
    largest, over = [
        await view.items(store, await view.first_projects(store, at, sight, order, count, below), at, sight)
        for order, count in ((view.LARGEST, MARKS), (view.OVERRUNS, OVERRUNS))
    ]
    return {
        "standing": charts.standing(largest, words, Here("/", at, {})),
        "placed": charts.placed(largest),
        "marks": len(largest),
        "currencies": sorted({i["cost"]["planned"]["currency"] for i in largest}),
        "overruns": _apart(over),
    }


def _apart(over: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Currency -> its overruns, the largest first."""
    overruns: dict[str, list[dict[str, Any]]] = {}
    for item in over:
        overruns.setdefault(item["cost"]["variance"]["currency"], []).append(item)
    return dict(sorted(overruns.items()))


async def _budgets(reading: Reading[ScopedQuery], words: Words) -> list[Contents]:
    """A chart and a table per currency."""
    lines = by_currency(await reading.states_in_scope("budget_line"))
    query = reading.query
    place = {"portfolio_id": query.portfolio_id or "", "project_id": query.project_id or ""}
    here = Here("/", reading.at, {})
    return [
        {"currency": c, "years": y, "chart": charts.budget(y, c, words, here, place)}
        for c, y in lines.items()
    ]


async def project(call: Call, at: AsOf, words: Words, id: str) -> Contents:
    """The sheet of a project; NotFound where it was not there by the day."""
    store, reading = call.kernel.store, Reading(call, at, LoadQuery(project_id=id))
    answer = await sheet(reading, id)
    details = answer["details"]
    state = await _state_of(store, id, at)
    packages = sorted(details.get("work_package", []), key=lambda p: [int(n) for n in p["wbs"].split(".")])
    portfolio_id = (answer["portfolio"] or {}).get("id", "")
    limits = limits_of((await portfolios_by_id(store, at)).get(portfolio_id))
    course = await view.course(store, id, at)
    programmes = {p["id"]: p for p in await states(store, "programme", at.until, call.sight)}
    people = [p for p in await load_by_month(reading) if any(m["hours"] for m in p["months"])]
    milestones = (await milestone_trend(reading, id))["items"]
    return {
        "sheet": answer,
        "state": state,
        "programme": programmes.get(answer["programme_id"] or ""),
        "indices": {name: index_health(answer["earned_value"][name], limits) for name in ("spi", "cpi")},
        "people_by_id": await _people(store, at),
        "packages": packages,
        "timeline": charts.timeline(_bars(state, packages, words), at.on.isoformat(), words),
        "milestones": milestones,
        "milestone_trend": charts.milestone_trend(milestones, at.on.isoformat(), words),
        "milestones_drawn": len(charts.farthest(milestones)),
        "value": charts.value_curve(course, json.loads(course[-1][1].plan or "[]"), words),
        "measured": charts.measured(course),
        "budgets": await _budgets(reading, words),
        "contracts": [
            c for c in await states(store, "contract", at.until, call.sight) if c["project_id"] == id
        ],
        "risks": sorted(
            details.get("risk", []),
            key=lambda r: (r["state"] == RiskState.CLOSED, -(r["score"] or 0), sort_key(r["title"])),
        ),
        "exposure": await EXPOSURE.content(reading),
        "assessments": [
            a for a in await states(store, "assessment", at.until, call.sight) if a["project_id"] == id
        ],
        "months": months_of(reading),
        "people": people,
        "roles": {a["person_id"]: a["role"] for a in details.get("allocation", []) if a["role"]},
        "activity": await _happened(call, at, id, 20),
        "changes": sorted(details.get("change", []), key=lambda c: c["created_at"], reverse=True),
        **await control(Reading(call, at, ScopedQuery(project_id=id))),
    }


async def _state_of(store: Store, id: str, at: AsOf) -> dict[str, Any]:
    """The project itself by the day, archived or not; the sheet's details leave out what is archived."""
    [[state]] = await store.fetch(
        "SELECT state FROM history WHERE aggregate_id = ? AND effective_at <= ? ORDER BY version DESC LIMIT 1",
        (id, at.until if at.until is not None else FOREVER),
    )
    members: dict[str, Any] = json.loads(state)
    return members


def _bars(state: dict[str, Any], packages: Iterable[dict[str, Any]], words: Words) -> list[dict[str, Any]]:
    """The project's own dates, then its work packages with the share that is done."""
    titles = {
        "planned": words.gettext("Plan"),
        "forecast": words.gettext("Forecast"),
        "actual": words.gettext("Actual"),
    }
    bars = []
    for kind, title in titles.items():
        start, finish = state[f"{kind}_start_on"], state[f"{kind}_finish_on"]
        if kind == "forecast":
            start = start or state["actual_start_on"] or state["planned_start_on"]
        address = f"/registers/projects/projects/{state['id']}"
        bars.append({"label": title, "start": start, "finish": finish, "kind": kind, "address": address})
    for package in packages:
        start, finish = package["planned_start_on"], package["planned_finish_on"]
        label = f"{package['wbs']} {package['name']}"
        address = f"/registers/projects/work-packages/{package['id']}"
        bar = {"label": label, "start": start, "address": address}
        bars.append(bar | {"finish": finish, "kind": "planned"})
        if start and finish and package["percent_complete"]:
            done = _share(date.fromisoformat(start), date.fromisoformat(finish), package["percent_complete"])
            bars.append(bar | {"finish": done.isoformat(), "kind": "done"})
    return bars


def _share(start: date, finish: date, percent: float) -> date:
    return start + timedelta(days=round((finish - start).days * percent / 100))


def outline(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Portfolios as a tree written down: each after its parent, with its `depth`."""
    ids = {item["portfolio"]["id"] for item in items}
    children: dict[str | None, list[dict[str, Any]]] = {}
    for item in items:
        parent = item["portfolio"]["parent_id"]
        children.setdefault(parent if parent in ids else None, []).append(item)
    rows: list[dict[str, Any]] = []
    waiting = [(item, 0) for item in reversed(children.get(None, []))]
    while waiting:
        item, depth = waiting.pop()
        rows.append(item | {"depth": depth})
        waiting.extend((child, depth + 1) for child in reversed(children.get(item["portfolio"]["id"], [])))
    return rows


async def _people(store: Store, at: AsOf) -> dict[str, str]:
    return {p["id"]: p["name"] for p in await states(store, "person", at.until, EVERYTHING)}


async def _happened(call: Call, at: AsOf, project_id: str | None, lines: int) -> list[dict[str, Any]]:
    """The last lines of activity; each is read to its end, however many facts stand in it, or says `more`."""
    runs = await _newest_runs(call, at, project_id, lines)
    persons = await persons_of(call, (run["who"] for run in runs))
    return [run | {"person": persons.get(run["who"])} for run in runs]


async def _newest_runs(call: Call, at: AsOf, project_id: str | None, lines: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    runs: list[dict[str, Any]] = []
    for page in range(ACTIVITY_PAGES):
        read = await newest_items(call.kernel.store, at, call.sight, project_id, ACTIVITY, page * ACTIVITY)
        items += [
            _dated(item, at, call.kernel.settings.zone) for item in await _with_names(call.kernel.store, read)
        ]
        runs = _runs(items)
        if len(runs) > lines or len(read) < ACTIVITY:
            return runs[:lines]
    return [*runs[:-1], runs[-1] | {"more": True}] if runs else []


def _dated(item: dict[str, Any], at: AsOf, zone: tzinfo) -> dict[str, Any]:
    """`on`: the day on which it was so, where that is another than when it was written down, or is long past."""
    effective, recorded = (datetime.fromisoformat(item[m]) for m in ("effective_at", "at"))
    written_later = abs((recorded - effective).total_seconds()) > DAY_S
    day = effective.astimezone(zone).date() if written_later or at.until is not None else None
    return item | {"on": day, "recorded": recorded.astimezone(zone)}


async def _with_names(store: Store, happened: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Activity with what it is about: a name where the aggregate has one."""
    ids = sorted(
        {i["aggregate_id"] for i in happened} | {i["project_id"] for i in happened if i["project_id"]}
    )
    if not ids:
        return []
    rows = await store.fetch(
        f"SELECT aggregate_id, state FROM current_state WHERE aggregate_id IN ({', '.join('?' * len(ids))})",
        ids,
    )
    names = {id: _name(json.loads(state)) for id, state in rows}
    return [
        item
        | {"name": names.get(item["aggregate_id"]), "project": names.get(item["project_id"])}
        | _verb(item["type"])
        for item in happened
        if item["aggregate_type"] != DERIVED
    ]


def _runs(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What somebody did several times in a row as one line, with its `times`."""
    alike = ("project_id", "who", "kind", "verb", "name", "on")
    runs = [
        list(run)
        for _, run in groupby(items, key=lambda i: (*(i[m] for m in alike), i["fact"].get("reason")))
    ]
    return [run[0] | {"times": len(run), "more": False} for run in runs]


def _name(state: dict[str, Any]) -> str | None:
    return next((str(state[m]) for m in ("name", "title", "number", "fiscal_year") if state.get(m)), None)


def _verb(type_: str) -> dict[str, str]:
    """`portolan.projects.project.put_on_hold.v1` -> project, put_on_hold."""
    _, _, kind, fact, _ = type_.split(".")
    return {"kind": kind, "verb": fact}
