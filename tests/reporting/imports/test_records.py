"""The record of an import: record, filled, ended and read again, by whoever imports and by who operates the instance."""

from typing import Any

import httpx
import pytest

from shared.base.clock import DAY_US, now_micros
from shared.base.ids import new_id_text
from tests.access.conftest import Office
from tests.conftest import Portolan

IMPORTS = "/reporting/v1/imports"
ABOUT = {"file": "projects.csv", "source": "sheet", "registers": ["projects.project"], "mapping": "key = 1"}


async def begin(client: httpx.AsyncClient, **members: Any) -> dict[str, Any]:
    answer = await client.post(IMPORTS, json=ABOUT | members)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{IMPORTS}/{answer.json()['id']}"
    return dict(answer.json())


def entry(id: str = "", version: int = 1, change: str = "created") -> dict[str, Any]:
    return {
        "collection": "projects/v1/projects",
        "id": id or new_id_text(),
        "version": version,
        "change": change,
    }


async def add(client: httpx.AsyncClient, id: str, entries: list[dict[str, Any]]) -> httpx.Response:
    return await client.post(f"{IMPORTS}/{id}/add-entries", json={"entries": entries})


async def end(client: httpx.AsyncClient, id: str, **members: Any) -> httpx.Response:
    return await client.post(f"{IMPORTS}/{id}/end", json=members)


async def undone(client: httpx.AsyncClient, id: str, *places: int, outcome: str = "undone") -> dict[str, Any]:
    outcomes = [{"place": place, "outcome": outcome} for place in places]
    answer = await client.post(f"{IMPORTS}/{id}/add-outcomes", json={"outcomes": outcomes})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_an_import_is_recorded_from_its_beginning_to_its_end(everywhere: Portolan) -> None:
    client = everywhere("manager")
    record = await begin(client, expected={"created": 2})
    assert (record["state"], record["requested_by"], record["entries"]) == ("running", "manager", 0)
    one, other = entry(), entry()
    assert (await add(client, record["id"], [one, other])).json()["entries"] == 2
    assert (await add(client, record["id"], [entry(one["id"], 2, "changed")])).json()["entries"] == 3
    counts = {"created": 2, "changed": 1, "unchanged": 0, "refused": 1, "left_out": 0}
    ended = (await end(client, record["id"], counts=counts, findings={"no_date": 2})).json()
    assert (ended["state"], ended["counts"], ended["findings"]) == ("done", counts, {"no_date": 2})
    answer = (await client.get(f"{IMPORTS}/{record['id']}")).json()
    assert answer == ended | {"mapping": "key = 1"}
    listed = (await client.get(IMPORTS)).json()["items"]
    assert listed == [ended]
    items = (await client.get(f"{IMPORTS}/{record['id']}/entries?limit=2")).json()["items"]
    assert [(item["place"], item["id"], item["version"], item["change"]) for item in items] == [
        (2, one["id"], 2, "changed"),
        (1, other["id"], 1, "created"),
    ]


async def test_what_is_recorded_twice_is_there_once(everywhere: Portolan) -> None:
    """Whoever lost the answer sends the same again, with more behind it."""
    client = everywhere("manager")
    id, one, other = (await begin(client))["id"], entry(), entry()
    for entries, count in (([one], 1), ([one, one, other], 2), ([other, one], 2)):
        assert (await add(client, id, entries)).json()["entries"] == count
    items = (await client.get(f"{IMPORTS}/{id}/entries")).json()["items"]
    assert [(item["place"], item["id"]) for item in items] == [(1, other["id"]), (0, one["id"])]


async def test_the_same_key_again_begins_no_second_import(portolan: Portolan) -> None:
    client, key = portolan("manager"), {"Idempotency-Key": "k"}
    first = await client.post(IMPORTS, json=ABOUT, headers=key)
    again = await client.post(IMPORTS, json=ABOUT, headers=key)
    assert (again.status_code, again.json(), again.headers["location"]) == (
        201,
        first.json(),
        first.headers["location"],
    )
    assert len((await client.get(IMPORTS)).json()["items"]) == 1


async def test_an_import_that_has_ended_records_nothing_more(portolan: Portolan) -> None:
    client = portolan("manager")
    id = (await begin(client))["id"]
    assert (await end(client, id, stopped=True)).json()["state"] == "stopped"
    for refused in (await add(client, id, [entry()]), await end(client, id)):
        assert (refused.status_code, refused.json()["code"]) == (409, "illegal_move")


async def test_an_import_that_was_interrupted_is_resumed_and_one_that_has_ended_is_not(
    everywhere: Portolan,
) -> None:
    client = everywhere("manager")
    id = (await begin(client))["id"]
    for is_ended in (False, True):
        if is_ended:
            await end(client, id, stopped=True)
        answer = await client.post(f"{IMPORTS}/{id}/resume")
        assert (answer.status_code, answer.json()["state"], "ended_at" in answer.json()) == (
            200,
            "running",
            False,
        )
    assert (await add(client, id, [entry()])).json()["entries"] == 1
    await end(client, id)
    assert (await client.post(f"{IMPORTS}/{id}/resume")).status_code == 409
    reverted = (await begin(client))["id"]
    await add(client, reverted, [entry(), entry()])
    await end(client, reverted, stopped=True)
    await undone(client, reverted, 0, outcome="kept")
    assert (await client.post(f"{IMPORTS}/{reverted}/resume")).status_code == 409


