"""Work packages over REST."""

from tests.conftest import Portolan


async def test_a_parent_that_is_not_there_is_a_fault_of_the_content(portolan: Portolan) -> None:
    client = portolan()
    project = (await client.post("/projects/v1/projects", json={"name": "ERP"})).json()
    body = {"project_id": project["id"], "parent_id": project["id"], "wbs": "1.1", "name": "Build"}
    refused = await client.post("/projects/v1/work-packages", json=body)
    assert refused.status_code == 422, refused.text
    assert [(e["code"], e["pointer"]) for e in refused.json()["errors"]] == [("not_found", "/parent_id")]


async def test_what_the_batch_has_read_is_no_parent_for_that(portolan: Portolan) -> None:
    client = portolan()
    project = (await client.post("/projects/v1/projects", json={"name": "ERP"})).json()
    body = {"project_id": project["id"], "name": "Build"}
    items = [body | {"wbs": "1"}, body | {"wbs": "1.1", "parent_id": project["id"]}]
    url = "/projects/v1/work-packages/batch"
    done = await client.post(url, json={"items": items}, headers={"Idempotency-Key": "b"})
    assert [i["status"] for i in done.json()["items"]] == [201, 422], done.text
