"""The pages: what they show, to whom, and what a browser may do with them."""

import asyncio
import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from services.reporting.web import bundle, sessions, words
from services.reporting.web.assets import assets
from services.reporting.web.problems import ADVICE
from services.texts import collected
from shared.base.settings import Settings
from shared.http.meanings import problem_list
from tests.conftest import Portolan
from tests.support.days import today

HOSTILE = "</script><script>alert('x')</script>\"><img src=x onerror=alert(1)>&amp;"
NOBODY = "01890000-0000-7000-8000-000000000000"


async def portfolio_with_project(portolan: Portolan, **members: Any) -> tuple[str, str]:
    """(portfolio, project), folded."""
    director = portolan("director")
    portfolio = (
        await director.post("/projects/v1/portfolios", json={"name": members.get("name", "Harbour")})
    ).json()
    content = {
        "name": "Lighthouse", "portfolio_id": portfolio["id"], "planned_start_on": "2026-01-01",
        "planned_finish_on": "2026-12-31", "forecast_finish_on": "2027-03-31",
        "planned_cost": {"amount": "1000000.00", "currency": "CHF"},
        "forecast_cost": {"amount": "1150000.00", "currency": "CHF"},
    } | members  # fmt: skip
    answer = await director.post("/projects/v1/projects", json=content)
    assert answer.status_code == 201, answer.text
    await portolan.settled()
    return portfolio["id"], answer.json()["id"]


