"""What files are, by their content and not by their names."""

import json
from pathlib import Path

import pytest

from services.imports.systems.kinds import Kind, kind_of, needs_java, root_of, together
from tests.imports.test_gmpp import LIGHTS, MARCH, published_as

SAMPLES = Path(__file__).parents[3] / "sample" / "imports"


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("plan-files", Kind.PLANS), ("project-online", Kind.PROJECT_ONLINE), ("jira", Kind.JIRA)],
)
def test_the_samples_are_what_they_are_under_any_name(tmp_path: Path, folder: str, kind: Kind) -> None:
    for number, path in enumerate(sorted((SAMPLES / folder).iterdir())):
        nameless = tmp_path / f"{number}"
        nameless.write_bytes(path.read_bytes())
        assert kind_of(nameless) is kind, path


CONTENTS: dict[str, tuple[bytes, Kind | None]] = {
    "a plan with a prolog": (b'<?xml version="1.0"?>\n<!-- a <b> --><Project xmlns="x"/>', Kind.PLANS),
    "a plan in UTF-16": ('<?xml version="1.0"?><Project/>'.encode("utf-16"), Kind.PLANS),
    "PMXML": (b"<p:APIBusinessObjects xmlns:p='x'/>", Kind.PLANS),
    "XER": (b"ERMHDR\t8.0\t2010-01-01\n", Kind.PLANS),
    "an older container without a workbook": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), Kind.PLANS),
    "a page": (b"<html><body>none</body></html>", None),
    "pages of the search": (b'{"issues": []}', Kind.JIRA),
    "issues alone": (b'[{"key": "PAY-1", "fields": {}}]', Kind.JIRA),
    "a list of some program's": (b'[{"key": "PAY-1", "name": "x"}]', Kind.TABLE),
    "the older form of OData": (
        json.dumps({"d": {"results": [{"TaskId": "1", "ProjectId": "2", "TaskName": "x"}]}}).encode(),
        Kind.PROJECT_ONLINE,
    ),
    "the newer form of OData": (
        json.dumps({"@odata.context": "x/$metadata#Projects", "value": []}).encode(),
        Kind.PROJECT_ONLINE,
    ),
    "JSON of another kind": (b'{"value": [{"a": 1}]}', Kind.TABLE),
    "a table with an id of a project": (b"ProjectId,Name,Budget\n1,Archive,5\n", Kind.TABLE),
    "risks with ids": (b"RiskId,Title,Owner\n1,Late,Eva\n", Kind.TABLE),
    "an export of issues": (b"Issue key,Summary,Status\nPAY-1,Sign in,Open\n", Kind.JIRA),
    "a table with such headings and other keys": (b"Key,Summary,Status\nRow 1,Sign in,Open\n", Kind.TABLE),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_a_file_is_told_by_its_content(tmp_path: Path, name: str) -> None:
    content, kind = CONTENTS[name]
    path = tmp_path / "file.bin"
    path.write_bytes(content)
    assert kind_of(path) is kind


def test_a_yearly_report_is_told_by_its_headings(tmp_path: Path) -> None:
    assert kind_of(published_as(tmp_path / "a.csv", MARCH, LIGHTS)) is Kind.GMPP
    assert kind_of(published_as(tmp_path / "b.csv", *zip(MARCH, LIGHTS, strict=True))) is Kind.GMPP


def test_files_together_are_what_most_of_them_are() -> None:
    assert together([Kind.TABLE, Kind.JIRA, None, Kind.JIRA, Kind.PLANS]) is Kind.JIRA
    assert together([Kind.TABLE, None]) is Kind.TABLE


def test_only_xml_of_project_is_read_without_java(tmp_path: Path) -> None:
    path = tmp_path / "file"
    expected = {"a plan with a prolog": False, "a plan in UTF-16": False, "PMXML": True, "XER": True}
    for name, answer in expected.items():
        path.write_bytes(CONTENTS[name][0])
        assert needs_java(path) is answer, name


def test_a_root_is_found_behind_what_may_stand_before_it() -> None:
    assert root_of(b"\xef\xbb\xbf <?xml version='1.0'?><!-- <A> -->\n<x:Project>") == "Project"
    assert root_of(b"no markup <Project>") == ""
