"""Numbers and amounts as people write them. A text is read under both decimal signs; which one a column has is decided
over all its cells (`decisions.py`).

`1,234.50`, `1.234,50`, `1'234.–`, `1 234,5 %`, `(12.5)`, `12.5-`, `CHF 1’200`, `T€ 3,4`, `1.2 Mio.`, `1.5E+06`.
"""

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import lru_cache

from services.imports.tables.mapping import Decimal as DecimalSign
from services.imports.tables.units import PLAIN, RUPEES, Unit, same_currency, unit_of

LONGEST = 60
"""Characters of the longest text that is still looked at."""
DECIMAL_SIGNS: tuple[DecimalSign, ...] = (".", ",")
EXACT = Context(prec=200)
"""In which no number of a cell is rounded."""
SPACES = " \u00a0\u202f\u2009\u2007"
_APART = rf"'’ʼ´`{SPACES}"
"""What parts thousands under either decimal sign."""
_MINUS = "-\u2212\u2013"
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.([0-9]{1,2}|[0-9]{4,12}))?")
"""A number that programs write, and that has one reading: no three decimals, which may be thousands."""
_PARTS = re.compile(
    rf"([^0-9]*?)([.,]?[0-9](?:[0-9.,{_APART}]*[0-9])?(?:[eE][+-]?[0-9]{{1,3}}(?![0-9]))?)([.,]?)([^0-9]*)"
)
_EXPONENT = re.compile(r"(.*?)([eE][+-]?[0-9]{1,3})?")


def _body(decimal: str, group: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:[1-9][0-9]{{0,2}}(?:([{re.escape(group)}{_APART}])[0-9]{{3}})(?:\1[0-9]{{3}})*|[0-9]+)?(?:{re.escape(decimal)}[0-9]*)?"
    )


