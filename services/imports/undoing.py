"""An import taken back: what it made is archived, what it changed is given back, and what has moved on since stays.

The newest goes first, so that parts go before what they are in. Each record is written under the version that the import
left, and no other. Every request carries `undo-<id>` as its X-Request-ID: by the histories, a run that was killed knows again
what it has done, and what only followed from the import is no change of somebody else's.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import httpx

from services.imports.former_states import (
    COUNTED,
    Histories,
    State,
    emptying_patch,
    ids_named,
    patch_between,
    title_of,
)
from services.imports.recording import CORRELATION, IMPORTS, correlation_of
from services.imports.results import is_passing
from services.imports.sensitive import sensitive_members
from services.imports.server import Server
from services.imports.undo_plans import (
    ARCHIVE,
    ENDED,
    HAS_DEPENDENTS,
    MOVED_ON,
    NOT_THERE,
    ONLY_BY_MOVE,
    SENSITIVE,
    STILL_COUNTS,
    Item,
    Kept,
    Plan,
    Problem,
    Result,
    Settled,
    Touched,
    numbered,
    without_emptying,
)  # fmt: skip
from services.imports.unrecorded import unrecorded

__all__ = [
    "HAS_DEPENDENTS", "MOVED_ON", "NOT_THERE", "ONLY_BY_MOVE", "SENSITIVE", "STILL_COUNTS", "Kept", "Result", "recorded_imports", "undo",
]  # fmt: skip

BATCH = 500
AT_ONCE = 8
"""Histories that are read side by side."""
TRIES = 5
HEARING_TRIES = 20
PAUSE_S = 0.5
PROJECTS = "projects/v1/projects"

NAMED_STILL: Problem = {
    "status": 409,
    "code": HAS_DEPENDENTS,
    "detail": "it is needed by what the import made and what stays",
}
Progress = Callable[[int], None]
"""Called with how many more records are settled."""


async def recorded_imports(client: httpx.AsyncClient) -> AsyncIterator[dict[str, Any]]:
    """The imports that the caller sees, the newest first."""
    async for page in Server(client).pages(IMPORTS):
        for one in page:
            yield one


async def undo(
    client: httpx.AsyncClient,
    id: str,
    *,
    validate_only: bool = False,
    progress: Progress = lambda count: None,
) -> Result:
    """Take an import back, as far as nothing has moved on; ImportFailed where there is none, or none that the caller sees.

    A run that ended early is continued by the next one. With `validate_only` nothing is written.
    """
    client.headers[CORRELATION] = f"undo-{id}"
    try:
        return await _Run(Server(client), id, validate_only, progress).run()
    finally:
        del client.headers[CORRELATION]


class _Run:
    def __init__(self, server: Server, id: str, validate_only: bool, progress: Progress) -> None:
        self.server, self.path, self.validate_only = server, f"{IMPORTS}/{id}", validate_only
        self.progress = progress
        self.histories = Histories(server, correlation_of(id), f"undo-{id}")
        self.projects: dict[str, Touched] = {}
        """Those that the import wrote and no run has undone, by their ids."""
        self.sensitive: dict[str, tuple[str, ...]] = {}
        self.archived_ids: set[str] = set()
        """Ids of what is archived by now, or would be."""
        self.named_by_kept: set[str] = set()
        """Ids in records that stay: whatever bears one of them stays too."""
        self.named_by_waiting: set[str] = set()
        """The same of records that could not be settled yet."""

    async def run(self) -> Result:
        record = await self.server.get(self.path)
        self.result = Result(record, self.validate_only)
        if record["state"] == "reverted" and "counts" in record:
            self.result.is_undone_already = True
            return self.result
        if record["state"] == "running" and not self.validate_only:
            await self.server.post(f"{self.path}/end", {"stopped": True})
        waiting = sorted(await self._touched(record), key=lambda one: -one.place)
        self.result.is_undone_already = record["state"] == "reverted" and not waiting
        self.projects = {one.id: one for one in waiting if one.collection == PROJECTS}
        while waiting:
            self.named_by_waiting = set()
            needed: list[tuple[Touched, Problem]] = []
            for some in _chunks(waiting):
                needed += await self._settle(some)
            if len(needed) == len(waiting):  # nothing goes any more that others need
                await self._keep([Kept(one, HAS_DEPENDENTS, problem["detail"]) for one, problem in needed])
                break
            waiting = [one for one, _ in needed]
        self.result.record = await self.server.get(self.path)
        return self.result

    async def _touched(self, record: dict[str, Any]) -> list[Touched]:
        """All that the import wrote and no run has undone."""
        touched: dict[str, Touched] = {}
        async for page in self.server.pages(f"{self.path}/entries"):
            for entry in page:
                self._note(touched, entry)
        if "counts" not in record:  # it ended early: the last batch may not be noted
            for entry in await unrecorded(self.server, record, set(touched), self.histories):
                self._note(touched, entry)
        return [one for one in touched.values() if one.places]

    def _note(self, touched: dict[str, Touched], entry: dict[str, Any]) -> None:
        place = entry.get("place", self.result.record["entries"])  # what was not noted was written last
        one = touched.setdefault(entry["id"], Touched(entry["collection"], entry["id"], place))
        one.place = min(one.place, place)
        one.versions.add(entry["version"])
        if entry.get("outcome") == "undone":
            self.result.undone_before += 1
        else:
            one.places.append(place)

    async def _settle(self, some: Sequence[Touched]) -> list[tuple[Touched, Problem]]:
        """Take back what the import did with records of one collection; answers those that something needs for now."""
        plans = await self._planned(some)
        settled = await self._carry_out([p for p in plans if isinstance(p, Plan) and not self._is_named(p)])
        settled.remaining += [plan for plan in plans if isinstance(plan, Kept)]
        needed = [(p.touched, NAMED_STILL) for p in plans if isinstance(p, Plan) and self._is_named(p)]
        await self._try_in_reopened(settled)
        for one, first in settled.refused:
            is_other_version = first["status"] == 412 or first["code"] == "archived"
            problem = await self._look_again(one, settled) if is_other_version else first
            if problem is None:
                continue
            if problem["code"] != HAS_DEPENDENTS:
                settled.remaining.append(Kept(one, problem["code"], problem["detail"]))
            elif (
                self.validate_only
                and {other["id"] for other in problem.get("dependents", ())} <= self.archived_ids
            ):
                settled.undone.append(one)
                self.result.archived += 1
            else:
                needed.append((one, problem))
        await self._note_undone(settled.undone)
        await self._keep(settled.remaining)
        for one, _ in needed:
            self.named_by_waiting |= ids_named(await self.histories.now(one.collection, one.id))
        return needed

    def _is_named(self, plan: Plan) -> bool:
        """Whether what would be archived is named by a record of the import that stays: somebody works with that."""
        return plan.archives and plan.touched.id in self.named_by_kept | self.named_by_waiting

    async def _planned(self, some: Sequence[Touched]) -> list[Plan | Kept]:
        turn = asyncio.Semaphore(AT_ONCE)
        standing = await self._standing([one for one in some if one.versions == {1}])

        async def plan(one: Touched) -> Plan | Kept:
            if one.versions == {
                1
            }:  # what the import made and nothing more; its history is read where that is not so
                patch = emptying_patch(one.collection, standing.get(one.id, {}))
                return Plan(one, numbered(one.id, 1, [*([{"patch": patch}] if patch else []), ARCHIVE]))
            async with turn:
                return await self._plan(one)

        return list(await asyncio.gather(*map(plan, some)))

    async def _standing(self, some: Sequence[Touched]) -> dict[str, State]:
        """The records as they stand, where what they say of amounts matters."""
        if not some or some[0].collection not in COUNTED:
            return {}
        return await self.histories.standing(some[0].collection, [one.id for one in some])

    async def _plan(self, one: Touched) -> Plan | Kept:
        """What its history says is to be done."""
        former = await self.histories.former(one.collection, one.id, one.versions)
        if former is None:
            return Kept(one, NOT_THERE)
        if (since := former.foreign) is not None:
            return Kept(one, MOVED_ON, who=since["who"], at=since["at"])
        patch, others = patch_between(one.collection, former)
        if former.before is None and former.is_to_be_archived:
            patch = emptying_patch(one.collection, former.now)
        steps: list[Item] = [{"patch": patch}] if patch else []
        if former.is_to_be_restored:
            steps.insert(0, {"archived": False})
        elif former.is_to_be_archived:
            steps.append(ARCHIVE)
        sensitive = () if former.before is None else await self._sensitive(one.collection)
        return Plan(one, numbered(one.id, former.version, steps), others, sensitive=sensitive)

    async def _sensitive(self, collection: str) -> tuple[str, ...]:
        """Fields of which no history has the former values."""
        if collection not in self.sensitive:
            self.sensitive[collection] = await sensitive_members(self.server, self.result.record, collection)
        return self.sensitive[collection]

    async def _carry_out(self, plans: Sequence[Plan]) -> Settled:
        """Send what is planned; what is refused for the moment is sent again."""
        settled = Settled()
        waiting = list(plans)
        for tries_left in reversed(range(TRIES)):
            passing = []
            for plan, state, problem in await self._send(waiting):
                if problem is None:
                    self._settle_done(plan, state, settled)
                elif tries_left and is_passing(problem):
                    passing.append(plan)
                elif tries_left and (simpler := without_emptying(plan, problem)) is not None:
                    passing.append(simpler)
                else:
                    settled.refused.append((plan.touched, problem))
            waiting = passing
            if not waiting:
                break
            await asyncio.sleep(PAUSE_S)
        return settled

    async def _send(self, plans: Sequence[Plan]) -> list[tuple[Plan, State, Problem | None]]:
        """Each with the state that it is left in, and the problem of its first item that was refused."""
        results: list[tuple[Plan, State, Problem | None]] = [
            (plan, {}, None) for plan in plans if not plan.items
        ]
        parameters = {"validate_only": "true"} if self.validate_only else {}
        for some in _filled([plan for plan in plans if plan.items]):
            items = [item for plan in some for item in plan.items]
            answers = iter(await self.server.batch(some[0].touched.collection, items, parameters))
            for plan in some:
                own = [next(answers) for _ in plan.items]
                problem = next((answer["problem"] for answer in own if "problem" in answer), None)
                results.append((plan, own[-1].get("resource", {}), problem))
        return results

    def _settle_done(self, plan: Plan, state: State, settled: Settled) -> None:
        if plan.archives:
            self.result.archived += 1
        elif plan.items:
            self.result.given_back += 1
        if plan.counting:
            settled.remaining.append(Kept(plan.touched, STILL_COUNTS, ", ".join(plan.counting)))
        elif plan.sensitive:
            settled.remaining.append(Kept(plan.touched, SENSITIVE, ", ".join(plan.sensitive)))
        elif others := [name for name, was in plan.others.items() if state.get(name) != was]:
            settled.remaining.append(Kept(plan.touched, ONLY_BY_MOVE, ", ".join(others)))
        else:
            settled.undone.append(plan.touched)

    async def _try_in_reopened(self, settled: Settled) -> None:
        """What is in a project that the import itself has archived goes while that project is restored for a moment."""
        in_ended = [one for one, problem in settled.refused if problem["code"] == ENDED]
        reopened = await self._reopen(in_ended) if in_ended else []
        if not reopened:
            return
        ids = {one.id for one in reopened}
        settled.refused = [refused for refused in settled.refused if refused[0].id not in ids]
        if self.validate_only:
            settled.undone += reopened
            self.result.archived += len(reopened)
            return
        plans = await self._planned(reopened)
        settled.remaining += [plan for plan in plans if isinstance(plan, Kept)]
        waiting = [plan for plan in plans if isinstance(plan, Plan)]
        for tries_left in reversed(range(HEARING_TRIES)):  # the other services hear of it a moment later
            again = await self._carry_out(waiting)
            settled.undone += again.undone
            settled.remaining += again.remaining
            late = {one.id for one, problem in again.refused if problem["code"] == ENDED and tries_left}
            settled.refused += [refused for refused in again.refused if refused[0].id not in late]
            waiting = [plan for plan in waiting if plan.touched.id in late]
            if not waiting:
                return
            await asyncio.sleep(PAUSE_S)

    async def _reopen(self, some: Sequence[Touched]) -> list[Touched]:
        """Restore the projects of these records that the import has archived and nobody else has changed; answers what is in
        them. They are archived again in their turn."""
        states = [await self.histories.now(one.collection, one.id) or {} for one in some]
        items: dict[str, Item] = {}
        for id in sorted(
            {state["project_id"] for state in states if state.get("project_id") in self.projects}
        ):
            former = await self.histories.former(PROJECTS, id, self.projects[id].versions)
            if former is not None and former.foreign is None and former.now["archived_at"] is not None:
                items[id] = {"id": id, "version": former.version, "archived": False}
        sent = [] if self.validate_only else list(items.values())
        for start in range(0, len(sent), BATCH):
            await self.server.batch(PROJECTS, sent[start : start + BATCH], {})
        return [one for one, state in zip(some, states, strict=True) if state.get("project_id") in items]

    async def _look_again(self, one: Touched, settled: Settled) -> Problem | None:
        """A record has another version than the import noted: what only followed from the import is taken back with it."""
        plan = await self._plan(one)
        if isinstance(plan, Kept):
            settled.remaining.append(plan)
            return None
        again = await self._carry_out([plan])
        settled.undone += again.undone
        settled.remaining += again.remaining
        return again.refused[0][1] if again.refused else None

    async def _note_undone(self, undone: Sequence[Touched]) -> None:
        self.archived_ids |= {one.id for one in undone}
        await self._note_outcomes([(one, {"outcome": "undone"}) for one in undone])

    async def _keep(self, some: Sequence[Kept]) -> None:
        for one in some:
            state = await self.histories.now(one.touched.collection, one.touched.id)
            self.named_by_kept |= ids_named(state)
            title = one.touched.id if state is None else title_of(one.touched.collection, state)
            self.result.remaining.append(replace(one, title=title))
        await self._note_outcomes([(one.touched, {"outcome": "kept", "reason": one.reason}) for one in some])

    async def _note_outcomes(self, outcomes: Sequence[tuple[Touched, dict[str, str]]]) -> None:
        self.progress(len(outcomes))
        if self.validate_only:
            return
        count = self.result.record["entries"]
        noted = [
            {"place": place} | outcome for one, outcome in outcomes for place in one.places if place < count
        ]
        for start in range(0, len(noted), BATCH):
            await self.server.post(f"{self.path}/add-outcomes", {"outcomes": noted[start : start + BATCH]})


def _chunks(waiting: Sequence[Touched]) -> Iterator[list[Touched]]:
    """Neighbours of one collection together."""
    for _, group in groupby(waiting, key=lambda one: one.collection):
        some = list(group)
        for start in range(0, len(some), BATCH):
            yield some[start : start + BATCH]


def _filled(plans: Sequence[Plan]) -> Iterator[list[Plan]]:
    """In batches that take all items of each."""
    some: list[Plan] = []
    count = 0
    for plan in plans:
        if count + len(plan.items) > BATCH:
            yield some
            some, count = [], 0
        some.append(plan)
        count += len(plan.items)
    if some:
        yield some
