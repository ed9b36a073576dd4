"""A table of one's own through the pages: what becomes of its columns, what would change, what has changed."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from services.cli.instance import own_token
from shared.base.settings import settings_of
from tests.system.browsing import DEADLINE_S, portolan_up

HEADING = "Nr;Bezeichnung;Abteilung;Projektleiter;Beginn;Ende;Budget (CHF)"
ROWS = (
    "A-1;Neues Archiv;Einkauf;Eva Frei;01.02.2026;31.03.2027;120'000.50",
    "A-2;Netz;Technik;Urs Roth;15.02.2026;30.06.2026;75'000.00",
)


class Reader:
    """Somebody who is logged in, without JavaScript."""

    def __init__(self, base: str, link: str, language: str = "en") -> None:
        headers = {"Accept": "text/html", "Accept-Language": language}
        self.client = httpx.Client(base_url=base, headers=headers, timeout=DEADLINE_S, follow_redirects=True)
        self.page = self.client.get(link)

    @property
    def main(self) -> str:
        return self.page.text.partition("<main")[2].partition("</main")[0]

    @property
    def text(self) -> str:
        choice = re.sub(r"<option[^>]*>[^<]*</option>", "", self.main)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", choice)).split())

    @property
    def form(self) -> dict[str, str]:
        """What the form would send as it stands."""
        fields = {
            name: unescape(value)
            for name, value in re.findall(r'<input[^>]*name="([^"]+)" value="([^"]*)"', self.main)
        }
        for box in re.findall(r'<input[^>]*type="checkbox"[^>]*>', self.main):
            if "checked" not in box:
                fields.pop(re.findall('name="([^"]+)"', box)[0])
        for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', self.main, re.S):
            choice = re.findall(r'value="([^"]*)" selected', options) or re.findall(
                r'value="([^"]*)"', options
            )
            fields[name] = unescape(choice[0])
        return fields

    def choose(self, name: str, content: bytes, register: str = "projects") -> None:
        proof = re.findall(
            r'name="form" value="([^"]+)"', self.client.get("/import").text.partition("<main")[2]
        )
        data = {"form": proof[0], "register": register}
        self.page = self.client.post("/import", data=data, files={"file": (name, content)})
        self.settle()

    def act(self, act: str, **changes: str) -> None:
        self.page = self.client.post(self.page.url.path, data=self.form | changes | {"act": act})
        self.settle()

    def settle(self) -> None:
        end = monotonic() + DEADLINE_S
        while 'data-part="progress"' in self.page.text and monotonic() < end:
            sleep(0.05)
            self.page = self.client.get(self.page.url.path)

    def control(self, column: str, setting: str) -> str:
        """The name of a control of a column."""
        number = re.findall(rf'id="c(\d+)-name"><bdi>{re.escape(column)}<', self.main)[0]
        return f"c{number}.{setting}"


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Path]]:
    data = tmp_path_factory.mktemp("import") / "data"
    with portolan_up(data) as link:
        yield link.split("/login")[0], link, data


@pytest.fixture(scope="module")
def reader(instance: tuple[str, str, Path]) -> Iterator[Reader]:
    base, link, _ = instance
    one = Reader(base, link)
    yield one
    one.client.close()


def table(*rows: str, heading: str = HEADING) -> bytes:
    return "\r\n".join((heading, *rows)).encode("cp1252")


def test_a_table_is_looked_at_checked_and_brought_in(reader: Reader) -> None:
    reader.choose("vorhaben.csv", table(*ROWS))
    assert "Columns to look at" in reader.text
    assert reader.form[reader.control("Bezeichnung", "member")] == "name"
    assert reader.form[reader.control("Abteilung", "member")] == "portfolio_id"
    reader.act("check")
    assert "Checked, nothing written" in reader.text
    assert "New rows 2" in reader.text
    assert "2: Einkauf , Technik" in reader.text
    assert "Neues Archiv" not in reader.client.get("/registers/projects/projects").text
    reader.act("import")
    assert "New rows 2" in reader.text
    assert "What was written" in reader.text
    listed = reader.client.get("/registers/projects/projects").text
    assert "Neues Archiv" in listed
    assert "Eva Frei" in listed


def test_the_same_table_again_changes_nothing_and_a_changed_cell_is_shown_with_both_values(
    reader: Reader,
) -> None:
    rows = [row.replace("A-", "K-") for row in ROWS]
    reader.choose("again.csv", table(*rows))
    reader.act("check", source="twice")
    reader.act("import")
    reader.choose("again.csv", table(rows[0], rows[1].replace("Netz", "Netze")))
    reader.act("check", source="twice")
    assert "Unchanged rows 1" in reader.text, reader.text
    assert "Changed rows 1" in reader.text
    assert re.search(r"<del><bdi>Netz</bdi></del>.*<ins><bdi>Netze</bdi></ins>", reader.main)


def test_an_import_is_taken_back_but_for_what_has_moved_on(reader: Reader) -> None:
    """With what it made beside each row, which stays where the row does."""
    rows = (
        "Z-1;Zoll;Hafen;Ida Moser;01.02.2026;31.03.2027;1000",
        "Z-2;Zunft;Markt;Leo Kunz;15.02.2026;30.06.2026;2000",
    )
    reader.choose("back.csv", table(*rows))
    reader.act("check", source="back")
    reader.act("import", source="back")
    proof = reader.form["form"]
    listed = reader.client.get("/registers/projects/projects?q=Zunft").text
    [edited] = set(re.findall(r"/registers/projects/projects/([0-9a-f-]{36})", listed))
    page = reader.page
    reader.page = reader.client.get(f"/registers/projects/projects/{edited}/edit")
    reader.client.post(reader.page.url.path, data=reader.form | {"name": "Zunft und Amt"})
    reader.page = reader.client.post(f"{page.url.path}/undo", data={"form": proof})
    reader.settle()
    assert "Taken back" in reader.text
    assert "Archived 3" in reader.text, reader.text
    assert "Stays 3" in reader.text
    assert "Zunft und Amt : somebody has changed it since" in reader.text


def test_what_two_readings_fit_is_asked_and_not_guessed(reader: Reader) -> None:
    reader.choose("days.csv", table("B-1;Tor;Einkauf;Eva Frei;03/04/2026;05/06/2026;1000", heading=HEADING))
    reader.act("check")
    assert "can be read in more than one way" in reader.text
    assert "What would change" not in reader.text
    orders = {reader.control(c, "order"): "day-first" for c in ("Beginn", "Ende")}
    reader.act("check", **orders)
    assert "New rows 1" in reader.text


def test_rows_that_are_refused_are_a_file_to_correct(reader: Reader) -> None:
    reader.choose(
        "bad.csv", table(ROWS[0].replace("A-1", "R-1"), "A-9;;Einkauf;Eva Frei;01.02.2026;31.03.2027;5")
    )
    reader.act("check")
    assert "Refused rows 1" in reader.text
    saved = reader.client.get(reader.page.url.path + "/refused")
    assert saved.headers["content-disposition"].startswith("attachment")
    assert [line.split(",")[0] for line in saved.text.splitlines()] == ["\ufeffNr", "A-9"]


def test_a_mapping_is_saved_for_the_next_time(reader: Reader) -> None:
    reader.choose("vorhaben.csv", table(*ROWS))
    saved = reader.client.get(reader.page.url.path + "/mapping")
    assert 'register = "projects.project"' in saved.text
    assert 'member = "planned_cost"' in saved.text


def test_what_is_no_table_is_refused_with_a_sentence(reader: Reader) -> None:
    reader.choose("plan.csv", b"%PDF-1.7 no table")
    assert "This cannot be read" in reader.text
    assert "PDF" in reader.text
    reader.choose("none.csv", b"")
    assert reader.page.status_code == 422
    assert "empty" in reader.text.lower()


def test_an_import_is_nobody_elses(instance: tuple[str, str, Path], reader: Reader) -> None:
    base, _, data = instance
    reader.choose("mine.csv", table(*ROWS))
    token = own_token(settings_of(data=data), "somebody-else", "director")
    with httpx.Client(
        base_url=base, headers={"Authorization": f"Bearer {token}", "Accept": "text/html"}
    ) as other:
        for path in ("", "/refused", "/mapping"):
            assert other.get(reader.page.url.path + path).status_code in (303, 401, 404)


def test_a_column_for_each_period_is_shown_as_rows_and_what_holds_for_all_is_chosen(reader: Reader) -> None:
    reader.choose("leute.csv", table("B-1;Bau;Hafen;Ida Moser;01.02.2026;31.03.2027;1000"))
    reader.act("check", source="spread")
    reader.act("import", source="spread")
    plan = b"Projekt;Kostenart;2026;2027;Summe\nB-1;Personal;10;20;30\nB-1;Lizenzen;;5;6\n"
    reader.choose("plan.csv", plan, "budget-lines")
    assert "each filled cell of 2026, 2027 becomes a row of its own" in reader.text
    assert reader.form[reader.control("Period", "member")] == "fiscal_year"
    assert reader.form[reader.control("Amount", "member")] == "amount"
    assert reader.form["every.nature"] == ""
    reader.act("check", **{reader.control("Amount", "currency"): "CHF", "every.nature": "opex"})
    assert "New rows 3" in reader.text
    assert "3 Summe 6 Its periods add up to 5." in reader.text
    assert (reader.form["every.nature"], "Lizenzen" in reader.text) == ("opex", True)
    reader.act("import")
    assert "New rows 3" in reader.text
