"""Sentences for people, with their values apart: one that is written once in English can be said in other languages.

    raise Conflict(Text("{count} parts would take another code", count=len(codes)))

A `Text` is the English sentence. Its template finds the translation, in which the values stand again. A plain text is a
template without values. Catalogues are gettext's: `locale/<language>/LC_MESSAGES/<domain>.po` in a folder, English is
the source. `make run` and `make install` compile them; where one is newer than what was compiled, it is read itself.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any, Protocol, runtime_checkable

ENGLISH = "en"
LOCALE = Path(__file__).parent / "locale"
"""The catalogues of what all services say: refusals and their titles."""
DOMAIN = "problems"


@runtime_checkable
class Translated(Protocol):
    """A value of a sentence that is itself said in the language of the sentence."""

    def in_language(self, language: str, form: str = "") -> str:
        """What stands there in this language, in a form that the translation asks for: `{noun:le}`."""


class Text(str):
    """An English sentence that remembers its template and its values.

    The template names the values as `str.format` does: `{count}`, `{number!r}`, `{limit:,}`. A word that agrees with a count
    has its forms, as many as its language has: `{count} {count:part|parts}`. Without values the template is the sentence
    itself, and a `Text` of a `Text` is that one.
    """

    template: str
    values: Mapping[str, object]

    __slots__ = ("template", "values")

    def __new__(cls, template: str, /, **values: object) -> "Text":
        if isinstance(template, Text) and not values:
            return template
        text = super().__new__(cls, _in_english(template, values) if values else template)
        text.template, text.values = template, values
        return text

    @classmethod
    def of(cls, english: str, template: str, values: Mapping[str, object]) -> "Text":
        """A sentence that somebody else has put together from a template."""
        text = super().__new__(cls, english)
        text.template, text.values = template, values
        return text

    def __reduce__(self) -> tuple[object, ...]:
        return Text.of, (str(self), self.template, dict(self.values))

    def in_language(self, language: str, form: str = "") -> str:
        """The sentence in this language; in English where it has no translation."""
        if (template := translation(self.template, language)) is None:
            return self
        return _Speaker(language).vformat(template, (), self.values) if self.values else template


def to_plain(text: str) -> object:
    """A text as JSON holds it, for another process: `from_plain` makes it again."""
    if not isinstance(text, Text):
        return text
    values = {
        name: value
        if isinstance(value, int | float)
        else to_plain(value if isinstance(value, Text) else str(value))  # a thing may say itself as a text
        for name, value in text.values.items()
    }
    return {"text": str(text), "template": text.template, "values": values}


def from_plain(plain: str | dict[str, Any]) -> str:
    """The text that `to_plain` was given."""
    if isinstance(plain, str):
        return plain
    values = {
        name: from_plain(value) if isinstance(value, dict) else value
        for name, value in plain["values"].items()
    }
    return Text.of(plain["text"], plain["template"], values)


def joined(parts: Iterable[str], between: str = ", ") -> Text:
    """Texts one after another, each of which is said in the language of the whole."""
    values = {f"part{i}": part for i, part in enumerate(parts)}
    return Text(
        between.replace("{", "{{").replace("}", "}}").join(f"{{{name}}}" for name in values), **values
    )


def either(choices: Iterable[str]) -> Text:
    """Texts of which one is meant: a or b or c."""
    first, *others = choices
    text = joined((first,))
    for other in others:
        text = Text("{some} or {last}", some=text, last=other)
    return text


class _Speaker(Formatter):
    """Formats a template; a value that can be said in the language is."""

    def __init__(self, language: str) -> None:
        self.language = language

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, Translated):
            return value.in_language(self.language, format_spec)
        if "|" in format_spec:
            return _agreeing(format_spec.split("|"), value, self.language)
        formatted = str(super().format_field(value, format_spec))
        return formatted.replace(",", "’") if format_spec.startswith(",") else formatted


def _in_english(template: str, values: Mapping[str, object]) -> str:
    if "|" not in template:
        return template.format(**values)
    return _FORMS.sub(
        lambda place: _agreeing(place[2].split("|"), values[place[1]], ENGLISH), template
    ).format(**values)


_FORMS = re.compile(r"\{(\w+):([^{}|]*\|[^{}]*)\}")


def _agreeing(forms: list[str], count: object, language: str) -> str:
    """The form of a word that goes with a count, by the rule of the language's catalogue."""
    number = int(count) if isinstance(count, int | float) else 2
    rule = getattr(catalogue(LOCALE, DOMAIN, language), "plural", None)
    index = rule(number) if rule is not None and language != ENGLISH else int(number != 1)
    return forms[min(index, len(forms) - 1)]


