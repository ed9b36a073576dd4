"""What holds of strategic objectives: years run forward, and a unit's objective serves one of the organisation."""

from shared.base.errors import Fault, Invalid
from shared.contracts.projects.strategy import (
    StrategicObjective,
    StrategicObjectiveAchieved,
    StrategicObjectiveAdopted,
    StrategicObjectiveRetired,
    StrategicObjectiveState,
)
from shared.domain.lifecycle import Lifecycle, Move

S = StrategicObjectiveState

LIFECYCLE = Lifecycle(
    "state",
    {
        "adopt": Move(S.DRAFT, S.IN_FORCE, StrategicObjectiveAdopted),
        "achieve": Move(S.IN_FORCE, S.ACHIEVED, StrategicObjectiveAchieved, needs="write"),
        "retire": Move((S.DRAFT, S.IN_FORCE), S.RETIRED, StrategicObjectiveRetired, needs="write"),
    },
)


def years_run_forward(objective: StrategicObjective) -> None:
    if objective.until_year < objective.from_year:
        raise Invalid(
            "the last year lies before the first",
            Fault("before_start", "earlier than the start", pointer="/until_year"),
            code="years_out_of_order",
        )


def a_day_is_measured_once(objective: StrategicObjective) -> None:
    days = [one.on for one in objective.kpi_values]
    for i, day in enumerate(days):
        if day in days[:i]:
            raise Invalid(
                "the indicator has two values of one day",
                Fault("duplicate", "this day has a value already", pointer=f"/kpi_values/{i}/on"),
                code="measured_twice",
            )


def names_what_it_serves(objective: StrategicObjective, served: StrategicObjective | None) -> None:
    """A unit's objective stands below one of the organisation: directly, or below another unit's that does."""
    if objective.unit_id is not None and objective.parent_id is None:
        raise Invalid(
            "an objective of a unit names the objective of the organisation that it serves",
            Fault("required", "which objective does it serve?", pointer="/parent_id"),
            code="serves_nothing",
        )
    if objective.unit_id is None and served is not None and served.unit_id is not None:
        raise Invalid(
            "an objective of the organisation does not serve one of a unit",
            Fault("of_a_unit", "an objective of the organisation", pointer="/parent_id"),
            code="serves_a_unit",
        )
