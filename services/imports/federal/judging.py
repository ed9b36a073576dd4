"""What is odd in the published rows: each oddity is said with its line and with what was done; no row is lost."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from services.imports.federal.reading import Row, amount_of, is_day, is_number
from services.imports.findings import Findings

TYPED_AS_MILLIONS = (900, 1100)
"""A lifecycle cost about a thousand times the plan was typed in thousands into a field of millions."""

FAR_ABOVE = 500


Kind = Literal["day", "amount", "whole", "investment"]
PLACEHOLDERS = ("n/a", "na", "none", "null", "tbd", "unknown", "-", "--", "?")
"""What people write where they know nothing."""
COSTS = ("lifecycle_cost_musd", "planned_cost_musd", "projected_actual_cost_musd")


def is_finished(row: Row) -> bool:
    """No column says so: a project is finished when it was updated on or after its projected or actual finish."""
    end, updated = row.day("projected_actual_completion_b2"), row.day("updated_at")
    return end is not None and updated is not None and updated >= end


def stage_of(start: date | None, finished: bool, as_of: date) -> str:
    """Finished is closed; begun is active; planned is approved; without any date it is a proposal."""
    if finished:
        return "closed"
    if start is None:
        return "proposed"
    return "active" if start <= as_of else "approved"


def in_place(rows: Sequence[Row], kinds: Mapping[str, Kind], findings: Findings) -> list[Row]:
    """The rows without those whose cells have slipped into a neighbouring column, with their neighbours' money."""
    standing = []
    for row in rows:
        reason = _slipped(row, kinds) or _slipped_money(row)
        if reason is None:
            standing.append(row)
        else:
            findings.add(
                row.file, row.line, "cells_shifted", f"cells stand in the wrong columns: {reason}",
                "not imported", next(iter(row.cells.values())).strip()[:50], lost=True,
            )  # fmt: skip
    return standing


def _slipped(row: Row, kinds: Mapping[str, Kind]) -> str | None:
    """A cell of another kind than its column's (a day where an amount belongs) gives a shift away, and so do two texts
    where none belongs, or one that begins with the space after a comma. One strange text alone is a slip of the pen."""
    strange = []
    for column, kind in kinds.items():
        text = row.text(column)
        if text is None or text.lower() in PLACEHOLDERS or _looks_like(text, kind):
            continue
        if kind == "investment" or is_day(text) or is_number(text) or row.cells[column].startswith(" "):
            return f"{text[:50]!r} in {column}"
        strange.append(f"{text[:50]!r} in {column}")
    return " and ".join(strange[:2]) if len(strange) > 1 else None


def _looks_like(text: str, kind: Kind) -> bool:
    match kind:
        case "day":
            return is_day(text)
        case "amount":
            return is_number(text)
        case "whole":
            return re.fullmatch(r"[+-]?[0-9]+", text) is not None
        case "investment":
            return re.fullmatch(r"[0-9]+-[0-9]+", text) is not None


def _slipped_money(row: Row) -> str | None:
    """Amounts look alike; but where the published cost variance is not that of the plan and the projection, and is that
    of the two cells before them, those are the plan and the projection."""
    published = row.cells.get("cost_variance_musd", "").strip()
    if not is_number(published):
        return None
    lifecycle, planned, projected = (row.text(c) for c in COSTS)
    if planned is None or lifecycle is None or not is_number(planned) or not is_number(lifecycle):
        return None
    try:
        variance = amount_of(published)
        if projected is not None and amount_of(planned) - amount_of(projected) == variance:
            return None
        slipped = amount_of(lifecycle) - amount_of(planned) == variance
    except ValueError:
        return None
    return (
        f"the published cost variance of {published} is that of {COSTS[0]} and {COSTS[1]}"
        if slipped
        else None
    )


def first_of_each(rows: Sequence[Row], key: Sequence[str], findings: Findings) -> list[Row]:
    """The rows without those whose key stands in an earlier one: a second would undo the first at every import."""
    first: dict[tuple[str | None, ...], Row] = {}
    distinct = []
    for row in rows:
        values = tuple(row.text(column) for column in key)
        before = first.setdefault(values, row)
        if before is row or values[0] is None:
            distinct.append(row)
        else:
            findings.add(
                row.file, row.line, "repeated_key", f"{' and '.join(key)} stand in line {before.line} already",
                "not imported", values[0], lost=row.cells != before.cells,
            )  # fmt: skip
    return distinct


def judge_cells(rows: Sequence[Row], findings: Findings) -> None:
    """Stray spaces, and what could not be read where a day, an amount or a number was asked for."""
    for row in rows:
        if stray := row.stray_spaces():
            findings.add(
                row.file, row.line, "stray_spaces", f"{', '.join(stray)}: begins or ends with spaces",
                "read without them",
            )  # fmt: skip
        for column, unread in row.unread.items():
            findings.add(
                row.file, row.line, "unreadable_cell", f"{column}: {unread.text[:50]}: {unread.reason}",
                "imported without it", lost=True,
            )  # fmt: skip


def judge_projects(rows: Sequence[Row], as_of: date, findings: Findings) -> None:
    for row in rows:
        _judge_dates(row, as_of, findings)
        _judge_costs(row, findings)
        _judge_agency(row, "investment_uii", "agency_code", findings)


