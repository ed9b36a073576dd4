"""Which projects and programmes a dashboard is narrowed to. It may be a portfolio with everything under it, or one
project. Those at some stages, or of some health.

What is archived belongs to it as before: what happened counts in the whole and in its parts alike.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from services.reporting.asof import AsOf, AsOfQuery
from services.reporting.figures.health import OVERALL
from services.reporting.figures.judging import judged
from services.reporting.figures.rows import VALID
from services.reporting.history.portfolios import descendants, portfolios_by_id
from services.reporting.history.view import states
from shared.contracts.projects.structure import Stage
from shared.domain.access.rights import EVERYTHING
from shared.domain.stages import ENDED
from shared.http.operation import Parameter
from shared.http.path import Id
from shared.store import Store

STAGES = Annotated[tuple[Stage, ...], Field(description="Projects at these stages.")]
HEALTHS = Annotated[
    tuple[str, ...],
    Parameter(
        "health",
        "Projects of this overall health, as of the day and by the thresholds of their portfolio.",
        {"type": "string", "enum": list(OVERALL)},
        many=True,
    ),
]


class NarrowedQuery(AsOfQuery):
    """As of which day, and of which projects; where neither stage nor health is named, of all."""

    stage: STAGES = ()
    health: HEALTHS = ()


class ScopedQuery(NarrowedQuery):
    """As of which day, and of what. A programme has neither stage nor health: where one is asked for, what belongs to
    no project is left out."""

    portfolio_id: Id | None = Field(
        default=None, description="Only this portfolio, with everything under it."
    )
    project_id: Id | None = Field(default=None, description="Only this project.")


@dataclass(frozen=True)
class Within:
    """None: everything."""

    projects: set[str] | None
    programmes: set[str] | None

    def holds(self, state: dict[str, Any]) -> bool:
        """Whether something that hangs on a project or a programme lies within."""
        if self.projects is None:
            return True
        return state.get("project_id") in self.projects or (
            state.get("project_id") is None and state.get("programme_id") in (self.programmes or ())
        )


ALL = Within(None, None)


async def within(store: Store, at: AsOf, query: NarrowedQuery) -> Within:
    """As the query parameters say."""
    scope = await _within_place(store, at, query) if isinstance(query, ScopedQuery) else ALL
    if not query.stage and not query.health:
        return scope
    standing = await _standing(store, at, query)
    return Within(standing if scope.projects is None else standing & scope.projects, set())


async def _within_place(store: Store, at: AsOf, query: ScopedQuery) -> Within:
    if query.project_id is not None:
        return Within({query.project_id}, set())
    if query.portfolio_id is None:
        return ALL
    return await _within_portfolio(store, at, query.portfolio_id)


async def _standing(store: Store, at: AsOf, query: NarrowedQuery) -> set[str]:
    """The projects, archived ones too, that are at one of the stages and of one of the healths, where some are
    named."""
    portfolios = (await portfolios_by_id(store, at, archived=True)).values()
    rows = await store.scan(f"SELECT project_id, stage, overall FROM ({judged(at.day, portfolios)}) f", ())
    return {
        row[0]
        for row in rows
        if (not query.stage or row[1] in query.stage) and (not query.health or row[2] in query.health)
    }


async def _within_portfolio(store: Store, at: AsOf, portfolio_id: str) -> Within:
    below = descendants(await portfolios_by_id(store, at, archived=True)).get(portfolio_id, set())
    rows = await store.scan(f"SELECT project_id, portfolio_id FROM figures WHERE {VALID}", (at.day, at.day))
    programmes = await states(store, "programme", at.until, EVERYTHING, archived=True)
    return Within(
        {row[0] for row in rows if row[1] in below},
        {p["id"] for p in programmes if p["portfolio_id"] in below},
    )


async def ended(store: Store, at: AsOf) -> set[str]:
    """The projects on which nothing is open any more: closed, discontinued or archived."""
    stages = ", ".join(f"'{stage}'" for stage in ENDED)
    rows = await store.scan(
        f"SELECT project_id FROM figures WHERE {VALID} AND (archived = 1 OR stage IN ({stages}))",
        (at.day, at.day),
    )
    return {row[0] for row in rows}
