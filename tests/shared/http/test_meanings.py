"""Where the names in answers and events lead, on every service and without a token."""

import re
from urllib.parse import urljoin

import jsonschema
import pytest
import referencing

from services.embedded import SERVICES
from shared.contracts.schema import all_schemas
from tests.conftest import Portolan

ALONE = [service.name for service in SERVICES]


@pytest.mark.parametrize("service", ALONE)
async def test_a_problem_type_leads_somewhere_on_a_service_alone(portolan: Portolan, service: str) -> None:
    alone = portolan.alone(service)
    for code in ("precondition_required", "planned_dates_missing"):
        told = await alone.get(f"/problems/{code}")
        assert told.status_code == 200
        assert code in told.text
    assert (await alone.get("/problems/%3Cb%3E")).status_code == 404


async def test_the_schema_an_event_names_accepts_its_data(portolan: Portolan) -> None:
    director = portolan()
    await director.post("/projects/v1/projects", json={"name": "Lighthouse"})
    [event] = (await director.get("/projects/v1/events")).json()["items"]
    answer = await portolan.anonymous().get(event["dataschema"])
    assert answer.headers["content-type"] == "application/schema+json"
    schema = answer.json()
    state = await portolan.anonymous().get(
        urljoin(event["dataschema"], schema["properties"]["state"]["$ref"])
    )
    registry = referencing.Registry().with_contents([(s["$id"], s) for s in (schema, state.json())])
    validator = jsonschema.Draft202012Validator(schema, registry=registry)
    validator.validate(event["data"])
    event["data"]["state"] |= {"unheard_of": 1, "stage": "unheard_of"}
    validator.validate(event["data"])


async def test_every_schema_is_served_with_its_references_and_nothing_else(portolan: Portolan) -> None:
    visitor = portolan.anonymous()
    for name in all_schemas():
        answer = await visitor.get(f"/schemas/{name}")
        assert answer.status_code == 200
        for reference in re.findall(r'"\$ref": "([^#"]+)"', answer.text):
            assert (await visitor.get(urljoin(str(answer.url), reference))).status_code == 200
    for other in ("nothing.json", "..%2Fcatalogue.py", "%2e%2e", "draft%2Fprojects.project.v1.json"):
        assert (await visitor.get(f"/schemas/{other}")).status_code == 404


async def test_a_draft_says_that_it_is_one(portolan: Portolan) -> None:
    answer = await portolan.anonymous().get("/schemas/projects.project.v1.json")
    assert answer.json()["x-draft"] is True
