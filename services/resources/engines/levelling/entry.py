"""The two entries: level a plan to its capacities, or smooth it within its float."""

from services.resources.engines.levelling.answer import Levelled, Smoothed
from services.resources.engines.levelling.checks import check_plan, check_search, check_seconds
from services.resources.engines.levelling.plan import Objective, Plan, Search

THOROUGH = Search()


def level(plan: Plan, objective: Objective = Objective.MAKESPAN, search: Search = THOROUGH) -> Levelled:
    """Starts for all activities that keep links, windows and capacities, and the least value of the
    objective found.

    A quick heuristic gives a first schedule, CP-SAT improves it and proves how much better it could still be.
    Every activity is as early as it can be with the others where they are, so each move has a cause. The
    answer is the same for the same plan and search, unless the clock ended it. Refuses (`Invalid`) plans that
    are malformed, impossible or too large, and deadlines for which no schedule is found.
    """
    check_plan(plan)
    check_search(plan, objective, search)
    objective = Objective(objective)
    from services.resources.engines.levelling.schedule import levelled

    return levelled(plan, objective, search)


def smooth(plan: Plan, *, seconds: float | None = None) -> Smoothed:
    """The plan's earliest dates with activities moved within their total float to even out the use of
    resources.

    The finish does not change and no activity passes its latest start. Less over capacity comes first, then a
    lower sum of squared use. What float cannot remove stays, and is listed. After about so many `seconds`, where given, the search ends
    with the most even dates found so far; those may differ from time to time. Refuses as `level` does.
    """
    check_plan(plan)
    check_seconds(seconds)
    from services.resources.engines.levelling.smoothing import smoothed

    return smoothed(plan, seconds)
