"""Typed values as plain JSON and back; what stands in a file is believed only where it is of the type."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from services.projects.engines.planfiles.mspdi.plain import plain, typed
from services.projects.engines.planning.plan import (
    Calendar,
    CalendarException,
    Constraint,
    ConstraintKind,
    Dependency,
    DependencyKind,
    Frequency,
    Lag,
    PublicHolidays,
    Recurrence,
    shift,
)

MORNING = (shift("08:00", "12:00"),)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (str, "é"),
        (int, 5),
        (float, 0.1),
        (bool, True),
        (Decimal | None, Decimal("1.50")),
        (Decimal | None, None),
        (date | datetime | None, date(2026, 6, 1)),
        (date | datetime | None, datetime(2026, 6, 1)),
        (datetime | date, date(2026, 6, 1)),
        (Mapping[str, str], {"a": "b"}),
        (
            tuple[Constraint, ...],
            (Constraint(ConstraintKind.SNET, date(2026, 6, 1)), Constraint(ConstraintKind.ALAP)),
        ),
        (Dependency, Dependency("a", "b", DependencyKind.SF, Lag(-5, 0.5, True), "q")),
        (
            Calendar,
            Calendar(
                "c",
                week=(MORNING, None, (), *(MORNING,) * 4),
                exceptions=(
                    CalendarException(
                        date(2026, 1, 1), date(2026, 2, 1), recurrence=Recurrence(Frequency.WEEKLY, 2, (0, 6))
                    ),
                ),
                holidays=PublicHolidays("CH", "GE"),
            ),
        ),
    ],
)
def test_a_value_comes_back_from_json_as_it_was(kind: Any, value: Any) -> None:
    back = typed(kind, json.loads(json.dumps(plain(value))))
    assert (back, type(back)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (str, 5),
        (int, True),
        (int, 5.0),
        (float, "1"),
        (bool, 1),
        (Decimal, 1.5),
        (Decimal, "x"),
        (date, "2026-06-01T08:00:00"),
        (datetime | None, "yesterday"),
        (tuple[int, ...], 5),
        (tuple[int, ...], {"a": 1}),
        (tuple[int, int], [1]),
        (Mapping[str, str], [["a", "b"]]),
        (Mapping[str, str], {"a": 1}),
        (ConstraintKind, "soon"),
        (Lag, {"second": 5}),
        (Constraint, {}),
        (Constraint | None, [None]),
    ],
)
def test_what_is_of_another_type_is_no_value(kind: Any, value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which of the many sentences does not matter
        typed(kind, value)
