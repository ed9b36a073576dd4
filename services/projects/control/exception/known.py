"""What the projects service keeps of forecasts and risks: by project, so that the one that counts is found by an index."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Index

from services.projects.tables import Model
from shared.base.clock import to_day, to_micros
from shared.base.money import Money
from shared.contracts.finance.control import Forecast
from shared.contracts.risk.risks import Kind, Risk, RiskState
from shared.domain.copies import Known
from shared.domain.reading import Memory
from shared.domain.work import Work
from shared.store.columns import ID, KEY, BigInteger, Field

KNOWN_RISK = Known(Risk, Model, members=("project_id", "kind", "score", "state", "archived"), contains=False)
Index("ix_known_risk__project_id_score", KNOWN_RISK.table.c.project_id, KNOWN_RISK.table.c.score)

OVER = (RiskState.OCCURRED, RiskState.CLOSED)
"""What has occurred, or cannot any more, is no risk."""


class KnownForecast(Model, table=True):
    """A forecast of the cost at completion, in minor units."""

    __tablename__ = "known_forecast"
    __table_args__ = (Index("ix_known_forecast__project_id_forecast_on", "project_id", "forecast_on"),)

    id: str = Field(sa_type=ID, primary_key=True)
    version: int = Field(sa_type=BigInteger)
    project_id: str = Field(sa_type=ID)
    forecast_on: int = Field(sa_type=BigInteger)
    recorded_at: int = Field(sa_type=BigInteger)
    minor: int = Field(sa_type=BigInteger)
    currency: str = Field(sa_type=KEY)
    archived: int = Field(sa_type=BigInteger)


class ForecastRow(NamedTuple):
    id: str
    version: int
    project_id: str
    forecast_on: int
    recorded_at: int
    minor: int
    currency: str
    archived: int

    @property
    def order(self) -> tuple[int, int, str]:
        """The newest day counts; of one day what was recorded last."""
        return self.forecast_on, self.recorded_at, self.id


_READ: Memory[UUID, ForecastRow | None] = Memory("forecasts as this unit leaves them")
_COLUMNS = ", ".join(ForecastRow._fields)
_KEEP = (
    f"INSERT INTO known_forecast ({_COLUMNS}) VALUES ({', '.join('?' * len(ForecastRow._fields))})"
    " ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in ForecastRow._fields if name != "id")
)


@dataclass(frozen=True, eq=False)
class ForecastCopy:
    """Fills the table above; an older version than the stored one changes nothing."""

    shape: type[Forecast] = Forecast
    service: str = "finance"
    declaration: str = "known_forecast(1)"

    async def foresee(self, work: Work, ids: Iterable[UUID]) -> None:
        """Read at once what keeping these will ask for."""
        read = work.memory(_READ)
        unread = [id for id in ids if id not in read]
        if unread:
            read.update(dict.fromkeys(unread))
            marks = ", ".join("?" * len(unread))
            rows = await work.store.fetch(
                f"SELECT {_COLUMNS} FROM known_forecast WHERE id IN ({marks})", [str(id) for id in unread]
            )
            read.update({UUID(row[0]): ForecastRow(*row) for row in rows})

    async def remember(self, work: Work, one: Any) -> bool:
        await self.foresee(work, [one.id])
        read = work.memory(_READ)
        before = read[one.id]
        if before is not None and one.version < before.version:
            return False
        amount: Money = one.at_completion
        row = ForecastRow(
            str(one.id), one.version, str(one.project_id), to_day(one.forecast_on), to_micros(one.created_at),
            amount.minor, amount.currency, int(one.archived_at is not None),
        )  # fmt: skip
        work.add_statement(_KEEP, [tuple(row)])
        read[one.id] = row
        return before is None or one.version > before.version


KNOWN_FORECAST = ForecastCopy()


async def newest_forecast(work: Work, project_id: UUID) -> Money | None:
    """The forecast that counts, as this unit leaves it."""
    own = [
        row for row in work.memory(_READ).values() if row is not None and row.project_id == str(project_id)
    ]
    others = ", ".join("?" * len(own)) or "''"
    rows = await work.store.fetch(
        f"SELECT {_COLUMNS} FROM known_forecast WHERE project_id = ? AND archived = 0 AND id NOT IN ({others})"
        " ORDER BY forecast_on DESC, recorded_at DESC, id DESC LIMIT 1",
        (str(project_id), *(row.id for row in own)),
    )
    counting = [*(ForecastRow(*row) for row in rows), *(row for row in own if not row.archived)]
    newest = max(counting, key=lambda row: row.order, default=None)
    return None if newest is None else Money.of(newest.minor, newest.currency)


async def worst_threat(work: Work, project_id: UUID) -> int | None:
    """The highest score of an open threat that was assessed, as this unit leaves it."""
    copies = [row for (table, _), row in work.reading.copies.items() if table == KNOWN_RISK.name and row]
    own = [row for row in copies if row.project_id == project_id]
    others = ", ".join("?" * len(own)) or "''"
    over = ", ".join("?" * len(OVER))
    rows = await work.store.fetch(
        f"SELECT MAX(score) FROM known_risk WHERE project_id = ? AND archived = 0 AND kind = ? AND state NOT IN ({over})"
        f" AND id NOT IN ({others})",
        (str(project_id), Kind.THREAT.value, *(state.value for state in OVER), *(str(row.id) for row in own)),
    )
    scores = [row[0] for row in rows if row[0] is not None]
    scores += [
        row.score
        for row in own
        if not row.archived and row.kind is Kind.THREAT and row.state not in OVER and row.score is not None
    ]
    return max(scores, default=None)
