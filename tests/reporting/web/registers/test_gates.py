"""The page of a gate: what it asks, who decides, and the way to what is missing; and the phases of its project as a strip."""

import httpx
import pytest

from tests.conftest import Portolan
from tests.reporting.web.registers.test_rankings import panel
from tests.support.led import Led


@pytest.fixture
async def led(portolan: Portolan) -> Led:
    return await Led(portolan).shipped()


async def test_the_page_of_a_gate_lists_what_is_missing_and_leads_to_where_it_is_done(
    led: Led, reader: httpx.AsyncClient
) -> None:
    sofia, _ = await led.somebody("Sofia", "director")
    project = await led.led(led.method_id("hermes_2022"), about={"sponsor_id": sofia})
    await led.waive(project, "initiation", "legal_basis_analysis")
    gate = (await led.gates(project))["initiation/execution_release"]
    page = await reader.get(f"/registers/projects/gates/{gate['id']}")
    missing = panel(page, "missing")
    assert "Decided by: Project sponsor (Steering)" in missing
    assert "Sofia" in missing
    assert "7 outcomes are missing until it can be passed." in missing
    assert f'href="/registers/projects/mandates?project_id={project["id"]}"' in missing
    assert (
        f"/registers/projects/deliverables/new?project_id={project['id']}&amp;name=Project+management+plan"
        in missing
    )
    assert "Known from the last one." in missing
    assert f'href="/registers/projects/phases/{gate["phase_id"]}/edit"' in missing
    course = panel(page, "course")
    names = ("Initiation", "Further course of action", "Concept", "Deployment", "Project closure")
    assert [course.index(name) for name in names] == sorted(course.index(name) for name in names)


async def test_the_strip_stands_on_the_page_of_the_project_in_the_language_of_the_reader(
    led: Led, reader: httpx.AsyncClient
) -> None:
    project = await led.led(led.method_id("plain"), "approve")
    french = {"Accept-Language": "fr"}
    page = await reader.get(f"/registers/projects/projects/{project['id']}", headers=french)
    course = panel(page, "course")
    for text in ("Préparation", "Démarrage", "Libérée"):
        assert text in course
    bare = await led.project(name="Without")
    assert 'data-part="course"' not in (await reader.get(f"/registers/projects/projects/{bare['id']}")).text
