"""What a schedule says: the dates and floats of every activity, and of the plan as a whole."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.projects.engines.planning.plan import ActivityKind


class Criticality(StrEnum):
    """Critical and near-critical by total float; complete activities and levels of effort are neither."""

    CRITICAL = "critical"
    NEAR_CRITICAL = "near_critical"
    SLACK = "slack"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ScheduledActivity:
    """The dates of one activity, and the working time it can slip.

    Early dates are those the activity is scheduled on; started work shows its actual dates. Floats are
    in working seconds of the activity's calendar, negative where a date cannot be kept, and None where
    they mean nothing. `no_float` then says why. `remaining_s` is the working time still to do,
    `duration_s` that from start to finish. A summary's dates span what is below it, its floats are the
    least of it.
    """

    id: str
    kind: ActivityKind
    early_start: datetime
    early_finish: datetime
    late_start: datetime | None
    late_finish: datetime | None
    duration_s: int
    remaining_s: int
    total_float_s: int | None
    free_float_s: int | None
    criticality: Criticality
    percent_complete: float
    no_float: str | None = None

    @property
    def critical(self) -> bool:
        return self.criticality is Criticality.CRITICAL

    @property
    def start_on(self) -> date:
        """The first day the activity occupies."""
        return self.early_start.date()

    @property
    def finish_on(self) -> date:
        """The last day the activity occupies, inclusive: one that ends at midnight ends the day before."""
        if self.early_finish > self.early_start:
            return (self.early_finish - timedelta(microseconds=1)).date()
        return self.early_finish.date()
