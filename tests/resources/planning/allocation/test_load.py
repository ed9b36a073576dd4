"""Whatever is created, committed, revised and released over REST: no day is committed beyond 100 percent."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tuned
from hypothesis import strategies as st

from shared.base.settings import Settings
from tests.conftest import running_portolan
from tests.support.days import today
from tests.support.given import Bookings

TODAY = today()
DAYS = range(-25, 60)

periods = st.tuples(st.integers(-20, 20), st.integers(0, 25))
percents = st.integers(1, 100)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("create"), periods, percents, st.sampled_from(["soft", "hard"])),
        st.tuples(st.just("revise"), st.integers(0, 9), periods, percents),
        st.tuples(st.sampled_from(["commit", "release"]), st.integers(0, 9)),
    ),
    min_size=1,
    max_size=10,
)


class Desk:
    """A person on a project, and what is booked of them."""

    def __init__(self, bookings: Bookings, project: str) -> None:
        self.bookings = bookings
        self.project = project
        self.booked: list[dict[str, Any]] = []

    async def work_off(self, steps: list[Any]) -> None:
        person = await self.bookings.person()
        for kind, *reported in steps:
            if kind == "create":
                await self._create(person, *reported)
            elif self.booked:
                await self._change(kind, self.booked[reported[0] % len(self.booked)], *reported[1:])

    async def _create(self, person: str, period: tuple[int, int], percent: int, commitment: str) -> None:
        wanted = _days(period) | {"percent": percent, "commitment": commitment, "id": None}
        answer = await self.bookings.ask(
            person, self.project, percent, commitment=commitment, **_days(period)
        )
        self._judge(answer.status_code, wanted, 201)
        if answer.status_code == 201:
            self.booked.append(answer.json())

    async def _change(self, kind: str, one: dict[str, Any], *reported: Any) -> None:
        if kind == "revise":
            wanted = one | _days(reported[0]) | {"percent": reported[1]}
            answer = await self.bookings.rebook(one, percent=reported[1], **_days(reported[0]))
        else:
            wanted = one | ({"commitment": "hard"} if kind == "commit" else {})
            answer = await self.bookings.decide(one, kind)
        if kind == "revise" and wanted == one:
            assert answer.status_code == 200, "what changes nothing is not refused"
            return
        if one["state"] == "released" or (kind == "commit" and one["commitment"] == "hard"):
            assert answer.status_code == 409
            return
        self._judge(answer.status_code, wanted, 200)
        if answer.status_code == 200:
            one.update(answer.json())

    def _judge(self, status: int, wanted: dict[str, Any], granted: int) -> None:
        """Refused exactly where one of the days would be beyond 100."""
        others = [a for a in self.booked if a["id"] != wanted["id"]]
        assert status == (409 if max(_load([*others, wanted])) > 100 else granted)


def _days(period: tuple[int, int]) -> dict[str, str]:
    first = TODAY + timedelta(days=period[0])
    return {"starts_on": first.isoformat(), "ends_on": (first + timedelta(days=period[1])).isoformat()}


def _load(items: list[dict[str, Any]]) -> list[int]:
    days = [(TODAY + timedelta(days=n)).isoformat() for n in DAYS]
    hard = [a for a in items if a["commitment"] == "hard"]
    return [sum(a["percent"] for a in hard if a["starts_on"] <= day <= a["ends_on"]) for day in days]


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Runs steps for a fresh person of one running Portolan, and answers what the service then lists."""
    with asyncio.Runner() as runner:
        running = running_portolan(Settings(data=tmp_path_factory.mktemp("data")))
        bookings = Bookings(runner.run(running.__aenter__()))
        project = runner.run(bookings.project())

        async def run(steps: list[Any]) -> list[dict[str, Any]]:
            desk = Desk(bookings, project["id"])
            await desk.work_off(steps)
            return [await bookings.booking(a) for a in desk.booked]

        yield lambda steps: runner.run(run(steps))
        runner.run(running.__aexit__(None, None, None))


@given(steps=steps)
@tuned(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_day_is_ever_beyond_100_percent(desks: Any, steps: list[Any]) -> None:
    assert max(_load(desks(steps))) <= 100
