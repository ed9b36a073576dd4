"""Texts and formats of the pages: gettext and babel in one place, so that a language is a catalogue and nothing else.

English is the source. `make texts` writes `locale/portolan.pot`; a language is `locale/<code>/LC_MESSAGES/portolan.po`
and nothing else (`shared.base.texts`). What aggregates and facts are called stands in `shared.contracts.words`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent

from services.reporting.web.amounts import Amount, Costs, Unit
from shared.base.texts import ENGLISH, catalogue, preferred
from shared.base.texts import languages as with_catalogues
from shared.contracts.projects.organisation import Organisation
from shared.contracts.words import Labels, labels_in

LOCALE = Path(__file__).parent / "locale"
SOURCE = "en_GB"
"""English with the day before the month, which nobody misreads."""

SWISS = {("fr", "CH"), ("de", "CH"), ("it", "CH")}
SWISS_NUMBERS = Locale("de", "CH")
"""Federal usage writes 1’234.50 in every language; CLDR knows it of German only."""

MINUS = "−"
_BETWEEN_THOUSANDS = re.compile("['’\\s]")


@cache
def _grouped(group: str, decimal: str) -> re.Pattern[str]:
    """Numbers of which the thousands are apart: 1,234.50 in English, 1.234,50 in German."""
    return re.compile(rf"-?[1-9][0-9]{{0,2}}({re.escape(group)}[0-9]{{3}})+({re.escape(decimal)}[0-9]*)?")


def N_(text: str) -> str:  # noqa: N802 the name that gettext tools look for
    return text


STAGES = {
    "proposed": N_("Proposed"),
    "initiating": N_("Initiating"),
    "approved": N_("Approved"),
    "active": N_("Active"),
    "on_hold": N_("On hold"),
    "closing": N_("Closing"),
    "closed": N_("Closed"),
    "discontinued": N_("Discontinued"),
}
HEALTH = {"green": N_("Green"), "amber": N_("Amber"), "red": N_("Red"), "neutral": N_("No information")}
RISK_STATES = {
    "identified": N_("Identified"),
    "assessed": N_("Assessed"),
    "monitored": N_("Monitored"),
    "occurred": N_("Occurred"),
    "closed": N_("Closed"),
}
SIZES = {
    1: ("", "%(currency)s"),
    1_000: (N_("thousand"), N_("thousand %(currency)s")),
    1_000_000: (N_("million"), N_("million %(currency)s")),
    1_000_000_000: (N_("billion"), N_("billion %(currency)s")),
}
"""Size of a unit -> its name alone, and with the currency."""
STEPS = (N_("very low"), N_("low"), N_("medium"), N_("high"), N_("very high"))
"""Probability and impact, 1 to 5."""


@dataclass(frozen=True, eq=False)
class Words:
    """One language: its catalogue, and how it writes money, numbers and dates."""

    locale: Locale
    catalogue: NullTranslations
    own: Mapping[str, str] = field(default_factory=dict)
    """The organisation's own words, which go before the labels of every language."""

    @property
    def labels(self) -> Labels:
        """What aggregates and their members are called."""
        return labels_in(self.language, self.own)

    @property
    def language(self) -> str:
        return self.locale.language

    @property
    def numbers(self) -> Locale:
        """How numbers and money are written."""
        return SWISS_NUMBERS if self.locale.territory == "CH" else self.locale

    @property
    def gettext(self) -> Callable[[str], str]:
        return self.catalogue.gettext

    @property
    def ngettext(self) -> Callable[[str, str, int], str]:
        return self.catalogue.ngettext

    def name_in(self, names: dict[str, str], value: str) -> str:
        """A word of one of the tables above; a value that is not in it as it is."""
        return self.gettext(names[value]) if value in names else value.replace("_", " ")

    def day(self, value: date | str | None) -> str:
        date_value = date.fromisoformat(value) if isinstance(value, str) else value
        return format_date(date_value, "medium", self.locale) if date_value else "–"

    def month(self, value: date) -> str:
        return format_date(value, "MMM", self.locale)

    def ago(self, value: str, at: datetime) -> str:
        return format_timedelta(datetime.fromisoformat(value) - at, add_direction=True, locale=self.locale)

    @property
    def calendar(self) -> dict[str, Any]:
        """How charts write time: the names that the pages use, in the form that d3 takes."""
        months, days = self.locale.months["format"], self.locale.days["format"]
        return {
            "dateTime": "%-d %b %Y, %H:%M", "date": "%-d %b %Y", "time": "%H:%M", "periods": ["AM", "PM"],
            "months": [months["wide"][m] for m in range(1, 13)],
            "shortMonths": [months["abbreviated"][m] for m in range(1, 13)],
            "days": [days["wide"][d] for d in (6, 0, 1, 2, 3, 4, 5)],
            "shortDays": [days["abbreviated"][d] for d in (6, 0, 1, 2, 3, 4, 5)],
        }  # fmt: skip

    def moment(self, value: datetime) -> str:
        """Day and time, in the zone of the value."""
        return format_datetime(value, "d MMM y, HH:mm", locale=self.locale)

    def money(self, value: dict[str, str]) -> str:
        """To the last digit: CHF 1,234.50."""
        pattern = f"¤¤ #,##0.00;¤¤ {MINUS}#,##0.00"
        return format_currency(Decimal(value["amount"]), value["currency"], pattern, self.numbers)

    def amount(self, value: Amount, unit: Unit) -> str:
        """The amount alone, in the unit of its table or group."""
        number = unit.rounded(value)
        if not Decimal(value["amount"]):
            return "0"
        return f"{MINUS if value['amount'].startswith('-') else ''}{self._digits(abs(number), value, unit)}"

    def variance(self, costs: Costs, unit: Unit) -> str:
        """With its sign, such that it is the difference of the plan and the forecast beside it."""
        value, number = costs["variance"], unit.difference(costs)
        amount = number or Decimal(value["amount"])
        if not amount:
            return "±0"
        return ("+" if amount > 0 else MINUS) + self._digits(abs(number), value, unit)

    def _digits(self, number: Decimal, value: Amount, unit: Unit) -> str:
        if unit.exact:
            return self.decimal(number, max(0, -int(number.as_tuple().exponent)))
        if not number and Decimal(value["amount"]):
            return f"<{self.decimal(unit.least, unit.digits)}"
        return self.decimal(number, unit.digits)

    def suffix(self, value: Amount, unit: Unit) -> str:
        """K, M or B, as the language abbreviates it; nothing for amounts as they are, and for none."""
        if unit.size == 1 or not Decimal(value["amount"]):
            return ""
        return self.size_suffix(unit.size)

    def size_suffix(self, size: int) -> str:
        """1000 -> K."""
        return format_compact_decimal(size, locale=self.locale).removeprefix("1")

    def unit_name(self, unit: Unit) -> str:
        """For a caption: thousand CHF."""
        alone, of_currency = SIZES[unit.size]
        if unit.currency:
            return self.gettext(of_currency) % {"currency": unit.currency}
        return self.gettext(alone) if alone else ""

    def signed(self, value: str | float, digits: int = 0) -> str:
        amount = Decimal(str(value))
        sign = "+" if amount > 0 else MINUS if amount < 0 else "±"
        return sign + self.decimal(abs(amount), digits)

    def decimal(self, value: Decimal, digits: int) -> str:
        return format_decimal(value, "#,##0" + ("." + "0" * digits if digits else ""), self.numbers)

    def percent(self, value: float) -> str:
        """60 -> 60%."""
        return format_percent(value / 100, locale=self.language)

    @property
    def percent_sign(self) -> str:
        """With the space before it that some languages want."""
        return format_percent(1, locale=self.language).removeprefix("100")

    @property
    def figures(self) -> dict[str, Any]:
        """How charts write numbers, in the form that d3 takes."""
        symbols = self.numbers.number_symbols["latn"]
        return {
            "decimal": symbols["decimal"],
            "thousands": symbols["group"],
            "grouping": [3],
            "currency": ["", ""],
        }

    def index(self, value: str | float) -> str:
        """SPI or CPI, with two decimals."""
        return self.decimal(Decimal(str(value)), 2)

    def number(self, value: float) -> str:
        return format_decimal(value, locale=self.numbers)

    def exact(self, value: float | str) -> str:
        """With all its digits, as a form shows it: `read` reads it back."""
        number = Decimal(str(value))
        return self.decimal(number, max(0, -int(number.as_tuple().exponent)))

    def read(self, text: str) -> str:
        """A number as programs write it, of one as people do here: 1’234.50, 1 234,50 or 1,234.50. A decimal comma is
        understood everywhere, and thousands apart by spaces or apostrophes; what is no number stays as it was typed."""
        text = _BETWEEN_THOUSANDS.sub("", text).replace(MINUS, "-")
        group, decimal = (self.numbers.number_symbols["latn"][name] for name in ("group", "decimal"))
        if group in ",." and _grouped(group, decimal).fullmatch(text):
            return text.replace(group, "").replace(decimal, ".")
        return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


