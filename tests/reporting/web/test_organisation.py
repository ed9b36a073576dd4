"""The organisation on the pages: its own words, and the languages that it uses."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.conftest import Portolan
from tests.reporting.web.conftest import visiting
from tests.support.forms import record_of, send
from tests.support.given import PROJECTS, Arranger

ORGANISATIONS = "/projects/v1/organisations"
FRENCH = {"accept-language": "fr"}
LIST = "/registers/projects/projects?columns=name&columns=sponsor_id"


@pytest.fixture
async def anywhere_reader(everywhere: Portolan) -> AsyncIterator[httpx.AsyncClient]:
    """A director in a browser, on both databases."""
    async with visiting(everywhere) as client:
        await client.get(await everywhere.running.login_link())
        yield client


async def organised(portolan: Portolan, **members: Any) -> dict[str, Any]:
    one = await Arranger(portolan).make(ORGANISATIONS, name="Kantonsspital", profile="end_user", **members)
    await portolan.settled()
    return one


async def change(portolan: Portolan, one: dict[str, Any], **members: Any) -> None:
    await Arranger(portolan).revise(ORGANISATIONS, one, **members)
    await portolan.settled()


async def test_what_the_organisation_calls_otherwise_is_called_so_at_once_in_every_language(
    everywhere: Portolan, anywhere_reader: httpx.AsyncClient
) -> None:
    reader = anywhere_reader
    await Arranger(everywhere).make(PROJECTS, name="Registry")
    assert "<h1>Projects</h1>" in (await reader.get(LIST)).text
    one = await organised(
        everywhere,
        words=[
            {"term": "project", "label": "undertaking"},
            {"term": "projects", "label": "undertakings"},
            {"term": "project.sponsor_id", "label": "principal"},
        ],
    )
    for headers in ({}, FRENCH):
        page = (await reader.get(LIST, headers=headers)).text
        assert "<h1>Undertakings</h1>" in page
        assert page.count(">Undertakings</a>") >= 2, "in the navigation and among the registers"
        assert ">Principal</th>" in page
        assert "Principal" in (await reader.get("/registers/projects/projects/new", headers=headers)).text
        table = await reader.get(LIST.replace("?", "/csv?"), headers=headers)
        assert "Principal" in table.text.splitlines()[0].split(",")
    await change(everywhere, one, words=[])
    assert "<h1>Projects</h1>" in (await reader.get(LIST)).text
    assert "<h1>Projets</h1>" in (await reader.get(LIST, headers=FRENCH)).text


async def test_pages_offer_the_languages_of_the_organisation_and_begin_with_its_first(
    everywhere: Portolan, anywhere_reader: httpx.AsyncClient
) -> None:
    reader = anywhere_reader
    french_switch, english_switch = 'href="/language/fr?', 'href="/language/en?'
    assert french_switch in (await reader.get(LIST)).text
    one = await organised(everywhere, languages=["fr"])
    page = await reader.get(LIST, headers={"accept-language": "en"})
    assert page.headers["content-language"] == "fr", "the only one in use"
    assert english_switch not in page.text
    assert (await reader.get("/language/en")).status_code == 404
    await change(everywhere, one, languages=["fr", "de", "en"])
    assert (await reader.get(LIST, headers={"accept-language": "ja"})).headers["content-language"] == "fr"
    page = await reader.get(LIST, headers={"accept-language": "en"})
    assert page.headers["content-language"] == "en"
    assert french_switch in page.text
    assert (await reader.get("/language/en")).status_code == 303
    await change(everywhere, one, languages=["de"])
    assert (await reader.get(LIST, headers=FRENCH)).headers["content-language"] == "en", (
        "none of ours is in use"
    )


async def test_a_form_begins_with_the_default_values_and_one_that_is_emptied_stays_empty(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    defaults = [
        {"member": "projects.project.phase", "value": "Initiation"},
        {"member": "projects.project.planned_cost", "value": "250.50 CHF"},
    ]
    await organised(portolan, defaults=defaults)
    form = record_of(await reader.get("/registers/projects/projects/new"))
    assert (form.values["phase"], form.values["planned_cost.amount"]) == ("Initiation", "250.50")
    for typed, phase in ({"name": "One"}, "Initiation"), ({"name": "Two", "phase": ""}, None):
        answer = await send(reader, form, **typed)
        address = answer.headers["location"].partition("?")[0].replace("/registers/projects", "/projects/v1")
        assert (await portolan().get(address)).json()["phase"] == phase
        form = record_of(await reader.get("/registers/projects/projects/new"))
