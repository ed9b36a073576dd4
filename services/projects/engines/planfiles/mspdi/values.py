"""MSPDI's simple values, both ways: durations as PT8H0M0S, lags in tenths of minutes, money in hundredths.

Every reader takes an element and the name of the child that holds the text. It answers None where the text is
absent or empty. Where the text is not what it should be, it raises Invalid with element, line and text.
"""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from math import isfinite

from services.projects.engines.planfiles.safexml import UNWRITABLE, Element
from shared.base.errors import Fault, Invalid
from shared.base.texts import Text

LAG_UNIT_S = 6
"""Lags and delays are counted in tenths of a minute."""

_DURATION = re.compile(r"P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?")
_WHOLE_DIGITS = 15
_WHOLE = re.compile(rf"[+-]?\d{{1,{_WHOLE_DIGITS}}}")
_MONEY_DIGITS = 18


def wrong(element: Element, what: str, *, code: str = "bad_value", member: str = "") -> Invalid:
    """The refusal of a file for what is wrong with `element`, found by its UID and line."""
    uid = element.texts.get("UID", "")
    pointer = "/" + "/".join(part for part in (element.name, uid, member) if part)
    place = f"{element.name} {uid}".strip()
    what = Text(what)
    return Invalid(
        Text("{place} (line {line}): {what}", place=place, line=element.line, what=what),
        Fault(code, what, pointer=pointer),
        code=code,
    )


def _not(element: Element, name: str, expected: str) -> Invalid:
    return wrong(
        element,
        Text(
            "{name} is {texts!r}, not {expected}",
            name=name,
            texts=element.texts[name][:60],
            expected=Text(expected),
        ),
        member=name,
    )


def text(element: Element, name: str) -> str | None:
    return element.texts.get(name, "").strip() or None


def whole(element: Element, name: str) -> int | None:
    if (content := text(element, name)) is None:
        return None
    if not _WHOLE.fullmatch(content):
        raise _not(element, name, Text("a whole number"))
    return int(content)


def flag(element: Element, name: str) -> bool:
    """True for 1 and true; False for 0, false and where it is absent."""
    content = text(element, name)
    if content in (None, "0", "false"):
        return False
    if content in ("1", "true"):
        return True
    raise _not(element, name, Text("0 or 1"))


def number(element: Element, name: str) -> float | None:
    if (content := text(element, name)) is None:
        return None
    try:
        value = float(content)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise _not(element, name, Text("a number"))
    return value


def money(element: Element, name: str, *, places: int = 2) -> Decimal | None:
    """An amount of currency; the file counts costs in hundredths (`places` 2) and rates in units (0)."""
    if (content := text(element, name)) is None:
        return None
    try:
        amount = Decimal(content)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount.adjusted() > _MONEY_DIGITS:
        raise _not(element, name, Text("an amount of money"))
    return amount.scaleb(-places)


def duration(element: Element, name: str) -> int | None:
    """Whole seconds of a duration that is not negative."""
    if (content := text(element, name)) is None:
        return None
    if (length := _seconds(content)) is None:
        raise _not(element, name, Text("a duration such as PT8H0M0S"))
    return length


@lru_cache(1024)  # a plan has few different durations
def _seconds(content: str) -> int | None:
    if not (parts := _DURATION.fullmatch(content)) or not any(parts.groups()):
        return None
    day, hour, minute, second = parts.groups()
    return int(day or 0) * 86_400 + int(hour or 0) * 3_600 + int(minute or 0) * 60 + round(float(second or 0))


def instant(element: Element, name: str) -> datetime | None:
    """A date and time of the plan's own place; the format's NA is None."""
    content = text(element, name)
    if content is None or content == "NA":
        return None
    try:
        at = datetime.fromisoformat(content)
    except ValueError:
        raise _not(element, name, Text("a date and time such as 2026-06-01T08:00:00")) from None
    if at.tzinfo is not None:
        raise _not(element, name, Text("a local time: it names a time zone"))
    return at


def clock(element: Element, name: str) -> int:
    """Seconds after midnight of a time of day that has to be there."""
    content = text(element, name) or ""
    parts = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", content)
    if not parts:
        raise wrong(
            element,
            Text("{name} is {content!r}, not a time such as 08:00:00", name=name, content=content[:60]),
            member=name,
        )
    hour, minute, second = parts.groups()
    return int(hour) * 3_600 + int(minute) * 60 + int(second or 0)


# --- and back to text ---------------------------------------------------------------------------------------


def build_element(name: str, /, **texts: str | int | None) -> Element:
    """An element to be written, with those of the `texts` that are not None."""
    attributes = {
        key: UNWRITABLE.sub("\ufffd", str(value)) for key, value in texts.items() if value is not None
    }
    return Element(name, 0, attributes)


def flag_text(value: bool) -> str:
    return "1" if value else "0"


def money_text(amount: Decimal | None, *, places: int = 2) -> str | None:
    return None if amount is None else format(amount.scaleb(places), "f")


def nearest(number: float, unit: int = 1) -> int:
    """The number in whole units; one that is none, or too long to be read again, is refused."""
    if not abs(number) < 10**_WHOLE_DIGITS:
        what = Text(
            "a percentage, lag or delay is no number of at most {whole_digits} digits",
            whole_digits=_WHOLE_DIGITS,
        )
        raise Invalid(what, Fault("number_out_of_range", what), code="number_out_of_range")
    return round(number / unit)


def duration_text(seconds: int | None) -> str | None:
    """The text of a duration; one that is negative is refused, as it would be on reading."""
    if seconds is None:
        return None
    if seconds < 0:
        what = Text("a duration or amount of work is negative: {seconds} s", seconds=seconds)
        raise Invalid(what, Fault("negative_duration", what), code="negative_duration")
    minutes, second = divmod(seconds, 60)
    return f"PT{minutes // 60}H{minutes % 60}M{second}S"


def instant_text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def clock_text(seconds: int) -> str:
    """The time of day `seconds` after midnight; 24:00 is written as 00:00, as the format does."""
    return f"{seconds // 3_600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
