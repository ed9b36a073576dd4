"""What is sent becomes a folder, within bounds."""

import zipfile
from pathlib import Path

import pytest

from services.imports.findings import Findings
from services.imports.systems import unpacking
from services.imports.systems.unpacking import laid_out
from services.imports.tables.table import UnreadableTable


def zipped(path: Path, *files: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return path


def names(folder: Path, *sent: tuple[Path, str], findings: Findings | None = None) -> list[str]:
    folder.mkdir()
    paths = laid_out(sent, folder, findings or Findings())
    assert all(path.is_relative_to(folder) for path in paths)
    return [path.relative_to(folder).as_posix() for path in paths]


def test_an_archive_is_the_folder_that_it_was(tmp_path: Path) -> None:
    archive = zipped(
        tmp_path / "0", ("plans/a.xml", b"a"), ("plans/b/a.xml", b"b"), ("__MACOSX/plans/._a.xml", b"x"),
        ("plans/.DS_Store", b"x"), ("Thumbs.db", b"x"), ("~$a.xlsx", b"x"),
    )  # fmt: skip
    assert names(tmp_path / "files", (archive, "plans.zip")) == ["plans/a.xml", "plans/b/a.xml"]


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    evil = ("../../a.xml", "/etc/b.xml", "C:\\windows\\c.xml", "d\x00\n.xml", "x" * 300 + ".xml")
    archive = zipped(tmp_path / "0", *((name, b"a") for name in evil))
    listed = names(tmp_path / "files", (archive, "../evil.zip"))
    assert len(listed) == 5
    assert all(".." not in name and len(name) < 150 for name in listed)


def test_files_of_one_name_stand_beside_each_other(tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / str(number)).write_bytes(b"x")
    sent = [(tmp_path / str(number), "plan.xml") for number in range(2)]
    assert names(tmp_path / "files", *sent) == ["plan.xml", "plan (2).xml"]


def test_several_archives_have_folders_of_their_own(tmp_path: Path) -> None:
    archives = [(zipped(tmp_path / str(n), ("a.xml", b"x")), f"{n}.zip") for n in range(2)]
    assert names(tmp_path / "files", *archives) == ["0/a.xml", "1/a.xml"]


def test_a_workbook_is_no_archive(tmp_path: Path) -> None:
    parts = [("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")]
    workbook = zipped(tmp_path / "0", *parts)
    assert names(tmp_path / "files", (workbook, "a.xlsx")) == ["a.xlsx"]


def test_an_archive_in_an_archive_is_a_finding(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner", ("a.xml", b"x")).read_bytes()
    findings = Findings()
    archive = zipped(tmp_path / "0", ("inner.zip", inner), ("b.xml", b"x"))
    assert names(tmp_path / "files", (archive, "a.zip"), findings=findings) == ["b.xml"]
    assert findings.counts() == {"archive_in_archive": 1}


def test_what_inflates_too_far_is_refused_while_it_does(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "0", ("a.csv", bytes(20_000_000)))
    with pytest.raises(UnreadableTable, match="inflates too far"):
        names(tmp_path / "files", (archive, "bomb.zip"))


def test_all_files_together_have_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_BYTES", 2_000)
    archive = zipped(tmp_path / "0", *((f"{n}.csv", b"ab" * 400) for n in range(4)))
    with pytest.raises(UnreadableTable, match="inflates too far"):
        names(tmp_path / "files", (archive, "many.zip"))


def test_so_many_files_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_FILES", 3)
    archive = zipped(tmp_path / "0", *((f"{n}.csv", b"a") for n in range(4)))
    with pytest.raises(UnreadableTable, match="more than 3 files"):
        names(tmp_path / "files", (archive, "many.zip"))


def test_a_damaged_archive_is_a_sentence(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "0", ("a.csv", b"a,b\n" * 500))
    content = bytearray(archive.read_bytes())
    content[40:60] = bytes(20)
    archive.write_bytes(content)
    with pytest.raises(UnreadableTable, match="is damaged"):
        names(tmp_path / "files", (archive, "broken.zip"))


def test_an_archive_without_files_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable, match="there is no file in it"):
        names(tmp_path / "files", (zipped(tmp_path / "0", ("folder/", b"")), "empty.zip"))
