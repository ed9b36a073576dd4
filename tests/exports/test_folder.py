"""The folder of an export: new or empty, for its owner alone, whole or not there."""

from pathlib import Path

import pytest

from services.exports.asking import ExportFailed
from services.exports.folder import MANIFEST, UNFINISHED, new_folder


def test_a_folder_has_its_name_once_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with new_folder(target) as folder:
        folder.append("projects/projects.jsonl", b"{}\n")
        assert not target.exists()
        folder.finish({"format": "a test"})
    assert sorted(path.name for path in target.iterdir()) == [MANIFEST, "projects"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_nobody_else_reads_it(tmp_path: Path) -> None:
    with new_folder(tmp_path / "out") as folder:
        folder.put("projects/projects.jsonl", b"{}\n")
        folder.finish({})
    modes = {path.stat().st_mode & 0o077 for path in [tmp_path / "out", *(tmp_path / "out").rglob("*")]}
    assert modes == {0}


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(ExportFailed, match="is not empty"), new_folder(tmp_path):
        pytest.fail("it was begun")
    with pytest.raises(ExportFailed, match="is a file"), new_folder(tmp_path / "letter.txt"):
        pytest.fail("it was begun")
    assert (tmp_path / "letter.txt").read_text() == "mine"


def test_an_export_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with new_folder(tmp_path / "out") as folder:
            folder.append("projects/projects.jsonl", b"{}\n")
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_export_has_left_is_begun_anew(tmp_path: Path) -> None:
    unfinished = tmp_path / "out.part"
    (unfinished / "projects").mkdir(parents=True)
    (unfinished / "projects" / "old.jsonl").write_text("{}")
    (unfinished / UNFINISHED).touch()
    with new_folder(tmp_path / "out") as folder:
        folder.finish({})
    assert [path.name for path in (tmp_path / "out").iterdir()] == [MANIFEST]


def test_a_folder_that_no_export_has_left_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "out.part").mkdir()
    (tmp_path / "out.part" / "letter.txt").write_text("mine")
    with pytest.raises(ExportFailed, match="no export has left it"), new_folder(tmp_path / "out"):
        pytest.fail("it was begun")
    assert (tmp_path / "out.part" / "letter.txt").read_text() == "mine"


def test_two_exports_do_not_write_one_folder(tmp_path: Path) -> None:
    with new_folder(tmp_path / "out") as folder:
        with pytest.raises(ExportFailed, match="another export"), new_folder(tmp_path / "out"):
            pytest.fail("it was begun")
        folder.finish({})
