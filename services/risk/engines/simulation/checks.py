"""What is refused before anything is drawn, each refusal naming the culprit."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped

from .distributions import Distribution, Normal
from .model import Correlation, Model
from .order import topological
from .variables import quantities

MOST_RUNS = 1_000_000
MOST_STEPS = 4_000_000_000
MOST_CORRELATED = 1_000
LONGEST_DAYS = 1e6
GREATEST_AMOUNT = 1e15
LARGEST_SEED = 2**256


def refuse_flaws(model: Model, runs: int, seed: int) -> None:
    """Raises `Invalid` with every flaw of the model, or with the cycle, or with the size that is too much.

    A value of the wrong type is refused alone: nothing else can be said about a model that has one.
    """
    refuse_mistyped(model, Model, "")
    faults = [*_of_runs(runs, seed), *_of_activities(model), *_of_links(model)]
    faults += [*_of_costs(model), *_of_events(model), *_of_calendars(model), *_of_correlations(model)]
    if not (model.activities or model.cost_items or model.events):
        faults.append(Fault("empty", "there is nothing to simulate", "/activities"))
    if faults:
        first = faults[0]
        raise Invalid(
            Text("{pointer}: {detail}", pointer=first.pointer, detail=Text(first.detail)),
            *faults,
            code=first.code,
        )
    topological(model)
    _refuse_excess(model, runs)


def _refuse_excess(model: Model, runs: int) -> None:
    steps = runs * (len(model.activities) + len(model.links) + sum(1 for _ in quantities(model)))
    steps += runs * sum(len(c.variables) ** 2 // 8 for c in model.correlations)
    if steps > MOST_STEPS:
        detail = Text(
            "{runs:,} runs of this model take {steps:,} steps, more than {most_steps:,}: ask for fewer",
            runs=runs,
            steps=steps,
            most_steps=MOST_STEPS,
        )
        raise Invalid(detail, Fault("too_many_runs", detail, "/runs"), code="too_many_runs")


def _of_runs(runs: int, seed: int) -> Iterator[Fault]:
    if type(runs) is not int or not 1 <= runs <= MOST_RUNS:
        yield Fault(
            "runs",
            Text("the number of runs is a whole number from 1 to {most_runs:,}", most_runs=MOST_RUNS),
            "/runs",
        )
    if type(seed) is not int or abs(seed) > LARGEST_SEED:
        yield Fault("seed", "the seed is a whole number of up to 256 bits", "/seed")


def _of_activities(model: Model) -> Iterator[Fault]:
    yield from _repeated("/activities", (a.key for a in model.activities))
    for i, activity in enumerate(model.activities):
        at = f"/activities/{i}"
        yield from _of_duration(f"{at}/duration", activity.duration)
        yield from _of_amount(f"{at}/cost", activity.cost)
        yield from _of_number(f"{at}/cost_per_day", activity.cost_per_day, GREATEST_AMOUNT)
        yield from _of_number(f"{at}/not_before", activity.not_before, LONGEST_DAYS)
        if activity.not_before < 0:
            yield Fault(
                "not_before",
                Text("{key!r} would start before the model does", key=activity.key),
                f"{at}/not_before",
            )
        if activity.calendar is not None and activity.calendar not in model.calendars:
            yield Fault(
                "unknown_calendar",
                Text("there is no calendar {calendar!r}", calendar=activity.calendar),
                f"{at}/calendar",
            )


def _of_links(model: Model) -> Iterator[Fault]:
    keys = {activity.key for activity in model.activities}
    for i, link in enumerate(model.links):
        for side in ("predecessor", "successor"):
            if getattr(link, side) not in keys:
                unknown = Text("there is no activity {link!r}", link=getattr(link, side))
                yield Fault("unknown_activity", unknown, f"/links/{i}/{side}")
        yield from _of_number(f"/links/{i}/lag", link.lag, LONGEST_DAYS)


def _of_costs(model: Model) -> Iterator[Fault]:
    yield from _repeated("/cost_items", (item.key for item in model.cost_items))
    for i, item in enumerate(model.cost_items):
        yield from _of_amount(f"/cost_items/{i}/amount", item.amount)
        yield from _of_number(f"/cost_items/{i}/per_day", item.per_day, GREATEST_AMOUNT)


def _of_events(model: Model) -> Iterator[Fault]:
    keys = {activity.key for activity in model.activities}
    yield from _repeated("/events", (event.key for event in model.events))
    for i, event in enumerate(model.events):
        at = f"/events/{i}"
        if not 0 <= event.probability <= 1:
            wrong = Text(
                "the probability {probability!r} of {key!r} is not within 0..1",
                probability=event.probability,
                key=event.key,
            )
            yield Fault("probability", wrong, f"{at}/probability")
        yield from _of_amount(f"{at}/cost", event.cost)
        yield from _repeated(f"{at}/effects", (effect.activity for effect in event.effects))
        for j, effect in enumerate(event.effects):
            if effect.activity not in keys:
                unknown = Text("there is no activity {activity!r}", activity=effect.activity)
                yield Fault("unknown_activity", unknown, f"{at}/effects/{j}/activity")
            yield from _of_distribution(f"{at}/effects/{j}/days", effect.days, LONGEST_DAYS)
            yield from _of_duration(f"{at}/effects/{j}/factor", effect.factor)


def _of_calendars(model: Model) -> Iterator[Fault]:
    if not model.calendars:
        return
    if model.start is None:
        yield Fault("start", "a model with calendars needs the date on which it starts", "/start")
    if model.calendar not in model.calendars:
        yield Fault(
            "unknown_calendar",
            Text("the default calendar {calendar!r} is not there", calendar=model.calendar),
            "/calendar",
        )
    for name, calendar in model.calendars.items():
        shares = [*calendar.week, *calendar.exceptions.values()]
        if len(calendar.week) != 7 or not all(0 <= share <= 3 for share in shares):
            wrong = Text("calendar {name!r} needs seven shares of a working day, each within 0..3", name=name)
            yield Fault("calendar", wrong, f"/calendars/{name}")
        elif not any(calendar.week):
            yield Fault(
                "calendar",
                Text("nothing is ever worked on calendar {name!r}", name=name),
                f"/calendars/{name}/week",
            )


def _of_correlations(model: Model) -> Iterator[Fault]:
    variables = {variable for variable, _ in quantities(model)}
    everywhere = Counter(v for correlation in model.correlations for v in correlation.variables)
    for i, correlation in enumerate(model.correlations):
        for variable in correlation.variables:
            if variable not in variables:
                yield Fault(
                    "unknown_variable",
                    Text("there is no {variable}", variable=variable),
                    f"/correlations/{i}/variables",
                )
            if everywhere[variable] > 1:
                yield Fault(
                    "repeated",
                    Text("{variable} is correlated twice", variable=variable),
                    f"/correlations/{i}/variables",
                )
        yield from _of_matrix(f"/correlations/{i}/matrix", correlation)


def _of_matrix(at: str, correlation: Correlation) -> Iterator[Fault]:
    """Its shape and coefficients; whether it is positive semi-definite shows when it is factored."""
    matrix, size = correlation.matrix, len(correlation.variables)
    if not 1 <= size <= MOST_CORRELATED:
        yield Fault(
            "matrix_size",
            Text(
                "{size} variables are not between 1 and {most_correlated}",
                size=size,
                most_correlated=MOST_CORRELATED,
            ),
            at,
        )
    elif len(matrix) != size or any(len(row) != size for row in matrix):
        yield Fault("matrix_shape", Text("the matrix is not {size} x {size}", size=size), at)
    else:
        yield from _of_coefficients(at, matrix)


def _of_coefficients(at: str, matrix: tuple[tuple[float, ...], ...]) -> Iterator[Fault]:
    for i, row in enumerate(matrix):
        if row[i] != 1:
            yield Fault(
                "matrix_diagonal",
                Text("a variable correlates with itself by {row!r}, not 1", row=row[i]),
                f"{at}/{i}/{i}",
            )
        for j in range(i):
            if not -1 <= row[j] <= 1:
                yield Fault("coefficient", Text("{row!r} is not within -1..1", row=row[j]), f"{at}/{i}/{j}")
            elif not abs(row[j] - matrix[j][i]) <= 1e-9:
                wrong = Text(
                    "the matrix is not symmetric: {row!r} against {matrix!r}", row=row[j], matrix=matrix[j][i]
                )
                yield Fault("matrix_symmetry", wrong, f"{at}/{i}/{j}")


def _of_duration(at: str, duration: Distribution) -> Iterator[Fault]:
    faults = [*_of_distribution(at, duration, LONGEST_DAYS)]
    yield from faults
    if not faults and _lowest(duration) < 0:
        yield Fault("negative", Text("{duration:g} is negative", duration=_lowest(duration)), at)


def _of_amount(at: str, amount: Distribution) -> Iterator[Fault]:
    return _of_distribution(at, amount, GREATEST_AMOUNT)


def _of_distribution(at: str, distribution: Distribution, limit: float) -> Iterator[Fault]:
    if flaw := distribution.flaw():
        yield Fault("distribution", flaw, at)
    elif not abs(distribution.mean) + math.sqrt(max(distribution.variance, 0)) <= limit:
        yield Fault("too_large", Text("values beyond {limit:g} are not simulated", limit=limit), at)


def _of_number(at: str, number: float, limit: float) -> Iterator[Fault]:
    if not abs(number) <= limit:
        yield Fault(
            "number", Text("{number!r} is not a number within ±{limit:g}", number=number, limit=limit), at
        )


def _repeated(at: str, keys: Iterable[str]) -> Iterator[Fault]:
    for key, times in Counter(keys).items():
        if times > 1:
            yield Fault("repeated", Text("the key {key!r} stands {times} times", key=key, times=times), at)


def _lowest(distribution: Distribution) -> float:
    """The least a duration can be; a normal one that falls below 0 in a run counts as 0 there."""
    match distribution:
        case Normal():
            return distribution.mean
        case _ if values := getattr(distribution, "values", None):
            return float(min(values))
        case _:
            return float(getattr(distribution, "low", distribution.mean))
