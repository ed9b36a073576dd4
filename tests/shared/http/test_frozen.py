"""Frozen content: stored once in the commit of its aggregate, read as it was frozen, and verified."""

from typing import Any

import pytest

from shared.base.clock import now
from shared.base.ids import new_id
from shared.contracts.language import Aggregate, aggregate
from shared.contracts.projects.strategy import Portfolio, Ranking
from shared.domain.freezing import freeze_content
from shared.domain.work import Work
from shared.store.outbox import Origin
from tests.conftest import Portolan
from tests.projects.strategy.ranking.test_api import RANKINGS as PATH
from tests.projects.strategy.ranking.test_api import Board


def unit() -> Work:
    store: Any = None
    return Work(store, {}, Origin("tests", "none", "", ""))


def test_content_is_frozen_once() -> None:
    at = now()
    ranking = Ranking(id=new_id(), version=1, created_at=at, updated_at=at, name="A", model_id=new_id())
    work = unit()
    hash = freeze_content(work, ranking, {"b": 1, "a": [1.5, "é"]})
    assert ranking.content_hash == hash
    assert work.part.statements
    with pytest.raises(TypeError, match="frozen already"):
        freeze_content(work, ranking, {"a": 1})
    portfolio = Portfolio(id=new_id(), version=1, created_at=at, updated_at=at, name="A")
    with pytest.raises(TypeError, match="no content"):
        freeze_content(work, portfolio, {"a": 1})


def test_the_member_of_the_hash_is_one_of_the_aggregate() -> None:
    class Letter(Aggregate):
        """Names no hash."""

    with pytest.raises(TypeError, match="no member content_hash"):
        aggregate("projects", "letters", frozen="content_hash")(Letter)


async def test_content_that_was_changed_in_the_store_is_not_intact(everywhere: Portolan) -> None:
    board = await Board(everywhere).begin()
    ranking = await board.move(PATH, await board.propose(await board.example()), "publish")
    where = f"/{PATH}/{ranking['id']}"
    assert (await board.client.get(f"{where}/verify")).json()["intact"] is True
    store = everywhere.running.services["projects"].kernel.store
    await store.run(
        "UPDATE content_piece SET data = ? WHERE sha256 = ? RETURNING place", (b"{}", ranking["content_hash"])
    )
    assert (await board.client.get(f"{where}/verify")).json()["intact"] is False


async def test_content_is_read_in_parts(portolan: Portolan) -> None:
    board = await Board(portolan).begin()
    ranking = await board.move(PATH, await board.propose(await board.example()), "publish")
    part = await board.client.get(f"/{PATH}/{ranking['id']}/content", headers={"Range": "bytes=0-1"})
    assert (part.status_code, part.content) == (206, b'{"')
