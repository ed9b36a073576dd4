"""In every list with `q`, in every dashboard and on the pages, names are found and sorted as people write them."""

from typing import Any

from tests.conftest import Portolan

TYPED = "E\u0301lan Straße"
STORED = "Élan Straße"
QUERIES = ("Élan", "ÉLAN", "elan", "STRASSE elan", "e\u0301lan", "straße")
OTHERS = ("zürich", "Apple", "Phase 10", "phase 9")
SORTED = ["Apple", STORED, "phase 9", "Phase 10", "zürich"]


async def bodies(portolan: Portolan) -> dict[str, tuple[str, dict[str, Any]]]:
    """Path of each list with `q` -> (the member that holds a name, the rest of a body)."""
    project = await portolan().post("/projects/v1/projects", json={"name": "Frame", "code": "FRAME"})
    await portolan.settled()
    named: dict[str, tuple[str, dict[str, Any]]] = {
        f"/{collection}": ("name", {})
        for collection in (
            "projects/v1/portfolios", "projects/v1/programmes", "projects/v1/projects", "resources/v1/persons",
            "projects/v1/calendars", "projects/v1/scoring-models", "resources/v1/org-units", "resources/v1/roles",
            "finance/v1/vendors",
        )
    }  # fmt: skip
    within = {"project_id": project.json()["id"]}
    named["/projects/v1/work-packages"] = ("name", within)
    named["/finance/v1/contracts"] = ("title", {})
    named["/risk/v1/risks"] = ("title", within | {"kind": "threat"})
    named["/resources/v1/persons"] = ("name", {"employment": "internal", "weekly_hours": 40})
    named |= await bodies_of_demand(portolan, within)
    subjects = {"project": "projects/v1/projects", "org_unit": "resources/v1/org-units"}
    subjects |= {"vendor": "finance/v1/vendors", "risk": "risk/v1/risks"}
    for kind, collection in subjects.items():
        member, rest = named[f"/{collection}"]
        subject = await portolan().post(f"/{collection}", json={member: "Frame"} | rest)
        assert subject.status_code == 201, subject.text
        of = {"subject": {"kind": kind, "id": subject.json()["id"]}}
        named[f"/{collection.split('/')[0]}/v1/documents"] = ("title", of)
    return named


async def bodies_of_demand(
    portolan: Portolan, within: dict[str, Any]
) -> dict[str, tuple[str, dict[str, Any]]]:
    """What is asked, weighed, funded and followed, as `bodies` gives it."""
    criterion = {"name": "Value", "weight": 1}
    model = await portolan().post(
        "/projects/v1/scoring-models", json={"name": "Frame", "method": "weighted", "criteria": [criterion]}
    )
    assert model.status_code == 201, model.text
    path = f"/projects/v1/scoring-models/{model.json()['id']}/activate"
    activated = await portolan().post(path, json={}, headers={"If-Match": '"1"'})
    assert activated.status_code == 200, activated.text
    decided = {"level": "management", "text": "T", "decided_on": "2026-01-05"}
    years = {"from_year": 2026, "until_year": 2030}
    return {
        "/projects/v1/strategic-objectives": ("title", years),
        "/projects/v1/orientations": ("title", {"kind": "technological", "statement": "S"}),
        "/projects/v1/requests": ("title", {"need": "N"}),
        "/projects/v1/requirements": ("statement", within),
        "/projects/v1/objectives": ("statement", within),
        "/projects/v1/rankings": ("name", {"model_id": model.json()["id"]}),
        "/projects/v1/phases": ("name", within),
        "/projects/v1/gates": ("name", within | {"at": "end", "level": "management"}),
        "/projects/v1/milestones": ("name", within | {"planned_on": "2026-06-30"}),
        "/projects/v1/deliverables": ("name", within),
        "/projects/v1/baselines": ("name", within),
        "/projects/v1/activities": ("name", within),
        "/projects/v1/actions": ("title", within),
        "/projects/v1/changes": ("title", within | {"kind": "scope"}),
        "/projects/v1/mandates": ("title", within | {"kind": "execution"}),
        "/projects/v1/decision-papers": ("title", {"question": "Q"}),
        "/projects/v1/decisions": ("title", within | decided),
        "/finance/v1/envelopes": (
            "name",
            {
                "kind": "multi_year",
                "from_year": 2026,
                "until_year": 2028,
                "amount": {"amount": "1", "currency": "EUR"},
            },
        ),
    }


async def searched(portolan: Portolan) -> set[str]:
    """The paths of all lists that take `q` and creations, as the documents of the services tell them."""
    paths = set()
    for service in ("projects", "resources", "finance", "risk"):
        document = (await portolan().get(f"/{service}/openapi.json")).json()
        for path, operations in document["paths"].items():
            if "post" in operations and any(
                p.get("name") == "q" for p in operations.get("get", {}).get("parameters", ())
            ):
                paths.add(path)
    return paths


