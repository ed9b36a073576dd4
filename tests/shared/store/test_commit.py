"""What every store promises of a commit, whichever database stands behind it."""

import asyncio
from typing import Any

import pytest

from services.projects.structure.project.model import ProjectRow
from shared.contracts.projects.structure import Project
from shared.domain.references import exists
from shared.store import StaleVersion, Statement, Store, UniqueTaken, Unreachable
from shared.store.postgres import COPIED
from shared.store.unit import IdempotencyKey
from tests.shared.store.writing import (
    codes,
    created,
    creating,
    everything,
    outcomes,
    positions,
    rename,
    renaming,
    stage,
    versions,
    work_on,
)


async def test_a_group_commit_writes_every_unit_of_it(store: Store) -> None:
    units = [creating(store, f"P-{n}") for n in range(100)]
    assert await outcomes(units) == [None] * 100
    assert await codes(store) == {f"P-{n}" for n in range(100)}
    assert await positions(store) == list(range(1, 101))


async def test_a_unit_learns_the_positions_that_stand_in_the_outbox(store: Store) -> None:
    units = [creating(store, f"P-{n}") for n in range(20)]
    await outcomes(units)
    first_positions = {unit.unit.parts[0].events[0].event_id: unit.unit.positions[0][0] for unit in units}
    assert first_positions == dict(await store.fetch("SELECT event_id, position FROM outbox"))


async def test_positions_are_seen_without_a_gap_at_any_moment(store: Store, replica: Store) -> None:
    """Two replicas write at once; whoever reads sees 1 to n, never a later position before an earlier one."""
    seen = 0

    async def watch(writing: "asyncio.Future[Any]") -> None:
        nonlocal seen
        while not writing.done():
            stored = await positions(store)
            assert stored == list(range(1, len(stored) + 1))
            seen += 0 < len(stored) < 60
            await asyncio.sleep(0)

    async def write(to: Store, name: str) -> None:
        for n in range(10):
            await asyncio.gather(*(creating(to, f"{name}-{n}-{i}").commit() for i in range(3)))

    writing = asyncio.gather(write(store, "A"), write(replica, "B"))
    await asyncio.gather(writing, watch(writing))
    assert await positions(store) == list(range(1, 61))
    assert seen, "nothing was looked at while it was written"


async def test_a_stale_unit_fails_alone(store: Store) -> None:
    shared = await created(store, "SHARED")
    both = [await renaming(store, shared, name) for name in ("first", "second")]
    units = [creating(store, "A"), *both, creating(store, "B")]
    done = await outcomes(units)
    assert [type(d) for d in done] == [type(None), type(None), StaleVersion, type(None)]
    assert await codes(store) == {"SHARED", "A", "B"}
    assert (await versions(store))[str(shared.id)] == [1, 2]
    assert (await work_on(store).load(Project, shared.id)).name == "first"


async def test_of_two_replicas_that_read_the_same_version_one_commits(store: Store, replica: Store) -> None:
    for n in range(4):
        project = await created(store, f"P-{n}")
        units = [await renaming(store, project, "here"), await renaming(replica, project, "there")]
        done = await outcomes(units)
        assert sorted(str(type(d).__name__) for d in done) == ["NoneType", "StaleVersion"]
        assert (await versions(store))[str(project.id)] == [1, 2]
    assert await positions(store) == list(range(1, 9))


async def test_a_taken_key_is_named_and_spoils_no_neighbour(store: Store) -> None:
    await created(store, "TAKEN", "1")
    units = [creating(store, "A"), creating(store, "TAKEN"), creating(store, "B"), creating(store, "C", "1")]
    _, by_code, _, by_reference = await outcomes(units)
    assert isinstance(by_code, UniqueTaken)
    assert (by_code.table, by_code.columns) == ("project", ("code",))
    assert isinstance(by_reference, UniqueTaken)
    assert (by_reference.table, by_reference.columns) == ("project", ("external_source", "external_id"))
    assert await codes(store) == {"TAKEN", "A", "B"}
    assert await positions(store) == [1, 2, 3]


async def test_separable_parts_fail_singly(store: Store) -> None:
    await created(store, "TAKEN")
    work = work_on(store)
    work.unit.separable = True
    for code in ("A", "TAKEN", "B", "A"):
        stage(work, code)
        work.next_part()
    await work.commit()
    assert {i: type(e) for i, e in work.unit.failures.items()} == {1: UniqueTaken, 3: UniqueTaken}
    assert work.unit.positions == [[2], [], [3], [], []]
    assert await codes(store) == {"TAKEN", "A", "B"}


