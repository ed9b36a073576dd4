"""Candidates scored by a formula over named estimates: reads each, or says which is missing."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Protocol, TypeVar

from services.projects.engines.scoring.ranking import Ranking, Unscored, ranked, refuse_excess
from shared.base.exact import Number, exact, refused
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped


class Estimated(Protocol):
    """Whatever is ranked by estimates: it has a code."""

    @property
    def code(self) -> str: ...


Item = TypeVar("Item", bound=Estimated)
Reader = Callable[[Number, str], Fraction]


def ranked_by(
    name: str,
    kind: type[Item],
    items: Sequence[Item],
    readers: Mapping[str, Reader],
    formula: Callable[[Mapping[str, Fraction]], Fraction],
) -> Ranking:
    """The items (each a `kind`) by the formula over their estimates, each read by its reader; `name` is theirs in refusals.

    An item that lacks an estimate (None) is not ranked and says which it lacks.
    """
    refuse_mistyped(items, Sequence[kind], f"/{name}")  # type: ignore[valid-type]
    refuse_excess(len(items), len(readers), f"/{name}")
    scores: dict[str, Fraction | Unscored] = {}
    for i, item in enumerate(items):
        if item.code in scores:
            raise refused("duplicate_code", Text("{code} appears twice", code=item.code), f"/{name}/{i}/code")
        values = {field: getattr(item, field) for field in readers}
        read = {f: readers[f](value, f"/{name}/{i}/{f}") for f, value in values.items() if value is not None}
        missing = [field.replace("_", " ") for field in readers if field not in read]
        scores[item.code] = Unscored(f"no {', '.join(missing)}") if missing else formula(read)
    return ranked(scores)


def zero_or_more(number: Number, pointer: str) -> Fraction:
    """The estimate, exact. Raises `Invalid` for one below zero."""
    value = exact(number, pointer)
    if value < 0:
        raise refused("negative_estimate", Text("{number} is below zero", number=number), pointer)
    return value


def above_zero(number: Number, pointer: str) -> Fraction:
    """The estimate, exact. Raises `Invalid` for one that is not above zero."""
    value = exact(number, pointer)
    if value <= 0:
        raise refused("estimate_not_above_zero", Text("{number} is not above zero", number=number), pointer)
    return value
