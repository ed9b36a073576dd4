"""What follows in a project from forecasts and risks: where one leaves what the mandate tolerates, an exception is raised."""

from services.projects.control.exception.known import KNOWN_FORECAST, KNOWN_RISK
from services.projects.control.exception.raising import follow_forecasts
from shared.contracts.finance.control import Forecast
from shared.contracts.risk.risks import Risk
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.reactions import EVERY, on


async def forecast_moved(work: Work, record: Record) -> None:
    await follow_forecasts(work, record.state(Forecast).project_id)


async def risk_moved(work: Work, record: Record) -> None:
    await follow_forecasts(work, record.state(Risk).project_id)


REACTIONS = (
    KNOWN_FORECAST,
    KNOWN_RISK,
    on(Forecast, EVERY, forecast_moved),
    on(Risk, EVERY, risk_moved),
)
