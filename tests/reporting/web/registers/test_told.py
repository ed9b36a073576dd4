"""What the history on a page says of a decision is in words, never in codes."""

import httpx
import pytest

from tests.access.conftest import Office
from tests.conftest import Portolan
from tests.support.given import PLANNED


@pytest.mark.parametrize(("language", "words"), [("en", "Decided elsewhere"), ("fr", "Décidé ailleurs")])
async def test_why_somebody_decided_what_they_made_is_told_in_words(
    portolan: Portolan, reader: httpx.AsyncClient, language: str, words: str
) -> None:
    office = Office(portolan)
    importer = office.caller("import:erp", "service")
    project = await importer.post("/projects/v1/projects", json={"name": "ERP"} | PLANNED)
    path = f"/projects/v1/projects/{project.json()['id']}"
    assert (await office.act(path, "approve", importer)).status_code == 200
    await portolan.settled()
    address = f"/registers/projects/projects/{project.json()['id']}"
    for page in (address, f"{address}/history"):
        text = (await reader.get(page, headers={"Accept-Language": language})).text
        assert words in text, page
        assert "decided_elsewhere" not in text, page
