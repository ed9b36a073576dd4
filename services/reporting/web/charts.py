"""The charts of the pages, as Vega-Lite: declared here once, drawn by the browser.

Colours are the style sheet's own variables, so a chart follows light and dark without being drawn again. Amounts are
in whole units of the currency, days are ISO dates.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from services.reporting.dashboards.projects.view import Item, earned_value
from services.reporting.figures.compute import Figures
from services.reporting.web.here import Here
from services.reporting.web.words import HEALTH, STAGES, Words
from shared.base.clock import from_day
from shared.base.money import Money
from shared.contracts.projects.methods import MilestoneState

Spec = dict[str, Any]

LIGHTS = ("green", "amber", "red")
COLOURS = {name: f"var(--{name})" for name in LIGHTS}
SHAPES = {"green": "circle", "amber": "triangle-up", "red": "square"}
"""Health is never shown by colour alone."""

PADDING = {"left": 5, "top": 5, "right": 24, "bottom": 5}
"""On the right there is room for half of the last month on an axis."""
MONTHS = {"format": "%b %Y", "labelOverlap": "greedy", "labelSeparation": 8, "tickCount": 8}

DAY = "%-d %b %Y"


def amounts_axis(words: Words) -> Spec:
    """As the pages write amounts: 200B, where the prefixes of physics would say 200G."""
    number = "format(datum.value, '.2~s')"
    for prefix, size in (("M", 1_000_000), ("G", 1_000_000_000), ("k", 1_000)):
        number = f"replace({number}, '{prefix}', '{words.size_suffix(size)}')"
    return {"labelExpr": number, "domain": False, "ticks": False, "tickCount": 5}


TWO_WHERE_THEY_FIT = {"expr": "width < 360 ? 1 : 2"}
"""Columns of a legend with long entries: on a phone, one below the other."""
FONT = "system-ui, 'Segoe UI', 'Liberation Sans', sans-serif"

CONFIG: Spec = {
    "background": "transparent",
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "domainColor": "var(--line-strong)", "gridColor": "var(--line)", "tickColor": "var(--line-strong)",
        "labelColor": "var(--muted)", "titleColor": "var(--muted)", "labelFontSize": 11, "titleFontSize": 11,
        "titleFontWeight": "normal", "titlePadding": 8, "labelPadding": 5, "tickSize": 4, "aria": False,
    },
    "legend": {
        "labelColor": "var(--ink)", "titleColor": "var(--muted)", "labelFontSize": 11, "titleFontSize": 11,
        "titleFontWeight": "normal", "orient": "top", "direction": "horizontal", "symbolSize": 80, "offset": 4,
        "aria": False,
    },
    "text": {"color": "var(--ink)", "fontSize": 11},
}  # fmt: skip


def _chart(values: Sequence[dict[str, Any]], height: int | Spec, words: Words, **rest: Any) -> Spec:
    return {
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": PADDING,
        "data": {"values": list(values)},
        "config": CONFIG | {"locale": {"time": words.calendar, "number": words.figures}},
        **rest,
    }


def _scale(names: Sequence[str], present: Sequence[Any]) -> Spec:
    """Each name with its colour, shape or dash."""
    return {"domain": list(names), "range": list(present)}


def placed(items: Iterable[Item]) -> list[Item]:
    """The projects that have a place in the chart of where projects stand: both variances are known."""
    return [
        i
        for i in items
        if i["cost"]["variance_pct"] is not None and i["schedule"]["variance_days"] is not None
    ]


MANY = 60
"""So many marks are drawn smaller."""


def variance_axis(values: Sequence[float], title: str, linear: float, words: Words) -> Spec:
    """The axis of a variance. Where a few values lie far beyond most, it is logarithmic beyond `linear` on either side,
    and its title says so: one outlier would squeeze all other marks into a dot."""
    sizes = sorted(abs(v) for v in values)
    largest, most = sizes[-1], max(sizes[len(sizes) * 3 // 4], linear)
    if largest <= FAR * most:
        return {"title": title, "axis": {"tickCount": 8}, "scale": {"padding": 26, "nice": False}}
    steps = [
        linear * step for step in (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000) if linear * step <= largest
    ]
    note = words.gettext("logarithmic beyond ±%s") % words.number(linear)
    return {
        "title": f"{title}; {note}",
        "axis": {"values": [*(-s for s in reversed(steps)), 0, *steps], "labelOverlap": "greedy"},
        "scale": {"type": "symlog", "constant": linear, "padding": 26, "nice": False},
    }


FAR = 4
"""So many times the upper quartile is far beyond most."""


def standing(items: Iterable[Item], words: Words, here: Here) -> Spec | None:
    """Cost and schedule variance: cost against time, each a mark whose area is its plan, and which leads to its project;
    on the cross all goes to plan.

    Areas compare amounts, so marks of several currencies are all of one size."""
    values = [
        {
            "name": i["project"]["name"],
            "address": here.to(f"/project/{i['project']['id']}"),
            "code": i["project"]["code"],
            "cost": float(i["cost"]["variance_pct"]),
            "days": i["schedule"]["variance_days"],
            "planned": float(i["cost"]["planned"]["amount"]),
            "currency": i["cost"]["planned"]["currency"],
            "money": words.money(i["cost"]["planned"]),
            "health": words.name_in(HEALTH, i["health"]["overall"]),
            "stage": words.name_in(STAGES, i["stage"]),
        }
        for i in placed(items)
    ]
    if not values:
        return None
    comparable = len({v["currency"] for v in values}) == 1
    by_plan = {
        "field": "planned",
        "type": "quantitative",
        "legend": None,
        "scale": {"range": [70, 800] if len(values) <= MANY else [20, 400]},
    }
    names = [words.name_in(HEALTH, light) for light in LIGHTS]
    late, over = words.gettext("days (late on the left)"), words.gettext("cost variance, % (over plan below)")
    return _chart(
        values,
        300,
        words,
        description=words.gettext("Cost variance in per cent against schedule variance in days, a mark a project"),
        layer=[
            {"mark": {"type": "rule", "color": "var(--line-strong)", "aria": False}, "encoding": {"x": {"datum": 0}}},
            {"mark": {"type": "rule", "color": "var(--line-strong)", "aria": False}, "encoding": {"y": {"datum": 0}}},
            {
                "mark": {"type": "point", "filled": True, "opacity": 0.85 if len(values) <= MANY else 0.6, "stroke": "var(--panel)", "strokeWidth": 1},
                "encoding": {
                    "x": {"field": "days", "type": "quantitative"} | variance_axis([v["days"] for v in values], late, 30, words),
                    "y": {"field": "cost", "type": "quantitative"} | variance_axis([v["cost"] for v in values], over, 10, words),
                    "size": by_plan if comparable else {"value": 200 if len(values) <= MANY else 80},
                    "href": {"field": "address"},
                    "color": {"field": "health", "title": None, "scale": _scale(names, list(COLOURS.values()))},
                    "shape": {"field": "health", "title": None, "scale": _scale(names, list(SHAPES.values()))},
                    "order": {"field": "planned", "sort": "descending"},
                    "description": {"field": "name"},
                    "tooltip": [
                        {"field": "name", "title": words.gettext("Project")},
                        {"field": "stage", "title": words.gettext("Stage")},
                        {"field": "money", "title": words.gettext("Planned")},
                        {"field": "cost", "title": words.gettext("Cost variance, %"), "type": "quantitative"},
                        {"field": "days", "title": words.gettext("Schedule variance, days"), "type": "quantitative"},
                    ],
                },
            },
        ],
    )  # fmt: skip


def budget(
    years: Iterable[dict[str, Any]], currency: str, words: Words, here: Here, place: Mapping[str, str]
) -> Spec | None:
    """Budget of one currency by fiscal year: what is granted in full colour, what is still asked for pale. A bar leads to
    its budget lines; `place` is the portfolio or project whose they are."""
    kinds = {
        ("capex", "approved"): words.gettext("Capital, approved"),
        ("opex", "approved"): words.gettext("Operating, approved"),
        ("other", "approved"): words.gettext("Unclassified, approved"),
        ("", "asked"): words.gettext("Draft or submitted"),
    }
    values = [
        {
            "year": str(y["fiscal_year"]),
            "kind": kinds[kind],
            "address": here.rows(
                "finance/budget-lines",
                place,
                {"amount.currency": currency},
                BUDGET_LINES[kind],
                fiscal_year=y["fiscal_year"],
            ),
            "amount": amount,
            "order": list(kinds).index(kind),
        }
        for y in years
        for kind, amount in budget_parts(y).items()
        if amount
    ]
    if not values:
        return None
    present = [name for name in kinds.values() if any(v["kind"] == name for v in values)]
    colours = dict(
        zip(kinds.values(), ("var(--sea)", "var(--shoal)", "var(--land)", "var(--asked)"), strict=True)
    )
    return _chart(
        values,
        240,
        words,
        description=f"{words.gettext('Budget by fiscal year')}, {currency}",
        mark={"type": "bar", "cornerRadius": 1, "width": {"band": 0.62}, "stroke": "var(--panel)", "strokeWidth": 1},
        encoding={
            "x": {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "grid": False}},
            "y": {"field": "amount", "type": "quantitative", "title": currency,
                  "axis": amounts_axis(words)},
            "color": {"field": "kind", "title": None, "sort": present, "legend": {"columns": TWO_WHERE_THEY_FIT},
                      "scale": _scale(present, [colours[s] for s in present])},
            "order": {"field": "order"},
            "href": {"field": "address"},
            "tooltip": [{"field": "year", "title": words.gettext("Fiscal year")}, {"field": "kind", "title": " "},
                        {"field": "amount", "title": currency, "format": ",.0f", "type": "quantitative"}],
        },
    )  # fmt: skip


BUDGET_LINES: dict[tuple[str, str], dict[str, str | Sequence[str]]] = {
    ("capex", "approved"): {"nature": "capex", "state": "approved"},
    ("opex", "approved"): {"nature": "opex", "state": "approved"},
    ("other", "approved"): {"nature": "none", "state": "approved"},
    ("", "asked"): {"state": ("draft", "submitted")},
}
"""Part of a fiscal year -> the budget lines behind it."""


def budget_parts(year: dict[str, Any]) -> dict[tuple[str, str], float]:
    """A fiscal year's sums as the chart stacks them; what no line calls capital or operating is the rest."""
    approved = {n: _amount(year[n]["approved"]) for n in ("capex", "opex")}
    rest = _amount(year["total"]["approved"]) - sum(approved.values())
    requested = _amount(year["total"]["draft"]) + _amount(year["total"]["submitted"])
    parts = {(nature, "approved"): amount for nature, amount in approved.items()}
    return parts | {("other", "approved"): round(max(rest, 0.0), 4), ("", "asked"): requested}


