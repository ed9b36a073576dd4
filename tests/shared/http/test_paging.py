"""Pages: complete whatever is inserted meanwhile, and cursors that are good for their own list only."""

import asyncio
import base64
import re
from typing import Any

import jsonschema
import pytest

from tests.shared.conftest import PROJECTS, Projects


async def walk(projects: Projects, query: str, between: Any = None) -> list[dict[str, Any]]:
    """Every page, by the Link header; `between` is awaited after each."""
    result: list[dict[str, Any]] = []
    url: str | None = f"{PROJECTS}?{query}&limit=3"
    while url:
        page = await projects.client.get(url)
        assert page.status_code == 200, page.text
        result += page.json()["items"]
        assert ("next" in page.json()) == ("next" in page.links)
        url = page.links.get("next", {}).get("url")
        if between:
            await between()
    return result


async def test_pages_are_complete_while_others_insert(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    before = [(await projects.make(name=f"P{n}"))["id"] for n in range(10)]
    added: list[str] = []

    async def insert() -> None:
        project = (
            await asyncio.gather(*(projects.make(name=n) for n in ("AA", "P4", "ZZ")))
            if len(added) < 9
            else []
        )
        added.extend(m["id"] for m in project)

    for sort in ("archived=false", "sort=name", "sort=-name,created_at", "sort=-updated_at"):
        added.clear()
        result = [p["id"] for p in await walk(projects, sort, insert)]
        assert len(result) == len(set(result)), sort
        assert set(before) <= set(result), sort
        before += added


@pytest.mark.parametrize("down", ["", "-"])
@pytest.mark.parametrize("sort", ["name", "planned_finish_on", "planned_finish_on,name"])
async def test_pages_are_in_order_and_what_is_unknown_comes_last_whichever_way(
    projects_everywhere: Projects, sort: str, down: str
) -> None:
    projects = projects_everywhere
    for n in range(8):
        finish = f"2026-0{n % 4 + 1}-01" if n % 3 else None
        await projects.make(name=f"P{n % 5}", planned_finish_on=finish)
    whole = (await projects.client.get(f"{PROJECTS}?sort={down}{sort}&limit=200")).json()["items"]
    paged = await walk(projects, f"sort={down}{sort}")
    assert [p["id"] for p in paged] == [p["id"] for p in whole]
    values = [p[sort.split(",")[0]] for p in paged]
    expected = [value for value in values if value is not None]
    assert values == [*expected, *[None] * (len(values) - len(expected))]
    assert expected == sorted(expected, reverse=bool(down))


TOTAL = {"Prefer": 'respond-async, Return = "total-count"; now'}


async def test_who_prefers_a_total_is_told_how_many_the_filters_leave_on_all_pages(
    projects_everywhere: Projects,
) -> None:
    client = projects_everywhere.client
    for n in range(7):
        await projects_everywhere.make(name=f"{'Bridge' if n % 2 else 'Tunnel'} {n}")
    url: str | None = f"{PROJECTS}?q=tunnel&limit=3&sort=name"
    totals = []
    while url:
        page = await client.get(url, headers=TOTAL)
        assert page.headers["preference-applied"] == "return=total-count"
        totals.append((len(page.json()["items"]), page.json()["total"]))
        url = page.links.get("next", {}).get("url")
    assert totals == [(3, 4), (1, 4)]
    nothing = await client.get(f"{PROJECTS}?q=harbour", headers=TOTAL)
    assert nothing.json() == {"items": [], "total": 0}


async def test_a_page_behind_the_last_item_still_tells_the_total(projects_everywhere: Projects) -> None:
    created = [await projects_everywhere.make(name=f"P{n}") for n in range(3)]
    client = projects_everywhere.client
    first = await client.get(f"{PROJECTS}?limit=2&sort=name", headers=TOTAL)
    gone = await client.delete(f"{PROJECTS}/{created[2]['id']}", headers={"If-Match": '"1"'})
    assert (first.json()["total"], gone.status_code) == (3, 204)
    behind = await client.get(first.links["next"]["url"], headers=TOTAL)
    assert behind.json() == {"items": [], "total": 2}


@pytest.mark.parametrize(
    "preferred", ["", "return=minimal", "return=minimal, return=total-count", "total-count", "="]
)
async def test_nothing_is_counted_for_who_does_not_ask(projects: Projects, preferred: str) -> None:
    page = await projects.client.get(PROJECTS, headers={"Prefer": preferred})
    assert (page.status_code, page.json()) == (200, {"items": []})
    assert "preference-applied" not in page.headers


async def test_a_cursor_is_bound_to_its_list_filters_and_sort(projects: Projects) -> None:
    for n in range(4):
        await projects.make(name=f"P{n}")
    first = (await projects.client.get(f"{PROJECTS}?limit=2&sort=name")).json()
    cursor = first["next"]
    good = await projects.client.get(f"{PROJECTS}?limit=1&sort=name&cursor={cursor}")
    assert [p["name"] for p in good.json()["items"]] == ["P2"]
    others = ("projects?sort=-name", "projects?sort=name&q=P", "projects?sort=name&stage=active", "projects?limit=2",
              "programmes?sort=name", "portfolios?sort=name")  # fmt: skip
    for other in others:
        refused = await projects.client.get(f"/projects/v1/{other}&cursor={cursor}")
        assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, "cursor"), other


