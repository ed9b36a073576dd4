"""The query parameters of lists: how they are documented, and how their values are read."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, get_args

from pydantic import BaseModel

from shared.base.clock import parse_day, parse_instant, to_day, to_micros
from shared.base.errors import Fault, Malformed
from shared.base.ids import is_canonical
from shared.base.text import MOST_WORDS, composed
from shared.base.texts import Text
from shared.contracts.language import DAY_BOUNDS, INSTANT_BOUNDS
from shared.contracts.members import Kind, unwrapped
from shared.domain.filters import Filters
from shared.http.call import Call
from shared.http.operation import Parameter

PER_PAGE = 50
LARGEST_PAGE = 200
MOST_IDS = LARGEST_PAGE
"""Ids that a list is narrowed by: as many as one page holds, so that one request finds what they name."""
MOST_VALUES = 100
"""Values of any other member that a list is narrowed by."""
OPERATORS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}
BOUNDS = {
    "gte": "this value or above",
    "gt": "above this value",
    "lte": "this value or below",
    "lt": "below this value",
}
"""Operator of a filter -> what it means."""
LOWEST_INTEGER = -(2**63)
TEXTUAL = ("id", "text", "code")
_UNORDERED = (*TEXTUAL, "boolean")
_SCHEMAS: Mapping[Kind, dict[str, Any]] = {
    "id": {"type": "string", "format": "uuid"},
    "text": {"type": "string"},
    "code": {"type": "string"},
    "instant": {"type": "string", "format": "date-time", **INSTANT_BOUNDS},
    "day": {"type": "string", "format": "date", **DAY_BOUNDS},
    "money": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    "integer": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    "boolean": {"type": "string", "enum": ["true", "false"]},
}
_INTEGER = re.compile(r"-?[0-9]{1,19}")
SORTED_BY = 3
"""How many members a list may be sorted by."""


CUSTOM = Parameter(
    "custom",
    "Only where the organisation's own field has this value: `custom[data_class]=internal`, or one of these where it is"
    " given several times. Numbers, amounts (in minor units, such as cents) and days also take `custom[users][gte]`,"
    " `[gt]`, `[lte]` and `[lt]`. `custom[users][sort]=asc`, or `desc`, sorts by it, before what `sort` names.",
    {"type": "object", "additionalProperties": {"type": "string"}},
    is_map=True,
)
ARCHIVED = Parameter("archived", "`true`: archived ones too.", {"type": "string", "enum": ["true", "false"]})


def wants_archived(call: Call) -> bool:
    """Whether the list is asked for with what is archived."""
    if call.one("archived") not in (None, "true", "false"):
        raise wrong("archived", "true or false")
    return call.one("archived") == "true"


def parameters_of(filters: Filters, shape: type[BaseModel]) -> tuple[Parameter, ...]:
    """The query parameters of a list of `shape`: its enumerations are closed in filters too."""
    parameters = [
        Parameter("limit", "Items a page, at most 200.", {"type": "integer", "minimum": 1, "maximum": 200}),
        Parameter("cursor", "`next` of the page before; bound to filters and sort."),
        sort_parameter((*filters.sorts, "created_at", "updated_at")),
        ARCHIVED,
        ids_parameter("Its id."),
        Parameter("external_ref.source", "The system a resource came from."),
        equal_parameter("external_ref.id", "Its key there.", {"type": "string"}),
    ]
    if filters.search:
        parameters.append(search_parameter(filters.search))
    for name, kind in (dict(filters.columns) | {"updated_at": "instant"}).items():
        owner, member = _owner(shape, name)
        schema = _values(owner, member) or _SCHEMAS[kind]
        meaning = meaning_of(owner, member)
        parameters.append(equal_parameter(name, meaning, schema))
        if kind not in _UNORDERED:
            unit = " In minor units, such as cents." if kind == "money" else ""
            parameters.extend(
                Parameter(f"{name}[{op}]", f"Only where `{name}` is {words}. {meaning}{unit}", schema)
                for op, words in BOUNDS.items()
            )
    return tuple(parameters)


def _owner(shape: type[BaseModel], name: str) -> tuple[type[BaseModel], str]:
    """The shape that a column is a member of, and the member: of `subject_id` the shape of `subject`, and `id`."""
    for member, field in () if name in shape.model_fields else shape.model_fields.items():
        kind, _, _ = unwrapped(field.annotation)
        part = name.removeprefix(f"{member}_")
        if isinstance(kind, type) and issubclass(kind, BaseModel) and part in kind.model_fields:
            return kind, part
    return shape, name


def meaning_of(shape: type[BaseModel], name: str) -> str:
    """What the shape says of its member; nothing where the column has no member of its name."""
    member = shape.model_fields.get(name)
    return (member.description or "") if member else ""


def equal_parameter(name: str, meaning: str, schema: dict[str, Any]) -> Parameter:
    """A filter by the values of a member."""
    return Parameter(name, filter_text(name, meaning), schema, many=True, most=MOST_VALUES)


def ids_parameter(meaning: str) -> Parameter:
    """The filter by ids that every list has: what other resources name is found in one request."""
    text = f"{filter_text('id', meaning)} At most {MOST_IDS}: ask for as many with `limit`."
    return Parameter("id", text, _SCHEMAS["id"], many=True, most=MOST_IDS)


def filter_text(name: str, meaning: str) -> str:
    """What a filter by the values of a member does."""
    text = f"Only where `{name}` is this value, or one of these where it is given several times. {meaning}"
    return text.rstrip()


def _values(shape: type[BaseModel], name: str) -> dict[str, Any] | None:
    """The schema of a member that is an enumeration (or null)."""
    field = shape.model_fields.get(name)
    kinds = get_args(field.annotation) or (field.annotation,) if field else ()
    kind = next((k for k in kinds if isinstance(k, type) and issubclass(k, StrEnum)), None)
    return enum_schema(kind) if kind else None


def enum_schema(kind: type[StrEnum]) -> dict[str, Any]:
    return {"type": "string", "enum": [value.value for value in kind]}


def search_parameter(members: Iterable[str]) -> Parameter:
    description = (
        f"Words in {' or '.join(members)}, in any order, whole or in part; neither case nor accents matter."
    )
    return Parameter("q", f"{description} At most {MOST_WORDS}.")


def sort_parameter(names: Iterable[str], remark: str = "") -> Parameter:
    one = f"-?({'|'.join(re.escape(name) for name in names)})"
    meaning = (
        f"Of {', '.join(names)}; `-` for descending; at most {SORTED_BY}, separated by commas. Texts as people sort"
        " them, numbers in them by value; what is unknown comes last, whichever way."
    )
    return Parameter(
        "sort",
        f"{meaning} {remark}".rstrip(),
        {"type": "string", "pattern": f"^{one}(,{one}){{0,{SORTED_BY - 1}}}$"},
    )


def fields_parameter(names: Iterable[str]) -> Parameter:
    one = f"({'|'.join(names)})"
    meaning = (
        "Only these members of the resource, separated by commas, such as `id,name`. The answer then lacks all others,"
        " also those that its schema requires: a client that checks them has to name them too."
    )
    return Parameter("fields", meaning, {"type": "string", "pattern": f"^{one}(,{one})*$"}, reduces=True)


def wrong(name: str, detail: str) -> Malformed:
    return Malformed(
        Text("{name} is not acceptable", name=name),
        Fault("invalid", detail, parameter=name),
        code="invalid_parameter",
    )


def read_value(kind: Kind, text: str, name: str) -> Any:
    """A filter's value as the column holds it."""
    try:
        match kind:
            case "id":
                if not is_canonical(text):
                    raise ValueError
                return text
            case "instant":
                return to_micros(parse_instant(text))
            case "day":
                return to_day(parse_day(text))
            case "boolean":
                return ("false", "true").index(text)
            case "integer" | "money":
                if not _INTEGER.fullmatch(text) or not -(2**63) <= int(text) < 2**63:
                    raise ValueError
                return int(text)
            case "text":
                return composed(text)
            case _:
                return text
    except ValueError as error:
        raise wrong(name, Text("not a value of kind {kind}", kind=kind)) from error


def limit_of(call: Call, usual: int = PER_PAGE, most: int = LARGEST_PAGE) -> int:
    text = call.one("limit")
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit()) or len(text) > 4 or not 1 <= int(text) <= most:
        raise wrong("limit", Text("1 to {most}", most=most))
    return int(text)
