"""Seven years of status reports of the UK’s major projects, replayed, and asked for year by year."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.cli.imports import Prepared, send_recorded
from services.imports.findings import Findings
from services.imports.gmpp import importing, reading, recognising
from services.imports.gmpp.mapping import ASSESSMENTS, BUDGET_LINES, DEPARTMENTS, RATINGS, department_key
from services.imports.gmpp.reading import Report, YearUnknown
from services.imports.gmpp.recognising import Project, plain
from services.imports.recording import About
from services.imports.tables.table import UnreadableTable
from services.imports.undoing import undo
from services.imports.upserts import Progress
from shared.base.settings import Settings
from tests.conftest import Portolan, running_portolan

RECORD = Path(__file__).parents[2] / ".." / "shared" / "data" / "uk-gmpp" / "gmpp_dev_2014_2020.csv"


@pytest.fixture
async def portolan(tmp_path: Path) -> AsyncIterator[Portolan]:
    async with running_portolan(Settings(data=tmp_path / "data", reporting_currency="GBP")) as running:
        yield running


async def imported(
    portolan: Portolan, files: Iterable[Path], *, validate_only: bool = False
) -> tuple[dict[str, Any], Findings, list[Project]]:
    findings = Findings()
    projects = recognising.projects_of(reading.read(list(files), findings), findings)
    planned = importing.years(projects, findings)
    headers = {"Authorization": f"Bearer {portolan.token('service')}"}
    transport = httpx.ASGITransport(portolan.running)
    async with httpx.AsyncClient(transport=transport, base_url="http://portolan", headers=headers) as client:
        summary = await importing.run(
            client, planned, findings, validate_only=validate_only, progress=lambda stage, done: None
        )
    await portolan.settled()
    return summary, findings, projects


async def listed(portolan: Portolan, address: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    following: str | None = address
    while following:
        answer = await portolan("viewer").get(following)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        following = answer.links.get("next", {}).get("url")
    return items


def pounds(amount: dict[str, str] | None) -> Decimal | None:
    return Decimal(amount["amount"]) if amount else None


def published(amount: Decimal | None) -> Decimal | None:
    """To the penny, as money is."""
    return None if amount is None else amount.quantize(Decimal("0.01"))


Reports = dict[int, dict[str, Report]]


def by_year(projects: list[Project]) -> Reports:
    years: Reports = defaultdict(dict)
    for project in projects:
        for report in project.reports:
            years[report.year][project.key] = report
    return years


async def expect_answers_of_the_file(portolan: Portolan, projects: list[Project]) -> None:
    """Every year's list of projects, ratings, money and sums, as of the first and the last day of the year."""
    years = by_year(projects)
    for year, reports in years.items():
        for day in (f"{year}-01-01", f"{year}-12-31"):
            items = await listed(portolan, f"/reporting/v1/projects?as_of={day}&limit=200")
            assert {key_of(item) for item in items} == set(reports)
            for item in items:
                expect_answer(item, reports[key_of(item)])
        await expect_ratings(portolan, year, reports)
        await expect_money_of_the_year(portolan, year, reports)
        await expect_sums(portolan, year, reports)


def key_of(item: dict[str, Any]) -> str:
    return str(item["project"]["external_ref"]["id"])


def expect_answer(item: dict[str, Any], report: Report) -> None:
    assert item["project"]["name"] == report.name
    assert item["portfolio"]["name"].startswith(department_name(report))
    assert item["rating"] == {
        "rating": RATINGS.get(plain(report.confidence)),
        "rated_on": f"{report.year}-01-01",
    }
    assert pounds(item["cost"]["lifecycle"]) == published(report.whole_life_cost)
    assert pounds(item["cost"]["forecast"]) == published(report.whole_life_cost)
    for member, day in (("forecast_start_on", report.start), ("forecast_finish_on", report.end)):
        assert item["schedule"][member] == (day.isoformat() if day else None)


