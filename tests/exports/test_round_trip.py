"""What was exported, read into an empty instance: the same lists, histories and days, byte for byte but for recording times."""

import json
import random
import re
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from services.cli.sample import load_sample
from services.imports.history import item_of, lines_of
from services.imports.upserts import ImportFailed
from shared.base.clock import end_of_day, now
from shared.base.ids import new_id_text
from shared.base.settings import Settings
from shared.contracts.forms import Entry, index
from shared.domain.copies import COPY_INFO
from shared.http.running import KernelRoute
from tests.access.conftest import Office
from tests.access.worlds import write
from tests.conftest import Portolan
from tests.exports.conftest import exported, passed_on, read_into, with_a_document
from tests.support import turning
from tests.support.given import Story, chf
from tests.support.turning import all_told, schedulers

NEVER_OUT = {"resources.personal_token"}
RECORDED = ("at", "imported_by", "id")
"""Of an item of the activity: when it was recorded here, by whom it was read in, and the id of its event."""


async def listed(client: httpx.AsyncClient, entry: Entry) -> list[bytes]:
    """Every page of a list, archived ones included, as it comes."""
    pages, following = list[bytes](), f"{entry.path}?limit=200&archived=true"
    while following:
        answer = await client.get(following)
        assert answer.status_code == 200, answer.text
        pages.append(re.sub(rb'"next":"[^"]*"', b'"next":""', answer.content))
        following = answer.links.get("next", {}).get("url", "")
    return pages


def ids_in(pages: list[bytes]) -> list[str]:
    return [item["id"] for page in pages for item in json.loads(page)["items"]]


LEFT_OUT = ("at", "correlation_id", "imported_by")


