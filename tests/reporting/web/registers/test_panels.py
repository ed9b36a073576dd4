"""Documents and comments on the page of every aggregate that may have them, as a browser without JavaScript does it."""

from collections.abc import AsyncIterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest

from services.projects.engines.planfiles import write_mspdi
from services.projects.engines.planning.plan import Activity, Plan, days
from services.reporting.web.registers.naming import address_of
from services.reporting.web.registers.panels import COMMENT, DOCUMENT, attached
from shared.base.settings import Settings
from shared.contracts.common import SERVICES
from shared.contracts.forms import Entry, index
from tests.conftest import running_portolan
from tests.finance.budget.commitment.test_reserving import Office
from tests.reporting.web.conftest import visiting
from tests.reporting.web.registers.test_walk import HOSTILE, ids, stores
from tests.support.forms import PageForm, follow, forms_of, record_of, send, send_with_file
from tests.support.trials import ended
from tests.system.walking import Everything

__all__ = ["stores"]

SUBJECTS = [entry for entry in index() if attached(entry, DOCUMENT)]
COMMENTED = [entry for entry in index() if attached(entry, COMMENT)]


@pytest.fixture
async def system(tmp_path: Path, stores: tuple[Path, dict[str, dict[str, Any]]]) -> AsyncIterator[Everything]:
    folder, resources = stores
    copytree(folder, tmp_path, dirs_exist_ok=True)
    async with running_portolan(Settings(data=tmp_path)) as portolan:
        yield Everything(portolan, resources)


@pytest.fixture
async def director(system: Everything) -> AsyncIterator[httpx.AsyncClient]:
    async with visiting(system.portolan) as client:
        await client.get(await system.portolan.running.login_link("director", "director"))
        yield client


async def page_of(system: Everything, entry: Entry) -> str:
    """The page of one: of what was made, or of what Portolan has made itself."""
    if entry.name == "commitment":
        office = Office(system.portolan)
        await office.approved(await office.envelope("500000.00"))
    project = f"/projects/v1/projects/{system.resources['/projects/v1/projects']['id']}"
    if entry.name == "schedule":
        await scheduled(system.client("director"), project)
    if entry.name == "plan_file":
        await taken_over(system.client("director"), project)
    listed = await system.client("director").get(entry.path)
    return address_of(entry, listed.json()["items"][0]["id"])


async def scheduled(client: httpx.AsyncClient, project: str) -> None:
    """A run of the plan, which keeps itself."""
    answer = await client.post(f"{project}/schedule", json={"data_date": "2026-03-02"})
    assert answer.status_code == 202, answer.text
    assert (await ended(client, answer.headers["location"]))["state"] == "succeeded"


async def taken_over(client: httpx.AsyncClient, project: str) -> None:
    """A plan file with an activity of its own."""
    plan = Plan("p", datetime(2026, 3, 2, 8), (Activity("1", "Survey", days(5)),))
    raw = {"Content-Type": "application/octet-stream"}
    sent = await client.post("/projects/v1/files?name=plan.xml", content=write_mspdi(plan), headers=raw)
    assert sent.status_code == 201, sent.text
    file = {"sha256": sent.json()["sha256"], "filename": "plan.xml"}
    answer = await client.post(f"{project}/plan-files", json=file)
    assert answer.status_code == 201, answer.text


def adding(answer: httpx.Response, ending: str) -> PageForm:
    """The form of a panel."""
    return next(form for form in forms_of(answer) if form.action.endswith(ending))


def test_every_open_aggregate_has_both_panels() -> None:
    assert {entry.service for entry in SUBJECTS} == set(SERVICES)
    assert {e.key for e in COMMENTED} == {e.key for e in SUBJECTS} | {f"{s}.document" for s in SERVICES}


@pytest.mark.parametrize("entry", SUBJECTS, ids=ids)
async def test_a_file_becomes_a_document_on_the_page_of_every_aggregate(
    system: Everything, director: httpx.AsyncClient, entry: Entry
) -> None:
    page = await director.get(await page_of(system, entry))
    name, content = f'm"{HOSTILE.replace("/", "")}.html', f"Minutes {HOSTILE}".encode()
    answer = await send_with_file(
        director, adding(page, "/documents"), name, content, title=HOSTILE, kind=HOSTILE
    )
    page = await follow(director, answer)
    assert "Created." in page.text
    assert "<img src=x" not in page.text
    link = next(part.split('"')[0] for part in page.text.split('href="') if "/versions/1/content" in part)
    saved = await director.get(link)
    assert saved.content == content
    assert saved.headers["content-type"] == "text/html"
    assert saved.headers["content-disposition"].startswith("attachment; ")
    assert "sandbox" in saved.headers["content-security-policy"]
    assert saved.headers["x-content-type-options"] == "nosniff"
    assert sha256(content).hexdigest() in page.text


@pytest.mark.parametrize("entry", COMMENTED, ids=ids)
async def test_a_comment_and_its_reply_stand_on_the_page_of_every_aggregate(
    system: Everything, director: httpx.AsyncClient, entry: Entry
) -> None:
    address = await page_of(system, entry)
    form = adding(await director.get(address), "/comments")
    page = await follow(director, await send(director, form, text=f"First {HOSTILE}\nsecond line"))
    assert "Created." in page.text
    assert "<img src=x" not in page.text
    reply = next(part.split('"')[0] for part in page.text.split('href="') if "?reply_to_id=" in part)
    quoting = await director.get(reply)
    assert "second line" in quoting.text
    page = await follow(director, await send(director, record_of(quoting), text="A reply"))
    assert page.text.index("second line") < page.text.index("A reply")
    assert 'class="replies"' in page.text
