"""Where the names in answers and events lead, on every service and without a token."""

import re
from urllib.parse import urljoin, urlsplit

import jsonschema
import pytest
import referencing

from services.embedded import SERVICES
from shared.contracts.schema import all_schemas
from tests.conftest import Portolan

ALONE = [service.name for service in SERVICES]


@pytest.mark.parametrize("service", ALONE)
async def test_a_problem_type_leads_to_its_meaning_on_a_service_alone(
    portolan: Portolan, service: str
) -> None:
    alone = portolan.alone(service)
    for code, status in (("precondition_required", 428), ("planned_dates_missing", 422)):
        answer = await alone.get(f"/problems/{code}", headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (200, code, status)
    for nonsense in ("whatever_you_like", "%3Cb%3E", "Invalid"):
        for accept in ("application/json", "text/html,*/*;q=0.8"):
            unknown = await alone.get(f"/problems/{nonsense}", headers={"Accept": accept})
            assert unknown.status_code == 404, nonsense


@pytest.mark.parametrize("service", ALONE)
async def test_all_problem_types_are_listed(portolan: Portolan, service: str) -> None:
    items = (await portolan.alone(service).get("/problems", headers={"Accept": "application/json"})).json()[
        "items"
    ]
    assert [item["code"] for item in items] == sorted(item["code"] for item in items)
    statuses = {item["code"]: item["status"] for item in items}
    for code, status in (("illegal_move", 409), ("token_expired", 401), ("position_beyond_end", 410), ("defect", 500),
                         ("overallocated", 409), ("service_away", 503), ("duplicate_uid", 422)):  # fmt: skip
        assert statuses[code] == status, code


async def test_a_browser_is_shown_the_list_and_each_type_as_a_page(portolan: Portolan) -> None:
    visitor = portolan.anonymous()
    for address in ("/problems", "/problems/illegal_move"):
        page = await visitor.get(address, headers={"Accept": "text/html,application/xhtml+xml"})
        assert page.headers["content-type"].startswith("text/html")
        assert "illegal_move" in page.text


async def test_what_a_refusal_names_is_in_the_list(portolan: Portolan) -> None:
    director = portolan()
    content = (await director.post("/projects/v1/projects", json={"name": "ERP"})).json()
    there = f"/projects/v1/projects/{content['id']}"
    match = {"If-Match": '"1"'}
    refusals = [
        await portolan.anonymous().get("/projects/v1/projects"),
        await portolan("viewer").post("/projects/v1/projects", json={"name": "ERP"}),
        await director.get("/projects/v1/projects?nonsense=1"),
        await director.get("/projects/v1/projects/nonsense"),
        await director.get("/projects/v1/events?after=99"),
        await director.post(
            "/projects/v1/projects", content=b"{", headers={"Content-Type": "application/json"}
        ),
        await director.post("/projects/v1/projects", json={"name": ""}),
        await director.post(f"{there}/close", json={}, headers=match),
        await director.post(f"{there}/approve", json={}, headers=match),
        await director.post(f"{there}/approve", json={}),
        await director.post("/finance/v1/actual-costs", json={}),
    ]
    for refused in refusals:
        problem = refused.json()
        meaning = await portolan.anonymous().get(problem["type"], headers={"Accept": "application/json"})
        assert meaning.status_code == 200, problem["code"]
        assert meaning.json()["status"] == refused.status_code == problem["status"], problem["code"]


async def test_the_schema_an_event_names_accepts_its_data(portolan: Portolan) -> None:
    director = portolan()
    await director.post("/projects/v1/projects", json={"name": "Lighthouse"})
    [event] = (await director.get("/projects/v1/events")).json()["items"]
    assert urlsplit(event["dataschema"]).scheme == "http"
    answer = await portolan.anonymous().get(event["dataschema"])
    assert answer.json()["$id"] == event["dataschema"]
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
