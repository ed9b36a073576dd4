"""Where the names in answers and events lead, on every service and without a token."""

import json

import pytest

from services.embedded import SERVICES
from shared.contracts import releases
from shared.contracts.language import CATALOGUE
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


async def test_the_schema_an_event_names_is_the_released_one(portolan: Portolan) -> None:
    director = portolan()
    await director.post("/projects/v1/projects", json={"name": "Lighthouse"})
    [event] = (await director.get("/projects/v1/events")).json()["items"]
    answer = await portolan.anonymous().get(event["dataschema"])
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json() == releases.schema_of(event["type"])


async def test_every_released_schema_is_served_and_nothing_else(portolan: Portolan) -> None:
    visitor = portolan.anonymous()
    for entry in CATALOGUE.values():
        for fact in entry.facts:
            schema = releases.schema_of(entry.event_type(fact))
            assert json.loads((await visitor.get(schema["$id"])).content) == schema
    for other in ("nothing.json", "..%2Fcatalogue.py", "%2e%2e"):
        assert (await visitor.get(f"/schemas/{other}")).status_code == 404
