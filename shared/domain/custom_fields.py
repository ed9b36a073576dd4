"""The organisation's own fields: what a request may leave in `custom`, and where lists find it.

Every service keeps the definitions of all fields (`custom_field`), and beside each aggregate the values of its fields, by
which lists are narrowed (`custom_value`). The values of sensitive fields stand only there: no event and no list has them.
A process remembers the definitions for a moment, so another process's change counts within `REMEMBERED_S`.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID
from weakref import WeakKeyDictionary

from shared.base.clock import parse_day, to_day
from shared.base.errors import Fault, Invalid
from shared.base.ids import is_canonical
from shared.base.money import minor_of
from shared.base.texts import Text
from shared.contracts.language import Aggregate, AggregateType, entry_of
from shared.contracts.projects.organisation import FieldDefinition, FieldState, FieldType
from shared.contracts.stored import codec_of
from shared.contracts.words import called_state
from shared.domain.reading import Memory
from shared.domain.work import Work
from shared.store import Statement, Store

REMEMBERED_S = 1.0
ALWAYS = "always"

Custom: TypeAlias = Mapping[str, Any]

KEEP = """
INSERT INTO custom_field (id, version, definition) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE
SET version = excluded.version, definition = excluded.definition WHERE excluded.version >= custom_field.version
"""
TAKE_OUT = "DELETE FROM custom_value WHERE aggregate_id = ? AND sensitive = ?"
PUT_IN = """
INSERT INTO custom_value (aggregate_id, name, aggregate_type, sensitive, value, number, document)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
FORGET = "DELETE FROM custom_value WHERE aggregate_id = ?"


@dataclass(slots=True)
class _Remembered:
    read_at: float = float("-inf")
    by_kind: dict[str, dict[str, FieldDefinition]] = field(default_factory=dict)
    """Service and aggregate -> its definitions that are not archived and no drafts, by their names."""


_REMEMBERED: WeakKeyDictionary[Store, _Remembered] = WeakKeyDictionary()
_WITHHELD: Memory[UUID, dict[str, Any]] = Memory("values of sensitive fields by aggregate")


def kind_of(entry: AggregateType) -> str:
    """As definitions name it: `projects.project`."""
    return f"{entry.service}.{entry.name}"


async def definitions_of(store: Store, entry: AggregateType) -> Mapping[str, FieldDefinition]:
    """The fields of one kind of aggregate, active and retired, by their names."""
    remembered = _REMEMBERED.setdefault(store, _Remembered())
    if time.monotonic() - remembered.read_at > REMEMBERED_S:
        read_at = time.monotonic()
        codec = codec_of(FieldDefinition)
        rows = await store.fetch("SELECT definition FROM custom_field", ())
        by_kind: dict[str, dict[str, FieldDefinition]] = {}
        for row in rows:
            one = codec.one(row[0])
            if one.archived_at is None and one.state is not FieldState.DRAFT:
                by_kind.setdefault(one.aggregate, {})[one.name] = one
        remembered.read_at, remembered.by_kind = read_at, by_kind
    return remembered.by_kind.get(kind_of(entry), {})


def forget_definitions(store: Store) -> None:
    """Read them again before they are used: one has changed."""
    _REMEMBERED.pop(store, None)


def keep(work: Work, one: FieldDefinition) -> None:
    """Keep a definition in the commit of this unit, unless a later version is stored; the process counts with it from
    then on."""
    text = codec_of(FieldDefinition).write(vars(one)).decode()
    work.add_statement(KEEP, [(str(one.id), one.version, text)])
    work.after_commit.append(lambda: forget_definitions(work.store))


def values_to_forget(id: UUID) -> Statement:
    """What is written where an aggregate is erased."""
    return Statement(FORGET, [(str(id),)])


async def withheld(work: Work, id: UUID) -> dict[str, Any]:
    """The values of the sensitive fields of one aggregate, as this unit leaves them."""
    values_by_id = work.memory(_WITHHELD)
    if id not in values_by_id:
        values_by_id[id] = await withheld_in(work.store, id)
    return values_by_id[id]


async def withheld_in(store: Store, id: UUID) -> dict[str, Any]:
    """The values of the sensitive fields of one aggregate."""
    rows = await store.fetch(
        "SELECT name, document FROM custom_value WHERE aggregate_id = ? AND sensitive = 1 ORDER BY name",
        (str(id),),
    )
    return {row[0]: json.loads(row[1]) for row in rows}


async def shown_alone(store: Store, entry: AggregateType, state: str) -> str:
    """The state with what only the answer to a single aggregate has."""
    definitions = await definitions_of(store, entry)
    if not any(one.sensitive for one in definitions.values()):
        return state
    whole = json.loads(state)
    values = await withheld_in(store, UUID(whole["id"]))
    if not values:
        return state
    whole["custom"] = whole.get("custom", {}) | values
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


async def withhold(work: Work, entity: Aggregate, patch: Custom | None = None) -> bool:
    """Take the values of sensitive fields out of the state, and write them beside it; answers whether they differ.

    `patch` is what a merge patch says of `custom`; without one, the entity holds all values that it is to have.
    """
    definitions = await definitions_of(work.store, entry_of(type(entity)))
    before = work.before(entity)
    names = {name for name, one in definitions.items() if one.sensitive}
    standing = await withheld(work, entity.id) if names and before is not None else {}
    open_standing = {} if before is None else before.custom
    _refuse(_faults(entity.custom, {**open_standing, **standing}, definitions))
    if not names:
        return False
    open_values = {name: value for name, value in entity.custom.items() if name not in names}
    secret_values = {name: value for name, value in entity.custom.items() if name in names}
    if patch is not None:
        secret_values = {name: value for name, value in standing.items() if name not in patch} | secret_values
    entity.take(custom=open_values)
    work.memory(_WITHHELD)[entity.id] = secret_values
    if secret_values == standing:
        return False
    _write(work, entity, secret_values, definitions, sensitive=True)
    return True


