"""Typed queries: one model says which parameters an operation has, and reads them.

A member with a plain type is documented by its type and its `Field(description=…)`. A member whose parameter is made
from data (`sort`, of the members that a list offers) carries a `Parameter` in its annotation.
"""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, ClassVar, TypeVar, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from shared.base.errors import Fault, Malformed
from shared.base.texts import Text
from shared.base.validation import detail_of
from shared.http.operation import Parameter

Q = TypeVar("Q", bound="Query")
LARGEST_PAGE = 200
Values = dict[str, list[str]]
"""Parameter -> its values, in the order they were sent."""


class Query(BaseModel):
    """The base of typed queries. A list is a parameter that may be given several times; any other, once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    blank_means_absent: ClassVar[bool] = False
    """Whether an empty value was not filled in, as a form of a page sends it."""


def _read_whole(value: Any) -> Any:
    """Digits only: Python would read `1_0`, ` 1` and digits of other scripts too."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) < 20):
        raise ValueError("write a whole number")
    return value


Whole = Annotated[int, BeforeValidator(_read_whole)]
"""A whole number of a query, not negative."""
Limit = Annotated[
    Annotated[int, Field(ge=1, le=LARGEST_PAGE), BeforeValidator(_read_whole)] | None,
    Field(description=f"Items a page, at most {LARGEST_PAGE}."),
]
Cursor = Annotated[str | None, Field(description="`next` of the page before.")]


def parameters_of(query: type[Query]) -> tuple[Parameter, ...]:
    """The parameters of a query, in the order of its members; TypeError for what no address can say."""
    schema = query.model_json_schema(by_alias=True)
    return tuple(
        _declared(field) or _parameter(query, field.alias or name, field, schema)
        for name, field in query.model_fields.items()
    )


def _declared(field: FieldInfo) -> Parameter | None:
    return next((data for data in field.metadata if isinstance(data, Parameter)), None)


def _parameter(query: type[Query], name: str, field: FieldInfo, schema: dict[str, Any]) -> Parameter:
    if not field.description:
        raise TypeError(f"{query.__qualname__}.{name}: say what it means, with `Field(description=…)`")
    if field.is_required():
        raise TypeError(
            f"{query.__qualname__}.{name}: a parameter may always be left out, so give it a default"
        )
    own = _plain(schema["properties"][name], schema.get("$defs", {}))
    if own.get("type") == "array":
        items = _plain(own["items"], schema.get("$defs", {}))
        return Parameter(name, field.description, items, many=True, most=own.get("maxItems"))
    if own.get("type") not in ("string", "integer"):
        raise TypeError(
            f"{query.__qualname__}.{name}: an address holds texts, whole numbers, days and lists of them"
        )
    return Parameter(name, field.description, own)


def _plain(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Without references, null, and what the parameter says itself."""
    for kind in schema.get("anyOf", ()):
        if kind.get("type") != "null":
            beside = {key: value for key, value in schema.items() if key != "anyOf"}
            return _plain(kind, definitions) | _plain(beside, definitions)
    if "$ref" in schema:
        return _plain(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    return {
        key: value
        for key, value in schema.items()
        if key not in ("title", "description", "default", "examples")
    }


def reader_of(query: type[Q]) -> Callable[[Values], Q]:
    """How a query is read, made once; where nothing is sent, the same object every time."""
    many = {field.alias or name for name, field in query.model_fields.items() if _is_many(field.annotation)}
    return partial(_read, query, query(), many)


def _is_many(annotation: Any) -> bool:
    kinds = get_args(annotation) if get_origin(annotation) not in (list, tuple) else (annotation,)
    return any(get_origin(kind) in (list, tuple) for kind in kinds)


def _read(query: type[Q], empty: Q, many: set[str], values: Values) -> Q:
    if not values:
        return empty
    try:
        return query.model_validate({n: v if n in many else v[0] for n, v in values.items()})
    except ValidationError as error:
        raise _refusal(error) from error


def _refusal(error: ValidationError) -> Malformed:
    """Of the first value that is not acceptable, without repeating it."""
    first = error.errors(include_url=False, include_input=False)[0]
    name = str(first["loc"][0])
    detail = detail_of(first)
    return Malformed(
        Text("{name} is not acceptable: {detail}", name=name, detail=detail),
        Fault("invalid", detail, parameter=name),
        code="invalid_parameter",
    )
