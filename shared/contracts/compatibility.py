"""What may change in a schema that was released.

Two promises hold after a release. What is published from now on is valid by the open form that consumers hold. What was
published before is valid by the schema of now, since history is read again. So only these changes are additions: a
member that may be absent, a value of an enumeration, and words that describe.
"""

from typing import Any

from shared.contracts.schema import Schema

DESCRIBING = frozenset(
    ("title", "description", "examples", "deprecated", "$comment", "$id", "$schema", "$defs")
)
"""Words that say nothing about which documents are valid."""

_LOOKED_INTO = frozenset(("$ref", "properties", "required", "enum", "anyOf", "items", "additionalProperties"))


def breaks(old: Schema, new: Schema) -> list[str]:
    """What in `new` breaks a promise of `old`, each with its place; empty where `new` only adds."""
    return _Comparison(old.get("$defs", {}), new.get("$defs", {})).differences(old, new, "")


class _Comparison:
    def __init__(self, old_definitions: Schema, new_definitions: Schema) -> None:
        self.old_definitions = old_definitions
        self.new_definitions = new_definitions

    def differences(self, old: Any, new: Any, at: str) -> list[str]:
        old, new = _resolved(old, self.old_definitions), _resolved(new, self.new_definitions)
        if not (isinstance(old, dict) and isinstance(new, dict)):
            return [] if old == new else [f"{at or '/'}: {old} became {new}"]
        return [
            *_changed_words(old, new, at or "/"),
            *_changed_values(old, new, at or "/"),
            *self._changed_members(old, new, at),
            *self._changed_choices(old, new, at),
            *self._changed_parts(old, new, at),
        ]

    def _changed_members(self, old: Schema, new: Schema, at: str) -> list[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        promised, required = set(old.get("required", [])), set(new.get("required", []))
        return [
            *(f"{at}/{name}: is no longer promised" for name in sorted(promised - required) if name in after),
            *(
                f"{at}/{name}: is required, and older events may lack it"
                for name in sorted(required - promised)
            ),
            *(f"{at}/{name}: removed" for name in before if name not in after),
            *(
                difference
                for name in before
                if name in after
                for difference in self.differences(before[name], after[name], f"{at}/{name}")
            ),
        ]

    def _changed_choices(self, old: Schema, new: Schema, at: str) -> list[str]:
        """The order of choices says nothing."""
        before, after = old.get("anyOf", []), new.get("anyOf", [])
        gone = [
            f"{at or '/'}: choice {number} is gone"
            for number, choice in enumerate(before)
            if all(self.differences(choice, other, at) for other in after)
        ]
        return gone + ([f"{at or '/'}: may now be something else"] if len(after) > len(before) else [])

    def _changed_parts(self, old: Schema, new: Schema, at: str) -> list[str]:
        return [
            difference
            for word, place in (("items", "items"), ("additionalProperties", "*"))
            if word in old or word in new
            for difference in self.differences(old.get(word, True), new.get(word, True), f"{at}/{place}")
        ]


def _resolved(schema: Any, definitions: Schema) -> Any:
    """A reference to another file stays: that file is compared by itself."""
    while isinstance(schema, dict) and str(schema.get("$ref", "")).startswith("#/$defs/"):
        schema = definitions[schema["$ref"].removeprefix("#/$defs/")]
    return schema


def _changed_words(old: Schema, new: Schema, at: str) -> list[str]:
    words = [w for w in {**old, **new} if w not in _LOOKED_INTO - {"$ref"} and not _describes(w)]
    missing = object()
    return [f"{at}: {w} changed" for w in words if old.get(w, missing) != new.get(w, missing)]


def _describes(word: str) -> bool:
    return word in DESCRIBING or word.startswith("x-")


def _changed_values(old: Schema, new: Schema, at: str) -> list[str]:
    """An enumeration may grow: the open form, which consumers hold, does not close it."""
    if ("enum" in old) != ("enum" in new):
        return [f"{at}: enum changed"]
    return [f"{at}: value {v!r} is gone" for v in old.get("enum", []) if v not in new["enum"]]
