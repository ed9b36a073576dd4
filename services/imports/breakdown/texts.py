"""Texts of other systems made fit for members: one visible line, prose without control characters, amounts in cents."""

import re
from decimal import Decimal

from shared.base.currencies import DECIMALS
from shared.base.money import LARGEST_MINOR, to_minor, wire_amount
from shared.base.text import DIRECTIONS, LINE_ENDS, OVERRIDES, composed, folded, shows_nothing

LINE, PROSE, KEY = 300, 20_000, 200
_CONTROLS = re.compile(f"[\\u0000-\\u001f\\u007f-\\u009f{LINE_ENDS}{DIRECTIONS}\\ud800-\\udfff]+")
_CONTROLS_IN_PROSE = re.compile(
    f"[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f{OVERRIDES}\\ud800-\\udfff]+"
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def line_of(text: str, longest: int = LINE) -> str:
    """One line with something to see in it, cut where it is too long; empty where there is nothing to see."""
    line = composed(" ".join(_CONTROLS.sub(" ", text).split()))
    return "" if shows_nothing(line) else line[:longest].rstrip()


def prose_of(text: str) -> str:
    """Text of several lines without control characters, cut where it is too long."""
    plain = _CONTROLS_IN_PROSE.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return composed(plain).strip()[:PROSE]


def email_of(text: str) -> str:
    """The address in small letters; empty for what is none."""
    address = line_of(text).casefold()
    return address if _EMAIL.fullmatch(address) and len(address) <= KEY else ""


def name_key(name: str) -> str:
    """The same for `Doe, Jané` and `jane doe`: its words without case and accents, in their order in the alphabet."""
    return " ".join(sorted(re.findall(r"\w+", folded(name))))


def amount_of(amount: Decimal | None, currency: str) -> dict[str, str] | None:
    """Money on the wire, half-even to the currency's decimals; None where money cannot hold it."""
    if amount is None or currency not in DECIMALS or not amount.is_finite() or abs(amount) > LARGEST_MINOR:
        return None
    minor = to_minor(amount, currency)
    return (
        {"amount": wire_amount(minor, currency), "currency": currency}
        if abs(minor) <= LARGEST_MINOR
        else None
    )
