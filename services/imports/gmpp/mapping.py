"""Reports as upserts: department = portfolio, delivery confidence = assessment, the year's money = a budget line.

What a project was planned to be when it was first reported is its plan; what a year reports is its forecast of that year.
So a finish that moves is a schedule variance, and a whole-life cost that grows is a cost variance.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from services.imports.findings import Findings
from services.imports.gmpp.reading import NARRATIVES, Report
from services.imports.gmpp.recognising import Project, plain
from services.imports.upserts import Upsert
from shared.base.money import to_minor, wire_amount
from shared.base.texts import Text

CURRENCY = "GBP"
LINE, PROSE = 300, 20_000
PORTFOLIOS = "projects/v1/portfolios"
PROJECTS = "projects/v1/projects"
BUDGET_LINES = "finance/v1/budget-lines"
ASSESSMENTS = "risk/v1/assessments"

ALL, DEPARTED = "all", "left"
"""The keys of the portfolio above the departments, and of the one for projects that are reported no more."""

RATINGS = {"green": 5, "amber green": 4, "amber": 3, "amber red": 2, "red": 1}
"""Delivery confidence -> rating. Whatever else stands there is no rating: its text is kept in the comment."""

DEPARTMENTS = {
    "beis": ("BEIS", "Department for Business, Energy and Industrial Strategy"),
    "bis": ("BIS", "Department for Business, Innovation and Skills"),
    "co": ("CO", "Cabinet Office"),
    "cps": ("CPS", "Crown Prosecution Service"),
    "dclg": ("DCLG", "Department for Communities and Local Government"),
    "dcms": ("DCMS", "Department for Culture, Media and Sport"),
    "decc": ("DECC", "Department of Energy and Climate Change"),
    "defra": ("DEFRA", "Department for Environment, Food and Rural Affairs"),
    "dfe": ("DfE", "Department for Education"),
    "dfid": ("DFID", "Department for International Development"),
    "dbt": ("DBT", "Department for Business and Trade"),
    "desnz": ("DESNZ", "Department for Energy Security and Net Zero"),
    "dluhc": ("DLUHC", "Department for Levelling Up, Housing and Communities"),
    "dsit": ("DSIT", "Department for Science, Innovation and Technology"),
    "fcdo": ("FCDO", "Foreign, Commonwealth and Development Office"),
    "hmlr": ("HMLR", "HM Land Registry"),
    "mhclg": ("MHCLG", "Ministry of Housing, Communities and Local Government"),
    "voa": ("VOA", "Valuation Office Agency"),
    "dft": ("DfT", "Department for Transport"),
    "dh": ("DH", "Department of Health"),
    "dhsc": ("DHSC", "Department of Health and Social Care"),
    "dwp": ("DWP", "Department for Work and Pensions"),
    "fco": ("FCO", "Foreign and Commonwealth Office"),
    "hmrc": ("HMRC", "HM Revenue and Customs"),
    "hmt": ("HMT", "HM Treasury"),
    "ho": ("HO", "Home Office"),
    "mod": ("MOD", "Ministry of Defence"),
    "moj": ("MoJ", "Ministry of Justice"),
    "nca": ("NCA", "National Crime Agency"),
    "ns i": ("NS&I", "National Savings and Investments"),
    "ns and i": ("NS&I", "National Savings and Investments"),
    "ons": ("ONS", "Office for National Statistics"),
}
SAME_DEPARTMENT = {"doh": "dh", "doh capital": "dh", "doh non capital": "dh"}
"""Other spellings of a department that is known, without regard to case."""


def department_key(report: Report) -> str:
    name = plain(report.department)
    return SAME_DEPARTMENT.get(name, name) or "none"


def portfolios(reports: Iterable[Report], portfolio_keys: set[str]) -> list[Upsert]:
    """Those of a year that are not there yet, with the one above them first."""
    upserts: list[Upsert] = []
    for report in reports:
        if ALL not in portfolio_keys:
            upserts.append(
                Upsert(ALL, {"name": "Government Major Projects Portfolio"}, report.file, report.line)
            )
            upserts.append(
                Upsert(
                    DEPARTED,
                    {"name": "Left the Government Major Projects Portfolio"},
                    report.file,
                    report.line,
                )
            )
            portfolio_keys |= {ALL, DEPARTED}
        key = department_key(report)
        if key not in portfolio_keys:
            short, name = DEPARTMENTS.get(key, (report.department or "No department", ""))
            body = {"name": f"{short} ({name})" if name else short}
            upserts.append(Upsert(key, body, report.file, report.line, {"parent_id": (PORTFOLIOS, ALL)}))
            portfolio_keys.add(key)
    return upserts


def project(one: Project, report: Report, on: date, findings: Findings) -> Upsert:
    """The project as a year reports it."""
    until_now = [r for r in one.reports if r.year <= report.year]
    whole_life = money(report, report.whole_life_cost, "whole_life_cost_gbpm", findings)
    first_cost = next((r for r in until_now if r.whole_life_cost is not None), None)
    in_order = report.start is None or report.end is None or report.start <= report.end
    body = {
        "name": fitting(report, "project_name", report.name, LINE, findings),
        "description": fitting(report, "description", report.description, PROSE, findings),
        "stage": stage_of(until_now, on),
        **_dates("planned", *_plan_of(until_now)),
        **_dates("forecast", report.start, report.end if in_order else None),
        "planned_cost": first_cost and money(first_cost, first_cost.whole_life_cost, "", None),
        "forecast_cost": whole_life,
        "lifecycle_cost": whole_life,
    }
    parents = {"portfolio_id": (PORTFOLIOS, department_key(report))}
    return Upsert(one.key, _without_none(body), report.file, report.line, parents)


def departed(upsert: Upsert) -> Upsert:
    """A project that is reported no more: out of its department, into the portfolio of those that left."""
    return Upsert(upsert.key, upsert.body, upsert.file, upsert.line, {"portfolio_id": (PORTFOLIOS, DEPARTED)})


def _plan_of(reports: list[Report]) -> tuple[date | None, date | None]:
    """The start and the finish of the oldest report that names them; a finish before the start is none."""
    start = next((r.start for r in reports if r.start), None)
    end = next((r.end for r in reports if r.end and (start is None or r.end >= start)), None)
    return start, end


def _dates(kind: str, start: date | None, finish: date | None) -> dict[str, str | None]:
    return {
        f"{kind}_start_on": start.isoformat() if start else None,
        f"{kind}_finish_on": finish.isoformat() if finish else None,
    }


def stage_of(reports: list[Report], on: date) -> str:
    """No column says so: begun is active, to begin is approved; without a start in any report it is a proposal."""
    start = next((r.start for r in reversed(reports) if r.start), None)
    if start is None:
        return "proposed"
    return "active" if start <= on else "approved"


def assessment(one: Project, report: Report, on: date, findings: Findings) -> Upsert:
    """The delivery confidence of a year, with all that the year says of the project."""
    rating = RATINGS.get(plain(report.confidence))
    if rating is None:
        findings.add(
            report.file, report.line, "no_rating", Text("it is no step of confidence"),
            Text("imported as an assessment without a rating, with that text in its comment"), one.key,
            column=report.name_of("ipa_dca"), value=report.confidence,
        )  # fmt: skip
    stated = f"Delivery confidence: {report.confidence or 'not given'}."
    texts = [stated]
    for heading in NARRATIVES.values():
        if text := report.narratives.get(heading):
            texts.append(f"{heading}\n{text}")
    body = {
        "rated_on": on.isoformat(),
        "rating": rating,
        "comment": fitting(report, "narratives", "\n\n".join(texts), PROSE, findings),
    }
    return _of_project(one, report, body)


def budget_line(one: Project, report: Report, findings: Findings) -> Upsert | None:
    """Baseline and forecast of the fiscal year that ends in the year of the report; None where neither is published."""
    forecast = money(report, report.year_forecast, "fy_forecast_gbpm", findings)
    baseline = money(report, report.year_baseline, "fy_baseline_gbpm", findings)
    if baseline is None:
        if forecast is not None:
            findings.add(
                report.file, report.line, "forecast_without_baseline", Text("there is a forecast of the year and no baseline"),
                Text("not imported: a budget line has an amount"), one.key, lost=True,
                column=report.name_of("fy_forecast_gbpm"), mend=Text("Write the baseline of the year."),
            )  # fmt: skip
        return None
    body = {
        "fiscal_year": report.year,
        "amount": baseline,
        "forecast": forecast,
        "cost_type": f"{report.year - 1}-{report.year % 100:02d}, baseline",
        "state": "approved",
    }
    return _of_project(one, report, body)


def _of_project(one: Project, report: Report, body: Mapping[str, Any]) -> Upsert:
    return Upsert(
        f"{one.key}/{report.year}", _without_none(body), report.file, report.line, {"project_id": (PROJECTS, one.key)}
    )  # fmt: skip


def money(
    report: Report, pounds: Decimal | None, column: str, findings: Findings | None
) -> dict[str, str] | None:
    """Pounds and pence, half-even; what that leaves out is said."""
    if pounds is None:
        return None
    minor = to_minor(pounds, CURRENCY)
    if Decimal(minor) != pounds * 100 and findings is not None:
        findings.add(
            report.file, report.line, "sub_penny", Text("the amount is finer than a penny"),
            Text("rounded half-even to pence"), report.name, column=report.name_of(column),
        )  # fmt: skip
    return {"amount": wire_amount(minor, CURRENCY), "currency": CURRENCY}


def fitting(report: Report, column: str, text: str, longest: int, findings: Findings) -> str:
    """The text, up to what Portolan holds; what that leaves out is said."""
    if len(text) > longest:
        findings.add(
            report.file, report.line, "text_too_long", Text("it has {count} characters", count=len(text)),
            Text("imported up to {limit} characters", limit=longest), report.name, column=report.name_of(column),
            mend=Text("Shorten it."),
        )  # fmt: skip
    return text[:longest]


def _without_none(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}
