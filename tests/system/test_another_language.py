"""Portolan in a language that nobody speaks: whatever a reader sees is translated, or it is data."""

import ast
import asyncio
import csv
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest

from services.embedded import SERVICES
from services.problem_types import ROOT
from services.projects.engines.planning import schedule
from services.projects.engines.planning.plan import (
    Activity,
    Calendar,
    Constraint,
    ConstraintKind,
    Plan,
    days,
)
from services.reporting.engines.selection import Budget, Candidate, Cost, Portfolio, select
from services.reporting.web.long_work import OPERATIONS, STEPS
from services.reporting.web.registers.naming import address_of
from services.reporting.web.words import words_in
from shared.base.errors import Invalid
from shared.base.settings import Settings
from shared.base.texts import in_language
from shared.contracts.descriptions import is_in_words
from shared.contracts.forms import Entry, Field, index, model_of
from shared.contracts.projects.structure import Stage
from tests.access.conftest import MERGE
from tests.common.conftest import Desk
from tests.conftest import Portolan, running_portolan
from tests.reporting.web.conftest import visiting
from tests.support.another_language import CLOSES, LANGUAGE, OPENS, another_language
from tests.support.forms import record_of, send
from tests.support.trials import ended
from tests.support.visible import texts_of
from tests.system.walking import UNKNOWN, Everything, running_everything

MARKED = re.compile(f"{OPENS}[^{OPENS}{CLOSES}]*{CLOSES}")
ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PLACE = re.compile(r"\{\w+\}")
"""Where a script of a page, or a sentence of a problem, has a value."""
WORD = re.compile(r"[^\W\d_]{2,}")
NO_LANGUAGE = {
    "Portolan", "CSV", "XLSX", "English", "Français", "Rumantsch", "director", "service", "walker", "CHF", "EUR", "ID",
}  # fmt: skip
"""What stands on pages in no language, or in its own; the roles and logins of the callers."""


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, Any]]]:
    """Stores with a resource of every collection, made once and copied."""
    folder = tmp_path_factory.mktemp("walked")

    async def fill() -> dict[str, dict[str, Any]]:
        async with running_everything(Settings(data=folder)) as system:
            await system.portolan.settled()
            return system.resources

    return folder, asyncio.run(fill())


