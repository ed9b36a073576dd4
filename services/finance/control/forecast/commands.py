"""What is checked of forecasts."""

from services.finance.tables import KNOWN_PROJECT
from shared.base.errors import Fault, Invalid
from shared.contracts.finance.control import Forecast
from shared.domain.acts import ARCHIVE, RESTORE, Acts, of_known_project
from shared.domain.days import refuse_future
from shared.domain.stages import Act
from shared.domain.work import Work


def act(deed: str, forecast: Forecast, before: Forecast | None) -> Act:
    return Act.CORRECTION if deed in (ARCHIVE, RESTORE) else Act.FORECAST


ACTS = Acts(of_known_project(KNOWN_PROJECT), act)


async def check(work: Work, forecast: Forecast) -> None:
    if forecast.at_completion.minor < 0:
        raise Invalid(
            "a forecast is not negative", Fault("negative", "not below zero", pointer="/at_completion")
        )
    refuse_future(work, forecast.forecast_on, "/forecast_on")