def department_name(report: Report) -> str:
    return DEPARTMENTS.get(department_key(report), (report.department, ""))[0]


async def expect_ratings(portolan: Portolan, year: int, reports: dict[str, Report]) -> None:
    steps = Counter(RATINGS.get(plain(report.confidence)) for report in reports.values())
    exposure = (await portolan("viewer").get(f"/reporting/v1/risk-exposure?as_of={year}-06-30")).json()
    assert exposure["ratings"] == {str(step): steps[step] for step in range(1, 6)}
    assert exposure["unrated"] == steps[None]


async def expect_money_of_the_year(portolan: Portolan, year: int, reports: dict[str, Report]) -> None:
    answer = (await portolan("viewer").get(f"/reporting/v1/budget?as_of={year}-12-31")).json()
    [total] = [item["total"] for item in answer["items"] if item["fiscal_year"] == year]
    with_budget = [report for report in reports.values() if report.year_baseline is not None]
    baselines = [published(report.year_baseline) for report in with_budget]
    forecasts = [published(report.year_forecast) for report in with_budget]
    assert pounds(total["approved"]) == sum(amount for amount in baselines if amount is not None)
    assert pounds(total["forecast"]) == sum(amount for amount in forecasts if amount is not None)
    assert answer["items"][-1]["fiscal_year"] == year


async def expect_sums(portolan: Portolan, year: int, reports: dict[str, Report]) -> None:
    """The portfolio above the departments holds what is reported, and nothing of what left."""
    items = await listed(portolan, f"/reporting/v1/portfolios?as_of={year}-12-31")
    [whole] = [i for i in items if i["portfolio"]["name"] == "Government Major Projects Portfolio"]
    costs = [published(report.whole_life_cost) for report in reports.values()]
    amounts = [amount for amount in costs if amount is not None]
    assert pounds(whole["cost"]["forecast"]) == (sum(amounts) if amounts else None)
    assert whole["counts"]["projects"] == len(reports)


async def stored_events(portolan: Portolan) -> int:
    total = 0
    for one in portolan.running.services.values():
        total += (await one.kernel.store.fetch("SELECT last FROM counter"))[0][0]
    return total


def as_it_stands(report: dict[str, str]) -> tuple[object, ...]:
    """Year, confidence, end, whole-life cost, baseline and forecast of a row of the file, read by nothing of ours."""
    return (
        int(report["report_year"]), report["ipa_dca"], report["end_date"] or None,
        *(published(Decimal(report[c]) * 1_000_000) if report[c] and Decimal(report[c]) >= 0 else None
          for c in ("whole_life_cost_gbpm", "fy_baseline_gbpm", "fy_forecast_gbpm")),
    )  # fmt: skip


def as_it_is_read(report: Report) -> tuple[object, ...]:
    amounts = (report.whole_life_cost, report.year_baseline, report.year_forecast)
    end = report.end.isoformat() if report.end else None
    return report.year, report.confidence, end, *map(published, amounts)


@pytest.mark.skipif(not RECORD.exists(), reason="no ../shared/data")
def test_reports_say_what_stands_in_the_rows_of_the_record() -> None:
    reports = reading.read([RECORD], Findings())
    with RECORD.open(encoding="utf-8-sig", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["report_year"])
    assert [as_it_is_read(report) for report in reports] == [as_it_stands(row) for row in rows]


@pytest.mark.skipif(not RECORD.exists(), reason="no ../shared/data")
async def test_each_year_of_the_record_answers_what_its_reports_say(portolan: Portolan) -> None:
    summary, findings, projects = await imported(portolan, [RECORD])
    years = by_year(projects)
    assert {year: len(reports) for year, reports in years.items()} == {
        2014: 199, 2015: 188, 2016: 143, 2017: 143, 2018: 133, 2019: 133, 2020: 125,
    }  # fmt: skip
    assert {name: tally["refused"] for name, tally in summary["sent"].items() if "refused" in tally} == {
        "portfolios": 0, "projects": 0, "assessments": 0, "budget lines": 0,
    }  # fmt: skip
    assert findings.counts() == COUNTS
    await expect_answers_of_the_file(portolan, projects)


