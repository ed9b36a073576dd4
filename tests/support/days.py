"""The day of an instance, which need not be that of the machine that runs the tests."""

from datetime import date

from shared.base.clock import now
from shared.base.settings import Settings


def today() -> date:
    """Today in the time zone of an instance that sets none."""
    return now().astimezone(Settings().zone).date()
