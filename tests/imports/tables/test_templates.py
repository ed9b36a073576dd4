"""Templates: filled in, they are proposed back exactly, in both languages and both forms."""

from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from services.cli import main
from services.imports.tables.cells import reader_of
from services.imports.tables.conventions import survey
from services.imports.tables.proposing import propose, table_for
from services.imports.tables.reading import tables_of
from services.imports.tables.targets import KEY, Target, target_named, targets
from services.imports.tables.templates import columns_of, to_csv, to_xlsx

ALL = {target.name: target for target in targets()}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("target", ALL.values(), ids=ALL.keys())
def test_a_template_is_proposed_back_exactly(
    target: Target, language: str, form: str, tmp_path: Path
) -> None:
    path = tmp_path / f"{target.name}.{form}"
    path.write_bytes(to_csv(target, language) if form == "csv" else to_xlsx(target, language))
    table = table_for(tables_of(path), target)
    surveyed = survey(table)
    proposal = propose(table, surveyed, target)
    fields = columns_of(target)
    assert [column.member for column in proposal.mapping.columns] == [field.path for field in fields]
    assert proposal.mapping.key == (table.columns[0],)
    assert (proposal.questions, proposal.missing) == ((), ())
    [row] = table.rows()
    for field, column, cell in zip(fields, proposal.mapping.columns, row.cells, strict=True):
        if field.of.kind not in ("reference", "money") and field.path != KEY:
            read = reader_of(
                field.of, column, surveyed.columns[column.column], owner=field.owner(target.entry.name)
            )
            assert read(cell) is not None, "the example can be read"


def test_a_workbook_says_what_its_columns_mean_and_offers_the_choices() -> None:
    book = CalamineWorkbook.from_filelike(BytesIO(to_xlsx(target_named("projects"), "fr", str.upper)))
    assert book.sheet_names == ["Projets", "Colonnes", "Choix"]
    meanings = {row[1]: row for row in book.get_sheet_by_name("Colonnes").to_python()}
    assert meanings["name"][:4] == ["Désignation", "name", "oui", "BY WHICH PEOPLE KNOW IT."]
    choices = book.get_sheet_by_name("Choix").to_python()
    place = choices[0].index("Statut")
    assert [row[place] for row in choices[1:4]] == ["Proposé", "En initialisation", "Approuvé"]


def test_the_command_writes_both_forms_and_says_what_to_do_with_them(tmp_path: Path) -> None:
    arguments = [
        "import",
        "template",
        "--as",
        "risks",
        "--xlsx",
        str(tmp_path / "r.xlsx"),
        "--csv",
        str(tmp_path / "r.csv"),
    ]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert "portolan import table" in result.output
    assert (tmp_path / "r.csv").read_text(encoding="utf-8-sig").startswith("Key,Project,Title")
    assert CliRunner().invoke(main, ["import", "template", "--as", "risks"]).exit_code == 2
    unknown = CliRunner().invoke(
        main, ["import", "template", "--as", "risk", "--csv", str(tmp_path / "x.csv")]
    )
    assert (unknown.exit_code, "Is 'risks' meant?" in unknown.output) == (2, True)
