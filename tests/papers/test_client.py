"""The client of `write-a-client.md` does what its page says, against a running instance."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from shared.http.meanings import LIST
from tests.conftest import Portolan

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "write-a-client.md"
PROJECTS = "/projects/v1/projects"
OF_THE_DOOR = {"service_lost", "service_silent"}
"""What a proxy in front of the services answers for them: `deploy/nginx/portolan.conf`."""


@pytest.fixture
def code() -> SimpleNamespace:
    """The names that the page's block of Python defines; its pauses are left out."""
    [block] = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(block, names)
    names["PAUSE_S"] = 0.0
    return SimpleNamespace(**names)


async def create(portolan: Portolan, code: SimpleNamespace, **members: Any) -> httpx.Response:
    answer: httpx.Response = await code.send(portolan(), "POST", PROJECTS, json={"name": "ERP", **members})
    return answer


async def test_a_change_begins_again_when_somebody_else_was_faster(
    portolan: Portolan, code: SimpleNamespace
) -> None:
    client, place = portolan(), (await create(portolan, code)).headers["location"]
    readings: list[int] = []

    def edit(record: dict[str, Any]) -> dict[str, Any]:
        readings.append(record["version"])
        return {"description": f"version {record['version']} and more"}

    async def interfere(request: httpx.Request) -> None:
        if request.method == "PATCH" and readings == [1]:
            readings.append(0)
            await code.change(portolan("manager"), place, lambda record: {"phase": "Execution"})

    client.event_hooks["request"].append(interfere)
    answer = await code.change(client, place, edit)
    assert readings == [1, 0, 2]
    assert (answer.json()["phase"], answer.json()["description"]) == ("Execution", "version 2 and more")


async def test_a_reference_that_never_arrives_is_refused_in_the_end(
    portolan: Portolan, code: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.domain.references.WAIT_S", 0)
    sent: list[httpx.Request] = []
    client = portolan()

    async def count(request: httpx.Request) -> None:
        sent.append(request)

    async def come_again_at_once(answer: httpx.Response) -> None:
        if "retry-after" in answer.headers:
            answer.headers["retry-after"] = "0"

    client.event_hooks = {"request": [count], "response": [come_again_at_once]}
    nobody = {"name": "ERP", "manager_id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"}
    with pytest.raises(code.Refused, match="reference_not_yet_known"):
        await code.send(client, "POST", PROJECTS, json=nobody)
    assert len(sent) == code.ATTEMPTS
    with pytest.raises(code.Refused, match="invalid"):
        await code.send(client, "POST", PROJECTS, json={"name": ""})
    assert len(sent) == code.ATTEMPTS + 1


async def test_all_pages_are_read_and_a_read_follows_a_write(
    portolan: Portolan, code: SimpleNamespace
) -> None:
    written = [await create(portolan, code, name=f"Project {number}") for number in range(5)]
    names = [item["name"] async for item in code.every(portolan(), PROJECTS, limit=2, sort="name")]
    assert names == [f"Project {number}" for number in range(5)]
    sheet = f"/reporting/v1/projects/{written[-1].json()['id']}"
    assert (await code.read_after(portolan(), sheet, written[-1])).json()["project"]["name"] == "Project 4"


async def test_the_page_tells_what_happens_without_and_with_a_weak_version(portolan: Portolan) -> None:
    client = portolan()
    place = (await client.post(PROJECTS, json={"name": "ERP"})).headers["location"]
    patch = {"Content-Type": "application/merge-patch+json"}
    weak = (await client.get(f"{place}?fields=id,name")).headers["etag"]
    codes = [
        (answer.status_code, answer.json().get("code"))
        for answer in (
            await client.patch(place, json={"phase": "1"}, headers=patch),
            await client.patch(place, json={"phase": "1"}, headers=patch | {"If-Match": weak}),
            await client.patch(place, json={"phase": "1"}, headers=patch | {"If-Match": '"9"'}),
        )
    ]
    assert weak.startswith("W/")
    assert codes == [
        (428, "precondition_required"),
        (412, "precondition_failed"),
        (412, "precondition_failed"),
    ]


def test_every_code_that_the_page_names_is_one() -> None:
    rows = re.findall(r"^\| \d[\d, ]* \| (.*?) \|", PAGE.read_text(), re.MULTILINE)
    named = {code for row in rows for code in re.findall(r"`(\w+)`", row)} - {"errors"}
    known_codes = {entry["code"] for entry in json.loads(LIST.read_text())} | OF_THE_DOOR
    assert rows
    assert sorted(named - known_codes) == []