def _judge_dates(row: Row, as_of: date, findings: Findings) -> None:
    key = row.text("project_id") or ""
    planned, projected = row.day("planned_completion_b2"), row.day("projected_actual_completion_b2")
    start = row.day("start_date")
    if not (start or planned or projected):
        findings.add(
            row.file, row.line, "no_dates", "no start and no completion date", "imported as proposed", key
        )
        return
    if start is None:
        findings.add(row.file, row.line, "no_start", "no start date", "imported without start", key)
    if planned is None or projected is None:
        findings.add(
            row.file, row.line, "no_second_dates", "no planned and projected completion date",
            "imported; its schedule variance is null", key,
        )  # fmt: skip
    elif (published := row.whole("schedule_variance_days")) is not None:
        finished = is_finished(row)
        expected = (planned - (projected if finished else max(projected, as_of))).days
        if expected != published:
            basis = f"by its update it finished on {projected}" if finished else f"as of {as_of}"
            findings.add(
                row.file, row.line, "schedule_variance_differs",
                f"published {published} days; {basis}: {expected} days",
                "imported as finished" if finished else f"imported as {stage_of(start, finished, as_of)}", key,
            )  # fmt: skip


def _judge_costs(row: Row, findings: Findings) -> None:
    key = row.text("project_id") or ""
    planned, lifecycle = row.dollars("planned_cost_musd"), row.dollars("lifecycle_cost_musd")
    if planned is None or row.dollars("projected_actual_cost_musd") is None:
        findings.add(
            row.file,
            row.line,
            "no_cost",
            "no planned or projected cost",
            "imported; cost variance is null",
            key,
        )
        return
    if lifecycle is None or not planned:
        return
    times = lifecycle / planned
    if TYPED_AS_MILLIONS[0] <= times <= TYPED_AS_MILLIONS[1]:
        findings.add(
            row.file, row.line, "lifecycle_cost_typed_as_millions",
            f"the lifecycle cost is {times:.0f} times the plan: thousands typed as millions",
            "imported as published", key,
        )  # fmt: skip
    elif times >= FAR_ABOVE:
        findings.add(
            row.file, row.line, "lifecycle_cost_far_above_plan", f"the lifecycle cost is {times:.0f} times the plan",
            "imported as published", key,
        )  # fmt: skip
    elif lifecycle < planned:
        findings.add(
            row.file, row.line, "plan_above_lifecycle_cost", "the plan is above the lifecycle cost",
            "imported as published", key,
        )  # fmt: skip


def _judge_agency(row: Row, uii: str, code: str, findings: Findings) -> None:
    of_uii, stated = agency_of(row.text(uii) or ""), row.text(code)
    if stated is not None and stated != of_uii:
        findings.add(
            row.file, row.line, "agency_code_differs", f"agency code {stated}, but its investment belongs to {of_uii}",
            f"imported under agency {of_uii}", row.text(uii) or "",
        )  # fmt: skip


def agency_of(uii: str) -> str:
    """The agency in an investment's identifier: `005-000001723` belongs to 5."""
    return uii.split("-")[0].lstrip("0")


def judge_investments(
    rows: Sequence[Row], with_projects: set[str], with_contracts: set[str], findings: Findings
) -> None:
    for row in rows:
        uii = row.text("investment_uii") or ""
        _judge_agency(row, "investment_uii", "agency_code", findings)
        if uii not in with_projects:
            reason = "the investment has no project" + (", but contracts" if uii in with_contracts else "")
            findings.add(row.file, row.line, "no_projects", reason, "imported as a programme", uii)


def judge_contracts(rows: Sequence[Row], findings: Findings) -> None:
    repeated = {k for k, n in Counter(row.text("Contract ID") for row in rows).items() if n > 1}
    for row in rows:
        _judge_agency(row, "Unique Investment Identifier", "Agency Code", findings)
        for code, reason, done in _oddities(row, repeated):
            findings.add(row.file, row.line, code, reason, done, row.text("Contract ID") or "")


def _oddities(row: Row, repeated: set[str | None]) -> list[tuple[str, str, str]]:
    oddities = []
    start, end = row.day("Contract Start Date (USAspending)"), row.day("Contract End Date (USAspending)")
    amount = row.dollars("Action Obligation Amount (In $ million) (USAspending)")
    if row.text("Contract ID") in repeated:
        oddities.append(
            (
                "contract_id_repeated",
                "the contract id stands in several rows",
                "imported; base contract id added to its key",
            )
        )
    if row.text("Vendor Name (USAspending)") is None:
        oddities.append(("contract_without_vendor", "no vendor", "imported without vendor"))
    if start is None:
        oddities.append(("contract_without_start", "no start date", "imported without start"))
    if amount is None:
        oddities.append(("contract_without_amount", "no amount", "imported without value"))
    elif amount < 0:
        oddities.append(("contract_amount_negative", "the amount is negative", "imported as published"))
    if start and end and end < start:
        oddities.append(
            ("contract_ends_before_start", f"ends {end}, starts {start}", "imported as published")
        )
    return oddities