def _amount(money: dict[str, str] | None) -> float:
    return float(money["amount"]) if money else 0.0


def measured(course: Sequence[tuple[int, Figures]]) -> list[dict[str, Any]]:
    """`on`, `pv`, `ev` and `ac` of every day on which earned value was measured, the last one first."""
    return [
        {"on": from_day(day).isoformat()} | {name: value[name] for name in ("pv", "ev", "ac")}
        for day, f in reversed(course)
        if f.earned_currency and (value := earned_value(f, day))["ev"]
    ]


def value_curve(
    course: Sequence[tuple[int, Figures]], plan: Sequence[Sequence[int]], words: Words
) -> Spec | None:
    """Earned value: the cumulative plan, and what was earned and spent as it was measured."""
    measured = [(day, earned_value(f, day), f.earned_currency) for day, f in course if f.earned_currency]
    currency = measured[-1][2] if measured else None
    if currency is None:
        return None
    pv, ev, ac = words.gettext("Planned value"), words.gettext("Earned value"), words.gettext("Actual cost")
    values = [
        {"on": from_day(day).isoformat(), "kind": kind, "amount": _amount(figures[member])}
        for day, figures, _ in measured
        for kind, member in ((ev, "ev"), (ac, "ac"))
        if figures[member]
    ]
    values += [
        {"on": from_day(day).isoformat(), "kind": pv, "amount": float(Money.of(minor, currency).amount)}
        for day, minor in plan
    ]
    return _chart(
        values,
        240,
        words,
        description=words.gettext("Planned value, earned value and actual cost over time"),
        mark={"type": "line", "strokeWidth": 2, "point": {"size": 28}},
        encoding={
            "x": {"field": "on", "type": "temporal", "title": None, "axis": MONTHS | {"grid": False}},
            "y": {"field": "amount", "type": "quantitative", "title": currency,
                  "axis": amounts_axis(words)},
            "color": {"field": "kind", "title": None, "sort": [pv, ev, ac],
                      "legend": {"columns": {"expr": "width < 300 ? 2 : 3"}},
                      "scale": _scale([pv, ev, ac], ["var(--muted)", "var(--sea)", "var(--compass)"])},
            "strokeDash": {"field": "kind", "title": None, "sort": [pv, ev, ac],
                           "scale": _scale([pv, ev, ac], [[5, 3], [1, 0], [1, 0]])},
            "tooltip": [{"field": "on", "type": "temporal", "title": words.gettext("Day"), "format": DAY}, {"field": "kind", "title": " "},
                        {"field": "amount", "title": currency, "format": ",.0f", "type": "quantitative"}],
        },
    )  # fmt: skip


