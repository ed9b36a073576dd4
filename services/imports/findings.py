"""Findings: what an import met that was not as it should be, and what it did about it."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One odd thing: in which file and line (the header is line 1), why, and what was done; `lost` where a row or a cell
    of it did not come in."""

    file: str
    line: int
    code: str
    reason: str
    done: str
    key: str = ""
    lost: bool = False


@dataclass
class Findings:
    """All of an import, in the order they were met."""

    items: list[Finding] = field(default_factory=list)

    def add(
        self, file: str, line: int, code: str, reason: str, done: str, key: str = "", *, lost: bool = False
    ) -> None:
        self.items.append(Finding(file, line, code, reason, done, key, lost))

    @property
    def lost(self) -> bool:
        """Whether anything of the source did not come in."""
        return any(finding.lost for finding in self.items)

    def counts(self) -> dict[str, int]:
        return dict(sorted(Counter(f.code for f in self.items).items()))

    def to_json(self) -> list[dict[str, Any]]:
        return [asdict(f) for f in sorted(self.items, key=lambda f: (f.file, f.line, f.code))]
