"""Findings: what an import met that was not as it should be, and what it did about it."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

SHOWN_CHARACTERS = 80
"""Of a cell's text in a finding: enough to find it again."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One odd thing: in which file and line (the header is line 1), why, and what was done; `lost` where a row or a cell
    of it did not come in. `reason`, `done` and `mend` are `Text` where pages say them too."""

    file: str
    line: int
    code: str
    reason: str
    done: str
    key: str = ""
    lost: bool = False
    column: str = ""
    """By its name in the file; empty where the row or the file is meant."""
    value: str = ""
    """What stands in the cell, shortened."""
    mend: str = ""
    """What to do about it."""
    title: str = ""
    """What people call the thing of which it speaks."""

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value or name in ("line", "lost")}


@dataclass
class Findings:
    """All of an import, in the order they were met. Of one code at most `most` are kept, and all are counted."""

    items: list[Finding] = field(default_factory=list)
    most: int | None = None
    once_a_line: bool = False
    """Whether a line may become several rows: what is the same of all of them counts once."""
    _newest: dict[str, tuple[object, ...]] = field(default_factory=dict)
    """Code -> the newest finding of it."""
    _counts: Counter[str] = field(default_factory=Counter)
    _is_lost: bool = False

    def add(
        self, file: str, line: int, code: str, reason: str, done: str, key: str = "", *,
        lost: bool = False, column: str = "", value: str = "", mend: str = "", title: str = "",
    ) -> None:  # fmt: skip
        shortened = value if len(value) <= SHOWN_CHARACTERS else value[: SHOWN_CHARACTERS - 1] + "…"
        if self.once_a_line:
            of_line = (file, line, str(reason), column, shortened)
            if self._newest.get(code) == of_line:
                return
            self._newest[code] = of_line
        self._counts[code] += 1
        self._is_lost = self._is_lost or lost
        if self.most is None or self._counts[code] <= self.most:
            self.items.append(
                Finding(file, line, code, reason, done, key, lost, column, shortened, mend, title)
            )

    @property
    def lost(self) -> bool:
        """Whether anything of the source did not come in."""
        return self._is_lost

    def counts(self) -> dict[str, int]:
        return dict(sorted(self._counts.items()))

    def to_json(self) -> list[dict[str, Any]]:
        return [f.to_json() for f in sorted(self.items, key=lambda f: (f.file, f.line, f.code))]
