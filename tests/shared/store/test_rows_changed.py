"""A change writes only the columns that differ, and leaves the row that a whole write would leave."""

from datetime import date
from typing import Any

import pytest

from services.projects.service import SERVICE
from shared.base.clock import now
from shared.base.money import Money
from shared.contracts.language import ExternalRef, plain
from shared.contracts.projects.structure import Project
from shared.domain.work import Work
from shared.store import StaleVersion, Store
from shared.store.columns import Mirror
from tests.shared.store.writing import created, renaming, work_on

MIRROR: Mirror = SERVICE.mirrors[Project]

CHANGES: list[dict[str, Any]] = [
    {"description": "Nothing that is searched or sorted"},
    {"name": "Züri 12", "planned_finish_on": date(2027, 1, 31)},
    {"planned_cost": Money(amount="12.50", currency="CHF"), "planned_start_on": date(2026, 2, 1)},
    {"external_ref": ExternalRef(source="tests", id="another")},
    {"archived_at": now()},
    {"planned_start_on": None},
]


async def row_of(store: Store, project: Project) -> tuple[Any, ...]:
    rows = await store.fetch(
        f"SELECT {', '.join(MIRROR.columns)} FROM {MIRROR.name} WHERE id = ?", (str(project.id),)
    )
    return tuple(rows[0])


async def assert_the_row_is_whole(store: Store, project: Project) -> None:
    row = await row_of(store, project)
    work = work_on(store)
    standing = await work.load(Project, project.id)
    effective = row[MIRROR.columns.index("effective_at")]
    assert row == MIRROR.values(vars(standing), effective, work.state_of(standing))


async def change(work: Work, project: Project, members: dict[str, Any]) -> None:
    standing = await work.load(Project, project.id)
    standing.take(**members)
    work.save(standing, plain(Project, "revised"))


@pytest.mark.parametrize("members", CHANGES, ids=lambda members: "-".join(members))
async def test_a_row_whose_changed_columns_were_written_is_the_row_of_its_document(
    store: Store, members: dict[str, Any]
) -> None:
    project = await created(store, "P-1")
    work = work_on(store)
    await change(work, project, members)
    await work.commit()
    await assert_the_row_is_whole(store, project)


async def test_what_a_unit_changes_twice_is_written_as_it_leaves_it(store: Store) -> None:
    project = await created(store, "P-1")
    work = work_on(store)
    for members in CHANGES:
        await change(work, project, members)
    await work.commit()
    await assert_the_row_is_whole(store, project)


def test_a_change_leaves_the_columns_of_other_members_alone() -> None:
    written = {MIRROR.columns[place] for place in MIRROR.places(("name", "archived_at"))}
    always = {"version", "updated_at", "effective_at", "document"}
    assert written == {*always, "name", "name_sort", "search_text", "archived"}


async def test_of_two_that_change_different_members_the_second_is_refused(store: Store) -> None:
    project = await created(store, "P-1")
    first, second = await renaming(store, project, "First"), work_on(store)
    await change(second, project, {"description": "Second"})
    await first.commit()
    with pytest.raises(StaleVersion):
        await second.commit()
    await assert_the_row_is_whole(store, project)
