"""The form of files of another system: what they are, and what they do not say themselves; and what a form says of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from services.imports.systems.orders import SystemOutcome
from services.imports.systems.wishes import Wishes
from services.reporting.web.words import N_, Words
from shared.base.currencies import DECIMALS
from shared.base.texts import Text

TABLE = "table"
KINDS = {
    "plans": N_("Plan files (Microsoft Project, Primavera)"),
    "project-online": N_("Project Online (OData)"),
    "jira": N_("Jira"),
    "gmpp": N_("Major projects of the United Kingdom (GMPP)"),
    "itdb": N_("Federal IT projects of the United States"),
    TABLE: N_("A table"),
}
"""Kind -> what it is called."""
OF_KIND: dict[str, tuple[str, ...]] = {
    "plans": ("portfolio", "currency", "as_of", "source"),
    "project-online": ("portfolio", "currency", "as_of", "date_order", "source"),
    "jira": ("level", "portfolio", "as_of", "date_order", "source"),
    "gmpp": ("day_of_year",),
    "itdb": ("as_of", "date_order", "century"),
}
"""Kind -> the settings that it may need."""
LABELS = {
    "portfolio": (N_("Portfolio of new projects"), N_("By its name; made where there is none.")),
    "currency": (N_("Currency"), N_("Of amounts whose file names none.")),
    "as_of": (N_("Day of the files"), N_("Progress and states count from then on. Empty: from now on.")),
    "date_order": (N_("Order of days"), N_("Of days such as 03/04/2026.")),
    "century": (N_("Century of short years"), ""),
    "source": (
        N_("Source"),
        N_(
            "Another one for each site or server: by it and its key something is known when the files come again."
        ),
    ),
    "level": (N_("Work packages are"), ""),
    "day_of_year": (N_("Day of the yearly reports"), N_("Month and day from which a year counts, as 09-30.")),
}
"""Setting -> its label, and what is said below it."""
OPTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "date_order": (
        ("", N_("as the columns show")), ("month-first", N_("month first")), ("day-first", N_("day first")),
    ),
    "century": (("", "–"), ("1900", "1900"), ("2000", "2000")),
    "level": (("issues", N_("epics and their issues")), ("epics", N_("epics alone"))),
}  # fmt: skip
_SOURCE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")
_YEAR = re.compile(r"20[0-9]{2}")
LONGEST_NAME = 300


DATED = ("gmpp", "itdb")
"""Kinds whose facts are of past days."""
NO_RIGHT = Text(
    "these are facts of past days. Writing them needs the right to import, which you do not have; ask whoever operates "
    "Portolan to bring them in"
)


class BadWish(Exception):
    """What a form says cannot be meant."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Setting:
    """One control."""

    name: str
    label: str
    about: str
    value: str
    options: Sequence[tuple[str, str]] = ()
    """Empty: a text is typed."""
    kind: str = "text"
    is_asked: bool = False


@dataclass(frozen=True)
class FilesForm:
    """All of it."""

    kind: str
    kinds: Sequence[tuple[str, str]]
    settings: Sequence[Setting]
    is_allowed: bool
    """Whether the reader may bring files of this kind in."""


def form_of_files(wishes: Wishes, outcome: SystemOutcome, words: Words, *, may_date: bool) -> FilesForm:
    """The form; `may_date`: the reader may write facts of past days."""
    kinds = [(code, words.gettext(name)) for code, name in KINDS.items()]
    names = [name for name in OF_KIND.get(outcome.kind, ()) if may_date or name != "as_of"]
    settings = [_setting(name, wishes, outcome, words) for name in names]
    files = list(dict.fromkeys([*wishes.years, *([outcome.asks_of] if outcome.asks == "years" else [])]))
    settings += [
        Setting(
            f"year.{file}", words.gettext(N_("Year of %(file)s")) % {"file": file}, "", str(wishes.years.get(file, "")),
            is_asked=file == outcome.asks_of,
        )
        for file in files
    ]  # fmt: skip
    return FilesForm(outcome.kind, kinds, settings, may_date or outcome.kind not in DATED)


def _setting(name: str, wishes: Wishes, outcome: SystemOutcome, words: Words) -> Setting:
    label, about = LABELS[name]
    value = getattr(wishes, name)
    if name == "source":
        value = value or outcome.source
    options = [(code, words.gettext(text) if text else text) for code, text in OPTIONS.get(name, ())]
    kind = "date" if name == "as_of" else "text"
    return Setting(
        name, words.gettext(label), words.gettext(about) if about else "", "" if value is None else str(value), options,
        kind, outcome.asks == name,
    )  # fmt: skip


# The form as it was sent


def wishes_of(texts: Mapping[str, str], before: Wishes) -> Wishes:
    """What a form says of the files; what it does not speak of stays. BadWish where that cannot be meant."""
    changes: dict[str, Any] = {}
    for name in ("kind", *LABELS):
        if name in texts:
            changes[name] = _value(name, texts[name].strip())
    years = {
        name.removeprefix("year."): _year(text.strip())
        for name, text in texts.items()
        if name.startswith("year.") and text.strip()
    }
    return msgspec.structs.replace(before, years=before.years | years, **changes)


def _value(name: str, text: str) -> Any:
    match name:
        case "kind":
            return _one_of(text, tuple(KINDS))
        case "date_order" | "level" | "century":
            code = _one_of(text, tuple(code for code, _ in OPTIONS[name]))
            return int(code) if name == "century" and code else code or None
        case "currency":
            if text and text.upper() not in DECIMALS:
                raise BadWish(Text("{currency} is no currency of ISO 4217", currency=text[:20]))
            return text.upper()
        case "source":
            if text and not _SOURCE.fullmatch(text):
                raise BadWish(
                    Text("a source has up to 40 small letters, digits, dots, dashes and underscores")
                )
            return text
        case "as_of":
            return _day(text)
        case "day_of_year":
            return _day(f"2001-{text}")[5:] if text else ""
    return text[:LONGEST_NAME]


def _one_of(text: str, codes: Sequence[str]) -> str:
    if text not in codes:
        raise BadWish(Text("choose one of the list"))
    return text


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise BadWish(Text("{day} is no day", day=text[:20])) from None


def _year(text: str) -> int:
    if not _YEAR.fullmatch(text):
        raise BadWish(Text("{year} is no year from 2000 to 2099", year=text[:20]))
    return int(text)
