"""The page of what binds offers its next edition, and no form by which it would be edited."""

from typing import Any

import httpx

from tests.conftest import Portolan
from tests.support.forms import action_of, follow, forms_of, send
from tests.support.given import Arranger

MODELS = "projects/v1/scoring-models"


def actions(page: httpx.Response) -> set[str]:
    return {form.action.rpartition("/")[2] for form in forms_of(page)}


async def active(portolan: Portolan) -> dict[str, Any]:
    director = Arranger(portolan)
    draft = await director.make(MODELS, name="Value", criteria=[{"name": "Value", "weight": 1}])
    return await director.move(MODELS, draft, "activate")


async def test_the_next_edition_is_made_by_a_button_and_shown(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    model = await active(portolan)
    address = f"/registers/projects/scoring-models/{model['id']}"
    page = await reader.get(address)
    assert "editions" in actions(page)
    assert "archive" not in actions(page)
    assert f'href="{address}/edit"' not in page.text
    edition = await follow(reader, await send(reader, action_of(page, "/editions")))
    assert "This is the next edition." in edition.text
    assert "Value · 2" in edition.text
    assert f'href="{address}"' in edition.text, "it leads to the edition before"
    assert "editions" not in actions(await reader.get(address)), "there is one open next edition"


async def test_a_second_next_edition_is_refused_in_words(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    model = await active(portolan)
    page = await reader.get(f"/registers/projects/scoring-models/{model['id']}")
    form = action_of(page, "/editions")
    await send(reader, form)
    refused = await send(reader, form)
    assert refused.status_code == 409
    assert "here is a next edition already" in refused.text


async def test_what_has_no_editions_has_no_such_page(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    model = await active(portolan)
    form = action_of(await reader.get(f"/registers/projects/scoring-models/{model['id']}"), "/editions")
    form.action = form.action.replace("scoring-models", "portfolios")
    assert (await send(reader, form)).status_code == 404
