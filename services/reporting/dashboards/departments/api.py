"""What the units of the organisation work, by month."""

from datetime import date
from typing import Annotated

from services.reporting.asof import FOREVER
from services.reporting.dashboard import Dashboard, DashboardAnswer, from_rows
from services.reporting.dashboards.departments.courses import Hierarchies, courses
from services.reporting.dashboards.departments.view import Past, departments
from services.reporting.dashboards.load.api import LoadQuery, days_of, months_of, persons_of
from services.reporting.history.view import versions
from services.reporting.reading import Reading, State
from shared.base.clock import from_micros
from shared.contracts.language import AnswerShape, Id


async def activity_by_unit(reading: Reading[LoadQuery]) -> list[State]:
    if reading.sight.only is not None:
        return []
    persons, units = await _by_day(reading, "person"), await _by_day(reading, "org_unit")
    past = Past(
        courses(persons, "unit_id"),
        courses(persons, "archived_at"),
        Hierarchies(courses(units, "parent_id")),
    )
    return departments(
        await reading.states("org_unit", archived=True),
        await persons_of(reading),
        await reading.states_in_scope("allocation"),
        months_of(reading),
        past,
        await days_of(reading),
    )


async def _by_day(reading: Reading[LoadQuery], aggregate_type: str) -> list[tuple[date, State]]:
    """Each version with the day from which it was so."""
    zone, until = reading.settings.zone, FOREVER if reading.at.until is None else reading.at.until
    return [
        (from_micros(since).astimezone(zone).date(), state)
        for since, state in await versions(reading.store, aggregate_type, until)
    ]


class UnitHours(AnswerShape):
    persons: int
    """How many persons belonged to it on a day of the month."""
    capacity_hours: float
    """The hours they were there for, on working days."""
    hard_hours: float
    """Committed bookings, in hours."""
    soft_hours: float
    """Bookings that may still move, in hours."""


class UnitMonth(AnswerShape):
    month: str
    """The month, such as 2026-06."""
    own: UnitHours
    """Of the persons of the unit itself."""
    with_below: UnitHours
    """The same with those of all units below it."""


class ActiveUnit(AnswerShape):
    id: Id
    """The id of the unit."""
    name: str | None
    """The name of the unit; null where it was told of only after the day."""
    code: str | None
    """The sign that the organisation uses for it."""
    parent_id: Id | None
    """The unit above it."""
    head_id: Id | None
    """The person who leads it."""
    cost_centre: str | None
    """The cost centre that bears its costs."""


class UnitActivity(AnswerShape):
    unit: ActiveUnit | None
    """The unit; null for those who belong to none."""
    months: list[UnitMonth]
    """Its hours, month by month."""


class DepartmentActivity(DashboardAnswer):
    """Department activity by unit and month. Capacity and bookings, in hours. The own hours of all units add up to
    the hours of the load.

    The past shows the units as they were. Hours count where the person belonged on the day, and under the units that
    stood above on that day.
    """

    items: Annotated[list[UnitActivity], from_rows(activity_by_unit)]
    """The units by name; those who belong to none come last."""


DEPARTMENTS = Dashboard("/v1/department-activity", DepartmentActivity, LoadQuery, tag="Departments")
