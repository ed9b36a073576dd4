"""What moved between two schedules of a plan, and why."""

from dataclasses import dataclass

from services.projects.engines.planning.causes import PASSED_ON, Cause, Change, Comparison
from services.projects.engines.planning.scheduling import Schedule
from shared.base.typed import require_instance


@dataclass(frozen=True, slots=True)
class Movement:
    """How far an activity moved, in working seconds of the plan's calendar (positive is later), and why.

    `roots` are the activities at the start of the chains of causes, those with a cause of their own. An
    activity that only one of the schedules has, has None for its moves, and `note` says which.
    """

    activity: str
    start_s: int | None
    finish_s: int | None
    causes: tuple[Cause, ...] = ()
    roots: tuple[str, ...] = ()
    note: str | None = None


def movements(before: Schedule, after: Schedule) -> tuple[Movement, ...]:
    """Every activity whose dates differ between two schedules of one plan, in the later one's order.

    Predecessors come with their own movement, so `roots` leads from any activity to what was changed.
    """
    require_instance(before, Schedule, "/before")
    require_instance(after, Schedule, "/after")
    shifts = {key: _shift(before, after, key) for key in after if key in before}
    moved = {key: shift for key, shift in shifts.items() if shift != (0, 0)}
    comparison = Comparison(before, after, moved)
    found_causes = {key: tuple(comparison.causes(key)) for key in moved}
    causes = {key: _leading(key, found_causes) for key in moved}
    roots = _roots(after, causes)
    movements = [_movement(key, moved, causes, roots) for key in after if key in moved or key not in before]
    removals = [Movement(key, None, None, note="no longer scheduled") for key in before if key not in after]
    return (*movements, *removals)


def _shift(before: Schedule, after: Schedule, key: str) -> tuple[int, int]:
    old, new = before[key], after[key]
    return (
        after.working_s(old.early_start, new.early_start),
        after.working_s(old.early_finish, new.early_finish),
    )


def _movement(
    key: str,
    moved: dict[str, tuple[int, int]],
    causes: dict[str, tuple[Cause, ...]],
    roots: dict[str, tuple[str, ...]],
) -> Movement:
    if key not in moved:
        return Movement(key, None, None, note="newly scheduled")
    start_s, finish_s = moved[key]
    return Movement(key, start_s, finish_s, causes[key], roots[key])


def _leading(key: str, causes: dict[str, tuple[Cause, ...]]) -> tuple[Cause, ...]:
    """The activity's causes without those that only went along with it, as late as possible."""
    along = {
        cause.activity
        for cause in causes[key]
        if any(
            c.change is Change.SUCCESSOR and c.activity == key for c in causes.get(cause.activity or "", ())
        )
    }
    return tuple(cause for cause in causes[key] if cause.activity not in along) or causes[key]


def _roots(after: Schedule, causes: dict[str, tuple[Cause, ...]]) -> dict[str, tuple[str, ...]]:
    """For each moved activity, where the chains of causes begin.

    Most run from predecessors on; those of what is as late as possible run back, and are then passed on.
    """
    roots: dict[str, tuple[str, ...]] = {}
    onward = sorted(causes, key=after.rank)
    back = [key for key in onward if any(c.change in (Change.SUCCESSOR, Change.FINISH) for c in causes[key])]
    for key in [*onward, *back[::-1], *onward] if back else onward:
        sources: dict[str, None] = {}
        for cause in causes[key]:
            source = (cause.activity or key) if cause.change in PASSED_ON else key
            sources.update(dict.fromkeys([key] if source == key else roots.get(source, (source,))))
        roots[key] = tuple(sources)
    return roots