async def test_the_overview_shows_the_figures_of_the_dashboard(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    portfolio, project = await portfolio_with_project(portolan)
    page = (await reader.get("/")).text
    assert 'title="CHF 1,150,000.00"' in page
    assert '<span class="unit">CHF</span><span class="bad" title="CHF −150,000.00">−150.0K</span>' in page
    assert "−15.0%" in page
    assert f'href="/portfolio/{portfolio}"' in page
    assert f'href="/project/{project}"' in page
    total = (await portolan("viewer").get("/reporting/v1/portfolios")).json()["total"]
    assert f"{total['counts']['by_health']['red']} red" in page


async def test_the_pages_say_that_their_sums_count_what_is_archived(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    portfolio, project = await portfolio_with_project(portolan)
    gone = await portolan("director").delete(f"/projects/v1/projects/{project}", headers={"If-Match": "*"})
    assert gone.status_code == 204
    await portolan.settled()
    for path in ("/", f"/portfolio/{portfolio}"):
        page = (await reader.get(path)).text
        assert "and 1 archived one, in the sums" in page
        assert 'title="CHF 1,150,000.00"' in page


async def test_what_is_on_plan_is_neither_good_nor_bad(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    cost = {"amount": "1000000.00", "currency": "CHF"}
    _, project = await portfolio_with_project(portolan, planned_cost=cost, forecast_cost=cost)
    page = (await reader.get(f"/project/{project}")).text
    assert '<span class="" title="CHF 0.00">±0</span>' in page
    assert '<span class="">±0.0%</span>' in page


async def test_a_portfolio_lists_its_projects_sorted_as_asked(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    portfolio, _ = await portfolio_with_project(portolan)
    await portolan("director").post(
        "/projects/v1/projects", json={"name": "Anchor", "portfolio_id": portfolio}
    )
    await portolan.settled()
    page = (await reader.get(f"/portfolio/{portfolio}?sort=name")).text
    listed = page[page.index('data-part="projects"') :]
    assert listed.index(">Anchor<") < listed.index(">Lighthouse<")
    assert 'aria-sort="ascending"' in listed
    turned = (await reader.get(f"/portfolio/{portfolio}?sort=-name")).text
    turned = turned[turned.index('data-part="projects"') :]
    assert turned.index(">Lighthouse<") < turned.index(">Anchor<")


async def test_a_portfolio_of_many_projects_goes_on_on_another_page(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    portfolio, _ = await portfolio_with_project(portolan)
    items = [{"name": f"Buoy {i:03}", "portfolio_id": portfolio} for i in range(60)]
    answer = await portolan("service").post(
        "/projects/v1/projects/batch", json={"items": items}, headers={"Idempotency-Key": "buoys"}
    )
    assert answer.status_code in (200, 207), answer.text
    await portolan.settled()
    first = (await reader.get(f"/portfolio/{portfolio}?sort=name")).text
    more = re.search(r'href="(/portfolio/[^"]*cursor=[^"]*)"', first)
    assert more
    second = (await reader.get(more[1].replace("&amp;", "&"))).text
    shown = [set(re.findall(r">(Buoy \d+)<", p[p.index('data-part="projects"') :])) for p in (first, second)]
    assert len(shown[0] | shown[1]) == 60
    assert not shown[0] & shown[1]
    assert "1–50 of 61" in first
    assert "51–61 of 61" in second
    assert f'href="/portfolio/{portfolio}?sort=name#projects">First page<' in second


async def test_a_list_of_projects_says_which_of_how_many_are_shown(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    items = [{"name": f"Buoy {i:03}"} for i in range(60)] + [{"name": "Lighthouse"}]
    answer = await portolan("service").post(
        "/projects/v1/projects/batch", json={"items": items}, headers={"Idempotency-Key": "buoys"}
    )
    assert answer.status_code in (200, 207), answer.text
    await portolan.settled()
    first = (await reader.get("/project?q=buoy&sort=-name")).text
    assert "1–50 of 60" in first
    more = re.search(r'rel="next" href="([^"]*)"', first)
    assert more
    second = (await reader.get(more[1].replace("&amp;", "&"))).text
    assert "51–60 of 60" in second
    assert 'href="/project?q=buoy&amp;sort=-name#projects">First page<' in second
    none = (await reader.get("/project?q=nothing")).text
    assert "No project matches." in none
    assert 'class="count"' not in none[none.index('data-part="projects"') :]


async def test_the_sheet_of_a_project_shows_plan_risks_and_people(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    _, project = await portfolio_with_project(portolan)
    director = portolan("director")
    await director.post(
        f"/projects/v1/projects/{project}/approve", json={"reason": "Agreed."}, headers={"If-Match": '"1"'}
    )
    await portolan.settled()
    person = (await director.post("/resources/v1/persons", json={"name": "Mei-Ling Frei"})).json()["id"]
    day = today()
    booked = {"person_id": person, "project_id": project, "percent": 40, "role": "Architect",
              "starts_on": day.isoformat(), "ends_on": (day + timedelta(days=90)).isoformat()}  # fmt: skip
    assert (await director.post("/resources/v1/allocations", json=booked)).status_code == 201
    risk = await director.post(
        "/risk/v1/risks", json={"project_id": project, "title": "The tender is appealed"}
    )
    rated = {"probability": 4, "impact": 5}
    await director.post(f"/risk/v1/risks/{risk.json()['id']}/assess", json=rated, headers={"If-Match": '"1"'})
    await portolan.settled()
    page = (await reader.get(f"/project/{project}")).text
    for text in (
        "Lighthouse",
        "31 Dec 2026",
        "The tender is appealed",
        "Mei-Ling Frei",
        "Architect",
        "“<bdi>Agreed.</bdi>”",
    ):
        assert text in page
    assert "a risk of score 20" in page
    assert re.search(r'class="h5"><a href="/rows/risk/risks[^"]+">1</a></td>', page)


async def test_names_are_text_and_never_markup(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    portfolio, project = await portfolio_with_project(portolan, name=HOSTILE)
    for address in ("/", f"/portfolio/{portfolio}", f"/project/{project}"):
        page = (await reader.get(address)).text
        assert "<img" not in page.replace('<img src="/static', "")
        assert "alert('x')</script>" not in page
        assert "&lt;img" in page
        for spec in re.findall(r'<script type="application/json">(.*?)</script>', page):
            json.loads(spec)
    drawn = re.search(r'data-name="standing".*?json">(.*?)</script>', (await reader.get("/")).text)
    assert drawn
    assert json.loads(drawn[1])["data"]["values"][0]["name"] == HOSTILE


async def test_as_of_shows_what_was_so_on_that_day(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    importer = portolan("service")
    address = "/projects/v1/projects/by-ref/old/1"
    ref = {"source": "old", "id": "1"}
    for on, cost in (("2024-03-01", "100000.00"), ("2025-03-01", "250000.00")):
        content = {"name": "Pier", "external_ref": ref, "planned_cost": {"amount": cost, "currency": "CHF"}}
        answer = await importer.put(address, json=content, headers={"Portolan-Effective-At": on})
        assert answer.status_code in (200, 201), answer.text
    project = answer.json()["id"]
    await portolan.settled()
    then = (await reader.get("/?as_of=2024-12-31")).text
    assert 'title="CHF 100,000.00"' in then
    assert "As it was on 31 Dec 2024" in then
    assert 'data-live="no"' in then
    now = (await reader.get("/")).text
    assert 'title="CHF 250,000.00"' in now
    assert 'data-live="yes"' in now
    assert (await reader.get(f"/project/{project}?as_of=2024-02-29")).status_code == 404
    sheet = await reader.get(f"/project/{project}?as_of=2024-03-01")
    assert 'title="CHF 100,000.00"' in sheet.text
    assert 'href="/?as_of=2024-03-01"' in sheet.text, "links keep the day"


@pytest.mark.parametrize("as_of", ["2999-01-01", "yesterday", "2026-02-30"])
async def test_a_day_that_cannot_be_answered_is_refused_as_a_page(
    reader: httpx.AsyncClient, as_of: str
) -> None:
    answer = await reader.get("/", params={"as_of": as_of})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert "as_of" in answer.text


async def test_a_refusal_names_what_was_asked_as_it_is_written(reader: httpx.AsyncClient) -> None:
    page = (await reader.get("/", params={"as_of": "yesterday"})).text
    assert "<p><code>as_of</code> is not acceptable: a date is written 2026-06-01.</p>" in page
    assert "<p>There is no such project by that day.</p>" in (await reader.get(f"/project/{NOBODY}")).text


async def test_another_day_keeps_what_was_asked_for(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    page = (await reader.get("/project?q=light&sort=name&as_of=2026-01-01")).text
    form = page[page.index('class="as-of"') :].split("</form>")[0]
    assert re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form) == [("q", "light"), ("sort", "name")]
    assert '<a href="/project?q=light&amp;sort=name">Back to today</a>' in page


async def test_what_the_system_and_imports_did_is_no_person_s_work(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    _, project = await portfolio_with_project(portolan)
    approval: dict[str, Any] = {"json": {"reason": "Agreed."}, "headers": {"If-Match": '"1"'}}
    await portolan("director").post(f"/projects/v1/projects/{project}/approve", **approval)
    await portolan.settled()
    reported = (await reader.get(f"/project/{project}")).text
    assert "by Portolan itself" in reported
    assert "by system:" not in reported


async def test_charts_name_the_months_as_the_page_does(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    _, project = await portfolio_with_project(portolan, planned_start_on="2025-09-01")
    page = (await reader.get(f"/project/{project}")).text
    months = chart(page, "timeline")["config"]["locale"]["time"]["shortMonths"]
    assert f"1 {months[8]} 2025" in page
    assert len(months) == 12


@pytest.mark.parametrize(
    "address", [f"/project/{NOBODY}", f"/portfolio/{NOBODY}", "/project/nobody", "/nowhere", "/a/b/c/d"]
)
async def test_what_is_not_there_is_a_page_for_browsers_and_a_problem_for_programs(
    reader: httpx.AsyncClient, address: str
) -> None:
    shown = await reader.get(address)
    assert shown.status_code == 404
    assert shown.headers["content-type"].startswith("text/html")
    assert shown.headers["content-security-policy"]
    response = await reader.get(address, headers={"Accept": "application/json"})
    assert (
        response.headers["content-type"].startswith("application/problem+json") or response.status_code == 406
    )


async def test_pages_let_a_browser_run_nothing_but_our_files(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    for address in ("/", "/login", "/problems/conflict", "/nowhere"):
        answer = await reader.get(address)
        rules = dict(
            rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";")
        )
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == "'self'"
        assert rules["style-src"] == "'self'"
        assert rules["frame-ancestors"] == "'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<[^>]+\s(style|on\w+)=", answer.text), "neither inline styles nor handlers"
        assert "http://" not in answer.text.replace("http://www.w3.org", ""), (
            "nothing is loaded from elsewhere"
        )


async def test_files_are_kept_for_ever_under_the_name_of_their_content(visitor: httpx.AsyncClient) -> None:
    for asset in assets().values():
        answer = await visitor.get(asset.url)
        assert answer.status_code == 200
        assert answer.content == asset.plain
        assert "immutable" in answer.headers["cache-control"]
        name = asset.url.rsplit("/", 1)[1]
        assert (await visitor.get(f"/static/0000000000000000/{name}")).status_code == 404
    assert (await visitor.get("/static/0000000000000000/..%2Fapi.py")).status_code == 404


def test_every_kind_of_problem_has_advice() -> None:
    assert {entry["status"] for entry in problem_list()["items"]} == ADVICE.keys()


async def test_a_problem_type_leads_to_what_it_means(visitor: httpx.AsyncClient) -> None:
    refused = await visitor.get("/reporting/v1/projects", headers={"Accept": "application/json"})
    answer = await visitor.get(refused.json()["type"])
    assert answer.status_code == 200
    assert "A valid token is needed" in answer.text
    exact = await visitor.get("/problems/planned_dates_missing")
    assert exact.status_code == 200
    assert (await visitor.get("/problems/<b>")).status_code == 404


async def test_pages_are_no_part_of_the_documented_api(visitor: httpx.AsyncClient) -> None:
    document = (await visitor.get("/reporting/openapi.json", headers={"Accept": "*/*"})).json()
    assert all(path.startswith("/reporting/") for path in document["paths"])
    assert "LoginForm" not in document["components"]["schemas"]


async def test_an_empty_instance_has_an_overview_too(reader: httpx.AsyncClient) -> None:
    answer = await reader.get("/")
    assert answer.status_code == 200
    assert "There is no portfolio yet." in answer.text


async def test_an_empty_instance_offers_four_next_steps_until_there_is_something(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    page = (await reader.get("/")).text
    steps = page[page.index('data-part="first-steps"') : page.index('data-part="totals"')]
    assert steps.count("<li>") == 4
    assert "portolan import" in steps
    assert "--no-sample" in steps
    for way in re.findall(r'href="([^"]+)"', steps):
        assert (await reader.get(way)).status_code == 200
    await portfolio_with_project(portolan)
    assert "first-steps" not in (await reader.get("/")).text


async def test_counts_lead_to_the_projects_that_they_count(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    portfolio, project = await portfolio_with_project(portolan)
    page = (await reader.get("/")).text
    assert '<dd><a href="/project">1</a>' in page
    address = f"/portfolio/{portfolio}#projects"
    assert re.search(f'<a href="{address}" [^>]+>1</a>', page)
    own = (await reader.get(address)).text
    assert '<dd><a href="#projects">1</a>' in own
    assert f'href="/project/{project}"' in own[own.index('id="projects"') :]


async def test_paper_says_of_which_day_it_is_and_for_whom_before_the_figures(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    page = (await reader.get("/")).text
    header = page[page.index("<header") : page.index("<main")]
    printed = header[header.index('class="printed"') :]
    assert "Figures as of the end of" in printed
    assert "Printed for " in printed


async def test_a_stream_tells_of_what_was_folded_and_ends_with_its_caller(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    output: asyncio.Queue[bytes] = asyncio.Queue()
    gone = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200
        elif message["body"]:
            output.put_nowait(message["body"])

    cookie = f"{sessions.COOKIE}={reader.cookies[sessions.COOKIE]}".encode()
    headers = [(b"cookie", cookie), (b"accept", b"text/event-stream")]
    scope = {"type": "http", "method": "GET", "path": "/changes", "raw_path": b"/changes", "query_string": b"",
             "headers": headers}  # fmt: skip
    stream = asyncio.create_task(portolan.app(scope, receive, send))
    async with asyncio.timeout(5):
        first = await output.get()
        await portfolio_with_project(portolan)
        second = await output.get()
    assert re.fullmatch(rb"data: \d+\n\n", first)
    assert re.fullmatch(rb"data: \d+\n\n", second)
    assert first != second
    gone.set()
    started = monotonic()
    await asyncio.wait_for(stream, 5)
    assert monotonic() - started < 1


async def test_the_stream_needs_a_session(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/changes", headers={"Accept": "text/event-stream"})
    assert answer.status_code == 401


def test_the_catalogues_hold_every_text_and_nothing_else() -> None:
    for path, content in collected().items():
        assert path.read_bytes() == content, f"{path.name}: run `make texts`, and translate what is new"


async def test_a_language_is_a_catalogue_and_nothing_else(
    reader: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = tmp_path / "rm" / "LC_MESSAGES"
    messages.mkdir(parents=True)
    catalogue = Catalog(locale="rm", domain="portolan")
    catalogue.add("Portfolio overview", "Survista")
    with (messages / "portolan.po").open("wb") as file:
        write_po(file, catalogue)
    monkeypatch.setattr(words, "LOCALE", tmp_path)
    words.languages.cache_clear()
    try:
        romansh = await reader.get("/", headers={"Accept-Language": "rm-CH,rm;q=0.9,en;q=0.5"})
        english = await reader.get("/", headers={"Accept-Language": "de, en"})
    finally:
        words.languages.cache_clear()
    assert '<html lang="rm">' in romansh.text
    assert "Survista" in romansh.text
    assert '<html lang="en">' in english.text
    assert "Portfolio overview" in english.text


async def test_without_the_charts_javascript_the_page_says_what_to_run(
    portolan: Portolan, reader: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await portfolio_with_project(portolan)
    monkeypatch.setitem(assets(), "vega.js", assets()["portolan.css"])
    assert "web.bundle" not in (await reader.get("/")).text
    monkeypatch.delitem(assets(), "vega.js")
    page = await reader.get("/")
    assert page.status_code == 200
    assert "python -m services.reporting.web.bundle" in page.text


def test_the_bundle_exposes_what_draws_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "BUNDLE", tmp_path / "vega.js")
    bundle.main()
    created = (tmp_path / "vega.js").read_text()
    assert set(re.findall(r"window\.(vega\w*)=", created)) == {"vegaEmbed"}
    assert [path.name for path in tmp_path.iterdir()] == ["vega.js"]


async def test_amounts_of_several_currencies_stand_in_no_common_chart_or_ranking(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    for currency, cents, cost in (("CHF", ".00", "1150000.00"), ("JPY", "", "90000000")):
        _, project = await portfolio_with_project(
            portolan,
            name=f"In {currency}",
            planned_cost={"amount": f"1000000{cents}", "currency": currency},
            forecast_cost={"amount": cost, "currency": currency},
        )
        approval: dict[str, Any] = {"json": {"reason": "Agreed."}, "headers": {"If-Match": '"1"'}}
        answer = await portolan("director").post(f"/projects/v1/projects/{project}/approve", **approval)
        assert answer.status_code == 200, answer.text
        await portolan.settled()
        amount = {"amount": f"500{cents}", "currency": currency}
        line = {"project_id": project, "fiscal_year": 2026, "nature": "capex", "amount": amount}
        answer = await portolan("controller").post("/finance/v1/budget-lines", json=line)
        assert answer.status_code == 201, answer.text
    await portolan.settled()
    page = (await reader.get("/")).text
    standing, chf, jpy = (chart(page, name) for name in ("standing", "budget", "budget-JPY"))
    assert standing["layer"][2]["encoding"]["size"] == {"value": 200}
    assert [spec["encoding"]["y"]["title"] for spec in (chf, jpy)] == ["CHF", "JPY"]
    assert {len(spec["data"]["values"]) for spec in (chf, jpy)} == {1}
    overruns = page[page.index('data-part="overruns"') : page.index('data-part="budget"')]
    assert re.findall(r">(CHF|JPY)</p>|<bdi>(In CHF|In JPY)</bdi></a>", overruns) == [
        ("CHF", ""), ("", "In CHF"), ("JPY", ""), ("", "In JPY"),
    ]  # fmt: skip
    assert overruns.count('width="100.00%"') == 2


def chart(page: str, name: str) -> Any:
    drawn = re.search(rf'data-name="{name}".*?json">(.*?)</script>', page)
    assert drawn, name
    return json.loads(drawn[1])


async def test_what_somebody_did_in_a_row_is_counted_to_its_end(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    _, project = await portfolio_with_project(portolan)
    director = portolan("director")
    for version in range(1, 131):
        headers = {"If-Match": f'"{version}"', "Content-Type": "application/merge-patch+json"}
        patch = {"description": f"Text {version}"}
        answer = await director.patch(f"/projects/v1/projects/{project}", json=patch, headers=headers)
        assert answer.status_code == 200, answer.text
    await portolan.settled()
    assert "by <bdi>director</bdi>, 130 times" in " ".join(
        (await reader.get(f"/project/{project}")).text.split()
    )


async def test_activity_tells_the_day_on_which_it_was_so(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    content = {"name": "Pier", "external_ref": {"source": "old", "id": "1"}}
    response = await portolan("service").put(
        "/projects/v1/projects/by-ref/old/1", json=content, headers={"Portolan-Effective-At": "2024-03-01"}
    )
    await portolan("director").post("/projects/v1/projects", json={"name": "Quay"})
    await portolan.settled()
    page = (await reader.get("/")).text
    reported = page[page.index('data-part="activity"') :]
    assert re.search(r'datetime="2024-03-01T[^>]*>1 Mar 2024</time>', reported)
    recorded = datetime.fromisoformat(response.json()["updated_at"]).astimezone(Settings().zone)
    assert f'title="written down {words.words_in(words.SOURCE).moment(recorded)}"' in reported
    assert re.search(r"second(s)? ago</time>\s*<span><a[^>]*><bdi>Quay<", reported)
    then = (await reader.get(f"/project/{response.json()['id']}?as_of=2024-03-02")).text
    assert ">1 Mar 2024</time>" in then[then.index('data-part="activity"') :]


async def test_of_what_nothing_is_known_the_light_is_hollow_and_says_so(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    unknown = (await portolan("director").post("/projects/v1/projects", json={"name": "Idea"})).json()["id"]
    on_plan = {"amount": "1000000.00", "currency": "CHF"}
    _, expected = await portfolio_with_project(portolan, planned_cost=on_plan, forecast_cost=on_plan)
    assert "cost and time cannot be judged yet" in (await reader.get(f"/project/{unknown}")).text
    assert 'class="symbol green hollow"' in (await reader.get("/project?portfolio=none")).text
    assert 'hollow"' not in (await reader.get(f"/project/{expected}")).text
    assert re.search(r"</svg>No information</span>", (await reader.get(f"/project/{unknown}")).text)
    totals = (await reader.get("/")).text.split("</dl>")[0]
    assert re.search(
        r"</svg>0 green</span>.*</svg><a[^>]*>1 red</a></span>.*</svg>1 no information</span>", totals
    )
    assert "1 of 2: the largest with both variances" in (await reader.get("/")).text
    assert '<a href="/project">all projects</a>' in (await reader.get("/")).text
    assert 'aria-label="0 Green, 0 Amber, 1 Red, 1 No information"' in totals


async def test_a_rated_threat_is_information_too(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    director = portolan("director")
    project = (await director.post("/projects/v1/projects", json={"name": "Idea"})).json()["id"]
    await portolan.settled()
    risk = (await director.post("/risk/v1/risks", json={"project_id": project, "title": "Fog"})).json()["id"]
    assert "No information" in (await reader.get("/project")).text
    rated = {"probability": 2, "impact": 2}
    answer = await director.post(f"/risk/v1/risks/{risk}/assess", json=rated, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    await portolan.settled()
    assert "No information" not in (await reader.get("/project")).text


async def test_days_are_coloured_as_the_portfolio_s_own_thresholds_judge_them(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    portfolio, project = await portfolio_with_project(portolan)  # 90 days late
    assert '<span class="bad">−90</span>' in (await reader.get(f"/project/{project}")).text
    limits = {"cost_amber_pct": 5, "cost_red_pct": 10, "time_amber_days": 60, "time_red_days": 120}
    answer = await portolan("director").patch(
        f"/projects/v1/portfolios/{portfolio}",
        json={"thresholds": limits},
        headers={"If-Match": '"1"', "Content-Type": "application/merge-patch+json"},
    )
    assert answer.status_code == 200, answer.text
    await portolan.settled()
    assert '<span class="warn">−90</span>' in (await reader.get(f"/project/{project}")).text


async def test_indices_are_coloured_as_the_portfolio_s_own_thresholds_judge_them(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    portfolio, project = await portfolio_with_project(portolan)
    director = portolan("director")
    package = {
        "project_id": project, "wbs": "1", "name": "Foundations", "budget": {"amount": "1000.00", "currency": "CHF"},
        "planned_start_on": "2025-01-01", "planned_finish_on": "2025-02-01",
    }  # fmt: skip
    id = (await director.post("/projects/v1/work-packages", json=package)).json()["id"]
    done: dict[str, Any] = {"json": {"percent_complete": 97}, "headers": {"If-Match": '"1"'}}
    answer = await director.post(f"/projects/v1/work-packages/{id}/report-progress", **done)
    assert answer.status_code == 200, answer.text
    await portolan.settled()
    assert '<span class="good">0.97</span>' in (await reader.get(f"/project/{project}")).text
    for red, tone in ((5, "warn"), (3, "bad")):
        limits = {"cost_amber_pct": 2, "cost_red_pct": red, "time_amber_days": 30, "time_red_days": 90}
        version = (await director.get(f"/projects/v1/portfolios/{portfolio}")).headers["etag"]
        headers = {"If-Match": version, "Content-Type": "application/merge-patch+json"}
        await director.patch(
            f"/projects/v1/portfolios/{portfolio}", json={"thresholds": limits}, headers=headers
        )
        await portolan.settled()
        assert f'<span class="{tone}">0.97</span>' in (await reader.get(f"/project/{project}")).text


async def test_every_project_is_found_by_text_stage_and_programme_and_where_it_belongs_nowhere(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    director = portolan("director")
    portfolio, project = await portfolio_with_project(portolan)
    programme = (
        await director.post(
            "/projects/v1/programmes", json={"name": "Lights of the coast", "portfolio_id": portfolio}
        )
    ).json()["id"]
    for name, member in (("Buoy", {"programme_id": programme, "portfolio_id": portfolio}), ("Drift", {})):
        answer = await director.post("/projects/v1/projects", json={"name": name} | member)
        assert answer.status_code == 201, answer.text
    await portolan.settled()

    async def search_for(query: str) -> set[str]:
        answer = await reader.get(f"/project{query}")
        assert answer.status_code == 200, answer.text
        return set(re.findall(r'class="name"><a[^>]*><bdi>([^<]*)</bdi></a>', answer.text))

    assert await search_for("") == {"Lighthouse", "Buoy", "Drift"}
    assert await search_for("?q=bu&stage=") == {"Buoy"}
    assert await search_for("?q=&stage=approved") == set()
    assert await search_for(f"?programme_id={programme}") == {"Buoy"}
    assert await search_for("?portfolio=none") == {"Drift"}
    overview = (await reader.get("/")).text
    assert 'href="/project?portfolio=none">1 project without a portfolio</a>' in overview
    assert f'href="/project?programme_id={programme}"' in (await reader.get(f"/portfolio/{portfolio}")).text
    assert (await reader.get("/project?stage=lost")).status_code == 400
    assert (await director.post("/projects/v1/projects", json={"name": "Orphan"})).status_code == 201
    await portolan.settled()
    assert ">2 projects without a portfolio</a>" in (await reader.get("/")).text
    assert await search_for("?portfolio=none") == {"Drift", "Orphan"}
    assert (await reader.get(f"/project/{project}")).status_code == 200


async def test_exact_amounts_and_why_one_is_missing_are_a_link_away_and_stay(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    portfolio, project = await portfolio_with_project(portolan)
    await portolan("director").post("/projects/v1/projects", json={"name": "Idea", "portfolio_id": portfolio})
    await portolan.settled()
    page = (await reader.get("/project?sort=name")).text
    assert (
        'Amounts in thousand CHF<span class="switch"> · <a href="/project?sort=name&amp;amounts=exact">'
        in page
    )
    assert ">1,150</span>" in page
    assert '<span class="sr"> no planned cost</span>' in page
    exact = (await reader.get("/project?sort=name&amounts=exact")).text
    assert ">1,150,000.00</span>" in exact
    assert '<span class="why"> no planned cost</span>' in exact
    assert f'href="/project/{project}?amounts=exact"' in exact, "links keep it"
    assert '<a href="/project?sort=name">Rounded</a>' in exact
    assert ">1,150,000.00</span>" in (await reader.get(f"/portfolio/{portfolio}?amounts=exact")).text
    assert (await reader.get("/?amounts=some")).status_code == 400


async def test_a_minus_is_red_by_the_threshold_alone(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    plan = {"amount": "1000000.00", "currency": "CHF"}
    tones = {"1020000.00": "", "1060000.00": "warn", "1150000.00": "bad", "900000.00": ""}
    for cost, tone in tones.items():
        _, project = await portfolio_with_project(
            portolan, planned_cost=plan, forecast_cost={"amount": cost, "currency": "CHF"}
        )
        page = (await reader.get(f"/project/{project}")).text
        [shown] = re.findall(r'<dt>Cost variance</dt><dd>.*?<span class="(\w*)" title', page)
        assert shown == tone, cost


async def test_the_reasons_of_a_health_are_read_without_a_mouse(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    await portfolio_with_project(portolan)
    page = (await reader.get("/project")).text
    assert '<small class="why">15.0% over plan; 90 days late</small>' in page


async def test_sums_are_told_by_stage_and_health_leads_to_its_projects(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    _, red = await portfolio_with_project(portolan)
    await portolan("director").post("/projects/v1/projects", json={"name": "Idea"})
    approval: dict[str, Any] = {"json": {"reason": "Agreed."}, "headers": {"If-Match": '"1"'}}
    assert (
        await portolan("director").post(f"/projects/v1/projects/{red}/approve", **approval)
    ).status_code == 200
    await portolan.settled()
    page = (await reader.get("/")).text
    stages = page[page.index('data-part="stages"') : page.index('data-part="budget"')]
    assert re.findall(r'href="/project\?stage=(\w+)"', stages) == ["proposed", "approved"]
    assert 'href="/project?health=red">1 red</a>' in page
    result = (await reader.get("/project?health=red&q=&stage=")).text
    assert f"/project/{red}" in result
    assert "Idea" not in result
    assert '<option value="red" selected>' in result


async def test_a_search_that_finds_nothing_says_so_and_leads_back(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    await portfolio_with_project(portolan)
    page = (await reader.get("/project?q=zzzz")).text
    assert 'No project matches. <a href="/project">Show all projects</a>' in page
    assert "There is no project here yet." not in page


async def test_sorting_and_paging_stay_at_the_table(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    portfolio, _ = await portfolio_with_project(portolan)
    page = (await reader.get(f"/portfolio/{portfolio}")).text
    assert f'href="/portfolio/{portfolio}?sort=cost.variance#projects"' in page
    assert 'id="projects"' in page


async def test_every_table_has_a_caption_row_headers_and_every_chart_a_table(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    portfolio, project = await portfolio_with_project(portolan)
    package = {"project_id": project, "wbs": "1", "name": "Footing", "budget": {"amount": "1000.00", "currency": "CHF"},
               "planned_start_on": "2025-01-01", "planned_finish_on": "2025-02-01"}  # fmt: skip
    response = await portolan("director").post("/projects/v1/work-packages", json=package)
    assert response.status_code == 201, response.text
    await portolan.settled()
    for address in ("/", "/project", f"/portfolio/{portfolio}", f"/project/{project}"):
        page = (await reader.get(address)).text
        for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
            assert "<caption" in table, (address, table[:200])
            rows = table.split("<tbody>")[1].count("<tr")
            assert table.split("<tbody>")[1].count('scope="row"') == rows, (address, table[:200])
        for part in re.split(r"<section", page)[1:]:
            if 'class="chart' in part:
                assert "<table" in part, (address, part[:200])
    assert ">Planned value<" in page