async def history(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    """Who did what of one aggregate, with each state, but for when it was recorded, by which request, and who read it in."""
    answer = await client.get(f"{path}/history?limit=200&expand=state")
    versions = answer.json()["items"]
    return [{name: v for name, v in version.items() if name not in LEFT_OUT} for version in versions]


async def assert_lists_and_histories_are_the_same(source: Portolan, target: Portolan) -> dict[str, int]:
    """Answers how many aggregates of each register there are."""
    counts = dict[str, int]()
    for entry in index():
        pages = await listed(source("service"), entry)
        if entry.key not in NEVER_OUT:
            assert await listed(target("service"), entry) == pages, entry.path
            for id in ids_in(pages):
                path = f"{entry.path}/{id}"
                assert await history(target("service"), path) == await history(source("service"), path), path
        counts[entry.key] = len(ids_in(pages))
    return counts


def routes_as_of(portolan: Portolan) -> Iterator[str]:
    """The addresses that answer of a day."""
    for one in portolan.running.services.values():
        for route in one.app.router.routes:
            if not isinstance(route, KernelRoute) or not route.is_documented:
                continue
            names = {parameter.name for parameter in route.operation.parameters}
            if route.operation.method == "GET" and "as_of" in names:
                yield route.path


async def addresses(portolan: Portolan) -> AsyncIterator[str]:
    """The same, of every project where they name one."""
    projects = ids_in(
        await listed(portolan("service"), next(e for e in index() if e.key == "projects.project"))
    )
    for path in routes_as_of(portolan):
        place = re.search(r"\{[a-z_]+\}", path)
        for id in projects if place else [""]:
            yield path.replace(place[0], id) if place else path


async def of_day(client: httpx.AsyncClient, path: str, day: date) -> Any:
    """What is answered of a day but for positions; None where nothing was yet. The activity is listed as it was recorded:
    of it the items count, and not their order, ids and times."""
    answer = await client.get(path, params={"as_of": day.isoformat()})
    if answer.status_code != 200:
        return None
    content = json.loads(re.sub(r'"next": ?"[^"]*"', '"next":""', answer.text))
    content.pop("positions", None)
    if not path.endswith("/activity"):
        return content
    items = content["items"]
    while following := answer.links.get("next", {}).get("url", ""):
        answer = await client.get(following)
        items += answer.json()["items"]
    plain = [{name: value for name, value in item.items() if name not in RECORDED} for item in items]
    return sorted(json.dumps(item, sort_keys=True) for item in plain)


async def assert_days_are_the_same(source: Portolan, target: Portolan, days: list[date]) -> int:
    """Answers how many answers were compared."""
    count = 0
    async for path in addresses(source):
        for day in days:
            expected = await of_day(source("service"), path, day)
            assert await of_day(target("service"), path, day) == expected, (path, day)
            count += expected is not None
    return count


def lines_in(folder: Path) -> str:
    """All lines of all collections."""
    return "".join(path.read_text() for path in folder.rglob("*.jsonl"))


def days_of(folder: Path) -> list[date]:
    """The days on which anything counts for the first time, and those before and after."""
    zone, days = Settings().zone, set[date]()
    for line in lines_in(folder).splitlines():
        at = json.loads(line)["effective_at"]
        day = datetime.fromisoformat(at).astimezone(zone).date()
        days |= {day - timedelta(days=1), day}
    return sorted(day for day in days if day <= now().astimezone(zone).date())


async def test_the_sample_reads_the_same_in_another_instance_on_every_day(
    portolan: Portolan, empty: Portolan, folder: Path
) -> None:
    await load_sample(portolan.running)
    await passed_on(portolan, empty, folder)
    await assert_lists_and_histories_are_the_same(portolan, empty)
    assert await assert_days_are_the_same(portolan, empty, days_of(folder)) > 100


async def test_every_register_comes_back_with_its_history(
    portolan: Portolan, empty_anywhere: Portolan, folder: Path
) -> None:
    """A new register is missing here until the world of the access tests has it."""
    office = Office(portolan)
    await write(office, random.Random(1))
    await office.person("Lea Login", "lea")
    await passed_on(portolan, empty_anywhere, folder)
    counts = await assert_lists_and_histories_are_the_same(portolan, empty_anywhere)
    assert [key for key, count in counts.items() if not count and key not in NEVER_OUT] == []
    await assert_days_are_the_same(portolan, empty_anywhere, days_of(folder)[-3:])


async def test_nothing_follows_from_what_is_read_in(
    portolan: Portolan, empty: Portolan, folder: Path
) -> None:
    """No budget, register or performance is made a second time, and nothing overdue is told again."""
    await load_sample(portolan.running)
    await passed_on(portolan, empty, folder)
    for service in ("projects", "resources", "finance", "risk"):
        answers = [await p("service").get(f"/{service}/v1/events?limit=500") for p in (portolan, empty)]
        events = [
            [(e["type"], e["subject"], e["data"]["version"]) for e in a.json()["items"]] for a in answers
        ]
        assert events[0] == events[1], service


async def test_life_goes_on_where_it_stopped(
    portolan: Portolan, empty_anywhere: Portolan, folder: Path
) -> None:
    """A cost after the reading is measured with those before it, and the next code follows the last one."""
    story = Story(portolan)
    project = await story.project("approve", "activate")
    await story.make(
        "projects/v1/work-packages", project_id=project["id"], wbs="1", name="Build", budget=chf("100.00"),
        planned_start_on="2026-01-05", planned_finish_on="2026-03-31",
    )  # fmt: skip
    await portolan.settled()
    spent = {"project_id": project["id"], "posted_on": "2026-02-02", "nature": "opex"}
    await story.make("finance/v1/actual-costs", **spent, amount=chf("30.00"))
    await passed_on(portolan, empty_anywhere, folder)
    results = []
    for one in (portolan, empty_anywhere):
        again = Story(one)
        cost = await again.create("finance/v1/actual-costs", **spent, amount=chf("12.00"))
        assert cost.status_code == 201, cost.text
        value = await again.read(f"finance/v1/projects/{project['id']}/earned-value")
        performances = await again.read("finance/v1/performances")
        results.append((value["ac"], performances["items"][0]["version"]))
        other = await again.make("projects/v1/projects", name="Next")
        assert other["code"] > project["code"]
    assert results[0] == results[1]


async def test_a_project_without_a_budget_gets_one_with_its_first_cost(
    portolan: Portolan, empty: Portolan, folder: Path
) -> None:
    """It was imported approved, and nothing was charged before it was exported."""
    story = Story(portolan)
    await story.put("projects/v1/projects", "1", "2025-03-01", name="ERP", code="E-1", stage="active")
    await passed_on(portolan, empty, folder)
    [project] = (await empty().get("/projects/v1/projects")).json()["items"]
    assert (await empty().get("/finance/v1/budgets")).json()["items"] == []
    cost = {"project_id": project["id"], "posted_on": "2026-02-02", "nature": "opex", "amount": chf("12.00")}
    assert (await Story(empty).create("finance/v1/actual-costs", **cost)).status_code == 201
    await empty.settled()
    [budget] = (await empty().get("/finance/v1/budgets")).json()["items"]
    versions = await history(empty(), f"/finance/v1/budgets/{budget['id']}")
    assert [version["effective_at"][:10] for version in versions] == ["2025-03-01"]


async def test_it_is_read_into_an_empty_instance_only(
    portolan: Portolan, empty: Portolan, folder: Path
) -> None:
    await Story(portolan).project()
    await exported(portolan("service"), folder)
    await Story(empty).make("risk/v1/risks", title="Late", project_id=(await Story(empty).project())["id"])
    with pytest.raises(ImportFailed, match="has records already"):
        await read_into(empty, folder)


async def test_a_reading_that_was_interrupted_goes_on(
    portolan: Portolan, empty: Portolan, folder: Path
) -> None:
    await load_sample(portolan.running)
    await portolan.settled()
    await exported(portolan("service"), folder)

    def stop(what: str, done: int) -> None:
        if what == "risk":
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await read_into(empty, folder, progress=stop)
    reader = await read_into(empty, folder)
    assert reader.findings.items == []
    assert sum(tally.there for tally in reader.tallies.values()) > 100
    await assert_lists_and_histories_are_the_same(portolan, empty)


async def test_a_history_says_who_read_it_in(portolan: Portolan, empty: Portolan, folder: Path) -> None:
    project = await Story(portolan).project()
    await passed_on(portolan, empty, folder)
    answer = await empty().get(f"/projects/v1/projects/{project['id']}/history")
    [version] = answer.json()["items"]
    assert (version["who"], version["imported_by"]) == ("director", "service")
    await Story(empty).revise("projects/v1/projects", project, name="Renamed")
    newest = (await empty().get(f"/projects/v1/projects/{project['id']}/history")).json()["items"][0]
    assert "imported_by" not in newest


async def test_what_was_not_seen_whole_is_not_read_in_unasked(
    portolan: Portolan, empty: Portolan, folder: Path
) -> None:
    await Story(portolan).project()
    await portolan.settled()
    await exported(portolan("viewer"), folder)
    with pytest.raises(ImportFailed, match="not everything"):
        await read_into(empty, folder)
    await read_into(empty, folder, is_partial=True)
    assert len((await empty().get("/projects/v1/projects")).json()["items"]) == 1


async def test_a_file_that_was_changed_is_refused_before_anything_is_sent(
    portolan: Portolan, empty: Portolan, folder: Path
) -> None:
    await Story(portolan).project()
    await exported(portolan("service"), folder)
    path = folder / "projects" / "projects.jsonl"
    path.write_bytes(path.read_bytes().replace(b"New ERP", b"Old ERP"))
    with pytest.raises(ImportFailed, match="not as it was exported"):
        await read_into(empty, folder)
    assert (await empty().get("/projects/v1/projects")).json()["items"] == []
    (folder / "risk").mkdir(exist_ok=True)
    (folder / "risk" / "risks.jsonl").write_text("{}")
    with pytest.raises(ImportFailed, match="does not name it"):
        await read_into(empty, folder)


async def due_of(portolan: Portolan) -> list[tuple[Any, ...]]:
    """What waits, and for which instant each was told last."""
    rows = list[tuple[Any, ...]]()
    for service in ("projects", "resources", "finance", "risk"):
        items = (await portolan().get(f"/{service}/v1/due?limit=200")).json()["items"]
        rows += [
            (one["kind"], one["aggregate_id"], one["state"], one["due_at"], one["told_for"], one["stands"])
            for one in items
            if one["stands"]
        ]
    return sorted(rows, key=str)


async def test_what_was_told_is_not_told_again_and_what_waits_still_does(
    portolan: Portolan, empty: Portolan, folder: Path
) -> None:
    story = Story(portolan)
    project = await story.project("approve", "activate")
    near, far = (turning.day(ahead, portolan.running.settings).isoformat() for ahead in (30, 300))
    contract = {"project_id": project["id"], "title": "Hosting"}
    notified = await story.make("finance/v1/contracts", **contract, number="C-1", notice_on=near)
    await story.make("finance/v1/contracts", **contract, number="C-2", notice_on=far)
    await story.make(
        "projects/v1/work-packages", project_id=project["id"], wbs="1", name="Build", planned_finish_on=far
    )
    await all_told(portolan)
    await passed_on(portolan, empty, folder)
    await all_told(empty)
    versions = await history(empty(), f"/finance/v1/contracts/{notified['id']}")
    assert [version["type"].split(".")[-2] for version in versions] == ["notice_due", "created"]
    assert await due_of(empty) == await due_of(portolan)
    assert {row[2] for row in await due_of(empty)} == {"told", "waiting"}


async def test_nothing_becomes_due_while_a_history_is_read_in(
    portolan: Portolan, empty: Portolan, folder: Path
) -> None:
    """What was told before may still be on its way."""
    story = Story(portolan)
    near = turning.day(30, portolan.running.settings).isoformat()
    contract = await story.make(
        "finance/v1/contracts", project_id=(await story.project())["id"], title="Hosting", number="C-1", notice_on=near
    )  # fmt: skip
    await all_told(portolan)
    await exported(portolan("service"), folder)
    client, path = empty("service"), f"/finance/v1/contracts/{contract['id']}"
    created, notice = (item_of(line) for line in lines_of(folder / "finance" / "contracts.jsonl"))
    for items in ([created], [notice]):
        key = {"Idempotency-Key": new_id_text(), "Content-Type": "application/json"}
        content = msgspec.json.encode({"items": items})
        answer = await client.post("/finance/v1/history-import/batch", content=content, headers=key)
        assert answer.json()["items"][0]["status"] == 201, answer.text
        for scheduler in schedulers(empty):
            assert await scheduler.look() == 0
    assert (await client.get(path)).json()["version"] == 2


async def test_values_of_own_fields_are_found_as_before(
    portolan: Portolan, empty_anywhere: Portolan, folder: Path
) -> None:
    """Each kind is searched in its own way, so the fields are known before their values come."""
    story = Story(portolan)
    fields = {
        "users": ("number", 250),
        "since": ("day", "2024-05-01"),
        "quote": ("money", chf("12.50")),
        "tier": ("text", "A"),
    }
    for name, (kind, _) in fields.items():
        label = [{"language": "en", "text": name}]
        definition = await story.make(
            "projects/v1/field-definitions", aggregate="finance.vendor", name=name, label=label, type=kind
        )
        await story.move("projects/v1/field-definitions", definition, "activate")
    await story.make("finance/v1/vendors", name="Few", custom={"users": 9})
    many = await story.make(
        "finance/v1/vendors", name="Many", custom={n: value for n, (_, value) in fields.items()}
    )
    await passed_on(portolan, empty_anywhere, folder)
    for query in (
        "custom[users][gte]=100",
        "custom[since][lte]=2024-12-31",
        "custom[tier]=A",
        "custom[users]=250",
    ):
        answers = [
            (await one().get(f"/finance/v1/vendors?{query}")).json() for one in (portolan, empty_anywhere)
        ]
        assert [[item["id"] for item in answer["items"]] for answer in answers] == [[many["id"]]] * 2, query


async def test_an_erased_person_stays_erased(portolan: Portolan, empty: Portolan, folder: Path) -> None:
    """With what they said: nothing of it is in the folder."""
    office = Office(portolan)
    project = await office.project("ERP")
    person = await office.person("Lea Login", "lea")
    await portolan.settled()
    lea = office.caller("lea", "director")
    subject = {"kind": "project", "id": project["id"]}
    comment = await lea.post("/projects/v1/comments", json={"subject": subject, "text": "My secret"})
    assert comment.status_code == 201, comment.text
    erased = await office.act(f"/resources/v1/persons/{person}", "erase")
    assert erased.is_success, erased.text
    await portolan.settled()
    await passed_on(portolan, empty, folder)
    text = lines_in(folder)
    assert [word for word in ("Lea Login", "My secret") if word in text] == []
    await assert_lists_and_histories_are_the_same(portolan, empty)


async def test_files_of_documents_are_read_as_before(
    portolan: Portolan, empty: Portolan, folder: Path
) -> None:
    project = await Story(portolan).project()
    document = await with_a_document(portolan, project, b"We met.")
    await passed_on(portolan, empty, folder)
    path = f"/projects/v1/documents/{document['id']}/versions/1"
    assert (await empty().get(f"{path}/content")).content == b"We met."
    verified = (await empty().get(f"{path}/verify")).json()
    assert verified["sha256"] == document["versions"][0]["sha256"]


async def test_an_export_as_of_a_day_is_read_in_as_it_stood(
    portolan: Portolan, empty: Portolan, folder: Path
) -> None:
    story = Story(portolan)
    await story.put("projects/v1/projects", "1", "2024-01-10", name="Old name", code="OLD-1")
    await story.put("projects/v1/projects", "1", "2025-06-01", name="New name", code="OLD-1")
    await portolan.settled()
    await exported(portolan("service"), folder, as_of=date(2025, 5, 31), until=end_of_day(date(2025, 5, 31)))
    await read_into(empty, folder)
    [project] = (await empty().get("/projects/v1/projects")).json()["items"]
    assert (project["name"], project["version"]) == ("Old name", 1)


OF_THIS_INSTANCE = {
    "outbox": "positions and recording times; its states are compared as histories",
    "counter": "positions",
    "relay_state": "positions",
    "inbox_position": "positions",
    "birth": "positions",
    "guard": "how often each was held",
    "sequence": "numbers are drawn in blocks; the next code is compared elsewhere",
    "access_clock": "a mark of the last change of rights",
    "idempotency": "answers to requests",
    "content": "when each was stored",
    "content_upload": "who sent what, for a day",
    "refused_attempt": "what was refused here",
    "lease": "who leads",
    "operation": "computations of this instance",
}
"""Tables whose rows an instance has for itself, and why."""


async def rows_beside(portolan: Portolan, service: str) -> dict[str, list[Any]]:
    """The rows of each other table of a service, without the counters by which it sees that others wrote."""
    one = portolan.running.services[service]
    rows = dict[str, list[Any]]()
    for table in one.service.metadata.sorted_tables:
        if table.name not in OF_THIS_INSTANCE:
            copy = table.info.get(COPY_INFO)
            counters = () if copy is None else copy.counters
            names = ", ".join(column.name for column in table.columns if column.name not in counters)
            stored = await one.kernel.store.fetch(f"SELECT {names} FROM {table.name}")
            rows[table.name] = sorted([str(value) for value in row] for row in stored)
    return rows


async def test_all_that_services_keep_beside_their_events_is_kept_as_before(
    portolan: Portolan, empty: Portolan, folder: Path
) -> None:
    """Copies, measures, who made what, values by which lists are searched: whatever a reaction or a command keeps."""
    office = Office(portolan)
    await write(office, random.Random(1))
    await office.person("Lea Login", "lea")
    await passed_on(portolan, empty, folder)
    for service in ("projects", "resources", "finance", "risk"):
        assert await rows_beside(empty, service) == await rows_beside(portolan, service), service
