"""Findings: what an import met that was not as it should be, and what it did about it."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One odd thing: in which file and line (the header is line 1), why, and what was done."""

    file: str
    line: int
    code: str
    reason: str
    done: str
    key: str = ""


@dataclass
class Findings:
    """All of an import, in the order they were met."""

    items: list[Finding] = field(default_factory=list)

    def add(self, file: str, line: int, code: str, reason: str, done: str, key: str = "") -> None:
        self.items.append(Finding(file, line, code, reason, done, key))

    def counts(self) -> dict[str, int]:
        return dict(sorted(Counter(f.code for f in self.items).items()))

    def to_json(self) -> list[dict[str, Any]]:
        return [asdict(f) for f in sorted(self.items, key=lambda f: (f.file, f.line, f.code))]
