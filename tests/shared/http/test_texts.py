"""Names are found and sorted as people write them, on both databases, and accepted only where they can be read."""

from typing import Any

import pytest

from tests.shared.conftest import PATCH, PROJECTS, Projects
from tests.shared.http.test_paging import walk

URL = f"{PROJECTS}/by-ref"


async def search(projects: Projects, **wanted: str) -> list[str]:
    answer = await projects.client.get(PROJECTS, params={"sort": "created_at"} | wanted)
    assert answer.status_code == 200, answer.text
    return [p["name"] for p in answer.json()["items"]]


QUERIES = {
    "Élan": ["Élan", "élan", "ÉLAN", "elan", "ELAN", "E\u0301lan", "e\u0301LAN", "Ｅｌａｎ", "lan", "él"],
    "Straße 12": ["straße", "STRASSE", "strasse 12", "12 strasse"],
    "İstanbul": ["istanbul", "ISTANBUL", "İSTANBUL", "ıstanbul"],
    "GOES-R": ["goes r", "R goes", "goes-r", "GOES\u2011R", "es"],
    "Œuvre Łódź Ø": ["oeuvre", "lodz", "ø oeuvre", "ŁÓDŹ"],
    "L\u2019été": ["l'ete", "L\u2019ÉTÉ", "été"],
    "100 % done": ["%", "100 %", "% done"],
    "under_score": ["_", "r_s"],
    "back\\slash": ["\\", "k\\s"],
    'quote "here"': ['"here"', "\u201chere\u201d"],
}


async def test_a_name_is_found_in_whatever_way_it_is_typed(projects_everywhere: Projects) -> None:
    for name in QUERIES:
        await projects_everywhere.make(name=name)
    wrong = {
        (name, q): answered
        for name, questions in QUERIES.items()
        for q in questions
        if name not in (answered := await search(projects_everywhere, q=q))
    }
    assert not wrong
    for sign in ("%", "_", "\\"):
        assert len(await search(projects_everywhere, q=sign)) == 1, "a sign is itself and no wildcard"
    assert await search(projects_everywhere, q="goes elan") == []
    assert await search(projects_everywhere, q="goes-x") == []


async def test_words_may_stand_in_different_members(projects_everywhere: Projects) -> None:
    created = await projects_everywhere.make(name="Élan")
    await projects_everywhere.make(name="Élan")
    assert await search(projects_everywhere, q=f"{created['code'].lower()} élan") == ["Élan"]


async def test_a_box_with_nothing_in_it_asks_for_everything(projects: Projects) -> None:
    await projects.make(name="A")
    for q in ("", " ", "\u200b", "\u0301"):
        assert await search(projects, q=q) == ["A"]


async def test_too_many_words_are_refused(projects: Projects) -> None:
    answer = await projects.client.get(PROJECTS, params={"q": " ".join(f"w{n}" for n in range(21))})
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "q")
    assert await search(projects, q=" ".join(["again"] * 500)) == []


NAMES = [
    "apple",
    "Élan",
    "élan vital",
    "Elbow",
    "Ølberg",
    "Oslo",
    "Phase 2",
    "phase 10",
    "Strasser",
    "Zurich",
]


@pytest.mark.parametrize("limit", [1, 3, 200])
async def test_names_are_sorted_as_people_sort_them_on_every_page(
    projects_everywhere: Projects, limit: int
) -> None:
    projects = projects_everywhere
    for name in (*NAMES[5:], *NAMES[:5]):
        await projects.make(name=name)
    assert await search(projects, sort="name") == NAMES
    for sort, expected in (("name", NAMES), ("-name", NAMES[::-1])):
        assert [p["name"] for p in await walk(projects, f"sort={sort}")] == expected


async def test_codes_are_sorted_by_their_numbers(projects_everywhere: Projects) -> None:
    for code in ("PRJ-10", "PRJ-9", "ERP-2", "ERP-11"):
        await projects_everywhere.make(code=code)
    result = await walk(projects_everywhere, "sort=code")
    assert [p["code"] for p in result] == ["ERP-2", "ERP-11", "PRJ-9", "PRJ-10"]


async def test_pages_over_names_that_fold_alike_neither_lose_nor_repeat(
    projects_everywhere: Projects,
) -> None:
    created = [
        (await projects_everywhere.make(name=name))["id"] for name in ("Élan", "elan", "ELAN", "élan") * 3
    ]
    for sort in ("name", "-name", "name,-created_at"):
        ids = [p["id"] for p in await walk(projects_everywhere, f"sort={sort}")]
        assert sorted(ids) == sorted(created), sort
    assert ids == created[::-1]


async def test_a_cursor_over_the_longest_names_fits_into_an_address(projects_everywhere: Projects) -> None:
    for n in range(8):
        await projects_everywhere.make(name="\U00020000" * 299 + str(n))
    assert len(await walk(projects_everywhere, "sort=name,code,-planned_finish_on")) == 8


