"""What stands before and behind a number: currencies by code and sign, per cent, thousands and millions, in the languages
that spreadsheets are kept in; in a cell, and in the name of a column."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from shared.base.currencies import DECIMALS

DOLLARS = ("USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN", "TWD", "CLP", "COP", "ARS")
CROWNS = ("SEK", "NOK", "DKK", "ISK")
RUPEES = ("INR", "PKR", "LKR", "NPR", "MUR")

SIGNS: dict[str, tuple[str, ...]] = {
    "€": ("EUR",), "euro": ("EUR",), "euros": ("EUR",), "£": ("GBP",), "₹": ("INR",), "₽": ("RUB",), "₺": ("TRY",),
    "₩": ("KRW",), "₪": ("ILS",), "฿": ("THB",), "₫": ("VND",), "₴": ("UAH",), "zł": ("PLN",), "kč": ("CZK",), "ft": ("HUF",),
    "fr": ("CHF",), "frs": ("CHF",), "sfr": ("CHF",), "franken": ("CHF",), "us$": ("USD",), "us-$": ("USD",), "c$": ("CAD",),
    "ca$": ("CAD",), "a$": ("AUD",), "au$": ("AUD",), "nz$": ("NZD",), "hk$": ("HKD",), "s$": ("SGD",), "r$": ("BRL",),
    "mx$": ("MXN",), "nt$": ("TWD",), "fcfa": ("XAF", "XOF"), "$": DOLLARS, "dollar": DOLLARS, "dollars": DOLLARS,
    "r": ("ZAR",), "lei": ("RON",), "kr": CROWNS, "¥": ("JPY", "CNY"), "￥": ("JPY", "CNY"), "rs": RUPEES,
}  # fmt: skip
"""Sign or word, folded -> the currencies that have it; more than one is for the mapping to say."""

_THOUSAND = ("k", "tsd", "tausend", "thousand", "thousands", "mille", "milliers", "mila", "migliaia")
_MILLION = (
    "mio", "mill", "mn", "mln", "mm", "million", "millions", "millionen", "milioni",
)  # fmt: skip
_MILLIARD = ("mrd", "mrds", "mia", "md", "mds", "bn", "billion", "billions", "milliard", "milliards", "milliarden")  # fmt: skip
SCALES = {
    **dict.fromkeys(_THOUSAND, 10**3), **dict.fromkeys(_MILLION, 10**6), **dict.fromkeys(_MILLIARD, 10**9),
    "lakh": 10**5, "lakhs": 10**5, "crore": 10**7, "crores": 10**7,
}  # fmt: skip
"""Words, folded."""
_BY_CURRENCY = {"m": 10**6, "b": 10**9}
"""Letters that are a scale beside a currency, as in £m. M alone is one too; b alone may be anything."""
_BEFORE_CURRENCY = {"t": 10**3}
"""The same only in front of it: T€ are thousands, $1.2T are none."""
_PER_CENT = frozenset({"%", "pct", "percent", "per cent", "prozent", "pour cent", "pourcent", "per cento"})


@dataclass(frozen=True, slots=True)
class Unit:
    """Of a number."""

    currency: str = ""
    """Its code; or the sign, folded, where several currencies have it."""
    scale: int = 1
    percent: bool = False


PLAIN = Unit()


@lru_cache(maxsize=4096)
def unit_of(text: str) -> Unit | None:
    """What a text beside a number says; None where it is something else. `T€`, `Mio. CHF`, `EUR m`, `%`, `Fr.`"""
    word = (
        " ".join(text.casefold().replace("\u00a0", " ").replace("\u202f", " ").split()).rstrip(".").rstrip()
    )
    if not word:
        return PLAIN if not text.strip() else None
    if word in _PER_CENT:
        return Unit(percent=True)
    if currency := _currency(word):
        return Unit(currency)
    if scale := SCALES.get(word) or (10**6 if text.strip() == "M" else None):
        return Unit(scale=scale)
    for i in range(1, len(word)):
        one, two = word[:i].rstrip(" ."), word[i:].lstrip(" .")
        if currency := _currency(two):
            if scale := SCALES.get(one) or _BY_CURRENCY.get(one) or _BEFORE_CURRENCY.get(one):
                return Unit(currency, scale)
            if both := same_currency(currency, _currency(one) or "?"):
                return Unit(both)
        elif (currency := _currency(one)) and (scale := SCALES.get(two) or _BY_CURRENCY.get(two)):
            return Unit(currency, scale)
    return None


def _currency(word: str) -> str:
    """The code, or the sign where it is that of several; empty where it is none."""
    if (code := word.upper()) in DECIMALS and len(word) == 3:
        return code
    currencies = SIGNS.get(word.replace(" ", ""), ())
    return currencies[0] if len(currencies) == 1 else word if currencies else ""


def same_currency(one: str, two: str) -> str:
    """What two names of a currency mean together, as in $5 CAD; empty where they are not the same."""
    both = [code for code in currencies_of(one) if code in currencies_of(two)]
    return both[0] if len(both) == 1 else ""


def currencies_of(sign: str) -> tuple[str, ...]:
    """What a currency of a `Unit` may be: the one code, or all that have the sign."""
    return SIGNS.get(sign, (sign,))


_COMMON = (
    "CHF",
    "EUR",
    "USD",
    "GBP",
    "JPY",
    "SEK",
    "NOK",
    "DKK",
    "CAD",
    "AUD",
    "PLN",
    "CZK",
    "HUF",
    "INR",
    "CNY",
)
"""Codes that mean money in the name of a column even without brackets: others are words too, such as ALL and TOP."""
_BRACKETS = re.compile(r"[(\[]([^()\[\]]{1,40})[)\]]|\b(?:in|en)\s+(.{1,40})$", re.IGNORECASE)
_ZEROS = re.compile(r"(?:x ?)?(?P<zeros>1?[’'., ]?0{3}(?:[’'., ]?0{3})?)s?")
_OF = re.compile(r"\b(?:de |of |d[’'])|\b(?:in|en) ", re.IGNORECASE)


def unit_in_name(name: str) -> Unit:
    """What the name of a column says of its numbers: `Budget (kCHF)`, `Cost in Mio. EUR`, `planned_cost_musd`, `£m`."""
    for match in _BRACKETS.finditer(name):
        text = _OF.sub("", match[1] or match[2]).strip()
        if unit := _scaled(text):
            return unit
    words = re.split(r"[\s_/,:;-]+", re.sub(r"[()\[\]]", " ", name).strip())
    pairs = [" ".join(pair) for pair in pairwise(words)]
    for text in (*reversed(pairs), *reversed(words)):
        unit = _scaled(text)
        if unit and (unit.percent or _is_certain(text, unit, name)):
            return unit
    return PLAIN


def _scaled(text: str) -> Unit | None:
    """A unit, with its scale in words or in zeros: `kCHF`, `1'000 CHF`, `$000`."""
    for pattern in (rf"{_ZEROS.pattern}\s*(?P<unit>[^0-9]*)", rf"(?P<unit>[^0-9]+?)\s?{_ZEROS.pattern}"):
        if match := re.fullmatch(pattern, text):
            unit = unit_of(match["unit"])
            return Unit(unit.currency, 1000 ** (match["zeros"].count("0") // 3)) if unit else None
    unit = unit_of(text) or (Unit(scale=10**6) if text == "m" else None)
    return unit if unit and unit != PLAIN else None


def _is_certain(text: str, unit: Unit, name: str) -> bool:
    """Whether a word among others is no other word: it has a sign, or a common code written as codes are."""
    if not unit.currency and _ZEROS.fullmatch(text):
        return not text.isdecimal()
    if not unit.currency:
        return (
            len(text) > 2
            and text.casefold().rstrip(".") in SCALES
            and text.casefold() not in ("mia", "mill", "mille", "mila")
        )
    if any(sign in text for sign in "€£$¥₹"):
        return True
    return unit.currency in _COMMON and (unit.currency in text or name == name.casefold())
