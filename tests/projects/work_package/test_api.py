"""Work packages over REST."""

from tests.conftest import Portolan


async def test_a_parent_that_is_not_there_is_a_fault_of_the_content(portolan: Portolan) -> None:
    client = portolan()
    project = (await client.post("/projects/v1/projects", json={"name": "ERP"})).json()
    body = {"project_id": project["id"], "parent_id": project["id"], "wbs": "1.1", "name": "Build"}
    refused = await client.post("/projects/v1/work-packages", json=body)
    assert refused.status_code == 422, refused.text
    assert [(e["code"], e["pointer"]) for e in refused.json()["errors"]] == [("not_found", "/parent_id")]