_BODIES = {".": _body(".", ","), ",": _body(",", ".")}
_BY_TWOS = re.compile(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]*)?")
_ABBREVIATED = re.compile(r"(?:^|[\s(-])(?:s?fr|rs|kr|frs)$", re.IGNORECASE)
"""Behind these a full stop is theirs: Fr.500 is five hundred."""


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A text as a number, under each decimal sign; None where it cannot be read under it."""

    point: Decimal | None
    comma: Decimal | None
    unit: Unit = PLAIN
    by_twos: bool = False
    """Whether its digits stand in twos, as those of rupees do: elsewhere that is a slip."""

    @property
    def signs(self) -> tuple[DecimalSign, ...]:
        """The decimal signs under which it can be read; empty where it is the same number under both."""
        if self.point == self.comma:
            return ()
        return tuple(sign for sign in DECIMAL_SIGNS if self.under(sign) is not None)

    def under(self, sign: DecimalSign) -> Decimal | None:
        return self.point if sign == "." else self.comma

    @property
    def certain(self) -> Decimal | None:
        """The number where one reading is possible."""
        if self.point == self.comma or self.comma is None:
            return self.point
        return self.comma if self.point is None else None


def written_number(text: str) -> WrittenNumber | None:
    """What a text without spaces around it says as a number; None where it is none."""
    if len(text) > LONGEST:
        return None
    if match := _PLAIN.fullmatch(text):
        number = Decimal(text)
        return WrittenNumber(number, number if match[1] is None else None)
    if not (match := _PARTS.fullmatch(text)):
        return _accounting_zero(text)
    before, body, stop, behind = match.groups()
    if body[0] in ".,":
        if body[0] == "." and _ABBREVIATED.search(before):
            body = body[1:]
        elif before[-1:].isalpha():
            return None
    if stop and behind[:1] in _MINUS and behind:
        behind = behind.lstrip(_MINUS)  # 120.– has no minus: it has no cents
    affixes = _affixes(before, behind)
    if affixes is None:
        return None
    negative, unit = affixes
    point, comma = _under(".", body, negative), _under(",", body, negative)
    by_twos = point is None and comma is None and _BY_TWOS.fullmatch(body) is not None
    if by_twos:
        point = _under(".", body.replace(",", ""), negative)
    return None if point is comma is None else WrittenNumber(point, comma, unit, by_twos)


def _accounting_zero(text: str) -> WrittenNumber | None:
    """`CHF -`, as spreadsheets show nothing in the format of accountants. A dash alone says that nothing is known."""
    unit = unit_of(text.rstrip(_MINUS + SPACES)) if text[-1:] in _MINUS and text else None
    return WrittenNumber(Decimal(0), Decimal(0), unit) if unit and unit.currency and unit.scale == 1 else None


def _under(sign: str, text: str, negative: bool) -> Decimal | None:
    match = _EXPONENT.fullmatch(text)
    if match is None or not _BODIES[sign].fullmatch(match[1]):
        return None
    digits = match[1]
    if not digits.isdecimal():
        digits = "".join(c for c in digits if c.isdecimal() or c == sign).replace(",", ".")
    number = Decimal(digits + (match[2] or ""))
    return number.copy_negate() if negative and number else number


@lru_cache(maxsize=4096)
def _affixes(before: str, behind: str) -> tuple[bool, Unit] | None:
    """Whether what stands around the digits makes them negative, and their unit; None where it says something else."""
    before, behind = before.strip(), behind.strip()
    negative = plus = False
    if before[:1] == "+":
        plus, before = True, before[1:].strip()
    if "(" in before:
        if before[0] != "(" and before[-1] != "(":
            return None
        if behind[:1] != ")" and behind[-1:] != ")":
            return None
        negative, before, behind = (
            True,
            before.replace("(", "", 1).strip(),
            behind.replace(")", "", 1).strip(),
        )
    before, minus_before = _without_minus(before)
    behind, minus_behind = _without_minus(behind)
    if negative + plus + minus_before + minus_behind > 1:
        return None
    units = [unit for text in (before, behind) if (unit := unit_of(text)) != PLAIN]
    unit = _together(units) or (unit_of(f"{before} {behind}") if before and behind else None)  # £1.2m
    return None if unit is None else (negative or minus_before or minus_behind, unit)


def _without_minus(text: str) -> tuple[str, bool]:
    if text[:1] in _MINUS and text:
        return text[1:].strip(), True
    if text[-1:] in _MINUS and text:
        return text[:-1].strip(), True
    return text, False


def _together(units: list[Unit | None]) -> Unit | None:
    """`CHF` before and `Mio.` behind are one unit; two currencies or two scales are none."""
    together = PLAIN
    for unit in units:
        if unit is None or together.percent or (unit.percent and units[1:]):
            return None
        if unit.scale != 1 and together.scale != 1:
            return None
        currency = unit.currency or together.currency
        if unit.currency and together.currency:
            currency = same_currency(unit.currency, together.currency)
            if not currency:
                return None
        together = Unit(currency, unit.scale * together.scale, unit.percent)
    return together


class InexactNumber(ValueError):
    """A number of a workbook or of JSON that stands for none: NaN, or more digits than it can hold."""


def exact(number: float) -> Decimal:
    """The number that somebody typed: the shortest with 15 digits, which is what spreadsheets keep and show.

    0.1 + 0.2 is 0.3. Whole numbers up to 2^53 are exact; InexactNumber above, and for what is no number.
    """
    if isinstance(number, int):
        return Decimal(number)
    if number != number or number in (float("inf"), float("-inf")):
        raise InexactNumber
    if number.is_integer():
        if abs(number) > 2**53:
            raise InexactNumber
        return Decimal(int(number))
    return Decimal(f"{number:.15g}")


def is_rupees(currency: str) -> bool:
    """Whether amounts of the currency are written in lakhs and crores: 12,34,567."""
    return currency in RUPEES or currency in ("rs", "BDT", "BTN")
