"""One reading of a dashboard: of which day, of what, and for whom. Everything that it shows is read through this."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from services.reporting import scope
from services.reporting.asof import AsOf, AsOfQuery, as_of
from services.reporting.history.standing import counts_standing, states_standing
from services.reporting.history.view import states
from services.reporting.kept_sums import KeptSums, sums_of_day, sums_of_today
from shared.base.settings import Settings
from shared.contracts.language import CATALOGUE
from shared.domain.access.rights import Sight
from shared.http.call import Call
from shared.store import Store

Q = TypeVar("Q", bound=AsOfQuery, covariant=True)
AnyQuery = TypeVar("AnyQuery", bound=AsOfQuery)
T = TypeVar("T")
State = dict[str, Any]


@dataclass(frozen=True)
class Reading(Generic[Q]):
    """What measures are made from. What several of them need is read once."""

    call: Call
    at: AsOf
    query: Q
    _read: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def store(self) -> Store:
        return self.call.kernel.store

    @property
    def settings(self) -> Settings:
        return self.call.kernel.settings

    @property
    def currency(self) -> str | None:
        """The reporting currency, where the instance has one."""
        return self.settings.reporting_currency

    @property
    def sight(self) -> Sight:
        """Which portfolios, programmes and projects the caller sees."""
        return self.call.sight

    @property
    def key(self) -> tuple[AsOf, Q, str]:
        """Readings of one key answer alike: the day, the whole query, and what the caller sees."""
        return self.at, self.query, self.sight.key

    async def once(self, name: Any, read: Callable[[], Awaitable[T]]) -> T:
        """What `read` gives, read once for this reading."""
        if name not in self._read:
            self._read[name] = await read()
        value: T = self._read[name]
        return value

    async def states(self, aggregate_type: str, *, archived: bool = False) -> list[State]:
        """All aggregates of a type that the caller sees by the end of the day, wherever they belong; archived ones where
        asked for. LookupError where reporting has none of this type: it is misspelt, its class is restricted, or of past days
        nothing is kept of it."""
        own = [e for e in CATALOGUE.values() if e.name == aggregate_type and not e.is_restricted]
        if not own or not all(e.has_history for e in own):
            raise LookupError(
                f"reporting receives no aggregates called {aggregate_type}, or keeps no history of them"
            )
        return await self.once(
            (aggregate_type, archived),
            lambda: states(self.store, aggregate_type, self.at.until, self.sight, archived=archived),
        )

    async def states_in_scope(self, aggregate_type: str, *, archived: bool = False) -> list[State]:
        """Those of them that belong to the projects and programmes to which the query is narrowed."""
        within = await self.within()
        return [s for s in await self.states(aggregate_type, archived=archived) if within.holds(s)]

    async def standing_in_scope(self, aggregate_type: str, standing: Collection[str]) -> list[State]:
        """Those of them that are not archived and stand in one of these states of their lifecycle. What stands otherwise is
        not read."""
        within, sight = await self.within(), self.sight
        return [
            state
            for state in await self.once(
                ("standing", aggregate_type, frozenset(standing)),
                lambda: states_standing(self.store, aggregate_type, standing, self.at.until, sight),
            )
            if within.holds(state)
        ]

    async def counts_in_scope(self, aggregate_type: str, standing: Collection[str]) -> dict[str, int]:
        """How many stand in each of these states; of a type whose aggregates lie in projects."""
        within = await self.within()
        counts = dict.fromkeys(standing, 0)
        for scope_id, state, count in await counts_standing(
            self.store, aggregate_type, standing, self.at.until, self.sight
        ):
            if within.holds({"project_id": scope_id}):
                counts[state] += count
        return counts

    async def within(self) -> scope.Within:
        """The projects and programmes to which the query is narrowed."""
        if not isinstance(self.query, scope.NarrowedQuery):
            return scope.ALL
        query = self.query
        return await self.once("within", lambda: scope.within(self.store, self.at, query))

    async def ended_projects(self) -> set[str]:
        """The projects on which nothing is open any more."""
        return await self.once("ended", lambda: scope.ended(self.store, self.at))

    async def sums(self) -> KeptSums:
        """What portfolios add up to, of the stages and healths to which the query is narrowed."""
        stages, healths = self._narrowing()
        return await self.once(
            "sums", lambda: sums_of_day(self.store, self.at, self.currency, stages, healths, self.sight)
        )

    async def held_sums(self) -> KeptSums | None:
        """The same where they are held in memory as they are asked for."""
        if any(self._narrowing()) or not self.sight.is_everything:
            return None
        return await sums_of_today(self.store, self.at, self.currency)

    def _narrowing(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        query = self.query
        return (query.stage, query.health) if isinstance(query, scope.NarrowedQuery) else ((), ())


def reading_of(call: Call, query: AnyQuery) -> Reading[AnyQuery]:
    """As the query says; a day in the future is refused."""
    return Reading(call, as_of(call, query), query)
