"""Lists of registers: what narrows, orders and pages them stands in the address, and a table has what is shown."""

import csv
import re
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import httpx
import pytest

from services.reporting.web.registers.client import COOKIE
from tests.conftest import Portolan
from tests.reporting.web.conftest import visiting

PROJECTS = "/registers/projects/projects"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "=cmd|' /C calc'!A0", "%0A", "|x")


async def projects(portolan: Portolan, *names: str, **members: Any) -> list[str]:
    director = portolan()
    answers = [await director.post("/projects/v1/projects", json={"name": n, **members}) for n in names]
    return [answer.json()["id"] for answer in answers]


def names_on(page: httpx.Response) -> list[str]:
    """The first cells of the rows."""
    return re.findall(r'data-label><a href="[^"]+"><bdi>([^<]*)', page.text)


async def test_a_list_is_searched_filtered_and_sorted_by_its_address(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    await projects(portolan, "Anchor", "Beacon", planned_start_on="2026-01-01")
    await projects(portolan, "Anchorage", planned_start_on="2027-01-01")
    for query, names in (
        ("sort=-name", ["Beacon", "Anchorage", "Anchor"]),
        ("q=anch&sort=name", ["Anchor", "Anchorage"]),
        ("planned_start_on.from=2026-06-01", ["Anchorage"]),
        ("planned_start_on.until=2026-06-01&sort=name", ["Anchor", "Beacon"]),
        ("stage=proposed&stage=&sort=name&q=", ["Anchor", "Anchorage", "Beacon"]),
        ("stage=approved", []),
    ):
        page = await reader.get(f"{PROJECTS}?{query}")
        assert page.status_code == 200, page.text
        assert names_on(page) == names, query
    assert "Nothing fits these filters." in page.text


async def test_pages_say_which_rows_of_how_many_they_show(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    await projects(portolan, *(f"Buoy {n}" for n in range(5)))
    first = await reader.get(f"{PROJECTS}?limit=2&sort=name")
    assert "1–2 of 5" in first.text
    address = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert address
    second = await reader.get(address[1].replace("&amp;", "&"))
    assert "3–4 of 5" in second.text
    assert names_on(second) == ["Buoy 2", "Buoy 3"]


async def test_columns_are_those_that_are_wanted(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    await projects(portolan, "Anchor", planned_cost={"amount": "1000.00", "currency": "CHF"})
    page = await reader.get(f"{PROJECTS}?columns=name&columns=planned_cost")
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]*)', page.text)
    assert heads == ["Name", "Planned cost"]
    assert "CHF 1,000.00" in page.text


async def test_amounts_are_narrowed_as_people_write_them(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    director, [project] = portolan(), await projects(portolan, "Anchor")
    for amount in ("900.00", "1500.00"):
        line = {"project_id": project, "fiscal_year": 2026, "amount": {"amount": amount, "currency": "CHF"}}
        answer = await director.post("/finance/v1/budget-lines", json=line | {"nature": "capex"})
        assert answer.status_code in (201, 409), answer.text
    await portolan.settled()
    page = await reader.get("/registers/finance/budget-lines", params={"amount.from": "1'000"})
    assert "900.00" not in page.text.split('id="list"')[1]


@pytest.mark.parametrize("name", FORMULAS)
async def test_what_looks_like_a_formula_is_a_text_in_tables(
    portolan: Portolan, reader: httpx.AsyncClient, name: str
) -> None:
    await projects(portolan, name)
    text = (await reader.get(f"{PROJECTS}/csv")).content.decode("utf-8-sig")
    [_, row] = csv.reader(StringIO(text))
    assert row[0] == f"'{name}"
    book = ZipFile(BytesIO((await reader.get(f"{PROJECTS}/xlsx")).content))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet, "no cell is a formula"
    assert "hyperlink" not in sheet


async def test_a_table_has_the_view_with_all_its_pages_and_exact_amounts(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    cost = {"amount": "-0.00", "currency": "CHF"} | {"amount": "1234.50"}
    await projects(portolan, *(f"Buoy {n}" for n in range(3)), planned_cost=cost)
    query = "columns=name&columns=planned_cost&sort=-name&limit=1"
    answer = await reader.get(f"{PROJECTS}/csv?{query}")
    assert answer.headers["content-disposition"] == 'attachment; filename="projects.csv"'
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Name", "Planned cost", "", "ID", "Version"]
    assert [row[:3] for row in rows[1:]] == [[f"Buoy {n}", "1234.50", "CHF"] for n in (2, 1, 0)]
    listed = (await portolan().get("/projects/v1/projects?sort=-name")).json()["items"]
    assert [row[3:] for row in rows[1:]] == [[one["id"], "1"] for one in listed]


async def test_what_a_reader_may_not_see_is_not_there(portolan: Portolan) -> None:
    await projects(portolan, "Secret", confidential=True)
    [hidden] = (await portolan().get("/projects/v1/projects")).json()["items"]
    async with visiting(portolan) as viewer:
        await viewer.get(await portolan.running.login_link("vera", "viewer"))
        assert names_on(await viewer.get(PROJECTS)) == []
        for page in ("", "/history", "/edit"):
            assert (await viewer.get(f"{PROJECTS}/{hidden['id']}{page}")).status_code == 404
        menu = (await viewer.get("/registers")).text
        assert "/registers/projects/projects" in menu
        assert "/registers/resources/identities" not in menu
        assert (await viewer.get("/registers/resources/identities")).status_code == 404
        assert ">New</a>" not in (await viewer.get(PROJECTS)).text


async def test_a_form_opens_for_who_may_send_it_now(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    await projects(portolan, "Lighthouse")
    [project] = (await portolan().get("/projects/v1/projects")).json()["items"]
    page = f"{PROJECTS}/{project['id']}"
    async with visiting(portolan) as viewer:
        await viewer.get(await portolan.running.login_link("vera", "viewer"))
        for form in (f"{PROJECTS}/new", f"{page}/edit", f"{page}/moves/discontinue"):
            refused = await viewer.get(form)
            assert refused.status_code == 403, form
            assert 'class="panel record"' not in refused.text
            assert (await reader.get(form)).status_code == 200, form
    refused = await reader.get(f"{page}/moves/resume")
    assert refused.status_code == 403, "a proposed project is not on hold"
    assert "This move is not possible now, or not yours." in refused.text
    assert (await reader.get(f"{page}/moves/unheard-of")).status_code == 404


async def test_what_was_written_is_shown_by_the_next_page_in_other_services_too(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    from tests.support.forms import follow, record_of, send

    form = record_of(await reader.get(f"{PROJECTS}/new"))
    page = await follow(reader, await send(reader, form, name="Lighthouse"))
    assert COOKIE in reader.cookies
    project = page.url.path.rsplit("/", 1)[1]
    risk = record_of(await reader.get(f"/registers/risk/risks/new?project_id={project}"))
    assert risk.values["project_id"] == project
    made_risk = await follow(reader, await send(reader, risk, title="Fog"))
    assert "Lighthouse" in made_risk.text


async def test_a_reference_of_many_is_searched_by_a_button(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    from tests.support.forms import record_of, send

    director = portolan()
    for n in range(32):
        await director.post("/resources/v1/persons", json={"name": f"Person {n:02}"})
    form = record_of(await reader.get(f"{PROJECTS}/new"))
    page = await send(reader, form, "find:manager_id", **{"name": "Typed", "manager_id~search": "31"})
    again = record_of(page)
    assert again.values["name"] == "Typed"
    assert "1 hit" in page.text
    assert len(again.options["manager_id"]) == 2, "nobody, and who was found"


async def test_an_unknown_parameter_is_refused_as_the_service_refuses_it(reader: httpx.AsyncClient) -> None:
    page = await reader.get(f"{PROJECTS}?colour=red")
    assert page.status_code == 400
    assert "colour" in page.text


async def test_a_page_of_200_rows_has_at_most_120_kb(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    """With three references a row. What a browser needs for its first sight must not grow by what is said twice."""
    director = portolan()
    persons = [
        (await director.post("/resources/v1/persons", json={"name": f"Regula Meier {n}"})).json()["id"]
        for n in range(5)
    ]
    portfolio = (await director.post("/projects/v1/portfolios", json={"name": "Infrastructure"})).json()["id"]
    await portolan.settled()
    members = {"portfolio_id": portfolio, "planned_start_on": "2026-01-01"}
    for start in (0, 100):
        items = [
            {"name": f"Modernisation of workplaces {n}", "manager_id": persons[n % 5], "sponsor_id": persons[n % 4]}
            | members
            for n in range(start, start + 100)
        ]  # fmt: skip
        key = {"Idempotency-Key": f"from {start}"}
        answer = await director.post("/projects/v1/projects/batch", json={"items": items}, headers=key)
        assert answer.status_code in (200, 207), answer.text
    page = await reader.get(f"{PROJECTS}?limit=200")
    assert len(names_on(page)) == 200
    assert len(page.content) <= 120_000
