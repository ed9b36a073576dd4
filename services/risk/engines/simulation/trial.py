"""A trial: a model as callers write it is simulated, and nothing of it is kept."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shared.base.computation import Computation, Report, pointing_at
from shared.base.currencies import decimals_of
from shared.base.exact import refused

from . import trial_shapes as shapes
from .checks import refuse_flaws
from .distributions import Constant, Discrete, Distribution, LogNormal, Normal, Pert, Triangular, Uniform
from .engine import simulate
from .model import (
    NOTHING,
    UNCHANGED,
    Activity,
    Calendar,
    Correlation,
    CostItem,
    Effect,
    Link,
    LinkKind,
    Model,
    RiskEvent,
    Variable,
)

if TYPE_CHECKING:
    from .outcome import Driver, Outcome

_FAMILIES: Mapping[str, tuple[type[Distribution], tuple[str, ...]]] = {
    "constant": (Constant, ("value",)),
    "uniform": (Uniform, ("low", "high")),
    "triangular": (Triangular, ("low", "likely", "high")),
    "pert": (Pert, ("low", "likely", "high")),
    "normal": (Normal, ("mean", "sd")),
    "lognormal": (LogNormal, ("mean", "sd")),
    "discrete": (Discrete, ("values", "probabilities")),
}
"""Kind of an estimate -> its distribution, and the members that it needs."""
_PARAMETERS = ("value", "low", "likely", "high", "mean", "sd", "weight", "values", "probabilities")
_KINDS: Mapping[str, LinkKind] = {"fs": "FS", "ss": "SS", "ff": "FF", "sf": "SF"}
_MEMBERS = {
    "predecessor": "from_key",
    "successor": "to_key",
    "activity": "activity_key",
    "calendar": "calendar_key",
    "start": "starts_on",
    "not_before": "not_before_days",
    "lag": "lag_days",
    "variables": "quantities",
}
"""Members of the engine's model, by what callers call them: faults point at those."""
Estimate = shapes.TrialEstimate | shapes.TrialAmountEstimate


def check(trial: shapes.SimulationTrial) -> None:
    """Refuse what is no model: every flaw, or the circle of links."""
    decimals_of(trial.currency)
    model = model_of(trial)
    with pointing_at(_members(trial)):
        refuse_flaws(model, trial.runs, trial.seed)


def run(trial: shapes.SimulationTrial, report: Report) -> shapes.SimulationTrialResult:
    """Simulate it."""
    model = model_of(trial)
    with pointing_at(_members(trial)):
        outcome = simulate(
            model, runs=trial.runs, seed=trial.seed, progress=lambda share: report(0.9 * share, "simulating")
        )
    report(0.9, "summing up")
    return _result(trial, model, outcome)


TRIAL = Computation(shapes.SimulationTrial, shapes.SimulationTrialResult, run, check)


def _members(trial: shapes.SimulationTrial) -> Mapping[str, str]:
    """Calendars are listed by the caller, and named in the model. One that is called as a member keeps its name."""
    return {one.key: str(place) for place, one in enumerate(trial.calendars)} | _MEMBERS


def model_of(trial: shapes.SimulationTrial) -> Model:
    """The engine's model; Invalid where an estimate has not the members of its kind."""
    keys = [one.key for one in trial.calendars]
    if len(set(keys)) < len(keys):
        raise refused("repeated", "two calendars have the same key", "/calendars")
    return Model(
        activities=tuple(_activity(one, f"/activities/{i}") for i, one in enumerate(trial.activities)),
        links=tuple(Link(o.from_key, o.to_key, _KINDS[o.kind], o.lag_days, o.elapsed) for o in trial.links),
        cost_items=tuple(
            CostItem(one.key, _distribution(one.amount, f"/cost_items/{i}/amount"), float(one.per_day or 0))
            for i, one in enumerate(trial.cost_items)
        ),
        events=tuple(_event(one, f"/events/{i}") for i, one in enumerate(trial.events)),
        correlations=tuple(_correlation(one) for one in trial.correlations),
        start=trial.starts_on,
        calendars={o.key: Calendar(o.week, {e.on: e.share for e in o.exceptions}) for o in trial.calendars},
        calendar=trial.calendar_key,
    )


def _distribution(estimate: Estimate | None, at: str, otherwise: Distribution = NOTHING) -> Distribution:
    if estimate is None:
        return otherwise
    family, needed = _FAMILIES[estimate.kind]
    allowed = {*needed, "weight"} if family is Pert else {*needed}
    sent = {name: value for name in _PARAMETERS if (value := getattr(estimate, name)) is not None}
    for name in needed:
        if name not in sent:
            raise refused("missing", f"an estimate that is {estimate.kind} needs it", f"{at}/{name}")
    for name in sent:
        if name not in allowed:
            raise refused("extra_forbidden", f"an estimate that is {estimate.kind} has none", f"{at}/{name}")
    return family(**{name: _floats(value) for name, value in sent.items()})


def _floats(value: Any) -> Any:
    """Whatever an estimate holds, as its distribution computes with it."""
    return tuple(map(float, value)) if isinstance(value, tuple) else float(value)


def _activity(one: shapes.SimulatedActivity, at: str) -> Activity:
    return Activity(
        one.key,
        _distribution(one.duration, f"{at}/duration"),
        _distribution(one.cost, f"{at}/cost"),
        float(one.cost_per_day or 0),
        one.not_before_days,
        one.calendar_key,
    )


