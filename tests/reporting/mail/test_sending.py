"""From facts to mails at a real server, on both databases."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.reporting.mail import queue
from services.reporting.mail.digests import Cadence
from services.reporting.mail.logins import note_login
from services.reporting.mail.recipients import prefer
from services.reporting.mail.sending import Sender
from shared.base.clock import now_micros
from shared.http.auth import Principal
from shared.http.auth.roles import ROLES
from tests.reporting.mail.conftest import MINUTE_US, PostRoom
from tests.support.given import PLANNED, chf


async def managed(room: PostRoom, manager: str, name: str = "ERP", **members: Any) -> str:
    """A project with a manager, told by nobody yet."""
    project = await room.office.make(
        "/projects/v1/projects",
        name=name,
        manager_id=manager,
        planned_cost=chf("1000.00"),
        **PLANNED,
        **members,
    )
    return str(project["id"])


async def test_who_is_booked_is_told_by_mail(rooms: PostRoom) -> None:
    anna = await rooms.person("Anna Meier")
    project = await rooms.office.make("/projects/v1/projects", name="ERP")
    await rooms.portolan.settled()
    booking = await rooms.office.make(
        "/resources/v1/allocations", person_id=anna, project_id=project["id"],
        starts_on="2027-01-04", ends_on="2027-02-26", percent=60,
    )  # fmt: skip
    await rooms.office.act(f"/resources/v1/allocations/{booking['id']}", "commit")
    [mail] = await rooms.turn()
    assert mail.to == "anna@example.org"
    assert "You are booked on ERP from 4 Jan 2027 to 26 Feb 2027, at 60% of your time." in mail.text()
    assert await rooms.turn() == []


async def test_what_waits_for_one_person_comes_in_one_mail_on_the_morning_of_a_working_day(
    rooms: PostRoom,
) -> None:
    anna = await rooms.person("Anna Meier", cadence="daily")
    project = await managed(rooms, anna)
    approved = await rooms.office.act(f"/projects/v1/projects/{project}", "approve")
    assert approved.status_code == 200, approved.text
    assert await rooms.turn(later_us=0) == []
    await rooms.kernel.store.run(
        "UPDATE mail_notice SET queued_at = ?", (1_780_660_800_000_000,)
    )  # a Friday at noon
    assert await rooms.turn(datetime(2026, 6, 7, 12, tzinfo=UTC)) == []
    [mail] = await rooms.turn(datetime(2026, 6, 8, 5, tzinfo=UTC))
    assert "You manage the project ERP." in mail.text()
    assert "The project ERP was approved." in mail.text()
    assert mail.message["Subject"] == "2 news items from Portolan"


async def test_nobody_is_told_what_they_did_themselves(room: PostRoom) -> None:
    anna = await room.person("Anna Meier", role="director")
    himself = room.office.caller("anna", "director")
    created = await himself.post("/projects/v1/projects", json={"name": "ERP", "manager_id": anna})
    assert created.status_code == 201
    await room.portolan.settled()
    assert len(await room.rows("SELECT id FROM mail_notice")) == 1
    assert await room.turn() == []
    assert await room.rows("SELECT state FROM mail") == [("empty",)]
    assert await room.rows("SELECT id FROM mail_notice") == []


async def test_what_has_become_hidden_meanwhile_is_told_to_nobody_who_does_not_see_it(
    rooms: PostRoom,
) -> None:
    anna = await rooms.person("Anna Meier")
    secret, visible = await managed(rooms, anna, "Secret"), await managed(rooms, anna, "Open")
    await rooms.office.hide("projects", secret)
    [mail] = await rooms.turn()
    assert "Open" in mail.all_of_it
    assert "Secret" not in mail.all_of_it
    assert secret not in mail.all_of_it
    await rooms.office.act(f"/projects/v1/projects/{secret}", "approve")
    assert await rooms.turn(later_us=3 * MINUTE_US) == []
    assert visible in mail.all_of_it


async def test_a_member_is_told_what_is_hidden_from_others(room: PostRoom) -> None:
    anna = await room.person("Anna Meier", role="participant")
    secret = await managed(room, anna, "Secret", confidential=True)
    assert await room.turn() == []
    membership = await room.office.member("manager", "project", secret, person_id=anna)
    [granted] = await room.turn(later_us=3 * MINUTE_US)
    assert "You are a member of Secret." in granted.text()
    await room.office.act(membership, "revoke")
    [revoked] = await room.turn(later_us=6 * MINUTE_US)
    assert "One of your memberships was revoked." in revoked.text()
    assert "Secret" not in revoked.all_of_it
    assert secret not in revoked.all_of_it


async def test_what_no_longer_concerns_a_person_is_left_out(room: PostRoom) -> None:
    anna, ben = await room.person("Anna Meier"), await room.person("Ben Roth")
    project = await managed(room, anna)
    await room.office.patch(f"/projects/v1/projects/{project}", manager_id=ben)
    mails = await room.turn()
    assert [mail.to for mail in mails] == ["ben@example.org"]


async def test_of_whom_no_login_is_known_only_memberships_count_unless_the_settings_say_more(
    room: PostRoom,
) -> None:
    person = await room.office.make("/resources/v1/persons", name="Cara", email="cara@example.org")
    await room.kernel.store.run(
        "INSERT INTO mail_preference (person_id, cadence) VALUES (?, 'immediately')", (person["id"],)
    )
    await managed(room, person["id"])
    assert await room.turn() == []
    room.kernel.settings = room.kernel.settings.model_copy(update={"mail_readers": "viewer"})
    await managed(room, person["id"], "CRM")
    [mail] = await room.turn(later_us=3 * MINUTE_US)
    assert "CRM" in mail.text()
    assert "ERP" not in mail.text()


async def test_whose_tokens_were_revoked_is_told_nothing_that_only_their_token_showed(room: PostRoom) -> None:
    anna = await room.person("Anna Meier")
    await managed(room, anna)
    revoked = await room.office.director.post(
        "/reporting/v1/revocations", json={"kind": "subject", "value": "anna"}
    )
    assert revoked.status_code == 204
    assert await room.turn() == []


async def test_the_issuer_of_a_login_may_stand_in_the_file_of_issuers(room: PostRoom, tmp_path: Path) -> None:
    issuer, at = "https://login.example.org", now_micros() / 1_000_000
    person = await room.office.make("/resources/v1/persons", name="Cara", email="cara@example.org")
    identity = {"person_id": person["id"], "issuer": issuer, "subject": "cara"}
    await room.office.make("/resources/v1/identities", **identity)
    await room.portolan.settled()
    viewer = Principal("cara", issuer, ("viewer",), ROLES["viewer"], at + 3600, issued_at=at)
    await note_login(room.kernel.store, viewer)
    file = tmp_path / "issuers.toml"
    file.write_text(f'[example]\nissuer = "{issuer}"\n')
    room.kernel.settings = room.kernel.settings.model_copy(update={"issuers_file": file})
    vars(room.kernel.settings).pop("trusted_issuers", None)
    await prefer(room.kernel.store, person["id"], Cadence.IMMEDIATELY, None)
    await managed(room, person["id"])
    assert [mail.to for mail in await room.turn()] == ["cara@example.org"]


async def test_where_no_mail_is_sent_nothing_is_queued(room: PostRoom) -> None:
    anna = await room.person("Anna Meier")
    settings = room.kernel.settings
    room.kernel.settings = settings.model_copy(update={"smtp_url": ""})
    await managed(room, anna)
    await room.portolan.settled()
    room.kernel.settings = settings
    assert await room.rows("SELECT id FROM mail_notice") == []


async def test_imported_history_tells_nobody_anything(room: PostRoom) -> None:
    anna = await room.person("Anna Meier")
    importing = room.portolan("service")
    created = await importing.post(
        "/projects/v1/projects",
        json={"name": "Old", "manager_id": anna},
        headers={"Portolan-Effective-At": "2024-03-01"},
    )
    assert created.status_code == 201, created.text
    await room.portolan.settled()
    assert await room.rows("SELECT id FROM mail_notice") == []


async def test_the_queue_of_one_person_is_bounded(rooms: PostRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "QUEUE", queue.QUEUE.replace(f"< {queue.MOST_WAITING}", "< 3"))
    anna, ben = await rooms.person("Anna Meier"), await rooms.person("Ben Roth")
    for n in range(5):
        await managed(rooms, anna, f"Project {n}", sponsor_id=ben)
    await rooms.portolan.settled()
    waiting = await rooms.rows("SELECT person_id, COUNT(*) FROM mail_notice GROUP BY person_id")
    assert sorted(waiting) == sorted([(anna, 3), (ben, 3)])


async def test_an_erased_person_gets_nothing_and_what_waited_for_them_goes(rooms: PostRoom) -> None:
    anna = await rooms.person("Anna Meier", cadence="weekly")
    await managed(rooms, anna)
    await rooms.portolan.settled()
    assert await rooms.rows("SELECT person_id FROM mail_notice") == [(anna,)]
    erased = await rooms.office.act(f"/resources/v1/persons/{anna}", "erase")
    assert erased.status_code == 200, erased.text
    assert await rooms.turn() == []
    for table in ("mail_notice", "mail", "mail_preference", "mail_login"):
        assert await rooms.rows(f"SELECT * FROM {table}") == [], table


async def test_of_several_replicas_one_sends(rooms: PostRoom) -> None:
    other = Sender(rooms.kernel)
    assert await rooms.turn() == []
    anna = await rooms.person("Anna Meier")
    await managed(rooms, anna)
    await rooms.portolan.settled()
    assert await other.turn(now_micros() + 3 * MINUTE_US) == 0
    assert rooms.server.arrivals == []
    assert len(await rooms.turn()) == 1
    await rooms.kernel.store.run("UPDATE lease SET until = 0")
    await managed(rooms, anna, "CRM")
    await rooms.portolan.settled()
    assert await other.turn(now_micros() + 3 * MINUTE_US) == 1
    assert await rooms.turn() == []


async def test_a_mail_that_was_sent_and_not_marked_comes_again_with_the_same_id(
    rooms: PostRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await rooms.person("Anna Meier")
    await managed(rooms, anna)
    with monkeypatch.context() as dying:
        dying.setattr(Sender, "_end", _die)
        with pytest.raises(Died):
            await rooms.turn()
    await managed(rooms, anna, "CRM")
    mails = await rooms.turn()
    first, second = rooms.server.arrivals
    assert [second] == mails
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert "CRM" not in second.text()
    [third] = await rooms.turn(later_us=3 * MINUTE_US)
    assert third.message["Message-ID"] != first.message["Message-ID"]


class Died(Exception):
    """What a kill between sending and marking is to the sender."""


async def _die(*_: object, **__: object) -> None:
    raise Died