def timeline(rows: Sequence[dict[str, Any]], on: str, words: Words) -> Spec | None:
    """Bars on a calendar: `label`, `start`, `finish`, `kind` (planned, forecast, actual, package, done) and the `address`
    of what it shows, in each row."""
    dated = [row for row in rows if row["start"] and row["finish"]]
    if not dated:
        return None
    kinds = {
        "planned": (words.gettext("Planned"), "var(--shoal)"),
        "forecast": (words.gettext("Forecast"), "var(--land)"),
        "actual": (words.gettext("Actual"), "var(--sea)"),
        "done": (words.gettext("Done"), "var(--sea)"),
    }
    values = [row | {"kind": kinds[row["kind"]][0]} for row in dated]
    labels = list(dict.fromkeys(row["label"] for row in dated))
    present = [kinds[k] for k in kinds if any(row["kind"] == k for row in dated)]
    return _chart(
        values,
        26 * len(labels) + 8,
        words,
        description=words.gettext("The project's planned, forecast and actual dates, and its work packages"),
        layer=[
            {
                "mark": {"type": "bar", "height": {"band": 0.55}, "cornerRadius": 1},
                "encoding": {
                    "y": {"field": "label", "type": "nominal", "title": None, "sort": labels,
                          "axis": {"labelLimit": 190, "domain": False, "ticks": False, "labelColor": "var(--ink)"}},
                    "x": {"field": "start", "type": "temporal", "title": None, "axis": MONTHS},
                    "x2": {"field": "finish"},
                    "color": {"field": "kind", "title": None, "legend": {"columns": {"expr": "width < 200 ? 1 : 2"}},
                              "scale": _scale([name for name, _ in present], [colour for _, colour in present])},
                    "href": {"field": "address"},
                    "tooltip": [{"field": "label", "title": " "}, {"field": "kind", "title": " "},
                                {"field": "start", "type": "temporal", "title": words.gettext("From"), "format": DAY},
                                {"field": "finish", "type": "temporal", "title": words.gettext("To"), "format": DAY}],
                },
            },
            {
                "data": {"values": [{"on": on}]},
                "mark": {"type": "rule", "color": "var(--compass)", "strokeDash": [3, 3], "aria": False},
                "encoding": {"x": {"field": "on", "type": "temporal"}},
            },
        ],
    )  # fmt: skip


