"""What is checked of forecasts."""

from services.finance.tables import KnownProject
from shared.base.errors import Fault, Invalid
from shared.contracts.finance import Forecast
from shared.domain.days import refuse_future
from shared.domain.references import heard_of
from shared.domain.work import Work


async def check(work: Work, forecast: Forecast) -> None:
    if forecast.at_completion.minor < 0:
        raise Invalid(
            "a forecast is not negative", Fault("negative", "not below zero", pointer="/at_completion")
        )
    refuse_future(work, forecast.forecast_on, "/forecast_on")
    await heard_of(work, KnownProject, forecast.project_id, "/project_id")
