"""What a cell may mean: it is read where one reading is possible, and reported as lost where it is not."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.imports.federal import importing
from services.imports.federal.columns import COLUMNS
from services.imports.federal.reading import Conventions, amount_of, day_of, order_of
from services.imports.findings import Findings
from tests.imports.test_odd_files import CONTRACT, INVESTMENT, PROJECT, Rows, listed, upserts, written

START, END = "Contract Start Date (USAspending)", "Contract End Date (USAspending)"
AMOUNT = "Action Obligation Amount (In $ million) (USAspending)"


def judged(
    folder: Path, projects: Rows = (PROJECT,), contracts: Rows = (CONTRACT,), **conventions: Any
) -> tuple[Any, Findings]:
    findings = Findings()
    files = written(folder, projects, contracts=contracts)
    published = importing.read_all(files, Conventions(**conventions))
    return importing.stages(published, date(2012, 8, 31), findings), findings


def contract(n: int, **cells: str) -> dict[str, str]:
    return CONTRACT | {"Contract ID": str(n)} | cells


def starts(stages: Any) -> list[str | None]:
    return [u.body.get("starts_on") for u in upserts(stages, "contracts")]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.2", "1.2"),
        ("-1.2", "-1.2"),
        ("(1.2)", "-1.2"),
        ("$1.2", "1.2"),
        ("-$1.2", "-1.2"),
        ("$(1.2)", "-1.2"),
        ("($1.2)", "-1.2"),
        ("\u22121.2", "-1.2"),
        ("1,234.5", "1234.5"),
        ("$1,234,567", "1234567"),
        ("(1,234.50)", "-1234.5"),
        (".5", "0.5"),
        ("1e-3", "0.001"),
        ("1 234", "1234"),
        ("1'234.5", "1234.5"),
    ],
)
def test_an_amount_is_read_as_accountants_write_it(text: str, amount: str) -> None:
    assert amount_of(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "1,234",
        "1.234,5",
        "12,34.5",
        "1_000",
        "€1",
        "1.2M",
        "((1))",
        "-(1)",
        "--1",
        "()",
        "$",
        "NaN",
        "１",
    ],
)
def test_what_may_be_another_amount_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|comma"):
        amount_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "11-10-01",
        "2011-10-01x",
        "2011-W40-1",
        "1.10.2011",
        "0011-10-01",
        "10/01/0011",
        "2/30/2011",
        "2011-10-01 to 2012-09-30",
        "2011-10-01T",
        "10/01/2011 or later",
        "10/01/2011 11/01/2011",
    ],
)
def test_what_is_no_day_or_of_no_time_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|year|day"):
        day_of(text, "month-first", None)


@pytest.mark.parametrize(
    "text",
    [
        "2011-10-01",
        "2011-10-01T04:00:00Z",
        "2011-10-01 00:00:00",
        "10/01/2011 12:00 AM",
        "10/1/2011 23:59:59.5",
        "2011-10-01T00:00:00-05:00",
        "20111001",
        "1-Oct-2011",
    ],
)
def test_a_day_may_have_a_time_behind_it(text: str) -> None:
    assert day_of(text, "month-first", None) == date(2011, 10, 1)


@pytest.mark.parametrize("text", ["1,234.5", "$1.2", "(1.2)"])
def test_an_amount_that_is_read_is_no_finding(tmp_path: Path, text: str) -> None:
    stages, findings = judged(tmp_path, contracts=[contract(1, **{AMOUNT: text})])
    [put] = upserts(stages, "contracts")
    assert Decimal(put.body["value"]["amount"]) == amount_of(text) * 1_000_000
    assert not findings.lost


def test_an_amount_that_is_not_read_is_lost_and_told(tmp_path: Path) -> None:
    stages, findings = judged(tmp_path, contracts=[contract(1, **{AMOUNT: "1,234"})])
    assert "value" not in upserts(stages, "contracts")[0].body
    [finding] = [f for f in findings.items if f.code == "unreadable_cell"]
    assert (finding.line, finding.value, findings.lost) == (2, "1,234", True)


def test_a_year_of_two_digits_is_refused_unless_a_century_is_given(tmp_path: Path) -> None:
    rows = [contract(1, **{START: "10/31/11"}), contract(2, **{START: "10/31/2011"})]
    stages, findings = judged(tmp_path, contracts=rows)
    assert (starts(stages), findings.lost) == ([None, "2011-10-31"], True)
    assert ("contracts.csv", 2, "unreadable_cell") in listed(findings)
    for century, year in ((1900, 1999), (2000, 2099)):
        stages, findings = judged(tmp_path, contracts=[contract(1, **{START: "10/31/99"})], century=century)
        assert (starts(stages), findings.lost) == ([f"{year}-10-31"], False)
    project = PROJECT | {"start_date": "10/15/11"}
    [put] = upserts(judged(tmp_path, [project])[0], "projects")
    assert "planned_start_on" not in put.body


def test_the_order_of_days_and_months_is_that_of_the_whole_column(tmp_path: Path) -> None:
    for start, expected in (("31/10/2011", "2011-04-03"), ("10/31/2011", "2011-03-04")):
        rows = [contract(1, **{START: "03/04/2011"}), contract(2, **{START: start})]
        stages, findings = judged(tmp_path, contracts=rows)
        assert (starts(stages), findings.lost) == ([expected, "2011-10-31"], False)


def test_an_order_that_stays_open_is_refused_unless_it_is_given(tmp_path: Path) -> None:
    rows = [
        contract(1, **{START: "03/04/2011"}),
        contract(2, **{START: "05/05/2011"}),
        contract(3, **{START: "2011-01-31"}),
    ]
    stages, findings = judged(tmp_path, contracts=rows)
    assert (starts(stages), findings.lost) == ([None, "2011-05-05", "2011-01-31"], True)
    for order, expected in (("day-first", "2011-04-03"), ("month-first", "2011-03-04")):
        stages, findings = judged(tmp_path, contracts=rows, order=order)
        assert starts(stages)[0] == expected


def test_a_column_with_both_orders_has_none(tmp_path: Path) -> None:
    rows = [contract(n, **{START: text}) for n, text in enumerate(("31/10/2011", "10/31/2011", "01/02/2011"))]
    stages, findings = judged(tmp_path, contracts=rows)
    assert (starts(stages), findings.lost) == ([None, None, None], True)
    assert order_of(["31/10/2011", "2/30/2011"]) not in ("month-first", "day-first")


def test_a_column_does_not_decide_for_its_neighbour(tmp_path: Path) -> None:
    rows = [contract(1, **{START: "03/04/2011", END: "10/31/2012"})]
    assert starts(judged(tmp_path, contracts=rows)[0]) == [None]


def test_imported_as_finished_is_said_of_what_is_finished_only(tmp_path: Path) -> None:
    late = {"planned_completion_b2": "2012-06-30", "projected_actual_completion_b2": "2012-12-31"}
    rows = [
        PROJECT | late | {"project_id": "1", "schedule_variance_days": "0"},
        PROJECT | {"project_id": "2", "schedule_variance_days": "-5"},
        PROJECT | late | {"project_id": "3", "schedule_variance_days": "7", "start_date": "2012-10-01"},
    ]
    stages, findings = judged(tmp_path, rows)
    done = {f.key: f.done for f in findings.items if f.code == "schedule_variance_differs"}
    stage = {u.key: u.body["stage"] for u in upserts(stages, "projects")}
    assert stage == {"1": "active", "2": "closed", "3": "approved"}
    assert done == {"1": "imported as active", "2": "imported as finished", "3": "imported as approved"}


def shifted(row: dict[str, str], at: str, by: int) -> dict[str, str]:
    """The row with the cells from `at` on one column further right (something got in) or left (one was left out)."""
    names = [c.name for c in COLUMNS["projects"] if c.name != "cost_variance_musd"]
    cells = [row.get(name, "") for name in names]
    i = names.index(at)
    moved = [*cells[:i], " and Development", *cells[i:-1]] if by > 0 else [*cells[:i], *cells[i + 1 :], ""]
    return dict(zip(names, moved, strict=True))


FULL = PROJECT | {
    "investment_title": "Networks", "project_description": "Annual operations", "planned_cost_musd": "3.25",
    "projected_actual_cost_musd": "4.5",
}  # fmt: skip


@pytest.mark.parametrize("by", [1, -1])
@pytest.mark.parametrize("at", ["investment_uii", "agency_code", "project_description", "start_date"])
def test_a_row_whose_cells_are_shifted_is_not_imported(tmp_path: Path, at: str, by: int) -> None:
    rows = [FULL, shifted(FULL | {"project_id": "657"}, at, by), FULL | {"project_id": "658"}]
    stages, findings = judged(tmp_path, rows)
    assert [u.key for u in upserts(stages, "projects")] == ["656", "658"]
    [finding] = [f for f in findings.items if f.code == "cells_shifted"]
    assert (finding.file, finding.line, finding.done) == ("projects.csv", 3, "not imported")
    assert findings.lost


def test_amounts_that_slipped_among_themselves_are_seen_by_the_published_variance(tmp_path: Path) -> None:
    whole = {**FULL, "cost_variance_musd": "-1.25"}
    slipped = whole | {
        "project_id": "657", "lifecycle_cost_musd": "3.25", "planned_cost_musd": "4.5", "projected_actual_cost_musd": "",
    }  # fmt: skip
    files = written(tmp_path, [FULL])
    names = list(whole)
    files.projects.write_text(
        "\n".join(
            ",".join(row.get(n, "") for n in names)
            for row in (dict(zip(names, names, strict=True)), whole, slipped)
        )
        + "\n"
    )
    findings = Findings()
    stages = importing.stages(importing.read_all(files), date(2012, 8, 31), findings)
    assert [u.key for u in upserts(stages, "projects")] == ["656"]
    assert ("projects.csv", 3, "cells_shifted") in listed(findings)


def test_an_investment_whose_title_has_run_over_brings_no_funding(tmp_path: Path) -> None:
    row = INVESTMENT | {"cio_eval_2017": "Development", "funding_py1_prior": "Green", "funding_py": "9.9"}
    findings = Findings()
    files = written(tmp_path, [PROJECT], [INVESTMENT | {"investment_uii": "005-000000009"}, row])
    stages = importing.stages(importing.read_all(files), date(2012, 8, 31), findings)
    assert ("investments.csv", 3, "cells_shifted") in listed(findings)
    assert [u.key for u in upserts(stages, "budget lines")] == ["005-000000009/funding_py"]


def test_one_strange_word_or_a_placeholder_shifts_nothing(tmp_path: Path) -> None:
    row = PROJECT | {"planned_cost_musd": "n/a", "start_date": "TBD", "lifecycle_cost_musd": "unknown"}
    stages, findings = judged(tmp_path, [row, PROJECT | {"project_id": "2", "start_date": "soon"}])
    assert len(upserts(stages, "projects")) == 2
    assert "cells_shifted" not in findings.counts()


def test_a_second_row_with_other_content_is_lost_and_one_that_is_the_same_is_not(tmp_path: Path) -> None:
    assert not judged(tmp_path, [PROJECT, PROJECT])[1].lost
    assert judged(tmp_path, [PROJECT, PROJECT | {"planned_cost_musd": "1"}])[1].lost
