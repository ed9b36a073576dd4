"""How a person ends or changes their mails: by the mail itself without a login, on a page, and over REST."""

import re
from uuid import uuid4

from tests.reporting.mail.conftest import PostRoom
from tests.support.mail_server import Arrival

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


async def first_mail(room: PostRoom) -> tuple[str, Arrival]:
    anna = await room.person("Anna Meier")
    await room.office.make("/projects/v1/projects", name="ERP", manager_id=anna)
    [mail] = await room.turn()
    return anna, mail


def stop_of(mail: Arrival) -> str:
    return str(mail.message["List-Unsubscribe"]).strip("<>").removeprefix("http://127.0.0.1:8000")


async def cadence(room: PostRoom) -> str:
    return str((await room.office.caller("anna", "viewer").get("/reporting/v1/me/mail")).json()["cadence"])


async def test_one_click_ends_the_mails_without_a_login(room: PostRoom) -> None:
    anna, mail = await first_mail(room)
    anybody = room.portolan.anonymous()
    stopped = await anybody.post(stop_of(mail), data=ONE_CLICK)
    assert (stopped.status_code, await cadence(room)) == (200, "never")
    await room.office.make("/projects/v1/projects", name="CRM", manager_id=anna)
    assert await room.turn(later_us=10**12) == []
    assert await room.rows("SELECT id FROM mail_notice") == []


async def test_one_click_may_come_as_multipart_too(room: PostRoom) -> None:
    _, mail = await first_mail(room)
    stopped = await room.portolan.anonymous().post(
        stop_of(mail), files={n: (None, v) for n, v in ONE_CLICK.items()}
    )
    assert (stopped.status_code, await cadence(room)) == (200, "never")


async def test_who_only_looks_at_the_address_ends_nothing(room: PostRoom) -> None:
    _, mail = await first_mail(room)
    looked = await room.portolan.anonymous().get(stop_of(mail))
    assert looked.status_code == 200
    assert await cadence(room) == "immediately"
    [target] = re.findall(r'action="([^"]+)"', looked.text)
    assert target.replace("&amp;", "&").endswith(stop_of(mail))


async def test_an_address_that_was_guessed_ends_nothing(room: PostRoom) -> None:
    _, mail = await first_mail(room)
    anybody = room.portolan.anonymous()
    right = stop_of(mail)
    for wrong in (right[:-1], right[:-1] + ("0" if right[-1] != "0" else "1"), "/mail/stop", f"/mail/stop?person={uuid4()}&proof=x",
                  re.sub(r"person=[^&]+", f"person={uuid4()}", right)):  # fmt: skip
        assert (await anybody.post(wrong, data=ONE_CLICK)).status_code in (403, 404), wrong
    assert await cadence(room) == "immediately"


async def test_a_person_chooses_on_a_page(room: PostRoom) -> None:
    await room.person("Anna Meier")
    browser = await room.browse("anna", "viewer")
    page = await browser.get("/mail")
    assert "anna@example.org" in page.text
    [form] = re.findall(r'action="/mail">\s*<input type="hidden" name="form" value="(\w+)"', page.text)
    forged = await browser.post("/mail", data={"form": "x" * 24, "cadence": "never"})
    assert forged.status_code == 403
    saved = await browser.post("/mail", data={"form": form, "cadence": "weekly", "language": "fr"})
    assert (saved.status_code, saved.headers["location"]) == (303, "/mail?saved=yes")
    own = (await room.office.caller("anna", "viewer").get("/reporting/v1/me/mail")).json()
    assert (own["cadence"], own["language"]) == ("weekly", "fr")


async def test_who_is_no_person_has_no_mail(room: PostRoom) -> None:
    nobody = room.office.caller("nobody", "viewer")
    answer = await nobody.get("/reporting/v1/me/mail")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_person")
    page = await (await room.browse("nobody", "viewer")).get("/mail")
    assert "No person has your login" in page.text


async def test_a_language_that_is_not_written_is_refused(room: PostRoom) -> None:
    await room.person("Anna Meier")
    refused = await room.office.caller("anna", "viewer").put("/reporting/v1/me/mail", json={"language": "rm"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/language")
