"""Values of members: whether two mean the same. How people read them stands in `shown_values.py`."""

from decimal import Decimal, InvalidOperation
from typing import Any

from shared.base.text import composed


def is_same(old: Any, new: Any) -> bool:
    """Whether a value that is there and one that was read mean the same."""
    if old == new:
        return True
    if isinstance(old, dict) and isinstance(new, dict):
        if old.keys() == new.keys() == {"amount", "currency"}:
            return bool(old["currency"] == new["currency"]) and _number(old["amount"]) == _number(
                new["amount"]
            )
        return all(is_same(old.get(name), value) for name, value in new.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(is_same(a, b) for a, b in zip(old, new, strict=True))
    if isinstance(old, str) and isinstance(new, str):
        return _text(old) == _text(new)
    if isinstance(old, int | float) and isinstance(new, int | float | str) and not isinstance(old, bool):
        return _number(str(old)) == _number(str(new))
    return old in (None, "", []) and new in (None, "", [])


def _number(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _text(text: str) -> str:
    return composed(text).replace("\r\n", "\n").strip()
