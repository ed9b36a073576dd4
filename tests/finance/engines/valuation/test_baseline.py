"""The baseline moves through approved changes only, and every version stays."""

from datetime import date

import pytest

from services.finance.engines.valuation.baseline import (
    Change,
    Movement,
    baselined,
    in_force,
    movements,
    rebaselined,
)
from services.finance.engines.valuation.work_packages import WorkPackage
from shared.base.errors import Invalid

JANUARY, MARCH, JUNE = date(2026, 1, 5), date(2026, 3, 2), date(2026, 6, 1)
PLAN = [WorkPackage("A", 1000), WorkPackage("B", 500)]
WIDER = [*PLAN, WorkPackage("C", 250)]
FIRST = baselined(PLAN, Change("MANDATE", JANUARY), JANUARY)


def test_an_approved_change_adds_a_version_and_keeps_the_one_before() -> None:
    second = rebaselined(FIRST, WIDER, Change("CR-7", MARCH), MARCH)
    assert [version.bac for version in second.versions] == [1500, 1750]
    assert FIRST.versions == second.versions[:1]
    assert movements(second) == [
        Movement("MANDATE", JANUARY, 0, 1500),
        Movement("CR-7", MARCH, 1500, 1750),
    ]


def test_a_date_is_measured_against_the_version_in_force_then() -> None:
    second = rebaselined(FIRST, WIDER, Change("CR-7", MARCH), MARCH)
    result = [in_force(second, day) for day in (date(2025, 12, 31), JANUARY, date(2026, 3, 1), MARCH, JUNE)]
    assert [version and version.number for version in result] == [None, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("change", "effective", "code"),
    [
        (Change("CR-8", None), MARCH, "change_not_approved"),
        (Change("CR-8", JUNE), MARCH, "retroactive_change"),
        (Change("CR-8", JANUARY), JANUARY, "retroactive_change"),
        (Change("MANDATE", MARCH), MARCH, "change_already_used"),
    ],
)
def test_a_change_that_may_not_move_the_baseline_is_refused(
    change: Change, effective: date, code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        rebaselined(FIRST, WIDER, change, effective)
    assert refusal.value.code == code


def test_even_the_first_baseline_needs_its_approval() -> None:
    with pytest.raises(Invalid, match="MANDATE is not approved"):
        baselined(PLAN, Change("MANDATE", None), JANUARY)


def test_a_budget_below_zero_is_no_baseline() -> None:
    with pytest.raises(Invalid, match="/work_packages/0/budget"):
        baselined([WorkPackage("A", -1)], Change("MANDATE", JANUARY), JANUARY)