async def test_the_state_follows_from_what_was_undone(everywhere: Portolan) -> None:
    client = everywhere("manager")
    id = (await begin(client))["id"]
    await add(client, id, [entry(), entry(), entry()])
    assert (await client.post(f"{IMPORTS}/{id}/add-outcomes", json={"outcomes": [
        {"place": 0, "outcome": "undone"}]})).status_code == 409  # fmt: skip
    await end(client, id)
    first = await undone(client, id, 2, 1)
    assert (first["state"], first["undone"], first["remaining"]) == ("partly_reverted", 2, 0)
    second = await undone(client, id, 0, outcome="kept")
    assert (second["state"], second["undone"], second["remaining"]) == ("partly_reverted", 2, 1)
    last = await undone(client, id, 0, 1)
    assert (last["state"], last["undone"], last["remaining"]) == ("reverted", 3, 0)
    unknown = {"outcomes": [{"place": 3, "outcome": "undone"}]}
    assert (await client.post(f"{IMPORTS}/{id}/add-outcomes", json=unknown)).status_code == 422


async def test_nobody_else_has_an_import_but_who_operates_the_instance(portolan: Portolan) -> None:
    office = Office(portolan)
    mine, other, operator = office.caller("ada", "manager"), office.caller("eve", "manager"), office.director
    id = (await begin(mine))["id"]
    path = f"{IMPORTS}/{id}"
    assert (await other.get(IMPORTS)).json()["items"] == []
    outcomes = {"outcomes": [{"place": 0, "outcome": "undone"}]}
    for answer in (
        await other.get(path),
        await other.get(f"{path}/entries"),
        await add(other, id, [entry()]),
        await end(other, id),
        await other.post(f"{path}/add-outcomes", json=outcomes),
    ):
        assert answer.status_code == 404
    assert [one["id"] for one in (await operator.get(IMPORTS)).json()["items"]] == [id]
    assert (await operator.get(path)).json()["requested_by"] == "ada"
    assert (await add(operator, id, [entry()])).status_code == 404
    assert (await end(operator, id, stopped=True)).json()["state"] == "stopped"


async def test_the_list_is_narrowed_by_source_and_state(portolan: Portolan) -> None:
    client = portolan("manager")
    one, other = await begin(client), await begin(client, source="jira")
    await end(client, other["id"])

    async def ids(query: str) -> list[str]:
        return [item["id"] for item in (await client.get(f"{IMPORTS}?{query}")).json()["items"]]

    assert await ids("source=jira") == [other["id"]]
    assert await ids("state=running&state=stopped") == [one["id"]]
    assert await ids(f"id={one['id']}") == [one["id"]]
    assert await ids("") == [other["id"], one["id"]]


async def test_who_begins_without_end_is_refused_at_last(
    portolan: Portolan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.reporting.imports.records.MOST_RUNNING", 2)
    client = portolan("manager")
    first = await begin(client)
    await begin(client)
    refused = await client.post(IMPORTS, json=ABOUT)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_imports")
    await end(client, first["id"])
    await begin(client)


async def test_erasing_a_person_empties_the_mappings_that_name_them_and_those_they_came_in_by(
    everywhere: Portolan,
) -> None:
    office = Office(everywhere)
    person = await office.make("/resources/v1/persons", name="Ada Byron")
    with_person = await begin(office.director, mapping=f'"ada@example.org" = "{person["id"]}"')
    came_in = await begin(office.director, mapping="by = 'mail'")
    await add(office.director, came_in["id"], [entry(person["id"]) | {"collection": "resources/v1/persons"}])
    untouched = await begin(office.director)
    path = f"/resources/v1/persons/{person['id']}/erase"
    assert (await office.director.post(path, headers={"If-Match": '"1"'})).status_code == 200
    await everywhere.settled()
    texts = [(await office.director.get(f"{IMPORTS}/{one['id']}")).json()["mapping"]
             for one in (with_person, came_in, untouched)]  # fmt: skip
    assert texts == ["", "", ABOUT["mapping"]]


async def test_a_record_goes_after_its_time_with_its_entries(
    portolan: Portolan, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared.runtime import retention

    client = portolan("manager")
    id = (await begin(client))["id"]
    await add(client, id, [entry()])
    one = portolan.running.services["reporting"]
    later = now_micros() + 367 * DAY_US
    monkeypatch.setattr(retention, "machine_micros", lambda: later)
    await retention.forget_outdated(one.service, one.kernel)
    assert (await client.get(f"{IMPORTS}/{id}")).status_code == 404
    [(count,)] = await one.kernel.store.fetch("SELECT COUNT(*) FROM import_entry")
    assert count == 0


async def test_the_history_says_to_which_request_a_version_belongs(everywhere: Portolan) -> None:
    """Also where another service follows: finance opens the budget of the project that is approved."""
    client = everywhere("director")
    planned = {"planned_start_on": "2026-01-05", "planned_finish_on": "2026-12-18",
               "planned_cost": {"amount": "9.00", "currency": "CHF"}}  # fmt: skip
    headers = {"X-Request-ID": "import-1"}
    created = await client.post("/projects/v1/projects", json={"name": "ERP"} | planned, headers=headers)
    path = f"/projects/v1/projects/{created.json()['id']}"
    headers = {"X-Request-ID": "second", "If-Match": '"1"'}
    approved = await client.post(f"{path}/approve", json={}, headers=headers)
    assert approved.status_code == 200, approved.text
    await everywhere.settled()
    versions = (await client.get(f"{path}/history")).json()["items"]
    assert [version["correlation_id"] for version in versions] == ["second", "import-1"]
    [budget] = (await client.get("/finance/v1/budgets")).json()["items"]
    [opened] = (await client.get(f"/finance/v1/budgets/{budget['id']}/history")).json()["items"]
    assert opened["correlation_id"] == "second"
