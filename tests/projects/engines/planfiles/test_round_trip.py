"""Whatever a plan holds, an MSPDI document of it reads back as the same plan."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.projects.engines.planfiles import difference, read_mspdi, write_mspdi
from services.projects.engines.planning.plan import (
    DAY_S,
    Activity,
    ActivityKind,
    Assignment,
    Baseline,
    BaselineActivity,
    BaselineAssignment,
    Calendar,
    CalendarException,
    Constraint,
    ConstraintKind,
    Dependency,
    DependencyKind,
    ExternalActivity,
    Frequency,
    Lag,
    Plan,
    Progress,
    PublicHolidays,
    Recurrence,
    Resource,
    ResourceKind,
    Shift,
    WorkWeek,
)

START = datetime(2026, 6, 1, 8)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ids = st.one_of(st.integers(1, 40).map(str), st.uuids().map(str), st.text("abc/\\ 0", min_size=1, max_size=4))
instants = st.datetimes(datetime(1984, 1, 1), datetime(2149, 12, 31)).map(
    lambda at: at.replace(microsecond=0)
)
days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
moments = st.one_of(instants, days)
seconds = st.integers(0, 10**8)
amounts = st.decimals(-(10**9), 10**9, places=4)
percents = st.floats(0, 100)
customs = st.dictionaries(
    st.one_of(texts, st.sampled_from(["Text1", "Text30", "Cost2", "Flag3", "Portolan"])), texts, max_size=3
)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def shifts(draw: st.DrawFn) -> tuple[Shift, ...]:
    bounds = sorted(draw(st.sets(st.integers(0, DAY_S), max_size=4)))
    return tuple(Shift(*pair) for pair in zip(bounds[::2], bounds[1::2], strict=False))


weeks = st.tuples(*[maybe(shifts())] * 7)
recurrences = st.builds(
    Recurrence,
    frequency=st.sampled_from(Frequency),
    interval=st.integers(1, 4),
    weekdays=st.sets(st.integers(0, 6)).map(lambda days: tuple(sorted(days))),
    month_day=maybe(st.integers(1, 31)),
    position=maybe(st.integers(1, 5)),
    month=maybe(st.integers(1, 12)),
)
periods = st.tuples(days, st.integers(0, 400)).map(lambda pair: (pair[0], pair[0] + timedelta(pair[1])))
exceptions = st.builds(
    lambda period, *rest: CalendarException(*period, *rest), periods, shifts(), texts, maybe(recurrences)
)
work_weeks = st.builds(lambda period, *rest: WorkWeek(*period, *rest), periods, weeks, texts)
progresses = st.builds(
    Progress,
    actual_start=maybe(instants),
    actual_finish=maybe(instants),
    remaining_s=maybe(seconds),
    percent_complete=percents,
    physical_percent=maybe(percents),
    stopped_at=maybe(instants),
    resumes_at=maybe(instants),
)
constraints = st.builds(Constraint, st.sampled_from(ConstraintKind), moments).map(
    lambda each: replace(each, on=None) if each.kind in (ConstraintKind.ASAP, ConstraintKind.ALAP) else each
)
lags = st.builds(
    Lag,
    seconds=st.integers(-(10**7), 10**7),
    percent=st.just(0.0) | st.floats(-200, 200),
    elapsed=st.booleans(),
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan in outline order whose references all hold; nothing else of it needs to make sense."""
    calendar_ids = draw(st.lists(ids, max_size=3, unique=True))
    calendar = maybe(st.sampled_from(calendar_ids)) if calendar_ids else st.none()
    activities = draw(outlines(calendar))
    resources = draw(st.lists(resources_with(calendar), max_size=3, unique_by=lambda each: each.id))
    external = draw(
        st.lists(
            st.builds(ExternalActivity, texts, ids, instants, instants, texts),
            max_size=2,
            unique_by=lambda each: (each.plan, each.activity),
        )
    )
    assignments = draw(some(assignments_of, activities, resources))
    return Plan(
        id=draw(ids),
        start=draw(instants),
        activities=activities,
        dependencies=tuple(draw(links(activities))),
        calendars=tuple(
            draw(
                st.builds(
                    Calendar,
                    id=st.just(each),
                    name=texts,
                    week=weeks,
                    exceptions=st.lists(exceptions, max_size=2).map(tuple),
                    work_weeks=st.lists(work_weeks, max_size=2).map(tuple),
                    holidays=maybe(st.builds(PublicHolidays, st.just("CH"), maybe(st.just("GE")))),
                    base=calendar,
                )
            )
            for each in calendar_ids
        ),
        calendar=draw(calendar),
        name=draw(texts),
        data_date=draw(maybe(instants)),
        finish_by=draw(maybe(moments)),
        external=tuple(external),
        resources=tuple(resources),
        assignments=tuple(assignments),
        baselines=tuple(draw(baselines_of(activities, assignments))),
        day_s=draw(st.integers(1, DAY_S)),
        week_s=draw(st.integers(1, 7 * DAY_S)),
        month_days=draw(st.integers(1, 31)),
        currency=draw(maybe(st.sampled_from(["CHF", "EUR"]))),
        title=draw(texts),
        author=draw(texts),
        company=draw(texts),
        manager=draw(texts),
        custom=draw(customs),
    )


