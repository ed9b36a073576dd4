"""Links between projects: scheduled together, or against the dates another project last published."""

from datetime import date, datetime

import pytest

from services.projects.engines.planning import Conventions, schedule, schedule_together
from services.projects.engines.planning.plan import (
    Activity,
    ActivityKind,
    Calendar,
    CalendarException,
    Dependency,
    DependencyKind,
    ExternalActivity,
    Plan,
    days,
)
from shared.base.errors import Invalid

MONDAY = datetime(2026, 6, 1)
OFFICE = Calendar("office")


def platform(length: float = 5, start: datetime = MONDAY) -> Plan:
    tasks = (Activity("api", duration_s=days(length)), Activity("docs", duration_s=days(1)))
    return Plan("platform", start, tasks, (Dependency("api", "docs"),), (OFFICE,), "office")


def shop(*more: Dependency, **changes: object) -> Plan:
    tasks = (Activity("design", duration_s=days(2)), Activity("build", duration_s=days(4)))
    links = (Dependency("design", "build"), Dependency("api", "build", predecessor_plan="platform"), *more)
    return Plan("shop", MONDAY, tasks, links, (OFFICE,), "office", **changes)  # type: ignore[arg-type]


def test_a_link_from_another_project_holds_and_gives_float_across() -> None:
    base, front = schedule_together((platform(), shop()))
    assert front["build"].start_on == date(2026, 6, 8)
    assert (base["api"].total_float_s, base["docs"].total_float_s) == (0, days(3))
    assert front["design"].total_float_s == days(3)
    (driver,) = front.drivers("build")
    assert (driver.predecessor, driver.predecessor_plan, driver.kind) == ("api", "platform", "FS")


def test_the_order_of_the_plans_makes_no_difference() -> None:
    one, two = schedule_together((platform(), shop()))
    second, first = schedule_together((shop(), platform()))
    assert (dict(one), dict(two)) == (dict(first), dict(second))


def test_float_may_run_to_each_plans_own_finish() -> None:
    base, front = schedule_together((platform(), shop()), Conventions(float_to="plan"))
    assert (base["docs"].total_float_s, front["build"].total_float_s) == (0, 0)


def test_published_dates_stand_in_for_a_project_that_is_not_scheduled_here() -> None:
    published = ExternalActivity("platform", "api", datetime(2026, 6, 3, 8), datetime(2026, 6, 9, 17))
    front = schedule(shop(external=(published,)))
    assert front["build"].start_on == date(2026, 6, 10)
    assert list(front) == ["design", "build"]


def test_what_is_scheduled_goes_before_what_was_published() -> None:
    published = ExternalActivity("platform", "api", datetime(2026, 6, 3, 8), datetime(2026, 6, 9, 17))
    _, front = schedule_together((platform(), shop(external=(published,))))
    assert front["build"].start_on == date(2026, 6, 8)


def test_a_link_into_the_unknown_is_refused() -> None:
    with pytest.raises(Invalid, match="api -> build points at an activity that is not there") as refusal:
        schedule(shop())
    assert [fault.pointer for fault in refusal.value.faults] == ["/dependencies/1"]


def test_each_plan_keeps_its_own_start_calendar_and_ids() -> None:
    closed = Calendar("office", exceptions=(CalendarException(date(2026, 6, 2), date(2026, 6, 2)),))
    other = Plan(
        "other", datetime(2026, 6, 2), (Activity("api", duration_s=days(1)),), (), (closed,), "office"
    )
    base, rest = schedule_together((platform(), other))
    assert (base["api"].start_on, rest["api"].start_on) == (date(2026, 6, 1), date(2026, 6, 3))


def test_a_circle_through_two_projects_is_refused_with_its_chain() -> None:
    back = Dependency("build", "api", predecessor_plan="shop")
    base = platform()
    looped = Plan(
        base.id, base.start, base.activities, (*base.dependencies, back), base.calendars, base.calendar
    )
    with pytest.raises(Invalid, match="platform/api -> shop/build -> platform/api") as refusal:
        schedule_together((looped, shop()))
    assert refusal.value.code == "cycle"


def test_a_summary_of_another_project_can_be_waited_for() -> None:
    tasks = (
        Activity("phase", kind=ActivityKind.SUMMARY),
        Activity("x", duration_s=days(3), parent="phase"),
        Activity("y", duration_s=days(6), parent="phase"),
    )
    first = Plan("first", MONDAY, tasks, (), (OFFICE,), "office")
    link = Dependency("phase", "z", DependencyKind.FS, predecessor_plan="first")
    second = Plan("second", MONDAY, (Activity("z", duration_s=days(1)),), (link,), (OFFICE,), "office")
    one, two = schedule_together((first, second))
    assert two["z"].start_on == date(2026, 6, 9)
    assert one["x"].total_float_s == days(3)


def test_two_plans_of_one_id_are_refused() -> None:
    with pytest.raises(Invalid, match="2 plans have the id platform"):
        schedule_together((platform(), platform()))
