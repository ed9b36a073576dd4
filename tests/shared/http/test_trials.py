"""`validate_only`: the answer that the same request would get, keys that are taken included; nothing stays of it."""

from tests.shared.conftest import PROJECTS, Projects
from tests.shared.http.test_revisions import results, send


async def test_a_key_that_is_taken_is_refused_in_a_trial_as_in_the_run(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    await projects.make(code="ERP-1")
    items = [
        {"name": "A", "code": "ERP-1", "external_ref": {"source": "s", "id": "1"}},
        {"name": "B", "code": "ERP-2", "external_ref": {"source": "s", "id": "2"}},
        {"name": "C", "code": "ERP-2", "external_ref": {"source": "s", "id": "3"}},
        {"name": "D", "external_ref": {"source": "s", "id": "4"}},
        {"name": "E", "external_ref": {"source": "s", "id": "5"}},
    ]
    tried = await send(projects.client, items, query="?validate_only=true")
    assert [one[0] for one in results(tried)] == [409, 201, 409, 201, 201]
    assert await projects.count("outbox") == 1
    assert await projects.count("project") == 1
    assert results(await send(projects.client, items)) == results(tried)


async def test_one_alone_is_tried_down_to_its_keys_too(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    await projects.make(code="ERP-1")
    body = {"name": "A", "code": "ERP-1"}
    tried = await projects.client.post(f"{PROJECTS}?validate_only=true", json=body)
    done = await projects.client.post(PROJECTS, json=body)
    assert (tried.status_code, tried.json()["code"]) == (done.status_code, done.json()["code"])
    assert tried.status_code == 409
    free = await projects.client.post(f"{PROJECTS}?validate_only=true", json=body | {"code": "ERP-2"})
    assert free.status_code == 200
    assert not {"etag", "location", "portolan-position"} & free.headers.keys()
    assert await projects.count("project") == 1


async def test_what_is_tried_without_a_code_meets_no_code_that_was_given(
    projects_everywhere: Projects,
) -> None:
    projects = projects_everywhere
    for code in ("PRJ-0000", "PRJ-00001", "PRJ-00002"):
        await projects.make(code=code)
    tried = await send(
        projects.client, [{"name": "A"}, {"name": "B"}, {"name": "C"}], query="?validate_only=true"
    )
    assert [one[0] for one in results(tried)] == [201, 201, 201]
    assert await projects.count("project") == 3


async def test_writes_go_on_after_a_trial(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    await projects.client.post(f"{PROJECTS}?validate_only=true", json={"name": "A"})
    one = await projects.make(name="B")
    assert (await projects.read(one))["name"] == "B"