COUNTS = {
    "fits_several": 3,
    "forecast_without_baseline": 1,
    "negative_amount": 6,
    "no_end": 37,
    "no_rating": 48,
    "no_whole_life_cost": 89,
    "recognised": 61,
    "reported_no_more": 275,
    "sub_penny": 3,
    "variance_differs": 5,
    "wrong_code_page": 420,
    "year_above_whole_life": 2,
}
COLUMNS = (
    "report_year,project_name,department,ipa_dca,start_date,end_date,fy_baseline_gbpm,fy_forecast_gbpm,"
    "fy_variance_pct_raw,whole_life_cost_gbpm,description,dca_narrative,schedule_narrative,shoe_size"
)
FIRST_YEAR = (
    "2031,Harbour Lights Programme,DfT,Amber,2030-04-01,2035-03-31,10.5,11,5%,120.25,Relights harbours,Steady,,",
    "2031,Beacon (BCN),CPS,Exempt,,,,,,,Keeps beacons,Withheld under section 24,,",
    "2031,Ledger Renewal,HMRC,Green,2029-01-01,2032-06-30,4,4,0%,40,Renews the ledger,,On time,",
)
SECOND_YEAR = (
    "2032,Harbor Lights Programme,DFT,Amber/Red,2030-04-01,2036-03-31,12,15.75,31%,150.5,Relights harbours,Late,,9",
    "2032,Beacon,CPS,Red,2031-09-01,2034-01-31,1,1,0%,9,Keeps beacons,Found wanting,,",
    "2032,Ledger Renewal,MOD,Amber,2031-11-11,2033-01-31,7,7,0%,70,Another thing of that name,,,",
)
THIRD_YEAR = (
    "2033,Harbour Lights Programme,DfT,Reset,2030-04-01,2036-03-31,-12,9,,-1,Relights harbours,Begins anew,,",
    "2033,Ledger Renewal,HMRC,Green,2029-01-01,2033-06-30,5,4.5,-10%,44,Renews the ledger,,,",
)


def files_of(folder: Path, *years: tuple[str, ...]) -> list[Path]:
    """A file for each year, in which the reports came."""
    files = []
    for number, rows in enumerate(years):
        files.append(folder / f"reports-{number}.csv")
        files[-1].write_text("\n".join((COLUMNS, *rows)) + "\n")
    return files


async def test_reports_of_several_years_become_dated_facts(portolan: Portolan, tmp_path: Path) -> None:
    files = files_of(tmp_path, PAST_SECOND, PAST_FIRST, PAST_THIRD)
    _, _, projects = await imported(portolan, files)
    assert [p.key for p in projects] == [
        "Harbour Lights Programme", "Beacon (BCN)", "Ledger Renewal", "Ledger Renewal (MOD)",
    ]  # fmt: skip
    await expect_answers_of_the_file(portolan, projects)


def past(rows: tuple[str, ...]) -> tuple[str, ...]:
    """The same twenty years earlier: what is reported has happened."""
    return tuple(re.sub(r"\b20([2-3][0-9])\b", lambda m: str(2000 + int(m[1]) - 20), row) for row in rows)


PAST_FIRST, PAST_SECOND, PAST_THIRD = past(FIRST_YEAR), past(SECOND_YEAR), past(THIRD_YEAR)


async def test_a_finish_that_moves_is_held_against_the_first_report(
    portolan: Portolan, tmp_path: Path
) -> None:
    await imported(portolan, files_of(tmp_path, PAST_FIRST, PAST_SECOND))
    [item] = [
        item
        for item in await listed(portolan, "/reporting/v1/projects?as_of=2012-06-01")
        if item["project"]["name"] == "Harbor Lights Programme"
    ]
    assert (item["schedule"]["planned_finish_on"], item["schedule"]["forecast_finish_on"]) == (
        "2015-03-31",
        "2016-03-31",
    )
    assert item["schedule"]["variance_days"] == -366
    assert item["cost"]["variance"] == {"amount": "-30250000.00", "currency": "GBP"}


