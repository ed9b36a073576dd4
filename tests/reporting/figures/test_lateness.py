"""From what is stored of a row follow its days late on any day, as the rules say them for one day."""

from dataclasses import dataclass
from random import Random

from services.reporting.figures.lateness import lateness, start_variance_days, variance_days
from shared.contracts.projects.structure import Stage


@dataclass
class Dates:
    stage: str
    planned_start: int | None
    forecast_start: int | None
    actual_start: int | None
    planned_finish: int | None
    forecast_finish: int | None
    actual_finish: int | None


def known_days(
    fixed: int | None, due: int | None, forecast: int | None, actual: int | None, day: int
) -> list[int]:
    """The values of a day, as a list looks for them in its indices."""
    values = []
    if fixed is not None and (actual is not None or (forecast is not None and forecast > day)):
        values.append(fixed)
    if due is not None and due < day and (forecast is None or forecast <= day):
        values.append(due - day)
    if due is not None and due >= day and forecast is not None and forecast <= day:
        values.append(due - day)
    return values


def test_what_is_kept_gives_the_days_late_of_every_day() -> None:
    random = Random(26)
    lengths = set()
    for _ in range(3_000):
        days = [random.choice([None, random.randrange(12)]) for _ in range(6)]
        dates = Dates(random.choice([*Stage]), *days)
        stored = lateness(dates)
        for day in range(13):
            finish = known_days(
                stored.finish_fixed, stored.finish_due, dates.forecast_finish, dates.actual_finish, day
            )
            start = known_days(
                stored.start_fixed, stored.start_due, dates.forecast_start, dates.actual_start, day
            )
            for values, (expected, _) in (
                (finish, variance_days(dates, day)),
                (start, start_variance_days(dates, day)),
            ):
                assert values == ([] if expected is None else [expected]), (dates, day)
                lengths.add(len(values))
    assert lengths == {0, 1}
