"""The organisation's own fields: declared once, then in states, lists and events of every service."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.projects.organisation import FieldType
from shared.domain.custom_fields import searched_as
from tests.conftest import Portolan
from tests.support.given import PROJECTS, Arranger, chf

FIELDS = "/projects/v1/field-definitions"
RISKS = "risk/v1/risks"
LABEL = [{"language": "en", "text": "A field"}]


@pytest.fixture
def director(everywhere: Portolan) -> Arranger:
    return Arranger(everywhere)


async def field(director: Arranger, **members: Any) -> dict[str, Any]:
    """An active field of projects, unless `aggregate` says otherwise."""
    of_projects = {
        "aggregate": "projects.project",
        "label": [{"language": "en", "text": "A field"}, {"language": "fr", "text": "Un champ"}],
    }
    draft = await director.make(FIELDS, **(of_projects | members))
    active = await director.move(FIELDS, draft, "activate")
    await director.portolan.settled()
    return active


@pytest.mark.rule("projects.field_definition.1")
@pytest.mark.parametrize(
    ("type", "value", "others"),
    [
        ("text", "Sion, Building C", ["", 5, True, ["x"]]),
        ("number", 12.5, ["12.5", True, 1.234, 10**13]),
        ("money", chf("1250.00"), [1250, chf("1.234"), {"amount": "one"}]),
        ("day", "2027-03-01", ["2027-02-30", "soon", 20270301]),
        ("choice", "secret", ["public", "", 1]),
        ("person", "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d", ["Ada", 7]),
        ("yes_no", False, ["no", 0]),
    ],
)
async def test_a_field_takes_values_of_its_type_and_shows_them_everywhere(
    director: Arranger, type: str, value: Any, others: list[Any]
) -> None:
    choices = {"choices": ["internal", "secret"]} if type == "choice" else {}
    await field(director, name="extra", type=type, **choices)
    project = await director.make(PROJECTS, name="Registry", custom={"extra": value})
    assert project["custom"] == {"extra": value}
    assert (await director.read(f"{PROJECTS}/{project['id']}"))["custom"] == {"extra": value}
    [listed] = (await director.read(PROJECTS))["items"]
    assert listed["custom"] == {"extra": value}
    [*_, event] = (await director.read("/projects/v1/events", limit=200))["items"]
    assert event["data"]["state"]["custom"] == {"extra": value}
    for other in others:
        refused = await director.revise(PROJECTS, project, custom={"extra": other})
        assert refused.status_code == 422, (other, refused.text)
        assert refused.json()["errors"][0]["pointer"].startswith("/custom/extra"), refused.text


async def test_a_field_of_another_service_is_known_there(director: Arranger) -> None:
    await field(
        director, aggregate="risk.risk", name="category", type="choice", choices=["legal", "technical"]
    )
    project = await director.project()
    risk = await director.make(RISKS, title="Late", project_id=project["id"], custom={"category": "legal"})
    assert risk["custom"] == {"category": "legal"}
    refused = await director.create(PROJECTS, name="Other", custom={"category": "legal"})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_custom_field")
    assert refused.json()["errors"][0]["pointer"] == "/custom/category"


async def test_a_patch_changes_one_field_and_leaves_the_others(director: Arranger) -> None:
    await field(director, name="first", type="text")
    await field(director, name="second", type="number", unit="users")
    project = await director.make(PROJECTS, name="X", custom={"first": "a", "second": 4})
    project = (await director.revise(PROJECTS, project, custom={"second": 5})).json()
    assert project["custom"] == {"first": "a", "second": 5}
    project = (await director.revise(PROJECTS, project, custom={"first": None})).json()
    assert (project["custom"], project["version"]) == ({"second": 5}, 3)
    same = (await director.revise(PROJECTS, project, custom={"second": 5})).json()
    assert same["version"] == 3, "unchanged is not published"


async def test_an_importer_that_knows_nothing_of_fields_leaves_them_as_they_are(director: Arranger) -> None:
    await field(director, name="first", type="text")
    created = await director.put(PROJECTS, "P1", name="Imported", custom={"first": "typed by hand"})
    again = await director.put(PROJECTS, "P1", name="Imported again")
    assert (created["custom"], again["custom"], again["name"]) == (
        *[{"first": "typed by hand"}] * 2,
        "Imported again",
    )


async def test_a_list_is_narrowed_by_a_field(director: Arranger) -> None:
    await field(director, name="data_class", type="choice", choices=["internal", "secret"])
    await field(director, name="users", type="number")
    await field(director, name="go_live", type="day")
    await field(director, name="licence", type="money")
    for name, custom in {
        "A": {"data_class": "secret", "users": 10, "go_live": "2026-06-01", "licence": chf("99.50")},
        "B": {"data_class": "internal", "users": 10.5, "go_live": "2027-01-01", "licence": chf("100.00")},
        "C": {},
    }.items():
        await director.make(PROJECTS, name=name, custom=custom)

    async def names(**query: Any) -> list[str]:
        return [one["name"] for one in (await director.read(PROJECTS, sort="name", **query))["items"]]

    assert await names(**{"custom[data_class]": "secret"}) == ["A"]
    assert await names(**{"custom[data_class]": ["secret", "internal"]}) == ["A", "B"]
    assert await names(**{"custom[users][gt]": "10"}) == ["B"]
    assert await names(**{"custom[users][lte]": "10.5", "custom[data_class]": "secret"}) == ["A"]
    assert await names(**{"custom[go_live][gte]": "2026-12-31"}) == ["B"]
    assert await names(**{"custom[licence][lt]": "10000"}) == ["A"]
    for query in (
        {"custom[nothing]": "x"}, {"custom[]": "x"}, {"custom[users": "x"}, {"custom[users]": "many"},
        {"custom[data_class][gte]": "a"}, {"custom[users][like]": "1"}, {"custom": "x"}, {"customs[users]": "1"},
        {"custom[users]": "Infinity"}, {"custom[users]": "NaN"}, {"custom[users]": "1e30"},
        {"custom[users][lt]": "9e99999999999"}, {"custom[users]": "10.505"},
    ):  # fmt: skip
        refused = await director.client.get(f"/{PROJECTS}", params=query)
        assert refused.status_code == 400, (query, refused.text)


async def test_what_is_required_in_a_state_is_asked_for_when_it_is_reached(director: Arranger) -> None:
    await field(director, name="sponsor_letter", type="text", required_when="approved")
    project = await director.make(
        PROJECTS, name="X", planned_start_on="2026-01-01", planned_finish_on="2026-12-31"
    )
    refused = await director.act(PROJECTS, project, "approve")
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"] == [
        {"pointer": "/custom/sponsor_letter", "code": "required", "detail": "needed when approved"}
    ]
    project = (await director.revise(PROJECTS, project, custom={"sponsor_letter": "L-7"})).json()
    project = await director.move(PROJECTS, project, "approve")
    refused = await director.revise(PROJECTS, project, custom={"sponsor_letter": None})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "required")


async def test_a_retired_field_keeps_its_values_and_takes_no_more(director: Arranger) -> None:
    one = await field(director, name="old", type="text")
    project = await director.make(PROJECTS, name="X", custom={"old": "value"})
    await director.move(FIELDS, one, "retire")
    project = (await director.revise(PROJECTS, project, name="Y")).json()
    assert project["custom"] == {"old": "value"}
    refused = await director.revise(PROJECTS, project, custom={"old": "another"})
    assert refused.json()["errors"][0]["code"] == "unknown_field"
    assert (await director.create(PROJECTS, name="Z", custom={"old": "value"})).status_code == 422
    emptied = await director.revise(PROJECTS, project, custom={"old": None})
    assert emptied.json()["custom"] == {}


async def test_a_sensitive_value_is_in_no_list_and_no_event(director: Arranger) -> None:
    await field(director, name="vendor_margin", type="number", sensitive=True, required_when="approved")
    await field(director, name="site", type="text")
    dates = {"planned_start_on": "2026-01-01", "planned_finish_on": "2026-12-31"}
    project = await director.make(
        PROJECTS, name="Sealed", custom={"vendor_margin": 17.25, "site": "Sion"}, **dates
    )
    url = f"{PROJECTS}/{project['id']}"
    assert project["custom"] == {"site": "Sion"}
    assert (await director.read(url))["custom"] == {"site": "Sion", "vendor_margin": 17.25}
    changed = (await director.revise(PROJECTS, project, custom={"vendor_margin": 18})).json()
    assert changed["version"] == 2
    assert (await director.revise(PROJECTS, changed, custom={"vendor_margin": 18})).json()["version"] == 2
    approved = await director.move(PROJECTS, changed, "approve")
    assert (await director.read(url))["custom"]["vendor_margin"] == 18
    refused = await director.revise(PROJECTS, approved, custom={"vendor_margin": None})
    assert refused.json()["errors"][0]["pointer"] == "/custom/vendor_margin"
    refused = await director.revise(PROJECTS, approved, custom={"vendor_margin": "much", "site": 5})
    pointers = {fault["pointer"] for fault in refused.json()["errors"]}
    assert pointers == {"/custom/vendor_margin", "/custom/site"}, "all faults are told at once"
    answers = [
        await director.client.get(f"/{PROJECTS}"),
        await director.client.get("/projects/v1/events", params={"limit": 200}),
        await director.client.get("/reporting/v1/activity"),
        await director.client.get(f"/{PROJECTS}", params={"custom[vendor_margin]": "18"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 400]
    for answer in answers[:3]:
        assert "17.25" not in answer.text
        assert '"vendor_margin":' not in answer.text
    assert (await director.client.get(f"/{url}", headers={"If-None-Match": '"3"'})).status_code == 304


async def test_an_erased_person_has_no_values_left(director: Arranger) -> None:
    await field(director, aggregate="resources.person", name="badge", type="text")
    await field(director, aggregate="resources.person", name="allergy", type="text", sensitive=True)
    persons = "resources/v1/persons"
    ada = await director.make(persons, name="Ada", custom={"badge": "B-77", "allergy": "nuts"})
    erased = await director.move(persons, ada, "erase")
    assert erased["custom"] == {}
    assert (await director.read(f"{persons}/{ada['id']}"))["custom"] == {}
    store = director.portolan.running.services["resources"].kernel.store
    assert await store.fetch("SELECT name FROM custom_value", ()) == []
    events = await director.client.get("/resources/v1/events", params={"limit": 200})
    assert "B-77" not in events.text
    assert "nuts" not in events.text


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"aggregate": "projects.nothing"}, "/aggregate"),
        ({"aggregate": "finance.budget"}, "/aggregate"),
        ({"type": "choice"}, "/choices"),
        ({"choices": ["a"]}, "/choices"),
        ({"type": "choice", "choices": ["a", "a"]}, "/choices/1"),
        ({"unit": "users"}, "/unit"),
        ({"required_when": "finished"}, "/required_when"),
        ({"name": "Data class"}, "/name"),
        ({"label": []}, "/label"),
        ({"label": LABEL * 2}, "/label/1/language"),
    ],
)
async def test_a_field_that_makes_no_sense_is_refused(
    portolan: Portolan, members: dict[str, Any], pointer: str
) -> None:
    sensible = {"aggregate": "projects.project", "name": "x", "label": LABEL, "type": "text"}
    refused = await Arranger(portolan).create(FIELDS, **(sensible | members))
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["pointer"] == pointer


async def test_an_active_field_stays_what_it_is(portolan: Portolan) -> None:
    director = Arranger(portolan)
    one = await field(director, name="level", type="choice", choices=["low", "high"])
    for patch, code in (
        ({"choices": ["low"]}, "choice_taken_away"),
        ({"type": "text"}, None),
        ({"name": "other"}, None),
    ):
        refused = await director.revise(FIELDS, one, **patch)
        assert refused.status_code in (400, 422), refused.text
        assert code is None or refused.json()["code"] == code
    more = await director.revise(FIELDS, one, choices=["low", "high", "extreme"])
    assert more.status_code == 200
    assert (await director.archive(FIELDS, more.json())).json()["code"] == "still_active"
    twice = await director.create(
        FIELDS, aggregate="projects.project", name="level", label=LABEL, type="text"
    )
    assert (twice.status_code, twice.json()["code"]) == (409, "duplicate")


async def test_only_who_decides_declares_fields(portolan: Portolan) -> None:
    members = {"aggregate": "projects.project", "name": "x", "label": LABEL, "type": "text"}
    for role, status in (("manager", 403), ("member", 403), ("viewer", 403), ("director", 201)):
        assert (await Arranger(portolan, role).create(FIELDS, **members)).status_code == status, role


@given(st.integers(-(10**14), 10**14))
def test_numbers_are_looked_for_as_exactly_as_they_are_written(hundredths: int) -> None:
    number = hundredths / 100
    assert searched_as(FieldType.NUMBER, number) == (None, hundredths)
