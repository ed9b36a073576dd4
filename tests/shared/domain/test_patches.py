"""Merge patches: what is read of a patch's own members is what reading the whole patched document would give."""

import json
from contextlib import suppress
from enum import EnumType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError, create_model

from services.projects.service import SERVICE
from shared.contracts.projects.structure import Project
from shared.domain.patches import Patches, merged
from shared.domain.register import Register

REGISTERS: list[Register[Any]] = [register for register in SERVICE.registers if not register.is_read_only]
STANDS = {
    "name": "A bridge",
    "profile": "end_user",
    "description": "of stone",
    "planned_start_on": "2026-01-01",
    "planned_cost": {"amount": "1234.50", "currency": "CHF"},
    "wbs": "1.2",
    "objective": None,
    "label": [{"language": "en", "text": "Data class"}],
}
VALUES = st.one_of(
    st.none(),
    st.sampled_from(["", "x", "\u202e", "2026-02-30", "2026-03-01", "12", "1.1", "CHF", "a\u0301"]),
    st.integers(-1, 101),
    st.booleans(),
    st.just([]),
    st.dictionaries(
        st.sampled_from(["amount", "currency", "more"]), st.sampled_from(["5.00", "EUR", None, 1])
    ),
)


def outcome(read: Any) -> Any:
    """The members, or what is wrong with them and where."""
    try:
        return read()
    except ValidationError as error:
        return [(fault["loc"], fault["type"], fault["msg"]) for fault in error.errors(include_input=False)]


def read_whole(shape: type[BaseModel], patch: dict[str, Any], stands: dict[str, Any]) -> dict[str, Any]:
    return dict(vars(shape.model_validate_json(json.dumps(merged(stands, patch)), strict=True)))


@pytest.mark.parametrize("register", REGISTERS, ids=lambda register: register.name)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_patch_gives_what_the_whole_document_would(register: Register[Any], data: st.DataObject) -> None:
    shape = register.revise
    stands = _that_stands(shape)
    names = st.sampled_from([*shape.model_fields, "id", "no_such_member"])
    patch = data.draw(st.dictionaries(names, VALUES, max_size=4))
    patched = outcome(lambda: Patches(shape).members(patch, json.dumps(stands)))
    whole = outcome(lambda: read_whole(shape, patch, stands))
    if isinstance(whole, dict) and isinstance(patched, dict):
        assert vars(shape.model_validate_json(json.dumps(stands), strict=True)) | patched == whole
    else:
        assert patched == whole


def _that_stands(shape: type[BaseModel]) -> dict[str, Any]:
    """A document of the register that its own rules accept."""
    standing = [name for name in shape.model_fields if STANDS.get(name) is not None]
    stands = {name: STANDS[name] for name in standing if _accepts(shape, name, STANDS[name])}
    missing = [
        name for name, field in shape.model_fields.items() if field.is_required() and name not in stands
    ]
    return stands | {name: _acceptable(shape, name) for name in missing}


def _acceptable(shape: type[BaseModel], name: str) -> Any:
    """A value that the member accepts: an id or text, a day, a year, texts by language, or the first of its choices."""
    kind: Any = shape.model_fields[name].annotation
    choices: list[Any] = list(kind) if isinstance(kind, EnumType) else []
    values = ["01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d", "2026-06-01", 2026, STANDS["label"], *choices[:1]]
    for value in values:
        if _accepts(shape, name, value):
            return value
    raise AssertionError(f"{shape.__name__}.{name} needs a value that this test does not know")


def _accepts(shape: type[BaseModel], name: str, value: Any) -> bool:
    field = shape.model_fields[name]
    members: dict[str, Any] = {name: (field.annotation, field)}
    alone: type[BaseModel] = create_model("Alone", __base__=shape.__bases__[0], **members)
    with suppress(ValidationError):
        alone.model_validate_json(json.dumps({name: value}), strict=True)
        return True
    return False


def test_what_a_patch_does_not_name_is_not_judged_again() -> None:
    register = next(one for one in REGISTERS if one.shape is Project)
    state = json.dumps({"name": "of an age that accepted this: \u202e", "description": "old"})
    assert register.patches.members({"description": "new"}, state) == {"description": "new"}
