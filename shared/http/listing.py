"""Lists: flat filters, an allow-list of sorts, signed keyset cursors; the items are the stored states as they are."""

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic import BaseModel

from shared.base.clock import parse_day, parse_instant, to_day, to_micros
from shared.base.errors import Fault, Malformed
from shared.base.ids import is_canonical
from shared.base.text import MOST_WORDS, composed
from shared.http.call import Call
from shared.http.operation import Parameter
from shared.http.paging import Page
from shared.store.columns import Mirror

if TYPE_CHECKING:
    from shared.http.keyset import Keyset

Kind = Literal["id", "text", "code", "instant", "day", "money", "integer", "boolean"]

PER_PAGE = 50
LARGEST_PAGE = 200
OPERATORS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}
BOUNDS = {
    "gte": "this value or above",
    "gt": "above this value",
    "lte": "this value or below",
    "lt": "below this value",
}
"""Operator of a filter -> what it means."""
LOWEST_INTEGER = -(2**63)
_TEXTUAL = ("id", "text", "code")
_UNORDERED = (*_TEXTUAL, "boolean")
_SCHEMAS: Mapping[Kind, dict[str, Any]] = {
    "id": {"type": "string", "format": "uuid"},
    "text": {"type": "string"},
    "code": {"type": "string"},
    "instant": {"type": "string", "format": "date-time"},
    "day": {"type": "string", "format": "date"},
    "money": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    "integer": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    "boolean": {"type": "string", "enum": ["true", "false"]},
}
_INTEGER = re.compile(r"-?[0-9]{1,19}")
SORTED_BY = 3
"""How many members a list may be sorted by."""


@dataclass(frozen=True)
class Filters:
    """What a list can be narrowed and sorted by; names are columns of the table, and members of the shape."""

    columns: Mapping[str, Kind]
    sorts: Sequence[str]
    search: Sequence[str] = ()

    def __post_init__(self) -> None:
        unknown = {*self.sorts, *self.search} - set(self.columns)
        assert not unknown, f"sorted or searched by {unknown}, of which the kind is not told"

    def kind(self, column: str) -> Kind:
        return {"id": "id", "created_at": "instant", "updated_at": "instant"}.get(column) or self.columns[
            column
        ]  # type: ignore[return-value]

    def parameters(self, shape: type[BaseModel]) -> tuple[Parameter, ...]:
        """The query parameters of a list of `shape`: its enumerations are closed in filters too."""
        told = [
            Parameter(
                "limit", "Items a page, at most 200.", {"type": "integer", "minimum": 1, "maximum": 200}
            ),
            Parameter("cursor", "`next` of the page before; bound to filters and sort."),
            sort_parameter((*self.sorts, "created_at", "updated_at")),
            Parameter(
                "archived", "`true`: archived ones too.", {"type": "string", "enum": ["true", "false"]}
            ),
            Parameter("external_ref.source", "The system a resource came from."),
            Parameter("external_ref.id", "Its key there."),
        ]
        if self.search:
            told.append(search_parameter(self.search))
        for name, kind in (dict(self.columns) | {"updated_at": "instant"}).items():
            schema = _values(shape, name) or _SCHEMAS[kind]
            meaning = meaning_of(shape, name)
            told.append(equal_parameter(name, meaning, schema))
            if kind not in _UNORDERED:
                unit = " In minor units, such as cents." if kind == "money" else ""
                told.extend(
                    Parameter(f"{name}[{op}]", f"Only where `{name}` is {words}. {meaning}{unit}", schema)
                    for op, words in BOUNDS.items()
                )
        return tuple(told)


def meaning_of(shape: type[BaseModel], name: str) -> str:
    """What the shape says of its member; nothing where the column has no member of its name."""
    member = shape.model_fields.get(name)
    return (member.description or "") if member else ""


def equal_parameter(name: str, meaning: str, schema: dict[str, Any]) -> Parameter:
    """A filter by the values of a member."""
    told = f"Only where `{name}` is this value, or one of these where it is given several times. {meaning}"
    return Parameter(name, told.rstrip(), schema, many=True)


def _values(shape: type[BaseModel], name: str) -> dict[str, Any] | None:
    """The schema of a member that is an enumeration (or null)."""
    field = shape.model_fields.get(name)
    kinds = get_args(field.annotation) or (field.annotation,) if field else ()
    found = next((k for k in kinds if isinstance(k, type) and issubclass(k, StrEnum)), None)
    return enum_schema(found) if found else None


def enum_schema(kind: type[StrEnum]) -> dict[str, Any]:
    return {"type": "string", "enum": [value.value for value in kind]}


def search_parameter(members: Iterable[str]) -> Parameter:
    told = (
        f"Words in {' or '.join(members)}, in any order, whole or in part; neither case nor accents matter."
    )
    return Parameter("q", f"{told} At most {MOST_WORDS}.")


