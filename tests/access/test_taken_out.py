"""Each place where something is hidden or asked is needed: with it taken out, something leaks or is allowed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from services.reporting.dashboards.activity import api as activity
from services.reporting.dashboards.projects import api as project_figures
from services.reporting.history import view as history
from shared.contracts.projects.organisation import Membership
from shared.domain import work as work_module
from shared.domain.access.grants import Grants
from shared.domain.access.rights import Rights, Sight
from shared.domain.work import Work
from shared.http import due, feed, listing
from tests.access.conftest import MERGE, Office
from tests.conftest import Portolan
from tests.reporting.web.conftest import visiting

NAME = "Operation Quiet"


UNKNOWN = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"


@dataclass(frozen=True)
class Secret:
    """What is confidential, and something beside it that is not."""

    project: str
    package: str
    document: str
    elsewhere: str
    """A project of which Anna is no member."""


async def leaks(office: Office, secret: Secret) -> set[str]:
    """What tells an outsider of the project, or lets a member of another one change it."""
    viewer, id = office.portolan("viewer"), secret.project
    browser = await browse(office, "viewer")
    file = f"/projects/v1/documents/{secret.document}/versions/1/content"
    answers = {
        "list": await viewer.get("/projects/v1/projects"),
        "page": await browser.get("/registers/projects/projects"),
        "csv": await browser.get("/registers/projects/projects/csv"),
        "hits": await browser.get("/registers/projects/projects/hits?q=Quiet"),
        "get": await viewer.get(f"/projects/v1/projects/{id}"),
        "history": await viewer.get(f"/projects/v1/projects/{id}/history?expand=state"),
        "detail": await browser.get(f"/registers/projects/projects/{id}"),
        "file": await viewer.get(file),
        "feed": await viewer.get("/projects/v1/events"),
        "due": await viewer.get("/projects/v1/due"),
        "figures": await viewer.get("/reporting/v1/projects"),
        "risks": await viewer.get("/reporting/v1/risk-exposure"),
        "activity": await viewer.get("/reporting/v1/activity"),
    }
    await browser.aclose()
    leaking = {
        name
        for name, answer in answers.items()
        if answer.status_code == 200 and (NAME in answer.text or secret.package in answer.text)
    }
    if (await change(office, office.caller("anna", "viewer"), secret.elsewhere)).status_code == 200:
        leaking.add("write")
    for name, path, body in (
        ("name", "/projects/v1/work-packages", {"wbs": "2", "name": "Probe"}),
        ("name elsewhere", "/risk/v1/risks", {"title": "Probe"}),
    ):
        if await is_answered_otherwise(office, path, body, id):
            leaking.add(name)
    return leaking


async def is_answered_otherwise(office: Office, path: str, body: dict[str, Any], id: str) -> bool:
    """Whether to name what is hidden is answered in another way than to name what never was."""
    codes = set()
    for project in (id, UNKNOWN):
        answer = await office.portolan("manager").post(
            f"{path}?validate_only=true", json=body | {"project_id": project}
        )
        codes.add((answer.status_code, answer.json().get("code")))
    return len(codes) > 1


async def browse(office: Office, role: str) -> httpx.AsyncClient:
    browser = visiting(office.portolan)
    assert (await browser.get(await office.portolan.running.login_link(role, role))).status_code == 303
    return browser


async def change(office: Office, client: httpx.AsyncClient, id: str) -> httpx.Response:
    path = f"/projects/v1/projects/{id}"
    tag = (await office.director.get(path)).headers["ETag"]
    return await client.patch(path, json={"name": "Changed"}, headers=MERGE | {"If-Match": tag})


def _no_condition(*_: Any) -> None:
    return None


def _not_hidden(*_: Any) -> bool:
    return False


TAKEN_OUT: dict[str, tuple[object, str, Callable[..., Any], set[str]]] = {
    "nothing": (listing, "__doc__", _no_condition, set()),
    "list": (listing, "rows_seen", _no_condition, {"list", "page", "csv", "hits"}),
    "get": (Work, "_is_hidden", _not_hidden, {"get", "detail", "file"}),
    "feed": (feed, "visible", _no_condition, {"feed"}),
    "due": (due, "visible", _no_condition, {"due"}),
    "figures": (project_figures, "visible", _no_condition, {"figures"}),
    "risks": (history, "visible", _no_condition, {"risks"}),
    "activity": (activity, "visible", _no_condition, {"activity"}),
    "name": (Work, "rows_seen", _no_condition, {"name"}),
    "name elsewhere": (Work, "hides_node", _not_hidden, {"name elsewhere"}),
    "write": (work_module, "admit", _no_condition, {"write"}),
}
"""Place -> what is taken out there, and what leaks by that. Each version of a history is asked for once more."""


@pytest.mark.parametrize("place", TAKEN_OUT)
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
    package = await office.make("/projects/v1/work-packages", project_id=project["id"], wbs="1", name=NAME,
                                planned_start_on="2099-01-05", planned_finish_on="2099-12-18")  # fmt: skip
    document = await document_with_file(office, project["id"])
    await office.member("manager", "project", own["id"], person_id=await office.person("Anna", "anna"))
    await portolan.settled()
    module, name, replacement, expected = TAKEN_OUT[place]
    monkeypatch.setattr(module, name, replacement)
    secret = Secret(project["id"], package["id"], document, elsewhere["id"])
    assert await leaks(office, secret) == expected


async def document_with_file(office: Office, project_id: str) -> str:
    subject = {"kind": "project", "id": project_id}
    document = await office.make("/projects/v1/documents", subject=subject, title=NAME)
    file = await office.director.post(
        "/projects/v1/files?name=a.txt",
        content=NAME.encode(),
        headers={"Content-Type": "application/octet-stream"},
    )
    path = f"/projects/v1/documents/{document['id']}"
    added = await office.director.post(
        f"{path}/add-version", json={"sha256": file.json()["sha256"]}, headers={"If-Match": '"1"'}
    )
    assert added.status_code == 200, added.text
    return str(document["id"])


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
    looks = [asyncio.create_task(grants.look(Slow())) for _ in range(2)]  # type: ignore[arg-type]  # all of a store that it asks
    await asyncio.sleep(0)
    second.set()
    await looks[1]
    first.set()
    await looks[0]
    assert (grants.mark, grants.has_confidential) == ("new", True)


async def test_a_change_is_news_until_a_look_that_began_after_it_is_answered() -> None:
    """Who asks while somebody looks is not answered from what was known before."""
    start, answered = asyncio.Event(), asyncio.Event()

    class Slow:
        async def fetch(self, text: str, params: Any = ()) -> list[tuple[Any, ...]]:
            start.set()
            await answered.wait()
            return [("mark", 0, 1)]

    grants, store = Grants(), Slow()
    look = asyncio.create_task(grants.look(store))  # type: ignore[arg-type]  # all of a store that it asks
    await start.wait()
    assert grants.is_outdated, "it is under way"
    grants.note_change([Membership.model_construct()])
    answered.set()
    await look
    assert grants.is_outdated, "it began before the change"
    await grants.look(store)  # type: ignore[arg-type]  # the same
    assert not grants.is_outdated
