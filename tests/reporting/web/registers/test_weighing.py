"""The page of a scoring model says what counts how much, how far judgements agree, and what is still missing."""

import httpx

from tests.conftest import Portolan
from tests.projects.strategy.scoring_model.test_api import CIRCULAR, CONSISTENT, MODELS
from tests.support.given import Arranger


async def weights_panel(portolan: Portolan, reader: httpx.AsyncClient, **members: object) -> str:
    model = await Arranger(portolan).make(MODELS, **members)
    page = await reader.get(f"/registers/projects/scoring-models/{model['id']}")
    return page.text.split('data-part="weights"')[1].split("</section>")[0]


async def test_the_weights_of_consistent_judgements_are_shown(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    """4 : 2 : 1, which is 57, 29 and 14 per cent."""
    panel = await weights_panel(portolan, reader, **CONSISTENT)
    for share in ("57%", "29%", "14%"):
        assert share in panel
    assert "The comparisons agree" in panel


async def test_contradictions_are_told_before_they_are_refused(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    panel = await weights_panel(portolan, reader, **CIRCULAR)
    assert "a consistency ratio of 3.077 is above 0.10" in panel


async def test_what_is_missing_is_told(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    panel = await weights_panel(portolan, reader, name="Value", criteria=[{"name": "Value"}])
    assert "give its weight" in panel
