"""What is odd in the published rows: each oddity is said with its line and with what was done; no row is lost."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from services.imports.federal.columns import Kind
from services.imports.federal.reading import Row, amount_of, is_day, is_number
from services.imports.findings import Findings
from shared.base.texts import Text
from shared.contracts.words import called_state

NOT_IMPORTED = Text("not imported")
TYPED_AS_MILLIONS = (900, 1100)
"""A lifecycle cost about a thousand times the plan was typed in thousands into a field of millions."""

FAR_ABOVE = 500


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
    """The rows without totals, without those that have too few cells or too many, and without those whose cells have
    slipped into a neighbouring column, with their neighbours' money."""
    standing = []
    for row in rows:
        key = next(iter(row.cells.values())).strip()[:50]
        if row.is_total:
            row.note(findings, "total_row", Text("it is a total of the others"), Text("left out"), key)
        elif row.flaw:
            row.note(findings, "malformed_row", row.flaw, NOT_IMPORTED, key, lost=True)
        elif slip := _slipped(row, kinds) or _slipped_money(row):
            column, reason = slip
            reason = Text("cells stand in the wrong columns: {reason}", reason=reason)
            row.note(findings, "cells_shifted", reason, NOT_IMPORTED, key, column=column, lost=True)
        else:
            standing.append(row)
    return standing


Slip = tuple[str, str]
"""The column in which a shift shows, and why."""


def _slipped(row: Row, kinds: Mapping[str, Kind]) -> Slip | None:
    """A cell of another kind than its column's (a day where an amount belongs) gives a shift away, and so do two texts
    where none belongs, or one that begins with the space after a comma. One strange text alone is a slip of the pen."""
    strange = []
    for column, kind in kinds.items():
        text = row.text(column)
        if text is None or text.lower() in PLACEHOLDERS or _looks_like(text, kind):
            continue
        if kind == "investment" or is_day(text) or is_number(text) or row.cells[column].startswith(" "):
            return column, _cell(row, column, text)
        strange.append((column, _cell(row, column, text)))
    if len(strange) < 2:
        return None
    (column, one), (_, other) = strange[:2]
    return column, Text("{one} and {other}", one=one, other=other)


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
        case "text":
            return True


def _slipped_money(row: Row) -> Slip | None:
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
    if not slipped:
        return None
    first, second = (row.name_of(column) for column in COSTS[:2])
    return COSTS[1], Text(
        "the published cost variance of {published} is that of {first} and {second}",
        published=published, first=first, second=second,
    )  # fmt: skip


def _cell(row: Row, column: str, text: str) -> Text:
    return Text("{value} in {column}", value=repr(text[:50]), column=row.name_of(column))


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
            names = ", ".join(row.name_of(column) for column in key)
            reason = Text("{names}: the same stands in line {line} already", names=names, line=before.line)
            differs = row.cells != before.cells
            row.note(findings, "repeated_key", reason, NOT_IMPORTED, values[0], column=key[0], lost=differs)
    return distinct