def test_a_column_is_known_however_its_name_is_spelled_and_a_missing_one_is_named(tmp_path: Path) -> None:
    [file] = files_of(tmp_path, PAST_FIRST)
    expected = reading.read([file], Findings())
    file.write_text(file.read_text().replace("project_name", "Project Name").replace("end_date", "END DATE"))
    assert reading.read([file], Findings()) == expected != []
    file.write_text(file.read_text().replace("END DATE", "finish"))
    with pytest.raises(UnreadableTable, match="lacks the columns end_date"):
        reading.read([file], Findings())


async def test_the_same_files_again_change_nothing(portolan: Portolan, tmp_path: Path) -> None:
    files = files_of(tmp_path, PAST_FIRST, PAST_SECOND, PAST_THIRD)
    await imported(portolan, files)
    before = await stored_events(portolan)
    summary, findings, _ = await imported(portolan, files)
    assert await stored_events(portolan) == before
    changes = {t.get(w, 0) for t in summary["sent"].values() for w in ("created", "changed", "archived")}
    assert changes == {0}
    assert "history_stands" not in findings.counts()


async def test_a_later_year_is_added_to_what_stands(portolan: Portolan, tmp_path: Path) -> None:
    first, second, third = files_of(tmp_path, PAST_FIRST, PAST_SECOND, PAST_THIRD)
    await imported(portolan, [first, second])
    _, _, projects = await imported(portolan, [first, second, third])
    await expect_answers_of_the_file(portolan, projects)


async def test_history_is_not_rewritten_by_a_corrected_report(portolan: Portolan, tmp_path: Path) -> None:
    files = files_of(tmp_path, PAST_FIRST, PAST_SECOND)
    await imported(portolan, files)
    files[0].write_text(files[0].read_text().replace("120.25", "121.25"))
    _, findings, _ = await imported(portolan, files)
    [stands] = [f for f in findings.items if f.code == "history_stands"]
    assert (stands.file, stands.line, stands.lost) == ("reports-0.csv", 2, True)


async def test_validating_says_what_the_run_says_and_writes_nothing(
    portolan: Portolan, tmp_path: Path
) -> None:
    files = files_of(tmp_path, PAST_FIRST, PAST_SECOND, PAST_THIRD)
    before = await stored_events(portolan)
    validated, expected, _ = await imported(portolan, files, validate_only=True)
    assert await stored_events(portolan) == before
    summary, findings, _ = await imported(portolan, files)
    assert validated["sent"] == summary["sent"]
    assert expected.to_json() == findings.to_json()


async def test_a_replay_is_recorded_and_taken_back(portolan: Portolan, tmp_path: Path) -> None:
    """Also what is in a project that left: that project is restored for a moment, and archived again."""
    findings = Findings()
    files = files_of(tmp_path, PAST_FIRST, PAST_SECOND, PAST_THIRD)
    planned = importing.years(recognising.projects_of(reading.read(files, findings), findings), findings)

    async def send(client: httpx.AsyncClient, progress: Progress) -> dict[str, Any]:
        return await importing.run(client, planned, findings, validate_only=False, progress=progress)

    client = portolan("service")
    prepared = Prepared(0, send, {}, About("reports.csv", importing.SOURCE, importing.REGISTERS))
    summary = await send_recorded(client, prepared, findings, lambda stage, done: None)
    await portolan.settled()
    assert len(await listed(portolan, "/projects/v1/projects")) > 0
    result = await undo(client, summary["import"])
    assert await listed(portolan, "/projects/v1/projects") == []
    assert [(one.touched.collection, one.title, one.reason, one.detail) for one in result.remaining] == []
    for collection in (ASSESSMENTS, BUDGET_LINES):
        assert await listed(portolan, f"/{collection}") == []


