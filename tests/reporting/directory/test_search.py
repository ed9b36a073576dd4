"""Search over everything: what is found, in which order, for whom."""

from typing import Any

import httpx
import pytest

from tests.access.conftest import Office
from tests.conftest import Portolan

SEARCH = "/reporting/v1/search"


@pytest.fixture
def office(everywhere: Portolan) -> Office:
    return Office(everywhere)


async def names(client: httpx.AsyncClient, q: str, **query: Any) -> list[str]:
    """The names, in their order."""
    return [item["name"] for item in (await answer(client, q, **query))["items"]]


async def answer(client: httpx.AsyncClient, q: str, **query: Any) -> dict[str, Any]:
    page = await client.get(SEARCH, params={"q": q, **query})
    assert page.status_code == 200, page.text
    return dict(page.json())


async def test_a_key_comes_before_names_that_begin_so_and_those_before_words(office: Office) -> None:
    await office.project("Rollout of net9", code="A-1")
    await office.project("Net9 everywhere", code="A-2")
    await office.project("Something else", code="NET9")
    await office.project("Another thing", code="NET9-2")
    await office.portolan.settled()
    assert await names(office.director, "net9") == [
        "Something else", "Another thing", "Net9 everywhere", "Rollout of net9",
    ]  # fmt: skip


async def test_a_key_of_another_system_is_found_after_names(office: Office) -> None:
    put = {"name": "Something else"}
    answer_to_put = await office.portolan("service").put("/projects/v1/projects/by-ref/erp/KX-7", json=put)
    assert answer_to_put.status_code == 201, answer_to_put.text
    await office.project("kx-7 by name")
    await office.project("kx-70 by name")
    await office.portolan.settled()
    assert await names(office.director, "KX-7") == ["Something else", "kx-7 by name", "kx-70 by name"], (
        "the very key"
    )
    assert await names(office.director, "kx") == ["kx-7 by name", "kx-70 by name", "Something else"]


async def test_it_looks_through_all_registers_and_counts_by_kind(office: Office) -> None:
    project = await office.project("Zermatt")
    of = {"project_id": project["id"]}
    await office.portolan.settled()
    await office.make("/risk/v1/risks", **of, title="Zermatt is snowed in")
    await office.make("/finance/v1/vendors", name="Bergbahn Zermatt AG")
    await office.make("/finance/v1/contracts", **of, number="Z-1", title="Lift to Zermatt", value=None)
    await office.make("/resources/v1/persons", name="Anna Zermatten")
    await office.make("/projects/v1/work-packages", **of, wbs="1", name="Hotel in Zermatt")
    await office.make("/projects/v1/portfolios", name="Wallis: Zermatt")
    await office.portolan.settled()
    page = await answer(office.director, "zermatt")
    counts = {one["kind"]: one["count"] for one in page["kinds"]}
    assert counts == dict.fromkeys(
        ("projects.project", "risk.risk", "finance.vendor", "finance.contract", "resources.person",
         "projects.work_package", "projects.portfolio"), 1,
    )  # fmt: skip
    assert next(one["name"] for one in page["items"]) == "Zermatt"
    only = await answer(office.director, "zermatt", kind="risk.risk")
    assert [one["name"] for one in only["items"]] == ["Zermatt is snowed in"]
    assert len(only["kinds"]) == 7, "the other kinds stay in view"
    reply = await office.director.get(only["items"][0]["path"])
    assert reply.json()["title"] == "Zermatt is snowed in"


async def test_neither_case_nor_accents_nor_composition_matter(office: Office) -> None:
    await office.project("École numérique")
    await office.portolan.settled()
    for q in ("ECOLE", "école", "e\u0301cole nume\u0301rique", "numerique ecole", "ｅｃｏｌｅ"):
        assert await names(office.director, q) == ["École numérique"], q


async def test_what_is_archived_comes_last_whatever_it_is_called(office: Office) -> None:
    former = await office.project("Aare", code="AARE")
    await office.director.delete(f"/projects/v1/projects/{former['id']}", headers={"If-Match": '"1"'})
    await office.project("The other bank of the Aare")
    await office.portolan.settled()
    page = await answer(office.director, "aare")
    assert [(one["name"], one["archived"]) for one in page["items"]] == [
        ("The other bank of the Aare", False), ("Aare", True),
    ]  # fmt: skip


