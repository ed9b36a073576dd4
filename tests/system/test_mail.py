"""A process is killed between sending a mail and noting that it was sent: its successor sends the same mail again. Of two
processes that run at once, one sends.
"""

import asyncio
from pathlib import Path

import httpx

from shared.http.auth.issuers import LOCAL, LocalIssuer
from tests.conftest import PostgresServer
from tests.support.mail_server import mail_server
from tests.system.running import EmbeddedProcess, running_replicas


def client_of(process: EmbeddedProcess, subject: str) -> httpx.AsyncClient:
    token = LocalIssuer(process.data).issue(subject, "director", "portolan")
    return httpx.AsyncClient(base_url=process.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)


async def make(client: httpx.AsyncClient, path: str, **members: str) -> str:
    answer = await client.post(path, json=members)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def person_told_at_once(director: httpx.AsyncClient, process: EmbeddedProcess, subject: str) -> str:
    """A person with a login who wants mails at once, as soon as reporting knows them."""
    name = subject.title()
    person = await make(director, "/resources/v1/persons", name=name, email=f"{subject}@example.org")
    await make(director, "/resources/v1/identities", person_id=person, issuer=LOCAL, subject=subject)
    async with client_of(process, subject) as client, asyncio.timeout(30):
        while (await client.put("/reporting/v1/me/mail", json={"cadence": "immediately"})).status_code != 200:  # noqa: ASYNC110 another process folds it
            await asyncio.sleep(0.1)
    return person


async def test_who_is_killed_after_sending_sends_the_same_mail_again_and_no_other(tmp_path: Path) -> None:
    async with mail_server() as server:
        settings = {"smtp_url": f"smtp://127.0.0.1:{server.port}", "smtp_starttls": "never",
                    "mail_from": "portolan@example.org", "mail_readers": "viewer"}  # fmt: skip
        process = EmbeddedProcess(tmp_path / "data", settings=settings)
        server.once_kept = process.kill
        await asyncio.to_thread(process.start)
        try:
            async with client_of(process, "director") as director:
                anna = await person_told_at_once(director, process, "anna")
                await make(director, "/projects/v1/projects", name="ERP", manager_id=anna)
            [first] = await server.arrived(1)
            server.once_kept = None
            await asyncio.to_thread(process.start)
            [_, second] = await server.arrived(2, within_s=60)
            assert first.message["Message-ID"] == second.message["Message-ID"]
            async with client_of(process, "director") as director:
                await until_noted(director, 1)
        finally:
            await asyncio.to_thread(process.end)
        assert len(server.arrivals) == 2


async def test_of_two_replicas_one_tells_and_the_other_takes_over_when_it_is_killed(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    subjects = [f"anna{n}" for n in range(6)]
    async with mail_server() as server:
        settings = {"smtp_url": f"smtp://127.0.0.1:{server.port}", "smtp_starttls": "never",
                    "mail_from": "portolan@example.org", "mail_readers": "viewer"}  # fmt: skip
        replicas = running_replicas(tmp_path / "data", postgres_server, settings=settings)
        first, second = await asyncio.to_thread(replicas.__enter__)
        try:
            async with client_of(first, "director") as one, client_of(second, "director") as other:
                persons = [await person_told_at_once(other, second, subject) for subject in subjects]
                for n, person in enumerate(persons[:3]):
                    await make((one, other)[n % 2], "/projects/v1/projects", name=f"P{n}", manager_id=person)
                await until_noted(other, 3)
                await asyncio.to_thread(first.kill)
                for n, person in enumerate(persons[3:]):
                    await make(other, "/projects/v1/projects", name=f"Q{n}", manager_id=person)
                await until_noted(other, 6)
        finally:
            await asyncio.to_thread(replicas.__exit__, None, None, None)
        assert sorted(arrival.to for arrival in server.arrivals) == [f"{s}@example.org" for s in subjects]


async def until_noted(client: httpx.AsyncClient, count: int) -> None:
    """Until so many mails are sent, and that is noted."""
    async with asyncio.timeout(60):
        while (await client.get("/reporting/v1/mails")).json()["sent"] != count:  # noqa: ASYNC110 another process notes it
            await asyncio.sleep(0.1)
