"""A portolan that sends mails to a real server, turn by turn: the background sender is off, and tests say when a turn is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest

from services.reporting.mail.sending import Sender
from shared.base.clock import now_micros, to_micros
from shared.base.settings import Settings
from shared.http.serving import Serving
from tests.access.conftest import Office
from tests.conftest import Portolan, running_portolan
from tests.support.mail_server import Arrival, MailServer, mail_server

MINUTE_US = 60_000_000


@dataclass
class PostRoom:
    """An office with persons who get mails, and a sender whose turns the test gives."""

    office: Office
    server: MailServer
    sender: Sender

    @property
    def portolan(self) -> Portolan:
        return self.office.portolan

    @property
    def kernel(self) -> Serving:
        return self.portolan.running.services["reporting"].kernel

    async def person(
        self, name: str, cadence: str = "immediately", role: str = "viewer", **members: Any
    ) -> str:
        """A person with an address and a login of the same name, who has been at the pages with a role."""
        login = name.split()[0].lower()
        email = members.pop("email", f"{login}@example.org")
        person = await self.office.make("/resources/v1/persons", name=name, email=email, **members)
        identity = {"person_id": person["id"], "issuer": "portolan-local", "subject": login}
        await self.office.make("/resources/v1/identities", **identity)
        await self.portolan.settled()
        await self.browse(login, role)
        if cadence != "daily":
            answer = await self.office.caller(login, role).put(
                "/reporting/v1/me/mail", json={"cadence": cadence}
            )
            assert answer.status_code == 200, answer.text
        return str(person["id"])

    async def browse(self, login: str, role: str) -> httpx.AsyncClient:
        """Their browser, in which they are logged in."""
        browser = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.portolan.app), base_url="http://127.0.0.1:8000",
            headers={"Accept": "text/html"},
        )  # fmt: skip
        link = await self.portolan.running.login_link(login, role)
        assert (await browser.get(link)).status_code == 303
        return browser

    async def turn(self, at: datetime | None = None, later_us: int = MINUTE_US) -> list[Arrival]:
        """One turn of the sender, a minute from now or at an instant; answers what arrived by it."""
        await self.portolan.settled()
        before = len(self.server.arrivals)
        await self.sender.turn(to_micros(at) if at else now_micros() + later_us)
        return self.server.arrivals[before:]

    async def rows(self, text: str) -> list[tuple[Any, ...]]:
        return await self.kernel.store.fetch(text)


def configured(data: Path, server: MailServer, **others: Any) -> Settings:
    members = {"smtp_url": f"smtp://127.0.0.1:{server.port}", "smtp_starttls": "never",
               "mail_from": "portolan@example.org", "mail_bounces": "bounces@example.org"}  # fmt: skip
    return Settings(data=data, **members | others)


def post_room(portolan: Portolan, server: MailServer, **others: Any) -> PostRoom:
    """Mail is configured after the start, so that no sender of its own runs."""
    kernel = portolan.running.services["reporting"].kernel
    settings = configured(kernel.settings.data, server, database_url=kernel.settings.database_url, **others)
    kernel.settings = settings
    return PostRoom(Office(portolan), server, Sender(kernel))


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as running:
        yield running


@pytest.fixture
async def room(portolan: Portolan, server: MailServer) -> PostRoom:
    return post_room(portolan, server)


@pytest.fixture
async def rooms(everywhere: Portolan, server: MailServer) -> PostRoom:
    """The same on both databases."""
    return post_room(everywhere, server)


@pytest.fixture
async def own_sender(tmp_path: Path, fresh_stores: Path, server: MailServer) -> AsyncIterator[Portolan]:
    """An instance that sends by itself."""
    copytree(fresh_stores, tmp_path, dirs_exist_ok=True)
    async with running_portolan(configured(tmp_path, server)) as portolan:
        yield portolan
