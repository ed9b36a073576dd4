"""Any course of creations, revisions, conflicts and batches leaves what a model of a few lines says."""

import asyncio
from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from shared.contracts.projects.structure import Project
from shared.domain.work import Work
from shared.store import StaleVersion, UniqueTaken, open_store
from tests.shared.store.writing import outcomes, positions, rename, stage, versions, work_on

CODES = st.sampled_from("ABCDEF")
PICK = st.integers(0, 50)
RUNS = count()


class Ledger(RuleBasedStateMachine):
    """`codes` and `changes` are the model: which code is whose, and how often each project was written."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.store = self.loop.run(open_store(self.url))
        self.run = next(RUNS)  # the database outlives a run: each has codes of its own
        self.before = len(self.loop.run(positions(self.store)))
        self.codes: dict[str, str] = {}
        self.changes: dict[str, int] = {}
        self.copies: list[tuple[Work, Project]] = []

    def teardown(self) -> None:
        self.loop.run(self.store.close())
        self.loop.close()

    def commit(self, *units: Work) -> list[BaseException | None]:
        return self.loop.run(outcomes(units))

    def keep(self, created: Project) -> None:
        self.codes[created.code] = str(created.id)
        self.changes[str(created.id)] = 1

    @rule(wanted=st.lists(CODES, min_size=1, max_size=4))
    def create_at_the_same_time(self, wanted: list[str]) -> None:
        units = [work_on(self.store) for _ in wanted]
        created = [stage(unit, f"{code}-{self.run}") for unit, code in zip(units, wanted, strict=True)]
        for project, error in zip(created, self.commit(*units), strict=True):
            assert isinstance(error, UniqueTaken if project.code in self.codes else type(None))
            if error is None:
                self.keep(project)

    @rule(wanted=st.lists(CODES, min_size=1, max_size=4))
    def create_in_a_batch(self, wanted: list[str]) -> None:
        work = work_on(self.store)
        work.unit.separable = True
        collected = []
        for code in wanted:
            collected.append(stage(work, f"{code}-{self.run}"))
            work.next_part()
        assert self.commit(work) == [None]
        for i, project in enumerate(collected):
            assert (i in work.unit.failures) == (project.code in self.codes)
            if i not in work.unit.failures:
                self.keep(project)

    @rule(pick=PICK)
    def read_a_copy(self, pick: int) -> None:
        if self.codes:
            work = work_on(self.store)
            id = sorted(self.changes)[pick % len(self.changes)]
            self.copies.append((work, self.loop.run(work.load(Project, id))))

    @rule(pick=PICK, name=st.sampled_from(["x", "y", "z"]))
    def revise_a_copy(self, pick: int, name: str) -> None:
        if not self.copies:
            return
        work, copy = self.copies.pop(pick % len(self.copies))
        id, read = str(copy.id), copy.version
        rename(work, copy, name)
        [error] = self.commit(work)
        assert isinstance(error, type(None) if read == self.changes[id] else StaleVersion)
        self.changes[id] += error is None

    @invariant()
    def the_store_is_what_the_model_says(self) -> None:
        rows: list[Any] = self.loop.run(self.store.fetch("SELECT code, id, version FROM project"))
        own = {id: (code, version) for code, id, version in rows if code.endswith(f"-{self.run}")}
        assert own == {id: (code, self.changes[id]) for code, id in self.codes.items()}
        published = self.loop.run(versions(self.store))
        assert all(published[id] == list(range(1, n + 1)) for id, n in self.changes.items())
        result = self.loop.run(positions(self.store))
        assert result == list(range(1, self.before + sum(self.changes.values()) + 1))


def test_the_store_keeps_to_the_model(store_url: str) -> None:
    class OnThis(Ledger):
        url = store_url

    few = settings(max_examples=12, stateful_step_count=15)
    run_state_machine_as_test(OnThis, settings=few)
