"""Published networks, and day-by-day answers for links with lags."""

from datetime import date, datetime

import pytest

from services.projects.engines.planning import Conventions, Schedule, schedule
from services.projects.engines.planning.plan import (
    Activity,
    Calendar,
    Dependency,
    DependencyKind,
    Lag,
    Plan,
    days,
    hours,
)

MONDAY = datetime(2026, 6, 1)


def network(durations: dict[str, int], predecessors: dict[str, str]) -> Schedule:
    """A network in whole hours around the clock, from MONDAY."""
    links = [Dependency(before, after) for after, all_ in predecessors.items() for before in all_.split(",")]
    activities = tuple(Activity(key, duration_s=hours(length)) for key, length in durations.items())
    return schedule(Plan("network", MONDAY, activities, tuple(links)))


def after(moment: datetime | None) -> float:
    assert moment is not None
    return (moment - MONDAY).total_seconds() / 3600


def test_the_nine_activity_network_takes_21_and_its_critical_path_is_acfhi() -> None:
    plan = network(
        {"A": 2, "B": 5, "C": 9, "D": 3, "E": 6, "F": 4, "G": 2, "H": 4, "I": 2},
        {"B": "A", "C": "A", "D": "A", "E": "B", "F": "B,C", "G": "C,D", "H": "E,F", "I": "G,H"},
    )
    early = {key: after(row.early_start) for key, row in plan.items()}
    assert after(plan.finish) == 21
    assert early == {"A": 0, "B": 2, "C": 2, "D": 2, "E": 7, "F": 11, "G": 11, "H": 15, "I": 19}
    assert (after(plan["G"].late_start), after(plan["E"].late_start)) == (17, 9)
    assert plan.critical == ("A", "C", "F", "H", "I")


def test_heizer_and_renders_milwaukee_paper_takes_15_weeks() -> None:
    # Operations Management, ch. 3: slack B 1, D 1, F 6
    plan = network(
        {"A": 2, "B": 3, "C": 2, "D": 4, "E": 4, "F": 3, "G": 5, "H": 2},
        {"C": "A", "D": "A,B", "E": "C", "F": "C", "G": "D,E", "H": "F,G"},
    )
    assert (after(plan.finish), plan.critical) == (15, ("A", "C", "E", "G", "H"))
    slack = {key: row.total_float_s for key, row in plan.items() if row.total_float_s}
    assert slack == {"B": hours(1), "D": hours(1), "F": hours(6)}


def test_hillier_and_liebermans_reliable_construction_takes_44_weeks() -> None:
    # Introduction to Operations Research, ch. 10 (22 in later editions): slack D 4, G 4, H 4, I 2, K 1, M 4
    lengths = (2, 4, 10, 6, 4, 5, 7, 9, 7, 8, 4, 5, 2, 6)
    befores = ("", "A", "B", "C", "C", "E", "D", "E,G", "C", "F,I", "J", "J", "H", "K,L")
    plan = network(
        dict(zip("ABCDEFGHIJKLMN", lengths, strict=True)),
        {key: before for key, before in zip("ABCDEFGHIJKLMN", befores, strict=True) if before},
    )
    assert (after(plan.finish), plan.critical) == (44, tuple("ABCEFJLN"))
    slack = {key: row.total_float_s for key, row in plan.items() if row.total_float_s}
    assert slack == {key: hours(weeks) for key, weeks in zip("DGHIKM", (4, 4, 4, 2, 1, 4), strict=True)}


def test_the_eight_activity_network_takes_19_and_its_critical_path_is_12478() -> None:
    plan = network(
        {"1": 3, "2": 4, "3": 2, "4": 5, "5": 1, "6": 2, "7": 4, "8": 3},
        {"2": "1", "3": "1", "4": "2", "5": "3", "6": "3", "7": "4,5", "8": "6,7"},
    )
    assert after(plan.finish) == 19
    assert plan.critical == ("1", "2", "4", "7", "8")


def test_late_dates_free_and_total_floats_follow_the_textbook() -> None:
    plan = network({"A": 3, "B": 1, "C": 2, "D": 1}, {"C": "A", "D": "B,C"})
    b = plan["B"]
    assert (after(b.early_start), after(b.late_start), after(b.late_finish)) == (0, 4, 5)
    assert (b.total_float_s, b.free_float_s) == (hours(4), hours(4))
    assert {row.total_float_s for key, row in plan.items() if key != "B"} == {0}


@pytest.mark.parametrize(
    ("first", "second", "kind", "lag", "start", "finish"),
    [
        (4, 3, "FS", 2, 9, 11),
        (4, 3, "FS", -2, 3, 5),
        (4, 3, "SS", 2, 3, 5),
        (5, 2, "FF", 0, 4, 5),
    ],
)
def test_working_days_are_inclusive(
    first: int, second: int, kind: str, lag: int, start: int, finish: int
) -> None:
    row = linked(first, second, kind, lag)["B"]
    assert (row.start_on, row.finish_on) == (date(2026, 6, start), date(2026, 6, finish))


def test_start_to_finish_follows_inclusive_days_unless_instants_are_asked_for() -> None:
    inclusive = linked(2, 2, "SF", 5)["B"]
    instant = linked(2, 2, "SF", 5, Conventions(start_to_finish="instant"))["B"]
    assert (inclusive.start_on, inclusive.finish_on) == (date(2026, 6, 5), date(2026, 6, 8))
    assert (instant.start_on, instant.finish_on) == (date(2026, 6, 4), date(2026, 6, 5))


def linked(first: int, second: int, kind: str, lag: int, conventions: Conventions | None = None) -> Schedule:
    """A and B in working days of an office calendar, A starting on MONDAY."""
    activities = (Activity("A", duration_s=days(first)), Activity("B", duration_s=days(second)))
    link = Dependency("A", "B", DependencyKind(kind), Lag(days(lag)))
    plan = Plan("pair", MONDAY, activities, (link,), (Calendar("office"),), "office")
    return schedule(plan, conventions or Conventions())
