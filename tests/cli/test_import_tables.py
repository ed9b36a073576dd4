"""`portolan import table`, as it is called: what it asks, what it says, how it ends."""

import csv
import json
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from services.cli import main
from tests.system.running import EmbeddedProcess

LINES = (
    "Project ID;Project Title;Department;Start Date;Budget",
    "HC-1;Tax system;Finance;15.03.2026;1'250.50",
    "HC-2;Parking portal;Finance;01.07.2026;310",
)


def table(file: Path, *more: object) -> Result:
    return CliRunner().invoke(main, ["import", "table", str(file), *(str(a) for a in more)])


def write_file(folder: Path, *lines: str) -> Path:
    path = folder / "projects.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedProcess]:
    process = EmbeddedProcess(tmp_path_factory.mktemp("tables") / "data")
    process.start()
    try:
        yield process
    finally:
        process.end()


def reached(instance: EmbeddedProcess) -> list[object]:
    return ["--data", instance.data, "--url", instance.url]


def listed(instance: EmbeddedProcess) -> list[str]:
    """The names of all projects."""
    issued = CliRunner().invoke(main, ["token", "issue", "--role", "viewer", "--data", str(instance.data)])
    headers = {"Authorization": f"Bearer {issued.output.split()[-1]}"}
    answer = httpx.get(f"{instance.url}/projects/v1/projects", headers=headers, timeout=30)
    return sorted(item["name"] for item in answer.json()["items"])


def test_what_two_readings_fit_is_asked_before_anything_is_read(tmp_path: Path) -> None:
    path = write_file(tmp_path, "Project ID;Name;Start Date", "1;One;03/04/2026", "2;Two;05/06/2026")
    done = table(path, "--as", "projects", "--data", tmp_path)
    assert done.exit_code == 2, done.output
    assert "--date-order day-first" in done.stderr
    assert "--date-order month-first" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--as", "projcts"], "projects"),
        (["--as", "projects", "--key", "Nr"], "there are: Project ID, Project Title"),
        (["--as", "projects", "--report", "/nowhere/report.json"], "cannot be written"),
    ],
)
def test_a_wrong_call_says_what_is_right(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    done = table(write_file(tmp_path, *LINES), *arguments, "--data", tmp_path)
    assert done.exit_code in (1, 2)
    assert sentence in done.output


def test_nothing_is_written_where_nobody_can_be_asked(instance: EmbeddedProcess, tmp_path: Path) -> None:
    done = table(write_file(tmp_path, *LINES), "--as", "projects", "--currency", "CHF", *reached(instance))
    assert (done.exit_code, "--yes" in done.stderr) == (2, True), done.output
    assert "2 new" in done.output
    assert "Tax system" not in listed(instance)


def test_a_file_goes_in_is_corrected_and_goes_in_again(instance: EmbeddedProcess, tmp_path: Path) -> None:
    """With the mapping of the first time, and the rows that were refused."""
    mapping, refused, report = (tmp_path / name for name in ("m.toml", "projects_refused.csv", "report.json"))
    path = write_file(tmp_path, *LINES, "HC-3;Library;Culture;31.02.2026;x", ";Nameless;Culture;01.02.2026;1")
    first = table(
        path, "--as", "projects", "--currency", "CHF", "--yes", "--save-mapping", mapping, "--refused", refused,
        "--report", report, *reached(instance),
    )  # fmt: skip
    assert first.exit_code == 3, first.output
    summary = json.loads(report.read_text())
    assert (summary["created"], summary["refused"]) == (3, 1)
    with refused.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["line"] for row in rows] == ["4", "5"]
    rows[0] |= {"Start Date": "28.02.2026", "Budget": "12.50"}
    rows[1] |= {"Project ID": "HC-4"}
    with refused.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    second = table(refused, "--as", "projects", "--mapping", mapping, "--yes", *reached(instance))
    assert second.exit_code == 0, second.output
    assert {"Tax system", "Parking portal", "Library", "Nameless"} <= set(listed(instance))
    odd = write_file(tmp_path, *LINES, "HC-3;Library;Culture;31.02.2026;12.50")
    unread = table(odd, "--as", "projects", "--mapping", mapping, *reached(instance))
    assert (unread.exit_code, "Nothing changed: what could be read" in unread.output) == (3, True), (
        unread.output
    )
    assert "(exit code 3)" in unread.output
    again = table(write_file(tmp_path, *LINES), "--as", "projects", "--mapping", mapping, *reached(instance))
    assert (again.exit_code, "Nothing changed" in again.output) == (0, True), again.output


def test_rows_of_a_source_are_known_by_the_same_columns_the_next_time(
    instance: EmbeddedProcess, tmp_path: Path
) -> None:
    heading = "Department,Fiscal year,Name,Vorhaben Nr"
    first = write_file(tmp_path, heading, "A,2026,Alpha project,V-1", "B,2026,Beta project,V-1")
    arguments = ("--as", "projects", "--source", "grown", *reached(instance))
    table(first, *arguments, "--yes", "--key", "Name")
    more = write_file(tmp_path, heading, "A,2026,Alpha project,V-1", "B,2026,Beta project,V-2")
    result = table(more, *arguments, "--yes")
    assert "known by Name, as in the last import of grown" in result.output
    assert "0 new" in result.output


