"""A message that comes back is noted where it proves that it answers a mail of ours."""

from typing import Any

import pytest

from tests.reporting.mail.conftest import MINUTE_US, PostRoom

NOTIFICATION = """\
Return-Path: <>
Delivered-To: {to}
From: MAILER-DAEMON@mx.example.org
To: {to}
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"
MIME-Version: 1.0

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; anna@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: message/rfc822

Subject: You manage the project ERP.

x
--b--
"""


@pytest.fixture
async def sent(room: PostRoom) -> PostRoom:
    anna = await room.person("Anna Meier")
    await room.office.make("/projects/v1/projects", name="ERP", manager_id=anna)
    assert len(await room.turn()) == 1
    return room


async def bounce(room: PostRoom, to: str = "", action: str = "failed", status: str = "5.1.1") -> Any:
    message = NOTIFICATION.format(to=to or room.server.arrivals[0].sender, action=action, status=status)
    return await room.office.director.post("/reporting/v1/mail-bounces", json={"message": message})


async def is_failing(room: PostRoom) -> bool:
    return bool((await room.office.director.get("/reporting/v1/mails")).json()["failing"])


async def test_an_address_that_sends_mail_back_is_written_to_no_more(sent: PostRoom) -> None:
    noted = await bounce(sent)
    assert noted.status_code == 200, noted.text
    assert (noted.json()["status"], noted.json()["address_failing"]) == ("5.1.1", True)
    assert await is_failing(sent)
    [(anna,)] = await sent.rows("SELECT person_id FROM mail")
    await sent.office.make("/projects/v1/projects", name="CRM", manager_id=anna)
    assert await sent.turn(later_us=3 * MINUTE_US) == []
    browser = await sent.browse("anna", "viewer")
    assert "have come back" in (await browser.get("/mail")).text


@pytest.mark.parametrize(
    ("action", "status"),
    [("delayed", "4.4.1"), ("delivered", "2.0.0"), ("failed", "5.7.1"), ("failed", "4.2.2")],
)
async def test_what_does_not_blame_the_address_for_good_leaves_it_alone(
    sent: PostRoom, action: str, status: str
) -> None:
    assert (await bounce(sent, action=action, status=status)).status_code == 200
    assert not await is_failing(sent)


async def test_a_message_to_another_address_or_with_another_signature_is_refused(sent: PostRoom) -> None:
    path = sent.server.arrivals[0].sender
    local, _, domain = path.partition("@")
    for wrong in ("bounces@example.org", f"{local[:-1]}@{domain}", f"{local}@elsewhere.example", "x" + path):
        refused = await bounce(sent, to=wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_return_path"), wrong
    assert not await is_failing(sent)


async def test_an_address_that_the_person_has_changed_since_fails_no_more(sent: PostRoom) -> None:
    await bounce(sent)
    [(anna,)] = await sent.rows("SELECT person_id FROM mail")
    await sent.office.patch(f"/resources/v1/persons/{anna}", email="anna.meier@example.org")
    await sent.portolan.settled()
    assert not await is_failing(sent)


async def test_a_bounce_of_an_earlier_address_leaves_the_present_one_alone(sent: PostRoom) -> None:
    [(anna,)] = await sent.rows("SELECT person_id FROM mail")
    await sent.office.patch(f"/resources/v1/persons/{anna}", email="anna.meier@example.org")
    await sent.portolan.settled()
    assert (await bounce(sent)).json()["address_failing"] is False
    assert not await is_failing(sent)


@pytest.mark.parametrize(
    "message", ["", "x", "To: ", "\n\n\n", "Content-Type: multipart/report\n\n--b", "To: @@@\nTo: <<>>\n\n"]
)
async def test_any_text_is_answered(sent: PostRoom, message: str) -> None:
    answer = await sent.office.director.post("/reporting/v1/mail-bounces", json={"message": message})
    assert answer.status_code == 422


async def test_only_operators_bring_messages_back(sent: PostRoom) -> None:
    answer = await sent.portolan("manager").post("/reporting/v1/mail-bounces", json={"message": "x"})
    assert answer.status_code == 403
