"""Signed cursors: where a page ended, bound to the list with its filters and sort."""

import base64
import json
from collections.abc import Sequence
from typing import Any

from shared.http.call import Call
from shared.http.parameters import wrong


def after(order: Sequence[tuple[str, bool]], last: Sequence[Any]) -> tuple[str, list[Any]]:
    """Rows that come after `last`, in a form for which an index over the keys starts there.

    Keys of one direction compare as rows: (a, b) > (x, y). Others need (a > x) or (a = x and b < y) or …, beside a
    bound of the first key, because no database makes a range of an OR.
    """
    if len({down for _, down in order}) == 1:
        keys, marks = ", ".join(key for key, _ in order), ", ".join("?" * len(order))
        return f"({keys}) {_sign(order[0][1])} ({marks})", list(last)
    bound = f"{order[0][0]} {_sign(order[0][1])}= ?"
    choices, params = [], [last[0]]
    for i, (key, down) in enumerate(order):
        equal = [f"{k} = ?" for k, _ in order[:i]]
        choices.append("(" + " AND ".join([*equal, f"{key} {_sign(down)} ?"]) + ")")
        params.extend([*last[:i], last[i]])
    return f"{bound} AND ({' OR '.join(choices)})", params


def _sign(down: bool) -> str:
    return "<" if down else ">"


OF_A_PAGE = ("cursor", "limit", "fields", "expand", "first")
"""Parameters that say which part of a list is shown, and how; `first` is the number of its first row, on pages."""


def binding(call: Call, listed: str) -> str:
    """What a cursor is bound to: the list with its filters and sort, not the page size."""
    filters = sorted((name, value) for name, value in call.query.items() if name not in OF_A_PAGE)
    return json.dumps([listed, filters])


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
