"""A process is killed between sending a mail and noting that it was sent: its successor sends the same mail again."""

import asyncio
from pathlib import Path

import httpx

from shared.http.auth.issuers import LOCAL, LocalIssuer
from tests.support.mail_server import mail_server
from tests.system.running import EmbeddedProcess


def client_of(process: EmbeddedProcess, subject: str) -> httpx.AsyncClient:
    token = LocalIssuer(process.data).issue(subject, "director", "portolan")
    return httpx.AsyncClient(base_url=process.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)


async def make(client: httpx.AsyncClient, path: str, **members: str) -> str:
    answer = await client.post(path, json=members)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def choose_at_once(process: EmbeddedProcess) -> None:
    """As soon as reporting knows who Anna is."""
    async with client_of(process, "anna") as anna, asyncio.timeout(30):
        while (await anna.put("/reporting/v1/me/mail", json={"cadence": "immediately"})).status_code != 200:  # noqa: ASYNC110 another process folds it
            await asyncio.sleep(0.1)


async def test_who_is_killed_after_sending_sends_the_same_mail_again_and_no_other(tmp_path: Path) -> None:
    async with mail_server() as server:
        settings = {"smtp_url": f"smtp://127.0.0.1:{server.port}", "smtp_starttls": "never",
                    "mail_from": "portolan@example.org", "mail_readers": "viewer"}  # fmt: skip
        process = EmbeddedProcess(tmp_path / "data", settings=settings)
        server.once_kept = process.kill
        await asyncio.to_thread(process.start)
        try:
            async with client_of(process, "director") as director:
                anna = await make(director, "/resources/v1/persons", name="Anna", email="anna@example.org")
                await make(director, "/resources/v1/identities", person_id=anna, issuer=LOCAL, subject="anna")
                await choose_at_once(process)
                await make(director, "/projects/v1/projects", name="ERP", manager_id=anna)
            [first] = await server.arrived(1)
            server.once_kept = None
            await asyncio.to_thread(process.start)
            [_, second] = await server.arrived(2, within_s=60)
            assert first.message["Message-ID"] == second.message["Message-ID"]
            async with client_of(process, "director") as director, asyncio.timeout(30):
                while (await director.get("/reporting/v1/mails")).json()["sent"] != 1:  # noqa: ASYNC110 another process notes it
                    await asyncio.sleep(0.1)
        finally:
            await asyncio.to_thread(process.end)
        assert len(server.arrivals) == 2