def with_places(template: str) -> str:
    """A template as papers show it: the last form of a word that agrees, and places without their formats."""
    template = _FORMS.sub(lambda place: place[2].rpartition("|")[2], template)
    return re.sub(r"\{(\w+)(?:![rs])?(?::[^{}]*)?\}", r"{\1}", template)


def in_language(text: str, language: str) -> str:
    """A text, plain or with values, in this language; in English where it has no translation."""
    if language == ENGLISH:
        return text
    if isinstance(text, Translated):
        return text.in_language(language)
    return translation(text, language) or text


def is_translated(text: str, language: str) -> bool:
    """Whether a text, and all texts that are values of it, can be said in this language; one without words can."""
    if not isinstance(text, Text):
        return translation(text, language) is not None
    return translation(text.template, language) is not None and all(
        is_translated(value, language) for value in text.values.values() if isinstance(value, Text)
    )


def translation(template: str, language: str) -> str | None:
    """The template in this language; None where there is none. What has no words is the same in all."""
    if not has_words(template):
        return template
    return (_problems(language).gettext(template) or None) if language in languages(LOCALE) else None


@cache
def _problems(language: str) -> NullTranslations:
    problems = catalogue(LOCALE, DOMAIN, language)
    problems.add_fallback(_Missing())
    return problems


class _Missing(NullTranslations):
    """Says nothing of what has no translation."""

    def gettext(self, message: str) -> str:
        return ""


def has_words(template: str) -> bool:
    """Whether something of it is to be translated; names alone are not."""
    return any(literal.strip(" :;,./-()") for literal in _literals(template))


def _literals(template: str) -> Iterator[str]:
    try:
        yield from (literal for literal, *_ in Formatter().parse(template))
    except ValueError:  # a plain text with a brace of its own
        yield template


def preferred(accepted: str, available: Collection[str]) -> str | None:
    """The most wanted of the available languages by an Accept-Language header; None where none of them is wanted.

    `fr-CH` is content with `fr`, and `*` with any.
    """
    for language in _languages_in(accepted):
        if language in available:
            return language
        if (general := language.partition("-")[0]) in available:
            return general
        if language == "*":
            return next(iter(available), None)
    return None


def _languages_in(accepted: str) -> list[str]:
    """The languages of the header, the most wanted first."""
    weighted = []
    for part in accepted.split(",")[:20]:
        name, _, weight = part.partition(";")
        try:
            weighted.append((float(weight.strip().removeprefix("q=") or 1), name.strip().lower()))
        except ValueError:
            continue
    return [name for weight, name in sorted(weighted, key=lambda pair: -pair[0]) if weight > 0]


@lru_cache(maxsize=256)
def language_of(accepted: str) -> str:
    """In which language a caller is told why something is refused: English where they want none that there is."""
    return preferred(accepted, (ENGLISH, *languages(LOCALE))) or ENGLISH


@cache
def languages(folder: Path) -> tuple[str, ...]:
    """The languages of which there is a catalogue in the folder, without English."""
    return tuple(sorted({path.parts[-3] for path in folder.glob("*/LC_MESSAGES/*.po")}))


@lru_cache(maxsize=32)
def catalogue(folder: Path, domain: str, language: str) -> NullTranslations:
    """The catalogue of a language; an empty one where there is none."""
    source = folder / language / "LC_MESSAGES" / f"{domain}.po"
    if not source.exists():
        return NullTranslations()
    compiled = source.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
        return GNUTranslations(BytesIO(compiled.read_bytes()))
    return GNUTranslations(BytesIO(compile_catalogue(source)))


def compile_catalogue(source: Path) -> bytes:
    """A catalogue as gettext reads it."""
    from babel.messages.mofile import (
        write_mo,  # 0.1 s and 10 MB, which services with compiled catalogues save
    )
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=source.parts[-3]))
    return compiled.getvalue()
