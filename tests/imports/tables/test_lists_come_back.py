"""A list that is taken from Portolan is proposed back onto its own members, and its cells are read as they were."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from services.exports.standing import Standing
from services.exports.workbook import Workbook
from services.imports.tables.cells import reader_of
from services.imports.tables.conventions import survey
from services.imports.tables.headers import unique_names
from services.imports.tables.proposing import propose
from services.imports.tables.reading import tables_of
from services.imports.tables.table import Row as TableRow
from services.imports.tables.table import Table
from services.imports.tables.targets import Target, targets
from services.reporting.web.registers.lists import Column, Row
from services.reporting.web.registers.tables import IDENTITY, to_csv, to_xlsx
from services.reporting.web.registers.values import Name, Shower
from services.reporting.web.words import words_in
from shared.base.ids import new_id
from shared.contracts.forms import Field
from shared.contracts.words import labels_in

REFERENCE = str(new_id())
NAMES = {REFERENCE: Name("Harbour renewal")}
ALL = {target.name: target for target in targets()}


def value_of(field: Field, number: int) -> Any:
    """Something that the member may hold, another one for each row."""
    match field.kind:
        case "day":
            return f"2026-03-{number + 10}"
        case "instant":
            return f"2026-03-{number + 10}T08:30:00Z"
        case "money":
            return {"amount": f"{1234 * number}.50", "currency": "CHF"}
        case "currency":
            return "EUR"
        case "integer":
            return 2026 if field.is_year else number
        case "number":
            return number + 0.5
        case "yes_no":
            return number == 1
        case "choice":
            return field.choices[number % len(field.choices)]
        case "reference":
            return REFERENCE
        case "rows" | "part" | "map" | "file":
            return None
        case "line" if field.name == "country":
            return ("CH", "FR")[number - 1]
        case _:
            return f"Text {number}, with more" if field.name != "email" else f"p{number}@example.org"


def taken_list(target: Target, language: str, form: str, folder: Path, fields: Sequence[Field]) -> Path:
    """The list as its page gives it, in a file."""
    shower = Shower(words_in(language), UTC, NAMES)
    entry = target.entry
    columns = [Column(field, shower.naming.member(entry, field.name)) for field in fields]
    rows = [
        Row(str(new_id()), 3, "", "", False, [shower.show(entry, f, value_of(f, number)) for f in fields])
        for number in (1, 2)
    ]
    identity = [shower.naming.member(entry, name) for name in IDENTITY]
    path = folder / f"{entry.collection}.{form}"
    path.write_bytes(
        to_csv(columns, rows, identity) if form == "csv" else to_xlsx(columns, rows, identity, "List")
    )
    return path


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("target", ALL.values(), ids=ALL.keys())
def test_each_column_of_a_list_is_proposed_onto_its_own_member(
    target: Target, language: str, form: str, tmp_path: Path
) -> None:
    fields = [f for f in target.model.members if f.kind not in ("part", "rows", "map", "file")]
    [table] = tables_of(taken_list(target, language, form, tmp_path, fields))
    proposal = propose(table, survey(table), target)
    expected: list[str] = []
    for field in fields:
        is_taken = target.field(field.name).is_taken
        expected += [field.name if is_taken else ""]
        expected += [f"{field.name}.currency" if is_taken else ""] if field.kind == "money" else []
    assert [column.member for column in proposal.mapping.columns] == [*expected, "id", "version"]
    assert proposal.mapping.key == (), "rows are known by their ids"
    assert proposal.questions == ()
    rows = list(table.rows())
    for place, column in enumerate(proposal.mapping.columns):
        at = target.field(column.member).of if column.member else None
        if at is None or at.kind == "reference" or "." in column.member or column.member == "id":
            continue
        if at.kind == "money":
            column = replace(column, currency="CHF")
        read = reader_of(at, column, survey(table).columns[column.column], owner=target.entry.name)
        expected_values = [value_of(at, number) if at.name != "version" else 3 for number in (1, 2)]
        assert [read(row.cells[place]) for row in rows] == expected_values


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("target", ALL.values(), ids=ALL.keys())
def test_each_column_of_the_workbook_of_an_export_is_proposed_onto_its_own_member(
    target: Target, language: str, tmp_path: Path
) -> None:
    with closing(Standing(tmp_path / "nothing.sqlite")) as standing:
        book = Workbook(standing, language)
        heads = [head.label for head in book._heads(target.entry, labels_in(language))]
    row = TableRow(2, (REFERENCE, *(None for _ in heads[1:])))
    table = Table("everything.xlsx", "", 1, unique_names(heads), lambda: iter((row,)))
    members = [c.member for c in propose(table, survey(table), target).mapping.columns if c.member]
    paths = [f.path for f in target.fields if f.is_taken and f.path not in ("version", "currency")]
    assert sorted(members) == sorted(paths)
