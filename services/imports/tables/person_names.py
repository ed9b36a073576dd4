"""Names of persons, which lists write in two orders: `Smith, John Jr.` and `John Smith Jr.` are one."""

import re

_BEHIND = re.compile(r"(?:jr|sr|ii|iii|iv|esq|ph\.?d)\.?", re.IGNORECASE)
"""What stands behind a whole name."""


def first_name_first(name: str) -> str:
    """`Weber, Anna` as `Anna Weber`; `Smith, John Jr.` and `Smith, John, Jr.` as `John Smith Jr.`"""
    last, *others = (part.strip() for part in name.split(","))
    words = " ".join(others).split()
    behind = [word for word in words if _BEHIND.fullmatch(word)]
    return " ".join([*(word for word in words if word not in behind), last, *behind])


def last_name_first(name: str) -> str:
    """`John Smith Jr.` as `Smith, John Jr.`: the other way to write it, where the last name is one word."""
    words = name.split()
    behind = [word for word in words if _BEHIND.fullmatch(word)]
    plain = [word for word in words if word not in behind]
    return f"{plain[-1]}, {' '.join((*plain[:-1], *behind))}" if len(plain) > 1 else name
