"""The page of a ranking: the order with its spread, how stable it is, and the frozen content."""

from hashlib import sha256
from typing import Any

import httpx
import pytest

from tests.conftest import Portolan
from tests.projects.strategy.ranking.test_api import RANKINGS, Board


@pytest.fixture
async def ranking(portolan: Portolan) -> dict[str, Any]:
    board = await Board(portolan).begin()
    model = await board.example()
    await board.candidate("Epsilon")
    return await board.propose(model, subjects=[*board.projects.values()])


def panel(page: httpx.Response, part: str) -> str:
    return page.text.split(f'data-part="{part}"')[1].split("</section>")[0]


async def test_the_page_shows_the_order_and_who_changes_places(
    ranking: dict[str, Any], reader: httpx.AsyncClient
) -> None:
    page = await reader.get(f"/registers/projects/rankings/{ranking['id']}")
    order, stability = panel(page, "order"), panel(page, "stability")
    assert [order.index(name) for name in ("Beta", "Gamma", "Delta", "Alpha", "Epsilon")] == sorted(
        order.index(name) for name in ("Beta", "Gamma", "Delta", "Alpha", "Epsilon")
    )
    assert "level with 1 other" in order
    assert "Listed without a scoring" in order
    assert "The order changes once a weight changes by −33.3 %." in stability
    assert "The first position holds until a weight changes by −75.0 %." in stability
    for text in ("Safety", "Profit", "Delta", "Alpha"):
        assert text in stability


async def test_the_frozen_content_is_saved_from_the_page(
    portolan: Portolan, ranking: dict[str, Any], reader: httpx.AsyncClient
) -> None:
    published = await Board(portolan).move(RANKINGS, ranking, "publish")
    address = f"/registers/projects/rankings/{ranking['id']}"
    page = await reader.get(address)
    assert "It is byte for byte what was published." in page.text
    assert f'href="{address}/content"' in page.text
    content = await reader.get(f"{address}/content")
    assert sha256(content.content).hexdigest() == published["content_hash"]
