"""The shapes of what workers take and give, as documents tell them: made of the dataclasses that workers read.

Nothing is checked by them: a body is read in a worker (`shared.base.typed_json`).
"""

from collections.abc import Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

from pydantic import BaseModel, Field, RootModel, create_model

from shared.base.computation import computation_of
from shared.base.docstrings import member_docstrings
from shared.base.typed_json import LONGEST_TEXT, MOST_ITEMS, Within, taken_apart
from shared.contracts.language import AnswerShape, Day, Instant, Shape, absent

_AMOUNT = Annotated[str, Field(pattern=r"^-?[0-9]{1,13}(\.[0-9]{1,4})?$", examples=["12500.00"])]
_PLAIN = {date: Day, datetime: Instant, Decimal: _AMOUNT}


def request_model(target: str) -> type[BaseModel]:
    """What the target takes."""
    return _model(cast(Any, computation_of(target).takes), Shape)


def result_models(service: str, targets: Sequence[str]) -> list[type[BaseModel]]:
    """What each target gives; of several also what any of them gives, so that clients have a name for it."""
    models = [_model(cast(Any, computation_of(target).gives), AnswerShape) for target in targets]
    if len(models) < 2:
        return models
    union: Any = reduce(or_, models)
    whole = create_model(
        any_result(service), __base__=RootModel[union], __doc__="The result of an operation."
    )
    return [*models, whole]


def any_result(service: str) -> str:
    """The name of the shape of any operation's result, in a service that has several kinds of them."""
    return f"{service.capitalize()}OperationResult"


def answer_model(declared: Any) -> type[BaseModel]:
    """A part of what a computation gives, where it is answered alone."""
    return _model(declared, AnswerShape)


@cache
def _model(declared: Any, base: type[BaseModel]) -> type[BaseModel]:
    hints, texts = get_type_hints(declared, include_extras=True), member_docstrings(declared)
    members: dict[str, Any] = {}
    for one in fields(declared):
        options: dict[str, Any] = {"description": texts.get(one.name)}
        annotation = _annotation(hints[one.name], base)
        if one.default_factory is not MISSING:
            options["default_factory"] = one.default_factory
        elif one.default is not MISSING:
            options["default"] = one.default
            if one.default is None and base is AnswerShape:
                options["json_schema_extra"] = absent
        members[one.name] = (annotation, Field(**options))
    return create_model(declared.__name__, __base__=base, __doc__=declared.__doc__, **members)


def _annotation(kind: Any, base: type[BaseModel]) -> Any:
    kind, bounds, may_be_null = taken_apart(kind)
    if may_be_null:
        return _annotation(Annotated[kind, bounds], base) | None
    if is_dataclass(kind):
        return _model(cast(Any, kind), base)
    if get_origin(kind) is tuple:
        return Annotated[_tuple_of(_annotation(get_args(kind)[0], base)), _length(bounds, MOST_ITEMS)]
    if kind is str:
        return Annotated[str, _length(bounds, LONGEST_TEXT)]
    if kind in (int, float):
        return Annotated[kind, Field(ge=bounds.least, le=bounds.most)]
    return _PLAIN.get(kind, kind)


def _tuple_of(each: Any) -> Any:
    return tuple[each, ...]


def _length(bounds: Within, most: int) -> Any:
    least = None if bounds.least is None else int(bounds.least)
    return Field(min_length=least, max_length=most if bounds.most is None else int(bounds.most))