@pytest.fixture(scope="module", autouse=True)
def language(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with another_language(tmp_path_factory.mktemp("language")) as language:
        yield language


@pytest.fixture
async def system(tmp_path: Path, stores: tuple[Path, dict[str, dict[str, Any]]]) -> AsyncIterator[Everything]:
    folder, resources = stores
    copytree(folder, tmp_path, dirs_exist_ok=True)
    async with running_portolan(Settings(data=tmp_path)) as portolan:
        yield Everything(portolan, resources)


@pytest.fixture
async def browser(system: Everything) -> AsyncIterator[httpx.AsyncClient]:
    async with visiting(system.portolan) as client:
        client.headers["Accept-Language"] = LANGUAGE
        await client.get(await system.portolan.running.login_link("service", "service"))
        yield client


def data_in(fields: tuple[Field, ...], state: Any) -> Iterator[str]:
    """The texts of a state that people wrote, and examples of them: those of a choice are words of Portolan."""
    for field in fields:
        value = state if not field.name else (state or {}).get(field.name)
        if field.kind in ("part", "rows"):
            for one in [*value, None] if isinstance(value, list) else (value,):
                yield from data_in(field.members, one)
        if field.example and not is_in_words(field.example):
            yield field.example
        if field.kind in ("line", "prose", "reference", "currency", "map") and value:
            yield from value.values() if isinstance(value, dict) else (value,)


def data_of(system: Everything) -> list[str]:
    texts = set[str]()
    for entry in index():
        model, state = model_of(entry), system.resources.get(entry.path, {})
        texts.update(map(str, data_in(model.members, state)))
        for move in model.moves:
            texts.update(map(str, data_in(move.takes, {})))
    return sorted(texts, key=len, reverse=True)


def untranslated(texts: list[str], data: list[str]) -> list[str]:
    """What of the texts is in words, and neither marked as translated nor data."""
    locale = words_in(LANGUAGE).locale
    months = {month for width in ("abbreviated", "wide") for month in locale.months["format"][width].values()}
    missing = []
    for text in texts:
        rest = PLACE.sub(" ", ID.sub(" ", text))
        while (shorter := MARKED.sub(" ", rest)) != rest:
            rest = shorter
        for one in (*data, *months):
            rest = rest.replace(one, " ")
        if set(WORD.findall(rest)) - NO_LANGUAGE:
            missing.append(" ".join(text.split())[:200])
    return missing


class Walk:
    """Looks at pages, and gathers what is not translated."""

    def __init__(self, system: Everything, browser: httpx.AsyncClient) -> None:
        self.browser, self.data, self.untranslated = browser, data_of(system), dict[str, str]()

    async def see(self, address: str, status: int = 200) -> httpx.Response:
        answer = await self.browser.get(address)
        assert answer.status_code == status, f"{address}: {answer.status_code} {answer.text[:500]}"
        self.look(address, answer)
        return answer

    def look(self, address: str, answer: httpx.Response) -> None:
        assert answer.headers["content-language"] == LANGUAGE, address
        self.gather(address, texts_of(answer.text))

    def gather(self, address: str, texts: list[str]) -> None:
        for text in untranslated(texts, self.data):
            self.untranslated.setdefault(text, address)

    def end(self) -> None:
        missing = "\n".join(f"{text!r} at {address}" for text, address in sorted(self.untranslated.items()))
        assert not self.untranslated, f"said in one language only:\n{missing}"


@pytest.mark.parametrize("entry", index(), ids=lambda entry: entry.key)
async def test_the_pages_of_every_register_are_translated(
    system: Everything, browser: httpx.AsyncClient, entry: Entry
) -> None:
    walk, model = Walk(system, browser), model_of(entry)
    for page in ("", "?q=x&archived=true" if model.searches else "?archived=true"):
        await walk.see(address_of(entry) + page)
    table = await browser.get(f"{address_of(entry)}/csv")
    heads = next(csv.reader(table.content.decode("utf-8-sig").splitlines(), delimiter=";"))
    walk.gather("the heads of the table", heads)
    if entry.writes:
        form = record_of(await walk.see(address_of(entry, "new")))
        answer = await send(browser, form)
        if answer.status_code != 303:
            walk.look("an empty form", answer)
        for field in model.created:
            if field.kind == "rows":
                walk.look("one row more", await send(browser, form, f"add:{field.name}"))
    if resource := system.resources.get(entry.path):
        here = address_of(entry, resource["id"])
        for page in ("", "/history", "/history?one=1&other=1"):
            await walk.see(here + page)
        if model.revises and entry.writes:
            await walk.see(f"{here}/edit")
        for move in model.moves:
            address = f"{here}/moves/{move.verb}"
            opened = await browser.get(address)
            walk.look(address, opened)
            if opened.status_code == 403:  # now: what is sent comes back as a form with the refusal
                sent = {"form": form.values["form"], "key": "1", "version": str(resource["version"])}
                walk.look(address, await browser.post(address, data=sent))
    walk.end()


async def test_the_other_pages_are_translated(system: Everything, browser: httpx.AsyncClient) -> None:
    walk = Walk(system, browser)
    walk.data += ["projects.read"]  # an example of a scope
    project, portfolio = (
        system.resources[f"/projects/v1/{name}"]["id"] for name in ("projects", "portfolios")
    )
    for address in (
        "/", "/?amounts=exact", "/?as_of=2026-01-01", "/project", "/project?amounts=exact", "/project?q=nothing",
        f"/project/{project}", f"/project/{project}?amounts=exact", f"/portfolio/{portfolio}", "/operations", "/me",
        "/mail", "/mail?saved=yes", "/registers", "/problems",
    ):  # fmt: skip
        await walk.see(address)
    for problem in json.loads((await browser.get("/problems", headers={"Accept": "application/json"})).text)[
        "items"
    ]:
        walk.data[:0] = [problem["code"]]
        await walk.see(f"/problems/{problem['code']}")
    async with visiting(system.portolan) as walk.browser:
        walk.browser.headers["Accept-Language"] = LANGUAGE
        for address in ("/login", "/login?session=ended", "/login?session=left"):
            await walk.see(address)
    walk.end()


async def test_where_nothing_is_yet_the_pages_say_so_in_the_language(portolan: Portolan) -> None:
    async with visiting(portolan) as browser:
        browser.headers["Accept-Language"] = LANGUAGE
        await browser.get(await portolan.running.login_link())
        walk = Walk(Everything(portolan), browser)
        for address in ("/", "/project", "/operations", *map(address_of, index())):
            await walk.see(address)
        for address in ("/nowhere", f"/project/{UNKNOWN}", f"/operations/risk/{UNKNOWN}"):
            await walk.see(address, 404)
        await walk.see("/?as_of=2199-01-01", 400)
        walk.data += ["Stage", *Stage]  # of an address, which has no language
        await walk.see("/project?stage=bogus", 400)
        walk.end()


async def test_a_computation_is_shown_in_the_language(portolan: Portolan) -> None:
    async with visiting(portolan) as browser:
        browser.headers["Accept-Language"] = LANGUAGE
        await browser.get(await portolan.running.login_link())
        walk = Walk(Everything(portolan), browser)
        service = portolan("director")
        for path, body in TRIALS.items():
            answer = await service.post(path, json=body)
            assert answer.status_code == 202, answer.text
            operation = answer.headers["location"]
            await ended(service, operation)
            _, name, _, _, id = operation.split("/")
            await walk.see(f"/operations/{name}/{id}")
        await walk.see("/operations")
        walk.end()


TRIALS: dict[str, Any] = {
    "/projects/v1/schedules/trial": {"starts_on": "2026-06-01", "activities": [{"key": "A", "duration_minutes": 960}]},
    "/risk/v1/simulations/trial": {
        "activities": [{"key": "A", "duration": {"kind": "pert", "low": 1, "likely": 2, "high": 9}}], "runs": 1000,
    },
}  # fmt: skip


def test_every_step_of_a_computation_has_a_name() -> None:
    """What workers report as a text, in the modules of the trials."""
    reported = {
        call.args[1].value
        for path in (ROOT / "services").glob("*/engines/*/trial.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "report"
        and len(call.args) > 1 and isinstance(call.args[1], ast.Constant)
    }  # fmt: skip
    assert reported == STEPS.keys()
    assert {kind.name for service in SERVICES for kind in service.operations} == OPERATIONS.keys()


async def test_problems_are_said_in_the_language(portolan: Portolan) -> None:
    client = portolan()
    for path, body in (
        (
            "/projects/v1/projects",
            {"name": "", "colour": "red", "planned_cost": {"amount": "1.234", "currency": "CHF"}},
        ),
        ("/finance/v1/budget-lines", {}),
        ("/nowhere", {}),
    ):
        problem = (await client.post(path, json=body, headers={"Accept-Language": LANGUAGE})).json()
        texts = [
            problem["title"],
            problem["detail"],
            *(fault["detail"] for fault in problem.get("errors", [])),
        ]
        assert all(OPENS in text for text in texts), texts


async def test_a_problem_names_states_in_the_language(portolan: Portolan) -> None:
    desk = await Desk(portolan).furnish()
    client = desk.director
    trial = await client.post("/projects/v1/schedules/trial", json=TRIALS["/projects/v1/schedules/trial"])
    await ended(client, trial.headers["location"])
    document = await desk.document("finance")
    path = f"/finance/v1/documents/{document['id']}"
    await desk.add_version("finance", document["id"], b"agreed")
    assert (await client.post(f"{path}/review", json={}, headers={"If-Match": "*"})).status_code == 200
    headers = {"Accept-Language": LANGUAGE, "If-Match": "*"}
    cancelled = await client.post(f"{trial.headers['location']}/cancel", json={}, headers=headers)
    revised = await client.patch(path, json={"title": "B"}, headers=headers | MERGE)
    assert [cancelled.json()["code"], revised.json()["code"]] == ["illegal_move", "document_not_draft"]
    assert untranslated([cancelled.json()["detail"], revised.json()["detail"]], []) == []


START = datetime(2026, 6, 1)
SOONER, LATER = (
    Constraint(ConstraintKind.MSO, date(2026, 5, 29)),
    Constraint(ConstraintKind.SNET, date(2026, 6, 10)),
)
A, B = Candidate("A", 3, (Cost(2027, "capex", 6),)), Candidate("B", 2, requires=("A",))


def plan_of(*constraints: Constraint) -> Plan:
    task = Activity("A", duration_s=days(1), constraints=constraints)
    return Plan("p", START, (task,), (), (Calendar("office"),), "office")


@pytest.mark.parametrize(
    "compute",
    [
        lambda: schedule(plan_of(SOONER)),
        lambda: schedule(plan_of(LATER, SOONER)),
        lambda: select(Portfolio((A, B), forced_in=frozenset("B"), forced_out=frozenset("A"))),
        lambda: select(Portfolio((A,), (Budget(2027, 4, "capex"),), forced_in=frozenset("A"))),
    ],
    ids=["a date before the start", "two dates", "in and out", "no room"],
)
def test_a_computation_gives_its_reasons_in_the_language(compute: Callable[[], object]) -> None:
    with pytest.raises(Invalid) as refused:
        compute()
    texts = [refused.value.detail, *(fault.detail for fault in refused.value.faults)]
    assert untranslated([in_language(text, LANGUAGE) for text in texts], ["capex", "/forced_out"]) == []
