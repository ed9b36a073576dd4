"""Merge patches (RFC 7396) of an aggregate: only the members that a patch names are read and checked.

What it does not name stays as it was accepted, whatever a later version would accept.
"""

from copy import copy
from typing import Any

import msgspec
from pydantic import BaseModel, create_model

_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder().decode


class Patches:
    """The patches of one register; `shape` is what they may change."""

    def __init__(self, shape: type[BaseModel]) -> None:
        self._whole = shape
        self._required = frozenset(name for name, field in shape.model_fields.items() if field.is_required())
        self._partial = _partial(shape)

    def members(self, patch: dict[str, Any], state: str) -> dict[str, Any]:
        """Member -> its new value, of those that the patch names. `state` is the document that is patched.

        ValidationError where a value is not acceptable, or a member is taken away that must be there.
        """
        removed = [name for name, value in patch.items() if value is None]
        if not self._required.isdisjoint(removed):
            return self._all(patch, state)
        named = {name: value for name, value in patch.items() if value is not None}
        if any(isinstance(value, dict) for value in named.values()):
            stands = _DECODE(state)
            named = {name: merged(stands.get(name), value) for name, value in named.items()}
        wanted = vars(self._partial.model_validate_json(_ENCODE(named), strict=True))
        members = {name: wanted[name] for name in named}
        for name in removed:
            if (field := self._whole.model_fields.get(name)) is not None:
                members[name] = field.get_default(call_default_factory=True)
        return members

    def _all(self, patch: dict[str, Any], state: str) -> dict[str, Any]:
        """All that the patch would leave is checked, and refused: every fault of it is told at once."""
        stands = _DECODE(state)
        current = {name: stands[name] for name in self._whole.model_fields if name in stands}
        wanted = self._whole.model_validate_json(_ENCODE(merged(current, patch)), strict=True)
        return dict(vars(wanted))


def _partial(shape: type[BaseModel]) -> type[BaseModel]:
    """The shape with every member optional, and none of them null."""
    fields: dict[str, Any] = {}
    for name, field in shape.model_fields.items():
        optional = copy(field)
        if field.is_required():
            optional.default = None
        fields[name] = (field.annotation, optional)
    return create_model(f"{shape.__name__}Partial", __base__=shape.__bases__[0], **fields)


def merged(target: Any, patch: Any) -> Any:
    """JSON merge patch, as RFC 7396 section 2 defines it."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result