def _event(one: shapes.SimulatedRisk, at: str) -> RiskEvent:
    effects = [
        Effect(
            effect.activity_key,
            _distribution(effect.days, f"{at}/effects/{i}/days"),
            _distribution(effect.factor, f"{at}/effects/{i}/factor", UNCHANGED),
        )
        for i, effect in enumerate(one.effects)
    ]
    return RiskEvent(one.key, one.probability, tuple(effects), _distribution(one.cost, f"{at}/cost"))


def _correlation(one: shapes.SimulatedCorrelation) -> Correlation:
    variables = tuple(Variable(v.kind, v.key, v.activity_key or "") for v in one.quantities)
    return Correlation(variables, one.matrix, one.measure)


def _result(trial: shapes.SimulationTrial, model: Model, outcome: "Outcome") -> shapes.SimulationTrialResult:
    currency = trial.currency
    return shapes.SimulationTrialResult(
        runs=outcome.runs,
        seed=outcome.seed,
        finish=_finish(trial, outcome),
        cost=_cost(trial, outcome),
        joint_probability=_joint(trial, outcome),
        exposure=_money(sum(event.cost.mean for event in model.events), currency),
        expected_risk_cost=_money(outcome.expected_event_cost, currency),
        activities=tuple(
            shapes.ActivityFigures(
                key=a.key,
                criticality=_share(a.criticality),
                mean_duration_days=_days(a.mean_duration),
                sd_duration_days=_days(a.sd_duration),
                schedule_sensitivity=_rounded(a.schedule_sensitivity, 4),
            )
            for a in outcome.activities
        ),
        drivers=_drivers(outcome, currency),
        correlation_shrinkage=outcome.shrinkage,
    )


def _finish(trial: shapes.SimulationTrial, outcome: "Outcome") -> shapes.SimulatedFinish | None:
    finish, planned = outcome.finish, outcome.planned_finish
    if finish is None or planned is None:
        return None
    percentiles = []
    for percent in trial.percentiles:
        days = finish.percentile(percent / 100)
        on = outcome.finish_on(percent / 100)
        percentiles.append(shapes.FinishPercentile(percent, _days(days), on, _days(days - planned)))
    limit = _limit(trial, outcome)
    probability = None if limit is None else finish.probability_within(limit)
    return shapes.SimulatedFinish(
        mean_days=_days(finish.mean),
        sd_days=None if finish.sd is None else _days(finish.sd),
        planned_days=_days(planned),
        percentiles=tuple(percentiles),
        probability=None if probability is None else _share(probability),
    )


def _limit(trial: shapes.SimulationTrial, outcome: "Outcome") -> float | None:
    """The time that was asked for, in days from the start; the day goes before the number of days."""
    if trial.finish_by_on is not None and outcome.start is not None:
        from .calendars import days_until_over

        return days_until_over(outcome.start, trial.finish_by_on)
    return trial.finish_by_days


def _cost(trial: shapes.SimulationTrial, outcome: "Outcome") -> shapes.SimulatedTotal:
    cost, currency = outcome.cost, trial.currency
    percentiles = tuple(
        shapes.CostPercentile(
            percent,
            _money(cost.percentile(percent / 100), currency),
            _money(outcome.cost_reserve(percent / 100), currency),
        )
        for percent in trial.percentiles
    )
    return shapes.SimulatedTotal(
        _money(cost.mean, currency),
        None if cost.sd is None else _money(cost.sd, currency),
        _money(outcome.planned_cost, currency),
        percentiles,
        None if trial.budget is None else _share(cost.probability_within(float(trial.budget))),
    )


def _joint(trial: shapes.SimulationTrial, outcome: "Outcome") -> float | None:
    limit = _limit(trial, outcome)
    if limit is None or trial.budget is None:
        return None
    return _rounded(outcome.joint_probability(limit, float(trial.budget)), 4)


def _drivers(outcome: "Outcome", currency: str) -> tuple[shapes.SimulatedDriver, ...]:
    def width(driver: "Driver") -> tuple[float, float]:
        return (-(driver.finish.width if driver.finish else 0.0), -driver.cost.width)

    return tuple(
        shapes.SimulatedDriver(
            kind=driver.variable.kind,
            key=driver.variable.key,
            activity_key=driver.variable.activity or None,
            finish_correlation=_rounded(driver.finish.correlation, 4) if driver.finish else None,
            finish_low_days=_rounded(driver.finish.low, 2) if driver.finish else None,
            finish_high_days=_rounded(driver.finish.high, 2) if driver.finish else None,
            cost_correlation=_rounded(driver.cost.correlation, 4),
            cost_low=None if driver.cost.low is None else _money(driver.cost.low, currency),
            cost_high=None if driver.cost.high is None else _money(driver.cost.high, currency),
        )
        for driver in sorted(outcome.drivers, key=lambda each: (*width(each), each.variable))
    )


def _days(days: float) -> float:
    return round(days, 2)


def _share(share: float) -> float:
    return round(share, 4)


def _rounded(number: float | None, places: int) -> float | None:
    return None if number is None else round(number, places)


def _money(amount: float, currency: str) -> shapes.TrialMoney:
    return shapes.TrialMoney(f"{Decimal(repr(float(amount))):.{decimals_of(currency)}f}", currency)
