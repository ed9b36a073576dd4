"""Values on the axes of exceptions: which member holds one, and whether one is beyond another. Pure."""

from services.projects.control.tolerances import exactly
from shared.base.errors import Fault, Invalid
from shared.contracts.projects.change import Axis, AxisValue

MEMBER = {
    Axis.TIME: "finish_on",
    Axis.COST: "cost",
    Axis.RISK: "score",
    Axis.BENEFIT: "percent",
    Axis.SCOPE: "words",
    Axis.QUALITY: "words",
}
IN_WORDS = (Axis.SCOPE, Axis.QUALITY)
"""Of these nobody can compute what is beyond."""


def is_beyond(value: AxisValue, bound: AxisValue, axis: Axis) -> bool:
    """Whether it is further than a bound; exactly at the bound is within. An amount in another currency is beyond: nobody can
    tell. What is said in words is beyond because somebody says so."""
    if axis is Axis.COST:
        assert value.cost is not None
        assert bound.cost is not None
        return value.cost.currency != bound.cost.currency or value.cost.minor > bound.cost.minor
    if axis is Axis.TIME:
        assert value.finish_on is not None
        assert bound.finish_on is not None
        return value.finish_on > bound.finish_on
    if axis is Axis.RISK:
        assert value.score is not None
        assert bound.score is not None
        return value.score > bound.score
    if axis is Axis.BENEFIT:
        assert value.percent is not None
        assert bound.percent is not None
        return exactly(value.percent) > exactly(bound.percent)
    return True


def wider(one: AxisValue, other: AxisValue | None, axis: Axis) -> AxisValue:
    """The bound that allows more."""
    if other is None or axis in IN_WORDS:
        return one
    return other if is_beyond(other, one, axis) else one


def fits(value: AxisValue, axis: Axis, pointer: str) -> None:
    """It gives the value of its axis, and no other."""
    needed = MEMBER[axis]
    faults = [
        Fault("missing", "needed on this axis", pointer=f"{pointer}/{member}")
        if member == needed
        else Fault("other_axis", "not on this axis", pointer=f"{pointer}/{member}")
        for member in AxisValue.model_fields
        if (getattr(value, member) is None) == (member == needed)
    ]
    if faults:
        raise Invalid("the value does not fit the axis", *faults, code="axis_value")
