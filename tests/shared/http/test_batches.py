"""What a batch reads: once per table, however many items name it, and as if each item had asked by itself."""

from collections import Counter
from typing import Any

import pytest

from shared.store import group
from tests.shared.conftest import Projects

ITEMS = 100


@pytest.fixture
def statements(projects_everywhere: Projects, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Reads by table, from now on."""
    counted: Counter[str] = Counter()
    store = projects_everywhere.store
    fetch, document = store.fetch, store.document

    async def counting_fetch(text: str, params: Any = ()) -> Any:
        counted[text.split(" FROM ")[1].split()[0]] += 1
        return await fetch(text, params)

    async def counting_document(table: str, id: str) -> Any:
        counted[table] += 1
        return await document(table, id)

    monkeypatch.setattr(store, "fetch", counting_fetch)
    monkeypatch.setattr(store, "document", counting_document)
    return counted


async def put(projects: Projects, collection: str, items: list[dict[str, Any]], key: str) -> list[int]:
    done = await projects.client.post(
        f"/projects/v1/{collection}/batch", json={"items": items}, headers={"Idempotency-Key": key}
    )
    assert done.status_code == 207, done.text
    return [item["status"] for item in done.json()["items"]]


def of(source: str, n: int) -> dict[str, str]:
    return {"source": source, "id": str(n)}


async def test_a_batch_reads_each_table_that_it_touches_once(
    projects_everywhere: Projects, statements: Counter[str]
) -> None:
    projects = projects_everywhere
    portfolios = [(await projects.client.post("/projects/v1/portfolios", json={"name": f"F{n}"})).json()["id"]
                  for n in range(10)]  # fmt: skip
    items = [{"name": f"N{n}", "portfolio_id": portfolios[n % 10], "external_ref": of("ab"[n % 2], n)}
             for n in range(ITEMS)]  # fmt: skip
    statements.clear()
    assert await put(projects, "projects", items, "1") == [201] * ITEMS
    assert (statements["project"], statements["portfolio"]) == (1, 1)
    statements.clear()
    assert (
        await put(
            projects, "projects", items[: ITEMS // 2] + [i | {"name": "X"} for i in items[ITEMS // 2 :]], "2"
        )
        == [200] * ITEMS
    )
    assert (statements["project"], statements["portfolio"]) == (1, 1)
    assert await projects.count("project") == ITEMS


async def test_a_batch_of_parts_reads_their_project_once(
    projects_everywhere: Projects, statements: Counter[str]
) -> None:
    project = await projects_everywhere.make()
    items = [{"project_id": project["id"], "wbs": str(n + 1), "name": f"W{n}", "external_ref": of("a", n)}
             for n in range(ITEMS)]  # fmt: skip
    statements.clear()
    assert await put(projects_everywhere, "work-packages", items, "1") == [201] * ITEMS
    assert statements == {"project": 1, "guard": 1, "work_package": 1}


async def test_an_id_of_another_collection_names_nothing(projects_everywhere: Projects) -> None:
    """Also where the batch has read the resource that it is the id of."""
    project = await projects_everywhere.make()
    item = {"project_id": project["id"], "wbs": "1", "name": "W", "parent_id": project["id"]}
    assert await put(projects_everywhere, "work-packages", [item, item | {"parent_id": None}], "1") == [
        422,
        201,
    ]


async def test_what_an_earlier_item_changed_is_seen_by_a_later_one(projects_everywhere: Projects) -> None:
    client = projects_everywhere.client
    first, second = [
        (await client.put(f"/projects/v1/portfolios/by-ref/a/{n}", json={"name": f"F{n}"})).json()["id"]
        for n in range(2)
    ]
    turned = [
        {"name": "F0", "parent_id": second, "external_ref": of("a", 0)},
        {"name": "F1", "parent_id": first, "external_ref": of("a", 1)},
    ]
    assert await put(projects_everywhere, "portfolios", turned, "1") == [200, 422]


async def test_what_is_read_under_a_guard_is_read_after_it(
    projects_everywhere: Projects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A parent that takes a budget of its own while a batch puts a part under it: the batch decides again."""
    projects, client = projects_everywhere, projects_everywhere.client
    project = await projects.make()
    whole = {"project_id": project["id"], "wbs": "1", "name": "Whole", "external_ref": of("a", 1)}
    assert await put(projects, "work-packages", [whole], "1") == [201]
    [parent] = (await client.get("/projects/v1/work-packages")).json()["items"]
    part = {"project_id": project["id"], "wbs": "1.1", "name": "Part", "parent_id": parent["id"]}
    fetch, done = projects.store.fetch, False

    async def with_a_budget_meanwhile(text: str, params: Any = ()) -> Any:
        nonlocal done
        rows = await fetch(text, params)
        if not done and "FROM work_package" in text and "external_id IN" in text:
            done = True
            budget = {"budget": {"amount": "5.00", "currency": "CHF"}}
            url, match = f"/projects/v1/work-packages/{parent['id']}", {"If-Match": '"1"'}
            headers = match | {"Content-Type": "application/merge-patch+json"}
            assert (await client.patch(url, json=budget, headers=headers)).status_code == 200
        return rows

    monkeypatch.setattr(projects.store, "fetch", with_a_budget_meanwhile)
    assert await put(projects, "work-packages", [part, whole], "2") == [409, 200]
    assert done


async def test_what_many_items_name_is_checked_once_and_for_each_of_them(
    projects_everywhere: Projects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Archived between the decision and the commit, it takes none of them; what names something else comes in."""
    client = projects_everywhere.client
    one, other = [(await client.post("/projects/v1/portfolios", json={"name": name})).json() for name in "AB"]
    commit, checks = projects_everywhere.store.commit, list[int]()

    async def with_an_archiving_meanwhile(unit: Any) -> None:
        checks.append(sum(statement.is_check for statement in group.statements_of(unit.parts)))
        if len(checks) == 1:
            answer = await client.delete(f"/projects/v1/portfolios/{one['id']}", headers={"If-Match": '"1"'})
            assert answer.status_code == 204
        await commit(unit)

    monkeypatch.setattr(projects_everywhere.store, "commit", with_an_archiving_meanwhile)
    items = [{"name": "P", "portfolio_id": one["id"]}] * 3 + [{"name": "Q", "portfolio_id": other["id"]}] * 2
    assert await put(projects_everywhere, "projects", items, "1") == [409] * 3 + [201] * 2
    assert checks[0] == 2