MOST_LINES = 8
"""So many milestones can be told apart: those that moved farthest."""


def milestone_trend(lines: Sequence[dict[str, Any]], on: str, words: Words) -> Spec | None:
    """The lines of milestones: on which day of report each was expected when. A line goes on until the day of the figures
    where it has not ended; where it meets the diagonal, the milestone is reached or its day has come."""
    if not lines:
        return None
    moving = farthest(lines)
    values = [
        point | {"name": name, "id": line["id"], "is_report": number < len(line["points"])}
        for line, name in zip(moving, _apart([line["name"] for line in moving]), strict=True)
        for number, point in enumerate(_until(line, on))
    ]
    names = list(dict.fromkeys(value["name"] for value in values))
    first = min(value["on"] for value in values)
    colours, shapes, dashes = (
        [present[number % len(present)] for number in range(len(names))]
        for present in (TREND_COLOURS, TREND_SHAPES, TREND_DASHES)
    )
    reported, expected = words.gettext("Day of report"), words.gettext("Expected")
    x = {"field": "on", "type": "temporal", "title": reported, "axis": MONTHS | {"grid": False}}
    y = {"field": "expected_on", "type": "temporal", "title": expected, "axis": MONTHS}
    return _chart(
        values,
        280,
        words,
        description=words.gettext(
            "On which day each milestone was expected, by the day of report: a line that rises comes later"
        ),
        layer=[
            {
                "data": {"values": [{"on": day, "expected_on": day} for day in (first, on)]},
                "mark": {"type": "line", "color": "var(--line-strong)", "strokeDash": [3, 3], "aria": False},
                "encoding": {"x": x, "y": y},
            },
            {
                "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
                "encoding": {
                    "x": x, "y": y, "detail": {"field": "id"},
                    "color": {"field": "name", "title": None, "sort": names, "scale": _scale(names, colours),
                              "legend": {"columns": TWO_WHERE_THEY_FIT}},
                    "strokeDash": {"field": "name", "title": None, "sort": names, "scale": _scale(names, dashes)},
                },
            },
            {
                "transform": [{"filter": "datum.is_report"}],
                "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
                "encoding": {
                    "x": x, "y": y,
                    "color": {"field": "name", "title": None, "sort": names, "scale": _scale(names, colours)},
                    "shape": {"field": "name", "title": None, "sort": names, "scale": _scale(names, shapes)},
                    "description": {"field": "name"},
                    "tooltip": [{"field": "name", "title": words.gettext("Milestone")},
                                {"field": "on", "type": "temporal", "title": reported, "format": DAY},
                                {"field": "expected_on", "type": "temporal", "title": expected, "format": DAY}],
                },
            },
        ],
    )  # fmt: skip