async def test_every_list_finds_and_sorts_names_as_people_write_them(everywhere: Portolan) -> None:
    named = await bodies(everywhere)
    assert await searched(everywhere) == set(named)
    client = everywhere()
    for path, (member, rest) in named.items():
        for n, name in enumerate((TYPED, *OTHERS), 1):
            extra = {"wbs": f"{n}"} if path.endswith("packages") else {}
            extra |= {"number": f"C-{n}"} if path.endswith("contracts") else {}
            response = await client.post(path, json={member: name} | rest | extra)
            assert response.status_code == 201, (path, response.text)
        for wanted in QUERIES:
            listed = (await client.get(path, params={"q": wanted})).json()["items"]
            assert [item[member] for item in listed] == [STORED], (path, wanted)
        for sort, expected in ((member, SORTED), (f"-{member}", SORTED[::-1])):
            names = [i[member] for i in (await client.get(path, params={"sort": sort})).json()["items"]]
            assert [name for name in names if name != "Frame"] == expected, (path, sort)


async def test_codes_of_work_packages_and_numbers_of_contracts_are_sorted_by_value(
    everywhere: Portolan,
) -> None:
    named = await bodies(everywhere)
    client = everywhere()
    packages, within = "/projects/v1/work-packages", named["/projects/v1/work-packages"][1]
    for wbs in ("1.10", "1.2", "10", "2", "1.2.1"):
        assert (await client.post(packages, json=within | {"wbs": wbs, "name": "W"})).status_code == 201
    listed = (await client.get(packages, params={"sort": "wbs"})).json()["items"]
    assert [p["wbs"] for p in listed] == ["1.2", "1.2.1", "1.10", "2", "10"]
    for number in ("C-100", "C-20", "B/3"):
        assert (
            await client.post("/finance/v1/contracts", json={"number": number, "title": "T"})
        ).status_code == 201
    listed = (await client.get("/finance/v1/contracts", params={"sort": "number"})).json()["items"]
    assert [c["number"] for c in listed] == ["B/3", "C-20", "C-100"]


async def test_a_text_that_is_unknown_comes_last(everywhere: Portolan) -> None:
    client = everywhere()
    for code in (None, "Zentrale", "Élan", None, "apps"):
        assert (
            await client.post("/resources/v1/org-units", json={"name": "U", "code": code})
        ).status_code == 201
    for sort, expected in (
        ("code", ["apps", "Élan", "Zentrale", None, None]),
        ("-code", ["Zentrale", "Élan", "apps", None, None]),
    ):
        codes: list[str | None] = []
        url: str | None = f"/resources/v1/org-units?sort={sort}&limit=2"
        while url:
            answer = await client.get(url)
            codes += [unit["code"] for unit in answer.json()["items"]]
            url = answer.links.get("next", {}).get("url")
        assert codes == expected, sort


async def test_dashboards_and_pages_find_and_sort_names_as_people_write_them(everywhere: Portolan) -> None:
    director = everywhere()
    for name in (TYPED, *OTHERS):
        await director.post("/projects/v1/projects", json={"name": name})
        await director.post("/projects/v1/portfolios", json={"name": name})
        body = {"name": name, "employment": "internal", "weekly_hours": 40}
        await director.post("/resources/v1/persons", json=body)
    await everywhere.settled()
    for wanted in QUERIES:
        items = (await director.get("/reporting/v1/projects", params={"q": wanted})).json()["items"]
        assert [i["project"]["name"] for i in items] == [STORED], wanted
        page = (await director.get("/project", params={"q": wanted})).text
        assert (STORED in page, "Apple" in page) == (True, False), wanted
    for sort, expected in (("name", SORTED), ("-name", SORTED[::-1])):
        items = (await director.get("/reporting/v1/projects", params={"sort": sort})).json()["items"]
        assert [i["project"]["name"] for i in items] == expected
    portfolios = (await director.get("/reporting/v1/portfolios")).json()["items"]
    assert [i["portfolio"]["name"] for i in portfolios] == SORTED
    load = (await director.get("/reporting/v1/load")).json()["items"]
    assert [i["person"]["name"] for i in load] == SORTED


async def test_a_renamed_project_is_found_by_its_new_name_and_as_of_before_by_its_old_one(
    everywhere: Portolan,
) -> None:
    service = everywhere("service")
    put = "/projects/v1/projects/by-ref/sap/1"
    for day, name in (("2026-01-10", "Älter"), ("2026-03-10", "Öfter")):
        sent = await service.put(put, json={"name": name}, headers={"Portolan-Effective-At": day})
        assert sent.status_code in (200, 201), sent.text
    await everywhere.settled()
    for day, wanted, expected in (
        ("2026-02-01", "alter", ["Älter"]),
        ("2026-02-01", "ofter", []),
        ("2026-04-01", "OFTER", ["Öfter"]),
        ("2026-04-01", "alter", []),
    ):
        items = await everywhere().get("/reporting/v1/projects", params={"q": wanted, "as_of": day})
        assert [i["project"]["name"] for i in items.json()["items"]] == expected, (day, wanted)


async def test_an_erased_person_is_found_no_more(everywhere: Portolan) -> None:
    client = everywhere()
    body = {"name": "Zoë Müller", "employment": "internal", "weekly_hours": 40, "location": "Zoë's"}
    created = (await client.post("/resources/v1/persons", json=body)).json()
    store = everywhere.running.services["resources"].kernel.store
    erased = await client.post(f"/resources/v1/persons/{created['id']}/erase", headers={"If-Match": '"1"'})
    assert erased.status_code == 200, erased.text
    rows = await store.fetch("SELECT name_sort, location, search_text FROM person")
    assert "zoe" not in str([tuple(row) for row in rows])
    response = await client.get("/resources/v1/persons", params={"q": "muller", "archived": "true"})
    assert response.json()["items"] == []