async def check(work: Work, entity: Aggregate) -> None:
    """Refuse (422) values that no active field accepts, and a request that leaves out what is required; write the values
    beside the aggregate, for lists."""
    definitions = await definitions_of(work.store, entry_of(type(entity)))
    before = work.before(entity)
    standing = {} if before is None else before.custom
    if not definitions and entity.custom == standing:
        return
    faults = _faults(entity.custom, standing, definitions)
    is_restored = before is not None and before.archived_at is not None and entity.archived_at is None
    if work.rights is not None and not is_restored:
        faults += await _missing(work, entity, definitions)
    _refuse(faults)
    if entity.custom != standing:
        _write(work, entity, entity.custom, definitions, sensitive=False)


async def keep_values(work: Work, entity: Aggregate, standing: Custom) -> None:
    """Write the open values beside the aggregate, for lists, where they are others than `standing`; nothing is checked."""
    if entity.custom != standing:
        definitions = await definitions_of(work.store, entry_of(type(entity)))
        _write(work, entity, entity.custom, definitions, sensitive=False)


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Invalid("the organisation's own fields do not accept this", *faults, code="bad_custom_field")


def _faults(custom: Custom, standing: Custom, definitions: Mapping[str, FieldDefinition]) -> list[Fault]:
    """What of the values is new and not acceptable; what stands is not judged again."""
    faults = []
    for name, value in custom.items():
        if name in standing and _is_same(standing[name], value):
            continue
        one, pointer = definitions.get(name), f"/custom/{name}"
        if one is None or one.state is not FieldState.ACTIVE:
            faults.append(Fault("unknown_field", "no active field is called so", pointer=pointer))
        elif detail := _why_not(one, value):
            faults.append(Fault("invalid", detail, pointer=pointer))
    return faults


def _is_same(one: Any, other: Any) -> bool:
    """Yes is not 1."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _why_not(one: FieldDefinition, value: Any) -> str | None:
    """Why a field does not accept a value; None where it does."""
    is_acceptable, detail = _ACCEPTS[one.type]
    if not is_acceptable(value):
        return detail
    if one.type is FieldType.CHOICE and value not in one.choices:
        return Text("one of {names}", names=", ".join(one.choices))
    return None


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(parse_day(value))
    except ValueError:
        return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_ACCEPTS: Mapping[FieldType, tuple[Callable[[Any], bool], str]] = {
    FieldType.TEXT: (lambda value: isinstance(value, str), Text("a text")),
    FieldType.NUMBER: (_is_number, Text("a number")),
    FieldType.MONEY: (lambda value: isinstance(value, dict), Text("an amount with its currency")),
    FieldType.DAY: (_is_day, Text("a day, such as 2026-06-01")),
    FieldType.CHOICE: (lambda value: isinstance(value, str), Text("one of the choices")),
    FieldType.PERSON: (
        lambda value: isinstance(value, str) and is_canonical(value),
        Text("the id of a person"),
    ),
    FieldType.YES_NO: (lambda value: isinstance(value, bool), Text("true or false")),
}


async def _missing(work: Work, entity: Aggregate, definitions: Mapping[str, FieldDefinition]) -> list[Fault]:
    """The fields that a request must give now and does not."""
    states = {ALWAYS, getattr(entity, "state", None), getattr(entity, "stage", None)}
    faults = []
    for name, one in definitions.items():
        if one.state is not FieldState.ACTIVE or one.required_when not in states or one.required_when is None:
            continue
        values = (await withheld(work, entity.id)) if one.sensitive else entity.custom
        if name not in values:
            state = called_state(entry_of(type(entity)).name, one.required_when)
            detail = (
                Text("needed") if one.required_when == ALWAYS else Text("needed when {state}", state=state)
            )
            faults.append(Fault("required", detail, pointer=f"/custom/{name}"))
    return faults


def _write(
    work: Work,
    entity: Aggregate,
    values: Custom,
    definitions: Mapping[str, FieldDefinition],
    *,
    sensitive: bool,
) -> None:
    entry, id, mark = entry_of(type(entity)), str(entity.id), int(sensitive)
    work.add_statement(TAKE_OUT, [(id, mark)])
    rows = []
    for name, value in values.items():
        kind = definitions[name].type if name in definitions else FieldType.TEXT
        text, number = searched_as(kind, value)
        document = json.dumps(value, ensure_ascii=False) if sensitive else None
        rows.append((id, name, entry.name, mark, text, number, document))
    if rows:
        work.add_statement(PUT_IN, rows)


def searched_as(kind: FieldType, value: Any) -> tuple[str | None, int | None]:
    """A value as lists look for it: a text, or an integer. That is minor units of an amount (beside its currency), hundredths
    of a number, the ordinal of a day."""
    match kind, value:
        case FieldType.MONEY, dict():
            return str(value["currency"]), minor_of(value)
        case FieldType.NUMBER, int() | float():
            return None, round(value * 100)
        case FieldType.DAY, str():
            return None, to_day(parse_day(value))
        case _, bool():
            return str(value).lower(), None
        case _, str():
            return value, None
        case _:
            return json.dumps(value, sort_keys=True), None
