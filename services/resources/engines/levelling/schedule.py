"""The way from a plan to its levelled schedule: heuristic, bound, exact search, settling, causes."""

from collections.abc import Sequence

from services.resources.engines.levelling.answer import Ending, Levelled, Placed, Quality
from services.resources.engines.levelling.bounds import makespan_bound
from services.resources.engines.levelling.causes import moves, overloads
from services.resources.engines.levelling.feasibility import compiled, refuse_no_place
from services.resources.engines.levelling.heuristic import quick, settled
from services.resources.engines.levelling.network import Network
from services.resources.engines.levelling.objective import project_finishes, value
from services.resources.engines.levelling.patience import Patience
from services.resources.engines.levelling.plan import Objective, Plan, Search
from shared.base.errors import Fault, Invalid
from shared.base.texts import Text

MOST_EXACT = 3_000


def levelled(plan: Plan, objective: Objective, search: Search) -> Levelled:
    """`plan` has been checked."""
    patience = Patience(search.seconds)
    network = compiled(plan)
    refuse_no_place(network)
    starts, quality = _best(network, objective, search, patience)
    planned = planned_starts(network)
    return Levelled(
        placed=placed(network, starts),
        finishes=project_finishes(network, starts),
        makespan=network.makespan(starts),
        quality=quality,
        moves=moves(network, planned, starts),
        overloads=overloads(network, planned),
    )


def placed(network: Network, starts: Sequence[int]) -> dict[str, Placed]:
    return {
        activity.id: Placed(start, network.finish(n, start))
        for n, (activity, start) in enumerate(zip(network.plan.activities, starts, strict=True))
    }


def planned_starts(network: Network) -> list[int]:
    """Each activity's planned start, at the first possible step from there on, or else its earliest one."""
    return [
        early if activity.planned is None else min(network.next_start(n, activity.planned), network.horizon)
        for n, (activity, early) in enumerate(zip(network.plan.activities, network.earliest(), strict=True))
    ]


def _best(
    network: Network, objective: Objective, search: Search, patience: Patience
) -> tuple[list[int], Quality]:
    """The best schedule found and what is known about it."""
    bound = lower_bound(network, objective)
    quick_starts = quick(network, objective, bound, search.seed, patience)
    reached = None if quick_starts is None else value(network, objective, quick_starts)
    if quick_starts is not None and reached == bound:
        return quick_starts, Quality(bound, bound, reached, Ending.PROOF)
    if quick_starts is not None and reached is not None and network.size > MOST_EXACT:
        return quick_starts, Quality(reached, bound, reached, Ending.SIZE)
    from services.resources.engines.levelling.exact import solve

    solution = solve(network, objective, bound, quick_starts, search, patience)
    starts = solution.starts or quick_starts
    if starts is None:
        raise _no_schedule(network, solution.impossible)
    starts = settled(network, starts)
    best = value(network, objective, starts)
    return starts, Quality(best, min(solution.bound, best), reached, solution.ended_by)


def lower_bound(network: Network, objective: Objective) -> int:
    """What no schedule is below, without a search."""
    if objective is Objective.MAKESPAN:
        return makespan_bound(network)
    return value(network, objective, network.earliest())


def _no_schedule(network: Network, impossible: bool) -> Invalid:
    """Only deadlines and fixed starts can leave no schedule: each activity alone has a place."""
    bound = [n for n, a in enumerate(network.plan.activities) if a.deadline is not None or a.fixed]
    those = ", ".join(network.plan.activities[n].id for n in bound[:20])
    statement = (
        Text("no schedule within the capacities keeps")
        if impossible
        else Text("no schedule was found that keeps")
    )
    faults = (Fault("window", "one of those that cannot all be kept", f"/activities/{n}") for n in bound[:20])
    code = "deadlines_impossible" if impossible else "deadlines_not_met"
    return Invalid(
        Text("{statement} all deadlines and fixed starts, of {those}", statement=statement, those=those),
        *faults,
        code=code,
    )
