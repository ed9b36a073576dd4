"""A mandate as a document: what is read there is signed there, printed, and saved as PDF."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from services.projects.methods.method.shipped import ship
from tests.conftest import Portolan
from tests.projects.mandate.conftest import MANDATES, Leading
from tests.reporting.web.conftest import visiting
from tests.support.forms import action_of, follow, forms_of, send
from tests.support.given import chf

FRENCH = {"Accept-Language": "fr"}
PLAN = [{"milestone": "Go-live", "due_on": "2027-03-31"}]


@pytest.fixture
async def leading(portolan: Portolan) -> Leading:
    leading = await Leading(portolan).begin()
    await leading.lead()
    return leading


@asynccontextmanager
async def visit_as(leading: Leading, who: str) -> AsyncIterator[httpx.AsyncClient]:
    async with visiting(leading.portolan) as client:
        answer = await client.get(await leading.portolan.running.login_link(who, "manager"))
        assert answer.status_code == 303, answer.text
        yield client


async def test_a_signatory_signs_what_the_page_shows(leading: Leading) -> None:
    mandate = await leading.in_review(
        plan=PLAN, tolerances={"cost_pct": 10}, scope_in="All of finance\nand pay"
    )
    await leading.portolan.settled()
    async with visit_as(leading, "sara") as sara:
        page = await sara.get(f"/mandate/{mandate['id']}")
        assert page.status_code == 200, page.text
        for text in (
            "New ERP",
            "50,000.00",
            "All of finance",
            "Go-live",
            "Sara",
            "Max",
            mandate["content_hash"],
        ):
            assert text in page.text, text
        signed = await follow(sara, await send(sara, action_of(page, "/sign")))
        assert signed.status_code == 200, signed.text
        page = await sara.get(f"/mandate/{mandate['id']}")
        assert page.text.count("not signed yet") == 1
    stands = await leading.stands(mandate)
    assert [one["signatory_id"] for one in stands["signatures"]] == [leading.persons["sara"]]


async def test_what_changed_since_the_page_was_read_is_not_signed(leading: Leading) -> None:
    mandate = await leading.in_review()
    await leading.portolan.settled()
    async with visit_as(leading, "sara") as sara:
        form = action_of(await sara.get(f"/mandate/{mandate['id']}"), "/sign")
        assert (await leading.revise(MANDATES, mandate, budget=chf("1.00"))).status_code == 200
        refused = await send(sara, form)
        assert refused.status_code in (409, 412), refused.text
    assert (await leading.stands(mandate))["signatures"] == []


async def test_it_is_read_in_french_and_a_draft_has_nothing_to_sign(
    leading: Leading, reader: httpx.AsyncClient
) -> None:
    draft = await leading.mandate("execution")
    await leading.portolan.settled()
    page = await reader.get(f"/mandate/{draft['id']}", headers=FRENCH)
    assert "Ébauche : ne peut pas encore être signée" in page.text.replace("\u202f", " ").replace(
        "\u00a0", " "
    )
    assert "Mandant" in page.text
    assert not any(form.action.endswith("/sign") for form in forms_of(page))


async def test_the_pdf_carries_the_hash_of_what_was_signed(
    leading: Leading, reader: httpx.AsyncClient
) -> None:
    objective = await leading.make(
        "projects/v1/objectives", project_id=leading.erp["id"], statement="Less #paper $x$", target=3
    )
    mandate = await leading.signed("execution", plan=PLAN, objectives=[objective["id"]])
    for headers in ({}, FRENCH):
        answer = await reader.get(f"/mandate/{mandate['id']}/pdf", headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF-")
        assert mandate["content_hash"].encode() in answer.content


async def test_a_mandate_waits_at_home_for_those_who_have_to_sign(leading: Leading) -> None:
    mandate = await leading.in_review()
    await leading.sign(mandate, "sara")
    await leading.portolan.settled()
    for who, is_awaited in (("max", True), ("sara", False), ("otto", False)):
        async with visit_as(leading, who) as client:
            home = await client.get("/home")
            decisions = home.text.partition("To decide")[2].partition("</section>")[0]
            assert (f"/registers/projects/mandates/{mandate['id']}" in decisions) == is_awaited, who


async def test_the_plan_is_read_by_its_days_whatever_the_order_of_entry(
    leading: Leading, reader: httpx.AsyncClient
) -> None:
    days = {"Last": "2027-09-30", "First": "2027-01-31", "Second": "2027-03-31"}
    mandate = await leading.mandate(plan=[{"milestone": name, "due_on": on} for name, on in days.items()])
    await leading.portolan.settled()
    page = (await reader.get(f"/mandate/{mandate['id']}")).text
    assert page.index("<bdi>First") < page.index("<bdi>Second") < page.index("<bdi>Last")


@pytest.mark.parametrize(
    ("language", "name"), [("en", "User representative"), ("fr", "Représentant des utilisateurs")]
)
async def test_roles_are_called_as_methods_call_them_in_the_language_of_the_page(
    leading: Leading, reader: httpx.AsyncClient, language: str, name: str
) -> None:
    await ship(leading.portolan.running.services["projects"].kernel)
    role = {"role_code": "user_representative", "person_id": leading.persons["otto"]}
    mandate = await leading.mandate(roles=[role])
    await leading.portolan.settled()
    page = await reader.get(f"/mandate/{mandate['id']}", headers={"Accept-Language": language})
    assert f"<bdi>{name}</bdi>" in page.text
