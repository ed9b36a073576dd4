"""Whatever stands in the place of a sound value, an engine answers or refuses it: it never falls over.

Each entry is called once for every place in its sound arguments, however deep, and every value of `STRANGE`: another
tenth of these calls each day.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from services.finance.engines.valuation import (
    amortisation,
    baseline,
    capitalisation,
    columns,
    dated_flows,
    earned_schedule,
    earned_value,
    exchange_rates,
    investment,
    rollup,
    sensitivity,
    series,
    techniques,
    work_packages,
)
from services.projects.engines import planfiles, planning
from services.projects.engines.planning import plan as plans
from services.projects.engines.scoring import ahp, hierarchy, reversals, rice, weighted, wsjf
from services.reporting.engines import selection
from services.resources.engines import levelling, staffing
from services.risk.engines import simulation
from shared.base.errors import Refusal
from tests.support.rotation import turn

STRANGE = (
    None,
    True,
    -1,
    10**400,
    float("nan"),
    float("inf"),
    Decimal("NaN"),
    "x",
    b"x",
    (),
    ("x",),
    [None],
    {"x": 1},
    {1},
    date(2026, 6, 1),
    date.min,
    datetime(2026, 6, 1, 8),
    datetime(2026, 6, 1, 8, tzinfo=UTC),
    object(),
    np.array([1.0, 2.0]),
)
DATED = (dated_flows.DatedAmount(date(2026, 5, 4), -100), dated_flows.DatedAmount(date(2026, 6, 30), 120))
MONDAY, JUNE, MAY = datetime(2026, 6, 1), date(2026, 6, 30), date(2026, 5, 4)


@dataclass(frozen=True)
class Entry:
    """An entry function with arguments that it answers; `whole` are those nothing within is exchanged of."""

    call: Callable[..., Any]
    arguments: Mapping[str, Any]
    whole: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.call.__module__}.{self.call.__qualname__}"


def _schedule_plan() -> plans.Plan:
    """A plan that uses a little of everything."""
    shut = plans.CalendarException(
        MAY, MAY, (), "off", plans.Recurrence(plans.Frequency.WEEKLY, 1, (0,), None, None, None)
    )
    calendars = (
        plans.Calendar("office", exceptions=(shut,)),
        plans.Calendar("feasts", holidays=plans.PublicHolidays("DE", "BY")),
        plans.Calendar("own", base="office", work_weeks=(plans.WorkWeek(MAY, JUNE, plans.OFFICE_WEEK),)),
    )
    done = plans.Progress(datetime(2026, 5, 4, 8), None, plans.days(1), 50.0)
    dated = plans.Constraint(plans.ConstraintKind.SNET, date(2026, 6, 3))
    activities = (
        plans.Activity("S", kind=plans.ActivityKind.SUMMARY),
        plans.Activity("A", "a", plans.days(2), parent="S", calendar="own", progress=done, cost=Decimal(1)),
        plans.Activity("B", "b", plans.days(2), constraints=(dated,), deadline=JUNE, custom={"k": "v"}),
    )
    links = (
        plans.Dependency("A", "B"),
        plans.Dependency("A", "B", plans.DependencyKind.SS, plans.Lag(3600, 10.0)),
        plans.Dependency("X", "B", predecessor_plan="other"),
    )
    return plans.Plan(
        "p",
        MONDAY,
        activities,
        links,
        calendars,
        "office",
        data_date=MONDAY,
        finish_by=JUNE,
        external=(plans.ExternalActivity("other", "X", MONDAY, MONDAY),),
        resources=(plans.Resource("r", "R", standard_rate=Decimal(80)),),
        assignments=(plans.Assignment("1", "A", "r", 0.5, plans.days(1), start=MONDAY),),
        baselines=(
            plans.Baseline(
                "0", "agreed", MONDAY, (plans.BaselineActivity("A", MONDAY, MONDAY, plans.days(2)),)
            ),
        ),
    )


def _level_plan() -> levelling.Plan:
    return levelling.Plan(
        (
            levelling.Activity("a", 2, (levelling.Demand("x", 1),), "p", "week"),
            levelling.Activity("b", 1, (levelling.Demand("x", 1),), deadline=20),
        ),
        (levelling.Resource("x", 1, (levelling.Change(9, 2),)),),
        (levelling.Link("a", "b", lag=1, lag_calendar="week"),),
        (levelling.Project("p", 1, 0, 5),),
        (levelling.Calendar("week", (True, True, False), (levelling.CalendarException(0, 1),)),),
    )


def _model() -> simulation.Model:
    variables = (simulation.Variable("duration", "A"), simulation.Variable("cost_item", "K"))
    return simulation.Model(
        (
            simulation.Activity("A", simulation.Triangular(1, 2, 4), cost_per_day=1.0, calendar="c"),
            simulation.Activity("B", simulation.Pert(1, 2, 4), simulation.Constant(5.0)),
        ),
        (simulation.Link("A", "B", "FS", 1.0),),
        (simulation.CostItem("K", simulation.Uniform(1, 2), 1.0),),
        (simulation.RiskEvent("E", 0.5, (simulation.Effect("A", simulation.Discrete((1,), (1,))),)),),
        (simulation.Correlation(variables, ((1.0, 0.5), (0.5, 1.0))),),
        date(2026, 6, 1),
        {"c": simulation.Calendar(exceptions={JUNE: 0.5})},
        "c",
    )


def _portfolio() -> selection.Portfolio:
    quarter = selection.Quarter(2027, 1)
    return selection.Portfolio(
        (
            selection.Candidate(
                "a",
                5.0,
                (selection.Cost(2027, "capex", 1.0),),
                (selection.Demand("dev", quarter, 1.0),),
                starts=(selection.Start(0), selection.Start(1, 4.0)),
            ),
            selection.Candidate("b", 3.0, requires=("a",)),
        ),
        (selection.Budget(2027, 10.0, "capex"),),
        (selection.Capacity("dev", quarter, 2.0),),
        (selection.Exclusion(("a", "b"), 2),),
        frozenset({"a"}),
    )


def _package() -> work_packages.WorkPackage:
    return work_packages.WorkPackage(
        "w",
        1000,
        date(2026, 5, 1),
        date(2026, 7, 1),
        techniques.WeightedMilestones((techniques.Milestone(1, MAY, MAY), techniques.Milestone(2))),
        (work_packages.BudgetPeriod(date(2026, 5, 1), date(2026, 7, 1), 1000),),
        500,
    )


PLAN, PACKAGES, APPROVED = _schedule_plan(), (_package(),), baseline.Change("c", date(2026, 1, 1))
SCHEDULE = planning.schedule(PLAN)
PERSON = staffing.Person(
    "ann",
    "dev",
    (staffing.Skill("java", 3, JUNE),),
    40.0,
    "Bonn",
    1.0,
    MAY,
    JUNE,
    (staffing.Absence(MAY, MAY),),
    (staffing.Booking("crm", MAY, JUNE, 50.0),),
)
REQUEST = staffing.Request(
    "crm", MAY, JUNE, skills=(staffing.SkillNeed("java", 3, 2, True),), location="Bonn"
)
DEMAND = staffing.Demand("dev", "crm", MAY, JUNE, 50.0)
FLOW = investment.CashFlow((0, 60, 70), (100, 0, 0))
RATES = exchange_rates.ExchangeRates([exchange_rates.Quotation("EUR", "USD", MAY, Decimal("1.1"))], "EUR")
GOAL = hierarchy.Criterion("goal", ((1, 2), (0.5, 1)))
CANDIDATES = (weighted.Candidate("a", {"c": 1}), weighted.Candidate("b", {"c": 2}))
CRITERIA = (weighted.Criterion("c", 1.0),)
NOUGHTS, DAYS = np.array([0, 0]), np.array([740_000, 740_001])
PERIODS = [1, 2, 3]
STATUS = series.Status(date(2026, 6, 1), PACKAGES, 400)

ENTRIES = [
    Entry(planning.schedule, {"plan": PLAN, "conventions": planning.DEFAULTS}),
    Entry(planning.schedule_together, {"plans": (PLAN, replace(PLAN, id="q"))}, ("plans",)),
    Entry(planning.variance, {"schedule": SCHEDULE, "baseline": PLAN.baselines[0]}, ("schedule",)),
    Entry(
        planning.baseline_of,
        {"schedule": SCHEDULE, "id": "1", "name": "n", "taken_at": MONDAY},
        ("schedule",),
    ),
    Entry(planning.movements, {"before": SCHEDULE, "after": SCHEDULE}, ("before", "after")),
    Entry(planfiles.read_plan, {"source": planfiles.write_mspdi(PLAN)}),
    Entry(planfiles.read_mspdi, {"content": planfiles.write_mspdi(PLAN)}),
    Entry(planfiles.write_mspdi, {"plan": PLAN}),
    Entry(planfiles.difference, {"before": PLAN, "after": PLAN}),
    Entry(
        levelling.level,
        {
            "plan": _level_plan(),
            "objective": levelling.Objective.MAKESPAN,
            "search": levelling.Search(0.1, 1.0),
        },
    ),
    Entry(levelling.smooth, {"plan": _level_plan(), "seconds": 1.0}),
    Entry(
        staffing.propose,
        {"request": REQUEST, "people": (PERSON,), "weights": staffing.Weights(), "holidays": [JUNE]},
    ),
    Entry(
        staffing.balance,
        {
            "people": (PERSON,),
            "demands": (DEMAND,),
            "first_month": date(2026, 5, 1),
            "last_month": date(2026, 6, 1),
            "holidays": [JUNE],
            "full_time_hours": 40.0,
        },
    ),
    Entry(simulation.simulate, {"model": _model(), "runs": 20, "seed": 1}),
    Entry(simulation.exposure, {"threats": (simulation.Threat(0.5, 10.0),)}),
    Entry(
        simulation.response_effect,
        {"inherent": 10.0, "expected_residual": 5.0, "observed_residual": 4.0, "cost": 1.0},
    ),
    Entry(simulation.three_point_estimate, {"optimistic": 1.0, "likely": 2.0, "pessimistic": 4.0}),
    Entry(selection.select, {"portfolio": _portfolio(), "gap": 0.01, "seconds": 1.0}),
    Entry(selection.select_quickly, {"portfolio": _portfolio()}),
    Entry(selection.frontier, {"portfolio": _portfolio(), "scales": (0.5, 1.0), "gap": 0.01, "seconds": 1.0}),
    Entry(
        selection.compare, {"selections": {"now": selection.select_quickly(_portfolio())}}, ("selections",)
    ),
    Entry(weighted.weighted, {"candidates": CANDIDATES, "criteria": CRITERIA, "scale": weighted.Scale(0, 9)}),
    Entry(weighted.weighted, {"candidates": CANDIDATES, "criteria": CRITERIA, "normalisation": "range"}),
    Entry(wsjf.wsjf, {"jobs": (wsjf.Job("a", 1, 2, 3, 4),)}),
    Entry(rice.rice, {"initiatives": (rice.Initiative("a", 1, 2, 50, 4),)}),
    Entry(
        ahp.priorities,
        {"items": ("a", "b"), "judgements": ((1, 2), (0.5, 1)), "table": ahp.IndexTable.SAATY_2005},
    ),
    Entry(
        hierarchy.synthesised,
        {"goal": GOAL, "alternatives": ("a", "b"), "mode": "ideal", "table": "saaty_1980"},
    ),
    Entry(reversals.hierarchy_reversals, {"goal": GOAL, "alternatives": ("a", "b"), "mode": "ideal"}),
    Entry(reversals.weighted_reversals, {"candidates": CANDIDATES, "criteria": CRITERIA}),
    Entry(
        earned_value.measure,
        {"packages": PACKAGES, "actual_cost": 400, "as_of": JUNE, "forecast": earned_value.Forecast.AT_CPI},
    ),
    Entry(
        earned_value.figures,
        {"base": earned_value.Totals(1000, 500, 400, 450), "forecast": earned_value.Forecast.AT_CPI},
    ),
    Entry(rollup.rolled_up, {"accounts": (rollup.Account("a"), rollup.Account("b", "a"))}),
    Entry(
        rollup.package_accounts,
        {"packages": PACKAGES, "actual_costs": {"w": 400}, "parent": "p", "as_of": JUNE},
    ),
    Entry(
        rollup.in_currency,
        {
            "base": earned_value.Totals(1000, 500, 400, 450),
            "rates": RATES,
            "currency": "EUR",
            "into": "USD",
            "on": MAY,
        },
    ),
    Entry(
        columns.measured_columns,
        {
            "packages": columns.PackageColumns(NOUGHTS, NOUGHTS, DAYS, DAYS, NOUGHTS, NOUGHTS),
            "projects": 1,
            "as_of": JUNE,
        },
    ),
    Entry(series.performance, {"statuses": (STATUS,)}),
    Entry(series.planned_curve, {"packages": PACKAGES, "ends": (JUNE,)}),
    Entry(series.month_ends, {"first": MAY, "last": JUNE}),
    Entry(
        earned_schedule.earned_schedules, {"planned_cumulative": PERIODS, "earned_cumulative": PERIODS[:2]}
    ),
    Entry(
        earned_schedule.earned_schedule, {"planned_cumulative": PERIODS, "earned": 2.0, "actual_time": 1.5}
    ),
    Entry(baseline.baselined, {"packages": PACKAGES, "change": APPROVED, "effective": MAY}),
    Entry(
        baseline.rebaselined,
        {
            "baseline": baseline.baselined(PACKAGES, APPROVED, MAY),
            "packages": PACKAGES,
            "change": baseline.Change("d", MAY),
            "effective": JUNE,
        },
    ),
    Entry(baseline.in_force, {"baseline": baseline.baselined(PACKAGES, APPROVED, MAY), "as_of": JUNE}),
    Entry(baseline.movements, {"baseline": baseline.baselined(PACKAGES, APPROVED, MAY)}),
    Entry(investment.appraised, {"flow": FLOW, "rate": 0.1}),
    Entry(investment.present_values, {"flow": FLOW, "rate": 0.1}),
    Entry(investment.net_present_value, {"amounts": (-100, 60, 70), "rate": 0.1}),
    Entry(investment.internal_rates, {"flow": FLOW}),
    Entry(investment.mirr, {"flow": FLOW, "finance_rate": 0.1, "reinvestment_rate": 0.12}),
    Entry(dated_flows.xnpv, {"amounts": DATED, "rate": 0.1}),
    Entry(dated_flows.xirr, {"amounts": DATED}),
    Entry(sensitivity.sensitivity, {"flow": FLOW, "rate": 0.1, "changes_percent": (-10, 10)}),
    Entry(sensitivity.switching_values, {"flow": FLOW, "rate": 0.1}),
    Entry(
        exchange_rates.ExchangeRates,
        {
            "quotations": (exchange_rates.Quotation("EUR", "USD", MAY, Decimal("1.1")),),
            "pivot": "EUR",
            "oldest_days": 5,
        },
    ),
    Entry(RATES.converted, {"amount": exchange_rates.Amount(100, "EUR", MAY), "into": "USD"}),
    Entry(
        capitalisation.capitalised,
        {
            "costs": (capitalisation.Cost("build", "labour", MAY, 100),),
            "policy": capitalisation.Policy(
                (capitalisation.Rule("r", "build", None, 50),), date(2026, 1, 1), JUNE
            ),
        },
    ),
    Entry(amortisation.amortised, {"cost": 100, "residual": 10, "ready": MAY, "months": 12}),
]


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_an_entry_answers_or_refuses_whatever_it_is_given(entry: Entry) -> None:
    entry.call(**entry.arguments)
    fallen = []
    for name, argument in entry.arguments.items():
        for place, argument_with in _variants_of_today(entry, name, argument):
            try:
                entry.call(**{**entry.arguments, name: argument_with})
            except (Refusal, OSError):  # a file that is not there
                continue
            except Exception as error:  # noqa: BLE001
                fallen.append(f"{place}: {type(error).__name__}: {error}")
    print("\n".join(fallen[:40]))
    assert fallen == []


def _variants_of_today(entry: Entry, name: str, argument: Any) -> list[tuple[str, Any]]:
    variants = _strange(f"/{name}") if name in entry.whole else _replaced(argument, f"/{name}")
    return [variant for _, variant in turn(enumerate(variants), lambda one: f"{entry}/{name} {one[0]}")]


def _replaced(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """The value with something strange in each of its places in turn, and where that is."""
    yield from _strange(place)
    if is_dataclass(value) and not isinstance(value, type):
        for member in fields(value):
            for where, inner in _replaced(getattr(value, member.name), f"{place}/{member.name}"):
                yield where, _but_for(value, member.name, inner)
    elif isinstance(value, tuple | list):
        for i, each in enumerate(value):
            for where, inner in _replaced(each, f"{place}/{i}"):
                yield where, [*value[:i], inner, *value[i + 1 :]]
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield f"{place} with another key", {**value, 5: each}
            for where, inner in _replaced(each, f"{place}/{key}"):
                yield where, {**value, key: inner}


def _strange(place: str) -> Iterator[tuple[str, Any]]:
    for value in STRANGE:
        yield f"{place} = {value!r:.60}", value


def _but_for(value: Any, member: str, inner: Any) -> Any:
    """A copy with one member exchanged, whatever the constructor would say to it."""
    copy = object.__new__(type(value))
    for each in fields(value):
        object.__setattr__(copy, each.name, inner if each.name == member else getattr(value, each.name))
    return copy
