"""The two entries: propose people for a request, or balance capacity against demand."""

from collections.abc import Collection, Sequence
from datetime import date

from services.resources.engines.staffing.checks import check_balance, check_request
from services.resources.engines.staffing.people import Demand, Person, Request, Weights
from services.resources.engines.staffing.proposals import Balance, Shortlist

WEIGHTS = Weights()


def propose(
    request: Request,
    people: Sequence[Person],
    weights: Weights = WEIGHTS,
    holidays: Collection[date] = frozenset(),
) -> Shortlist:
    """The people who can take the request, best first, each with a reason per criterion; the others with
    theirs.

    The score is the sum of weight times score over the criteria that the request has a say in. Their weights are
    scaled to a sum of 1. `holidays` are days off for everyone. Refuses (`Invalid`) impossible figures with
    their place.
    """
    check_request(request, people, weights, holidays)
    from services.resources.engines.staffing.matching import shortlist
    from shared.base.working_days import Holidays

    return shortlist(request, people, weights, Holidays(holidays))


def balance(
    people: Sequence[Person],
    demands: Sequence[Demand],
    first_month: date,
    last_month: date,
    holidays: Collection[date] = frozenset(),
    full_time_hours: float = 40.0,
) -> Balance:
    """Capacity against demand in hours by role and month, from `first_month` to `last_month` (first days
    of months).

    Demand is what the people are booked for and, beyond it, the open `demands`; both count by their
    confidence. People without a role have no capacity here, but are listed where they are booked twice.
    """
    check_balance(people, demands, first_month, last_month, holidays, full_time_hours)
    from services.resources.engines.staffing.balance import balanced
    from shared.base.working_days import Holidays

    return balanced(people, demands, first_month, last_month, Holidays(holidays), full_time_hours)
