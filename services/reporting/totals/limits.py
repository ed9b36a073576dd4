"""The thresholds of portfolios day by day: a row for each day on which they changed."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.reporting.figures.health import DEFAULT, Limits
from services.reporting.history.projection import Version
from shared.domain.work import Work

PORTFOLIO = "portfolio"

Timeline = Sequence[tuple[int, Limits]]
"""(day, thresholds from then on), the earliest first; before the first one the usual thresholds hold."""

OF = """
SELECT portfolio_id, from_day, version, thresholds FROM portfolio_limits WHERE portfolio_id IN ({marks})
ORDER BY portfolio_id, from_day
"""
WRITE = """
INSERT INTO portfolio_limits (portfolio_id, from_day, version, thresholds) VALUES (?, ?, ?, ?)
ON CONFLICT (portfolio_id, from_day) DO UPDATE SET version = excluded.version, thresholds = excluded.thresholds
"""


@dataclass(slots=True)
class Course:
    """What is stored of one portfolio: (day, version, thresholds as text)."""

    stored: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def version(self) -> int:
        """The last one whose thresholds are stored."""
        return self.stored[-1][1] if self.stored else 0

    def timeline(self) -> Timeline:
        return [(day, limits_in(text)) for day, _, text in self.stored]

    def take(self, day: int, version: int, text: str) -> bool:
        """Whether the version changes the thresholds from its day on; one that was taken before changes nothing."""
        last = self.stored[-1] if self.stored else (day - 1, 0, "")
        if version <= last[1] or last[2] == text:
            return False
        if self.stored and last[0] == day:
            self.stored.pop()
        self.stored.append((day, version, text))
        return True


def limits_in(text: str) -> Limits:
    return Limits(**json.loads(text)) if text else DEFAULT


def text_in(state: str) -> str:
    """The thresholds in a portfolio's state as they are stored; empty where it sets none."""
    thresholds: dict[str, Any] | None = json.loads(state)["thresholds"]
    return json.dumps(thresholds, sort_keys=True, separators=(",", ":")) if thresholds else ""


def within(limits: Timeline, first: int, last: int) -> Iterator[tuple[int, int, Limits]]:
    """(first day, last day, thresholds) from `first` to `last`."""
    thresholds, start = DEFAULT, first
    for day, following in limits:
        if day > last:
            break
        if day > start:
            yield start, day - 1, thresholds
            start = day
        thresholds = following
    yield start, last, thresholds


async def courses(work: Work, portfolio_ids: Iterable[str]) -> dict[str, Course]:
    """What is stored of some portfolios; nothing for those that never set thresholds."""
    ids, courses_by_id = sorted(portfolio_ids), dict[str, Course]()
    if not ids:
        return courses_by_id
    for id, day, version, text in await work.store.fetch(OF.format(marks=", ".join("?" * len(ids))), ids):
        courses_by_id.setdefault(id, Course()).stored.append((day, version, text))
    return courses_by_id


def of_portfolios(versions: Iterable[Version]) -> list[Version]:
    return [version for version in versions if version.aggregate_type == PORTFOLIO]
