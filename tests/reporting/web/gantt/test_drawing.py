"""The bars of a plan: where they lie, what is drawn of which kind, and that 2,000 of them stay small."""

import re
from datetime import date, timedelta
from typing import Any
from xml.etree.ElementTree import fromstring

from services.reporting.web.gantt.drawing import BARS, NAMES, axis_of, draw_chart
from services.reporting.web.words import words_in

TODAY = date(2026, 4, 8)
A: dict[str, Any] = {
    "id": "a", "name": "Analyse <first>", "href": "/registers/projects/activities/a", "start_on": "2026-04-06",
    "finish_on": "2026-04-10", "baseline_start_on": "2026-04-01", "baseline_finish_on": "2026-04-07",
    "critical": True, "percent_complete": 50, "milestone": False,
}  # fmt: skip
B = A | {"id": "b", "name": "Go-live", "milestone": True, "start_on": "2026-04-13", "finish_on": "2026-04-13"}


def chart(rows: list[dict[str, Any]], links: list[dict[str, Any]] | None = None, code: str = "en") -> str:
    return str(draw_chart(rows, links or [], TODAY, words_in(code), "Plan"))


def paths(svg: str) -> dict[str, str]:
    return dict(re.findall(r'<path class="([a-z-]+)" d="([^"]+)"/>', svg))


def test_a_bar_lies_from_its_first_day_to_the_end_of_its_last() -> None:
    """From 1 to 13 April, with 2 days around: 17 days from 30 March on, each 760 / 17 wide. 6 April is the eighth."""
    axis = axis_of([A, B], TODAY)
    assert (axis.first, axis.last, axis.days) == (date(2026, 3, 30), date(2026, 4, 15), 17)
    x = round(NAMES + BARS * 7 / 17, 1)
    assert paths(chart([A, B]))["critical"].startswith(f"M{x:g} ")
    width = float(re.search(r"h([0-9.]+)v", paths(chart([A, B]))["critical"])[1])  # type: ignore[index]
    assert abs(width - BARS * 5 / 17) < 0.2


def test_critical_bars_agreed_dates_milestones_and_today_are_drawn_apart() -> None:
    links = [{"from_id": "a", "to_id": "b", "kind": "fs", "crosses": True}]
    drawn_paths = paths(chart([A, B], links))
    assert drawn_paths.keys() == {
        "grid",
        "agreed",
        "across",
        "critical",
        "part-done",
        "critical-point",
        "today",
    }
    assert "bar" in paths(chart([A | {"critical": False}]))


def test_what_people_wrote_is_text_and_the_chart_is_well_formed() -> None:
    svg = chart([A, B], code="fr")
    assert "Analyse &lt;first&gt;" in svg
    assert fromstring(svg).attrib["aria-label"] == "Plan"
    assert "avr." in svg


def test_two_thousand_bars_are_a_handful_of_paths() -> None:
    first = date(2026, 1, 5)
    rows = [
        A | {"id": str(n), "start_on": str(first + timedelta(n % 300)), "critical": n % 5 == 0,
             "finish_on": str(first + timedelta(n % 300 + 9))}
        for n in range(2000)
    ]  # fmt: skip
    links = [{"from_id": str(n), "to_id": str(n + 1), "kind": "fs", "crosses": False} for n in range(1999)]
    svg = chart(rows, links)
    assert svg.count("<path") < 12
    assert svg.count("<text") < 2000 + 50 * 24
    assert len(svg) < 700_000
