"""What a write promises: a success is committed, no update is lost, a patch merges as RFC 7396 says."""

import asyncio
from random import Random
from typing import Any

import pytest

from shared.domain.patches import merged
from shared.store import Unit, Unreachable
from tests.shared.conftest import PATCH, PROJECTS, Projects


class Failing:
    """The store, but for its commits."""

    def __init__(self, store: Any, error: Exception) -> None:
        self._store = store
        self._error = error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def commit(self, unit: Unit) -> None:
        raise self._error


@pytest.mark.parametrize(("error", "status"), [(Unreachable("gone"), 503), (ZeroDivisionError(), 500)])
async def test_a_failing_commit_never_answers_success(
    projects: Projects, error: Exception, status: int
) -> None:
    created = await projects.make(planned_start_on="2026-01-01", planned_finish_on="2026-12-31")
    one = f"{PROJECTS}/{created['id']}"
    match, key = {"If-Match": '"1"'}, {"Idempotency-Key": "k"}
    patch = match | {"Content-Type": PATCH}
    client = projects.client
    projects.one.kernel.store = Failing(projects.store, error)
    answers = await asyncio.gather(
        client.post(PROJECTS, json={"name": "X"}),
        client.post(PROJECTS, json={"name": "X"}, headers=key),
        client.post(f"{PROJECTS}/batch", json={"items": [{"name": "X"}]}, headers=key),
        client.put(f"{PROJECTS}/by-ref/sap/1", json={"name": "X"}),
        client.patch(one, json={"name": "X"}, headers=patch),
        client.post(f"{one}/approve", headers=match),
        client.delete(one, headers=match),
    )
    assert [answer.status_code for answer in answers] == [status] * 7
    assert all(answer.headers["content-type"] == "application/problem+json" for answer in answers)
    projects.one.kernel.store = projects.store
    assert await projects.read(created) == created
    assert await projects.count("project") == await projects.count("outbox") == 1
    again = await client.post(PROJECTS, json={"name": "X"}, headers=key)
    assert (again.status_code, "idempotency-replayed" in again.headers) == (201, False)


async def test_a_full_disk_is_no_success(projects: Projects) -> None:
    """The real thing: SQLite itself refuses the pages."""
    connection: Any = projects.store._writing  # type: ignore[attr-defined]
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    prose = "x" * 15_000
    statuses = [(await projects.client.post(PROJECTS, json={"name": "X", "description": prose})).status_code
                for _ in range(4)]  # fmt: skip
    assert statuses[-1] == 503
    assert await projects.count("project") == await projects.count("outbox") == statuses.count(201)
    connection.execute("PRAGMA max_page_count = 1000000")
    await projects.make(description=prose)


