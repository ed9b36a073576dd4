"""A plan of somebody who may not import: its projects are moved on, with the rights of whoever brings it in."""

from pathlib import Path
from typing import Any

import httpx

from services.imports.breakdown import importing
from services.imports.breakdown.drafts import Drafts
from tests.access.conftest import Office
from tests.access.test_four_eyes import relax
from tests.conftest import Portolan
from tests.imports.breakdowns import codes, items, packages
from tests.imports.test_plans import TASKS, folder_with, read


async def brought_in_by(
    portolan: Portolan, role: str, drafts: Drafts, *, validate_only: bool = False
) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {portolan.token(role)}"}
    transport = httpx.ASGITransport(portolan.running)
    async with httpx.AsyncClient(transport=transport, base_url="http://portolan", headers=headers) as client:
        summary = await importing.run(
            client, drafts, validate_only=validate_only, progress=lambda stage, done: None
        )
    await portolan.settled()
    return summary


async def test_a_director_sees_which_moves_are_made_before_and_after(
    portolan: Portolan, tmp_path: Path
) -> None:
    await relax(Office(portolan))
    folder = folder_with(tmp_path / "plans", *TASKS)
    trial, run = read(folder).drafts, read(folder).drafts
    checked = await brought_in_by(portolan, "director", trial, validate_only=True)
    assert await items(portolan, "projects/v1/projects") == []
    done = await brought_in_by(portolan, "director", run)
    assert trial.findings.to_json() == run.findings.to_json()
    assert checked["sent"]["moves"] == done["sent"]["moves"] == {"changed": 1, "refused": 0}
    [finding] = [one for one in run.findings.items if one.code == "by_moves"]
    assert (str(finding.done), finding.lost) == ("to be active by these moves: approve, activate", False)
    [project] = await items(portolan, "projects/v1/projects")
    assert project["stage"] == "active"
    assert (await packages(portolan))["1.1"]["percent_complete"] == 50


async def test_where_nobody_approves_what_they_made_it_stays_as_it_was_made_and_is_told(
    portolan: Portolan, tmp_path: Path
) -> None:
    folder = folder_with(tmp_path / "plans", *TASKS)
    trial, run = read(folder).drafts, read(folder).drafts
    checked = await brought_in_by(portolan, "director", trial, validate_only=True)
    done = await brought_in_by(portolan, "director", run)
    assert (trial.findings.to_json(), checked["sent"]) == (run.findings.to_json(), done["sent"])
    [refused] = [one for one in run.findings.items if one.code == "four_eyes"]
    assert (str(refused.done), refused.lost) == ("brought in as proposed", True)
    assert (await items(portolan, "projects/v1/projects"))[0]["stage"] == "proposed"


async def test_who_may_import_needs_no_moves(portolan: Portolan, tmp_path: Path) -> None:
    drafts = read(folder_with(tmp_path / "plans", *TASKS)).drafts
    summary = await brought_in_by(portolan, "service", drafts)
    assert (summary["sent"]["moves"], "by_moves" in codes(drafts)) == ({"changed": 0, "refused": 0}, False)
    assert (await items(portolan, "projects/v1/projects"))[0]["stage"] == "active"
