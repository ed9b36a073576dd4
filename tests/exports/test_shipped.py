"""A history is read into an instance that was started, and so has the methods that Portolan comes with."""

from pathlib import Path
from typing import Any

import httpx

from shared.base.ids import new_id_text
from tests.conftest import Portolan
from tests.exports.conftest import passed_on
from tests.exports.test_history_import import end, read_in, results, state, version
from tests.support.led import METHODS, Led


async def versions_of(client: httpx.AsyncClient, id: str) -> list[Any]:
    """What each version was, with who wrote it; the newest first."""
    answer = await client.get(f"/{METHODS}/{id}/history?expand=state")
    items = answer.json()["items"]
    return [
        {name: one[name] for name in ("version", "effective_at", "who", "type", "state")} for one in items
    ]


async def as_it_was_shipped(client: httpx.AsyncClient, id: str) -> dict[str, Any]:
    """The first version of a method, as an export has it, named otherwise."""
    first = (await versions_of(client, id))[-1]
    name = [{"language": "en", "text": "Older"}]
    return {
        "type": first["type"], "id": id, "version": 1, "effective_at": first["effective_at"], "fact": {}, "changed": ["name"],
        "who": first["who"], "who_type": "system", "state": first["state"] | {"name": name},
    }  # fmt: skip


async def test_every_instance_has_the_same_versions_and_those_that_follow_are_read_in(
    portolan: Portolan, empty_anywhere: Portolan, folder: Path
) -> None:
    source, target = await Led(portolan).shipped(), await Led(empty_anywhere).shipped()
    plain, other = source.method_id("plain"), source.method_id("pm2")
    for id in (plain, other):
        assert await versions_of(target.client, id) == await versions_of(source.client, id)
    await source.move(METHODS, plain, "deprecate")
    events = await all_events(target.client)
    await passed_on(portolan, empty_anywhere, folder)
    for id in (plain, other):
        assert await versions_of(target.client, id) == await versions_of(source.client, id)
        assert await target.shown(METHODS, id) == await source.shown(METHODS, id)
    assert (await all_events(target.client))[: len(events)] == events, "what was published stays as it was"
    await target.shipped()
    assert (await target.shown(METHODS, plain))["state"] == "deprecated"


async def all_events(client: httpx.AsyncClient) -> list[Any]:
    """All events of the service, the oldest first."""
    return list((await client.get("/projects/v1/events", params={"after": "0"})).json()["items"])


async def test_shipped_methods_are_no_records_of_the_instance(everywhere: Portolan) -> None:
    await Led(everywhere).shipped()
    importer = everywhere("service")
    assert await state(importer) == "empty"
    assert await results(importer, version()) == [201]
    assert await state(importer) == "being_read"


async def test_what_somebody_has_written_besides_is_a_record(portolan: Portolan) -> None:
    led = await Led(portolan).shipped()
    await led.move(METHODS, led.method_id("plain"), "deprecate")
    assert await state(portolan("service")) == "in_use"
    answer = await read_in(portolan("service"), version())
    assert (answer.status_code, answer.json()["code"]) == (409, "not_empty")


async def test_a_shipped_version_stands(portolan: Portolan) -> None:
    """Another release of Portolan may have shipped it otherwise: what was told of here is not told otherwise."""
    led, importer = await Led(portolan).shipped(), portolan("service")
    older = await as_it_was_shipped(led.client, led.method_id("plain"))
    before = await versions_of(led.client, older["id"])
    assert await results(importer, older) == [200]
    assert await versions_of(led.client, older["id"]) == before
    third = before[0]["state"] | {"version": 3, "name": older["state"]["name"]}
    assert await results(importer, older | {"version": 3, "state": third}) == [201]
    another = third | {"name": [{"language": "en", "text": "Another"}]}
    assert await results(importer, older | {"version": 3, "state": another}) == ["version_differs"]


async def test_what_no_instance_was_shipped_with_is_missing_its_first_version(portolan: Portolan) -> None:
    led, importer = await Led(portolan).shipped(), portolan("service")
    older = await as_it_was_shipped(led.client, led.method_id("plain"))
    stranger = new_id_text()
    later = older | {"id": stranger, "version": 2, "state": older["state"] | {"id": stranger, "version": 2}}
    assert await results(importer, later) == ["version_missing"]
    assert (await end(importer)).status_code == 200
