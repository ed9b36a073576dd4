"""What things are called, in every language: labels of aggregates, members, values, states, moves and facts.

They stand beside the declarations: `shared/contracts/<service>/<group>.words.toml` holds what a group's aggregates need,
`shared/contracts/common.words.toml` what several of them share. Each entry has a column for each language:

    [budget_line]
    fr = {one = "ligne budgétaire", many = "lignes budgétaires", gender = "f"}
    [budget_line.members]
    cost_type = {fr = "genre de coûts"}

A label is the group's own, else the common one, else, in English, made from the name. Labels begin with a small letter,
unless the language wants another one. A word that agrees with what it is said of is a list: masculine, feminine, neuter.
Nothing is read before the first label is asked for.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

ENGLISH = "en"
HERE = Path(__file__).parent
COMMON = "common"
STATES = ("state", "stage")
"""Members whose names end so have states as values: their labels agree with the aggregate."""
GENDERS = "mfn"
VOWELS = "aeiouyàâéèêëîïôûœh"
_ACRONYMS = {"wbs": "WBS", "id": "ID"}

Kind = Literal["aggregate", "aggregates", "member", "value", "state", "move", "fact", "group", "service"]
"""`aggregates` is the plural. Names, in this order: `risk`, `risk`, `risk.title`, `risk.kind.threat`, `risk.assessed`,
`risk.assess`, `risk.assessed`, `risk.risks`, `risk`."""

_TABLES: Mapping[Kind, str] = {
    "member": "members", "value": "values", "state": "states", "move": "moves", "fact": "facts",
    "group": "groups", "service": "services",
}  # fmt: skip

Columns = Mapping[str, object]
"""Language -> the label: a text, a list by gender, or of an aggregate `one`, `many` and `gender`."""


@dataclass(frozen=True)
class Term:
    """What an aggregate is called in one language."""

    one: str
    many: str
    gender: str = "m"


@dataclass(frozen=True)
class Labels:
    """The labels of one language; `own` are the organisation's words, by their terms."""

    language: str
    own: Mapping[str, str]

    def __call__(self, kind: Kind, name: str) -> str:
        """The label of `name`; see `label`."""
        aggregate = name.partition(".")[0]
        if kind in ("aggregate", "aggregates"):
            term = self.term(aggregate)
            return term.one if kind == "aggregate" else term.many
        if kind == "member" and name in self.own:
            return self.own[name]
        return _declared_label(kind, name, self.language)

    def term(self, aggregate: str) -> Term:
        """What one and several are called, and their gender."""
        declared = _tables().get(aggregate, {})
        nouns = _term(declared.get(self.language)) or _term(declared.get(ENGLISH))
        nouns = nouns or Term(english(aggregate), plural(english(aggregate)))
        if one := self.own.get(aggregate):
            return Term(one, self.own.get(plural(aggregate), one), nouns.gender)
        return nouns


class Called(str):
    """A name in a refusal, which is a label in the other languages: `Called("state", "project.closed", "closed")`.

    The text itself is the English one. A translation may ask for a form of the label, of the `[forms]` of its language:
    `{noun:le}` is "la ligne budgétaire", `{noun:e}` the ending of what agrees with it.
    """

    kind: Kind
    name: str

    __slots__ = ("kind", "name")

    def __new__(cls, kind: Kind, name: str, text: str) -> "Called":
        called = super().__new__(cls, text)
        called.kind, called.name = kind, name
        return called

    def __reduce__(self) -> tuple[object, ...]:
        return Called, (self.kind, self.name, str(self))

    def in_language(self, language: str, form: str = "") -> str:
        """The label in this language."""
        labels = labels_in(language)
        text = labels(self.kind, self.name)
        if not form:
            return text
        forms = _entry(COMMON, "forms", form)
        by_gender = forms.get(labels.language) if forms else None
        if not isinstance(by_gender, Mapping):
            return text
        gender = labels.term(self.name.partition(".")[0]).gender
        before_vowel = by_gender.get("vowel") if text[:1].lower() in VOWELS else None
        return str(before_vowel or by_gender[gender]).replace("{}", text)


def called_state(aggregate: str, state: str) -> Called:
    """A state of an aggregate in a refusal, as lifecycles call it; `archived` is one for them."""
    return Called("fact" if state == "archived" else "state", f"{aggregate}.{state}", state)


def label(kind: Kind, name: str, language: str = ENGLISH, own: Mapping[str, str] | None = None) -> str:
    """What `name` is called: `label("member", "risk.owner_id", "fr")` is "responsable".

    `language` may be a locale, such as `fr-CH`. `own` are the organisation's words (`term` -> `label`): they replace the
    labels of aggregates and members. What a language does not have is said in English.
    """
    return labels_in(language, own)(kind, name)


def labels_in(language: str, own: Mapping[str, str] | None = None) -> Labels:
    """The labels of a language, for many of them; English where there are none in it."""
    code = re.split("[-_]", language, maxsplit=1)[0].lower()
    return Labels(code if code in languages() else ENGLISH, own or {})


