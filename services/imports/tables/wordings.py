"""What the name of a column says: ideas such as *planned* and *start*. What it says of units is read in `units.py`.

`Start Date (planned)`, `geplanter Starttermin`, `PlannedStartDate` and `Début planifié` say the same. The words stand in
`columns.words.toml`. What is no word there stays itself, so that nothing is taken for something else that it contains.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from services.imports.tables.units import PLAIN, unit_in_name, unit_of
from shared.base.text import folded

WORDS = Path(__file__).parent / "columns.words.toml"
LONGEST = 4
"""Words of one entry."""
LONGEST_NAME, LONGEST_WORD = 300, 60
"""Characters of a name, and of a word that is taken apart."""
SHORTEST_PART = 3
"""Letters of a part of a compound."""
ENDINGS = ("", "s", "es", "n", "en", "e")
"""What German puts between the parts of a compound."""
SHORT_PARTS = ("id", "nr", "no")
"""Short words that stand at the end of a compound: `ProjektNr`."""
Grade = Literal["sure", "likely", "possible"]
PHRASE_GRADES: tuple[Grade, ...] = ("sure", "likely", "possible")
EXPECTED, FORECAST = "expected", "forecast"
"""What is expected is the forecast, and may be the plan."""

_NUMBER_SIGN = re.compile(r"\b[Nn][°º]|#")
_BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]")
_PIECES = re.compile(r"\b[kKmMtT][€$£]|[^\W_]+|[€$£%]")
_SCALE = re.compile(r"000s?|[mMtT]|[0-9]{1,3}")
"""In brackets: thousands, millions, and what a scale goes from and to."""
_NUMBERING = re.compile(r"^\(?(?:[0-9]{1,2}|[a-zA-Z])[.)]\s+(?=\S)")
"""Of questionnaires: `3. Project manager`."""
_MAIL = re.compile(r"\b[Ee][- ]?[Mm]ail")
_CAMEL = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])")
_UMLAUTS = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"))


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of a column, as it is understood."""

    text: str
    ideas: frozenset[str]
    """What stands in `columns.words.toml`, and the words that do not, with a `?` before them."""
    may_be_planned: bool = False
    """Whether it says that something is expected: that is the forecast, or the plan."""

    @property
    def unknown(self) -> frozenset[str]:
        return frozenset(idea for idea in self.ideas if idea.startswith("?"))


def joined(text: str) -> str:
    """A name without anything but its letters and digits, folded: how exact names are compared."""
    return "".join(piece for piece in _PIECES.findall(folded(text)))


@lru_cache(maxsize=4096)
def heading(text: str) -> Heading:
    """What a name says; of a very long one its beginning."""
    name = _MAIL.sub(
        "email", _NUMBER_SIGN.sub(" number ", _NUMBERING.sub("", text[:LONGEST_NAME].strip().lstrip("'")))
    )
    words = [_stem(word) for piece in _without_units(name) for word in _CAMEL.sub(" ", piece).split()]
    ideas = frozenset(_ideas(words))
    if EXPECTED not in ideas:
        return Heading(text, ideas)
    return Heading(text, ideas - {EXPECTED} | {FORECAST}, may_be_planned=True)


def phrase(text: str) -> frozenset[str]:
    """A phrase of `columns.words.toml`: ideas by their names."""
    return frozenset(text.split())


def _without_units(name: str) -> list[str]:
    """The pieces of a name that are no units: those in brackets, and outside where the name has a unit at all."""
    inside = {m.start(1) + p.start() for m in _BRACKETS.finditer(name) for p in _PIECES.finditer(m[1])}
    has_unit = unit_in_name(name) != PLAIN
    return [
        m.group()
        for m in _PIECES.finditer(name)
        if not ((has_unit or m.start() in inside) and _is_unit(m.group(), m.start() in inside))
    ]


def _is_unit(piece: str, is_inside: bool) -> bool:
    unit = unit_of(piece)
    if unit is None or unit == PLAIN:
        return is_inside and (_SCALE.fullmatch(piece) is not None)
    return not unit.percent


def _ideas(words: list[str]) -> Iterator[str]:
    """The ideas of words, the longest entries first; little words say nothing."""
    vocabulary, little = _vocabulary(), _little()
    if len(words) == 1 and words[0] in _alone():
        yield _alone()[words[0]]
        return
    words = [word for word in words if word not in little or word in vocabulary]
    place = 0
    while place < len(words):
        for length in range(min(LONGEST, len(words) - place), 0, -1):
            if idea := vocabulary.get(" ".join(words[place : place + length])):
                yield idea
                place += length
                break
        else:
            parts = _parts(words[place])
            yield from (vocabulary[part] for part in parts) if parts else (f"?{words[place]}",)
            place += 1


