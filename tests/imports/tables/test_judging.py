"""Rows judged without any server: whatever the conventions of a table, its values come back exactly."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from services.imports.findings import Findings
from services.imports.tables.conventions import survey
from services.imports.tables.judging import Judge
from services.imports.tables.mapping import ColumnMapping, DayOrder, Decimal, Mapping, Repeats
from services.imports.tables.oddities import TotalRows, folded_key, slipped
from services.imports.tables.person_names import first_name_first
from services.imports.tables.reading import tables_of
from services.imports.tables.spool import JudgedRow, Spool
from services.imports.tables.targets import target_named
from services.imports.tables.typing_errors import slips_among


@dataclass(frozen=True)
class Conventions:
    """How somebody writes a table."""

    delimiter: str
    days: str
    order: DayOrder
    thousands: str
    decimal: Decimal
    encoding: str

    def amount(self, cents: int) -> str:
        whole = f"{cents // 100:,}".replace(",", self.thousands)
        return f"{whole}{self.decimal}{cents % 100:02}"


DAYS: list[tuple[str, DayOrder]] = [
    ("%d.%m.%Y", "day-first"),
    ("%m/%d/%Y", "month-first"),
    ("%Y-%m-%d", "year-first"),
]
MARKS: list[tuple[str, Decimal]] = [("'", "."), (".", ","), (",", "."), ("", "."), (" ", ",")]
CONVENTIONS = st.builds(
    lambda delimiter, days, marks, encoding: Conventions(
        delimiter, days[0], days[1], marks[0], marks[1], encoding
    ),
    st.sampled_from([";", ",", "\t"]),
    st.sampled_from(DAYS),
    st.sampled_from(MARKS),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
NAMES = st.text(st.sampled_from("abcÄéß ,;'\"-0"), min_size=1, max_size=12).map(lambda text: f"x{text}x")
ROWS = st.lists(
    st.tuples(NAMES, st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(0, 10**11)),
    min_size=1,
    max_size=8,
)


def judged(path: Path, mapping: Mapping) -> tuple[list[JudgedRow], Findings]:
    [table] = tables_of(path)
    findings = Findings()
    with Spool() as spool:
        Judge(table, mapping, survey(table), target_named(mapping.register), findings, spool).run()
        return list(spool.rows()), findings


@settings(max_examples=40)
@given(CONVENTIONS, ROWS)
def test_a_table_in_any_conventions_comes_back_exactly(
    conventions: Conventions, rows: Sequence[tuple[str, date, int]]
) -> None:
    mapping = Mapping(
        register="projects.project", source="sheet", key=("Id",),
        columns=(
            ColumnMapping(column="Id", member="external_ref.id"),
            ColumnMapping(column="Title", member="name"),
            ColumnMapping(column="Start", member="planned_start_on", order=conventions.order),
            ColumnMapping(column="Cost", member="planned_cost", currency="CHF", decimal=conventions.decimal),
        ),
    )  # fmt: skip
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        with path.open("w", newline="", encoding=conventions.encoding) as file:
            writer = csv.writer(file, delimiter=conventions.delimiter)
            writer.writerow(["Id", "Title", "Start", "Cost"])
            for number, (name, day, cents) in enumerate(rows):
                writer.writerow(
                    [f"P{number}", name, day.strftime(conventions.days), conventions.amount(cents)]
                )
        result, findings = judged(path, mapping)
    assert findings.counts() == {}
    assert [(r.key, r.members["name"], r.members["planned_start_on"], r.members["planned_cost"]) for r in result] == [
        (f"P{n}", name, day.isoformat(), {"amount": f"{cents // 100}.{cents % 100:02}", "currency": "CHF"})
        for n, (name, day, cents) in enumerate(rows)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("1,944", "1944", True), ("P-0017", "p 17", True), ("P-17", "P-18", False), ("1.2", "12", False), ("2026-01", "202601", False)],
)  # fmt: skip
def test_keys_look_alike_where_people_write_one_in_two_ways(one: str, other: str, same: bool) -> None:
    assert (folded_key(one) == folded_key(other)) is same


def test_a_slip_is_seen_and_another_number_or_word_is_none() -> None:
    counts = {"Department of Agriculture": 9, "Department of Agraculture": 1, "Phase II": 1, "Phase III": 1, "Lot 17": 1, "Lot 18": 1,
              "Region East": 2, "Region West": 2}  # fmt: skip
    assert slips_among(counts) == {"Department of Agraculture": "Department of Agriculture"}


@pytest.mark.parametrize(
    ("cells", "key", "is_total"),
    [
        (("Total", None, "30.50"), ("Total",), True), (("Total", None, "30.50"), ("", "Total"), True), (("Summe:", None, "30.50"), ("Summe:",), True),
        (("", "", "30.50"), ("",), True), (("", "", "31.50"), ("",), False),
        (("P3", "Total Quality", "5"), ("P3",), False), (("Total Quality", "", "5"), (), False),
    ],
)  # fmt: skip
def test_a_total_is_known_by_its_word_or_its_figures(
    cells: tuple[str | None, ...], key: tuple[str, ...], is_total: bool
) -> None:
    totals = TotalRows()
    assert not totals.is_one(("P1", "One", "10.25"), ("P1",))
    assert not totals.is_one(("P2", "Two", "20.25"), ("P2",))
    assert totals.is_one(cells, key) is is_total


def test_a_total_in_the_key_column_of_a_row_without_a_name_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    lines = (
        "Id;Title;Owner;Currency;Start",
        "P1;One;Ada;CHF;",
        "Total;;all owners;CHF;",
        "Total;Total;Ada;CHF;",
    )
    path.write_text("\n".join(lines) + "\n")
    mapping = Mapping(
        register="projects.project", source="sheet", key=("Id",),
        columns=(ColumnMapping(column="Id"), ColumnMapping(column="Title", member="name")),
    )  # fmt: skip
    rows, findings = judged(path, mapping)
    assert [row.fate for row in rows] == ["judged", "left_out", "judged"]
    assert (findings.counts(), findings.lost) == ({"total_row": 1}, False)


def test_cells_of_another_kind_give_a_shift_away_and_one_strange_text_does_not() -> None:
    assert slipped([("Cost", "money", "2026-03-01")])
    assert slipped([("Cost", "money", "Anna Weber"), ("Start", "day", "approved")])
    assert not slipped([("Start", "day", "soon after")])


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Weber, Anna", "Anna Weber"),
        ("Smith, John Jr.", "John Smith Jr."),
        ("Smith, John, Jr.", "John Smith Jr."),
        ("Smith Jr., John", "John Smith Jr."),
        ("John Smith, PhD", "John Smith PhD"),
        ("Habsburg, Otto von III", "Otto von Habsburg III"),
        ("Anna Weber", "Anna Weber"),
        ("Weber,", "Weber"),
    ],
)
def test_a_person_is_made_by_the_first_name_first(cell: str, name: str) -> None:
    assert first_name_first(cell) == name


BOOKINGS = Mapping(
    register="finance.actual_cost", source="book", key=("Project", "Date", "Amount"),
    columns=(
        ColumnMapping(column="Project", member="project_id"),
        ColumnMapping(column="Date", member="posted_on"),
        ColumnMapping(column="Amount", member="amount", currency="CHF"),
    ),
)  # fmt: skip
COFFEE = "P-1;2026-03-01;4.50"


def bookings(folder: Path, *lines: str, repeats: Repeats | None) -> tuple[list[JudgedRow], Findings]:
    path = folder / "bookings.csv"
    path.write_text("\n".join(["Project;Date;Amount", *lines]) + "\n")
    return judged(path, structs.replace(BOOKINGS, repeats=repeats))


def test_two_equal_bookings_are_two_where_that_is_said_and_keep_their_keys_as_the_file_grows(
    tmp_path: Path,
) -> None:
    rows, findings = bookings(tmp_path, COFFEE, "P-1;2026-03-02;9", COFFEE, repeats="keep")
    assert (findings.items, {row.fate for row in rows}) == ([], {"judged"})
    keys = [row.key for row in rows]
    assert len(set(keys)) == 3
    grown, _ = bookings(
        tmp_path, "P-2;2026-02-01;1", COFFEE, COFFEE, "P-1;2026-03-02;9", COFFEE, repeats="keep"
    )
    assert set(keys) < {row.key for row in grown}
    assert len({row.key for row in grown}) == 5


@pytest.mark.parametrize(("repeats", "lost"), [(None, True), ("leave-out", False)])
def test_an_equal_booking_is_left_out_and_is_missing_unless_somebody_says_that_it_is_none(
    tmp_path: Path, repeats: Repeats | None, lost: bool
) -> None:
    rows, findings = bookings(tmp_path, COFFEE, COFFEE, repeats=repeats)
    assert [row.fate for row in rows] == ["judged", "left_out"]
    [finding] = findings.items
    assert (finding.code, finding.line, finding.lost) == ("repeated_row", 3, lost)
    assert ("--repeats keep" in finding.mend) is lost


def test_an_equal_row_of_a_record_with_a_name_is_the_same_one_again(tmp_path: Path) -> None:
    path = tmp_path / "packages.csv"
    path.write_text("Project;WBS;Name\nP-1;1;Plan\nP-1;1;Plan\n")
    columns = tuple(
        ColumnMapping(column=column, member=member)
        for column, member in (("Project", "project_id"), ("WBS", "wbs"), ("Name", "name"))
    )
    mapping = Mapping(register="projects.work_package", source="s", key=("Project", "WBS"), columns=columns)
    _, findings = judged(path, mapping)
    assert [(f.code, f.lost) for f in findings.items] == [("repeated_row", False)]