@cache
def languages() -> frozenset[str]:
    """English, and every language in which something is called by a label."""
    return frozenset({ENGLISH}).union(*(columns for *_, columns in all_entries()))


@cache
def _declared_label(kind: Kind, name: str, language: str) -> str:
    aggregate, _, path = name.partition(".")
    entries = list(entries_of(kind, name))
    value = path.rpartition(".")[2]
    if kind == "value" and not entries and value in _tables():  # what kind of aggregate something is about
        return Labels(language, {}).term(value).one
    for sought in (language, ENGLISH):
        for columns in entries:
            if sought in columns:
                return _agreeing(columns[sought], Labels(sought, {}).term(aggregate).gender)
    return english(path.rpartition(".")[2] or name)


def has_label(kind: Kind, name: str, language: str) -> bool:
    """Whether a label stands there in this language; in English it may also follow from the name."""
    if language == ENGLISH:
        return True
    if kind in ("aggregate", "aggregates"):
        return language in _tables().get(name, {})
    return any(language in columns for columns in entries_of(kind, name))


def entries_of(kind: Kind, name: str) -> Iterator[Columns]:
    """The entries that may give the label, the most exact first: the aggregate's, then the common ones.

    Of a path such as `calendar.week.weekday.monday`, the whole, the last two names and the last name are looked up.
    """
    table = _TABLES[kind]
    aggregate, _, path = name.partition(".")
    names = path.split(".")
    keys = list(dict.fromkeys((path, ".".join(names[-2:]), names[-1])))
    is_state = kind == "value" and names[-2:-1] and names[-2].endswith(STATES)
    places = [(aggregate, key) for key in keys] + [(COMMON, key) for key in keys]
    if kind in ("group", "service"):
        places = [(COMMON, name), (COMMON, names[-1])]
    for owner, key in places:
        if columns := _entry(owner, table, key):
            yield columns
        if is_state and (columns := _entry(owner, "states", names[-1])):
            yield columns
    if kind == "state":  # of a lifecycle whose member is neither `state` nor `stage`
        values = _tables().get(aggregate, {}).get("values")
        for key in values if isinstance(values, Mapping) else ():
            if key.rpartition(".")[2] == path and (columns := _entry(aggregate, "values", key)):
                yield columns


def _entry(owner: str, table: str, key: str) -> Columns | None:
    entries = _tables().get(owner, {}).get(table)
    columns = entries.get(key) if isinstance(entries, Mapping) else None
    return columns if isinstance(columns, Mapping) else None


def capitalised(text: str) -> str:
    """With a capital letter, as headings and buttons begin."""
    return text[:1].upper() + text[1:]


def english(name: str) -> str:
    """The English label that follows from a name: `planned_start_on` -> "planned start"."""
    name = name.replace("-", "_")
    for ending, replacement in (("_ids", "s"), ("_id", ""), ("_on", ""), ("_at", "")):
        stem = name.removesuffix(ending)
        if stem != name and not (ending in ("_on", "_at") and stem.endswith(("ts", "ds", "ed"))):
            name = stem + replacement
            break
    return " ".join(_ACRONYMS.get(word, word) for word in name.split("_"))


def plural(noun: str) -> str:
    """The regular English plural."""
    if re.search("[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def all_entries() -> Iterator[tuple[str, str, str, Columns]]:
    """(owner, table, name, columns) of every entry; the owner is an aggregate or `common`, a term has no table."""
    for owner, tables in _tables().items():
        terms = {language: term for language, term in tables.items() if language not in _TABLES.values()}
        if owner != COMMON:
            yield owner, "", owner, terms
        for table in _TABLES.values():
            entries = tables.get(table, {})
            if isinstance(entries, Mapping):
                for name, columns in entries.items():
                    yield owner, table, name, columns


def files() -> list[Path]:
    """Where labels stand."""
    first = HERE / f"{COMMON}.words.toml"
    return [first, *sorted({*HERE.glob("*.words.toml"), *HERE.glob("*/*.words.toml")} - {first})]


def read_again() -> None:
    """Forget what was read, for tests with words of their own."""
    _tables.cache_clear()
    languages.cache_clear()
    _declared_label.cache_clear()


@cache
def _tables() -> dict[str, dict[str, object]]:
    """Aggregate, or `common` -> what its file says. TypeError where two files name the same aggregate."""
    tables: dict[str, dict[str, object]] = {}
    for path in files():
        own = tomllib.loads(path.read_text())
        if path.name.startswith(COMMON):
            own = {COMMON: own}
        if twice := tables.keys() & own.keys():
            raise TypeError(f"{path.name}: the words of {', '.join(sorted(twice))} stand in another file too")
        tables |= own
    return tables


def _term(value: object) -> Term | None:
    if isinstance(value, str):
        return Term(value, plural(value))
    if isinstance(value, Mapping):
        return Term(str(value["one"]), str(value["many"]), str(value.get("gender", "m")))
    return None


def _agreeing(value: object, gender: str) -> str:
    if isinstance(value, list):
        return str(value[min(GENDERS.index(gender), len(value) - 1)])
    return str(value)
