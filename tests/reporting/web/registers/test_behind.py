"""What a dashboard counts or sums leads to the rows behind it, and these are as many as it says."""

import re
from datetime import date
from html import unescape
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from services.reporting.asof import AsOf
from services.reporting.reading import Reading
from services.reporting.scope import ScopedQuery
from services.reporting.web.registers.behind import readable
from shared.base.clock import to_day
from shared.contracts.forms import entry_at
from shared.domain.access.rights import Reach, rights_from
from shared.http.call import Call
from tests.conftest import Portolan
from tests.reporting.web.conftest import visiting
from tests.reporting.web.registers.test_lists import names_on

WHOLE = re.compile(r"(\d+)–(\d+) of (\d+)")


async def create(portolan: Portolan, path: str, **members: Any) -> str:
    answer = await portolan().post(path, json=members)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def risk(portolan: Portolan, project: str, title: str, kind: str = "threat", impact: int = 4) -> str:
    id = await create(portolan, "/risk/v1/risks", project_id=project, title=title, kind=kind)
    rated = {"probability": 3, "impact": impact}
    answer = await portolan().post(f"/risk/v1/risks/{id}/assess", json=rated, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    return id


@pytest.fixture
async def risks(portolan: Portolan) -> tuple[str, str]:
    """(portfolio, project): four threats in one cell, one of them in no portfolio, one of a project that has ended."""
    portfolio = await create(portolan, "/projects/v1/portfolios", name="Harbour")
    below = await create(portolan, "/projects/v1/portfolios", name="Pier", parent_id=portfolio)
    inside = await create(portolan, "/projects/v1/projects", name="Lighthouse", portfolio_id=below)
    ended = await create(portolan, "/projects/v1/projects", name="Wreck", portfolio_id=below)
    alone = await create(portolan, "/projects/v1/projects", name="Buoy")
    await portolan.settled()
    for project, title in ((inside, "Fog"), (inside, "Storm"), (ended, "Leak"), (alone, "Ice")):
        await risk(portolan, project, title)
    await risk(portolan, inside, "Calm", kind="opportunity")
    await risk(portolan, inside, "Drizzle", impact=2)
    answer = await portolan().post(
        f"/projects/v1/projects/{ended}/discontinue", json={"reason": "Sunk."}, headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 200, answer.text
    await portolan.settled()
    return portfolio, inside


def cells(page: str) -> list[tuple[str, int]]:
    """Address and number of every cell of the matrix that counts something."""
    links = re.findall(r'<td class="h\d"><a href="([^"]+)">(\d+)</a></td>', page)
    return [(unescape(address), int(number)) for address, number in links]


async def test_a_cell_of_the_matrix_leads_to_as_many_risks_as_it_counts(
    reader: httpx.AsyncClient, risks: tuple[str, str]
) -> None:
    portfolio, project = risks
    for path, most in (("/", 3), (f"/portfolio/{portfolio}", 2), (f"/project/{project}", 2)):
        counted = cells((await reader.get(path)).text)
        assert [number for _, number in counted] == [1, most]
        for address, number in counted:
            page = await reader.get(address.partition("#")[0])
            assert page.status_code == 200, page.text
            assert len(names_on(page)) == number, path
            whole = WHOLE.search(page.text)
            assert whole is not None
            assert whole[3] == str(number)
        assert "Leak" not in page.text


async def test_rows_say_by_what_they_are_narrowed_and_lead_to_their_pages(
    reader: httpx.AsyncClient, risks: tuple[str, str]
) -> None:
    portfolio, _ = risks
    address = cells((await reader.get(f"/portfolio/{portfolio}")).text)[-1][0]
    page = await reader.get(address.partition("#")[0])
    assert "Probability: <bdi>3</bdi>" in page.text
    assert "State: <bdi>Identified, Assessed, Monitored</bdi>" in page.text
    assert f'<a href="/portfolio/{portfolio}"><bdi>Harbour</bdi></a>' in page.text
    link = re.search(r'data-label><a href="([^"]+)"', page.text)
    assert link is not None
    assert (await reader.get(link[1])).status_code == 200


async def test_rows_are_sorted_where_they_are(reader: httpx.AsyncClient, risks: tuple[str, str]) -> None:
    query = "kind=threat&ongoing=true"
    for sort, names in (
        ("title", ["Drizzle", "Fog", "Ice", "Storm"]),
        ("-title", ["Storm", "Ice", "Fog", "Drizzle"]),
        ("impact", ["Drizzle", "Fog", "Ice", "Storm"]),
    ):
        page = await reader.get(f"/rows/risk/risks?{query}&sort={sort}")
        assert names_on(page) == names
    addresses = re.findall(r'<th scope="col"[^>]*><a href="([^"#]+)#list"', page.text)
    assert addresses
    assert all(address.startswith("/rows/risk/risks?kind=threat&amp;ongoing=true") for address in addresses)


async def test_rows_of_a_day_are_those_of_that_day(reader: httpx.AsyncClient, risks: tuple[str, str]) -> None:
    page = await reader.get("/rows/risk/risks?kind=threat&as_of=2020-01-01")
    assert names_on(page) == []
    assert "Nothing fits any more." in page.text


async def test_many_rows_come_in_pages(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    project = await create(portolan, "/projects/v1/projects", name="Lighthouse")
    await portolan.settled()
    items = [{"project_id": project, "title": f"Wave {n}"} for n in range(201)]
    for some in (items[:100], items[100:200], items[200:]):
        answer = await portolan().post(
            "/risk/v1/risks/batch", json={"items": some}, headers={"Idempotency-Key": some[0]["title"]}
        )
        assert answer.status_code in (200, 207), answer.text
    await portolan.settled()
    page = await reader.get("/rows/risk/risks?kind=threat")
    assert "1–200 of 201" in page.text
    following = re.search(r'rel="next" href="([^"#]+)#list"', page.text)
    assert following is not None
    assert names_on(await reader.get(unescape(following[1]))) == ["Wave 200"]


@pytest.mark.parametrize(
    ("nature", "state", "amounts"),
    [("capex", "approved", []), ("capex", "draft", ["CHF 300.00", "CHF 500.00"]), ("", "draft", ["CHF 300.00", "CHF 500.00", "CHF 70.00"])],
)  # fmt: skip
async def test_an_amount_of_budget_leads_to_its_lines(
    portolan: Portolan, reader: httpx.AsyncClient, nature: str, state: str, amounts: list[str]
) -> None:
    project = await create(portolan, "/projects/v1/projects", name="Lighthouse")
    await portolan.settled()
    for amount, kind, currency in (("500.00", "capex", "CHF"), ("300.00", "capex", "CHF"), ("70.00", "opex", "CHF"), ("9.00", "capex", "EUR")):  # fmt: skip
        await create(portolan, "/finance/v1/budget-lines", project_id=project, fiscal_year=2026, nature=kind,
                   amount={"amount": amount, "currency": currency})  # fmt: skip
    await portolan.settled()
    query = f"project_id={project}&amount.currency=CHF&fiscal_year=2026&state={state}" + (
        f"&nature={nature}" if nature else ""
    )
    page = await reader.get(f"/rows/finance/budget-lines?{query}")
    assert sorted(re.findall(r'<td class="n">(CHF [^<\n]+)', page.text)) == amounts
    addresses = [unescape(a) for a in re.findall(r'href="(/rows/finance/budget-lines[^"]+)"', (await reader.get(f"/project/{project}")).text)]  # fmt: skip
    assert any(f"state=draft&project_id={project}" in a or f"project_id={project}" in a for a in addresses)


async def test_rows_of_what_is_not_there_or_not_a_member_are_refused(reader: httpx.AsyncClient) -> None:
    nobody = "01890000-0000-7000-8000-000000000000"
    for path, status in (
        ("risk/risks?bogus=1", 400),
        ("risk/risks?portfolio_id=x", 400),
        (f"risk/risks?portfolio_id={nobody}", 404),
        ("resources/persons", 404),
        ("risk/comments", 404),
        ("risk/nothing", 404),
    ):
        assert (await reader.get(f"/rows/{path}")).status_code == status, path


async def test_rows_of_a_confidential_project_are_shown_to_members_only(portolan: Portolan) -> None:
    project = await create(portolan, "/projects/v1/projects", name="Vault", confidential=True)
    await portolan.settled()
    await create(portolan, "/risk/v1/risks", project_id=project, title="Thieves")
    await portolan.settled()
    async with visiting(portolan) as outsider:
        await outsider.get(await portolan.running.login_link("vera", "viewer"))
        everything = await outsider.get("/rows/risk/risks?kind=threat")
        assert everything.status_code == 200
        assert "Thieves" not in everything.text
        assert (await outsider.get(f"/rows/risk/risks?project_id={project}")).status_code == 404


async def test_a_place_is_a_project_or_a_portfolio_and_tells_of_nothing_else(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    """Of what is neither, the sight of nodes says nothing: not the name of a person, nor what lies in a hidden project."""
    project = await create(portolan, "/projects/v1/projects", name="Vault", confidential=True)
    person = await create(portolan, "/resources/v1/persons", name="Ada Byron")
    await portolan.settled()
    package = await create(portolan, "/projects/v1/work-packages", project_id=project, name="Locks", wbs="1")
    risk_id = await create(portolan, "/risk/v1/risks", project_id=project, title="Thieves")
    await portolan.settled()
    for id in (person, package, risk_id):
        for place in ("project_id", "portfolio_id"):
            for day in ("", "&as_of=2026-01-01"):
                page = await reader.get(f"/rows/risk/risks?{place}={id}{day}")
                assert page.status_code == 404, (place, day)
                assert not re.search("Ada Byron|Locks|Thieves", page.text)
    assert (await reader.get(f"/rows/risk/risks?project_id={project}")).status_code == 200


async def test_rows_are_those_that_the_reader_may_read_in_the_service_of_the_register(
    portolan: Portolan, risks: tuple[str, str]
) -> None:
    """Who reads dashboards everywhere, and risks in one project, finds the rows of that project."""
    _, project = risks
    rights = rights_from(
        "reporting", frozenset({"reporting.read"}), [Reach(frozenset({"risk.read"}), frozenset({project}))]
    )
    store = portolan.running.services["reporting"].kernel.store
    entry = entry_at("risk", "risks")
    assert entry is not None
    call = SimpleNamespace(rights=rights, sight=rights.sight, kernel=SimpleNamespace(store=store))
    reading = Reading(cast(Call, call), AsOf(date(2026, 1, 1), to_day(date(2026, 1, 1)), None), ScopedQuery())
    everything = await reading.states_in_scope("risk")
    rows = await readable(reading, entry)
    assert {row["project_id"] for row in rows} == {project}
    assert len(everything) > len(rows) > 0


async def test_counts_of_a_portfolio_lead_to_its_own_projects(
    reader: httpx.AsyncClient, risks: tuple[str, str]
) -> None:
    """By stage, and by each part of the bar of health: not to those of other portfolios."""
    portfolio, _ = risks
    page = (await reader.get(f"/portfolio/{portfolio}")).text
    stages = re.findall(
        r'href="(/project\?stage=\w+&amp;portfolio_id=[^"]+)">[^<]+</a></th>\s*<td class="n">(\d+)<', page
    )
    bars = re.findall(r'<a href="(/project\?health=\w+&amp;portfolio_id=[^"]+)" aria-label="(\d+) ', page)
    assert len(stages) == 2
    assert bars
    for address, number in (*stages, *bars):
        projects = (await reader.get(unescape(address))).text
        assert len(set(re.findall(r'<tr data-key="([^"]+)"', projects))) == int(number), address
        assert "Buoy" not in projects


async def test_a_portfolio_whose_projects_can_all_be_judged_has_a_bar_too(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    """No part of it says that nothing is known."""
    portfolio = await create(portolan, "/projects/v1/portfolios", name="Harbour")
    cost = {"amount": "100.00", "currency": "CHF"}
    await create(portolan, "/projects/v1/projects", name="Pier", portfolio_id=portfolio, planned_cost=cost,
                 forecast_cost=cost)  # fmt: skip
    await portolan.settled()
    page = await reader.get("/")
    assert page.status_code == 200, page.text
    assert f'/project?health=green&amp;portfolio_id={portfolio}" aria-label="1 green"' in page.text
