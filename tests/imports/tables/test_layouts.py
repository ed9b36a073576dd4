"""Tables as organisations lay them out, in three languages: what is read, and what is proposed for it."""

import csv
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from services.imports.tables import limits
from services.imports.tables.conventions import survey
from services.imports.tables.proposing import Proposal, propose
from services.imports.tables.reading import tables_of
from services.imports.tables.spreading import laid_out
from services.imports.tables.table import Row, Table, UnreadableTable, Value
from services.imports.tables.targets import target_named
from services.imports.tables.unfolding import refolded
from tests.imports.tables.test_proposing import members_of, table_of
from tests.imports.tables.test_text_files import codes

Group = tuple[str, tuple[str, ...]]
GROUPS: dict[str, tuple[tuple[Group, ...], tuple[str, ...]]] = {
    "english": (
        (("Project", ("Code", "Name")), ("Schedule", ("Planned start", "Planned end")), ("Budget (kCHF)", ("Approved", "Spent"))),
        ("code", "name", "planned_start_on", "planned_finish_on", "planned_cost", ""),
    ),
    "french": (
        (("Projet", ("N°", "Intitulé")), ("Calendrier prévu", ("Début", "Fin")), ("Budget (kCHF)", ("Prévu", "Réel"))),
        ("code", "name", "planned_start_on", "planned_finish_on", "planned_cost", ""),
    ),
    "german": (
        (("Projekt", ("Nr.", "Name")), ("Termine Plan", ("Beginn", "Ende")), ("Kosten (kCHF)", ("Plan", "Ist"))),
        ("code", "name", "planned_start_on", "planned_finish_on", "planned_cost", ""),
    ),
}  # fmt: skip
CELLS = (
    ("P-1001", "Roof", "2026-01-15", "2026-06-30", 120, 30),
    ("P-1002", "Wall", "2026-02-15", "2026-07-31", 80, 0),
)


def proposal_of(table: Table, register: str) -> Proposal:
    target = target_named(register)
    rows = laid_out(table, target)
    return propose(rows, survey(rows), target)


def grouped(folder: Path, groups: tuple[Group, ...], *, are_merged: bool) -> Path:
    """A sheet with a line of groups over its names, merged or filled at the left only."""
    path = folder / "groups.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet, place = workbook.add_worksheet(), 0
        for group, names in groups:
            if are_merged:
                sheet.merge_range(0, place, 0, place + len(names) - 1, group)
            else:
                sheet.write(0, place, group)
            sheet.write_row(1, place, names)
            place += len(names)
        for line, row in enumerate(CELLS, 2):
            sheet.write_row(line, 0, row)
    return path


@pytest.mark.parametrize("are_merged", [True, False], ids=["merged", "at the left"])
@pytest.mark.parametrize("language", GROUPS)
def test_names_below_groups_are_understood_together(
    tmp_path: Path, language: str, *, are_merged: bool
) -> None:
    groups, members = GROUPS[language]
    [table] = tables_of(grouped(tmp_path, groups, are_merged=are_merged))
    assert table.row_count == 2
    assert tuple(one.member for one in proposal_of(table, "projects").mapping.columns) == members


