"""Noninterference: what outsiders are answered does not depend on what is confidential.

One seeded history of what everybody sees is written twice, each time with other confidential things beside it: other
names, amounts, dates, and another number of them. Every answer to outsiders, on every route that the applications have,
in every stream and mail, must be the same once ids, positions and times are masked. Of what is confidential itself the
answers must be those that an id which never was gives.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest

from shared.base.settings import Settings
from tests.access.asking import NOT_ASKED, Asker, answer_text, masked, refuse_to_name, refuse_to_tell, routes
from tests.access.worlds import IMPORTS, OPERATIONS, RAW, SCHEDULES, Thing, World, plan, recorded, write
from tests.conftest import Portolan, running_portolan
from tests.reporting.mail.conftest import PostRoom, post_room
from tests.support.mail_server import mail_server
from tests.support.trials import ended

LAST_OF = {service: f"/{service}/v1/comments 1.2" for service in ("projects", "finance", "risk", "resources")}
"""Service -> what was written last there of what everybody sees."""
OUTSIDERS = ("viewer", "manager", "participant")
DAY_US = 86_400_000_000
PROBES = ("Secret",)
"""What outsiders search for: every name of something confidential begins with one of these."""
ONLY_REFUSED = (
    "/dead-letters",
    "/refused-attempts",
    "/revocations",
    "/v1/history-import",
    "/v1/mails",
    "/v1/identities",
    "/v1/rate-cards",
    "/v1/rates/",
    "/v1/personal-tokens",
    "/resources/v1/operations/",
    "/finance/v1/operations/",
    "/risk/v1/operations/",
    "/reporting/v1/operations/",
    "/operations/{service}/{id}",
    "/import/{id}",
    "/projects/v1/files/",
    "/resources/v1/files/",
    "/risk/v1/files/",
    "/login",
    "/logout",
    "/mail/stop",
)
"""Parts of the paths at which every outsider of this test is refused: all they learn there is the refusal."""

Observed = dict[str, str]
"""What was answered, by what was asked."""


async def streamed(portolan: Portolan, token: str, service: str, last: str) -> str:
    """What a stream from the beginning has sent by the time that `last` has come, masked."""
    sent, came = bytearray(), asyncio.Event()

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.extend(message.get("body", b""))
        if last.encode() in sent:
            came.set()

    path = f"/{service}/v1/events/stream"
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"after=0",
             "headers": [(b"authorization", f"Bearer {token}".encode())]}  # fmt: skip
    stream = asyncio.create_task(portolan.app(scope, receive, send))
    try:
        async with asyncio.timeout(20):
            await came.wait()
    finally:
        stream.cancel()
        await asyncio.wait([stream])
    return masked(sent.decode())


async def send_files(client: httpx.AsyncClient, world: World) -> Observed:
    """A file is taken in as if nobody had sent it before, whoever has."""
    answers: Observed = {}
    contents = {**world.files, "new": b"Minutes of 000000000"}
    for name, content in contents.items():
        path = "/finance/v1/files"
        answers[f"sent {name}"] = answer_text(
            await client.post(f"{path}?name=a.txt", content=content, headers=RAW)
        )
        answers[f"read {name}"] = answer_text(await client.get(f"{path}/{sha256(content).hexdigest()}"))
    for what in ("sent", "read"):
        assert answers[f"{what} hidden"] == answers[f"{what} new"]
    return answers


async def begin_operation(client: httpx.AsyncClient, world: World) -> None:
    """A trial of the caller's own beside those of others."""
    answer = await client.post(f"{SCHEDULES}/trial", json=plan(3))
    assert answer.status_code == 202, answer.text
    await ended(client, answer.headers["location"])
    world.visible["operation"] = Thing(OPERATIONS, answer.json()["id"], {})


async def record_import(client: httpx.AsyncClient, world: World) -> None:
    """An import of the caller's own beside those of others."""
    world.visible["import"] = Thing(IMPORTS, await recorded(client, list(world.visible.values())[:2]), {})


