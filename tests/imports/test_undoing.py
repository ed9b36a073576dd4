"""An import taken back over REST: what it made and changed, what has moved on since, and what a killed run writes_left."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.imports import undoing
from services.imports.recording import IMPORTS, About, begin, recorded
from services.imports.server import ImportFailed, Server
from services.imports.tables.mapping import ColumnMapping, Mapping
from services.imports.tables.mapping_files import to_toml
from services.imports.undoing import Result, undo
from shared.base.texts import in_language
from tests.access.conftest import MERGE, Office
from tests.conftest import Portolan
from tests.support.given import Arranger

PROJECTS, PACKAGES, PORTFOLIOS = "projects/v1/projects", "projects/v1/work-packages", "projects/v1/portfolios"
ABOUT = About("projects.csv", "sheet", ("projects.portfolio", "projects.project", "projects.work_package"))


async def batch(client: httpx.AsyncClient, collection: str, *items: dict[str, Any]) -> list[dict[str, Any]]:
    """The resources that the items are then."""
    results = await Server(client).batch(collection, list(items), {})
    assert all("resource" in result for result in results), results
    return [result["resource"] for result in results]


async def read(client: httpx.AsyncClient, collection: str, id: str) -> dict[str, Any]:
    return dict((await client.get(f"/{collection}/{id}")).json())


async def newest_import(client: httpx.AsyncClient) -> dict[str, Any]:
    return dict((await client.get(IMPORTS)).json()["items"][0])


def tally(result: Result) -> tuple[int, int, list[str]]:
    """How many were archived and given back, and why others stay."""
    return result.archived, result.given_back, [one.reason for one in result.remaining]


async def import_breakdown(
    client: httpx.AsyncClient, about: About = ABOUT
) -> tuple[str, list[dict[str, Any]]]:
    """A portfolio, a project in it, and packages of two levels; the import, and all of them."""
    async with recorded(client, about) as recording:
        [portfolio] = await batch(client, PORTFOLIOS, {"name": "IT"})
        [project] = await batch(client, PROJECTS, {"name": "ERP", "portfolio_id": portfolio["id"]})
        [whole] = await batch(client, PACKAGES, {"name": "Whole", "wbs": "1", "project_id": project["id"]})
        parts = [{"name": f"Part {n}", "wbs": f"1.{n}", "project_id": project["id"], "parent_id": whole["id"]}
                 for n in (1, 2)]  # fmt: skip
        made_parts = await batch(client, PACKAGES, *parts)
        recording.counts = {"created": 5}
    return recording.id, [portfolio, project, whole, *made_parts]


async def are_archived(client: httpx.AsyncClient, *things: tuple[str, str]) -> list[bool]:
    return [(await read(client, collection, id))["archived_at"] is not None for collection, id in things]


def placed(things: list[dict[str, Any]]) -> list[tuple[str, str]]:
    collections = [PORTFOLIOS, PROJECTS, *[PACKAGES] * (len(things) - 2)]
    return [(collection, one["id"]) for collection, one in zip(collections, things, strict=True)]


async def test_what_an_import_made_is_archived_parts_before_what_they_are_in(everywhere: Portolan) -> None:
    client = everywhere("director")
    id, things = await import_breakdown(client)
    assert (await newest_import(client))["entries"] == 5
    result = await undo(client, id)
    assert tally(result) == (5, 0, [])
    assert all(await are_archived(client, *placed(things)))
    assert (await newest_import(client))["state"] == result.record["state"] == "reverted"


async def test_the_value_of_a_sensitive_field_stays_for_no_history_has_it(portolan: Portolan) -> None:
    director = Arranger(portolan)
    client, [project] = portolan("director"), await batch(portolan("director"), PROJECTS, {"name": "ERP"})
    label = [{"language": "en", "text": "Margin"}, {"language": "fr", "text": "Marge"}]
    fields = "/projects/v1/field-definitions"
    field = await director.make(
        fields, aggregate="projects.project", name="margin", label=label, type="number", sensitive=True
    )
    await director.move(fields, field, "activate")
    async with recorded(client, ABOUT) as recording:
        patch = {"name": "ERP II", "custom": {"margin": 12}}
        await batch(client, PROJECTS, {"id": project["id"], "version": 1, "patch": patch})
    assert tally(await undo(client, recording.id)) == (0, 1, [])
    now = await read(client, PROJECTS, project["id"])
    assert (now["name"], now["custom"]) == ("ERP", {"margin": 12})
    columns = (
        ColumnMapping(column="Title", member="name"),
        ColumnMapping(column="M", member="custom.margin"),
    )
    mapping = to_toml(Mapping(register="projects.project", source="sheet", key=("Id",), columns=columns))
    async with recorded(client, replace(ABOUT, mapping=mapping)) as recording:
        patch = {"name": "ERP III", "custom": {"margin": 13}}
        await batch(client, PROJECTS, {"id": project["id"], "version": now["version"], "patch": patch})
        await batch(client, PROJECTS, {"name": "New", "custom": {"margin": 14}})
    result = await undo(client, recording.id)
    assert tally(result) == (1, 1, ["sensitive_value"])
    assert (result.remaining[0].title, result.remaining[0].detail) == ("ERP", "margin")
    assert result.record["state"] == "partly_reverted"


async def test_an_import_is_undone_once(portolan: Portolan) -> None:
    client = portolan("director")
    id, _ = await import_breakdown(client)
    await undo(client, id)
    again = await undo(client, id)
    assert again.is_undone_already
    assert tally(again) == (0, 0, [])


async def test_a_trial_says_what_an_undoing_does_and_writes_nothing(everywhere: Portolan) -> None:
    """Also of what is needed by parts that would go with it."""
    client = everywhere("director")
    id, things = await import_breakdown(client)
    trial = await undo(client, id, validate_only=True)
    assert not any(await are_archived(client, *placed(things)))
    assert (await newest_import(client))["state"] == "done"
    assert tally(trial) == tally(await undo(client, id)) == (5, 0, [])


async def test_what_an_import_changed_is_what_it_was_before(everywhere: Portolan) -> None:
    client = everywhere("director")
    cost = {"amount": "9.00", "currency": "CHF"}
    one, other = await batch(
        client, PROJECTS,
        {"name": "ERP", "planned_cost": cost, "planned_start_on": "2026-01-05", "code": "A-1"},
        {"name": "CRM", "code": "A-2"},
    )  # fmt: skip
    async with recorded(client, ABOUT) as recording:
        patch = {"name": "ERP II", "planned_cost": {"amount": "10.00"}, "planned_start_on": None}
        [changed, _] = await batch(
            client, PROJECTS,
            {"id": one["id"], "version": 1, "patch": patch},
            {"id": other["id"], "version": 1, "patch": {"description": "New", "planned_cost": cost}},
        )  # fmt: skip
        await batch(client, PROJECTS, {"id": one["id"], "version": 2, "patch": {"name": "ERP III"}})
    assert changed["planned_cost"]["amount"] == "10.00"
    assert tally(await undo(client, recording.id)) == (0, 2, [])
    frame = {"version", "updated_at"}
    for before in (one, other):
        now = await read(client, PROJECTS, before["id"])
        assert {n: v for n, v in now.items() if n not in frame} == {
            n: v for n, v in before.items() if n not in frame
        }


async def test_what_has_moved_on_since_stays_and_is_listed_with_who_and_when(everywhere: Portolan) -> None:
    client = everywhere("director")
    id, [portfolio, project, whole, *parts] = await import_breakdown(client)
    eve = Office(everywhere).caller("eve", "director")
    answer = await eve.patch(
        f"/{PACKAGES}/{parts[0]['id']}", json={"name": "Better"}, headers=MERGE | {"If-Match": '"1"'}
    )
    assert answer.status_code == 200
    trial = await undo(client, id, validate_only=True)
    result = await undo(client, id)
    assert tally(trial) == tally(result)
    assert [(one.reason, one.title, one.who) for one in result.remaining] == [
        ("moved_on", "Better", "eve"),
        ("has_dependents", "Whole", ""),
        ("has_dependents", project["name"], ""),
        ("has_dependents", portfolio["name"], ""),
    ]
    assert await are_archived(client, (PACKAGES, parts[1]["id"]), (PACKAGES, whole["id"])) == [True, False]
    assert result.remaining[0].at == answer.json()["updated_at"]
    assert result.archived == 1
    record = await newest_import(client)
    assert (record["state"], record["undone"], record["remaining"]) == ("partly_reverted", 1, 4)


async def test_what_others_have_put_into_it_since_keeps_it(everywhere: Portolan) -> None:
    """Until they take it out: the next run goes on."""
    client = everywhere("director")
    async with recorded(client, ABOUT) as recording:
        one, other = await batch(client, PORTFOLIOS, {"name": "IT"}, {"name": "HR"})
        recording.counts = {"created": 2}
    [theirs] = await batch(client, PROJECTS, {"name": "Theirs", "portfolio_id": one["id"]})
    assert tally(await undo(client, recording.id)) == (1, 0, ["has_dependents"])
    assert await are_archived(client, (PORTFOLIOS, one["id"]), (PORTFOLIOS, other["id"])) == [False, True]
    await batch(client, PROJECTS, {"id": theirs["id"], "version": 1, "archived": True})
    again = await undo(client, recording.id)
    assert (tally(again), again.undone_before) == ((1, 0, []), 1)
    assert (await newest_import(client))["state"] == "reverted"


async def test_what_only_followed_from_the_import_is_no_change_of_others(everywhere: Portolan) -> None:
    """Progress of a part makes a new version of the package above, which nobody has touched."""
    client = everywhere("director")
    async with recorded(client, ABOUT) as recording:
        [project] = await batch(client, PROJECTS, {"name": "ERP"})
        [whole] = await batch(client, PACKAGES, {"name": "Whole", "wbs": "1", "project_id": project["id"]})
        [part] = await batch(
            client,
            PACKAGES,
            {"name": "P", "wbs": "1.1", "project_id": project["id"], "parent_id": whole["id"]},
        )
        await batch(client, PROJECTS, {"id": project["id"], "version": 1, "patch": {"description": "D"}})
        answer = await client.post(
            f"/{PACKAGES}/{part['id']}/report-progress",
            json={"percent_complete": 40},
            headers={"If-Match": '"1"'},
        )
        assert answer.status_code in (200, 409), answer.text
        recording.counts = {"created": 3}
    result = await undo(client, recording.id)
    assert tally(result) == (3, 0, [])


@pytest.mark.parametrize("writes", [1, 2, 3, 5])
async def test_an_undoing_that_was_killed_is_continued(
    everywhere: Portolan, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """Killed behind any of its writes, also between a batch and the note of it."""
    client = everywhere("director")
    monkeypatch.setattr(undoing, "BATCH", 2)
    [before] = await batch(client, PROJECTS, {"name": "Before"})
    async with recorded(client, ABOUT) as recording:
        await batch(client, PROJECTS, {"id": before["id"], "version": 1, "patch": {"name": "After"}})
        [project] = await batch(client, PROJECTS, {"name": "ERP"})
        parts = [{"name": f"P{n}", "wbs": str(n), "project_id": project["id"]} for n in (1, 2, 3)]
        packages = await batch(client, PACKAGES, *parts)
        recording.counts = {"created": 4, "changed": 1}
    await _killed_behind(client, recording.id, writes)
    result = await undo(client, recording.id)
    assert result.remaining == []
    ids = [(PROJECTS, project["id"]), *((PACKAGES, one["id"]) for one in packages)]
    assert all(await are_archived(client, *ids))
    assert (await read(client, PROJECTS, before["id"]))["name"] == "Before"
    record = await newest_import(client)
    assert (record["state"], record["undone"], record["remaining"]) == ("reverted", 5, 0)
    versions = [(await read(client, collection, id))["version"] for collection, id in ids]
    assert versions == [2] * 4, "nothing is undone twice"


async def _killed_behind(client: httpx.AsyncClient, id: str, writes: int) -> None:
    """Undo with a client that is gone behind so many writes."""
    writes_left = writes

    async def hear(answer: httpx.Response) -> None:
        nonlocal writes_left
        writes_left -= answer.request.method == "POST"
        if writes_left < 0:
            raise KeyboardInterrupt

    client.event_hooks["response"].append(hear)
    try:
        with pytest.raises(KeyboardInterrupt):
            await undo(client, id)
    finally:
        client.event_hooks["response"].remove(hear)


async def test_what_a_killed_import_has_not_noted_is_found_and_undone(everywhere: Portolan) -> None:
    """It ended between the answer to a batch and the note of it."""
    client = everywhere("director")
    [theirs] = await batch(client, PROJECTS, {"name": "Theirs"})
    recording = await begin(client, ABOUT)
    [noted] = await batch(client, PROJECTS, {"name": "Noted"})
    client.event_hooks["response"].remove(recording.hear)
    await batch(client, PROJECTS, {"name": "Lost"})
    record = await newest_import(client)
    assert (record["state"], record["entries"]) == ("running", 1)
    [lost] = [one for one in (await client.get(f"/{PROJECTS}")).json()["items"] if one["name"] == "Lost"]
    assert tally(await undo(client, recording.id)) == (2, 0, [])
    things = [(PROJECTS, one["id"]) for one in (noted, lost, theirs)]
    assert await are_archived(client, *things) == [True, True, False]
    assert (await newest_import(client))["state"] == "reverted"


async def test_an_import_that_is_undone_while_it_runs_ends_and_what_it_had_sent_is_undone_by_the_next_run(
    portolan: Portolan,
) -> None:
    client = portolan("director")
    recording = await begin(client, ABOUT)
    [one] = await batch(client, PROJECTS, {"name": "A"})
    eve = Office(portolan).caller("eve", "director")
    assert (await undo(eve, recording.id)).archived == 1
    with pytest.raises(ImportFailed, match="it records nothing more"):
        await batch(client, PROJECTS, {"name": "B"})
    client.event_hooks["response"].remove(recording.hear)
    [late] = (await client.get(f"/{PROJECTS}")).json()["items"]
    result = await undo(eve, recording.id)
    assert (tally(result), result.is_undone_already) == ((1, 0, []), False)
    assert await are_archived(client, (PROJECTS, one["id"]), (PROJECTS, late["id"])) == [True, True]
    assert (await undo(eve, recording.id)).is_undone_already


async def test_two_undoings_at_once_come_to_what_one_does(everywhere: Portolan) -> None:
    """At the page and at the command line."""
    id, things = await import_breakdown(everywhere("director"))
    office = Office(everywhere)
    results = await asyncio.gather(
        undo(office.caller("ada", "director"), id), undo(office.caller("eve", "director"), id)
    )
    client = everywhere("director")
    assert all(await are_archived(client, *placed(things)))
    assert [result.remaining for result in results] == [[], []]
    record = await newest_import(client)
    assert (record["state"], record["undone"], record["remaining"]) == ("reverted", 5, 0)
    versions = [(await read(client, *place))["version"] for place in placed(things)]
    assert versions == [2] * 5


async def test_what_somebody_else_archived_is_said_to_have_moved_on(portolan: Portolan) -> None:
    client = portolan("director")
    async with recorded(client, ABOUT) as recording:
        [one] = await batch(client, PROJECTS, {"name": "ERP"})
    eve = Office(portolan).caller("eve", "director")
    assert (await eve.delete(f"/{PROJECTS}/{one['id']}", headers={"If-Match": '"1"'})).status_code == 204
    result = await undo(client, recording.id)
    assert [(one.reason, one.who) for one in result.remaining] == [("moved_on", "eve")]


async def test_what_an_import_archived_is_restored(portolan: Portolan) -> None:
    client = portolan("director")
    [one] = await batch(client, PROJECTS, {"name": "ERP"})
    async with recorded(client, ABOUT) as recording:
        await batch(client, PROJECTS, {"id": one["id"], "version": 1, "archived": True})
    assert tally(await undo(client, recording.id)) == (0, 1, [])
    assert await are_archived(client, (PROJECTS, one["id"])) == [False]


async def test_what_an_import_brought_back_is_archived_again(portolan: Portolan) -> None:
    client = portolan("director")
    [one] = await batch(client, PROJECTS, {"name": "ERP"})
    await batch(client, PROJECTS, {"id": one["id"], "version": 1, "archived": True})
    async with recorded(client, ABOUT) as recording:
        await batch(
            client, PROJECTS,
            {"id": one["id"], "version": 2, "archived": False},
            {"id": one["id"], "version": 3, "patch": {"name": "ERP II"}},
        )  # fmt: skip
    assert tally(await undo(client, recording.id)) == (1, 0, [])
    now = await read(client, PROJECTS, one["id"])
    assert (now["name"], now["archived_at"] is not None) == ("ERP", True)


async def test_an_import_of_somebody_else_is_not_there(portolan: Portolan) -> None:
    office = Office(portolan)
    ada, eve = office.caller("ada", "manager"), office.caller("eve", "manager")
    async with recorded(ada, ABOUT) as recording:
        [one] = await batch(ada, PROJECTS, {"name": "ERP"})
    with pytest.raises(ImportFailed, match="404"):
        await undo(eve, recording.id)
    assert await are_archived(ada, (PROJECTS, one["id"])) == [False]


async def test_an_import_whose_record_cannot_be_kept_writes_nothing(portolan: Portolan) -> None:
    """Reporting refuses to begin one more."""
    client = portolan("director")
    about = About("a.csv", "no such source", ("projects.project",))
    with pytest.raises(ImportFailed, match="nothing is imported") as failed:
        async with recorded(client, about):
            await batch(client, PROJECTS, {"name": "ERP"})
    assert (await client.get(f"/{PROJECTS}")).json()["items"] == []
    assert "X-Request-ID" not in client.headers
    assert in_language(failed.value.reason, "fr").startswith("rien n’est importé")


async def test_an_instance_that_is_away_is_named_in_the_language_of_whoever_imports() -> None:
    async with httpx.AsyncClient(base_url="http://127.0.0.1:9") as client:
        with pytest.raises(ImportFailed) as failed:
            await Server(client).batch(PROJECTS, [], {}, until=0)
    assert "http://127.0.0.1:9 cannot be reached" in str(failed.value)
    assert in_language(failed.value.reason, "fr").startswith("http://127.0.0.1:9 ne répond pas")


async def test_a_failed_import_is_recorded_as_stopped_with_all_it_wrote(portolan: Portolan) -> None:
    client = portolan("director")

    async def fail() -> None:
        async with recorded(client, ABOUT):
            await batch(client, PROJECTS, {"name": "ERP"})
            raise ValueError("unreadable")

    with pytest.raises(ValueError, match="unreadable"):
        await fail()
    record = await newest_import(client)
    assert (record["state"], record["entries"], "counts" in record) == ("stopped", 1, False)


async def test_a_trial_of_an_import_notes_nothing(portolan: Portolan) -> None:
    client = portolan("director")
    async with recorded(client, ABOUT):
        await Server(client).batch(PROJECTS, [{"name": "ERP"}], {"validate_only": "true"})
    assert (await newest_import(client))["entries"] == 0
