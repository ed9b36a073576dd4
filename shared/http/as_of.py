"""The day that a figure is asked of, with `?as_of=`."""

from datetime import date

from shared.base.clock import now
from shared.base.errors import Fault, Malformed
from shared.http.call import Call


def day_asked(call: Call, as_of: date | None) -> date:
    """The day asked for, or today. A day in the future is refused (400): of it nothing can be said yet."""
    today = now().astimezone(call.kernel.settings.zone).date()
    if as_of is None:
        return today
    if as_of > today:
        raise Malformed(
            "as_of lies in the future", Fault("in_the_future", "a day until today", parameter="as_of")
        )
    return as_of
