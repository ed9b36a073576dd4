"""How well the name of a column names a member: by its label, by its name in the API, or by words in use for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from services.imports.tables import wordings
from services.imports.tables.targets import CURRENCY, ID, KEY, VERSION, Target, TargetField, whole_label
from services.imports.tables.wordings import Heading, heading, joined
from shared.contracts.forms import Field

Basis = Literal["label", "name", "sure", "words", "likely", "noun", "possible", "values", "periods"]
"""On what a proposal rests."""
GRADES: Mapping[Basis, float] = {
    "label": 1.0,
    "name": 0.98,
    "sure": 0.9,
    "words": 0.88,
    "likely": 0.72,
    "noun": 0.7,
    "possible": 0.6,
    "values": 0.6,
    "periods": 0.9,
}
"""How sure each is, from 0 to 1."""
BAR = 0.55
"""Below it a column is not taken."""
IDENTIFIERS = frozenset({"id", "key", "number", "code", "name", "email"})
"""By what a column says it names something: `Project ID`, `Vendor name`."""
_BETTER = 0.005
MADE_UNASKED = (("portfolio",), ("programme",), ("vendor",), ("person",))
"""What a member names that is proposed to be made where nobody has it; of the other `MAKEABLE` only the mapping says so."""


@dataclass(frozen=True, slots=True)
class Match:
    """A member that a column may fill."""

    field: TargetField
    basis: Basis
    score: float


@dataclass(frozen=True)
class Names:
    """By what one member is named."""

    field: TargetField
    exact: Mapping[str, Basis]
    """Names without blanks and signs."""
    phrases: tuple[tuple[Basis, frozenset[str]], ...]
    optional: frozenset[str]
    """Ideas that may stand beside a phrase and say nothing new."""
    kind: str
    """What the rows are."""

    def match(self, of: Heading) -> Match | None:
        """How the name of a column names this member; None where it does not."""
        if basis := self.exact.get(joined(of.text)):
            return Match(self.field, basis, GRADES[basis] + self._preference(of))
        if of.unknown or self._is_of_the_row(of):
            return None
        for basis, phrase in self.phrases:
            if phrase and of.ideas - (self.optional - phrase) == phrase:
                return Match(self.field, basis, GRADES[basis] + self._preference(of))
        return None

    def resembles(self, of: Heading) -> bool:
        """Whether the name says what names this member, and something more."""
        return any(
            basis in ("words", "sure") and phrase and phrase < of.ideas for basis, phrase in self.phrases
        )

    def _is_of_the_row(self, of: Heading) -> bool:
        """`Agency project no`: a number of the row itself names nothing else."""
        is_number = bool(of.ideas & (IDENTIFIERS - {"name", "email"}))
        is_of_another_kind = self.field.of.kind == "reference" and self.kind not in self.field.of.names
        return is_of_another_kind and is_number and self.kind in of.ideas

    def _preference(self, of: Heading) -> float:
        """Of a project code and a project name, the code tells better which one is meant; but what may be made needs a name."""
        if self.field.of.kind != "reference":
            return 0.0
        ways = of.ideas & IDENTIFIERS
        by_name = not ways or "name" in ways
        return _BETTER if by_name == (self.field.of.names[:1] in MADE_UNASKED) else 0.0


def names_of(target: Target) -> tuple[Names, ...]:
    """By what the members of a target are named, those that are read only too."""
    title = target.entry.title[0] if target.entry.title else ""
    return tuple(_names(target.entry.name, f, title) for f in target.fields if f.path != CURRENCY)


def _names(kind: str, field: TargetField, title: str) -> Names:
    exact: dict[str, Basis] = {joined(field.path): "name", joined(field.of.name): "name"}
    if "." in field.path:
        exact.pop(joined(field.of.name), None)
    phrases: list[tuple[Basis, frozenset[str]]] = []
    if field.path in (ID, VERSION):  # what other systems call so is a key, and a version of something else
        names = {field.path, *map(joined, field.labels.values())}
        return Names(field, dict.fromkeys(names, "label"), (), frozenset(), kind)
    for language, text in field.labels.items():
        exact[joined(text)] = "label"
        exact[joined(whole_label(kind, field.path, language))] = "label"
        if field.of.kind == "reference":
            exact[joined(f"{text} id")] = "label"
        exact.setdefault(joined(text.partition("(")[0]), "name")
        phrases.append(("words", heading(text).ideas))
    exact.pop("", None)
    phrases += wordings.phrases(kind, field.path)
    is_title = field.path == title and field.of.kind == "line"
    if kind in wordings.nouns() and (is_title or field.path == KEY):
        phrases.append(("noun", frozenset({kind})))
    phrases.sort(key=lambda pair: -GRADES[pair[0]])
    return Names(field, exact, tuple(phrases), _optional(kind, field.path, field.of), kind)


def _optional(kind: str, path: str, of: Field) -> frozenset[str]:
    ideas = {kind} & wordings.nouns()
    match of.kind:
        case "day" | "instant":
            ideas |= {"date", "schedule"}
        case "money":
            ideas |= {"amount", "tax"}
        case "reference":
            ideas |= IDENTIFIERS | ({*of.names} & wordings.nouns())
        case "choice" | "currency":
            ideas |= {"code"}
        case _:
            pass
    if path == KEY:
        ideas |= {"code"}
    return frozenset(ideas)


@cache
def targets_by_name() -> Mapping[str, tuple[tuple[Target, TargetField], ...]]:
    """Exact name of a member -> where it is one: by it a column is seen that belongs into another register."""
    from services.imports.tables.targets import targets

    places: dict[str, list[tuple[Target, TargetField]]] = {}
    for target in targets():
        for names in names_of(target):
            for name in names.exact:
                places.setdefault(name, []).append((target, names.field))
    return {name: tuple(uses) for name, uses in places.items()}


def matches(names: tuple[Names, ...], of: Heading) -> Iterator[Match]:
    """Every member that the name of a column may mean."""
    return (match for one in names if (match := one.match(of)) is not None)
