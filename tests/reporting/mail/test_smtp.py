"""What the sender makes of what a mail server answers, or does not answer."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from services.reporting.mail import smtp
from services.reporting.mail.queue import FOREVER
from services.reporting.mail.sending import PAUSES_S
from services.reporting.mail.smtp import Outcome, Trouble, connected
from shared.base.settings import Settings
from tests.contracts.secured import certificate, private
from tests.reporting.mail.conftest import MINUTE_US, PostRoom, configured
from tests.support.mail_server import MailServer, mail_server

ADDRESS = "anna@example.org"


@pytest.fixture
async def waiting(room: PostRoom) -> PostRoom:
    """A mail to Anna is to be sent."""
    anna = await room.person("Anna Meier")
    await room.office.make("/projects/v1/projects", name="ERP", manager_id=anna)
    return room


async def failing(room: PostRoom) -> list[tuple[Any, ...]]:
    return await room.rows("SELECT failing_reply FROM mail_preference WHERE failing <> ''")


async def test_a_mail_that_the_server_does_not_take_now_is_tried_again_later(waiting: PostRoom) -> None:
    waiting.server.replies[ADDRESS] = "450 4.2.0 greylisted, anna@example.org"
    assert await waiting.turn() == []
    assert await waiting.rows("SELECT state, attempts, reply FROM mail") == [("queued", 1, "450 4.2.0")]
    waiting.server.replies.clear()
    assert await waiting.turn() == []
    assert len(await waiting.turn(later_us=MINUTE_US + PAUSES_S[0] * 1_000_000)) == 1
    assert await failing(waiting) == []


async def test_a_mail_that_no_server_takes_for_two_days_is_given_up(waiting: PostRoom) -> None:
    waiting.server.replies[f"data {ADDRESS}"] = "451 4.3.0 later"
    later = MINUTE_US
    for pause in (*PAUSES_S, 0):
        assert await waiting.turn(later_us=later) == []
        later += pause * 1_000_000 + MINUTE_US
    assert await waiting.rows("SELECT state, reply FROM mail") == [("refused", "451 4.3.0")]
    assert await failing(waiting) == []


@pytest.mark.parametrize(
    ("place", "reply", "blamed"),
    [
        (ADDRESS, "550 5.1.1 <anna@example.org> nobody here", True),
        (ADDRESS, "550 no such user", True),
        (ADDRESS, "554 5.7.1 relay access denied", False),
        (f"data {ADDRESS}", "554 5.6.0 content refused", False),
    ],
)
async def test_a_refused_mail_is_not_tried_again_and_the_address_only_where_it_is_to_blame(
    waiting: PostRoom, place: str, reply: str, blamed: bool
) -> None:
    waiting.server.replies[place] = reply
    assert await waiting.turn() == []
    waiting.server.replies.clear()
    assert await waiting.turn(later_us=10_000 * MINUTE_US) == []
    assert [row[0] for row in await waiting.rows("SELECT state FROM mail")] == ["refused"]
    assert bool(await failing(waiting)) is blamed
    own = (await waiting.office.caller("anna", "viewer").get("/reporting/v1/me/mail")).json()
    assert (own["failing_since"] is not None) is blamed


async def test_a_failing_address_is_written_to_again_once_it_changes(waiting: PostRoom) -> None:
    waiting.server.replies[ADDRESS] = "550 5.1.1 nobody"
    await waiting.turn()
    [(anna,)] = await waiting.rows("SELECT person_id FROM mail")
    await waiting.office.make("/projects/v1/projects", name="CRM", manager_id=anna)
    assert await waiting.turn(later_us=3 * MINUTE_US) == []
    await waiting.office.patch(f"/resources/v1/persons/{anna}", email="anna.meier@example.org")
    await waiting.office.make("/projects/v1/projects", name="BI", manager_id=anna)
    [mail] = await waiting.turn(later_us=6 * MINUTE_US)
    assert mail.to == "anna.meier@example.org"
    assert "BI" in mail.text()


async def test_operators_see_what_was_refused_and_have_it_tried_again(waiting: PostRoom) -> None:
    waiting.server.replies[ADDRESS] = "550 5.1.1 nobody"
    await waiting.turn()
    director = waiting.office.director
    status = (await director.get("/reporting/v1/mails")).json()
    assert [(one["state"], one["reply"]) for one in status["unsent"]] == [("refused", "550 5.1.1")]
    assert [one["reply"] for one in status["failing"]] == ["550 5.1.1"]
    waiting.server.replies.clear()
    assert (await director.post("/reporting/v1/mails/retry")).json() == {"mails": 1, "addresses": 1}
    for table in ("mail", "mail_notice"):
        kept_until = await waiting.rows(f"SELECT DISTINCT expires_at FROM {table}")
        assert kept_until == [(FOREVER,)], "it waits for the server, however old it is"
    assert len(await waiting.turn()) == 1
    assert (await waiting.portolan("manager").get("/reporting/v1/mails")).status_code == 403


@pytest.mark.parametrize("drops", ["before", "after"])
async def test_a_connection_that_breaks_within_a_mail_gives_at_most_a_double_with_the_same_id(
    waiting: PostRoom, drops: str
) -> None:
    waiting.server.drops = drops
    await waiting.turn()
    assert await waiting.rows("SELECT state, attempts FROM mail") == [("queued", 1)]
    waiting.server.drops = ""
    await waiting.turn(later_us=3 * MINUTE_US)
    ids = [mail.message["Message-ID"] for mail in waiting.server.arrivals]
    assert len(ids) == (2 if drops == "after" else 1)
    assert len(set(ids)) == 1


async def test_a_server_that_hangs_holds_nothing_up(
    waiting: PostRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "MAIL_S", 0.3)
    waiting.server.hangs = True
    await waiting.turn()
    assert await waiting.rows("SELECT state, attempts, reply FROM mail") == [("queued", 1, "TimeoutError")]


async def test_while_the_server_takes_no_mail_at_all_all_wait_and_none_is_given_up(waiting: PostRoom) -> None:
    kernel = waiting.kernel
    there = kernel.settings
    kernel.settings = there.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    await waiting.turn()
    assert await waiting.rows("SELECT state, attempts FROM mail") == [("queued", 0)]
    kernel.settings = there
    assert await waiting.turn(later_us=3 * MINUTE_US) == []  # not asked again at once
    waiting.sender._troubled_until = 0.0
    assert len(await waiting.turn(later_us=3 * MINUTE_US)) == 1


async def test_an_address_that_no_mail_carries_is_noted_and_sent_to_nobody(room: PostRoom) -> None:
    anna = await room.person("Anna Meier", email="a<b>,c@example.org")
    await room.office.make("/projects/v1/projects", name="ERP", manager_id=anna)
    assert await room.turn() == []
    assert await failing(room) == [("5.1.3",)]


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    signer, own = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    (tmp_path / "authority.pem").write_bytes(certificate("Test authority", signer, signer))
    (tmp_path / "server.pem").write_bytes(private(own) + certificate("127.0.0.1", own, signer))
    return tmp_path


def server_tls(folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    return context


def settings(folder: Path, port: int, **others: Any) -> Settings:
    return configured(folder, MailServer(port=port), smtp_starttls="required", **others)


async def deliver(one: Settings) -> Outcome:
    async with asyncio.timeout(10), connected(one) as session:
        return (await session.deliver("portolan@example.org", ADDRESS, b"Subject: x\r\n\r\nx\r\n")).outcome


async def test_mail_goes_over_tls_with_a_login(certificates: Path) -> None:
    login = {"smtp_user": "portolan", "smtp_password": "correct"}
    ca = certificates / "authority.pem"
    async with mail_server(
        server_tls(certificates), lambda user, password: (user, password) == (b"portolan", b"correct")
    ) as server:
        assert await deliver(settings(certificates, server.port, smtp_ca=ca, **login)) is Outcome.ACCEPTED
        with pytest.raises(Trouble, match="SMTPAuthenticationError 535"):
            await deliver(
                settings(certificates, server.port, smtp_ca=ca, **login | {"smtp_password": "wrong"})
            )
        with pytest.raises(Trouble, match="530"):
            await deliver(settings(certificates, server.port, smtp_ca=ca))
        with pytest.raises(Trouble, match="certificate"):
            await deliver(settings(certificates, server.port, **login))
        assert len(server.arrivals) == 1


async def test_where_tls_is_required_nothing_is_said_without_it(certificates: Path) -> None:
    async with mail_server() as server:
        with pytest.raises(Trouble, match="STARTTLS"):
            await deliver(settings(certificates, server.port))
        assert server.arrivals == []