@st.composite
def outlines(draw: st.DrawFn, calendar: st.SearchStrategy[str | None]) -> tuple[Activity, ...]:
    activities: list[Activity] = []
    for each in draw(st.lists(ids, max_size=5, unique=True)):
        above = [activities[-1].id, activities[-1].parent] if activities else []
        activities.append(
            draw(
                st.builds(
                    Activity,
                    id=st.just(each),
                    name=texts,
                    duration_s=seconds,
                    kind=st.sampled_from(ActivityKind),
                    parent=st.sampled_from([None, *above]),
                    calendar=calendar,
                    constraints=st.lists(constraints, max_size=2).map(tuple),
                    deadline=maybe(moments),
                    progress=progresses,
                    elapsed=st.booleans(),
                    manual=st.booleans(),
                    active=st.booleans(),
                    planned_start=maybe(instants),
                    planned_finish=maybe(instants),
                    levelling_delay_s=seconds,
                    priority=st.integers(0, 1000),
                    wbs=texts,
                    estimated=st.booleans(),
                    effort_driven=st.booleans(),
                    work_s=maybe(seconds),
                    actual_work_s=maybe(seconds),
                    fixed_cost=maybe(amounts),
                    cost=maybe(amounts),
                    actual_cost=maybe(amounts),
                    notes=texts,
                    custom=customs,
                )
            )
        )
    return tuple(activities)


def resources_with(calendar: st.SearchStrategy[str | None]) -> st.SearchStrategy[Resource]:
    return st.builds(
        Resource,
        id=ids,
        name=texts,
        kind=st.sampled_from(ResourceKind),
        max_units=st.floats(0, 20),
        calendar=calendar,
        standard_rate=maybe(amounts),
        overtime_rate=maybe(amounts),
        cost_per_use=maybe(amounts),
        unit=texts,
        initials=texts,
        group=texts,
        code=texts,
        email=texts,
        generic=st.booleans(),
        active=st.booleans(),
        notes=texts,
        custom=customs,
    )


def some(
    strategy: Callable[..., st.SearchStrategy[Any]], *pools: tuple[Any, ...] | list[Any]
) -> st.SearchStrategy[list[Any]]:
    """Up to three things made of the pools, none where a pool is empty."""
    if not all(pools):
        return st.just([])
    return st.lists(strategy(*pools), max_size=3, unique_by=lambda each: each.id)


def assignments_of(
    activities: tuple[Activity, ...], resources: list[Resource]
) -> st.SearchStrategy[Assignment]:
    return st.builds(
        Assignment,
        id=ids,
        activity=st.sampled_from([each.id for each in activities]),
        resource=st.sampled_from([each.id for each in resources]),
        units=st.floats(0, 20),
        work_s=maybe(seconds),
        actual_work_s=maybe(seconds),
        remaining_work_s=maybe(seconds),
        overtime_work_s=maybe(seconds),
        start=maybe(instants),
        finish=maybe(instants),
        delay_s=seconds,
        cost=maybe(amounts),
        actual_cost=maybe(amounts),
        notes=texts,
        custom=customs,
    )


@st.composite
def links(draw: st.DrawFn, activities: tuple[Activity, ...]) -> list[Dependency]:
    """Links in the order of their successors, some of them from other plans."""
    collected = []
    expected = st.sampled_from([each.id for each in activities]) if activities else st.nothing()
    for each in activities:
        for _ in range(draw(st.integers(0, 2))):
            plan = draw(maybe(texts))
            predecessor = draw(expected if plan is None else ids)
            collected.append(
                Dependency(predecessor, each.id, draw(st.sampled_from(DependencyKind)), draw(lags), plan)
            )
    return collected