@lru_cache(maxsize=4096)
def _parts(word: str) -> tuple[str, ...]:
    """The words that a compound is made of; none where it is none."""
    vocabulary = _vocabulary()
    if not 2 * SHORTEST_PART - 1 <= len(word) <= LONGEST_WORD:
        return ()
    for end in range(len(word) - 2, SHORTEST_PART - 1, -1):
        part, rest = word[:end], word[end:]
        begins = [
            e
            for e in ENDINGS
            if part.endswith(e) and _stem(part.removesuffix(e) if e else part) in vocabulary
        ]
        if not begins:
            continue
        first = _stem(part.removesuffix(begins[0]) if begins[0] else part)
        if len(first) < SHORTEST_PART:
            continue
        if rest in vocabulary and (len(rest) >= SHORTEST_PART or rest in SHORT_PARTS):
            return first, rest
        if others := _parts(rest):
            return first, *others
    return ()


def _stem(word: str) -> str:
    """A word folded and in the singular, as far as an s at its end tells."""
    word = folded(word)
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


@cache
def declared() -> Mapping[str, Mapping[str, object]]:
    """What `columns.words.toml` says."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def texts(value: object) -> list[str]:
    """A list of texts of the file. TypeError where it is none."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError(f"{value!r} in {WORDS.name} is no list of texts")
    return value


@cache
def _little() -> frozenset[str]:
    return frozenset(_stem(word) for word in texts(declared()["little"]["words"]))


@cache
def _alone() -> Mapping[str, str]:
    """Little words that say something where nothing else stands: `From`, `To`."""
    return {_stem(word): idea for idea, words in declared()["alone"].items() for word in texts(words)}


@cache
def _vocabulary() -> Mapping[str, str]:
    """Words in their folded form -> the idea; where two have the same word, the first one that stands in the file."""
    vocabulary: dict[str, str] = {}
    little = _little()
    for table in ("words", "nouns"):
        for idea, words in declared()[table].items():
            for word in _spellings(texts(words)):
                stems = [_stem(part) for part in _PIECES.findall(_MAIL.sub("email", word))]
                entry = " ".join(s for s in stems if s not in little) or " ".join(stems)
                vocabulary.setdefault(entry, idea)
    vocabulary.pop("", None)
    vocabulary["%"] = "percent"
    return vocabulary


def _spellings(words: Iterable[str]) -> Iterator[str]:
    """Each word, and as people write it who have no umlauts."""
    for word in words:
        yield word
        other = word
        for umlaut, letters in _UMLAUTS:
            other = other.replace(umlaut, letters)
        if other != word:
            yield other


@cache
def nouns() -> frozenset[str]:
    """The ideas that are kinds of aggregate."""
    return frozenset(declared()["nouns"])


def phrases(kind: str, path: str) -> Iterator[tuple[Grade, frozenset[str]]]:
    """By which ideas a member of a kind of aggregate is named, beside its label; the surest first."""
    tables = declared()
    members = tables.get("members", {}).get(kind, {})
    own = members.get(path) if isinstance(members, Mapping) else None
    common = tables.get("any", {}).get(path)
    for grades in (own, common):
        if isinstance(grades, Mapping):
            for grade in PHRASE_GRADES:
                for one in texts(grades.get(grade, [])):
                    yield grade, phrase(one)


def parts(kind: str, path: str) -> list[tuple[str, ...]]:
    """The ideas of columns that make up a member together, in their order."""
    members = declared().get("members", {}).get(kind, {})
    grades = members.get(path) if isinstance(members, Mapping) else None
    return (
        [tuple(one.split()) for one in texts(grades.get("parts", []))] if isinstance(grades, Mapping) else []
    )


def elsewhere(kind: str) -> Mapping[frozenset[str], str]:
    """Ideas -> the code of the reason why they have no place in a register."""
    tables = declared().get("elsewhere", {})
    reasons: dict[frozenset[str], str] = {}
    for owner in ("any", kind):
        entries = tables.get(owner, {})
        if isinstance(entries, Mapping):
            reasons |= {phrase(one): code for code, listed in entries.items() for one in texts(listed)}
    return reasons