async def test_a_tampered_cursor_is_refused(projects: Projects) -> None:
    for _ in range(3):
        await projects.make()
    cursor = (await projects.client.get(f"{PROJECTS}?limit=1")).json()["next"]
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    for i in range(0, len(raw), 3):
        changed = raw.copy()
        changed[i] ^= 1
        text = base64.urlsafe_b64encode(changed).decode().rstrip("=")
        assert (await projects.client.get(f"{PROJECTS}?limit=1&cursor={text}")).status_code == 400, i
    for garbage in ("x", "%C3%A9", "AAAA", "A" * 500, "_-" * 30):
        assert (await projects.client.get(f"{PROJECTS}?cursor={garbage}")).status_code == 400, garbage


async def test_a_filter_takes_only_the_values_that_there_are(projects: Projects) -> None:
    await projects.make()
    response = await projects.client.get(f"{PROJECTS}?stage=proposed&stage=closed")
    assert len(response.json()["items"]) == 1
    refused = await projects.client.get(f"{PROJECTS}?stage=proposed&stage=begun")
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, "stage")


async def test_fields_are_a_documented_parameter(projects: Projects) -> None:
    project = await projects.make()
    document = (await projects.client.get("/projects/openapi.json")).json()
    for path, url in ((PROJECTS, PROJECTS), (f"{PROJECTS}/{{id}}", f"{PROJECTS}/{project['id']}")):
        [fields] = [p for p in document["paths"][path]["get"]["parameters"] if p["name"] == "fields"]
        assert (fields["in"], fields["required"]) == ("query", False)
        for wanted, status in (
            ("id,name", 200),
            ("nonsense", 400),
            ("id,", 400),
            ("id;name", 400),
            ("", 400),
        ):
            assert (await projects.client.get(url, params={"fields": wanted})).status_code == status, wanted
            assert status == 400 or re.search(fields["schema"]["pattern"], wanted)
        few = (await projects.client.get(f"{url}?fields=id,name")).json()
        assert few.get("items", [few]) == [{"id": project["id"], "name": project["name"]}]


@pytest.mark.parametrize("empty", ["fields=", "sort=", "expand=", "sort=name,,code", "fields=%20"])
async def test_a_parameter_that_names_no_member_is_refused(projects: Projects, empty: str) -> None:
    """An empty one would answer everything, which nobody asked for."""
    refused = await projects.client.get(f"{PROJECTS}?{empty}")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["parameter"] == empty.partition("=")[0]


async def test_what_expand_adds_is_an_optional_member_of_the_documented_answer(projects: Projects) -> None:
    project = await projects.make()
    document = (await projects.client.get("/projects/openapi.json")).json()
    for path, url in ((PROJECTS, PROJECTS), (f"{PROJECTS}/{{id}}", f"{PROJECTS}/{project['id']}")):
        reported = document["paths"][path]["get"]
        [expand] = [p for p in reported["parameters"] if p["name"] == "expand"]
        answer = (await projects.client.get(url, params={"expand": expand["schema"]["enum"]})).json()
        assert answer.get("items", [answer])[0]["allowed_moves"] == ["discontinue"]
        schema = reported["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.validate(answer, schema | {"components": document["components"]})
    member = document["components"]["schemas"]["Project"]
    assert member["properties"]["allowed_moves"]["type"] == "array"
    assert "allowed_moves" not in member["required"]


async def test_ids_find_what_is_archived_only_where_it_is_asked_for(projects_everywhere: Projects) -> None:
    here, gone, other = [await projects_everywhere.make(name=f"P{n}") for n in range(3)]
    client = projects_everywhere.client
    await client.delete(f"{PROJECTS}/{gone['id']}", headers={"If-Match": '"1"'})
    query = f"id={here['id']}&id={gone['id']}&sort=-name"
    for archived, names in (("", ["P0"]), ("&archived=false", ["P0"]), ("&archived=true", ["P1", "P0"])):
        page = await client.get(f"{PROJECTS}?{query}{archived}", headers=TOTAL)
        assert ([p["name"] for p in page.json()["items"]], page.json()["total"]) == (names, len(names))
    narrowed = await client.get(f"{PROJECTS}?{query}&id={other['id']}&q=P2&stage=proposed")
    assert [p["name"] for p in narrowed.json()["items"]] == ["P2"]


async def test_pages_of_ids_go_on(projects_everywhere: Projects) -> None:
    ids = [(await projects_everywhere.make(name=f"P{n}"))["id"] for n in range(7)]
    await projects_everywhere.make(name="another")
    query = "&".join(f"id={id}" for id in ids)
    assert [p["id"] for p in await walk(projects_everywhere, f"{query}&sort=-name")] == ids[::-1]
