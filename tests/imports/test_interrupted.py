"""An import that was interrupted and is begun again: one record, one id that takes all of it back."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.imports.recording import IMPORTS, About, Recording, begin, correlation_of, recorded
from services.imports.undoing import undo
from tests.access.conftest import Office
from tests.conftest import Portolan
from tests.imports.test_undoing import PROJECTS, are_archived, batch, tally

ABOUT = About(
    "projects.csv", "sheet", ("projects.portfolio", "projects.project"), file_hash="a" * 64, mapping="key = 1"
)
NONE: dict[str, int] = dict.fromkeys(("created", "changed", "unchanged", "refused", "left_out"), 0)


async def put(client: httpx.AsyncClient, *names: str) -> list[dict[str, Any]]:
    items = [{"name": name, "external_ref": {"source": "sheet", "id": name}} for name in names]
    return await batch(client, PROJECTS, *items)


def kill(recording: Recording) -> None:
    """The process is gone: nothing is noted any more, and no end is said."""
    recording.client.event_hooks["response"].clear()
    del recording.client.headers["X-Request-ID"]


async def imports(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return list((await client.get(IMPORTS)).json()["items"])


async def test_what_was_killed_goes_on_with_its_record_and_is_undone_whole(everywhere: Portolan) -> None:
    """Also what it had written and not noted, and what the server carried out when the second run had begun."""
    client = everywhere("service")
    first = await begin(client, ABOUT)
    one = await put(client, "A")
    client.event_hooks["response"].clear()
    two = await put(client, "B")
    kill(first)
    async with recorded(client, ABOUT) as second:
        assert second.id == first.id
        late = Office(everywhere).caller("late", "service")
        late.headers["X-Request-ID"] = correlation_of(first.id)
        three = await put(late, "C")
        four = await put(client, "A", "B", "C", "D")
        second.counts = NONE | {"created": 1, "unchanged": 3}
    [record] = await imports(client)
    assert (record["state"], record["entries"]) == ("done", 4)
    assert record["counts"] == NONE | {"created": 4}
    assert tally(await undo(client, first.id)) == (4, 0, [])
    ids = {one["id"] for one in (*one, *two, *three, *four)}
    assert await are_archived(client, *((PROJECTS, id) for id in ids)) == [True] * 4
    assert (await imports(client))[0]["state"] == "reverted"


async def test_what_had_come_in_whole_comes_to_its_end_without_a_row_to_send(everywhere: Portolan) -> None:
    client = everywhere("service")
    first = await begin(client, ABOUT)
    await put(client, "A", "B")
    kill(first)
    async with recorded(client, ABOUT, has_rows=False) as second:
        second.counts = NONE | {"unchanged": 2}
    [record] = await imports(client)
    assert (record["id"], record["state"], record["counts"]) == (first.id, "done", NONE | {"created": 2})
    async with recorded(client, ABOUT, has_rows=False) as third:
        assert third.id == ""
    assert len(await imports(client)) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(ABOUT, file_hash="b" * 64),
        replace(ABOUT, source="another"),
        replace(ABOUT, mapping="key = 2"),
        replace(ABOUT, registers=("projects.programme",)),
        replace(ABOUT, file_hash=""),
    ],
)
async def test_another_import_begins_a_record_of_its_own(portolan: Portolan, other: About) -> None:
    client = portolan("service")
    kill(await begin(client, replace(ABOUT, file_hash="") if not other.file_hash else ABOUT))
    async with recorded(client, other):
        assert len(await imports(client)) == 2


async def test_what_has_ended_was_taken_back_or_is_of_somebody_else_is_not_gone_on_with(
    portolan: Portolan,
) -> None:
    office = Office(portolan)
    ada = office.caller("ada", "service")
    async with recorded(ada, ABOUT) as first:
        await put(ada, "A")
    with suppress(InterruptedError):
        async with recorded(ada, ABOUT) as second:
            await put(ada, "B")
            raise InterruptedError
    await undo(ada, second.id)
    async with recorded(ada, ABOUT) as third:
        pass
    kill(await begin(office.caller("eve", "service"), ABOUT))
    async with recorded(office.caller("ada", "director"), ABOUT) as fourth:
        pass
    assert len({first.id, second.id, third.id, fourth.id}) == 4