async def test_what_is_no_step_of_confidence_is_said_and_not_guessed(
    portolan: Portolan, tmp_path: Path
) -> None:
    await imported(portolan, files_of(tmp_path, PAST_FIRST, PAST_SECOND, PAST_THIRD))
    assessments = await listed(portolan, "/risk/v1/assessments?limit=200")
    [reset] = [a for a in assessments if a["external_ref"]["id"] == "Harbour Lights Programme/2013"]
    assert reset["rating"] is None
    assert reset["comment"] == "Delivery confidence: Reset.\n\nDelivery confidence\nBegins anew"


async def test_dirt_is_reported_with_its_line(portolan: Portolan, tmp_path: Path) -> None:
    _, findings, _ = await imported(portolan, files_of(tmp_path, PAST_FIRST, PAST_SECOND, PAST_THIRD))
    places = {(f.code, f.file, f.line) for f in findings.items}
    assert {
        ("negative_amount", "reports-2.csv", 2),
        ("forecast_without_baseline", "reports-2.csv", 2),
        ("no_rating", "reports-0.csv", 3),
        ("recognised", "reports-1.csv", 2),
        ("reported_no_more", "reports-1.csv", 3),
    } <= places
    assert findings.lost


# --- as the authority publishes it: a file for each year, whose headings change ---------------------------------

DEFINITION = (
    "(A Delivery Confidence Assessment of the project at a fixed point in time; definitions in the report)"
)
MARCH = (
    "GMPP ID Number", "Project Name", "Department", "Annual Report Category", "Description / Aims",
    f"IPA Delivery Confidence Assessment {DEFINITION}", f"SRO Delivery Confidence Assessment {DEFINITION}",
    "Departmental commentary on actions planned or taken on the IPA RAG rating.",
    "Project - Start Date (Latest Approved Start Date)", "Project - End Date (Latest Approved End Date)",
    "Departmental narrative on schedule, including any deviation from planned schedule (if necessary)",
    "Financial Year Baseline (£m) (including Non-Government Costs)",
    "Financial Year Forecast (£m) (including Non-Government Costs)", "Financial Year Variance (%)",
    "Departmental narrative on budget/forecast variance for 2011/12 (if variance is more than 5%)",
    "TOTAL Baseline Whole Life Costs (£m) (including Non-Government Costs)",
    "Departmental Narrative on Budgeted Whole Life Costs", "TOTAL Baseline Benefits (£m)",
)  # fmt: skip
LIGHTS = (
    "DFT_0001_1011-Q1", "Harbour Lights Programme", "DfT", "Infrastructure", "Relights harbours", "AMBER", "Green", "Steady",
    "2010-04-01", "2015-03-31", "On course", "£1,200.50", "1200.5", "0%", "", "2,345.6", "As agreed", "12",
)  # fmt: skip
BEACON = (
    "CPS_0002_1011-Q3", "Beacon (BCN)", "CPS", "Transformation", "Keeps beacons",
    "Exempt under Section 24 of the FOI Act (national security)", "", "", "01/09/2011", "31/01/2014", "", "Exempt",
    "Exempt", "", "", "Low: 8 Mid: 9 High: 12", "", "",
)  # fmt: skip
BUDGET = {
    MARCH[5]: f"MPA RAG rating {DEFINITION}",
    MARCH[11]: "2010/11 Budget (£million)",
    MARCH[12]: "2010/11 Forecast (£million)",
    MARCH[15]: "Total budgeted whole life costs (£million) (including non-government costs)",
}
"""Headings of an early year."""


def published_as(path: Path, *lines: Sequence[str], encoding: str = "utf-8-sig") -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows(lines)
    return path


