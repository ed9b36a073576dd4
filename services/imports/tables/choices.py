"""Cells that name one of several values: codes, their labels in every language, and what other systems call them."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.imports.tables.surveying import ColumnSurvey, is_placeholder, yes_or_no
from services.imports.tables.table import Value
from services.imports.tables.texts import displayed
from services.imports.tables.units import currencies_of, unit_of
from services.imports.tables.unread import Unread
from shared.base.text import composed, folded
from shared.base.texts import Text, either
from shared.contracts.forms import Field
from shared.contracts.words import label, languages

SYNONYMS = Path(__file__).parent / "synonyms.toml"
NAMED_CHOICES = 12
"""So many are listed in a finding."""
_BETWEEN = re.compile(r"[\s_/\\.,:;+&|-]+")
_LEVEL = re.compile(r"([1-5])\s*[-–:.)=/]?\s*\(?[^\W\d_].*|[^\W\d_][^0-9]*[-–:(]\s*([1-5])\)?")
"""`4 - High`, `High (4)`."""


@dataclass(frozen=True, slots=True)
class ProposedValues:
    """What the texts of a column may stand for."""

    values: dict[str, str]
    """Text -> code, where no cell says so by itself: for people to see."""
    unmatched: tuple[str, ...]
    """Texts that are like nothing."""


def plain(text: str) -> str:
    """Without case, accents and the signs between words."""
    return _BETWEEN.sub(" ", folded(text)).strip()


def codes_by_text(field: Field, owner: str) -> Mapping[str, str]:
    """Codes and their labels, plain -> the code. A label that two codes have is none."""
    return _codes_by_text(field.choices, f"{owner}.{field.name}" if owner else "")


@cache
def _codes_by_text(choices: tuple[str, ...], path: str) -> Mapping[str, str]:
    codes: dict[str, str] = {}
    doubtful = set()
    for code in choices:
        labels = {plain(label("value", f"{path}.{code}", one)) for one in languages()} if path else set()
        for name in labels:
            if codes.setdefault(name, code) != code:
                doubtful.add(name)
    return {name: code for name, code in codes.items() if name not in doubtful} | {
        plain(code): code for code in choices
    }


@cache
def _synonyms(table: str) -> Mapping[str, frozenset[str]]:
    """Code -> words, plain."""
    return {code: frozenset(map(plain, words)) for code, words in _declared(table).items()}


@cache
def _accented_synonyms(table: str) -> Mapping[str, frozenset[str]]:
    """Code -> words with their accents, for texts that differ in nothing else: `clôture` and `clôturé`."""
    return {code: frozenset(map(_accented, words)) for code, words in _declared(table).items()}


@cache
def _declared(table: str) -> Mapping[str, list[str]]:
    words: Mapping[str, list[str]] = tomllib.loads(SYNONYMS.read_text())[table]
    return words


def _accented(text: str) -> str:
    return _BETWEEN.sub(" ", composed(text).casefold()).strip()


def is_level(field: Field) -> bool:
    """Whether a whole number from 1 to 5 is meant, which people write in words."""
    return field.kind == "integer" and (field.minimum, field.maximum) == (1, 5)


def propose_values(field: Field, survey: ColumnSurvey, owner: str = "") -> ProposedValues:
    """What those texts of a column stand for that are neither codes nor labels: `in progress` is `active`. In a column that
    names records, `n/a` and its like name none."""
    if field.kind == "choice":
        own_words, synonyms = codes_by_text(field, owner), _synonyms("codes")
        synonyms = {code: synonyms[code] for code in field.choices if code in synonyms}
    elif is_level(field):
        own_words = {str(level): str(level) for level in range(1, 6)}
        synonyms = _synonyms("ratings" if "rating" in field.name else "levels")
    elif field.kind == "reference":
        return ProposedValues({text: "" for text in survey.texts if is_placeholder(text)}, ())
    else:
        return ProposedValues({}, ())
    values, unmatched = {}, []
    for text in survey.texts:
        word = plain(text)
        if word in own_words:
            continue
        fitting = [code for code, words in synonyms.items() if word in words]
        if len(fitting) > 1 and field.kind == "choice":
            accented = _accented_synonyms("codes")
            fitting = [code for code in fitting if _accented(text) in accented[code]] or fitting
        if len(fitting) == 1:
            values[text] = fitting[0]
        elif is_level(field) and (match := _LEVEL.fullmatch(text)):
            values[text] = match[1] or match[2]
        elif not is_placeholder(text):
            unmatched.append(text)
    return ProposedValues(values, tuple(unmatched))


def choice_reader(field: Field, owner: str) -> Callable[[Value], str | None]:
    """Reads codes and labels; raises Unread."""
    codes = codes_by_text(field, owner)

    def read(value: Value) -> str | None:
        text = displayed(value)
        if code := codes.get(plain(text)):
            return code
        if is_placeholder(text):
            return None
        listed = either(field.choices[:NAMED_CHOICES])
        raise Unread(
            "no_choice",
            Text("this is none of {choices}", choices=listed),
            Text("Say in the mapping for which of them it stands."),
        )

    return read


def yes_no_reader() -> Callable[[Value], bool | None]:
    """Reads yes and no in four languages, ticks and crosses; raises Unread."""

    def read(value: Value) -> bool | None:
        if isinstance(value, bool):
            return value
        text = displayed(value)
        if (answer := yes_or_no(text)) is not None:
            return answer
        if is_placeholder(text):
            return None
        raise Unread("no_yes_no", Text("this is neither yes nor no"), Text("Write yes or no."))

    return read


@cache
def _countries() -> Mapping[str, str]:
    """Code of ISO 3166-1 and name, plain -> the code."""
    from babel import Locale  # 0.1 s, which imports without countries save

    names = {
        "uk": "GB",
        "great britain": "GB",
        "england": "GB",
        "usa": "US",
        "u s a": "US",
        "u s": "US",
        "holland": "NL",
    }
    for language in ("en", "fr", "de", "it"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "XA", "XB", "ZZ"):
                names.setdefault(plain(name), code)
                names[plain(code)] = code
    return names


def country_reader() -> Callable[[Value], str | None]:
    """Reads countries by their codes of two letters and by their names in four languages; raises Unread."""

    def read(value: Value) -> str | None:
        text = displayed(value)
        if country := _countries().get(plain(text)):
            return country
        if is_placeholder(text):
            return None
        raise Unread("no_country", Text("this is no country"), Text("Write a code such as CH."))

    return read


def currency_reader() -> Callable[[Value], str | None]:
    """Reads codes of ISO 4217, and signs that only one currency has."""

    def read(value: Value) -> str | None:
        text = displayed(value)
        unit = unit_of(text)
        if unit is not None and unit.currency and unit.scale == 1:
            currencies = currencies_of(unit.currency)
            if len(currencies) == 1:
                return currencies[0]
            raise Unread(
                "currency_open",
                Text("{sign} may be {currencies}", sign=text, currencies=either(currencies[:5])),
                Text("Write a code such as CHF."),
            )
        if is_placeholder(text):
            return None
        raise Unread(
            "no_currency",
            Text("{currency} is no currency", currency=text[:20]),
            Text("Write a code such as CHF."),
        )

    return read