async def test_pages_hold_everything_once_few_or_many(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        await office.project(f"Brücke {number}", code=f"BR-{number}" if number % 2 else f"X{number}")
    await office.project("Die Brücke 7")
    await office.portolan.settled()
    orders = []
    for few in (2_000, 0):
        monkeypatch.setattr("services.reporting.directory.search.FEW", few)
        listed: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = await answer(office.director, "br", limit=3, **cursor)
            listed += [one["name"] for one in page["items"]]
            if "next" not in page:
                break
            cursor = {"cursor": page["next"]}
        assert len(listed) == len(set(listed)) == 8
        orders.append(listed)
    assert orders[0] == orders[1]
    assert listed[:3] == ["Brücke 1", "Brücke 3", "Brücke 5"], "by their codes"


async def test_a_name_that_was_is_not_found_any_more(office: Office) -> None:
    project = await office.project("Lugano")
    await office.portolan.settled()
    await office.patch(f"/projects/v1/projects/{project['id']}", name="Locarno")
    await office.portolan.settled()
    assert await names(office.director, "lugano") == []
    assert await names(office.director, "locarno") == ["Locarno"]


async def test_the_name_of_an_erased_person_vanishes(office: Office) -> None:
    person = await office.make("/resources/v1/persons", name="Berta Brandenberger", email="bb@example.org")
    await office.portolan.settled()
    for q in ("brandenb", "bb@example.org", "berta"):
        assert await names(office.director, q) == ["Berta Brandenberger"], q
    await office.director.post(f"/resources/v1/persons/{person['id']}/erase", headers={"If-Match": '"1"'})
    await office.portolan.settled()
    for q in ("brandenb", "bb@example.org", "berta"):
        assert await names(office.director, q) == [], q
    store = office.portolan.running.services["reporting"].kernel.store
    assert "randenb" not in repr(await store.fetch("SELECT * FROM directory"))


async def test_what_is_confidential_is_found_by_its_members_alone(office: Office) -> None:
    project = await office.project("Operation Walfisch")
    await office.portolan.settled()
    await office.make("/risk/v1/risks", project_id=project["id"], title="Walfisch strands")
    await office.hide("projects", project["id"])
    member = await office.participant("moby", "viewer", "project", project["id"])
    outsider = office.caller("ahab", "viewer")
    assert await names(outsider, "walfisch") == []
    assert (await answer(outsider, "walfisch"))["kinds"] == []
    assert sorted(await names(member, "walfisch")) == ["Operation Walfisch", "Walfisch strands"]


async def test_who_reads_only_some_services_finds_only_those(office: Office) -> None:
    await office.make("/resources/v1/persons", name="Unseen Person")
    await office.project("Unseen project")
    await office.portolan.settled()
    nobody = await office.participant("stranger", "viewer", "project", (await office.project("Mine"))["id"])
    assert await names(nobody, "unseen") == []
    assert await names(nobody, "mine") == ["Mine"]


@pytest.mark.parametrize(
    "q", ["", "  ", "\u200b", "%", "_", '"', "'", "\\", "*", "NEAR(", "a" * 300, "\U0010ffff"]
)
async def test_any_text_may_be_looked_for(office: Office, q: str) -> None:
    await office.project("Plain")
    await office.portolan.settled()
    assert await names(office.director, q) == []


async def test_too_many_words_and_foreign_cursors_are_refused(office: Office) -> None:
    many = await office.director.get(SEARCH, params={"q": " ".join(map(str, range(21)))})
    assert (many.status_code, many.json()["errors"][0]["parameter"]) == (400, "q")
    for number in range(3):
        await office.project(f"Page {number}")
    await office.portolan.settled()
    following = (await answer(office.director, "page", limit=1))["next"]
    other = await office.director.get(SEARCH, params={"q": "pages", "cursor": following})
    assert (other.status_code, other.json()["errors"][0]["parameter"]) == (400, "cursor")