def judge_cells(rows: Sequence[Row], findings: Findings) -> None:
    """Stray spaces, and what could not be read where a day, an amount or a number was asked for."""
    for row in rows:
        if stray := row.stray_spaces():
            names = ", ".join(row.name_of(column) for column in stray)
            reason = Text("{names}: begins or ends with spaces", names=names)
            row.note(findings, "stray_spaces", reason, Text("read without them"), column=stray[0])
        for column, unread in row.unread.items():
            row.note(
                findings, "unreadable_cell", unread.reason, Text("imported without it"), column=column, lost=True,
                value=unread.text,
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
        reason = Text("no start and no completion date")
        row.note(findings, "no_dates", reason, Text("imported as proposed"), key, column="start_date")
        return
    if start is None:
        row.note(
            findings,
            "no_start",
            Text("no start date"),
            Text("imported without start"),
            key,
            column="start_date",
        )
    if planned is None or projected is None:
        reason = Text("no planned and projected completion date")
        done = Text("imported; its schedule variance is not known")
        column = "planned_completion_b2" if planned is None else "projected_actual_completion_b2"
        row.note(findings, "no_second_dates", reason, done, key, column=column)
    elif (published := row.whole("schedule_variance_days")) is not None:
        finished = is_finished(row)
        expected = (planned - (projected if finished else max(projected, as_of))).days
        if expected != published:
            if finished:
                basis, done = (
                    Text("by its update it finished on {day}", day=projected),
                    Text("imported as finished"),
                )
            else:
                stage = stage_of(start, finished, as_of)
                basis = Text("as of {day}", day=as_of)
                done = Text("imported as {stage}", stage=called_state("project", stage))
            reason = Text(
                "published {days} days; {basis}: {expected} days",
                days=published,
                basis=basis,
                expected=expected,
            )
            column = "schedule_variance_days"
            row.note(findings, "schedule_variance_differs", reason, done, key, column=column)


def _judge_costs(row: Row, findings: Findings) -> None:
    key = row.text("project_id") or ""
    lifecycle_column, planned_column, projected_column = COSTS
    planned, lifecycle = row.dollars(planned_column), row.dollars(lifecycle_column)
    if planned is None or row.dollars(projected_column) is None:
        reason = Text("no planned or projected cost")
        done = Text("imported; its cost variance is not known")
        column = planned_column if planned is None else projected_column
        row.note(findings, "no_cost", reason, done, key, column=column)
    elif lifecycle is not None and planned and (oddity := _oddity_of_lifecycle(lifecycle, planned)):
        code, problem = oddity
        row.note(findings, code, problem, Text("imported as published"), key, column=lifecycle_column)


def _oddity_of_lifecycle(lifecycle: Decimal, planned: Decimal) -> tuple[str, str] | None:
    times = lifecycle / planned
    if TYPED_AS_MILLIONS[0] <= times <= TYPED_AS_MILLIONS[1]:
        reason = Text(
            "the lifecycle cost is {times:.0f} times the plan: thousands typed as millions", times=times
        )
        return "lifecycle_cost_typed_as_millions", reason
    if times >= FAR_ABOVE:
        return "lifecycle_cost_far_above_plan", Text(
            "the lifecycle cost is {times:.0f} times the plan", times=times
        )
    if lifecycle < planned:
        return "plan_above_lifecycle_cost", Text("the plan is above the lifecycle cost")
    return None


def _judge_agency(row: Row, uii: str, code_column: str, findings: Findings) -> None:
    of_uii, stated = agency_of(row.text(uii) or ""), row.text(code_column)
    if stated is not None and stated.lstrip("0") != of_uii:
        reason = Text("agency code {code}, but its investment belongs to {other}", code=stated, other=of_uii)
        done = Text("imported under agency {code}", code=of_uii)
        row.note(findings, "agency_code_differs", reason, done, row.text(uii) or "", column=code_column)


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
            row.note(findings, "no_projects", reason, "imported as a programme", uii, column="investment_uii")


def judge_contracts(rows: Sequence[Row], findings: Findings) -> None:
    repeated = {k for k, n in Counter(row.text("Contract ID") for row in rows).items() if n > 1}
    for row in rows:
        _judge_agency(row, "Unique Investment Identifier", "Agency Code", findings)
        for code, column, reason, done in _oddities(row, repeated):
            row.note(findings, code, reason, done, row.text("Contract ID") or "", column=column)


VENDOR, AMOUNT = "Vendor Name (USAspending)", "Action Obligation Amount (In $ million) (USAspending)"
START, END = "Contract Start Date (USAspending)", "Contract End Date (USAspending)"


def _oddities(row: Row, repeated: set[str | None]) -> Iterator[tuple[str, str, str, str]]:
    """Code, column, reason and what was done."""
    start, end, amount = row.day(START), row.day(END), row.dollars(AMOUNT)
    published = Text("imported as published")
    if row.text("Contract ID") in repeated:
        done = Text("imported; base contract id added to its key")
        yield "contract_id_repeated", "Contract ID", Text("the contract id stands in several rows"), done
    if row.text(VENDOR) is None:
        yield "contract_without_vendor", VENDOR, Text("no vendor"), Text("imported without vendor")
    if start is None:
        yield "contract_without_start", START, Text("no start date"), Text("imported without start")
    if amount is None:
        yield "contract_without_amount", AMOUNT, Text("no amount"), Text("imported without value")
    elif amount < 0:
        yield "contract_amount_negative", AMOUNT, Text("the amount is negative"), published
    if start and end and end < start:
        reason = Text("ends {finish}, starts {start}", finish=end, start=start)
        yield "contract_ends_before_start", END, reason, published
