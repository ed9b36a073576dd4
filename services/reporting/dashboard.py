"""A dashboard is declared by its answer: beside each member stands how it is measured.

    class BudgetByYear(DashboardAnswer):
        \"\"\"Budget by fiscal year.\"\"\"

        items: Annotated[list[BudgetYear], from_rows(budget_years)]
        \"\"\"The years, the earliest first.\"\"\"


    BUDGET = Dashboard("/v1/budget", BudgetByYear, ScopedQuery, tag="Budget")

The route, its parameters and its document follow, and so does the memory of answers. `additive` measures are made
from kept sums, which are held in memory. Answers that hold a measure `from_rows` are kept as bytes until the next fold,
by the whole query and the caller's sight. A `DashboardList` answers a page of rows at a time instead.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from services.reporting.asof import AsOfQuery, positions
from services.reporting.kept_sums import KeptSums, Make, State
from services.reporting.memo import remembered
from services.reporting.reading import Reading, reading_of
from services.reporting.scope import NarrowedQuery
from shared.contracts.language import AnswerShape, Day
from shared.http import paging
from shared.http.call import Answer, Call
from shared.http.operation import Operation, Parameter
from shared.http.paging import PREFER, Page, PageShape
from shared.http.routes import Routes
from shared.http.signature import texts_of

Q = TypeVar("Q", bound=AsOfQuery)


class DashboardAnswer(AnswerShape):
    """What every dashboard answers beside its measures."""

    as_of: Day
    """The day of the figures."""
    positions: dict[str, str]
    """Up to where each source was read: topic and partition, with the position."""


class WrongDashboard(TypeError):
    """A dashboard whose declaration cannot hold."""


class Per(Enum):
    """Of what an additive measure speaks."""

    PORTFOLIO = "a list: one value for each portfolio that is not archived, by name"
    WHOLE = "one value for everything"


@dataclass(frozen=True)
class Additive:
    """A measure that is made from kept sums: it costs the same whatever the number of projects."""

    make: Make
    per: Per

    def value(self, sums: KeptSums) -> Any:
        if self.per is Per.WHOLE:
            return sums.value(self.make)
        return [sums.value(self.make, id) for id in sums.order]

    def text(self, sums: KeptSums) -> str:
        """The value as JSON, of texts that are held."""
        if self.per is Per.WHOLE:
            return sums.text(self.make)
        return f"[{', '.join(sums.text(self.make, id) for id in sums.order)}]"


@dataclass(frozen=True)
class FromRows:
    """A measure that is made from the states of aggregates: it costs what is read."""

    make: Callable[[Reading[Any]], Awaitable[Any]]


Measure = Additive | FromRows


def additive(make: Make, per: Per) -> Additive:
    """Beside a member: `make` gives its value for a portfolio or for everything."""
    return Additive(make, per)


def from_rows(make: Callable[[Reading[Any]], Awaitable[Any]]) -> FromRows:
    """Beside a member: `make` reads what it needs through the reading and gives the value."""
    return FromRows(make)


class Dashboard(Generic[Q]):
    """A dashboard at `path`. The docstring of its answer is its documentation; the first sentence is the summary.

    WrongDashboard where a member has no measure, or where the query narrows by what no sums are kept.
    """

    def __init__(self, path: str, answer: type[DashboardAnswer], query: type[Q], *, tag: str) -> None:
        self.path = path
        self.answer = answer
        self.measures = dict(_measures(answer))
        self._additive = {name: m for name, m in self.measures.items() if isinstance(m, Additive)}
        if self._additive and (more := query.model_fields.keys() - NarrowedQuery.model_fields.keys()):
            raise WrongDashboard(
                f"{answer.__qualname__}: sums are kept by stage and health; for {', '.join(sorted(more))} its"
                " measures are made from rows"
            )
        self.routes = _routes(path, answer, query, self._respond, tag)

    async def content(self, reading: Reading[Q]) -> State:
        """The measures by their names; not to be changed by who reads them."""
        return {
            name: measure.value(await reading.sums())
            if isinstance(measure, Additive)
            else await measure.make(reading)
            for name, measure in self.measures.items()
        }

    async def _respond(self, reading: Reading[Q]) -> Answer[Any]:
        if len(self._additive) == len(self.measures):
            frame = await _frame(reading)
            if sums := await reading.held_sums():
                return Answer(200, _joined({n: m.text(sums) for n, m in self._additive.items()}, frame))

        async def make() -> bytes:
            frame = await _frame(reading)
            return json.dumps(await self.content(reading) | frame).encode()

        return Answer(200, await remembered(reading.store, (self.path, *reading.key), make))


class DashboardList(Generic[Q]):
    """A dashboard at `path` that answers pages of rows: `page` reads one. They are read anew each time."""

    def __init__(
        self,
        path: str,
        answer: type[PageShape],
        query: type[Q],
        page: Callable[[Reading[Q]], Awaitable[Page[State]]],
        *,
        tag: str,
    ) -> None:
        self.path = path
        self.answer = answer
        self.page = page
        self.routes = _routes(path, answer, query, self._respond, tag, PREFER)

    async def _respond(self, reading: Reading[Q]) -> Answer[Any]:
        return paging.answer(reading.call, (await self.page(reading)).each(json.dumps))


def _routes(
    path: str,
    answer: type[AnswerShape],
    query: type[Q],
    respond: Callable[[Reading[Q]], Awaitable[Answer[Any]]],
    tag: str,
    *headers: Parameter,
) -> Routes:
    """The one route of a dashboard, as its declaration says."""
    if "__doc__" not in vars(answer) or not answer.__doc__:
        raise WrongDashboard(f"{answer.__qualname__}: write a docstring; its first sentence is the summary")

    async def endpoint(call: Call, query: Q) -> Answer[Any]:
        return await respond(reading_of(call, query))

    endpoint.__annotations__["query"] = query
    summary, description = texts_of(answer)
    routes = Routes("reporting", tag, names_service=True, about=f"{summary}.")
    operation = Operation("GET", "reporting.read", headers=headers)
    routes.add(path, endpoint, operation, summary=summary, description=description, shape=answer)
    return routes


def _measures(answer: type[DashboardAnswer]) -> Iterator[tuple[str, Measure]]:
    for name, field in answer.model_fields.items():
        if name in DashboardAnswer.model_fields:
            continue
        measures = [mark for mark in field.metadata if isinstance(mark, Measure)]
        if len(measures) != 1:
            raise WrongDashboard(
                f"{answer.__qualname__}.{name}: say how it is measured: `additive(…)` or `from_rows(…)`"
            )
        yield name, measures[0]


async def _frame(reading: Reading[Any]) -> State:
    """What every answer says beside its measures. It is read before them: they rest on these positions at least."""
    return {"as_of": reading.at.on.isoformat(), "positions": await positions(reading.call)}


def _joined(texts: Mapping[str, str], frame: State) -> bytes:
    """A JSON object of members that are JSON already, and of others."""
    members = {**texts, **{name: json.dumps(value) for name, value in frame.items()}}
    return f"{{{', '.join(f'{json.dumps(name)}: {text}' for name, text in members.items())}}}".encode()
