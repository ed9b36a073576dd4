"""Units of very many rows: written like any other, while others have their turn."""

import asyncio

import pytest

from shared.contracts.projects.structure import Project
from shared.domain.work import Work
from shared.store import Store, UniqueTaken
from shared.store.group import LARGE
from tests.shared.store.writing import (
    codes,
    created,
    creating,
    everything,
    positions,
    rename,
    stage,
    versions,
    work_on,
)

MANY = LARGE + 50


def large(store: Store) -> Work:
    work = work_on(store)
    for n in range(MANY):
        stage(work, f"L-{n}")
    return work


async def test_a_large_unit_is_written_whole_and_in_order(store: Store) -> None:
    await created(store, "BEFORE")
    work = large(store)
    await work.commit()
    assert await codes(store) == {"BEFORE", *(f"L-{n}" for n in range(MANY))}
    assert await positions(store) == list(range(1, MANY + 2))
    assert work.unit.positions == [list(range(2, MANY + 2))]
    await created(store, "AFTER")
    assert (await positions(store))[-1] == MANY + 2


async def test_new_rows_and_rows_that_stand_go_together(store: Store) -> None:
    standing = await created(store, "STANDING")
    work = large(store)
    rename(work, await work.load(Project, standing.id), "Renamed")
    await work.commit()
    assert (await work_on(store).load(Project, standing.id)).name == "Renamed"
    assert (await versions(store))[str(standing.id)] == [1, 2]
    assert len(await codes(store)) == MANY + 1


async def test_one_key_that_is_taken_refuses_all_of_it(store: Store) -> None:
    await created(store, "TAKEN", "42")
    before = await everything(store)
    work = large(store)
    stage(work, "OTHER", "42")
    with pytest.raises(UniqueTaken) as refused:
        await work.commit()
    assert refused.value.columns == ("external_source", "external_id")
    assert await everything(store) == before


async def test_a_trial_of_a_large_unit_leaves_nothing(store: Store) -> None:
    before = await everything(store)
    await store.trial(large(store).unit)
    assert await everything(store) == before


async def test_others_have_their_turn_while_a_large_unit_is_written(store: Store) -> None:
    """The loop comes round while rows are written, and who reads meanwhile sees nothing or all."""
    writing = asyncio.ensure_future(large(store).commit())
    await asyncio.sleep(0)
    turns, counts = 0, set()
    while not writing.done():
        turns += 1
        counts.add(len(await codes(store)))
        await asyncio.sleep(0)
    await writing
    assert turns >= 5
    assert counts <= {0, MANY}


async def test_what_waits_behind_a_large_unit_is_written_after_it(store: Store) -> None:
    units = [large(store), creating(store, "SMALL")]
    await asyncio.gather(*(unit.commit() for unit in units))
    assert len(await codes(store)) == MANY + 1
