"""Level two as SQL: how late a project is and how it stands, as of a day, for sorts, filters and counts.

The same rules stand in Python (`lateness.py`, `health.py`); a test holds both equal.
"""

from collections.abc import Iterable
from typing import Any

from services.reporting.figures.health import AMBER, DEFAULT, GREEN, RED, RISK_AMBER, RISK_RED, limits_of
from shared.contracts.projects.structure import Stage
from shared.domain.stages import ENDED
from shared.http.keyset import Part

NOT_BEGUN = (Stage.APPROVED,)
"""Where a start is owed: what is only proposed, nobody has agreed to."""


def _one_of(stages: Iterable[Stage]) -> str:
    return "(" + ", ".join(f"'{stage.value}'" for stage in stages) + ")"


_WAITS = f"actual_start IS NULL AND stage IN {_one_of(NOT_BEGUN)}"

FINISH_DAYS = (
    "CASE WHEN planned_finish IS NULL THEN NULL"
    " WHEN actual_finish IS NOT NULL THEN planned_finish - actual_finish"
    f" WHEN stage IN {_one_of(ENDED)} THEN NULL"
    " WHEN forecast_finish > {day} THEN planned_finish - forecast_finish"
    " WHEN forecast_finish IS NOT NULL THEN planned_finish - {day}"
    f" WHEN {_WAITS} AND planned_start < {{day}} THEN planned_start - {{day}}"
    " WHEN planned_finish < {day} THEN planned_finish - {day} END"
)
"""Planned minus actual finish; while unfinished, planned minus the later of forecast and the as-of day. Without a
forecast the plan is what is expected, until its finish passes, or its start passes and the project has not begun: then
it is late by at least so much. What has ended without an actual finish does not get later with every day."""

START_DAYS = (
    "CASE WHEN planned_start IS NULL THEN NULL"
    " WHEN actual_start IS NOT NULL THEN planned_start - actual_start"
    f" WHEN stage NOT IN {_one_of(NOT_BEGUN)} THEN NULL"
    " WHEN forecast_start > {day} THEN planned_start - forecast_start"
    " WHEN forecast_start IS NOT NULL OR planned_start < {day} THEN planned_start - {day} END"
)
"""The same of the start, for what is approved or has begun."""


def _parts(which: str) -> tuple[Part, ...]:
    """Where the known values of a day stand in indices, of `finish` or `start`: those that time does not change, what is
    late, and what a forecast that has passed had expected earlier. See `lateness.Lateness`."""
    fixed, due, forecast = f"{which}_fixed", f"{which}_due", f"forecast_{which}"
    return (
        Part(fixed, f"{fixed} IS NOT NULL AND (actual_{which} IS NOT NULL OR {forecast} > {{day}})"),
        Part(due, f"{due} < {{day}} AND ({forecast} IS NULL OR {forecast} <= {{day}})", "{day}"),
        Part(due, f"{due} >= {{day}} AND {forecast} <= {{day}}", "{day}"),
    )


FINISH_PARTS, START_PARTS = _parts("finish"), _parts("start")

_TIME_DAYS = (
    f"CASE WHEN {_WAITS} AND start_days IS NOT NULL AND (finish_days IS NULL OR start_days < finish_days)"
    " THEN start_days ELSE finish_days END"
)
"""What the time health is judged by: of what has not begun, the worse of start and finish."""

_JUDGED = """
SELECT l.*, CASE
    WHEN over_pct >= COALESCE(cost_red, {d.cost_red_pct}) OR -time_days >= COALESCE(time_red, {d.time_red_days})
        OR occurred_risks > 0 OR worst_risk >= {risk_red} THEN '{red}'
    WHEN over_pct >= COALESCE(cost_amber, {d.cost_amber_pct}) OR -time_days >= COALESCE(time_amber, {d.time_amber_days})
        OR worst_risk >= {risk_amber} THEN '{amber}'
    ELSE '{green}' END AS overall
FROM (
    SELECT t.*, {time_days} AS time_days FROM (
        SELECT figures.*, {finish_days} AS finish_days, {start_days} AS start_days,
            CASE WHEN planned > 0 THEN -variance * 100.0 / planned END AS over_pct
        FROM figures WHERE +from_day <= {day} AND +until_day >= {day}
    ) t
) l
"""
_LIMITED = "LEFT JOIN ({limits}) limits ON limits.limited_id = l.portfolio_id"


def judged(day: int, portfolios: Iterable[dict[str, Any]]) -> str:
    """A query of the projects of a day, archived ones too: their figures, `finish_days`, `start_days`, `time_days`, `over_pct` and their
    `overall` health by the thresholds of their portfolio. It has no parameters. The pluses leave the order of a list to
    its own index."""
    text = _JUDGED.format(
        d=DEFAULT, risk_red=RISK_RED, risk_amber=RISK_AMBER, red=RED, amber=AMBER, green=GREEN, day=day,
        time_days=_TIME_DAYS, finish_days=FINISH_DAYS.format(day=day), start_days=START_DAYS.format(day=day),
    )  # fmt: skip
    return text + _LIMITED.format(limits=_limits(portfolios))


def _limits(portfolios: Iterable[dict[str, Any]]) -> str:
    """The thresholds of the portfolios that set their own, as a table within the query."""
    rows = [
        "SELECT CAST('' AS VARCHAR(36)) AS limited_id, 0.0 AS cost_amber, 0.0 AS cost_red, 0 AS time_amber, 0 AS time_red"
    ]
    for portfolio in portfolios:
        if portfolio["thresholds"]:
            limits = limits_of(portfolio)
            rows.append(
                f"SELECT CAST('{portfolio['id']}' AS VARCHAR(36)), {limits.cost_amber_pct!r}, {limits.cost_red_pct!r},"
                f" {limits.time_amber_days}, {limits.time_red_days}"
            )
    return " UNION ALL ".join(rows)
