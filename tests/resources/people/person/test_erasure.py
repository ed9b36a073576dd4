"""A person who is erased is told of nowhere any more, and nothing else is lost."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from services.reporting.asof import CONSUMER
from services.reporting.replay import compare, replaying
from services.resources.people.person import commands
from shared.contracts.language import Erasable, topics_of
from shared.contracts.resources.people import Person
from shared.domain.work import Match, Work
from shared.messaging.bus import Record
from shared.store import StaleVersion
from shared.store.outbox import Origin
from tests.conftest import Portolan

PERSONS = "/resources/v1/persons"
ADA = {
    "name": "Ada Byron Lovelace",
    "email": "ada.byron@ockham.example",
    "role": "Enchantress of Numbers",
    "org_unit": "Analytical Engines",
    "location": "Ockham Park",
    "weekly_hours": 30,
    "skills": [{"name": "Bernoulli numbers", "level": 5}],
}
KEY = "personnel-181512"
TRACES = ("Byron", "ockham", "Enchantress", "Ockham", "Bernoulli", KEY, "Countess")
"""Any of these tells of her."""


@dataclass
class House:
    """A Portolan in which one works who will be erased."""

    portolan: Portolan
    client: httpx.AsyncClient

    async def hires(self) -> dict[str, Any]:
        """In two versions, the second with another name, by an importer who was refused once."""
        url = f"{PERSONS}/by-ref/hr/{KEY}"
        assert (await self.portolan("member").put(url, json=ADA)).status_code == 403
        created = await self.portolan("service").put(
            url, json=ADA, headers={"Portolan-Effective-At": "2026-01-05"}
        )
        assert created.status_code == 201, created.text
        revised = await self.portolan("service").put(
            url, json=ADA | {"name": "Countess Ada"}, headers={"Portolan-Effective-At": "2026-02-02"}
        )
        await self.portolan.settled()
        assert revised.json()["version"] == 2
        return revised.json()  # type: ignore[no-any-return]

    async def erases(self, person: dict[str, Any], role: str = "director", **headers: str) -> httpx.Response:
        answer = await self.portolan(role).post(
            f"{PERSONS}/{person['id']}/erase",
            json={"reason": "asked for on 3 November"},
            headers={"If-Match": f'"{person["version"]}"'} | headers,
        )
        await self.portolan.settled()
        return answer

    async def read(self, url: str, **query: str) -> httpx.Response:
        answer = await self.client.get(url, params=query or None)
        assert answer.status_code == 200, answer.text
        return answer

    async def everything(self) -> dict[str, list[str]]:
        """Every row of every table of every store, by service and table; but for leases and the kinds of what
        becomes due, which processes take and note by themselves."""
        places = {}
        for name, one in self.portolan.running.services.items():
            for table in one.service.metadata.tables.keys() - {"lease", "due_kind"}:
                rows = await one.kernel.store.fetch(f"SELECT * FROM {table}")
                places[f"{name}.{table}"] = sorted(repr(tuple(row)) for row in rows)
        return places

    async def manages(self, person: dict[str, Any]) -> str:
        """A project of hers."""
        created = await self.portolan("service").put(
            "/projects/v1/projects/by-ref/test/1",
            json={"name": "Engine", "manager_id": person["id"]},
            headers={"Portolan-Effective-At": "2026-02-03"},
        )
        await self.portolan.settled()
        return str(created.json()["id"])

    async def books(self, person: dict[str, Any], project: str) -> dict[str, Any]:
        period = {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "percent": 50}
        created = await self.portolan("service").post(
            "/resources/v1/allocations",
            json={"person_id": person["id"], "project_id": project, **period},
            headers={"Portolan-Effective-At": "2026-02-03"},
        )
        assert created.status_code == 201, created.text
        await self.portolan.settled()
        return created.json()  # type: ignore[no-any-return]

    async def pages(self, *urls: str) -> list[str]:
        """As a browser is shown them, once its user has logged in."""
        shown = httpx.ASGITransport(self.portolan.app)
        async with httpx.AsyncClient(transport=shown, base_url="http://127.0.0.1:8000") as reader:
            await reader.get(await self.portolan.running.login_link())
            return [(await reader.get(url)).text for url in urls]

    async def events(self) -> list[dict[str, Any]]:
        """Of persons, as the feed tells them."""
        listed = (await self.read("/resources/v1/events", limit="500")).json()["items"]
        return [event for event in listed if ".person." in event["type"]]


@pytest.fixture
def house(everywhere: Portolan) -> House:
    return House(everywhere, everywhere())


def tells_of_her(text: str) -> bool:
    return any(word in text for word in TRACES)


def telling(places: dict[str, list[str]]) -> list[str]:
    return [place for place, rows in places.items() if any(map(tells_of_her, rows))]


async def test_who_is_erased_is_found_in_no_table_and_no_feed(house: House) -> None:
    person = await house.hires()
    assert sorted(telling(await house.everything())) == [
        "reporting.current_state", "reporting.directory", "reporting.history",
        "resources.outbox", "resources.person", "resources.refused_attempt",
    ]  # fmt: skip
    erased = await house.erases(person)
    assert erased.status_code == 200, erased.text
    assert telling(await house.everything()) == []
    for url in (
        "/resources/v1/events",
        "/resources/v1/persons?archived=true",
        f"{PERSONS}/{person['id']}",
        "/reporting/v1/load?as_of=2026-03-01",
        "/reporting/v1/activity",
    ):
        shown = (await house.read(url)).text
        assert person["id"] in shown
        assert not tells_of_her(shown), url


async def test_what_stays_of_a_person_is_their_id_and_what_sums_need(house: House) -> None:
    person = await house.hires()
    erased = (await house.erases(person)).json()
    assert erased["archived_at"] == erased["erased_at"] is not None
    assert {name: erased[name] for name in erased if name in Person.PERSONAL} == Person.PERSONAL
    assert (erased["id"], erased["version"]) == (person["id"], 3)
    assert (erased["weekly_hours"], erased["employment"]) == (30, "internal")
    last = (await house.events())[-1]
    assert last["type"] == "portolan.resources.person.erased.v1"
    assert last["data"]["fact"] == {"reason": "asked for on 3 November"}


def test_every_member_of_a_person_is_emptied_or_is_known_to_stay() -> None:
    stays = {*Erasable.model_fields, "employment", "weekly_hours"} - {"external_ref", "custom"}
    assert stays | set(Person.PERSONAL) == set(Person.model_fields)
    assert stays.isdisjoint(Person.PERSONAL)


async def test_the_earlier_events_stay_where_they_were_and_tell_of_nobody(house: House) -> None:
    person = await house.hires()
    before = await house.events()
    await house.erases(person)
    after = await house.events()
    assert [e["data"]["version"] for e in after] == [1, 2, 3]
    for was, stands in zip(before, after, strict=False):
        assert without_state(stands) == without_state(was)
        assert stands["data"]["state"] == was["data"]["state"] | Person.PERSONAL
    assert after[2]["previoussequence"] == after[1]["sequence"]


def without_state(event: dict[str, Any]) -> dict[str, Any]:
    return event | {"data": event["data"] | {"state": None}}


async def test_an_earlier_day_shows_somebody_without_a_name_and_the_same_hours(house: House) -> None:
    person = await house.hires()
    project = await house.manages(person)
    await house.books(person, project)
    before = (await house.read("/reporting/v1/load", as_of="2026-03-01", **{"from": "2026-04"})).json()
    assert [item["person"]["name"] for item in before["items"]] == ["Countess Ada"]
    await house.erases(person)
    after = (await house.read("/reporting/v1/load", as_of="2026-03-01", **{"from": "2026-04"})).json()
    assert [item["person"]["name"] for item in after["items"]] == ["Erased person"]
    assert [item["months"] for item in after["items"]] == [item["months"] for item in before["items"]]
    assert after["items"][0]["months"][0]["hours"] > 0
    assert (await house.read("/reporting/v1/load")).json()["items"] == []


async def test_the_pages_name_nobody_either(house: House) -> None:
    person = await house.hires()
    project = await house.manages(person)
    urls = (f"/project/{project}", f"/project/{project}?as_of=2026-03-01", "/")
    assert all(tells_of_her(page) for page in await house.pages(*urls))
    await house.erases(person)
    now, then, overview = await house.pages(*urls)
    assert "no longer known" in now
    assert "Erased person" in then
    assert not tells_of_her(now + then + overview)


async def test_allocations_stay_and_a_soft_one_is_not_committed_any_more(house: House) -> None:
    person = await house.hires()
    project = await house.manages(person)
    booked = await house.books(person, project)
    await house.erases(person)
    assert (await house.read(f"/resources/v1/allocations/{booked['id']}")).json() == booked
    committed = await house.client.post(
        f"/resources/v1/allocations/{booked['id']}/commit", headers={"If-Match": '"1"'}
    )
    assert (committed.status_code, committed.json()["code"]) == (409, "archived")
    released = await house.client.post(
        f"/resources/v1/allocations/{booked['id']}/release", headers={"If-Match": '"1"'}
    )
    assert released.status_code == 200


async def test_nothing_is_written_of_a_person_after_the_erasure(house: House) -> None:
    person = await house.hires()
    erased = (await house.erases(person)).json()
    url, match = f"{PERSONS}/{person['id']}", {"If-Match": '"3"'}
    patch = match | {"Content-Type": "application/merge-patch+json"}
    answers = [
        await house.client.patch(url, json={"name": "Ada"}, headers=patch),
        await house.client.post(f"{url}/restore", headers=match),
        await house.erases(erased),
    ]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(409, "erased")] * 3
    assert "The person was erased" in (await house.read(answers[0].json()["type"])).text
    assert (await house.client.delete(url, headers=match)).status_code == 404
    assert (await house.read(url)).json() == erased


async def test_the_external_key_is_free_again_and_brings_somebody_new(house: House) -> None:
    person = await house.hires()
    await house.erases(person)
    again = await house.portolan("service").put(f"{PERSONS}/by-ref/hr/{KEY}", json={"name": "Somebody"})
    assert again.status_code == 201
    assert again.json()["id"] != person["id"]


async def test_an_archived_person_is_erased_and_stays_archived_since_then(house: House) -> None:
    person = await house.hires()
    match = {"If-Match": '"2"'}
    await house.client.delete(f"{PERSONS}/{person['id']}", headers=match)
    archived = (await house.read(f"{PERSONS}/{person['id']}")).json()
    erased = (await house.erases(archived)).json()
    assert erased["archived_at"] == archived["archived_at"] < erased["erased_at"]
    assert telling(await house.everything()) == []


async def test_only_who_operates_erases_and_only_what_was_read(house: House) -> None:
    person = await house.hires()
    refused = await house.erases(person, "manager")
    assert (refused.status_code, refused.json()["needs"]) == (403, "resources.operate")
    stale = await house.erases(person | {"version": 1})
    blind = await house.portolan().post(f"{PERSONS}/{person['id']}/erase")
    assert (stale.status_code, blind.status_code) == (412, 428)
    assert (await house.read(f"{PERSONS}/{person['id']}")).json() == person


async def test_keys_that_were_used_before_answer_without_the_person(house: House) -> None:
    """A retry that comes late makes nobody new, and learns no name."""
    one, many = {"Idempotency-Key": "one"}, {"Idempotency-Key": "many"}
    batch = {"items": [ADA, {"name": "Grace"}]}
    person = (await house.client.post(PERSONS, json=ADA, headers=one)).json()
    created = (await house.client.post(f"{PERSONS}/batch", json=batch, headers=many)).json()["items"]
    for her in (person, created[0]["resource"]):
        assert (await house.erases(her, **{"Idempotency-Key": her["id"]})).status_code == 200
        again = await house.erases(her, **{"Idempotency-Key": her["id"]})
        assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    replayed = await house.client.post(PERSONS, json=ADA, headers=one)
    assert (replayed.status_code, replayed.json()) == (201, person | Person.PERSONAL)
    replayed = await house.client.post(f"{PERSONS}/batch", json=batch, headers=many)
    resources = [item["resource"] for item in replayed.json()["items"]]
    assert resources == [created[0]["resource"] | Person.PERSONAL, created[1]["resource"]]
    assert telling(await house.everything()) == []


async def test_a_commit_that_fails_takes_back_nothing(house: House) -> None:
    person = await house.hires()
    before = await house.everything()
    kernel = house.portolan.running.services["resources"].kernel
    work = Work(kernel.store, kernel.mirrors, Origin(kernel.source, "user", "anna", "a-test"))
    await commands.erase(work, person["id"], Match(frozenset({2})), None)
    work.add_statement("UPDATE person SET version = version WHERE id = ?", [("nobody",)], expect=1)
    with pytest.raises(StaleVersion):
        await work.commit()
    assert await house.everything() == before


async def test_of_a_revision_and_an_erasure_at_once_no_name_is_left(house: House) -> None:
    """Whichever is first, the other meets its version."""
    patch = {"If-Match": '"1"', "Content-Type": "application/merge-patch+json"}
    for _ in range(10):
        person = (await house.client.post(PERSONS, json=ADA)).json()
        url = f"{PERSONS}/{person['id']}"
        revised, erased = await asyncio.gather(
            house.client.patch(url, json={"name": "Countess"}, headers=patch), house.erases(person)
        )
        assert sorted((revised.status_code, erased.status_code)) in ([200, 412], [200, 409])
        if erased.status_code != 200:
            assert (await house.erases(revised.json())).status_code == 200
    assert telling(await house.everything()) == []


async def test_a_projection_made_anew_is_the_live_one(house: House) -> None:
    await house.erases(await house.hires())
    running = house.portolan.running
    live = running.services["reporting"].kernel.store
    sources = {n: (one.kernel.store, topics_of(n)) for n, one in running.services.items() if topics_of(n)}
    async with replaying(running.settings, sources) as replay:
        await replay.catch_up()
        assert replay.events == 4, "a unit, and a person in three versions"
        assert await compare(live, replay.kernel.store) == []


class Spoiled(Exception):
    """What a fold raises that cannot take her in."""


async def spoiled(work: Work, records: Sequence[Record]) -> None:
    raise Spoiled


async def test_the_dead_letters_of_who_is_erased_tell_of_nobody_either(house: House) -> None:
    inboxes = house.portolan.running.inboxes["reporting"]
    [inbox] = [one for one in inboxes if one.consumer.name == CONSUMER]
    healthy, inbox.consumer = inbox.consumer, replace(inbox.consumer, fold=spoiled)
    person = await house.hires()
    assert telling(await house.everything())[-1] == "reporting.dead_letter"
    inbox.consumer = healthy
    await house.erases(person)
    assert telling(await house.everything()) == []
    assert await inbox.retry(person["id"]) is None
    rows = await inbox.kernel.store.fetch("SELECT version, state FROM history ORDER BY version")
    assert [(version, json.loads(state)["name"]) for version, state in rows] == [
        (version, "Erased person") for version in (1, 2, 3)
    ]
