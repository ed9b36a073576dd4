"""Days on which something has happened: they are known once they are there."""

from datetime import date

from shared.base.clock import now
from shared.base.errors import Fault, Invalid
from shared.domain.work import Work


def today(work: Work) -> date:
    """The day in the instance's time zone."""
    return now().astimezone(work.settings.zone).date()


def refuse_future(work: Work, day: date | None, pointer: str) -> None:
    """Refuse (422) a day after today, in the instance's time zone.

    A backdated write is checked against the same day. It may include what happened since, which counts from
    its own day on.
    """
    if day is not None and day > today(work):
        raise Invalid(
            "what lies in the future has not happened yet",
            Fault("in_the_future", "a day until today", pointer=pointer),
            code="in_the_future",
        )