async def test_a_hundred_writers_on_one_aggregate_lose_no_update(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    project = await projects.make(description="")

    chance = Random(100)

    async def append(mark: str) -> None:
        while True:
            read = await projects.read(project)
            done = await projects.revise(read, description=f"{read['description']}{mark} ")
            if done.status_code == 200:
                return
            assert done.status_code == 412, done.text
            assert "etag" in done.headers, "stated, and stale"
            await asyncio.sleep(chance.random() / 2)

    async with asyncio.timeout(60):
        await asyncio.gather(*(append(f"w{n}") for n in range(100)))
    after = await projects.read(project)
    assert sorted(after["description"].split()) == sorted(f"w{n}" for n in range(100))
    assert after["version"] == 101
    rows = await projects.store.fetch("SELECT aggregate_version FROM outbox ORDER BY position")
    assert [row[0] for row in rows] == list(range(1, 102))


async def test_a_write_needs_the_version_that_was_read(projects: Projects) -> None:
    project = await projects.make()
    url = f"{PROJECTS}/{project['id']}"
    missing = await projects.client.patch(url, json={"name": "X"}, headers={"Content-Type": PATCH})
    assert missing.status_code == 428
    for wrong in ('"2"', 'W/"1"', "1", '"x"', "", '"2", "3"', '*, "1"', '"1', '"1" "2"', "W/*"):
        headers = {"Content-Type": PATCH, "If-Match": wrong}
        stale = await projects.client.patch(url, json={"name": "X"}, headers=headers)
        assert (stale.status_code, stale.headers["etag"]) == (412, '"1"'), wrong
    assert await projects.read(project) == project


async def test_what_the_caller_has_is_not_sent_again(projects: Projects) -> None:
    project = await projects.make()
    url = f"{PROJECTS}/{project['id']}"
    for condition in ('"1"', '"7", "1"', 'W/"1"', "*"):
        same = await projects.client.get(url, headers={"If-None-Match": condition})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", '"1"')
    await projects.revise(project, name="Y")
    other = await projects.client.get(url, headers={"If-None-Match": '"1"'})
    assert (other.status_code, other.headers["etag"], other.json()["name"]) == (200, '"2"', "Y")


@pytest.mark.parametrize("condition", ["1", "", '"1', '*, "1"', '"1" "2"', "W/*", "null"])
async def test_a_condition_that_cannot_be_read_is_refused(projects: Projects, condition: str) -> None:
    project, headers = await projects.make(), {"If-None-Match": condition}
    by_ref = f"{PROJECTS}/by-ref/sap/1"
    for answer in (
        await projects.client.get(f"{PROJECTS}/{project['id']}", headers=headers),
        await projects.client.get(PROJECTS, headers=headers),
        await projects.client.put(by_ref, json={"name": "X"}, headers=headers),
    ):
        assert answer.status_code == 400, answer.text
        [fault] = answer.json()["errors"]
        assert fault["header"] == "If-None-Match"
    assert (await projects.client.get(by_ref)).status_code == 404


@pytest.mark.parametrize(
    ("original", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_patch_merges_as_rfc_7396_shows(original: Any, patch: Any, result: Any) -> None:
    assert merged(original, patch) == result


async def test_null_takes_a_member_away_and_never_a_required_one(projects: Projects) -> None:
    created = await projects.make(phase="design", planned_cost={"amount": "1.00", "currency": "CHF"})
    cleared = await projects.revise(created, phase=None, planned_cost=None)
    assert (cleared.json()["phase"], cleared.json()["planned_cost"], cleared.json()["name"]) == (
        None,
        None,
        "New ERP",
    )
    refused = await projects.revise(cleared.json(), name=None)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/name")


async def test_a_patch_reaches_into_a_member(projects: Projects) -> None:
    cost = {"amount": "1.00", "currency": "CHF"}
    created = await projects.make(planned_cost=cost)
    merged_into = await projects.revise(created, planned_cost={"amount": "2.00"})
    assert merged_into.json()["planned_cost"] == {"amount": "2.00", "currency": "CHF"}


async def test_what_changes_nothing_is_not_published(projects: Projects) -> None:
    created = await projects.make()
    same = await projects.revise(created, name="New ERP")
    assert (same.status_code, same.json()) == (200, created)
    assert "portolan-position" not in same.headers
    assert await projects.count("outbox") == 1


async def test_null_means_the_same_as_absent_in_what_is_created(projects: Projects) -> None:
    url = f"{PROJECTS}/by-ref/sap/1"
    created = await projects.make(description=None, stage=None, external_ref=None)
    assert (created["description"], created["stage"]) == ("", "proposed")
    put = await projects.client.put(url, json={"name": "X", "description": "said"})
    again = await projects.client.put(url, json={"name": "X", "description": None})
    assert (put.json()["description"], again.json()["description"]) == ("said", "")
    items = {"items": [{"name": "X", "description": None}, {"name": None}, {"name": "X", "colour": None}]}
    batch = await projects.client.post(f"{PROJECTS}/batch", json=items, headers={"Idempotency-Key": "k"})
    assert [item["status"] for item in batch.json()["items"]] == [201, 422, 422]
    pointers = [item["problem"]["errors"][0]["pointer"] for item in batch.json()["items"][1:]]
    assert pointers == ["/name", "/colour"]


async def test_what_is_archived_cannot_be_found_to_be_archived_again(projects: Projects) -> None:
    created = await projects.make()
    url = f"{PROJECTS}/{created['id']}"
    for headers, status in (
        ({"If-Match": '"1"'}, 204),
        ({"If-Match": '"1"'}, 404),
        ({"If-Match": '"2"'}, 404),
    ):
        assert (await projects.client.delete(url, headers=headers)).status_code == status


async def test_a_version_of_what_is_not_there_never_matches(projects: Projects) -> None:
    refused = await projects.client.put(
        f"{PROJECTS}/by-ref/sap/1", json={"name": "X"}, headers={"If-Match": '"1"'}
    )
    assert refused.status_code == 412
    assert await projects.count("project") == 0


async def test_a_list_of_versions_matches_any_of_them_and_a_star_every_one(projects: Projects) -> None:
    project = await projects.make()
    url = f"{PROJECTS}/{project['id']}"
    for n, right in enumerate(('"7", "1"', 'W/"9" ,"2",', "*", ' "4"', "*"), 2):
        headers = {"Content-Type": PATCH, "If-Match": right}
        done = await projects.client.patch(url, json={"name": f"N{n}"}, headers=headers)
        assert (done.status_code, done.headers["etag"]) == (200, f'"{n}"'), right
    lines = [("Content-Type", PATCH), ("If-Match", '"1"'), ("If-Match", '"6"')]
    done = await projects.client.patch(url, json={"name": "Z"}, headers=lines)
    assert (done.status_code, done.headers["etag"]) == (200, '"7"'), "two lines are one list"
    gone = await projects.client.delete(url, headers={"If-Match": "*"})
    assert gone.status_code == 204


async def test_a_put_can_be_asked_to_make_and_not_to_replace(projects_everywhere: Projects) -> None:
    client, url, new = projects_everywhere.client, f"{PROJECTS}/by-ref/sap/1", {"If-None-Match": "*"}
    nothing = await client.put(url, json={"name": "X"}, headers={"If-Match": "*"})
    assert nothing.status_code == 412
    puts = await asyncio.gather(*(client.put(url, json={"name": f"N{n}"}, headers=new) for n in range(10)))
    assert sorted(a.status_code for a in puts) == [201] + [412] * 9
    [created] = [a.json() for a in puts if a.status_code == 201]
    assert {a.headers["etag"] for a in puts} == {'"1"'}
    assert (await client.get(url)).json() == created
    for condition in ("*", '"1"', 'W/"1"', '"7", W/"1"'):
        refused = await client.put(url, json={"name": "X"}, headers={"If-None-Match": condition})
        assert (refused.status_code, refused.headers["etag"]) == (412, '"1"'), condition
    for headers in ({"If-Match": "*"}, {"If-None-Match": '"1"'}, {"If-Match": '"1", "3"'}):
        done = await client.put(url, json={"name": str(headers)}, headers=headers)
        assert done.status_code == 200, headers
    assert await projects_everywhere.count("project") == 1


async def test_what_has_a_key_is_read_by_it_as_by_its_id(projects_everywhere: Projects) -> None:
    client, url = projects_everywhere.client, f"{PROJECTS}/by-ref/sap/A%2F1"
    missing = await client.get(url)
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    created = (await client.put(url, json={"name": "X"})).json()
    for query in ("", "?fields=id,name", "?expand=allowed_moves", "?fields=id&expand=allowed_moves"):
        by_id, by_ref = await client.get(f"{PROJECTS}/{created['id']}{query}"), await client.get(url + query)
        assert (by_ref.status_code, by_ref.content, by_ref.headers["etag"]) == (
            200, by_id.content, by_id.headers["etag"],
        )  # fmt: skip
        same = await client.get(url + query, headers={"If-None-Match": by_ref.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")
        head = await client.head(url + query)
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", by_id.headers["etag"])
    await client.delete(f"{PROJECTS}/{created['id']}", headers={"If-Match": '"1"'})
    assert (await client.get(url)).json()["archived_at"] is not None
    for wrong, status in (("SAP/1", 422), (f"sap/{'x' * 201}", 422), ("sap/%E2%80%8B", 422)):
        assert (await client.get(f"{PROJECTS}/by-ref/{wrong}")).status_code == status, wrong


@pytest.mark.parametrize(
    "query", ["fields=id,name", "expand=allowed_moves", "fields=name&expand=allowed_moves"]
)
async def test_the_etag_of_a_reduced_or_expanded_answer_is_known_again(
    projects: Projects, query: str
) -> None:
    created = await projects.make(planned_start_on="2026-01-01", planned_finish_on="2026-12-31")
    url = f"{PROJECTS}/{created['id']}?{query}"
    first = await projects.client.get(url)
    tag = first.headers["etag"]
    assert tag.startswith('W/"1')
    for condition in (tag, tag.removeprefix("W/"), f'"7", {tag}'):
        same = await projects.client.get(url, headers={"If-None-Match": condition})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag), condition
    await projects.client.post(f"{PROJECTS}/{created['id']}/approve", headers={"If-Match": '"1"'})
    assert (await projects.client.get(url, headers={"If-None-Match": tag})).status_code == 200
    stale = await projects.client.delete(f"{PROJECTS}/{created['id']}", headers={"If-Match": 'W/"2"'})
    assert stale.status_code == 412, "a weak tag never matches where something is written"
    assert stale.json()["detail"].startswith("If-Match names no version"), "it has not changed"


async def test_what_somebody_else_may_do_is_another_answer(projects: Projects) -> None:
    created = await projects.make(planned_start_on="2026-01-01", planned_finish_on="2026-12-31")
    url = f"{PROJECTS}/{created['id']}?expand=allowed_moves"
    tags = {r: (await projects.callers(r).get(url)).headers["etag"] for r in ("director", "viewer")}
    assert tags["director"] != tags["viewer"]


async def test_fields_and_expand_go_together(projects: Projects) -> None:
    created = await projects.make()
    expected = {"name": created["name"], "allowed_moves": ["discontinue"]}
    query = {"fields": "name", "expand": "allowed_moves"}
    assert (await projects.client.get(f"{PROJECTS}/{created['id']}", params=query)).json() == expected
    assert (await projects.client.get(PROJECTS, params=query)).json()["items"] == [expected]


async def test_fifty_who_put_the_same_key_at_once_are_all_served(projects_everywhere: Projects) -> None:
    client, url = projects_everywhere.client, f"{PROJECTS}/by-ref/sap/1"
    await client.put(url, json={"name": "N"})
    puts = await asyncio.gather(*(client.put(url, json={"name": f"N{n}"}) for n in range(50)))
    assert {a.status_code for a in puts} == {200}
    assert sorted(a.json()["version"] for a in puts) == list(range(2, 52))
    moves = [client.patch(f"{PROJECTS}/{puts[0].json()['id']}", json={"name": f"M{n}"},
                          headers={"Content-Type": PATCH, "If-Match": "*"}) for n in range(50)]  # fmt: skip
    assert {a.status_code for a in await asyncio.gather(*moves)} == {200}


async def test_who_meets_others_every_time_is_told_to_come_again(
    projects_everywhere: Projects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where other replicas are always quicker: nobody stated a precondition, so none has failed."""
    monkeypatch.setattr("shared.http.running.ATTEMPTS", 1)
    client, url = projects_everywhere.client, f"{PROJECTS}/by-ref/sap/1"
    created = (await client.put(url, json={"name": "N"})).json()
    puts = await asyncio.gather(*(client.put(url, json={"name": f"N{n}"}) for n in range(20)))
    busy = [a for a in puts if a.status_code != 200]
    assert busy
    assert {(a.status_code, a.json()["code"], a.headers["retry-after"]) for a in busy} == {
        (503, "changed_meanwhile", "1")
    }
    assert (await client.get(url)).json()["version"] == created["version"] + 20 - len(busy)


async def test_of_many_who_put_the_same_key_one_makes_it_and_the_others_find_it(
    projects_everywhere: Projects,
) -> None:
    client = projects_everywhere.client
    for n in range(3):
        url = f"{PROJECTS}/by-ref/sap/{n}"
        puts = [client.put(url, json={"name": f"N{m % 3}"}) for m in range(10)]
        answers = await asyncio.gather(*puts)
        assert sorted(a.status_code for a in answers) == [200] * 9 + [201]
        assert len({a.json()["id"] for a in answers}) == 1


async def test_of_many_batches_with_the_same_keys_each_item_is_made_once(
    projects_everywhere: Projects,
) -> None:
    client = projects_everywhere.client
    items = [{"name": f"N{n}", "external_ref": {"source": "sap", "id": str(n)}} for n in range(20)]

    async def send(n: int) -> list[int]:
        key = {"Idempotency-Key": f"k{n}"}
        answer = await client.post(f"{PROJECTS}/batch", json={"items": items}, headers=key)
        return [item["status"] for item in answer.json()["items"]]

    answers = await asyncio.gather(*(send(n) for n in range(6)))
    assert [sorted(statuses) for statuses in zip(*answers, strict=True)] == [[200] * 5 + [201]] * 20
    assert await projects_everywhere.count("outbox") == 20


async def test_a_key_that_a_batch_names_twice_is_put_twice(projects: Projects) -> None:
    ref = {"source": "sap", "id": "1"}
    items = {"items": [{"name": name, "external_ref": ref} for name in ("X", "Y", "Y")]}
    url, key = f"{PROJECTS}/batch", {"Idempotency-Key": "k"}
    first = await projects.client.post(url, json=items, headers=key)
    results = [(i["status"], i["changed"], i["resource"]["version"]) for i in first.json()["items"]]
    assert results == [(201, True, 1), (200, True, 2), (200, False, 2)]
    again = await projects.client.post(url, json=items, headers=key)
    assert (again.headers["idempotency-replayed"], again.json()) == ("true", first.json())


async def test_an_item_that_builds_on_a_refused_one_is_refused_for_the_same_reason(
    projects_everywhere: Projects,
) -> None:
    """It looks as the refused one would have left the resource, so that nothing changes, or changes it further."""
    projects = projects_everywhere
    taken = await projects.make()
    ref = {"source": "sap", "id": "1"}
    items = [{"name": name, "code": taken["code"], "external_ref": ref} for name in ("X", "X", "Y", "Y")]
    url, key = f"{PROJECTS}/batch", {"Idempotency-Key": "k"}
    done = await projects.client.post(url, json={"items": [*items, {"name": "Z"}]}, headers=key)
    *refused, created = done.json()["items"]
    assert created["status"] == 201
    assert [(i["status"], i["problem"]["code"]) for i in refused] == [(409, "duplicate")] * 4
    pointers = [i["problem"]["errors"][0]["pointer"] for i in refused]
    assert pointers == ["/code", *["/items/0/code"] * 3]
    assert await projects.count("project") == 2
    again = await projects.client.post(url, json={"items": [*items, {"name": "Z"}]}, headers=key)
    assert again.json() == done.json()
