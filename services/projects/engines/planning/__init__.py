"""The schedule engine: `schedule(plan)` computes the dates and floats of a plan by the critical path method.

`schedule_together` takes several plans whose links cross, `variance` holds a schedule against a
baseline, and `movements` says what moved between two schedules and why. The types a plan is made of
(`Activity`, `Dependency`, `Lag`, `Calendar`, `days`, ...) are in `planning.plan`, what schedulers disagree
about in `planning.conventions`; docs/methods/schedule.md begins with an example and explains the method.
"""

from typing import TYPE_CHECKING

from shared.base.first_use import on_first_use

if TYPE_CHECKING:
    from services.projects.engines.planning.causes import Cause, Change
    from services.projects.engines.planning.conventions import DEFAULTS, MICROSOFT_PROJECT, Conventions
    from services.projects.engines.planning.movement import Movement, movements
    from services.projects.engines.planning.plan import Plan
    from services.projects.engines.planning.result import Criticality, ScheduledActivity
    from services.projects.engines.planning.scheduling import Driver, Schedule, schedule, schedule_together
    from services.projects.engines.planning.variances import Variance, baseline_of, variance

__all__ = [
    "DEFAULTS",
    "MICROSOFT_PROJECT",
    "Cause",
    "Change",
    "Conventions",
    "Criticality",
    "Driver",
    "Movement",
    "Plan",
    "Schedule",
    "ScheduledActivity",
    "Variance",
    "baseline_of",
    "movements",
    "schedule",
    "schedule_together",
    "variance",
]

__getattr__ = on_first_use(
    __name__,
    {
        "Cause": "causes",
        "Change": "causes",
        "DEFAULTS": "conventions",
        "MICROSOFT_PROJECT": "conventions",
        "Conventions": "conventions",
        "Movement": "movement",
        "movements": "movement",
        "Plan": "plan",
        "Criticality": "result",
        "ScheduledActivity": "result",
        "Driver": "scheduling",
        "Schedule": "scheduling",
        "schedule": "scheduling",
        "schedule_together": "scheduling",
        "Variance": "variances",
        "baseline_of": "variances",
        "variance": "variances",
    },
)
