"""Rows as upserts: agency = portfolio, investment = programme, project = project; contracts hang on investments."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from services.imports.federal.columns import FUNDING
from services.imports.federal.judging import agency_of, is_finished, stage_of
from services.imports.federal.reading import Row
from services.imports.findings import Findings
from services.imports.upserts import Stage, Upsert
from shared.base.money import to_minor, wire_amount
from shared.base.texts import Text

CURRENCY = "USD"
RATED_ON = "2017-01-01"
LINE, PROSE = 300, 20_000

PORTFOLIOS = "projects/v1/portfolios"
PROGRAMMES = "projects/v1/programmes"
PROJECTS = "projects/v1/projects"
VENDORS = "finance/v1/vendors"
CONTRACTS = "finance/v1/contracts"
BUDGET_LINES = "finance/v1/budget-lines"
ASSESSMENTS = "risk/v1/assessments"


def money(row: Row, column: str, findings: Findings) -> dict[str, str] | None:
    """The amount in dollars and cents, half-even; what that leaves out is reported."""
    dollars = row.dollars(column)
    if dollars is None:
        return None
    minor = to_minor(dollars, CURRENCY)
    if Decimal(minor) != dollars * 100:
        reason, done = Text("the amount is finer than a cent"), Text("rounded half-even to cents")
        row.note(findings, "sub_cent", reason, done, column=column)
    return {"amount": wire_amount(minor, CURRENCY), "currency": CURRENCY}


def fitting(row: Row, column: str, longest: int, findings: Findings) -> str:
    """The text, up to what Portolan holds; what that leaves out is reported."""
    text = row.text(column) or ""
    if len(text) > longest:
        reason, done = Text("it has {count} characters", count=len(text)), Text("imported up to {limit} characters", limit=longest)  # fmt: skip
        row.note(findings, "text_too_long", reason, done, column=column)
    return text[:longest]


def portfolios(rows: Sequence[Row]) -> Stage:
    """One per agency, named as the rows of its own investments name it."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(agency_of(row.text("investment_uii") or ""), row)
    upserts = [
        Upsert(a, {"name": row.text("agency_name") or a}, row.file, row.line) for a, row in first.items()
    ]
    return Stage("portfolios", PORTFOLIOS, upserts)


def programmes(investments: Sequence[Row], projects: Sequence[Row], findings: Findings) -> Stage:
    """The investments, and those that only projects name."""
    upserts = {}
    for row, title in [*((r, "title") for r in investments), *((r, "investment_title") for r in projects)]:
        uii = row.text("investment_uii") or ""
        if uii not in upserts:
            parents = {"portfolio_id": (PORTFOLIOS, agency_of(uii))}
            name = fitting(row, title, LINE, findings) or uii
            upserts[uii] = Upsert(uii, {"name": name}, row.file, row.line, parents)
    return Stage("programmes", PROGRAMMES, list(upserts.values()))


def projects(rows: Sequence[Row], as_of: date, findings: Findings) -> Stage:
    return Stage("projects", PROJECTS, [_project(row, as_of, findings) for row in rows])


def _project(row: Row, as_of: date, findings: Findings) -> Upsert:
    start, planned = row.day("start_date"), row.day("planned_completion_b2")
    end, finished = row.day("projected_actual_completion_b2"), is_finished(row)
    body = {
        "name": fitting(row, "project_name", LINE, findings),
        "description": fitting(row, "project_description", PROSE, findings),
        "stage": stage_of(start, finished, as_of),
        "planned_start_on": _iso(start),
        "planned_finish_on": _iso(planned),
        "forecast_finish_on": None if finished else _iso(end),
        "actual_finish_on": _iso(end) if finished else None,
        "planned_cost": money(row, "planned_cost_musd", findings),
        "forecast_cost": money(row, "projected_actual_cost_musd", findings),
        "lifecycle_cost": money(row, "lifecycle_cost_musd", findings),
    }
    uii = row.text("investment_uii") or ""
    parents = {"portfolio_id": (PORTFOLIOS, agency_of(uii)), "programme_id": (PROGRAMMES, uii)}
    return Upsert(row.text("project_id") or "", _without_null(body), row.file, row.line, parents)


def vendors(rows: Sequence[Row]) -> Stage:
    upserts = {}
    for row in rows:
        name = row.text("Vendor Name (USAspending)")
        if name and name not in upserts:
            upserts[name] = Upsert(name, {"name": name}, row.file, row.line)
    return Stage("vendors", VENDORS, list(upserts.values()))


def contracts(rows: Sequence[Row], findings: Findings) -> Stage:
    return Stage("contracts", CONTRACTS, [_contract(row, findings) for row in rows])


def _contract(row: Row, findings: Findings) -> Upsert:
    number = fitting(row, "Contract Number (PIID)", LINE, findings)
    vendor = row.text("Vendor Name (USAspending)")
    description = fitting(row, "Contract Description (USAspending)", PROSE, findings)
    body = {
        "number": number,
        "title": (description.split("\n")[0].strip() or number)[:LINE],
        "description": description,
        "kind": row.text("Type of Contract (USAspending)"),
        "status": row.text("Contract Status"),
        "starts_on": _iso(row.day("Contract Start Date (USAspending)")),
        "ends_on": _iso(row.day("Contract End Date (USAspending)")),
        "value": money(row, "Action Obligation Amount (In $ million) (USAspending)", findings),
    }
    parents = {"programme_id": (PROGRAMMES, row.text("Unique Investment Identifier") or "")}
    if vendor:
        parents["vendor_id"] = (VENDORS, vendor)
    base = row.text("Base Contract ID (USAspending)")
    key = f"{row.text('Contract ID')}/{base}" if base else row.text("Contract ID") or ""
    return Upsert(key, _without_null(body), row.file, row.line, parents)


def budget_lines(rows: Sequence[Row], findings: Findings) -> Stage:
    """The funding columns, as approved lines of the investment; the source does not say capex or opex."""
    upserts = []
    for row in rows:
        uii = row.text("investment_uii") or ""
        for column, (year, meaning) in FUNDING.items():
            amount = money(row, column, findings)
            if amount is not None:
                body = {"fiscal_year": year, "amount": amount, "cost_type": meaning, "state": "approved"}
                parents = {"programme_id": (PROGRAMMES, uii)}
                upserts.append(Upsert(f"{uii}/{column}", body, row.file, row.line, parents))
    return Stage("budget lines", BUDGET_LINES, upserts)


def assessments(rows: Sequence[Row]) -> Stage:
    upserts = []
    for row in rows:
        uii, rating = row.text("investment_uii") or "", row.whole("cio_eval_2017")
        if rating is not None:
            comment = f"CIO rating of 2017 ({row.text('cio_color_2017') or 'no colour'}); the source gives the year, not the day."
            body = {"rated_on": RATED_ON, "rating": rating, "comment": comment}
            upserts.append(
                Upsert(f"{uii}/2017", body, row.file, row.line, {"programme_id": (PROGRAMMES, uii)})
            )
    return Stage("assessments", ASSESSMENTS, upserts)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _without_null(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}
