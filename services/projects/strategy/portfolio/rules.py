"""What holds of portfolios: thresholds rise."""

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text
from shared.contracts.projects.strategy import Portfolio, Thresholds


def thresholds_rise(portfolio: Portfolio) -> None:
    thresholds = portfolio.thresholds or Thresholds()
    for kind, amber, red in (
        ("cost", thresholds.cost_amber_pct, thresholds.cost_red_pct),
        ("time", thresholds.time_amber_days, thresholds.time_red_days),
    ):
        if red < amber:
            raise Invalid(
                Text("{kind}: red begins before amber", kind=kind),
                Fault("below_amber", "not below amber", pointer=f"/thresholds/{kind}_red"),
            )
