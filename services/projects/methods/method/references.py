"""What the parts of a method name of each other: each name is unique among its kind, and names a part that is there."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from shared.base.errors import Fault
from shared.base.texts import Text
from shared.contracts.projects.methods import Method

PARTS = ("approaches", "phases", "gates", "outcomes", "roles", "modules", "scenarios")
ALL = "all"
"""In place of the roles that one excludes: any other."""

NAMES: dict[str, dict[str, str]] = {
    "approaches": {"phases": "phases", "releases_in": "phases"},
    "gates": {"phases": "phases", "decider": "roles", "module": "modules", "needs": "outcomes"},
    "outcomes": {"phases": "phases", "module": "modules", "further_modules": "modules", "at_gates": "gates", "role": "roles"},
    "roles": {"excludes": "roles"},
    "modules": {"phases": "phases"},
    "scenarios": {"modules": "modules"},
}  # fmt: skip
"""Parts -> the member by which each names others -> which parts those are."""


def faults_of(method: Method) -> Iterator[Fault]:
    """All names that are used twice or name nothing, each with its place."""
    codes = {part: [one.code for one in getattr(method, part)] for part in PARTS}
    for part in PARTS:
        yield from _doubled(codes[part], f"/{part}")
    for part, members in NAMES.items():
        for i, one in enumerate(getattr(method, part)):
            for member, of in members.items():
                yield from _unknown(_list(getattr(one, member)), codes[of], f"/{part}/{i}/{member}")
    for i, tailoring in enumerate(method.tailoring):
        for j, merged in enumerate(tailoring.merge):
            where = f"/tailoring/{i}/merge/{j}"
            yield from _unknown([merged.into, *merged.phases], codes["phases"], f"{where}/phases")


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def _doubled(codes: Sequence[str], where: str) -> Iterator[Fault]:
    counts = Counter(codes)
    for i, one in enumerate(codes):
        if counts[one] > 1 and one in codes[:i]:
            yield Fault("duplicate", Text("{name} is named before", name=one), pointer=f"{where}/{i}/code")


def _unknown(codes: Iterable[str], codes_there: Sequence[str], where: str) -> Iterator[Fault]:
    for one in codes:
        if one not in codes_there and one != ALL:
            yield Fault(
                "unknown_part", Text("the method has no part {name} of this kind", name=one), pointer=where
            )
