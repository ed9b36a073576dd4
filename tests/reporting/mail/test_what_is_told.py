"""What becomes due, and who is mentioned: told by the same lines as everything else."""

from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copytree

import pytest

from shared.base.settings import Settings
from tests.conftest import Portolan, running_portolan
from tests.reporting.mail.conftest import MINUTE_US, PostRoom, post_room
from tests.support.mail_server import MailServer
from tests.support.turning import all_told, day, turn


@pytest.fixture
async def turning(tmp_path: Path, fresh_stores: Path) -> AsyncIterator[Portolan]:
    copytree(fresh_stores, tmp_path, dirs_exist_ok=True)
    async with running_portolan(Settings(data=tmp_path, test_clock=True)) as system:
        yield system


async def test_what_becomes_due_is_told_to_whom_it_concerns(turning: Portolan, server: MailServer) -> None:
    room = post_room(turning, server, mail_readers="viewer")
    settings = turning.running.settings
    anna = await room.person("Anna Meier", cadence="weekly")
    ben = await room.person("Ben Roth", cadence="weekly")
    project = await room.office.make("/projects/v1/projects", name="ERP", manager_id=anna)
    await turning.settled()
    of = {"project_id": project["id"]}
    finish = day(1, settings).isoformat()
    await room.office.make(
        "/projects/v1/work-packages", **of, wbs="1", name="Design", owner_id=ben, planned_finish_on=finish
    )
    notice = day(91, settings).isoformat()
    await room.office.make("/finance/v1/contracts", **of, number="C-1", title="Hosting", notice_on=notice)
    booking = {"starts_on": day(0, settings).isoformat(), "ends_on": day(15, settings).isoformat()}
    await room.office.make("/resources/v1/allocations", **of, person_id=ben, percent=50, **booking)
    turn(settings, days=3)
    await all_told(turning)
    by_address = {mail.to: mail.text() for mail in await room.turn(later_us=10 * 86_400_000_000)}
    assert "The work package Design of ERP was to be completed by" in by_address["anna@example.org"]
    assert "Notice of the contract Hosting of ERP can be given until" in by_address["anna@example.org"]
    assert "The work package Design of ERP was to be completed by" in by_address["ben@example.org"]
    assert "Your booking on ERP ends on" in by_address["ben@example.org"]


async def test_who_is_mentioned_is_told_once(room: PostRoom) -> None:
    anna, ben = await room.person("Anna Meier"), await room.person("Ben Roth")
    project = await room.office.make("/projects/v1/projects", name="ERP")
    subject = {"kind": "project", "id": project["id"]}
    comment = await room.office.make(
        "/projects/v1/comments", subject=subject, text="See this.", mentions=[anna]
    )
    [mail] = await room.turn()
    assert (mail.to, mail.message["Subject"]) == ("anna@example.org", "You are mentioned in a comment.")
    assert "See this." not in mail.all_of_it
    await room.office.patch(f"/projects/v1/comments/{comment['id']}", mentions=[anna, ben])
    assert [mail.to for mail in await room.turn(later_us=3 * MINUTE_US)] == ["ben@example.org"]


async def test_who_does_not_see_the_subject_is_not_told_of_the_comment(room: PostRoom) -> None:
    anna = await room.person("Anna Meier")
    secret = await room.office.make("/projects/v1/projects", name="Secret", confidential=True)
    subject = {"kind": "project", "id": secret["id"]}
    await room.office.make("/projects/v1/comments", subject=subject, text="Hush.", mentions=[anna])
    assert await room.turn() == []