async def look(room: PostRoom, world: World, role: str) -> Observed:
    """All that somebody is answered: over REST, on pages, in streams."""
    portolan, subject = room.portolan, "anna" if role == "participant" else role
    asker, answers = Asker(portolan, world, PROBES, writes=role == "manager"), Observed()
    client, browser = room.office.caller(subject, role), await room.browse(subject, role)
    try:
        for question in asker.questions():
            by = client if "/v1/" in question.path else browser
            answers[f"{role} {question.name}"] = await question.ask(by)
    finally:
        await browser.aclose()
    for method in ("GET", "PATCH", "DELETE", "POST"):
        await refuse_to_tell(asker, client, method)
    await refuse_to_name(asker, client)
    token = portolan.token(role, subject)
    for service, last in LAST_OF.items():
        answers[f"{role} {service}"] = await streamed(portolan, token, service, world.visible[last].id)
    return answers


async def observed(portolan: Portolan, noise: int) -> tuple[Observed, World]:
    """What outsiders learn of a world with confidential things that follow from `noise`."""
    answers = Observed()
    async with mail_server() as server:
        room = post_room(portolan, server, mail_readers="viewer")
        world = await write(room.office, random.Random(noise))
        for mail in await room.turn(later_us=10 * DAY_US):
            name = f"mail {mail.to}"
            answers[name] = answers.get(name, "") + masked(mail.all_of_it)
        await room.office.participant("anna", "viewer", "project", world.visible["project 1"].id)
        manager = room.office.caller("manager", "manager")
        await begin_operation(manager, world)
        await record_import(manager, world)
        answers |= await send_files(manager, world)
        for role in OUTSIDERS:
            answers |= await look(room, world, role)
    return answers, world


@pytest.fixture
async def two(tmp_path: Path, fresh_stores: Path) -> AsyncIterator[tuple[Portolan, Portolan]]:
    for name in "ab":
        copytree(fresh_stores, tmp_path / name)
    async with (
        running_portolan(Settings(data=tmp_path / "a")) as first,
        running_portolan(Settings(data=tmp_path / "b")) as second,
    ):
        yield first, second


async def test_outsiders_are_answered_the_same_whatever_is_confidential(
    two: tuple[Portolan, Portolan],
) -> None:
    (first, world), (second, other) = await observed(two[0], 1), await observed(two[1], 7)
    assert len(world.hidden) != len(other.hidden)
    assert first["mail worker@example.org"].count("You manage the project Open") == 2
    assert first.keys() == second.keys()
    differing = [
        (name, *_where_differing(text, second[name])) for name, text in first.items() if text != second[name]
    ]
    assert not differing, f"{len(differing)} of {len(first)}:\n" + "\n".join(map(str, differing[:8]))
    assert not _unanswered(first), "the comparison is worth something where somebody is shown something"


async def test_what_is_not_asked_is_a_route_all_the_same(portolan: Portolan) -> None:
    """An exception that no route needs any more would hide the next route of this name."""
    paths = routes(portolan, "GET")
    assert [end for end in NOT_ASKED if not any(path.endswith(end) for path in paths)] == []


def _unanswered(answers: Observed) -> set[str]:
    """The routes that refused every question of every outsider, but for those that are known to."""
    answered = {name.split()[1] for name, text in answers.items() if text.startswith("200")}
    paths = {path for path in (name.split()[1] for name in answers) if path.startswith("/")}
    return {path for path in paths - answered if not any(part in path for part in ONLY_REFUSED)}


def _where_differing(text: str, other: str) -> tuple[str, str]:
    """What each says, from a little before the first sign that differs."""
    pairs = enumerate(zip(text, other, strict=False))
    at = next((i for i, (a, b) in pairs if a != b), min(len(text), len(other)))
    start = max(0, at - 80)
    return text[start : at + 80], other[start : at + 80]
