"""Smoothing, case by case: use is evened out by float alone."""

from dataclasses import replace

from services.resources.engines.levelling import (
    Activity,
    Calendar,
    CalendarException,
    Change,
    Demand,
    Ending,
    Evened,
    Link,
    LinkKind,
    Move,
    Placed,
    Plan,
    Pushed,
    Resource,
    smooth,
)

CREW = (Demand("crew", 2),)


def a_long_and_a_short_job(capacity: int = 2) -> Plan:
    """A long job of four steps beside a short one of two that starts with it but need not."""
    jobs = (Activity("long", 4), Activity("first", 2, CREW), Activity("second", 2, CREW))
    return Plan(jobs, (Resource("crew", capacity),))


def test_a_job_with_float_leaves_the_peak_and_the_finish_stays() -> None:
    smoothed = smooth(a_long_and_a_short_job())
    assert smoothed.finish == 4
    assert {smoothed.placed["first"], smoothed.placed["second"]} == {Placed(0, 2), Placed(2, 4)}
    assert smoothed.before.peaks == {"crew": 4}
    assert smoothed.after.peaks == {"crew": 2}
    assert (smoothed.before.over_capacity, smoothed.after.over_capacity) == (4, 0)
    assert smoothed.overloads == ()


def test_a_move_says_what_would_be_used_back_at_the_planned_start() -> None:
    [move] = smooth(a_long_and_a_short_job()).moves
    assert move == Move(move.activity, planned=0, start=2, causes=(Evened("crew", step=0, back=4, now=2),))


def test_what_float_cannot_remove_is_listed() -> None:
    plan = a_long_and_a_short_job()
    critical = tuple(replace(activity, duration=4) for activity in plan.activities)
    smoothed = smooth(replace(plan, activities=critical))
    assert smoothed.moves == ()
    [overload] = smoothed.overloads
    assert (overload.start, overload.finish, overload.demand, overload.capacity) == (0, 4, 4, 2)


def test_a_successor_without_demands_makes_room_and_is_pushed_by_its_link() -> None:
    plan = a_long_and_a_short_job()
    long = replace(plan.activities[0], duration=8)
    follow_up = Activity("follow-up", 1)
    activities = (long, *plan.activities[1:], follow_up)
    links = (Link("first", "second"), Link("second", "follow-up"))
    busy = Activity("busy", 3, CREW, fixed=True, planned=0)
    smoothed = smooth(replace(plan, activities=(*activities, busy), links=links))
    assert (smoothed.before.over_capacity, smoothed.after.over_capacity) == (6, 0)
    pushed = {m.activity: m.causes for m in smoothed.moves}["follow-up"]
    assert [type(cause) for cause in pushed] == [Pushed]


def test_what_uses_nothing_goes_back_to_its_earliest_start() -> None:
    """A look for the latest place moved it; without a cause, no look for the earliest may leave it there."""
    nights = Calendar(
        "nights", (False, True), (CalendarException(1, 4, False), CalendarException(6, 7, True))
    )
    plan = Plan(
        (
            Activity("repair", 1, (Demand("crew", 1),)),
            Activity("drying", 1, calendar="nights"),
            Activity("handed over", 0),
        ),
        (Resource("crew", 1, (Change(0, 0), Change(2, 1))),),
        (
            Link("repair", "drying"),
            Link("repair", "handed over"),
            Link("drying", "handed over", LinkKind.START_START, 1, "days"),
        ),
        (),
        (Calendar("days", (True, True, False)), nights),
    )
    smoothed = smooth(plan)
    assert smoothed.placed["drying"] == Placed(5, 6)
    assert [move.activity for move in smoothed.moves if not move.causes] == []


def test_an_idle_step_of_the_calendar_is_no_peak() -> None:
    week = Calendar("week", (True, True, False))
    jobs = (
        Activity("long", 6),
        Activity("a", 2, CREW, calendar="week"),
        Activity("b", 2, CREW, calendar="week"),
    )
    smoothed = smooth(Plan(jobs, (Resource("crew", 2),), calendars=(week,)))
    assert smoothed.after.over_capacity == 0
    assert smoothed.after.peaks == {"crew": 2}


def test_a_plan_of_nothing_is_even() -> None:
    assert smooth(Plan(())).finish == 0


def test_the_clock_ends_the_rounds_with_the_dates_found_so_far() -> None:
    jobs = tuple(Activity(str(n), 2, CREW) for n in range(200))
    plan = Plan((*jobs, Activity("long", 400)), (Resource("crew", 2),))
    whole, none, some = smooth(plan), smooth(plan, seconds=1e-6), smooth(plan, seconds=0.03)
    assert (whole.ended_by, none.ended_by) == (Ending.NO_GAIN, Ending.CLOCK)
    assert none.moves == ()
    assert whole.after.squares <= some.after.squares <= none.after.squares == none.before.squares
    assert whole.after.squares < none.after.squares
    assert none.finish == some.finish == whole.finish == 400