Own = tuple[tuple[str, str], ...]
"""The organisation's own words: terms and their labels."""


@lru_cache(maxsize=32)
def words_in(code: str, own: Own = ()) -> Words:
    locale = Locale.parse(code)
    return Words(locale, catalogue(LOCALE, "portolan", code.partition("_")[0]), dict(own))


@cache
def languages() -> tuple[str, ...]:
    """English, and every language that has a catalogue."""
    return (ENGLISH, *with_catalogues(LOCALE))


def languages_of(organisation: Organisation | None) -> tuple[str, ...]:
    """Those of the organisation's languages that we speak, the first one preferred; English where it has none of them.
    All of ours where nobody has said anything yet: English alone is the default."""
    if organisation is None or organisation.languages == [ENGLISH]:
        return languages()
    return tuple(code for code in organisation.languages if code in languages()) or (ENGLISH,)


def own_words(organisation: Organisation | None) -> Own:
    """What the organisation calls otherwise, in every language."""
    return () if organisation is None else tuple((word.term, word.label) for word in organisation.words)


def name_of(code: str) -> str:
    """A language in its own words."""
    return (Locale.parse(code).get_display_name() or code).capitalize()


def words_for(
    accepted: str | None, choice: str | None = None, organisation: Organisation | None = None
) -> Words:
    """Of the organisation's languages the one that a reader chose, else the best for an Accept-Language header, else its
    first; written as in Switzerland where the header names it."""
    header, offered, own = accepted or "", languages_of(organisation), own_words(organisation)
    language = choice if choice in offered else preferred(header, offered) or offered[0]
    if language == ENGLISH:
        return words_in(SOURCE, own)
    is_swiss = any(part.partition(";")[0].strip().lower() == f"{language}-ch" for part in header.split(","))
    return words_in(f"{language}_CH" if is_swiss and (language, "CH") in SWISS else language, own)
