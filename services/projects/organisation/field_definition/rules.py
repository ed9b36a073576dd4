"""What holds of the organisation's own fields: they add to what the published language has, and never change it."""

from collections.abc import Iterator
from enum import StrEnum

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.language import Aggregate, AggregateType
from shared.contracts.members import unwrapped
from shared.contracts.projects.organisation import (
    FieldDefinition,
    FieldDefinitionActivated,
    FieldDefinitionRetired,
    FieldState,
    FieldType,
)
from shared.domain.custom_fields import ALWAYS, kind_of
from shared.domain.lifecycle import Lifecycle, Move

S = FieldState

LIFECYCLE = Lifecycle(
    "state",
    {
        "activate": Move(
            S.DRAFT,
            S.ACTIVE,
            FieldDefinitionActivated,
            by_maker_too=True,
            awaited=True,
            needs="decide",
            checks_content=True,
            description="From draft to active: requests may give the field, lists are narrowed by it.",
        ),
        "retire": Move(
            S.ACTIVE,
            S.RETIRED,
            FieldDefinitionRetired,
            by_maker_too=True,
            needs="decide",
            description="From active to retired: values that stand stay, none is added.",
        ),
    },
    final=(S.RETIRED,),
)

STATE_MEMBERS = ("state", "stage")
"""The members of which one says in which state an aggregate is."""


def makes_sense(field: FieldDefinition) -> None:
    """All faults are told at once."""
    faults = list(_faults(field))
    if faults:
        raise Invalid("the field makes no sense", *faults, code="bad_field_definition")


def _faults(field: FieldDefinition) -> Iterator[Fault]:
    entry = _entry(field.aggregate)
    if entry is None or entry.is_read_only:
        yield Fault(
            "unknown_kind",
            Text("no request makes a {aggregate}", aggregate=field.aggregate),
            pointer="/aggregate",
        )
    elif field.required_when not in (None, ALWAYS, *(states := _states(entry.shape))):
        choices = ", ".join((ALWAYS, *states))
        yield Fault("unknown_state", Text("one of {choices}", choices=choices), pointer="/required_when")
    languages = [one.language for one in field.label]
    for i, language in enumerate(languages):
        if language in languages[:i]:
            yield Fault(
                "duplicate",
                Text("{language} is named before", language=language),
                pointer=f"/label/{i}/language",
            )
    if field.type is FieldType.CHOICE and not field.choices:
        yield Fault("required", "a choice needs something to choose from", pointer="/choices")
    if field.type is not FieldType.CHOICE and field.choices:
        yield Fault("not_a_choice", "only a field of type choice has choices", pointer="/choices")
    for i, choice in enumerate(field.choices):
        if choice in field.choices[:i]:
            yield Fault("duplicate", Text("{choice} is named before", choice=choice), pointer=f"/choices/{i}")
    if field.unit is not None and field.type is not FieldType.NUMBER:
        yield Fault("not_a_number", "only a number has a unit", pointer="/unit")


def _entry(name: str) -> AggregateType | None:
    return next((entry for entry in CATALOGUE.values() if kind_of(entry) == name), None)


def _states(shape: type[Aggregate]) -> list[str]:
    """The states that an aggregate can be in; none where it has no lifecycle."""
    for member in STATE_MEMBERS:
        if member in shape.model_fields:
            states, _, _ = unwrapped(shape.model_fields[member].annotation)
            if isinstance(states, type) and issubclass(states, StrEnum):
                return [state.value for state in states]
    return []


def stays_what_it_was(field: FieldDefinition, before: FieldDefinition | None) -> None:
    """Values that stand must still be read by it: what it is stays, and no choice is taken away once it is active."""
    if before is None:
        return
    for member in ("aggregate", "name", "type", "sensitive"):
        if getattr(field, member) != getattr(before, member):
            fault = Fault("immutable", "stays as it is", pointer=f"/{member}")
            raise Invalid("a field stays what it is; declare another one", fault)
    if before.state is S.DRAFT:
        return
    for choice in before.choices:
        if choice not in field.choices:
            raise Invalid(
                "a value may stand somewhere: an active field keeps its choices",
                Fault("choice_taken_away", Text("{choice} is missing", choice=choice), pointer="/choices"),
                code="choice_taken_away",
            )


def is_not_active(field: FieldDefinition) -> None:
    if field.state is S.ACTIVE:
        raise Conflict("the field is active; retire it first", code="still_active")