def test_a_group_that_says_nothing_of_an_amount_is_looked_below(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text(
        "Projekt;;Verantwortlich;;Ist;\nCode;Titel;Projektleiter;Auftraggeber;Kosten;Ende\n"
        "P-1001;Roof;Ann Bell;Cid Dorn;12;2026-01-31\nP-1002;Wall;Bob Crane;Cid Dorn;13;2026-02-28\n"
    )
    members = members_of(proposal_of(tables_of(path)[0], "projects"))
    assert members["Verantwortlich Projektleiter"] == "manager_id"
    assert members["Verantwortlich Auftraggeber"] == "sponsor_id"
    assert members["Ist Ende"] == "actual_finish_on"
    assert "Ist Kosten" not in members  # what was spent is no plan


@pytest.mark.parametrize(
    ("register", "head", "cells", "values"),
    [
        ("budget-lines", ("2026", "2027"), ("1", "2"), {"Amount": "amount"}),
        ("budget-lines", ("Budget 2026", "Ist 2025"), ("1", "2"), {"Budget": "amount"}),
        ("budget-lines", ("2026 Budget", "2026 Forecast", "2027 Budget", "2027 Forecast"), ("1",) * 4, {"Budget": "amount", "Forecast": "forecast"}),
        ("actual-costs", ("Budget 2026", "Ist 2025"), ("1", "2"), {"Ist": "amount"}),
        ("actual-costs", ("Jan 26", "Feb 26", "Mrz 26"), ("1", "2", "3"), {"Amount": "amount"}),
        ("forecasts", ("Q1 2026", "Q2 2026"), ("1", "2"), {"Estimate at completion": "at_completion"}),
        ("allocations", ("Janvier 2026", "Février 2026"), ("50", "80"), {"Per cent of capacity": "percent"}),
        ("rate-cards", ("2026", "2027"), ("120", "125"), {"Amount": "amount"}),
    ],
)  # fmt: skip
def test_every_register_of_periods_and_amounts_has_its_columns_unfolded(
    register: str, head: tuple[str, ...], cells: tuple[str, ...], values: dict[str, str]
) -> None:
    table = laid_out(
        table_of("plan.csv", ("Project", *head), ("P-1", *cells), ("P-2", *cells)), target_named(register)
    )
    assert table.unfolding is not None
    members = members_of(propose(table, survey(table), target_named(register)))
    taken_values = {value: members[value] for value in table.unfolding.spread.values if value in members}
    label = {f.path: f.label() for f in target_named(register).fields}
    expected = {label[member] if value in ("Amount", "Estimate at completion") else value: member for value, member in values.items()}  # fmt: skip
    assert taken_values == expected


@pytest.mark.parametrize(
    ("register", "head"),
    [
        ("projects", ("Budget 2025", "Budget 2026")),
        ("persons", ("2025", "2026")),
        ("budget-lines", ("Fiscal year", "Amount", "Variance 2025")),
        ("budget-lines", ("Comment 2025", "Comment 2026")),
    ],
)
def test_columns_that_are_no_periods_of_records_stay_columns(register: str, head: tuple[str, ...]) -> None:
    cells = ["words" if "Comment" in name else "2026" for name in head]
    table = table_of("plan.csv", ("Project", *head), ("P-1", *cells), ("P-2", *cells))
    assert laid_out(table, target_named(register)).unfolding is None


def test_quarters_below_their_year_and_months_of_a_sheet_of_one_year_have_it(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(";;2026;;2027;\nProject;Cost type;Q1;Q2;Q1;Q2\nP-1;Staff;1;2;3;4\nP-2;Staff;1;2;3;4\n")
    target = target_named("budget-lines")
    below = laid_out(tables_of(path)[0], target)
    assert [row.cells[2:] for row in below.rows()][:4] == [
        ("Q1 2026", "2026", "1"), ("Q2 2026", "2026", "2"), ("Q1 2027", "2027", "3"), ("Q2 2027", "2027", "4"),
    ]  # fmt: skip
    months = ("Project", "Jan", "Feb", "Mrz")
    titled = laid_out(table_of("Budget 2026.csv", months, ("P-1", "1", "2", "3")), target)
    assert [row.cells[1] for row in titled.rows()] == ["2026-01", "2026-02", "2026-03"]
    untitled = laid_out(table_of("Budget.csv", months, ("P-1", "1", "2", "3")), target)
    assert (untitled.unfolding, codes(untitled)) == (None, {"periods_without_year"})


def test_a_year_among_its_quarters_and_a_column_that_adds_up_are_totals() -> None:
    head = ("Project", "Q1 2026", "Q2 2026", "2026", "2027", "Reserve", "Everything")
    rows = (("P-1", "1", "2", "3", "4", "9", "7"), ("P-2", "10", "20", "30", "40", "9", "70"))
    table = laid_out(table_of("plan.csv", head, *rows), target_named("budget-lines"))
    assert table.unfolding is not None
    assert table.unfolding.spread.totals == ("2026", "Everything")
    assert [row.cells[2] for row in table.rows()] == ["Q1 2026", "Q2 2026", "2027"] * 2


@pytest.mark.parametrize("title", ["Budget (en k€)", "Alle Beträge in T€", "Amounts in thousands of EUR"])
def test_the_unit_of_a_title_counts_for_amounts_that_say_none(tmp_path: Path, title: str) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(
        f"{title};;\n\nProject;Cost type;2026;2027\nP-1;Staff;1;2\nP-2;Staff;3;4\n", encoding="utf-8"
    )
    mapping = proposal_of(tables_of(path)[0], "budget-lines").mapping
    amount = next(one for one in mapping.columns if one.member == "amount")
    assert (amount.currency, amount.scale) == ("EUR", 1000)


CELL = st.one_of(st.none(), st.integers(-(10**9), 10**9), st.sampled_from(["", " ", "n/a", "-"]))


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=20))
def test_rows_unfolded_and_folded_again_are_the_lines_and_have_their_sums(
    lines: list[tuple[Value, Value, Value]],
) -> None:
    rows = [Row(n, (f"P-{n}", *cells)) for n, cells in enumerate([(1, 2, 3), *lines], 2)]
    sheet = Table(
        "plan.csv", "", 1, ("Project", "2026", "2027", "2028"), lambda: iter(rows), row_count=len(rows)
    )
    table = laid_out(sheet, target_named("budget-lines"))
    unfolded_rows = list(table.rows())
    amounts = [cell for row in rows for cell in row.cells[1:] if isinstance(cell, int)]
    assert [row.cells[-1] for row in unfolded_rows] == amounts
    again = list(refolded(table, [(row.line, [str(c) for c in row.cells], ["why"]) for row in unfolded_rows]))
    assert sum(Decimal(cell) for _, cells, _ in again for cell in cells[1:] if cell) == sum(amounts)
    filled = [row for row in rows if any(isinstance(cell, int) for cell in row.cells[1:])]
    assert [(line, cells[0]) for line, cells, _ in again] == [(row.line, row.cells[0]) for row in filled]
    for (_, cells, _), row in zip(again, filled, strict=True):
        assert cells[1:] == [str(cell) if isinstance(cell, int) else "" for cell in row.cells[1:]]


