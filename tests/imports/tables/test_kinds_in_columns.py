"""What stands in the names of columns beside a period, or in its place, becomes cells of rows."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.imports.tables.mapping_files import from_toml, to_toml
from services.imports.tables.periods import in_year
from services.imports.tables.unfolding import turned
from shared.base.settings import Settings
from tests.conftest import Portolan, running_portolan
from tests.imports.tables.arranged import imported, write_table
from tests.imports.tables.test_periods_in_columns import PROJECTS, brought_in, proposed


@pytest.fixture
async def portolan(tmp_path: Path) -> AsyncIterator[Portolan]:
    async with running_portolan(Settings(data=tmp_path / "data")) as running:
        lines = ("Id;Name;Cost;Currency;State", "PR-001;One;1000;CHF;active", "PR-002;Two;2000;CHF;active")
        await imported(running, write_table(tmp_path, *lines, name="projects.csv"), PROJECTS)
        yield running


async def test_capex_and_opex_of_each_year_are_rows_with_their_nature(
    portolan: Portolan, tmp_path: Path
) -> None:
    path = write_table(
        tmp_path, "Project;Capex 2026;Opex 2026;Capex 2027;Opex 2027;Total",
        "PR-001;10;20;30;;60", "PR-002;;5;;7;12",
    )  # fmt: skip
    mapping = proposed(path, "budget-lines")
    assert from_toml(to_toml(mapping)) == mapping
    first = await brought_in(portolan, path, mapping)
    assert (first.counts, first.findings) == ({"created": 5}, [])
    lines = (await portolan("viewer").get("/finance/v1/budget-lines?limit=200")).json()["items"]
    assert sorted((one["fiscal_year"], one["nature"], one["amount"]["amount"]) for one in lines) == [
        (2026, "capex", "10.00"), (2026, "opex", "20.00"), (2026, "opex", "5.00"),
        (2027, "capex", "30.00"), (2027, "opex", "7.00"),
    ]  # fmt: skip
    assert (await brought_in(portolan, path, mapping)).counts == {"unchanged": 5}


async def test_what_is_credited_counts_below_zero(portolan: Portolan, tmp_path: Path) -> None:
    path = write_table(
        tmp_path, "Rechnung;Datum;Projekt;Soll;Haben",
        "F-1001;05.01.2026;PR-001;1000.50;", "F-1002;06.01.2026;PR-001;;100", "F-1003;06.02.2026;PR-002;70;",
    )  # fmt: skip
    done = await brought_in(portolan, path, proposed(path, "actual-costs"))
    assert (done.counts, done.findings) == ({"created": 3}, [(3, "read_as_credit", "Amount")])
    costs = (await portolan("viewer").get("/finance/v1/actual-costs?limit=200")).json()["items"]
    assert sorted((one["document"], one["amount"]["amount"]) for one in costs) == [
        ("F-1001", "1000.50"), ("F-1002", "-100.00"), ("F-1003", "70.00"),
    ]  # fmt: skip


async def test_months_beside_a_column_with_the_year_are_months_of_that_year(
    portolan: Portolan, tmp_path: Path
) -> None:
    lines = ("PR-001;Anna Keller;2026;20%;30%", "PR-001;Anna Keller;2027;40%;")
    path = write_table(tmp_path, "Projekt;Mitarbeiter;Jahr;Jan;Feb", *lines)
    refused = tmp_path / "refused.csv"
    done = await brought_in(portolan, path, proposed(path, "allocations"), refused)
    assert (done.counts, done.findings) == ({"created": 3}, [])
    booked = (await portolan("director").get("/resources/v1/allocations?limit=200")).json()["items"]
    assert sorted((one["starts_on"], one["ends_on"], one["percent"]) for one in booked) == [
        ("2026-01-01", "2026-01-31", 20), ("2026-02-01", "2026-02-28", 30), ("2027-01-01", "2027-01-31", 40),
    ]  # fmt: skip


@pytest.mark.parametrize(("part", "year"), [("10", 2009), ("01", 2000), ("Q2", 2026), ("H1", 2025)])
def test_a_part_of_a_year_is_never_two_years(part: str, year: int) -> None:
    period = in_year(part, year, "")
    assert period is not None
    assert (period.period.first.year, period.period.last.year) == (year, year)


@pytest.mark.parametrize(
    ("text", "other"), [("100", "-100"), ("-1'000.5", "1'000.5"), ("", ""), ("n/a", "n/a"), (2.5, -2.5)]
)
def test_an_amount_is_turned_and_turned_back(text: str | float, other: str | float) -> None:
    assert turned(text) == other
    assert turned(other) == text
