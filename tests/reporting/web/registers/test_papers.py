"""The page of a decision paper: options side by side, who answered what, and what has changed since it was circulated."""

import re

import httpx
import pytest

from tests.conftest import Portolan
from tests.projects.mandate.circulating import Round
from tests.reporting.web.conftest import visiting
from tests.support.given import chf

OPTIONS = [
    {"name": "Buy a product", "cost": chf("620000.00"), "benefit": "Supported for ten years."},
    {"name": "Build it", "cost": chf("870000.00"), "effort": "Six people for two years."},
]


def panel(page: httpx.Response, part: str) -> str:
    """The text of one panel, without markup."""
    html = page.text.split(f'data-part="{part}"')[1].split("</section>")[0]
    return " ".join(re.sub("<[^>]+>", " ", html).split())


@pytest.fixture
async def table(portolan: Portolan) -> Round:
    table = Round(portolan)
    await table.gather("ada", "ben", "cleo", "dan")
    return table


async def test_the_page_shows_the_options_and_who_answered_what(
    table: Round, reader: httpx.AsyncClient
) -> None:
    path = await table.circulated(2, ("ada", "ben", "cleo", "author"), options=OPTIONS)
    await table.answered(path, "ada", "delegate", to="dan", reason="On leave.")
    condition = {"text": "The archive stays.", "owner_id": table.ids["cleo"], "due_on": "2027-06-30"}
    await table.answered(path, "ben", "grant", comment="Support decides.", conditions=[condition])
    await table.portolan.settled()
    page = await reader.get(f"/registers/projects/decision-papers/{path.rpartition('/')[2]}")
    options, answers = panel(page, "options"), panel(page, "approvals")
    assert "Buy a product Build it" in options
    assert "CHF 620,000.00 CHF 870,000.00" in options.replace("\N{NO-BREAK SPACE}", " ")
    assert "Supported for ten years. –" in options, "the other one has no benefit"
    assert "Ada Delegated to Dan" in answers
    assert "Dan in place of Ada Requested" in answers
    assert "Ben Granted" in answers
    assert "Support decides." in answers
    assert "The archive stays." in answers
    assert "Author author: does not count Requested" in answers
    assert "/edit" not in page.text.split('class="actions"')[1].split("</div></div>")[0]


async def test_the_page_shows_the_frozen_figures_beside_those_of_today(
    table: Round, reader: httpx.AsyncClient
) -> None:
    project = f"/projects/v1/projects/{table.project}"
    assert (await table.office.patch(project, planned_cost=chf("900000.00"))).status_code == 200
    path = await table.circulated(1, ("ada", "ben"))
    address = f"/registers/projects/decision-papers/{path.rpartition('/')[2]}"
    assert "are those with which it was circulated" in panel(await reader.get(address), "frozen")
    assert (await table.office.patch(project, planned_cost=chf("950000.00"))).status_code == 200
    page = await reader.get(address)
    frozen = panel(page, "frozen").replace("\N{NO-BREAK SPACE}", " ")
    assert "Project Planned cost CHF 900,000.00 CHF 950,000.00" in frozen
    assert "It is byte for byte what was circulated." in frozen
    content = await reader.get(f"{address}/content")
    assert content.json()["about"]["project"]["planned_cost"] == chf("900000.00")


async def test_home_shows_who_is_asked_what_waits_for_their_consent_and_the_page_takes_it(
    table: Round,
) -> None:
    path = await table.circulated(1, ("ada", "ben"), title="Which ERP?", due_on="2026-11-02")
    await table.portolan.settled()
    async with visiting(table.portolan) as browser:
        await browser.get(await table.portolan.running.login_link("ada", "member"))
        home = (await browser.get("/home")).text.partition('id="h-approvals"')[2].partition("</ul>")[0]
        assert "Which ERP?" in home
        assert "2026-11-02" in home
        assert f"/registers/projects/decision-papers/{path.rpartition('/')[2]}" in home
        page = await browser.get(f"/registers/projects/decision-papers/{path.rpartition('/')[2]}")
        answers = page.text.split('data-part="approvals"')[1].split("</section>")[0]
        links = re.findall(r'href="(/registers/projects/approvals/[^"]+/moves/grant)"', answers)
        assert len(links) == 1, "one's own alone"
        form = await browser.get(links[0])
        assert form.status_code == 200
        assert "conditions" in form.text
    await table.answered(path, "ada", "grant")
    async with visiting(table.portolan) as browser:
        await browser.get(await table.portolan.running.login_link("ben", "member"))
        assert 'id="h-approvals"' not in (await browser.get("/home")).text, "it is decided"
