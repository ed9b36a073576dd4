"""Files of other systems through the pages: recognised, looked at, checked, brought in, taken back."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from services.cli import main
from tests.system.browsing import portolan_up
from tests.system.running import ROOT
from tests.system.test_import_pages import Reader, table

SAMPLES = ROOT / "sample" / "imports"
ALL = {
    "plan-files": "Plan files",
    "project-online": "Project Online",
    "jira": "Jira",
}


class Sender(Reader):
    """Somebody who sends files."""

    def send(self, *files: tuple[str, bytes], register: str = "") -> None:
        page = self.client.get("/import").text.partition("<main")[2]
        proof = re.findall(r'name="form" value="([^"]+)"', page)
        data = {"form": proof[0], "register": register}
        self.page = self.client.post("/import", data=data, files=[("file", file) for file in files])
        self.settle()

    def part(self, name: str) -> str:
        """The text of a part of the page."""
        inner = self.main.partition(f'data-part="{name}"')[2].partition("</section>")[0]
        return " ".join(re.sub(r"<[^>]+>", " ", inner).split())


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files") / "data"


@pytest.fixture(scope="module")
def link(data: Path) -> Iterator[str]:
    with portolan_up(data) as one:
        yield one


@pytest.fixture(scope="module")
def sender(link: str) -> Iterator[Sender]:
    one = Sender(link.split("/login")[0], link)
    yield one
    one.client.close()


def sample(folder: str) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted((SAMPLES / folder).iterdir())]


def zipped(*files: tuple[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files:
            archive.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize("folder", ALL)
def test_the_samples_are_recognised_checked_brought_in_and_taken_back(sender: Sender, folder: str) -> None:
    sender.send(*sample(folder))
    assert ALL[folder] in sender.text
    assert "Read, nothing written" in sender.text, sender.text
    assert "Work packages" in sender.part("held")
    assert "What is not taken" in sender.text
    sender.act("check", currency="CHF", source=f"{folder}-page")
    assert "Checked, nothing written" in sender.text, sender.text
    expected = sender.part("results").removeprefix('aria-labelledby="results"> What would change')
    sender.act("import")
    assert "Imported" in sender.text, sender.text
    for row in ("Projects", "Work packages", "Persons"):
        counts = re.search(rf"{row} (\d+) (\d+)", sender.part("results"))
        assert counts, sender.part("results")
        assert int(counts[1]) > 0
        assert f"{row} {counts[1]} " in expected
    findings = sender.part("findings")
    assert "brought in as proposed" in findings, findings
    assert re.search(r"\b[12] findings? ", findings), findings
    sender.page = sender.client.post(f"{sender.page.url.path}/undo", data={"form": sender.form["form"]})
    sender.settle()
    assert "Taken back" in sender.text
    assert re.search(r"Stays 0", sender.text), sender.text


def test_a_folder_comes_as_an_archive(sender: Sender) -> None:
    plan = (SAMPLES / "plan-files" / "web-shop.xml").read_bytes()
    archive = zipped(("plans/one.xml", plan), ("__MACOSX/._one.xml", b"x"), ("plans/broken.xml", b"<Project"))
    sender.send(("plans.zip", archive))
    assert "What 2 files hold" in sender.text, sender.text
    assert "plans/one.xml" in sender.text
    assert "plans/broken.xml" in sender.part("findings")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("bomb.zip", zipped(("a.csv", b"0" * 40_000_000)), "inflates too far"),
        (
            "paths.zip",
            zipped(("../../../../etc/passwd.xml", b"<Project/>")),
            "etc/passwd.xml",
        ),
        ("nested.zip", zipped(("inner.zip", zipped(("a.csv", b"a,b\n1,2\n"))), ("p.xml", b"<Project/>")), "archive in an archive"),
    ],
)  # fmt: skip
def test_a_trap_is_a_sentence(sender: Sender, name: str, content: bytes, sentence: str) -> None:
    sender.send((name, content))
    assert sentence in sender.text, sender.text


def test_what_the_files_are_is_corrected(sender: Sender) -> None:
    sender.send(("issues.json", b'{"issues": []}'))
    assert sender.form["kind"] == "jira"
    sender.act("check", kind="plans")
    assert sender.form["kind"] == "plans"
    assert "It looks like issues of Jira" in sender.part("findings")


def test_a_table_among_them_is_asked_for_its_rows(sender: Sender) -> None:
    sender.send(("vorhaben.csv", table("A-1;Archiv;Einkauf;Eva Frei;01.02.2026;31.03.2027;1000")))
    assert "This is a table. What are its rows?" in sender.text
    sender.act("table", register="projects")
    assert "Columns to look at" in sender.text
    assert sender.form[sender.control("Bezeichnung", "member")] == "name"


def test_tables_come_one_at_a_time(sender: Sender) -> None:
    both = [("a.csv", table()), ("b.csv", table())]
    sender.send(*both, register="projects")
    assert sender.page.status_code == 422
    assert "one at a time" in sender.text
    sender.send(*both)
    assert "one at a time" in sender.text


@pytest.fixture(scope="module")
def importer(link: str, data: Path) -> Iterator[Sender]:
    """Somebody who may write facts of past days."""
    done = CliRunner().invoke(main, ["login-link", "--role", "service", "--data", str(data)])
    one = Sender(link.split("/login")[0], done.output.split()[-1])
    yield one
    one.client.close()


def test_what_a_record_does_not_say_is_asked(sender: Sender, importer: Sender) -> None:
    heading = [
        "Project Name",
        "Department",
        "IPA Delivery Confidence Assessment",
        "End Date",
        "Whole Life Cost (£m)",
    ]
    rows = [heading, ["Lights", "DfT", "Amber", "2025-03-31", "12"]]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    importer.send(("data.csv", text.getvalue().encode()))
    assert "Of which year does data.csv report?" in importer.text, importer.text
    importer.act("check", **{"year.data.csv": "2020"})
    assert "Checked, nothing written" in importer.text, importer.text
    assert "Assessments 1" in importer.part("results")
    sender.send(("data.csv", text.getvalue().encode()))
    assert "needs the right to import" in sender.text


def test_a_wish_that_cannot_be_meant_is_said(sender: Sender) -> None:
    sender.send(*sample("plan-files"))
    sender.act("check", currency="XYZ")
    assert sender.page.status_code == 422
    assert "XYZ is no currency" in sender.text


def test_all_findings_are_a_file(sender: Sender, tmp_path: Path) -> None:
    issues = [
        {
            "key": f"PAY-{n}",
            "fields": {"summary": "=1+1", "status": {"name": "Odd"}, "parent": {"key": "PAY-99"}},
        }
        for n in (1, 2)
    ]
    sender.send(("issues.json", json.dumps({"issues": issues}).encode()))
    saved = sender.client.get(sender.page.url.path + "/refused")
    assert saved.headers["content-disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(saved.text.removeprefix("\ufeff"))))
    assert rows[0][:2] == ["File", "Line"]
    assert len(rows) == 1 + 3


def test_in_french_too(link: str, sender: Sender) -> None:
    french = Sender(link.split("/login")[0], "/import", "fr")
    french.client.cookies = sender.client.cookies
    try:
        french.send(*sample("jira"))
    finally:
        french.client.close()
    assert "Jira" in french.text
    assert "Lots de travail" in french.part("held"), french.text
