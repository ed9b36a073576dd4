"""Each place where something is hidden or asked is needed: with it taken out, something leaks or is allowed."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from services.reporting.dashboards.projects import api as project_figures
from services.reporting.history import view as history
from shared.domain import work as work_module
from shared.domain.access.grants import Grants
from shared.domain.access.rights import Rights, Sight
from shared.domain.work import Work
from shared.http import feed, listing
from tests.access.conftest import MERGE, Office
from tests.conftest import Portolan

NAME = "Operation Quiet"


async def leaks(office: Office, id: str, own: str) -> set[str]:
    """The addresses at which a viewer learns of the project, or a member of another one may change it."""
    viewer = office.portolan("viewer")
    answers = {
        "list": await viewer.get("/projects/v1/projects"),
        "get": await viewer.get(f"/projects/v1/projects/{id}"),
        "feed": await viewer.get("/projects/v1/events"),
        "figures": await viewer.get("/reporting/v1/projects"),
        "risks": await viewer.get("/reporting/v1/risk-exposure"),
    }
    leaking = {name for name, answer in answers.items() if NAME in answer.text}
    if (await change(office, office.caller("anna", "viewer"), own)).status_code == 200:
        leaking.add("write")
    return leaking


async def change(office: Office, client: httpx.AsyncClient, id: str) -> httpx.Response:
    path = f"/projects/v1/projects/{id}"
    tag = (await office.director.get(path)).headers["ETag"]
    return await client.patch(path, json={"name": "Changed"}, headers=MERGE | {"If-Match": tag})


def _no_condition(*_: Any) -> None:
    return None


def _not_hidden(*_: Any) -> bool:
    return False


TAKEN_OUT: dict[str, tuple[object, str, Callable[..., Any]]] = {
    "list": (listing, "rows_seen", _no_condition),
    "get": (Work, "_is_hidden", _not_hidden),
    "feed": (feed, "visible", _no_condition),
    "figures": (project_figures, "visible", _no_condition),
    "risks": (history, "visible", _no_condition),
    "write": (work_module, "admit", _no_condition),
}


@pytest.mark.parametrize("place", ["nothing", *TAKEN_OUT])
async def test_what_is_taken_out_is_noticed(
    portolan: Portolan, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    office = Office(portolan)
    project = await office.project(NAME, confidential=True)
    own, elsewhere = await office.project("Own"), await office.project("Elsewhere")
    await portolan.settled()
    risk = await office.make("/risk/v1/risks", project_id=project["id"], title=f"{NAME} is found out")
    answer = await office.director.post(
        f"/risk/v1/risks/{risk['id']}/assess",
        json={"probability": 5, "impact": 5},
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 200, answer.text
    await office.member("manager", "project", own["id"], person_id=await office.person("Anna", "anna"))
    await portolan.settled()
    if place != "nothing":
        monkeypatch.setattr(*TAKEN_OUT[place])
    expected = set() if place == "nothing" else {place}
    assert await leaks(office, project["id"], elsewhere["id"]) == expected


def test_a_sight_says_what_it_shows() -> None:
    hidden, only = Sight(frozenset({"a"})), Sight(only=frozenset({"a"}))
    assert [hidden.shows(ids) for ids in (["a"], ["b"], ["b", "a"], [None])] == [False, True, False, True]
    assert [only.shows(ids) for ids in (["a"], ["b"], ["a", "b"], [None])] == [True, False, False, False]
    assert Sight().is_everything
    assert len({Sight().key, hidden.key, only.key}) == 3
    assert Sight(frozenset({"a"})).key == hidden.key


def test_rights_of_the_instance_do_not_hold_in_what_is_hidden() -> None:
    rights = Rights("projects", frozenset({"projects.read", "projects.write"}), (), frozenset({"secret"}))
    assert rights.may("projects.write", ["open"])
    assert not rights.may("projects.write", ["secret"])


async def test_a_late_answer_does_not_undo_a_newer_one() -> None:
    """Two look at once, and who looked first is answered last: what they saw was so before."""
    first, second = asyncio.Event(), asyncio.Event()
    answers = [(first, ("old", 0, 0)), (second, ("new", 1, 0))]

    class Slow:
        async def fetch(self, text: str, params: Any = ()) -> list[tuple[Any, ...]]:
            event, row = answers.pop(0)
            await event.wait()
            return [row]

    grants = Grants()
    looks = [asyncio.create_task(grants.look(Slow())) for _ in range(2)]  # type: ignore[arg-type]
    await asyncio.sleep(0)
    second.set()
    await looks[1]
    first.set()
    await looks[0]
    assert (grants.mark, grants.has_confidential) == ("new", True)