def sort_parameter(names: Iterable[str], remark: str = "") -> Parameter:
    one = f"-?({'|'.join(re.escape(name) for name in names)})"
    said = (
        f"Of {', '.join(names)}; `-` for descending; at most {SORTED_BY}, separated by commas. Texts as people sort"
        " them, numbers in them by value; what is unknown comes last, whichever way."
    )
    return Parameter(
        "sort",
        f"{said} {remark}".rstrip(),
        {"type": "string", "pattern": f"^({one}(,{one}){{0,{SORTED_BY - 1}}})?$"},
    )


def fields_parameter(names: Iterable[str]) -> Parameter:
    one = f"({'|'.join(names)})"
    said = (
        "Only these members of the resource, separated by commas, such as `id,name`. The answer then lacks all others,"
        " also those that its schema requires: a client that checks them has to name them too."
    )
    return Parameter("fields", said, {"type": "string", "pattern": f"^({one}(,{one})*)?$"}, reduces=True)


def wrong(name: str, detail: str) -> Malformed:
    return Malformed(
        f"{name} is not acceptable", Fault("invalid", detail, parameter=name), code="invalid_parameter"
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
        raise wrong(name, f"not a value of kind {kind}") from error


def limit_of(call: Call, usual: int = PER_PAGE, most: int = LARGEST_PAGE) -> int:
    given = call.one("limit")
    if given is None:
        return usual
    if not (given.isascii() and given.isdigit()) or len(given) > 4 or not 1 <= int(given) <= most:
        raise wrong("limit", f"1 to {most}")
    return int(given)


def read(call: Call, filters: Filters, keyset: "Keyset") -> None:
    """Narrow the list by the query's parameters."""
    if call.one("archived") not in (None, "true", "false"):
        raise wrong("archived", "true or false")
    if call.one("archived") != "true":
        keyset.narrow("archived = 0")
    for name, values in call.query.items():
        column, _, operator = name.partition("[")
        if column in filters.columns or column == "updated_at":
            _narrow(keyset, filters.kind(column), column, operator.rstrip("]"), values, name)
    for parameter, column in (("external_ref.source", "external_source"), ("external_ref.id", "external_id")):
        if (value := call.one(parameter)) is not None:
            keyset.narrow(f"{column} = ?", composed(value))
    if text := call.one("q"):
        keyset.search(text)


def containing(text: str) -> str:
    """A LIKE pattern for texts that contain `text`, whatever signs it holds."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _narrow(keyset: "Keyset", kind: Kind, column: str, operator: str, values: list[str], name: str) -> None:
    if operator:
        if len(values) > 1:
            raise wrong(name, "given twice")
        keyset.narrow(f"{column} {OPERATORS[operator]} ?", read_value(kind, values[0], name))
        return
    if len(values) > 100:
        raise wrong(name, "at most 100 values")
    keyset.any_of(column, values, kind)


async def page(call: Call, mirror: Mirror, filters: Filters) -> Page[str]:
    """A page of documents."""
    from shared.http.keyset import Keyset, Sort

    sorts = {}
    for name in (*filters.sorts, "created_at", "updated_at"):
        column = mirror.column_of_sort(name)
        textual = filters.kind(name) in _TEXTUAL
        sorts[name] = Sort(column.name, text=textual, nullable=bool(column.nullable))
    keyset = Keyset("id", sorts, mirror.name)
    read(call, filters, keyset)
    return (await keyset.page(call, "document", mirror.name)).each(lambda row: str(row[0]))


def after(order: Sequence[tuple[str, bool]], last: Sequence[Any]) -> tuple[str, list[Any]]:
    """Rows that come after `last`: (a > x) or (a = x and b > y) or …"""
    choices, params = [], []
    for i, (key, down) in enumerate(order):
        equal = [f"{k} = ?" for k, _ in order[:i]]
        choices.append("(" + " AND ".join([*equal, f"{key} {'<' if down else '>'} ?"]) + ")")
        params.extend([*last[:i], last[i]])
    return f"({' OR '.join(choices)})", params


def binding(call: Call, listed: str) -> str:
    """What a cursor is bound to: the list with its filters and sort, not the page size."""
    asked = sorted((k, v) for k, v in call.query.items() if k not in ("cursor", "limit", "fields", "expand"))
    return json.dumps([listed, asked])


def sealed(call: Call, last: list[Any], bound: str) -> str:
    plain = json.dumps(last, ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(call.kernel.sign(plain + bound.encode()) + plain).decode().rstrip("=")


def opened(call: Call, cursor: str, bound: str) -> list[Any]:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise wrong("cursor", "not a cursor of ours") from error
    if call.kernel.sign(raw[12:] + bound.encode()) != raw[:12]:
        raise wrong("cursor", "not a cursor of this list")
    last: list[Any] = json.loads(raw[12:])
    return last


def only(state: str, fields: str) -> str:
    """The state with only the named members (unknown names are refused)."""
    whole = json.loads(state)
    names = fields.split(",")
    unknown = [name for name in names if name not in whole]
    if unknown:
        raise wrong("fields", "not members of this resource")
    return json.dumps({name: whole[name] for name in names}, separators=(",", ":"))
