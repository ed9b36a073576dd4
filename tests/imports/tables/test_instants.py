"""Cells of members that are instants: a day with its time, in the zone that stands there, else in UTC."""

from datetime import date, datetime
from typing import Any

import pytest

from services.imports.tables.cells import Unread, reader_of
from services.imports.tables.mapping import ColumnMapping
from services.imports.tables.surveying import survey
from services.imports.tables.table import Row, Table
from shared.base.texts import Text
from shared.contracts.forms import Field

ACTUAL_START = Field("actual_start_at", "instant", nullable=True)


def reading(cell: Any, remarks: list[str] | None = None, **settings: Any) -> Any:
    """What a cell is read as, alone in its column; the code of its refusal with a mark."""
    table = Table("plan.csv", "", 1, ("Begun",), lambda: iter((Row(2, (cell,)),)))

    def remark(code: str, text: Text) -> None:
        if remarks is not None:
            remarks.append(code)

    column = ColumnMapping(column="Begun", **settings)
    try:
        return reader_of(ACTUAL_START, column, survey(table).columns["Begun"], remark=remark)(cell)
    except Unread as refusal:
        return f"!{refusal.code}"


@pytest.mark.parametrize(
    ("cell", "instant"),
    [
        ("2026-03-11T08:30:00Z", "2026-03-11T08:30:00Z"),
        ("2026-03-11T08:30:00.250000Z", "2026-03-11T08:30:00.250000Z"),
        ("2026-03-11T00:30:00+01:00", "2026-03-10T23:30:00Z"),
        ("2026-03-11 22:30 -0500", "2026-03-12T03:30:00Z"),
        ("31.03.2026 17:00", "2026-03-31T17:00:00Z"),
        ("Mar 11, 2026 12:05 AM", "2026-03-11T00:05:00Z"),
        ("11 mars 2026, 08:30", "2026-03-11T08:30:00Z"),
        ("20260311T1730Z", "2026-03-11T17:30:00Z"),
        ("/Date(1773217800000)/", "2026-03-11T08:30:00Z"),
        (datetime(2026, 3, 11, 8, 30), "2026-03-11T08:30:00Z"),
        ("", None),
    ],
)
def test_a_day_with_its_time_is_an_instant(cell: Any, instant: str | None) -> None:
    assert reading(cell) == instant


@pytest.mark.parametrize("cell", ["2026-03-11", "31.3.2026", date(2026, 3, 11)])
def test_a_day_without_a_time_begins_at_midnight_and_that_is_told(cell: Any) -> None:
    remarks: list[str] = []
    assert reading(cell, remarks).endswith("T00:00:00Z")
    assert remarks == ["no_time"]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2026-03-11 25:00", "!no_time_of_day"),
        ("2026-03-11 13:00 PM", "!no_time_of_day"),
        ("kickoff", "!no_day"),
    ],
)
def test_what_is_no_time_is_refused(cell: str, code: str) -> None:
    assert reading(cell) == code


def test_the_number_of_a_spreadsheet_keeps_its_time_of_day() -> None:
    assert reading(46092.5, epoch=1900) == "2026-03-11T12:00:00Z"