def director_of(instance: EmbeddedProcess) -> httpx.Client:
    issued = CliRunner().invoke(main, ["token", "issue", "--role", "director", "--data", str(instance.data)])
    headers = {"Authorization": f"Bearer {issued.output.split()[-1]}"}
    return httpx.Client(base_url=instance.url, headers=headers, timeout=30)


def test_own_fields_of_the_organisation_are_columns_too(instance: EmbeddedProcess, tmp_path: Path) -> None:
    with director_of(instance) as director:
        definition = {
            "aggregate": "projects.project", "name": "data_class", "type": "choice", "choices": ["open", "secret"],
            "label": [{"language": "en", "text": "Data class"}],
        }  # fmt: skip
        declared = director.post("/projects/v1/field-definitions", json=definition).raise_for_status().json()
        path = f"/projects/v1/field-definitions/{declared['id']}/activate"
        director.post(path, json={}, headers={"If-Match": f'"{declared["version"]}"'}).raise_for_status()
        file = write_file(tmp_path, "Project ID;Project Title;Data class", "OWN-1;Own field;secret")
        done = table(file, "--as", "projects", "--yes", *reached(instance))
        assert done.exit_code == 0, done.output
        [item] = director.get("/projects/v1/projects", params={"code": "OWN-1"}).json()["items"]
        assert item["custom"] == {"data_class": "secret"}


def test_a_saved_mapping_is_refused_with_the_line_and_other_columns_are_named(tmp_path: Path) -> None:
    mapping = tmp_path / "m.toml"
    text = 'register = "projects.project"\nsource = "x"\nkey = ["Nr"]\n\n[[columns]]\ncolumn = "Nr"\n\n[[columns]]\n'
    mapping.write_text(f'{text}column = "Name"\nmember = "nam"\n')
    arguments = ["--as", "projects", "--mapping", mapping, "--data", tmp_path, "--yes"]
    wrong = table(write_file(tmp_path, "Nr;Title", "1;One"), *arguments)
    assert (wrong.exit_code, "line 10: projects have no member 'nam'" in wrong.output) == (2, True), (
        wrong.output
    )
    mapping.write_text(f'{text}column = "Name"\nmember = "name"\n')
    stopped = table(write_file(tmp_path, "Nr;Title", "1;One"), *arguments, "--url", "http://127.0.0.1:9")
    assert "Not in projects.csv, and left as they are: Name." in stopped.output
    assert "New in projects.csv, and not taken: Title." in stopped.output
    keyless = table(write_file(tmp_path, "Name", "One"), *arguments)
    assert (keyless.exit_code, "by which the mapping knows the rows" in keyless.output) == (2, True)


def options_named(result: Result) -> list[str]:
    """The options by which a command says that it could be answered."""
    return [line.split("  ")[0] for line in map(str.strip, result.stderr.splitlines()) if line[:2] == "--"]


def test_every_question_is_answered_by_an_option_that_it_names(tmp_path: Path) -> None:
    """Of one column where several ask the same: the first day of a start, the last one of an end."""
    path = write_file(
        tmp_path, "Project ID;Name;Start Date;End Date;Cost", "1;One;03/2026;05/2026;1,234",
        "2;Two;04/2026;06/2026;2,345",
    )  # fmt: skip
    arguments: list[object] = ["--as", "projects", "--data", tmp_path, "--url", "http://127.0.0.1:9"]
    first = table(path, *arguments)
    assert first.exit_code == 2, first.output
    answers = options_named(first)
    assert {"--period 'Start Date=first'", "--period 'End Date=last'", "--decimal ,"} <= set(answers)
    words = [word for answer in answers[::2] for word in shlex.split(answer)]
    words += ["--scale", "1000", "--currency", "CHF"]
    second = table(path, *arguments, *words, "--save-mapping", tmp_path / "m.toml")
    assert "Not clear yet" not in second.stderr, second.output
    mapping = tomllib.loads((tmp_path / "m.toml").read_text())
    by_name = {column["column"]: column for column in mapping["columns"]}
    assert by_name["Start Date"]["period"] == "first"
    assert by_name["Cost"]["scale"] == 1000


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--period", "middle"], "none of first|last"),
        (["--period", "Until=last"], "no column is called 'Until'"),
        (["--constant", "Colour=red"], "no member is called 'Colour'"),
        (["--scale", "12"], "none of 1|1000|1000000"),
    ],
)
def test_an_answer_that_makes_no_sense_says_what_would(
    tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    done = table(write_file(tmp_path, *LINES), "--as", "projects", *arguments, "--data", tmp_path)
    assert (done.exit_code, sentence in done.output) == (2, True), done.output


def test_a_constant_fills_what_no_column_does(tmp_path: Path) -> None:
    path = write_file(tmp_path, "Doc No;Posting date;Amount", "A1;2026-03-01;12.50")
    arguments: list[object] = [
        "--as",
        "actual-costs",
        "--currency",
        "CHF",
        "--data",
        tmp_path,
        "--url",
        "http://127.0.0.1:9",
    ]
    first = table(path, *arguments)
    assert "--constant 'Project=…'" in first.output
    second = table(path, *arguments, "--constant", "Project=P-17", "--save-mapping", tmp_path / "m.toml")
    assert "No column fills" not in second.output
    assert tomllib.loads((tmp_path / "m.toml").read_text())["constants"] == {"project_id": "P-17"}
