"""The survey: one pass, bounded memory, and every cell counted as all that it can be."""

import tracemalloc
from collections.abc import Iterator

from services.imports.tables.conventions import survey
from services.imports.tables.surveying import MOST_TEXTS
from services.imports.tables.table import Row, Table
from tests.imports.tables.columns import surveyed


def test_a_cell_is_counted_as_all_that_it_can_be() -> None:
    column = surveyed(
        ["2026", "1.2.2026", "CHF 5", "50 %", "yes", "n/a", " Alpha ", "", None, "#REF!", "46054"]
    )
    assert (column.filled, column.telling, column.is_complete) == (9, 8, True)
    assert column.reads == {
        "number": 4,
        "period": 1,
        "day": 1,
        "money": 1,
        "percent": 1,
        "yes_no": 1,
        "text": 1,
        "error": 1,
        "serial": 1,
    }
    assert column.placeholders.count == 1
    assert column.texts["Alpha"] == 1


def test_texts_are_counted_without_the_spaces_around_them() -> None:
    column = surveyed(["a", " a", "a ", "b"])
    assert column.texts == {"a": 3, "b": 1}


def test_typed_values_are_counted_as_a_spreadsheet_shows_them() -> None:
    column = surveyed([1944.0, "1944", 0.1 + 0.2, True])
    assert column.texts == {"1944": 2, "0.3": 1, "true": 1}
    assert column.typed == {"float": 2, "bool": 1, "str": 1}


def test_a_table_is_read_once_and_its_rows_are_counted() -> None:
    calls = []

    def rows() -> Iterator[Row]:
        calls.append(1)
        yield from (Row(n, (str(n), "x")) for n in range(2, 7))

    looked_at = survey(Table("a.csv", "", 1, ("A", "B"), rows))
    assert (looked_at.rows, len(calls), list(looked_at.columns)) == (5, 1, ["A", "B"])


def test_what_follows_the_first_texts_is_looked_at_too() -> None:
    cells = [f"0{n % 9 + 1}/0{n % 7 + 1}/{1950 + n // 4}" for n in range(900)]
    column = surveyed([*cells, "31/12/2026"])
    assert not column.is_complete
    assert len(column.texts) == MOST_TEXTS
    assert column.orders[("day-first",)].count == 1
    assert column.filled == 901


def test_many_long_texts_take_little_memory() -> None:
    def rows() -> Iterator[Row]:
        yield from (Row(n, (f"{n} " + "x" * 20_000, f"{n}.5", "y" * (n % 300))) for n in range(3000))

    tracemalloc.start()
    column = survey(Table("a.csv", "", 1, ("A", "B", "C"), rows)).columns["A"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (column.filled, column.longest) == (3000, 20_005)
    assert peak < 2_000_000


def test_a_thousand_columns_share_what_is_counted() -> None:
    names = tuple(f"C{n}" for n in range(1000))
    looked_at = survey(
        Table("a.csv", "", 1, names, lambda: (Row(n, (f"{n} " + "x" * 100,) * 1000) for n in range(80)))
    )
    assert looked_at.rows == 80
    assert {len(column.texts) for column in looked_at.columns.values()} == {50}
    assert not any(column.is_complete for column in looked_at.columns.values())
