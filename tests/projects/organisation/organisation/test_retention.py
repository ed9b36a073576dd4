"""How long the organisation keeps what is about persons: past that it is erased in every version, in every service."""

from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from services.embedded import SERVICES
from shared.base.settings import Settings
from shared.contracts.language import Erasable
from shared.domain.keeping import erase_outdated
from shared.runtime import running
from shared.runtime.retention import forget_outdated
from tests.conftest import Portolan, running_portolan
from tests.contracts.consuming import eventually
from tests.support.given import PERSONS, PROJECTS, Arranger
from tests.support.turning import turn

ORGANISATIONS = "/projects/v1/organisations"
COMMENTS = "/projects/v1/comments"
HOSPITAL = {"name": "Kantonsspital", "profile": "end_user"}


@pytest.fixture
async def turning(tmp_path: Path, database_url: str, fresh_stores: Path) -> AsyncIterator[Portolan]:
    """Everything in one process, on each database, with a clock that can be turned."""
    if not database_url:
        copytree(fresh_stores, tmp_path, dirs_exist_ok=True)
    settings = Settings(data=tmp_path, database_url=database_url, test_clock=True)
    async with running_portolan(settings) as system:
        yield system


async def an_hour_passes(portolan: Portolan) -> int:
    """What each process does once an hour."""
    await portolan.settled()
    count = 0
    for one in portolan.running.services.values():
        count += await forget_outdated(one.service, one.kernel)
    await portolan.settled()
    return count


async def test_what_was_archived_longer_ago_than_the_organisation_keeps_it_is_erased(
    turning: Portolan,
) -> None:
    director = Arranger(turning)
    retention = [{"kind": "resources.person", "months": 6}, {"kind": "projects.comment", "months": 1}]
    await director.make(ORGANISATIONS, **HOSPITAL, retention=retention)
    project = await director.make(PROJECTS, name="Registry")
    subject = {"kind": "project", "id": project["id"]}
    ada, bob = [await director.make(PERSONS, name=name) for name in ("Ada", "Bob")]
    comment = await director.make(COMMENTS, subject=subject, text="Late again")
    await director.archive(PERSONS, ada)
    await director.archive(COMMENTS, comment)

    async def names() -> list[str]:
        return [(await turning().get(f"/{PERSONS}/{one['id']}")).json()["name"] for one in (ada, bob)]

    turn(turning.running.settings, days=40)
    await an_hour_passes(turning)
    assert (await turning().get(f"{COMMENTS}/{comment['id']}")).json()["erased_at"] is not None
    assert await names() == ["Ada", "Bob"]
    turn(turning.running.settings, days=200)
    await an_hour_passes(turning)
    assert await names() == ["Erased person", "Bob"], "who is not archived stays"
    feed = (await turning().get("/resources/v1/events")).text
    assert "Ada" not in feed
    history = (await turning().get(f"/{PERSONS}/{ada['id']}/history")).json()["items"]
    assert (history[0]["who"], history[0]["who_type"]) == ("system:retention", "system")
    assert await an_hour_passes(turning) == 0, "once"


async def test_what_was_erased_long_ago_is_not_read_one_by_one_each_hour(
    turning: Portolan, monkeypatch: pytest.MonkeyPatch
) -> None:
    director = Arranger(turning)
    await director.make(ORGANISATIONS, **HOSPITAL, retention=[{"kind": "resources.person", "months": 1}])
    for name in ("Ada", "Bob", "Cleo"):
        await director.archive(PERSONS, await director.make(PERSONS, name=name))
    turn(turning.running.settings, days=40)
    assert await an_hour_passes(turning) >= 3
    turn(turning.running.settings, days=80)
    opened = turning.running.services["resources"]
    queries: list[str] = []
    fetch = opened.kernel.store.fetch

    async def counted(text: str, params: Any = ()) -> list[tuple[Any, ...]]:
        if "FROM person" in text:
            queries.append(text)
        return await fetch(text, params)

    monkeypatch.setattr(opened.kernel.store, "fetch", counted)
    assert await erase_outdated(opened.kernel, opened.service.registers) == 0
    assert len(queries) == 1


async def test_an_instance_that_never_runs_for_an_hour_erases_too(
    tmp_path: Path, fresh_stores: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "FORGET_LOOK_S", 0.02)
    copytree(fresh_stores, tmp_path, dirs_exist_ok=True)
    async with running_portolan(Settings(data=tmp_path, test_clock=True)) as portolan:
        director = Arranger(portolan)
        await director.make(ORGANISATIONS, **HOSPITAL, retention=[{"kind": "resources.person", "months": 1}])
        ada = await director.make(PERSONS, name="Ada")
        await director.archive(PERSONS, ada)
        await portolan.settled()
        turn(portolan.running.settings, days=40)

        async def is_erased() -> bool:
            return (await portolan().get(f"/{PERSONS}/{ada['id']}")).json()["erased_at"] is not None

        await eventually(is_erased)


async def test_what_nobody_says_how_long_to_keep_is_kept(turning: Portolan) -> None:
    director = Arranger(turning)
    ada = await director.make(PERSONS, name="Ada")
    await director.archive(PERSONS, ada)
    turn(turning.running.settings, days=3_650)
    await an_hour_passes(turning)
    assert (await turning().get(f"/{PERSONS}/{ada['id']}")).json()["name"] == "Ada"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("projects.project", "kept_for_ever"),
        ("resources.personal_token", "kept_for_ever"),
        ("a.b", "unknown_kind"),
    ],
)
async def test_what_is_never_erased_has_no_retention(portolan: Portolan, kind: str, code: str) -> None:
    body: dict[str, Any] = HOSPITAL | {"retention": [{"kind": kind, "months": 12}]}
    refused = await portolan().post(ORGANISATIONS, json=body)
    assert refused.status_code == 422
    assert [(f["code"], f["pointer"]) for f in refused.json()["errors"]] == [(code, "/retention/0/kind")]


def test_every_register_of_what_can_be_erased_says_how() -> None:
    registers = [register for service in SERVICES for register in service.registers]
    erasable = [one for one in registers if issubclass(one.shape, Erasable) and not one.is_read_only]
    assert len(erasable) >= 6
    assert [one.name for one in erasable if one.erase is None] == []
