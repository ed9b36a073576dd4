"""Methods over REST: their parts fit together, and projects begin with what is published."""

from typing import Any

import httpx
import pytest

from tests.conftest import Portolan
from tests.support.given import PROJECTS
from tests.support.led import METHODS, SMALL, Led, gate, outcome, part, text


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def led(portolan: Portolan) -> Led:
    return Led(portolan)


async def test_the_parts_of_a_method_name_each_other_rightly(led: Led) -> None:
    wrong: dict[str, Any] = {
        "phases": [part("think"), part("think")],
        "gates": [gate("go", "make", decider="nobody", needs=["idea"], module="m")],
        "outcomes": [outcome("thing", "think", role="nobody", at_gates=["stop"])],
        "approaches": [part("classic", phases=["think", "do"])],
        "tailoring": [{"size": "small", "merge": [{"into": "all_in_one", "phases": ["think"]}]}],
    }
    refused = await led.create(METHODS, **(SMALL | wrong))
    assert refusal(refused) == (422, "bad_method")
    assert [fault["pointer"] for fault in refused.json()["errors"]] == [
        "/phases/1/code",
        "/approaches/0/phases",
        "/gates/0/phases",
        "/gates/0/decider",
        "/gates/0/module",
        "/gates/0/needs",
        "/outcomes/0/at_gates",
        "/outcomes/0/role",
        "/tailoring/0/merge/0/phases",
    ]


async def test_projects_begin_only_with_what_can_lead_them(led: Led) -> None:
    bare = await led.make(METHODS, name=text("Bare"), gates=[], roles=[part("reader", level="other")])
    refused = await led.act(METHODS, bare, "publish")
    assert refusal(refused) == (422, "method_incomplete")
    roles = [*SMALL["roles"], part("reader", level="other")]
    draft = await led.make(
        METHODS, **(SMALL | {"roles": roles, "gates": [gate("go", "think", decider="reader")]})
    )
    undecided = await led.act(METHODS, draft, "publish")
    assert [fault["pointer"] for fault in undecided.json()["errors"]] == ["/gates/0/decider"]
    project = await led.project()
    answer = await led.act(PROJECTS, project, "apply-method", method_id=draft["id"])
    assert refusal(answer) == (409, "method_not_published")


async def test_a_method_that_is_tried_leads_projects_and_stays_as_it_is(led: Led) -> None:
    tried = await led.move(METHODS, await led.make(METHODS, **SMALL), "pilot")
    assert (await led.led(tried))["method_id"] == tried["id"]
    assert refusal(await led.revise(METHODS, tried["id"], language="fr")) == (409, "piloted_stays")


@pytest.mark.rule("projects.method.2")
async def test_a_project_keeps_the_edition_that_it_began_with(led: Led) -> None:
    first = await led.method()
    project = await led.led(first)
    edition = await led.client.post(led.url(METHODS, first["id"], "editions"))
    assert edition.status_code == 201, edition.text
    await led.revise(METHODS, edition.json()["id"], phases=[part("think"), part("make"), part("learn")])
    second = await led.move(METHODS, edition.json()["id"], "publish")
    assert (second["edition"], (await led.shown(METHODS, first))["state"]) == (2, "superseded")
    again = await led.applied(project["id"])
    assert (again["method_id"], [*await led.phases(project)]) == (first["id"], ["think", "make"])
    other = await led.project(name="Another")
    refused = await led.act(PROJECTS, other, "apply-method", method_id=first["id"])
    assert refusal(refused) == (409, "method_not_published")
    moved_on = await led.applied(project["id"], second)
    assert (moved_on["method_id"], [*await led.phases(project)]) == (second["id"], ["think", "make", "learn"])


@pytest.mark.rule("projects.method.2")
async def test_nobody_publishes_what_they_wrote(led: Led) -> None:
    _, max_ = await led.somebody("Max", "director")
    draft = await max_.make(METHODS, **SMALL)
    assert refusal(await max_.act(METHODS, draft, "publish")) == (403, "four_eyes")
    published = await led.move(METHODS, draft["id"], "publish")
    assert refusal(await led.revise(METHODS, published["id"], language="fr")) == (409, "bound")
    deprecated = await led.move(METHODS, published["id"], "deprecate")
    assert deprecated["state"] == "deprecated"


async def test_the_organisation_says_which_method_is_preferred(led: Led) -> None:
    method = await led.method()
    project = await led.project()
    assert refusal(await led.act(PROJECTS, project, "apply-method")) == (422, "method_missing")
    await led.make(
        "projects/v1/organisations", name="Arven", profile="end_user", default_method_id=method["id"]
    )
    await led.portolan.settled()
    assert (await led.applied(project["id"]))["method_id"] == method["id"]