async def test_a_part_that_builds_on_a_failed_one_fails_too(store: Store) -> None:
    """Otherwise version 3 would be published and version 2 never."""
    await created(store, "TAKEN")
    project = await created(store, "P")
    work = work_on(store)
    work.unit.separable = True
    locked = await work.load(Project, project.id)
    locked.code = "TAKEN"
    locked = rename(work, locked, "first")
    work.next_part()
    locked.code = "FREE"
    rename(work, locked, "second")
    work.next_part()
    stage(work, "TAKEN")
    work.next_part()
    stage(work, "OTHER")
    await work.commit()
    failed = {i: type(e) for i, e in work.unit.failures.items()}
    assert failed == {0: UniqueTaken, 1: StaleVersion, 2: UniqueTaken}
    assert getattr(work.unit.failures[1], "builds_on", None) == 0
    assert (await versions(store))[str(project.id)] == [1]
    assert await codes(store) == {"TAKEN", "P", "OTHER"}


async def test_a_part_that_names_what_a_failed_one_makes_fails_too(store: Store) -> None:
    """Otherwise a reference would be written to what never was."""
    await created(store, "TAKEN")
    work = work_on(store)
    work.unit.separable = True
    never = stage(work, "TAKEN")
    work.next_part()
    await exists(work, ProjectRow, never.id, "/parent_id")
    stage(work, "A")
    work.next_part()
    stage(work, "B")
    await work.commit()
    failed = {i: (type(e), getattr(e, "builds_on", None)) for i, e in work.unit.failures.items()}
    assert failed == {0: (UniqueTaken, None), 1: (StaleVersion, 0)}
    assert await codes(store) == {"TAKEN", "B"}


async def test_a_stale_part_leaves_the_others_be(store: Store) -> None:
    project = await created(store, "P")
    work = work_on(store)
    work.unit.separable = True
    stage(work, "A")
    work.next_part()
    rename(work, await work.load(Project, project.id), "late")
    await (await renaming(store, project, "early")).commit()
    await work.commit()
    assert {i: type(e) for i, e in work.unit.failures.items()} == {1: StaleVersion}
    assert (await versions(store))[str(project.id)] == [1, 2]
    assert await codes(store) == {"P", "A"}


async def test_of_two_that_read_under_one_guard_only_the_first_commits(store: Store, replica: Store) -> None:
    units = [creating(store, "A"), creating(store, "B"), creating(replica, "C"), creating(store, "FREE")]
    for unit in units[:3]:
        await unit.guard("capacity of Anna")
    await units[3].guard("capacity of Berta")
    done = await outcomes(units)
    assert sorted(type(d).__name__ for d in done[:3]) == ["NoneType", "StaleVersion", "StaleVersion"]
    assert done[3] is None
    assert len(await codes(store)) == 2
    again = creating(store, "D")
    await again.guard("capacity of Anna")
    await again.commit()
    assert "D" in await codes(store)


async def test_a_failed_commit_leaves_nothing(store: Store) -> None:
    await created(store, "P")
    before = await everything(store)
    unit = creating(store, "A")
    stage(unit, "B")
    await unit.guard("something")
    unit.unit.idempotency = IdempotencyKey("anna", "/", "key", "hash")
    unit.add_statement("UPDATE project SET version = version WHERE code = ?", [("NOBODY",)], expect=1)
    with pytest.raises(StaleVersion):
        await unit.commit()
    assert await everything(store) == before
    await created(store, "C")
    assert await positions(store) == [1, 2]


async def test_one_key_is_written_once(store: Store, replica: Store) -> None:
    units = [creating(to, code) for to, code in ((store, "A"), (store, "B"), (replica, "C"))]
    for unit in units:
        unit.unit.idempotency = IdempotencyKey("anna", "/projects", "key", "hash")
        unit.unit.answer = lambda unit: "{}"
    done = await outcomes(units)
    taken = [d for d in done if d is not None]
    assert len(taken) == 2
    assert all(isinstance(t, UniqueTaken) and t.table == "idempotency" for t in taken)
    assert len(await codes(store)) == 1


async def test_whatever_goes_wrong_with_a_unit_is_its_own_trouble(store: Store) -> None:
    """An error that no database gave: a number that fits no column, an answer that cannot be made."""

    def broken(unit: Any) -> str:
        raise ZeroDivisionError

    odd = creating(store, "ODD")
    odd.unit.parts[0].statements.append(Statement("UPDATE counter SET one = ? WHERE one = 0", [(2**70,)]))
    mute = creating(store, "MUTE")
    mute.unit.idempotency, mute.unit.answer = IdempotencyKey("anna", "/", "key", "hash"), broken
    async with asyncio.timeout(5):
        done = await outcomes([odd, mute, creating(store, "A")])
        await created(store, "B")
    assert [d is None for d in done] == [False, False, True]
    assert isinstance(done[1], ZeroDivisionError)
    assert await codes(store) == {"A", "B"}
    assert await positions(store) == [1, 2]


