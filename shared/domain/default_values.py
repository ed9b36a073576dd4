"""What the organisation gives a new aggregate where the request that creates it leaves a member out.

A default value is a text, as a form would hold it. It is read by the type that the shape declares, when the organisation is
written and when something is created. A put by external key takes none: it says everything, today and next year.
"""

import json
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.base.errors import Fault, Invalid
from shared.base.money import Money
from shared.base.validation import invalid_from
from shared.contracts.language import Aggregate, AggregateType
from shared.contracts.members import unique, unwrapped
from shared.contracts.words import STATES
from shared.domain.organisation import organisation_now
from shared.store import Store

YES_NO = {"yes": True, "true": True, "no": False, "false": False}


def may_have_default(entry: AggregateType, member: str) -> bool:
    """Whether a request gives the member, as one value that several aggregates may have. States are changed by moves."""
    if member not in (*entry.members.created, *entry.members.optional) or member.endswith(STATES):
        return False
    if entry.is_read_only or entry.is_restricted or unique in entry.members.each[member].marks:
        return False
    kind, _, _ = unwrapped(entry.shape.model_fields[member].annotation)
    return isinstance(kind, type) and (kind is Money or not issubclass(kind, BaseModel | list | dict))


def value_of(entry: AggregateType, member: str, text: str) -> Any:
    """The value as a request would give it. Invalid, with the fault of the value, where the member takes no such text."""
    kind, _, _ = unwrapped(entry.shape.model_fields[member].annotation)
    value = _read(kind, text)
    try:
        _adapter(entry.shape, member).validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        raise invalid_from(error) from error
    return value


def _read(kind: type, text: str) -> Any:
    """A text as JSON says it; one that cannot be read stays a text, which its type refuses."""
    if kind is Money:
        amount, _, currency = text.partition(" ")
        return {"amount": amount, "currency": currency}
    if issubclass(kind, bool):
        return YES_NO.get(text, text)
    if issubclass(kind, int | float) and not issubclass(kind, Enum):
        try:
            return int(text) if issubclass(kind, int) else float(text)
        except ValueError:
            return text
    return text


@cache
def _adapter(shape: type[Aggregate], member: str) -> TypeAdapter[Any]:
    return TypeAdapter(shape.model_fields[member].rebuild_annotation())


def fault_of(entry: AggregateType, member: str, text: str) -> Fault | None:
    """Why a text is no value of the member; None where it is one."""
    try:
        value_of(entry, member, text)
    except Invalid as invalid:
        return invalid.faults[0]
    return None


async def values_for(store: Store, entry: AggregateType) -> dict[str, Any]:
    """Member -> the value that the organisation gives a new aggregate of this kind."""
    organisation = await organisation_now(store)
    front, values = f"{entry.service}.{entry.name}.", dict[str, Any]()
    for default in () if organisation is None else organisation.defaults:
        member = default.member.removeprefix(front)
        if member != default.member and may_have_default(entry, member):
            values[member] = value_of(entry, member, default.value)
    return values


async def filled(store: Store, entry: AggregateType, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The content of a request that creates an aggregate, with what it leaves out: the same object where that is nothing.

    A member that is null is not left out: it is to be empty. A name stands for the id beside it."""
    texts = {member: text for text, member in entry.members.named.items()}
    missing = {
        member: value
        for member, value in (await values_for(store, entry)).items()
        if member not in content and texts.get(member) not in content
    }
    return {**missing, **content} if missing else content
