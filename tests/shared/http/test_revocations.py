"""Revoked tokens are refused in every process of a service, and what streams to their holders ends."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from services.projects.service import SERVICE
from shared.base.clock import HOUR_US, now_micros
from shared.base.settings import Settings
from shared.domain.clock_watch import ClockJumped
from shared.http import answers
from shared.runtime.retention import forget_outdated
from tests.conftest import running_service
from tests.shared.conftest import PROJECTS, Projects
from tests.shared.domain.test_clock_watch import shifted

REVOCATIONS = "/projects/v1/revocations"
STREAM = "/projects/v1/events/stream"


async def status(projects: Projects, token: str) -> int:
    client = projects.callers.anonymous()
    return (await client.get(PROJECTS, headers={"Authorization": f"Bearer {token}"})).status_code


async def revoke(projects: Projects, **body: str) -> httpx.Response:
    return await projects.client.post(REVOCATIONS, json=body)


async def test_a_token_is_revoked_alone(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    first, second = projects.callers.token("viewer", "anna"), projects.callers.token("viewer", "anna")
    jti = (await projects.callers.tokens.principal(first)).token_id
    assert (await revoke(projects, kind="token", value=jti)).status_code == 204
    assert [await status(projects, first), await status(projects, second)] == [401, 200]
    [items] = (await projects.client.get(REVOCATIONS)).json()["items"]
    assert (items["kind"], items["value"], items["revoked_by"]) == ("token", jti, "portolan-local|director")


async def test_a_subject_loses_what_it_was_given_and_may_be_given_more(projects: Projects) -> None:
    old, other = projects.callers.token("viewer", "anna"), projects.callers.token("viewer", "paul")
    await revoke(projects, kind="subject", value="anna")
    assert [await status(projects, old), await status(projects, other)] == [401, 200]
    await asyncio.sleep(0.002)  # what is issued in the same millisecond is revoked too
    assert await status(projects, projects.callers.token("viewer", "anna")) == 200


async def test_a_revocation_may_be_of_one_issuer(projects: Projects) -> None:
    token = projects.callers.token("viewer", "anna")
    await revoke(projects, kind="subject", value="anna", issuer="https://login.example.org")
    assert await status(projects, token) == 200
    await revoke(projects, kind="subject", value="anna", issuer="portolan-local")
    assert await status(projects, token) == 401


async def test_all_tokens_are_revoked_at_once(projects: Projects) -> None:
    tokens = [projects.callers.token("viewer", name) for name in ("anna", "paul")]
    await revoke(projects, kind="all")
    assert [await status(projects, token) for token in tokens] == [401, 401]
    assert (await projects.client.get(PROJECTS)).json()["code"] == "token_revoked"


@pytest.mark.parametrize(
    "body", [{"kind": "subject"}, {"kind": "all", "value": "anna"}, {"kind": "token", "value": ""}]
)
async def test_a_revocation_says_what_it_revokes(projects: Projects, body: dict[str, str]) -> None:
    assert (await revoke(projects, **body)).status_code == 422


async def test_who_may_not_operate_revokes_nothing(projects: Projects) -> None:
    refused = await projects.callers("manager").post(REVOCATIONS, json={"kind": "all"})
    assert (refused.status_code, refused.json()["needs"]) == (403, "projects.operate")


async def test_another_process_hears_of_it_within_five_seconds(tmp_path: Path, database_url: str) -> None:
    settings = Settings(data=tmp_path, database_url=database_url)
    async with (
        running_service(SERVICE, settings) as (one, callers),
        running_service(SERVICE, settings) as (two, elsewhere),
    ):
        here, there = Projects(one, callers), Projects(two, elsewhere)
        token = callers.token("viewer", "anna")
        assert await status(there, token) == 200
        await revoke(here, kind="subject", value="anna")
        began = monotonic()
        async with asyncio.timeout(5):
            while await status(there, token) == 200:  # noqa: ASYNC110 it is another process's affair
                await asyncio.sleep(0.05)
        assert monotonic() - began < 5


class Listening:
    """A stream that is read to its end."""

    def __init__(self, app: Any, token: str) -> None:
        headers = [(b"authorization", f"Bearer {token}".encode())]
        self.scope = {
            "type": "http", "http_version": "1.1", "method": "GET", "path": STREAM, "raw_path": STREAM.encode(),
            "query_string": b"", "headers": headers, "client": ("127.0.0.1", 1), "scheme": "http", "root_path": "",
        }  # fmt: skip
        self.began = asyncio.Event()
        self.status = 0
        self.task = asyncio.create_task(app(self.scope, self._receive, self._send))
        self._requested = False

    async def _receive(self) -> dict[str, Any]:
        if not self._requested:
            self._requested = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.Event().wait()
        raise AssertionError

    async def _send(self, message: dict[str, Any]) -> None:
        self.status = message.get("status", self.status)
        if message.get("body"):
            self.began.set()


async def test_a_stream_ends_when_its_token_expires(projects: Projects) -> None:
    local = projects.callers.tokens.local
    assert local is not None
    token = local.issue("anna", "viewer", "portolan", timedelta(seconds=2))
    stream = Listening(projects.one.app, token)
    async with asyncio.timeout(4):
        await stream.began.wait()
        await stream.task
    assert stream.status == 200
    assert await status(projects, token) == 401


async def test_a_stream_ends_when_its_token_is_revoked(
    projects: Projects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "ADMITTED_AGAIN_S", 0.02)
    stream = Listening(projects.one.app, projects.callers.token("viewer", "anna"))
    async with asyncio.timeout(5):
        await stream.began.wait()
        assert not stream.task.done()
        await revoke(projects, kind="subject", value="anna")
        await stream.task


async def test_the_streams_of_a_principal_are_bounded(tmp_path: Path) -> None:
    async with running_service(SERVICE, Settings(data=tmp_path, streams=2)) as (one, callers):
        first, second = (Listening(one.app, callers.token("viewer", "anna")) for _ in range(2))
        async with asyncio.timeout(5):
            await first.began.wait()
            await second.began.wait()
            refused = await callers("viewer").get(
                STREAM, headers={"Authorization": f"Bearer {callers.token('viewer', 'anna')}"}
            )
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
            assert refused.headers["retry-after"] == "5"
            other = Listening(one.app, callers.token("viewer", "bert"))
            await other.began.wait()
            await ended(first)
            third = Listening(one.app, callers.token("viewer", "anna"))
            await third.began.wait()
            for stream in (second, third, other):
                await ended(stream)
        assert one.kernel.streams._open == {}


async def ended(stream: Listening) -> None:
    stream.task.cancel()
    with suppress(asyncio.CancelledError):
        await stream.task


async def test_what_is_kept_for_a_while_goes_when_it_is_old(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    store, settings = projects.store, projects.one.kernel.settings
    settings.__dict__["dead_letters_days"] = 30
    day = 24 * 3600 * 1_000_000
    young, old = now_micros(), now_micros() - 200 * day
    attempt = "INSERT INTO refused_attempt (id, recorded_at, principal, method, path, code) VALUES (?, ?, ?, ?, ?, ?) RETURNING id"
    for i in range(1_203):
        await store.run(attempt, (f"a{i}", old if i < 1_200 else young, "p", "GET", "/", "x"))
    key = "INSERT INTO idempotency (principal, route, key, body_hash, answer, created_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING key"
    letter = (
        "INSERT INTO dead_letter (id, consumer, topic, partition, position, aggregate_id, type, event, error, recorded_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
    )
    for i, at in enumerate((young, old)):
        await store.run(key, ("p", "r", f"k{i}", "h", "{}", at))
        await store.run(letter, (f"l{i}", "c", "t", 1, i, "a", "x", "{}", "e", at))
    parked = "INSERT INTO parked (consumer, aggregate_id, since) VALUES (?, ?, ?) RETURNING since"
    for consumer, aggregate in (("c", "a"), ("c", "b"), ("other", "a")):
        await store.run(parked, (consumer, aggregate, old))
    await revoke(projects, kind="subject", value="anna")
    await store.run("UPDATE revocation SET expires_at = 1 RETURNING id")
    assert await forget_outdated(SERVICE, projects.one.kernel) == 1_200 + 1 + 1 + 2 + 1
    parked_rows = await store.fetch("SELECT consumer, aggregate_id FROM parked")
    assert parked_rows == [("c", "a")], "who has no letter left stays parked for ever"
    counts = [
        await projects.count(t) for t in ("refused_attempt", "idempotency", "dead_letter", "revocation")
    ]
    assert counts == [3, 1, 1, 0]


async def test_a_clock_that_is_wrong_takes_nothing_out(
    projects_everywhere: Projects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A revoked token would be good again once the clock is put right."""
    projects = projects_everywhere
    token = projects.callers.token("viewer", "anna")
    await revoke(projects, kind="subject", value="anna")
    kernel = projects.one.kernel
    await forget_outdated(SERVICE, kernel)
    with monkeypatch.context() as wrong:
        shifted(wrong, 400 * 24 * HOUR_US)
        with pytest.raises(ClockJumped):
            await forget_outdated(SERVICE, kernel)
    await kernel.revocations.look(kernel.store)
    assert await status(projects, token) == 401


async def test_of_a_flood_of_refused_attempts_only_the_beginning_is_kept(projects: Projects) -> None:
    viewer, other = projects.callers("viewer"), projects.callers("member")
    for _ in range(150):
        assert (await viewer.post(PROJECTS, json={"name": "X"})).status_code == 403
    assert (await other.post(PROJECTS, json={"name": "X"})).status_code == 403
    from shared.http import audit

    await asyncio.gather(*audit._writing)
    rows = await projects.store.fetch("SELECT principal, COUNT(*) FROM refused_attempt GROUP BY 1 ORDER BY 1")
    assert rows == [("portolan-local|member", 1), ("portolan-local|viewer", 60)]