def test_a_file_of_one_year_is_read_with_the_headings_of_that_year(tmp_path: Path) -> None:
    findings = Findings()
    file = published_as(tmp_path / "DfT_GMPP_March_2012.csv", MARCH, LIGHTS, BEACON)
    lights, beacon = reading.read([file], findings)
    assert (lights.year, lights.id, lights.confidence) == (2012, "DFT_0001_1011-Q1", "AMBER")
    assert (lights.whole_life_cost, lights.year_baseline) == (Decimal("2345600000"), Decimal("1200500000"))
    assert (lights.start, lights.end) == (date(2010, 4, 1), date(2015, 3, 31))
    assert lights.narratives["Schedule"] == "On course"
    assert (beacon.start, beacon.year_baseline, beacon.whole_life_cost) == (date(2011, 9, 1), None, 9_000_000)
    assert findings.counts() == {"range": 1, "withheld": 2}
    assert not findings.lost


def test_a_file_with_a_column_for_each_project_says_the_same(tmp_path: Path) -> None:
    wide = published_as(tmp_path / "March 2012.csv", MARCH, LIGHTS, BEACON)
    turned = published_as(
        tmp_path / "turned, March 2012.csv", *zip(MARCH, LIGHTS, BEACON, strict=True), encoding="cp1252"
    )
    as_rows, as_columns = (
        [replace(report, file="", line=0) for report in reading.read([file], Findings())]
        for file in (wide, turned)
    )
    assert as_columns == as_rows != []


@pytest.mark.parametrize(
    ("name", "heading", "year"),
    [
        ("DCMS_data_September_2010.csv", "", 2011),
        ("DCMS data, March 2011.csv", "", 2011),
        ("annual-report-2010-11.csv", "", 2011),
        ("GMPP_2010_2011.csv", "", 2011),
        ("BEIS_2011.csv", "", 2011),
        ("data.csv", "2010/11 Budget (£million)", 2011),
        ("downloaded 2013.csv", "2010/11 TOTAL Forecast £m", 2011),
    ],
)
def test_the_year_is_said_by_the_name_or_by_the_headings_of_money(
    tmp_path: Path, name: str, heading: str, year: int
) -> None:
    headings = [heading if heading and one == MARCH[11] else one for one in MARCH]
    [report] = reading.read([published_as(tmp_path / name, headings, LIGHTS)], Findings())
    assert report.year == year


def test_a_file_that_says_no_year_is_asked_for_it(tmp_path: Path) -> None:
    file = published_as(tmp_path / "data.csv", MARCH, LIGHTS)
    with pytest.raises(YearUnknown, match=r"data.csv does not say of which year"):
        reading.read([file], Findings())
    assert [one.year for one in reading.read([file], Findings(), {"data.csv": 2011})] == [2011]
    assert [one.year for one in reading.read([file], Findings(), {"": 2011})] == [2011]


def test_years_with_other_headings_and_names_are_one_history_by_the_id(tmp_path: Path) -> None:
    early = published_as(tmp_path / "early.csv", [BUDGET.get(one, one) for one in MARCH], LIGHTS, BEACON)
    renamed = (LIGHTS[0], "Coastal Illumination", "DLUHC", *LIGHTS[3:8], "2010-05-01", *LIGHTS[9:])
    later = published_as(tmp_path / "March 2012.csv", MARCH, renamed, BEACON)
    findings = Findings()
    projects = recognising.projects_of(reading.read([later, early], findings), findings)
    assert {one.key: [report.year for report in one.reports] for one in projects} == {
        "Harbour Lights Programme": [2011, 2012], "Beacon (BCN)": [2011, 2012],
    }  # fmt: skip
    assert "recognised" not in findings.counts()


def test_the_same_name_with_another_id_is_another_project(tmp_path: Path) -> None:
    early = published_as(tmp_path / "March 2011.csv", MARCH, LIGHTS)
    later = published_as(tmp_path / "March 2012.csv", MARCH, ("DFT_0099_1112-Q1", *LIGHTS[1:]))
    findings = Findings()
    projects = recognising.projects_of(reading.read([later, early], findings), findings)
    assert [one.key for one in projects] == ["Harbour Lights Programme", "Harbour Lights Programme (DfT)"]