async def test_a_statement_answers_its_returned_rows(store: Store) -> None:
    await created(store, "P")
    assert [tuple(row) for row in await store.run("UPDATE project SET archived = 1 RETURNING code")] == [
        ("P",)
    ]
    assert [tuple(row) for row in await store.fetch("SELECT archived FROM project")] == [(1,)]


@pytest.mark.parametrize(
    ("conflict", "remaining"), [("DO NOTHING", 1), ("DO UPDATE SET last = excluded.last", 2)]
)
async def test_of_many_rows_those_that_are_there_already_are_dealt_with_as_the_statement_says(
    store: Store, conflict: str, remaining: int
) -> None:
    names = [f"name-{n:03d}" for n in range(2 * COPIED)]
    adding = f"INSERT INTO sequence (name, last) VALUES (?, ?) ON CONFLICT (name) {conflict}"
    for last, batch in ((1, names[COPIED:]), (2, names), (2, names)):
        work = work_on(store)
        work.add_statement(adding, [(name, last) for name in batch], types=("text", "bigint"))
        await work.commit()
    stored = dict(await store.fetch("SELECT name, last FROM sequence"))
    assert stored == dict.fromkeys(names[:COPIED], 2) | dict.fromkeys(names[COPIED:], remaining)


async def test_many_rows_that_are_added_go_with_the_unit_that_fails(store: Store) -> None:
    work = work_on(store)
    rows = [(f"name-{n}", 1) for n in range(2 * COPIED)]
    work.add_statement("INSERT INTO sequence (name, last) VALUES (?, ?)", rows, types=("text", "bigint"))
    work.add_statement("UPDATE counter SET epoch = ? WHERE one = 7", [(3,)], expect=1)
    with pytest.raises(StaleVersion):
        await work.commit()
    assert await store.fetch("SELECT name FROM sequence") == []


async def test_many_rows_that_must_be_new_are_refused_where_one_is_not(store: Store) -> None:
    for wanted in (COPIED, 2 * COPIED):
        work = work_on(store)
        rows = [(f"name-{n:03d}", 1) for n in range(COPIED - 1, wanted)]
        work.add_statement("INSERT INTO sequence (name, last) VALUES (?, ?)", rows, types=("text", "bigint"))
        if wanted > COPIED:
            with pytest.raises(UniqueTaken, match=r"sequence\(name\)"):
                await work.commit()
        else:
            await work.commit()
    assert await store.fetch("SELECT COUNT(*) FROM sequence") == [(1,)]


async def test_a_commit_of_any_replica_nudges(store: Store, replica: Store) -> None:
    nudged = asyncio.Event()
    store.on_commit(nudged.set)
    await created(store, "HERE")
    assert nudged.is_set()
    if store.dialect == "postgresql":
        nudged.clear()
        async with asyncio.timeout(5):
            while not nudged.is_set():  # it may not listen yet
                await created(replica, f"THERE-{len(await codes(store))}")


async def test_only_one_replica_leads_at_a_time(store: Store, replica: Store) -> None:
    if store.dialect == "sqlite":
        async with store.leading() as leads:
            assert leads()
        return
    async with store.leading() as leads:
        assert leads()
        waiting = asyncio.create_task(replica.leading().__aenter__())
        await asyncio.wait([waiting], timeout=0.1)
        assert not waiting.done()
    async with asyncio.timeout(5):
        assert (await waiting)()


async def test_a_closed_store_has_written_what_was_asked_and_takes_no_more(
    store_url: str, store: Store
) -> None:
    from shared.store import open_store

    closing = await open_store(store_url)
    writes = asyncio.gather(*(creating(closing, f"P-{n}").commit() for n in range(20)))
    await asyncio.sleep(0)
    await closing.close()
    await writes
    assert len(await codes(store)) == 20
    with pytest.raises(Unreachable):
        async with asyncio.timeout(5):
            await creating(closing, "LATE").commit()


async def test_a_trial_raises_what_a_commit_would_and_leaves_nothing(store: Store) -> None:
    await created(store, "TAKEN")
    await store.trial(creating(store, "FREE").unit)
    with pytest.raises(UniqueTaken):
        await store.trial(creating(store, "TAKEN").unit)
    assert await codes(store) == {"TAKEN"}
    assert await positions(store) == [1]


async def test_a_trial_of_parts_that_may_fail_singly_notes_those_that_would(store: Store) -> None:
    await created(store, "TAKEN")
    work = creating(store, "FREE")
    work.next_part()
    stage(work, "TAKEN")
    work.unit.separable = True
    await store.trial(work.unit)
    assert [(part, type(failure)) for part, failure in work.unit.failures.items()] == [(1, UniqueTaken)]
    assert await codes(store) == {"TAKEN"}
    assert await positions(store) == [1]
