"""JSON read into frozen dataclasses, and every fault of it named by its place.

For processes that load no framework. A member may be a text, a number, a day, an instant, an amount (`Decimal`, written
as a text), a choice (`Literal`), another dataclass, or a tuple of one of these. `Annotated[…, Within(1, 100)]` bounds a
number, or the length of a text or tuple. Null and absent mean the same. No fault repeats what was sent.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from shared.base.clock import parse_day, parse_instant
from shared.base.errors import Fault, Invalid
from shared.base.texts import Text

T = TypeVar("T")
Steps = tuple[str | int, ...]
MOST_FAULTS = 50
LONGEST_TEXT = 200
"""Characters of a text that has no bound of its own."""
MOST_ITEMS = 10_000
"""Of a tuple that has no bound of its own."""
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_AMOUNT = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class Within:
    """The least and the most of a number, or of the length of a text or tuple; None: no bound."""

    least: float | None = None
    most: float | None = None


@dataclass(slots=True)
class _Faults:
    """What is wrong, as far as it is listed."""

    listed: list[Fault] = field(default_factory=list)

    def add(self, code: str, detail: str, steps: Steps) -> None:
        if len(self.listed) < MOST_FAULTS:
            self.listed.append(Fault(code, detail, pointer=pointer_of(steps)))


_Read = Callable[[Any, Steps, _Faults], Any]


def read(kind: type[T], value: object) -> T:
    """The value as a `kind`, a dataclass; Invalid with every fault (50 at most), each with its JSON pointer."""
    faults = _Faults()
    reader: _Read = _reader(cast(Any, kind))
    content = reader(value, (), faults)
    if faults.listed:
        count = len(faults.listed)
        raise Invalid(
            Text("{count} {count:member is|members are} not valid", count=count),
            *faults.listed,
        )
    return cast(T, content)


def pointer_of(steps: Steps) -> str:
    """RFC 6901."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def taken_apart(kind: Any) -> tuple[Any, Within, bool]:
    """The type of a member without its marks, its bounds, and whether it may be null."""
    bounds, may_be_null = Within(), False
    while get_origin(kind) in (Annotated, Union, UnionType):
        if get_origin(kind) is Annotated:
            kind, *marks = get_args(kind)
            bounds = next((mark for mark in marks if isinstance(mark, Within)), bounds)
        else:
            (kind,) = (choice for choice in get_args(kind) if choice is not NoneType)
            may_be_null = True
    return kind, bounds, may_be_null


@cache
def _reader(kind: Any) -> _Read:
    kind, bounds, _ = taken_apart(kind)
    if is_dataclass(kind):
        return _object(kind)
    if get_origin(kind) is tuple:
        return _list(_reader(get_args(kind)[0]), bounds)
    if get_origin(kind) is Literal:
        return _choice(get_args(kind))
    return {
        str: _text(bounds), int: _number(int, bounds), float: _number(float, bounds), bool: _truth,
        date: _day, datetime: _instant, Decimal: _amount,
    }[kind]  # fmt: skip


def _object(kind: Any) -> _Read:
    hints = get_type_hints(kind, include_extras=True)
    members = {one.name: _reader(hints[one.name]) for one in fields(kind)}
    needed = [one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING]

    def read_object(value: Any, steps: Steps, faults: _Faults) -> Any:
        if not isinstance(value, Mapping):
            return faults.add("model_type", "send a JSON object", steps)
        sent = {name: member for name, member in value.items() if member is not None}
        members_read = {}
        for name, member in sent.items():
            if name in members:
                members_read[name] = members[name](member, (*steps, name), faults)
            else:
                faults.add("extra_forbidden", "there is no such member", (*steps, name[:LONGEST_TEXT]))
        for name in needed:
            if name not in sent:
                faults.add("missing", "it is needed", (*steps, name))
        return None if faults.listed else kind(**members_read)

    return read_object


def _list(each: _Read, bounds: Within) -> _Read:
    most = MOST_ITEMS if bounds.most is None else bounds.most

    def read_list(value: Any, steps: Steps, faults: _Faults) -> Any:
        if not isinstance(value, list):
            return faults.add("list_type", "send an array", steps)
        if len(value) > most:
            return faults.add("too_long", Text("at most {most:,.0f} items", most=most), steps)
        if bounds.least is not None and len(value) < bounds.least:
            return faults.add("too_short", Text("at least {least:,.0f} items", least=bounds.least), steps)
        return tuple([each(item, (*steps, place), faults) for place, item in enumerate(value)])

    return read_list


def _choice(choices: tuple[Any, ...]) -> _Read:
    offered = ", ".join(map(str, choices))

    def read_choice(value: Any, steps: Steps, faults: _Faults) -> Any:
        if isinstance(value, str) and value in choices:
            return value
        return faults.add("literal_error", Text("it is one of {offered}", offered=offered), steps)

    return read_choice


def _text(bounds: Within) -> _Read:
    most = LONGEST_TEXT if bounds.most is None else bounds.most

    def read_text(value: Any, steps: Steps, faults: _Faults) -> Any:
        if not isinstance(value, str):
            return faults.add("string_type", "send a text", steps)
        if len(value) > most or len(value) < (bounds.least or 0):
            return faults.add(
                "string_length",
                Text("{value:.0f} to {most:.0f} characters", value=bounds.least or 0, most=most),
                steps,
            )
        if _CONTROLS.search(value):
            return faults.add("value_error", "control characters are not accepted", steps)
        return value

    return read_text


def _number(kind: type[int] | type[float], bounds: Within) -> _Read:
    name = Text("a whole number") if kind is int else Text("a number")
    least = -math.inf if bounds.least is None else bounds.least
    most = math.inf if bounds.most is None else bounds.most

    def read_number(value: Any, steps: Steps, faults: _Faults) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | kind) or not math.isfinite(value):
            return faults.add(f"{kind.__name__}_type", Text("send {name}", name=name), steps)
        if value < least:
            return faults.add("greater_than_equal", Text("{least:,.12g} or above", least=least), steps)
        if value > most:
            return faults.add("less_than_equal", Text("{most:,.12g} or below", most=most), steps)
        return kind(value)

    return read_number


def _truth(value: Any, steps: Steps, faults: _Faults) -> Any:
    return value if isinstance(value, bool) else faults.add("bool_type", "true or false", steps)


def _day(value: Any, steps: Steps, faults: _Faults) -> Any:
    try:
        return parse_day(value)
    except (TypeError, ValueError):
        return faults.add("value_error", "a day of our age, such as 2026-06-01", steps)


def _instant(value: Any, steps: Steps, faults: _Faults) -> Any:
    try:
        return parse_instant(value).astimezone(UTC)
    except (TypeError, ValueError):
        return faults.add("value_error", "an instant with its offset, such as 2026-06-01T08:30:00Z", steps)


def _amount(value: Any, steps: Steps, faults: _Faults) -> Any:
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        return Decimal(value)
    return faults.add("value_error", 'an amount is a text, such as "1234.50"', steps)
