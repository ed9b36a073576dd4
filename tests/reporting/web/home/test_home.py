"""The home page: what waits for the reader, what has changed since they were here, and what they pinned."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import httpx
import pytest

from services.reporting.web.words import words_for
from tests.access.conftest import Office
from tests.conftest import Portolan
from tests.reporting.web.conftest import visiting
from tests.support.days import today

Enter = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
def office(everywhere: Portolan) -> Office:
    return Office(everywhere)


@pytest.fixture
async def enter(office: Office) -> AsyncIterator[Enter]:
    """Logs somebody in, in a browser of their own."""
    async with AsyncExitStack() as stack:

        async def entered(subject: str = "director", role: str = "director") -> httpx.AsyncClient:
            browser = await stack.enter_async_context(visiting(office.portolan))
            answer = await browser.get(await office.portolan.running.login_link(subject, role))
            assert (answer.status_code, answer.headers["location"]) == (303, "/home")
            return browser

        yield entered


async def home(browser: httpx.AsyncClient, **query: str) -> str:
    page = await browser.get("/home", params=query)
    assert page.status_code == 200, page.text
    return page.text


def part(page: str, heading: str) -> str:
    """The text below a heading, without markup."""
    html = page.partition(f'id="h-{heading}"')[2]
    end = re.search(r"<h[23]|</section>", html.partition("</h")[2])
    text = re.sub(
        "<[^>]+>", " ", html if end is None else html[: end.start() + len(html.partition("</h")[0])]
    )
    return " ".join(text.split()).partition(">")[2]


def day(ahead: int) -> str:
    return (today() + timedelta(days=ahead)).isoformat()


def money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CHF"}


def form_of(page: str) -> str:
    match = re.search(r'name="form" value="([0-9a-f]+)"', page)
    assert match
    return match[1]


async def test_a_decision_waits_for_whom_four_eyes_let_take_it(office: Office, enter: Enter) -> None:
    project = await office.project("Gotthard")
    await office.portolan.settled()
    line = await office.make(
        "/finance/v1/budget-lines",
        project_id=project["id"],
        fiscal_year=2026,
        nature="capex",
        amount=money("1200.00"),
    )
    await office.act(f"/finance/v1/budget-lines/{line['id']}", "submit")
    await office.portolan.settled()
    own, others = await home(await enter("director")), await home(await enter("another director"))
    assert "1,200.00" not in part(own, "decisions"), "who submitted it does not decide it"
    assert "Budget line 2026 · CHF 1,200.00" in part(others, "decisions")
    assert "in Gotthard Approve" in part(others, "decisions")
    reader = await home(await enter("somebody", "viewer"))
    assert 'id="h-decisions"' not in reader, "who decides nothing has nothing to decide"


async def test_what_was_decided_waits_no_more(office: Office, enter: Enter) -> None:
    dates = {"planned_start_on": "2026-01-01", "planned_finish_on": "2027-01-01"}
    project = await office.project("Gotthard", **dates)
    await office.portolan.settled()
    browser = await enter("another director")
    assert "Gotthard" in part(await home(browser), "decisions")
    answer = await office.act(
        f"/projects/v1/projects/{project['id']}", "approve", office.caller("x", "director")
    )
    assert answer.status_code == 200, answer.text
    await office.portolan.settled()
    assert 'id="h-decisions"' not in await home(browser)


async def test_amounts_are_shown_as_they_were_and_as_they_are(office: Office, enter: Enter) -> None:
    project = await office.project("Gotthard", planned_cost=money("100.00"), forecast_cost=money("100.00"))
    await office.portolan.settled()
    browser = await enter("boss")
    await browser.post("/home/seen", data={"form": form_of(await home(browser))})
    assert "Nothing has changed since then." in part(await home(browser), "news")
    for amount in ("150.00", "175.50"):
        await office.patch(f"/projects/v1/projects/{project['id']}", forecast_cost=money(amount))
    await office.portolan.settled()
    text = part(await home(browser), "news")
    assert "Project Gotthard" in text
    assert "CHF 100.00 → CHF 175.50" in text, "from what was seen last to what stands"
    assert "by director , 2 times" in text
    assert text.count("Gotthard") == 1


async def test_a_visit_begins_after_a_pause(
    office: Office, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.project("Before")
    await office.portolan.settled()
    browser = await enter("boss")
    assert "Before" in part(await home(browser), "news")
    assert "Before" in part(await home(browser), "news"), "looking again is the same visit"
    monkeypatch.setattr("services.reporting.web.home.visits.PAUSE_US", 0)
    monkeypatch.setattr("services.reporting.web.home.visits.NOTED_AGAIN_US", 0)
    await home(browser)
    await office.project("After")
    await office.portolan.settled()
    text = part(await home(browser), "news")
    assert "After" in text
    assert "Before" not in text


async def test_looking_ahead_of_a_click_is_no_visit(office: Office, enter: Enter) -> None:
    browser = await enter("boss")
    store = office.portolan.running.services["reporting"].kernel.store
    await browser.get("/home", headers={"Sec-Purpose": "prefetch"})
    await browser.head("/home")
    assert await store.fetch("SELECT * FROM home") == []
    await home(browser)
    [(count,)] = await store.fetch("SELECT COUNT(*) FROM home")
    assert count == 1


async def test_portfolios_are_pinned_by_a_form_and_each_login_has_its_own(
    office: Office, enter: Enter
) -> None:
    portfolio = await office.make("/projects/v1/portfolios", name="Alpine works")
    await office.portolan.settled()
    browser = await enter("boss")
    page = (await browser.get(f"/portfolio/{portfolio['id']}")).text
    assert "Pin to home" in page
    form = {"form": form_of(page), "portfolio": portfolio["id"]}
    pinned = await browser.post(
        "/home/pins", data={**form, "act": "pin", "next": f"/portfolio/{portfolio['id']}"}
    )
    assert (pinned.status_code, pinned.headers["location"]) == (303, f"/portfolio/{portfolio['id']}")
    assert "Unpin" in (await browser.get(f"/portfolio/{portfolio['id']}")).text
    assert "Alpine works" in part(await home(browser), "pinned")
    assert "Alpine works" not in part(await home(await enter("another")), "pinned")
    await browser.post("/home/pins", data={**form, "act": "unpin"})
    assert "Alpine works" not in part(await home(browser), "pinned")


async def test_a_pin_needs_the_form_and_a_portfolio_that_is_seen(office: Office, enter: Enter) -> None:
    portfolio = await office.make("/projects/v1/portfolios", name="Hidden works")
    await office.hide("portfolios", portfolio["id"])
    browser = await enter("ahab", "viewer")
    form = form_of(await home(browser))
    answer = await browser.post("/home/pins", data={"form": "0" * 24, "portfolio": portfolio["id"]})
    assert answer.status_code == 403
    answer = await browser.post("/home/pins", data={"form": form, "portfolio": portfolio["id"]})
    assert answer.status_code == 404


async def test_mentions_and_what_one_answers_for_are_found_by_the_person(
    office: Office, enter: Enter
) -> None:
    person = await office.person("Anna Worker", "anna")
    await office.portolan.settled()
    project = await office.project("Gotthard", manager_id=person)
    await office.portolan.settled()
    subject = {"kind": "project", "id": project["id"]}
    await office.make(
        "/projects/v1/comments", subject=subject, text="Can you look at this?", mentions=[person]
    )
    await office.make("/projects/v1/comments", subject=subject, text="Nothing for anybody")
    await office.make("/risk/v1/risks", project_id=project["id"], title="Rockfall", owner_id=person)
    await office.portolan.settled()
    page = await home(await enter("anna", "viewer"))
    assert "Can you look at this?" in part(page, "mentions")
    assert "Nothing for anybody" not in part(page, "mentions")
    assert part(page, "mine") == "What I answer for Projects (Project manager) 1 Risks (Owner) 1"
    other = await home(await enter("boss"))
    assert 'id="h-mentions"' not in other
    assert 'id="h-mine"' not in other


async def test_a_comment_is_known_by_what_it_says_and_by_its_author(office: Office, enter: Enter) -> None:
    anna = await office.person("Anna Worker", "anna")
    await office.person("Boris Chief", "boris")
    project = await office.project("Gotthard")
    await office.portolan.settled()
    comment = {
        "subject": {"kind": "project", "id": project["id"]},
        "text": "Look at\nthis",
        "mentions": [anna],
    }
    answer = await office.caller("boris", "director").post("/projects/v1/comments", json=comment)
    assert answer.status_code == 201, answer.text
    await office.portolan.settled()
    page = await home(await enter("anna", "viewer"))
    assert "Gotthard by Boris Chief Look at this" in part(page, "mentions")
    news = part(page, "news")
    assert "Comment Look at this in Gotthard" in news
    assert answer.json()["id"] not in news


async def test_what_somebody_did_names_their_person_wherever_it_is_shown(
    office: Office, enter: Enter
) -> None:
    await office.person("Anna <b>Worker", "anna")
    await office.portolan.settled()
    answer = await office.caller("anna", "director").post("/projects/v1/projects", json={"name": "Gotthard"})
    assert answer.status_code == 201, answer.text
    await office.portolan.settled()
    browser = await enter("boss")
    id = answer.json()["id"]
    pages = [
        "/",
        f"/project/{id}",
        f"/registers/projects/projects/{id}",
        f"/registers/projects/projects/{id}/history",
    ]
    for page in ["/home", *pages]:
        text = (await browser.get(page)).text
        assert "<bdi>Anna &lt;b&gt;Worker</bdi></a>" in text, page
        assert "by <bdi>anna" not in text, page
    own = await enter("anna")
    assert "by you" in part(await home(own), "news")
    assert "by you" not in (await own.get("/")).text, "a report is read by others too"


async def test_whose_login_one_is_is_no_news_to_whom_logins_are_not_shown(
    office: Office, enter: Enter
) -> None:
    await office.person("Anna Worker", "anna")
    await office.portolan.settled()
    for subject in ("anna", "nobody"):
        client = office.caller(subject, "director")
        answer = await client.post("/projects/v1/projects", json={"name": f"Of {subject}"})
        assert answer.status_code == 201, answer.text
    await office.portolan.settled()
    text = part(await home(await enter("boss")), "news")
    assert "Created by Anna Worker" in text
    assert "Created by nobody" in text, "of whom no person is known"
    text = part(await home(await enter("somebody", "manager")), "news")
    assert "Created by anna" in text
    assert "Anna Worker" not in text.replace("Person Anna Worker", "")


async def test_what_is_late_of_mine_is_told_by_its_day(office: Office, enter: Enter) -> None:
    person = await office.person("Anna Worker", "anna")
    await office.portolan.settled()
    mine, other = await office.project("Mine", manager_id=person), await office.project("Other")
    for project in (mine, other):
        await office.make("/projects/v1/work-packages", project_id=project["id"], wbs="1",
                          name=f"Tunnel of {project['name']}", planned_start_on=day(-9), planned_finish_on=day(1))  # fmt: skip
    await office.portolan.settled()
    dues = part(await home(await enter("anna", "viewer")), "dues")
    assert "Tunnel of Mine" in dues
    assert "in Mine" in dues
    assert "Tunnel of Other" not in dues
    assert "after that: " in dues, "nothing is late yet"
    assert words_for("en").day(date.fromisoformat(day(1))) in dues, "not on the day after, which begins then"


async def test_a_membership_is_told_to_whom_it_is_given(office: Office, enter: Enter) -> None:
    project = await office.project("Gotthard")
    person = await office.person("Anna Worker", "anna")
    await office.portolan.settled()
    await office.member("viewer", "project", project["id"], person_id=person)
    await office.portolan.settled()
    page = await home(await enter("anna", "participant"))
    assert "Viewer" in part(page, "memberships")
    assert "in Gotthard" in part(page, "memberships")


async def test_nothing_confidential_stands_on_it(office: Office, enter: Enter) -> None:
    project = await office.project("Operation Walfisch")
    await office.portolan.settled()
    of = {"project_id": project["id"]}
    await office.make("/risk/v1/risks", **of, title="Walfisch strands")
    line = await office.make(
        "/finance/v1/budget-lines", **of, fiscal_year=2026, nature="capex", amount=money("4711.00")
    )
    await office.act(f"/finance/v1/budget-lines/{line['id']}", "submit")
    await office.portolan.settled()
    assert "Walfisch" in part(await home(await enter("a controller", "controller")), "decisions")
    await office.hide("projects", project["id"])
    outsider = await home(await enter("a controller", "controller"))
    assert "alfisch" not in outsider
    assert "4,711" not in outsider
    await office.participant("moby", "viewer", "project", project["id"])
    assert "Walfisch strands" in part(await home(await enter("moby", "participant")), "news")


async def test_it_speaks_french(office: Office, enter: Enter) -> None:
    await office.project("Gotthard", planned_start_on="2026-01-01", planned_finish_on="2027-01-01")
    await office.portolan.settled()
    browser = await enter("une autre")
    page = (await browser.get("/home", headers={"Accept-Language": "fr-CH"})).text
    assert "Ce qui m’attend" in page
    assert "À décider" in page
    assert "Approuver" in page


async def test_the_search_page_groups_by_kind_and_goes_on_where_nothing_is_found(
    office: Office, enter: Enter
) -> None:
    project = await office.project("Zermatt")
    await office.make("/finance/v1/vendors", name="Zermatt AG")
    await office.portolan.settled()
    browser = await enter("boss")
    assert 'action="/search"' in await home(browser)
    page = (await browser.get("/search", params={"q": "zermatt"})).text
    assert f'href="/project/{project["id"]}"' in page
    assert "Zermatt AG" in page
    assert re.search(r'href="/search\?q=zermatt&amp;kind=finance.vendor"', page)
    only = (await browser.get("/search", params={"q": "zermatt", "kind": "finance.vendor"})).text
    assert "Zermatt AG" in only
    assert f"/project/{project['id']}" not in only
    none = await browser.get("/search", params={"q": "nowhere"})
    assert none.status_code == 200
    assert "Nothing was found." in none.text
    assert 'href="/registers"' in none.text
    assert "Write a key" in (await browser.get("/search", params={"q": ""})).text
    french = (await browser.get("/search", params={"q": "zermatt"}, headers={"Accept-Language": "fr"})).text
    assert "Trouvé pour «\N{NO-BREAK SPACE}<bdi>zermatt</bdi>\N{NO-BREAK SPACE}»" in french
    hostile = (await browser.get("/search", params={"q": "<script>alert(1)</script>"})).text
    assert "<script>alert" not in hostile
    for refused in (
        {"q": "a\0b"},
        {"q": "a" * 301},
        {"q": "a", "kind": "nothing"},
        {"q": "a", "cursor": "x"},
    ):
        answer = await browser.get("/search", params=refused)
        assert answer.status_code == 400, refused
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_what_it_costs_does_not_grow_with_what_is_there(
    office: Office, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Queries and rows of the store are as many for twenty projects as for six."""
    monkeypatch.setattr(import_module("services.reporting.web.home.news"), "FACTS", 4)
    monkeypatch.setattr(import_module("services.reporting.web.home.waiting"), "CANDIDATES", 4)
    browser = await enter("another director")
    costs = []
    for number in range(20):
        await office.project(
            f"Project {number}", planned_start_on="2026-01-01", planned_finish_on="2027-01-01"
        )
        if number in (5, 19):
            await office.portolan.settled()
            costs.append(await _cost(browser, office, monkeypatch))
    assert costs[0] == costs[1]
    assert costs[0][0] >= 3


async def _cost(
    browser: httpx.AsyncClient, office: Office, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, int]:
    """Queries of the store, and rows that they give, for one look at the page."""
    store = office.portolan.running.services["reporting"].kernel.store
    fetch, sizes = store.fetch, list[int]()

    async def counted(text: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        rows = await fetch(text, params)
        if "directory" in text or "history" in text:
            sizes.append(len(rows))
        return rows

    with monkeypatch.context() as patched:
        patched.setattr(store, "fetch", counted)
        await home(browser)
    return len(sizes), sum(sizes)
