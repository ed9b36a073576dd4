"""The uncertain quantities of a model, in a fixed order, each with its distribution."""

from collections.abc import Iterator

from .distributions import Discrete, Distribution
from .model import Model, Variable


def uncertain(model: Model) -> dict[Variable, Distribution]:
    """Every quantity that is drawn: those that can take two values; an event is drawn as 0 or 1."""
    return {variable: d for variable, d in quantities(model) if d.variance > 0}


def quantities(model: Model) -> Iterator[tuple[Variable, Distribution]]:
    """Every quantity of the model, constants included."""
    for activity in model.activities:
        yield Variable("duration", activity.key), activity.duration
        yield Variable("activity_cost", activity.key), activity.cost
    for item in model.cost_items:
        yield Variable("cost_item", item.key), item.amount
    for event in model.events:
        p = event.probability
        yield Variable("event", event.key), Discrete((0.0, 1.0), (1 - p, p))
        yield Variable("event_cost", event.key), event.cost
        for effect in event.effects:
            yield Variable("delay", event.key, effect.activity), effect.days
            yield Variable("factor", event.key, effect.activity), effect.factor