async def test_filters_are_exact_and_take_every_normal_form(projects_everywhere: Projects) -> None:
    created = await projects_everywhere.make(
        name="E\u0301lan", external_ref={"source": "sap", "id": "E\u0301-1"}
    )
    assert (created["name"], created["external_ref"]["id"]) == ("Élan", "É-1")
    for name in ("Élan", "E\u0301lan"):
        assert await search(projects_everywhere, name=name) == ["Élan"]
    for name in ("élan", "Elan"):
        assert await search(projects_everywhere, name=name) == []
    for key in ("É-1", "E\u0301-1"):
        assert await search(
            projects_everywhere, **{"external_ref.source": "sap", "external_ref.id": key}
        ) == ["Élan"]
        put = await projects_everywhere.client.put(f"{URL}/sap/{key}", json={"name": "E\u0301lan"})
        assert (put.status_code, put.json()["id"], put.json()["version"]) == (200, created["id"], 1)


REFUSED = {
    "zero width": "\u200b",
    "several": "\u200b\u2060\ufeff",
    "soft hyphen": "\u00ad",
    "Hangul filler": "\u3164",
    "tags": "\U000e0041",
    "override": "invoice\u202egpj.exe",
    "embedding": "a\u202ab\u202c",
    "isolate": "a\u2066b\u2069",
    "delete": "a\u007fb",
    "C1": "a\u0085b",
    "line separator": "a\u2028b",
    "paragraph separator": "a\u2029b",
    "an accent without a letter": "\u0301",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
async def test_a_name_that_cannot_be_seen_or_reads_otherwise_is_refused(
    projects: Projects, text: str
) -> None:
    project = await projects.make(name="Good")
    refused = [
        await projects.client.post(PROJECTS, json={"name": text}),
        await projects.client.put(f"{URL}/sap/1", json={"name": text}),
        await projects.revise(project, name=text),
        await projects.revise(project, phase=text),
    ]
    for answer in refused:
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] in ("/name", "/phase")
    batch = await projects.client.post(
        f"{PROJECTS}/batch", json={"items": [{"name": text}]}, headers={"Idempotency-Key": "k"}
    )
    assert batch.json()["items"][0]["status"] == 422
    key = await projects.client.put(
        f"{URL}/sap/k", json={"name": "x", "external_ref": {"source": "sap", "id": text}}
    )
    assert key.status_code == 422


async def test_joiners_and_marks_within_a_name_stay(projects: Projects) -> None:
    for name in (
        "👩\u200d💻 Team",
        "می\u200cخواهم",
        "שלום\u200f!",
        "שָׁלוֹם",
        "क्\u200dष",
        "Q\u0323\u0301",
        "❤\ufe0f",
    ):
        assert (await projects.make(name=name))["name"] == name


async def test_a_description_may_hold_isolates_and_no_override(projects: Projects) -> None:
    project = await projects.make(description="a\u2068b\u2069\nE\u0301")
    assert project["description"] == "a\u2068b\u2069\nÉ"
    refused = await projects.revise(project, description="a\u202eb")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/description")


async def test_the_schema_tells_which_characters_are_refused(projects: Projects) -> None:
    """What is refused for its characters does not fit the pattern of the document, and what is accepted does."""
    import jsonschema

    document = (await projects.client.get("/projects/openapi.json")).json()
    schema = document["components"]["schemas"]["ProjectCreate"] | {"components": document["components"]}
    fits = jsonschema.Draft202012Validator(schema)
    for text in ("Élan", " x ", "👩\u200d💻", "tab\u00a0"):
        assert fits.is_valid({"name": text}), text
        await projects.make(name=text)
    for name, text in REFUSED.items():
        if name != "tags":  # beyond what patterns reach in every language
            assert not fits.is_valid({"name": text}), name
    assert not fits.is_valid({"name": "x", "description": "\u202e"})
    assert not fits.is_valid({"name": "x", "external_ref": {"source": "sap", "id": "\u200b"}})


async def test_what_was_accepted_once_is_still_read_and_can_be_mended(projects_everywhere: Projects) -> None:
    """A row of before the rule: it is answered, moved, archived, and renamed."""
    created = await projects_everywhere.make(
        name="Replaced", planned_start_on="2026-01-01", planned_finish_on="2026-02-01"
    )
    await projects_everywhere.store.run(
        "UPDATE project SET document = replace(document, 'Replaced', ?) WHERE id = ?",
        ("\u200b", created["id"]),
    )
    one = f"{PROJECTS}/{created['id']}"
    assert (await projects_everywhere.read(created))["name"] == "\u200b"
    approved = await projects_everywhere.client.post(f"{one}/approve", headers={"If-Match": '"1"'})
    assert approved.status_code == 200, approved.text
    renamed: Any = await projects_everywhere.client.patch(
        one, json={"name": "Named"}, headers={"If-Match": '"2"', "Content-Type": PATCH}
    )
    assert (renamed.status_code, renamed.json()["name"]) == (200, "Named")