@st.composite
def baselines_of(
    draw: st.DrawFn, activities: tuple[Activity, ...], assignments: list[Assignment]
) -> list[Baseline]:
    numbers = sorted(draw(st.sets(st.integers(0, 10), max_size=3)))
    maybe_instant, maybe_seconds, maybe_amount = maybe(instants), maybe(seconds), maybe(amounts)
    return [
        Baseline(
            str(number),
            draw(texts),
            draw(maybe_instant),
            tuple(
                draw(
                    st.builds(
                        BaselineActivity,
                        st.just(each.id),
                        maybe_instant,
                        maybe_instant,
                        maybe_seconds,
                        maybe_seconds,
                        maybe_amount,
                    )
                )
                for each in activities
                if draw(st.booleans())
            ),
            tuple(
                draw(
                    st.builds(
                        BaselineAssignment,
                        st.just(each.id),
                        maybe_instant,
                        maybe_instant,
                        maybe_seconds,
                        maybe_amount,
                    )
                )
                for each in assignments
                if draw(st.booleans())
            ),
        )
        for number in numbers
    ]


@settings(max_examples=60, deadline=None)
@given(plans())
def test_any_plan_reads_back_as_it_was_written(plan: Plan) -> None:
    read = read_mspdi(write_mspdi(plan))
    assert difference(plan, read.plan) == []
    assert read.plan == plan
    assert read.not_taken == ()


@settings(max_examples=20, deadline=None)
@given(plans())
def test_writing_is_deterministic_and_what_is_read_is_written_the_same(plan: Plan) -> None:
    written = write_mspdi(plan)
    assert write_mspdi(plan) == written
    assert write_mspdi(read_mspdi(written).plan) == written


def test_activities_come_back_below_their_summaries_whatever_order_they_had() -> None:
    plan = Plan(
        "p",
        START,
        activities=(
            Activity("leaf", parent="mid"),
            Activity("other"),
            Activity("mid", parent="top", kind=ActivityKind.SUMMARY),
            Activity("top", kind=ActivityKind.SUMMARY),
        ),
    )
    read = read_mspdi(write_mspdi(plan)).plan
    assert [each.id for each in read.activities] == ["other", "top", "mid", "leaf"]
    assert difference(plan, read) == []


def test_a_plan_of_whole_number_ids_and_whole_minutes_needs_no_remainder() -> None:
    plan = Plan(
        "7",
        START,
        activities=(
            Activity("3", "Design", 8 * 3600, cost=Decimal("99.50")),
            Activity("9", "Build", 16 * 3600),
        ),
        dependencies=(Dependency("3", "9", lag=Lag(seconds=-3600)),),
    )
    assert b"Portolan" not in write_mspdi(plan)


def test_an_edit_made_elsewhere_goes_before_the_remainder() -> None:
    plan = Plan("p", START, activities=(Activity("design", deadline=date(2026, 7, 1)),))
    written = write_mspdi(plan)
    assert read_mspdi(written).plan == plan
    edited = written.replace(b"<Deadline>2026-07-01T17:00:00<", b"<Deadline>2026-08-15T12:00:00<")
    assert read_mspdi(edited).plan.activities == (Activity("design", deadline=datetime(2026, 8, 15, 12)),)


def test_a_remainder_cut_short_elsewhere_is_listed_and_not_believed() -> None:
    plan = Plan("1", START, activities=(Activity("design"),))
    cut = write_mspdi(plan).replace(b'["1","design"]', b'["1","des')
    read = read_mspdi(cut)
    assert [each.id for each in read.plan.activities] == ["1"]
    assert [each.count for each in read.not_taken if "ExtendedAttribute" in each.path] == [1]


@given(
    st.sampled_from(["daily", "weekly", "monthly", "yearly"]),
    st.integers(1, 5),
    st.lists(st.integers(0, 6), max_size=3, unique=True).map(lambda days: tuple(sorted(days))),
    st.none() | st.integers(1, 28),
    st.none() | st.integers(1, 5),
    st.none() | st.integers(1, 12),
)
def test_a_recurrence_by_value_is_written_as_by_its_member(
    frequency: str,
    interval: int,
    weekdays: tuple[int, ...],
    day: int | None,
    position: int | None,
    month: int | None,
) -> None:
    def written(kind: Any) -> bytes:
        rule = Recurrence(kind, interval, weekdays, day, position, month)
        off = CalendarException(date(2026, 1, 1), date(2026, 12, 31), recurrence=rule)
        return write_mspdi(Plan("p", START, calendars=(Calendar("1", exceptions=(off,)),)))

    assert written(frequency) == written(Frequency(frequency))
