"""Bookings as accountants export them: credit notes, reversals, and equal rows, brought in from end to end."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from services.imports.tables.mapping import ColumnMapping, Mapping
from services.imports.undoing import undo
from shared.base.settings import Settings
from tests.conftest import running_portolan
from tests.imports.tables.arranged import Result, client_of, imported, mapped, write_table
from tests.support.given import Desk, chf

AMOUNT = ColumnMapping(column="Amount", member="amount", currency="CHF")
PLAIN = mapped(
    "finance.actual_cost", "Doc", Doc="document", Project="project_id", Date="posted_on", Amount=AMOUNT
)
WITH_ORIGINALS = structs.replace(
    PLAIN, columns=(*PLAIN.columns, ColumnMapping(column="Storno", member="reverses_id"))
)
WITHOUT_NUMBER = structs.replace(PLAIN, key=("Project", "Date", "Amount"), columns=PLAIN.columns[1:])
HEADING = "Doc;Project;Date;Amount;Storno"
INVOICE = "R-1;P-1;2026-03-01;80.00;"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """With an approved project whose code is P-1."""
    async with running_portolan(Settings(data=tmp_path / "data")) as portolan:
        desk = Desk(portolan)
        await desk.project("approve", code="P-1")
        yield desk


async def booked(
    desk: Desk, folder: Path, mapping: Mapping, *lines: str, validate_only: bool = False
) -> Result:
    path = write_table(folder, HEADING, *lines)
    return await imported(desk.portolan, path, mapping, validate_only=validate_only)


async def costs(desk: Desk) -> dict[str, dict[str, Any]]:
    """By their documents."""
    items = (await desk.read("finance/v1/actual-costs"))["items"]
    return {item["document"]: item for item in items}


@pytest.mark.parametrize("by", ["R-1", "key"])
async def test_a_column_names_what_is_reversed_by_document_or_key(
    desk: Desk, tmp_path: Path, by: str
) -> None:
    """In the same file, whatever the order of the rows; or of an earlier one."""
    lines = ["G-1;P-1;2026-03-02;-30.00;R-1", INVOICE]
    result = await booked(desk, tmp_path, WITH_ORIGINALS, *(lines if by == "R-1" else lines[1:]))
    if by == "key":
        result = await booked(desk, tmp_path, WITH_ORIGINALS, lines[0])
    assert (result.findings, result.summary["refused"]) == ([], 0)
    posted = await costs(desk)
    assert posted["G-1"]["reverses_id"] == posted["R-1"]["id"]
    again = await booked(desk, tmp_path, WITH_ORIGINALS, *lines)
    assert (again.counts, again.findings) == ({"unchanged": 2}, [])


@pytest.mark.parametrize("back", ["", "R-1"])
async def test_an_original_that_names_its_reversal_is_reversed_by_it(
    desk: Desk, tmp_path: Path, back: str
) -> None:
    """Some systems write the number on both sides."""
    result = await booked(
        desk, tmp_path, WITH_ORIGINALS, f"{INVOICE}G-1", f"G-1;P-1;2026-03-02;-80.00;{back}"
    )
    assert (result.counts, result.findings) == ({"created": 2}, [])
    posted = await costs(desk)
    assert posted["G-1"]["reverses_id"] == posted["R-1"]["id"]
    assert posted["R-1"]["reverses_id"] is None


async def test_a_name_that_nothing_has_is_a_finding_and_the_row_does_not_come_in(
    desk: Desk, tmp_path: Path
) -> None:
    result = await booked(desk, tmp_path, WITH_ORIGINALS, INVOICE, "G-1;P-1;2026-03-02;-30.00;R-9")
    assert (result.counts, result.findings) == ({"created": 1, "refused": 1}, [(3, "not_there", "Storno")])


async def test_a_credit_of_the_amount_of_one_earlier_booking_reverses_it_and_that_is_said(
    desk: Desk, tmp_path: Path
) -> None:
    lines = (INVOICE, "R-2;P-1;2026-03-05;80.00;", "G-1;P-1;2026-03-04;-80.00;")
    tried = await booked(desk, tmp_path, PLAIN, *lines, validate_only=True)
    result = await booked(desk, tmp_path, PLAIN, *lines)
    assert tried.counts == result.counts == {"created": 3}
    assert tried.findings == result.findings == [(4, "read_as_reversal", "Amount")]
    [finding] = result.run.findings.items
    assert "R-1 of line 2" in finding.reason
    posted = await costs(desk)
    assert posted["G-1"]["reverses_id"] == posted["R-1"]["id"]
    again = await booked(desk, tmp_path, PLAIN, *lines)
    assert (again.counts, again.findings) == ({"unchanged": 3}, [])


async def test_a_credit_reverses_what_an_earlier_file_has_posted(desk: Desk, tmp_path: Path) -> None:
    await booked(desk, tmp_path, PLAIN, INVOICE)
    result = await booked(desk, tmp_path, PLAIN, "G-1;P-1;2026-04-01;-80.00;")
    posted = await costs(desk)
    assert posted["G-1"]["reverses_id"] == posted["R-1"]["id"], result.findings
    second = await booked(desk, tmp_path, PLAIN, "G-2;P-1;2026-04-02;-80.00;")
    assert second.findings == [(2, "read_as_credit", "Amount")]
    assert (await costs(desk))["G-2"]["reverses_id"] is None


@pytest.mark.parametrize(
    ("others", "credits"),
    [((INVOICE, "R-2;P-1;2026-03-02;80.00;"), None), ((), None), ((INVOICE,), "alone")],
)
async def test_a_credit_that_no_single_booking_fits_is_one_of_its_own(
    desk: Desk, tmp_path: Path, others: tuple[str, ...], credits: Any
) -> None:
    mapping = structs.replace(PLAIN, credits=credits)
    result = await booked(desk, tmp_path, mapping, *others, "G-1;P-1;2026-03-04;-80.00;")
    assert result.counts == {"created": len(others) + 1}
    assert [code for _, code, _ in result.findings] == ([] if credits else ["read_as_credit"])
    assert (await costs(desk))["G-1"]["reverses_id"] is None


async def test_a_credit_without_document_or_original_is_refused_with_what_to_do(
    desk: Desk, tmp_path: Path
) -> None:
    lines = (";P-1;2026-03-01;80.00;", ";P-1;2026-03-01;80.00;", ";P-1;2026-03-04;-80.00;")
    result = await booked(desk, tmp_path, structs.replace(WITHOUT_NUMBER, repeats="keep"), *lines)
    assert result.counts == {"created": 2, "refused": 1}
    [finding] = result.run.findings.items
    assert (finding.code, "number of the credit note" in finding.mend) == ("reversal", True)


async def test_equal_bookings_are_kept_where_that_is_said_and_the_same_file_again_changes_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    project = (await desk.read("projects/v1/projects"))["items"][0]
    lines = [";P-1;2026-03-01;4.50;"] * 2
    mapping = structs.replace(WITHOUT_NUMBER, repeats="keep")
    assert (await booked(desk, tmp_path, mapping, *lines)).counts == {"created": 2}
    assert (await desk.earned_value(project))["ac"] == chf("9.00")
    grown = await booked(desk, tmp_path, mapping, ";P-1;2026-02-01;1.00;", *lines)
    assert grown.counts == {"created": 1, "unchanged": 2}
    assert (await desk.earned_value(project))["ac"] == chf("10.00")


async def test_an_import_with_reversals_is_taken_back_whole(desk: Desk, tmp_path: Path) -> None:
    """A cost takes its reversals with it, and a credit of its own goes by itself."""
    lines = (INVOICE, "R-2;P-1;2026-03-05;80.00;", "G-1;P-1;2026-03-04;-80.00;", "G-2;P-1;2026-03-04;-5.00;")
    result = await booked(desk, tmp_path, PLAIN, *lines)
    async with client_of(desk.portolan) as client:
        undone = await undo(client, result.run.import_id)
    assert [(one.title, one.reason, one.detail) for one in undone.remaining] == []
    assert await costs(desk) == {}
    again = await booked(desk, tmp_path, PLAIN, *lines)
    assert again.summary["refused"] == 0, [str(f.reason) for f in again.run.findings.items]
    assert len(await costs(desk)) == 4