TREND_COLOURS = ("var(--sea)", "var(--compass)", "var(--green)", "var(--amber)")
TREND_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")
TREND_DASHES = ([1, 0], [6, 2], [2, 2])
"""A milestone is never told by its colour alone: eight of them differ in two of the three."""


def farthest(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines that are drawn, in the order that they have."""
    moved = sorted(range(len(lines)), key=lambda number: (-_reach(lines[number]), number))
    return [lines[number] for number in sorted(moved[:MOST_LINES])]


def _reach(line: dict[str, Any]) -> int:
    """Days between the earliest and the latest day on which it was expected."""
    days = [date.fromisoformat(point["expected_on"]) for point in line["points"]]
    return (max(days) - min(days)).days


def _until(line: dict[str, Any], on: str) -> list[dict[str, Any]]:
    """The points of a line, and where it stands on the day of the figures if it goes on."""
    points = [{"on": point["on"], "expected_on": point["expected_on"]} for point in line["points"]]
    goes_on = line["state"] == MilestoneState.PLANNED and points[-1]["on"] < on
    return [*points, points[-1] | {"on": on}] if goes_on else points


def _apart(names: Sequence[str]) -> list[str]:
    """Names of which several are the same are numbered."""
    counted = Counter(names)
    before: Counter[str] = Counter()
    apart = []
    for name in names:
        before[name] += 1
        apart.append(f"{name} ({before[name]})" if counted[name] > 1 else name)
    return apart
