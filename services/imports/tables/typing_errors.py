"""Names that differ from another one as a typing error does: `Department of Agraculture` beside `Department of Agriculture`."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from shared.base.text import folded

SHORTEST = 5
"""Letters of a word in which one wrong letter is taken for a slip: `Nord` and `Word` are two words."""
TWO_SLIPS = 9
"""Letters from which on two are."""
MOST_NAMES = 50_000
_ROMAN = re.compile(r"[ivxlc]+")


class Names:
    """Names among which one is looked for that is written almost like another."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_gap: dict[tuple[str, ...], list[str]] = defaultdict(list)
        """Words of a name but one -> the names with these words there."""
        self._exact: dict[str, str] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        if len(self._exact) < MOST_NAMES:
            self._exact.setdefault(_alike(name), name)
            for gap in _gaps(folded(name).split()):
                self._by_gap[gap].append(name)

    def alike(self, name: str) -> str | None:
        """The name that is the same but for case, accents, spaces and marks."""
        return self._exact.get(_alike(name))

    def near(self, name: str) -> str | None:
        """The name of which this one is a slip of the pen, if there is one."""
        words = folded(name).split()
        for place, gap in enumerate(_gaps(words)):
            for other in self._by_gap.get(gap, ()):
                theirs = folded(other).split()[place]
                if theirs != words[place] and is_slip(words[place], theirs):
                    return other
        return None


def _alike(name: str) -> str:
    return re.sub(r"[\W_]+", "", folded(name))


def _gaps(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for place in range(len(words)):
        yield (str(place), *words[:place], "", *words[place + 1 :])


def is_slip(word: str, other: str) -> bool:
    """Whether one word becomes the other by a slip: a letter left out, added or wrong, or two that changed places.

    Numbers are never slips of each other, and neither are Roman ones: `P-017`, `P-018`; `Phase II`, `Phase III`.
    """
    if min(len(word), len(other)) < SHORTEST or re.findall("[0-9]+", word) != re.findall("[0-9]+", other):
        return False
    if _ROMAN.fullmatch(word) or _ROMAN.fullmatch(other):
        return False
    return distance(word, other) <= (2 if min(len(word), len(other)) >= TWO_SLIPS else 1)


def distance(one: str, other: str) -> int:
    """Letters left out, added, wrong, and neighbours that changed places (optimal string alignment)."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, theirs in enumerate(other, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (letter != theirs))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == theirs:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def slips_among(counts: Mapping[str, int]) -> dict[str, str]:
    """Of texts with how often each stands there: the rarer of two that differ by a slip -> the other."""
    names, slips = Names(), {}
    for text in sorted(counts, key=lambda t: -counts[t]):
        if near := names.near(text):
            slips[text] = near
        names.add(text)
    return slips