@pytest.mark.parametrize(
    "head",
    [
        ("2026", "2026", "2026"),
        ("2026", "2026 (2)", "2027"),
        ("Total", "Total 2026", "Total 2027"),
        ("2026" * 40, "2027", "2028"),
        ("9999", "0000", "1"),
        ("", "2026", "2027"),
        ("Q1", "Q1 2026", "2026 Q1"),
        ("FY25/26", "2025", "2026"),
        ("=2026", "'2027", "2028\x00"),
    ],
)
@pytest.mark.parametrize("register", ["budget-lines", "actual-costs", "allocations", "rate-cards"])
def test_strange_periods_end_with_a_mapping_or_a_clear_answer(
    tmp_path: Path, register: str, head: tuple[str, ...]
) -> None:
    content = StringIO()
    csv.writer(content).writerows(
        [("Project", *head), ("P-1", "1", "x", "3"), ("P-2", "", "", ""), ("P-3", "4", "5", "6")]
    )
    path = tmp_path / "plan.csv"
    path.write_text(content.getvalue(), encoding="utf-8")
    try:
        table = laid_out(tables_of(path)[0], target_named(register))
        proposal = propose(table, survey(table), target_named(register))
    except UnreadableTable:  # which says why
        return
    assert set(proposal.reasons) == set(table.columns)
    assert all(len(row.cells) == len(table.columns) for row in table.rows())


def test_more_filled_cells_than_a_sheet_has_lines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ROWS", 5)
    table = table_of("plan.csv", ("Project", "2026", "2027"), *[(f"P-{n}", "1", "2") for n in range(4)])
    with pytest.raises(UnreadableTable, match="filled cells") as refused:
        survey(laid_out(table, target_named("budget-lines")))
    assert refused.value.code == "too_many_rows"
