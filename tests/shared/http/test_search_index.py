"""`q` by its index: the same answers with it and without it, on both databases, whatever is written."""

import random
import sqlite3
from pathlib import Path

import pytest

from services.projects.service import SERVICE
from services.resources.service import SERVICE as RESOURCES
from shared.base.settings import Settings
from shared.store import search
from tests.conftest import running_service
from tests.shared.conftest import PROJECTS, Projects

LETTERS = ("a", "b", "é", "Œ", "ß", "9", "-", "%", "_", '"', "'", "\\", " ", "漢", "*", "😀")


def some_text(chance: random.Random, longest: int) -> str:
    return "".join(chance.choice(LETTERS) for _ in range(chance.randint(1, longest)))


async def names_of(projects: Projects, wanted: str) -> list[str]:
    query = {"q": wanted, "sort": "name", "limit": "200", "archived": "true"}
    page = await projects.client.get(PROJECTS, params=query)
    assert page.status_code == 200, page.text
    return [item["name"] for item in page.json()["items"]]


async def names_without_index(projects: Projects, wanted: str) -> list[str]:
    store = projects.store
    there, store.searched_by_index = store.searched_by_index, frozenset()
    try:
        return await names_of(projects, wanted)
    finally:
        store.searched_by_index = there


async def test_a_search_finds_the_same_with_its_index_and_without(projects_everywhere: Projects) -> None:
    projects, chance = projects_everywhere, random.Random(26)
    assert "project" in projects.store.searched_by_index
    created = [await projects.make(name=f"x{some_text(chance, 24)}x") for _ in range(60)]
    for project in created[::3]:
        revised = await projects.revise(project, name=f"x{some_text(chance, 24)}x")
        assert revised.status_code == 200, revised.text
    for project in created[1::3]:
        await projects.client.delete(f"{PROJECTS}/{project['id']}", headers={"If-Match": '"1"'})
    hits = 0
    for _ in range(150):
        name = (await projects.read(chance.choice(created)))["name"]
        start = chance.randrange(len(name))
        wanted = f"{name[start : start + chance.randint(1, 6)]} {some_text(chance, 2)}"[
            : chance.randint(1, 9)
        ]
        result = await names_of(projects, wanted)
        assert result == await names_without_index(projects, wanted), wanted
        hits += bool(result)
    assert hits > 20


async def test_a_name_that_was_changed_is_found_by_the_new_one_only(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    project = await projects.make(name="Harbour tunnel")
    assert (await projects.revise(project, name="Payroll")).status_code == 200
    assert await names_of(projects, "tunn") == []
    assert await names_of(projects, "ayro") == ["Payroll"]


async def test_a_word_of_very_many_is_looked_for_along_the_list(
    projects: Projects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_ROWS", 2)
    for n in range(5):
        await projects.make(name=f"Bridge x{n}")
    assert await names_of(projects, "bridge") == [f"Bridge x{n}" for n in range(5)]
    assert await names_of(projects, "bridge x3") == ["Bridge x3"]
    page = await projects.client.get(f"{PROJECTS}?stage=proposed&sort=-name")
    assert [item["name"] for item in page.json()["items"]] == [f"Bridge x{n}" for n in reversed(range(5))]


async def test_the_index_outlives_a_vacuum(projects: Projects) -> None:
    created = [await projects.make(name=f"Bridge x{n}") for n in range(6)]
    await projects.client.delete(f"{PROJECTS}/{created[2]['id']}", headers={"If-Match": '"1"'})
    file = projects.one.kernel.settings.data / "projects.sqlite"
    with sqlite3.connect(file, isolation_level=None) as connection:
        connection.execute("DELETE FROM project WHERE id = ?", (created[0]["id"],))
        connection.execute("VACUUM")
    for n in (1, 3, 4, 5):
        assert await names_of(projects, f"bridge x{n}") == [f"Bridge x{n}"]
    assert await names_of(projects, "bridge x0") == []


async def test_what_tells_of_persons_leaves_nothing_in_an_index_on_sqlite(
    projects: Projects, tmp_path: Path
) -> None:
    async with running_service(RESOURCES, Settings(data=tmp_path / "resources")) as (one, _):
        of_people = {m.name for m in one.kernel.mirrors.values() if m.entry.tells_of_people}
        assert of_people
        assert one.kernel.store.searched_by_index.isdisjoint(of_people)


def test_every_sort_and_every_equality_of_a_list_has_an_index() -> None:
    for register in SERVICE.registers:
        table = register.mirror.table
        over = {tuple(c.name for c in index.columns) for index in table.indexes}
        for member in (*register.filters.sorts, "created_at", "updated_at"):
            assert (register.mirror.column_of_sort(member).name, "id") in over, (table.name, member)
