"""What changes while an answer is made: it never shows for a moment what is hidden."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from services.reporting import kept_sums
from services.reporting.totals import parts
from shared.domain.access.grants import Grants
from shared.http.call import Call
from tests.access.conftest import Office
from tests.conftest import Portolan

SECRET = "Operation Quiet"


def francs(amount: int) -> dict[str, str]:
    return {"amount": f"{amount}.00", "currency": "CHF"}


async def test_a_sum_never_holds_what_changes_while_it_is_read(
    everywhere: Portolan, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, viewer = Office(everywhere), everywhere("viewer")
    portfolio = await office.make("/projects/v1/portfolios", name="IT")
    lies_in = {"portfolio_id": portfolio["id"]}
    project = await office.project("Open", planned_cost=francs(100), **lies_in)
    hidden = await office.project(SECRET, planned_cost=francs(10), confidential=True, **lies_in)
    await everywhere.settled()
    before = (await viewer.get("/reporting/v1/portfolios")).json()
    await office.patch(f"/projects/v1/projects/{project['id']}", name="Opened")  # no answer is remembered
    await everywhere.settled()
    read, changes = parts.cells_of_projects, iter((20_000, 30_000))

    async def read_late(*arguments: Any) -> Any:
        """Others write between the two readings, twice."""
        if (amount := next(changes, None)) is not None:
            assert (
                await office.patch(f"/projects/v1/projects/{hidden['id']}", planned_cost=francs(amount))
            ).status_code == 200
            await everywhere.settled()
        return await read(*arguments)

    monkeypatch.setattr(kept_sums, "cells_of_projects", read_late)
    assert (await viewer.get("/reporting/v1/portfolios")).json()["items"] == before["items"]


async def test_what_becomes_confidential_while_a_list_is_read_is_not_in_it(
    everywhere: Portolan, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, viewer = Office(everywhere), everywhere("viewer")
    visible = await office.project("Open")
    await everywhere.settled()
    know: Callable[..., Awaitable[None]] = Call.know_rights
    is_first = True

    async def know_early(call: Call, **how: bool) -> None:
        """Something confidential is made between the look at rights and the reading."""
        nonlocal is_first
        await know(call, **how)
        if is_first and call.principal.subject == "viewer":
            is_first = False
            await office.project(SECRET, confidential=True)

    monkeypatch.setattr(Call, "know_rights", know_early)
    answer = await viewer.get("/projects/v1/projects")
    assert [item["id"] for item in answer.json()["items"]] == [visible["id"]]


async def test_who_loses_the_last_membership_while_reading_is_refused(
    portolan: Portolan, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(portolan)
    project, person = await office.project("Open"), await office.person("Anna", "anna")
    path = await office.member("viewer", "project", project["id"], person_id=person)
    await portolan.settled()
    know: Callable[..., Awaitable[None]] = Call.know_rights
    is_first = True

    async def know_early(call: Call, **how: bool) -> None:
        nonlocal is_first
        await know(call, **how)
        if is_first and call.principal.subject == "anna":
            is_first = False
            assert (await office.act(path, "revoke")).status_code == 200

    monkeypatch.setattr(Call, "know_rights", know_early)
    assert (await office.caller("anna").get("/projects/v1/projects")).status_code == 403


async def test_who_is_remembered_with_less_than_was_granted_elsewhere_meanwhile_is_answered(
    portolan: Portolan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where another process granted it: this one believes what it remembers first, and looks before it refuses."""
    office = Office(portolan)
    project, other = await office.project("Open"), await office.project("Other")
    person = await office.person("Anna", "anna")
    await office.member("viewer", "project", project["id"], person_id=person)
    await portolan.settled()
    anna = office.caller("anna")
    assert (await anna.get(f"/projects/v1/projects/{other['id']}")).status_code == 404
    monkeypatch.setattr(Grants, "note_change", lambda *_: None)
    path = await office.member("viewer", "project", other["id"], person_id=person)
    assert (await anna.get(f"/projects/v1/projects/{other['id']}")).status_code == 200
    await office.act(path, "revoke")
    assert (await anna.get(f"/projects/v1/projects/{other['id']}")).status_code == 404
    assert [p["id"] for p in (await anna.get("/projects/v1/projects")).json()["items"]] == [project["id"]]
