"""Earned schedule: schedule performance in time instead of money; the entry is `earned_schedules`.

Source: W. Lipke, "Schedule is Different", *The Measurable News* (2003). Convention: periods count from 1,
PV_0 = 0,

    ES = C + (EV - PV_C) / (PV_C+1 - PV_C)     C the greatest k with PV_k <= EV; never more than PD
    SV(t) = ES - AT      SPI(t) = ES / AT      IEAC(t) = PD / SPI(t)      TSPI = (PD - ES) / (PD - AT)

PD, the planned duration, is the first period by which everything is planned. AT is the number of periods
elapsed; it stops at the period that completes the work, so a finished project keeps its SPI(t). All of it is
in periods. Where the plan begins with idle periods and nothing is earned, no time can be said to be earned. ES
and what follows from it are null.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from shared.base.exact import Number, decimal, exact, refused
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped


@dataclass(frozen=True, slots=True)
class EarnedSchedule:
    """Times in periods, indices as Decimals; None where `reasons` (keyed by field name) says why."""

    actual_time: Decimal
    planned_duration: Decimal
    es: Decimal | None
    sv_t: Decimal | None
    spi_t: Decimal | None
    ieac_t: Decimal | None
    tspi: Decimal | None
    reasons: dict[str, str] = field(default_factory=dict)


def earned_schedules(
    planned_cumulative: Sequence[Number], earned_cumulative: Sequence[Number]
) -> list[EarnedSchedule]:
    """Earned schedule at the end of each period that has an earned value, from the two cumulative curves.

    The amounts may be of any unit, as long as both curves use it. Planned value never falls and comes to more
    than nothing; earned value may fall (rework) but not below zero. `Invalid` names the period that breaks
    this.
    """
    plan = _plan(planned_cumulative)
    refuse_mistyped(earned_cumulative, Sequence[Any], "/earned_cumulative")
    answer = []
    completed: int | None = None
    for period, earned in enumerate(earned_cumulative, start=1):
        ev = _earned(earned, f"/earned_cumulative/{period - 1}")
        completed = (completed or period) if ev >= plan[-1] else None
        answer.append(_schedule(plan, ev, Fraction(completed or period)))
    return answer


def earned_schedule(
    planned_cumulative: Sequence[Number], earned: Number, actual_time: Number
) -> EarnedSchedule:
    """Earned schedule at one moment; `actual_time` counts periods since the start and may fall within one."""
    elapsed = exact(actual_time, "/actual_time")
    if elapsed < 0:
        raise refused(
            "negative_time",
            Text("{actual_time} periods is below zero", actual_time=actual_time),
            "/actual_time",
        )
    return _schedule(_plan(planned_cumulative), _earned(earned, "/earned"), elapsed)


def _plan(planned: Sequence[Number]) -> list[Fraction]:
    """The planned curve from PV_0 = 0 on."""
    refuse_mistyped(planned, Sequence[Any], "/planned_cumulative")
    plan = [Fraction(0), *(exact(value, f"/planned_cumulative/{i}") for i, value in enumerate(planned))]
    for i, (before, after) in enumerate(pairwise(plan)):
        if after < before:
            raise refused("plan_falls", "a cumulative planned value cannot fall", f"/planned_cumulative/{i}")
    if not plan[-1]:
        raise refused("nothing_planned", "no value is planned in any period", "/planned_cumulative")
    return plan


def _earned(value: Number, pointer: str) -> Fraction:
    earned = exact(value, pointer)
    if earned < 0:
        raise refused(
            "negative_amount", Text("an earned value of {value} is below zero", value=value), pointer
        )
    return earned


def _schedule(plan: list[Fraction], ev: Fraction, elapsed: Fraction) -> EarnedSchedule:
    duration = bisect_left(plan, plan[-1])
    es = _earned_time(plan, ev, duration)
    reasons = {}
    if es is None:
        reasons = dict.fromkeys(("es", "sv_t", "spi_t", "ieac_t", "tspi"), _IDLE)
    if not elapsed:
        reasons.setdefault("spi_t", "no time has passed")
    if not elapsed or not es:
        reasons.setdefault("ieac_t", reasons.get("spi_t", "nothing earned"))
    if duration <= elapsed:
        reasons.setdefault("tspi", "unattainable: the planned duration is over")
    earned = es or Fraction(0)
    return EarnedSchedule(
        actual_time=decimal(elapsed),
        planned_duration=Decimal(duration),
        es=None if es is None else decimal(es),
        sv_t=None if es is None else decimal(es - elapsed),
        spi_t=None if "spi_t" in reasons else decimal(earned / elapsed),
        ieac_t=None if "ieac_t" in reasons else decimal(duration * elapsed / earned),
        tspi=None if "tspi" in reasons else decimal((duration - earned) / (duration - elapsed)),
        reasons=reasons,
    )


_IDLE = "nothing earned, and the plan begins with periods in which nothing is planned"


def _earned_time(plan: list[Fraction], ev: Fraction, duration: int) -> Fraction | None:
    """The periods earned; None where nothing is earned and idle periods would count as earned."""
    if not ev and not plan[1]:
        return None
    if ev >= plan[-1]:
        return Fraction(duration)
    whole = bisect_right(plan, ev) - 1
    return whole + (ev - plan[whole]) / (plan[whole + 1] - plan[whole])
