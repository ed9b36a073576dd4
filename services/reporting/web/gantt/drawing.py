"""The bars of a plan as SVG, drawn on the server: no script, the same on paper.

All bars of a kind are one path. So a plan of 2,000 activities is a few long paths and 2,000 names, and not 10,000
elements: browsers draw it at once. What is critical differs in its outline as well as in its colour.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Any

from markupsafe import Markup

from services.reporting.web.words import Words

ROW, HEAD = 20, 26
"""Heights of a row, and of the months above the first one and between groups of rows."""
NAMES, BARS = 240, 760
"""Widths of the names and of the bars."""
GROUP = 40
"""After so many rows the months stand once more: a long chart is read a screen at a time."""
LETTERS = 34
"""So many letters of a name have room."""
MOST_MONTHS = 24
"""Beyond so many, only quarters or years are named."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Axis:
    """Where days lie: from the first to the last, each with its width."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def x(self, day: date) -> float:
        """The left edge of a day."""
        return round(NAMES + BARS * (day - self.first).days / self.days, 1)

    def months(self) -> Iterator[date]:
        """The first days of the months, quarters or years that are named."""
        count = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        step = 1 if count <= MOST_MONTHS else 3 if count <= 3 * MOST_MONTHS else 12
        year, month = self.first.year, self.first.month
        while (day := date(year, month, 1)) <= self.last:
            if (month - 1) % step == 0 and day >= self.first:
                yield day
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def axis_of(rows: Iterable[Row], today: date) -> Axis:
    """All that is drawn, and today where it is near, with a few days around."""
    days = [day for row in rows for name in DAYS if (day := day_of(row, name)) is not None]
    first, last = min(days, default=today), max(days, default=today)
    length = (last - first).days
    if first - timedelta(days=length) <= today <= last + timedelta(days=length):
        first, last = min(first, today), max(last, today)
    edge = timedelta(days=max(2, (last - first).days // 50))
    return Axis(first - edge, last + edge)


DAYS = ("start_on", "finish_on", "baseline_start_on", "baseline_finish_on")


def day_of(row: Row, name: str) -> date | None:
    text = row.get(name)
    return date.fromisoformat(text) if text else None


def y_of(place: int) -> int:
    """The top of a row; the months stand before each group."""
    return HEAD * (place // GROUP + 1) + ROW * place


def draw_chart(rows: Sequence[Row], links: Iterable[Row], today: date, words: Words, title: str) -> Markup:
    """The chart. `rows` are in their order; `links` name rows by `from_id` and `to_id`."""
    axis = axis_of(rows, today)
    height = y_of(len(rows)) + 4
    places = {row["id"]: place for place, row in enumerate(rows)}
    parts = [
        f'<svg class="gantt" viewBox="0 0 {NAMES + BARS} {height}" role="group" aria-label="{escape(title)}">',
        *_months(axis, len(rows), height, words),
        *(f'<path class="{name}" d="{path}"/>' for name, path in _paths(rows, links, places, axis) if path),
        *_names(rows),
        *_today(axis, today, height),
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704 what people wrote is escaped


def _months(axis: Axis, count: int, height: int, words: Words) -> Iterator[str]:
    days = list(axis.months())
    lines = "".join(f"M{axis.x(day):g} 0V{height}" for day in days)
    yield f'<path class="grid" d="{lines}"/>'
    years = len(days) > 1 and (days[1] - days[0]).days > 300
    for first in range(0, max(count, 1), GROUP):
        y = y_of(first) - 8
        for day in days:
            name = str(day.year) if years or day.month == 1 else words.month(day)
            yield f'<text class="month" x="{axis.x(day) + 3:g}" y="{y}">{escape(name)}</text>'


def _names(rows: Sequence[Row]) -> Iterator[str]:
    for place, row in enumerate(rows):
        name = str(row["name"])
        short = name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
        text = f'<text x="4" y="{y_of(place) + 14}">{escape(short)}</text>'
        href = row.get("href")
        yield f'<a href="{escape(href)}">{text}</a>' if href else text


def _today(axis: Axis, today: date, height: int) -> Iterator[str]:
    if axis.first <= today <= axis.last:
        x = axis.x(today)
        yield f'<path class="today" d="M{x:g} 0V{height}"/>'


def _paths(
    rows: Sequence[Row], links: Iterable[Row], places: Mapping[str, int], axis: Axis
) -> Iterator[tuple[str, str]]:
    """Kind -> all its shapes as one path, in the order in which they are drawn."""
    kinds: dict[str, list[str]] = {
        name: []
        for name in ("agreed", "link", "across", "bar", "critical", "part-done", "point", "critical-point")
    }
    for place, row in enumerate(rows):
        y = y_of(place)
        start, finish = day_of(row, "start_on"), day_of(row, "finish_on")
        agreed_start, agreed_finish = day_of(row, "baseline_start_on"), day_of(row, "baseline_finish_on")
        if agreed_start and agreed_finish:
            if row.get("milestone"):
                kinds["agreed"].append(_diamond(axis.x(agreed_finish), y + 15, 3.5))
            else:
                kinds["agreed"].append(_bar(axis, agreed_start, agreed_finish, y + 13, 4))
        if start is None or finish is None:
            continue
        critical = "critical-" if row.get("critical") else ""
        if row.get("milestone"):
            kinds[f"{critical}point"].append(_diamond(axis.x(finish), y + 8, 6))
            continue
        kinds["critical" if critical else "bar"].append(_bar(axis, start, finish, y + 3, 9))
        if row.get("percent_complete"):
            kinds["part-done"].append(_share(axis, start, finish, row["percent_complete"], y + 6))
    for link in links:
        kinds["across" if link.get("crosses") else "link"] += _arrow(rows, link, places, axis)
    for name, shapes in kinds.items():
        yield name, "".join(shapes)


def _bar(axis: Axis, start: date, finish: date, y: float, height: float) -> str:
    x = axis.x(start)
    width = max(1.5, axis.x(finish + timedelta(days=1)) - x)
    return f"M{x:g} {y:g}h{width:.4g}v{height:g}h-{width:.4g}z"


def _share(axis: Axis, start: date, finish: date, percent: int, y: float) -> str:
    x = axis.x(start)
    width = (axis.x(finish + timedelta(days=1)) - x) * percent / 100
    return f"M{x:g} {y:g}h{width:.4g}v3h-{width:.4g}z"


def _diamond(x: float, y: float, size: float) -> str:
    return f"M{x:g} {y - size:g}l{size:g} {size:g}l-{size:g} {size:g}l-{size:g} -{size:g}z"


def _arrow(rows: Sequence[Row], link: Row, places: Mapping[str, int], axis: Axis) -> Iterator[str]:
    """From the end of the predecessor that holds to the end of the successor that is held."""
    if link["from_id"] not in places or link["to_id"] not in places:
        return
    before, after = places[link["from_id"]], places[link["to_id"]]
    ends = [_end(axis, rows[before], link["kind"][0] == "f"), _end(axis, rows[after], link["kind"][1] == "f")]
    if None in ends:
        return
    x0, x1 = ends
    assert x0 is not None
    assert x1 is not None
    y0, y1 = y_of(before) + 8, y_of(after) + 8
    yield f"M{x0:g} {y0}h3V{y1}H{x1:g}"


def _end(axis: Axis, row: Row, at_finish: bool) -> float | None:
    day = day_of(row, "finish_on" if at_finish else "start_on")
    if day is None:
        return None
    return axis.x(day + timedelta(days=1)) if at_finish and not row.get("milestone") else axis.x(day)
