"""Workbooks that were made to harm: each is refused in little memory and time, with a sentence that says why."""

import struct
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from services.imports.tables import limits
from services.imports.tables.reading import tables_of
from services.imports.tables.table import Table, UnreadableTable
from tests.imports.tables.test_text_files import cells

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
XML = '<?xml version="1.0" encoding="UTF-8"?>'
CELL = '<c r="A{0}" t="inlineStr"><is><t>x</t></is></c>'
MEGABYTES = 300
"""What reading any file may take in all."""


def link(identity: str, kind: str, target: str, more: str = "") -> str:
    return f'<Relationship Id="{identity}" Type="{RELATIONS}/{kind}" Target="{target}" {more}/>'


def parts(sheet: str = "", **others: str) -> dict[str, str]:
    """The parts of a workbook with one sheet; `others` by the last piece of their names, or whole names."""
    return {
        "[Content_Types].xml": f'{XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{LINKS}">{link("r1", "officeDocument", "xl/workbook.xml")}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{LINKS}">{link("r1", "worksheet", "worksheets/sheet1.xml")}'
        f"{link('r2', 'sharedStrings', 'sharedStrings.xml')}{link('r3', 'styles', 'styles.xml')}</Relationships>",
        "xl/worksheets/sheet1.xml": f'{XML}<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
        **others,
    }


def packed(path: Path, contents: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def read(folder: Path, contents: dict[str, str]) -> Table:
    (table,) = tables_of(packed(folder / "book.xlsx", contents))
    return table


def refusal(path: Path) -> UnreadableTable:
    with pytest.raises(UnreadableTable) as refused:
        tables_of(path)
    return refused.value


def rows(*lines: str) -> str:
    return "".join(f'<row r="{i}">{line}</row>' for i, line in enumerate(lines, 1))


def text(place: str, content: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{content}</t></is></c>'


def repeated(
    path: Path, name: str, before: str, piece: str, count: int, after: str, others: dict[str, str]
) -> Path:
    """A workbook of which one part says the same many times."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for other, content in others.items():
            if other != name:
                archive.writestr(other, content)
        with archive.open(name, "w", force_zip64=False) as part:
            part.write(before.encode())
            block = piece.encode() * 10_000
            for _ in range(count // 10_000):
                part.write(block)
            part.write(after.encode())
    return path


def test_a_sheet_that_inflates_without_end_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = repeated(
        tmp_path / "bomb.xlsx", "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{MAIN}"><sheetData>', " " * 1000, 50_000, "</sheetData></worksheet>", parts()
    )  # fmt: skip
    assert refusal(path).code == "inflates_too_far"


def test_texts_that_inflate_without_end_are_refused(tmp_path: Path) -> None:
    path = repeated(
        tmp_path / "bomb.xlsx", "xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">', "<si><t>aaaaaaaaaaaaaaaaaa</t></si>", 1_000_000, "</sst>", parts()
    )  # fmt: skip
    assert refusal(path).code == "inflates_too_far"


def test_a_part_that_is_larger_than_the_archive_says_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "book.xlsx", parts(rows(text("A1", "x" * 5000))))
    content = bytearray(path.read_bytes())
    name = b"xl/worksheets/sheet1.xml"
    place = content.rfind(name) - 46 + 24
    assert struct.unpack_from("<I", content, place)[0] > 5000
    struct.pack_into("<I", content, place, 100)
    path.write_bytes(content)
    assert refusal(path).code == "damaged_workbook"


@pytest.mark.parametrize(
    "part",
    ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "_rels/.rels"],
)
def test_entities_are_refused_in_every_part(tmp_path: Path, part: str) -> None:
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><x>&l9;</x>'
    assert (
        refusal(packed(tmp_path / "book.xlsx", parts(rows(text("A1", "a")), **{part: bomb}))).code
        == "declares_entities"
    )


@pytest.mark.parametrize("encoding", ["nowhere", "shift_jis", "base64", "idna"])
def test_a_part_in_an_encoding_that_no_parser_knows_is_damaged(tmp_path: Path, encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'
    contents = parts(rows(text("A1", "Code")))
    contents["xl/worksheets/sheet1.xml"] = contents["xl/worksheets/sheet1.xml"].replace(XML, declared)
    assert refusal(packed(tmp_path / "book.xlsx", contents)).code == "damaged_workbook"


def test_entities_of_other_files_are_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    outside = f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{secret}">]><worksheet xmlns="{MAIN}"><sheetData>{rows(text("A1", "&s;"))}</sheetData></worksheet>'
    path = packed(tmp_path / "book.xlsx", parts(**{"xl/worksheets/sheet1.xml": outside}))
    assert refusal(path).code == "declares_entities"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<a>" * 100_000, "nested too deeply"),
        ("<c>" * 100_000, "nested too deeply"),
        ("<a>" + "".join(f"<a{i}/>" for i in range(20_000)) + "</a>", "more names"),
        ("<a>" + "".join(f'<a a{i}=""/>' for i in range(20_000)) + "</a>", "more names"),
        ('<a x="' + "y" * 3_000_000 + '"/>', "a tag without end"),
        ("<a><!--" + "y" * 3_000_000 + "--></a>", "a tag without end"),
    ],
    ids=["deep", "deep cells", "names", "attributes", "attribute", "comment"],
)
def test_what_a_parser_would_keep_without_end_is_refused(
    tmp_path: Path, part: str, content: str, reason: str
) -> None:
    refused = refusal(packed(tmp_path / "book.xlsx", parts(rows(text("A1", "a")), **{part: content})))
    assert (refused.code, reason in refused.reason) == ("damaged_workbook", True)


def test_two_cells_in_the_corners_of_a_sheet_take_no_memory(tmp_path: Path) -> None:
    sheet = f'<row r="1">{text("A1", "Code")}</row><row r="1048576">{text("ALL1048576", "x")}</row>'
    (table,) = tables_of(packed(tmp_path / "book.xlsx", parts(sheet)))
    assert (table.columns, [row.line for row in table.rows()]) == (("Code", "ALL"), [1048576])


def test_a_cell_far_to_the_right_is_refused_with_its_place(tmp_path: Path) -> None:
    sheet = f'<row r="1">{text("A1", "Code")}</row><row r="7">{text("XFD7", "x")}</row>'
    refused = refusal(packed(tmp_path / "book.xlsx", parts(sheet)))
    assert (refused.code, refused.line, refused.column) == ("too_many_columns", 7, "XFD")


@pytest.mark.parametrize(
    "sheet",
    [
        f'<row r="16777217">{text("A16777217", "x")}</row>',
        f'<row r="1">{text("XFE1", "x")}</row>',
        f'<row r="2">{text("A2", "x")}</row><row r="1">{text("A1", "y")}</row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
        f'<row r="1">{text("A1", "a")}',
        '<row r="1"><c r="A1"><v>&unknown;</v></c></row>',
    ],
)
def test_a_sheet_that_contradicts_the_standard_is_damaged(tmp_path: Path, sheet: str) -> None:
    assert refusal(packed(tmp_path / "book.xlsx", parts(sheet))).code == "damaged_workbook"


def test_a_cell_of_a_megabyte_is_refused_with_line_and_column(tmp_path: Path) -> None:
    long = "x" * 1_000_000
    shared = f'<sst xmlns="{MAIN}"><si><t>{long}</t></si></sst>'
    for cell, more in (
        (text("B2", long), {}),
        ('<c r="B2" t="s"><v>0</v></c>', {"xl/sharedStrings.xml": shared}),
        (f'<c r="B2" t="str"><v>{long}</v></c>', {}),
    ):
        refused = refusal(packed(tmp_path / "book.xlsx", parts(rows(text("A1", "Code"), cell), **more)))
        assert (refused.code, refused.line, refused.column) == ("cell_too_long", 2, "B")


def test_places_may_be_missing_and_names_may_have_prefixes(tmp_path: Path) -> None:
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c t="str"><x:v>Code</x:v></x:c><x:c t="str"><x:v>Cost</x:v></x:c></x:row>'
        '<x:row><x:c t="str"><x:v>P-1</x:v></x:c><x:c><x:v>12.5</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    table = read(tmp_path, parts(**{"xl/worksheets/sheet1.xml": sheet}))
    assert (table.columns, cells(table)) == (("Code", "Cost"), [("P-1", 12.5)])


def test_how_a_text_is_pronounced_is_no_part_of_it(tmp_path: Path) -> None:
    shared = f'<sst xmlns="{MAIN}"><si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si><si><t>a_x000D_b_x0041_</t></si></sst>'
    sheet = rows(text("A1", "City"), '<c r="A2" t="s"><v>0</v></c>', '<c r="A3" t="s"><v>1</v></c>')
    assert cells(read(tmp_path, parts(sheet, **{"xl/sharedStrings.xml": shared}))) == [("東京",), ("a\rbA",)]


@pytest.mark.parametrize("value", ["abc", "1e999", "NaN", "inf", "-1e400", "1_000"])
def test_a_number_that_is_none_is_marked(tmp_path: Path, value: str) -> None:
    lines = [f'<c r="A{i}"><v>{v}</v></c>' for i, v in enumerate((1, value, 2, 3), 2)]
    table = read(tmp_path, parts(rows(text("A1", "Cost"), *lines)))
    marked = [[flaw.code for flaw in row.flaws] for row in table.rows()]
    assert marked == [[], ["unreadable_number"], [], []]


def test_a_formula_without_its_value_is_marked(tmp_path: Path) -> None:
    sheet = rows(
        text("A1", "Code") + text("B1", "Sum of it"), text("A2", "P-1") + '<c r="B2"><f>SUM(C1:C9)</f></c>'
    )
    (row,) = read(tmp_path, parts(sheet)).rows()
    assert (row.cells[1], [(f.code, f.column) for f in row.flaws]) == (
        "=SUM(C1:C9)",
        [("formula_without_value", "Sum of it")],
    )


def test_links_out_of_the_workbook_are_not_followed(tmp_path: Path) -> None:
    links = link("r1", "worksheet", "file:///etc/passwd", 'TargetMode="External"')
    outside = {"xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{LINKS}">{links}</Relationships>'}
    assert refusal(packed(tmp_path / "book.xlsx", parts(**outside))).code == "empty_file"
    climbing = link("r1", "worksheet", "../../../../etc/passwd")
    outside = {"xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{LINKS}">{climbing}</Relationships>'}
    assert refusal(packed(tmp_path / "book.xlsx", parts(**outside))).code == "damaged_workbook"


def test_a_part_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "book.xlsx", parts(rows(text("A1", "a"))))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("XL/worksheets/Sheet1.xml", "<worksheet/>")
    assert refusal(path).code == "damaged_workbook"


def test_an_archive_with_more_parts_than_any_workbook_is_none(tmp_path: Path) -> None:
    path = packed(tmp_path / "book.xlsx", parts(rows(text("A1", "a"))))
    with zipfile.ZipFile(path, "a") as archive:
        for i in range(limits.DIRECTORY // 250):
            archive.writestr(f"xl/media/{'x' * 200}{i}", b"")
    assert refusal(path).code == "no_table"


def test_a_workbook_with_a_second_list_of_parts_without_bound_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "book.xlsx", parts(rows(text("A1", "a"))))
    content = path.read_bytes()
    end = content.rindex(b"PK\x05\x06")
    directory = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 6, 6, 2**40, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    path.write_bytes(content[:end] + directory + locator + content[end:])
    assert refusal(path).code == "too_many_parts"


def test_parts_with_a_password_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "book.xlsx", parts(rows(text("A1", "a"))))
    content = bytearray(path.read_bytes())
    name, place = b"_rels/.rels", 0
    while (place := content.find(name, place + 1)) >= 0:
        directory = content[place - 46 : place - 42] == b"PK\x01\x02"
        content[place - (38 if directory else 24)] |= 1
    path.write_bytes(content)
    assert refusal(path).code == "encrypted"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_workbook_that_was_cut_off_is_damaged(tmp_path: Path, share: float) -> None:
    path = packed(tmp_path / "book.xlsx", parts(rows(*[text(f"A{i}", f"x{i}") for i in range(1, 500)])))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert refusal(path).code in ("damaged_workbook", "no_table")


def test_damage_anywhere_is_a_refusal_or_another_text_and_never_a_fault(tmp_path: Path) -> None:
    path = packed(tmp_path / "book.xlsx", parts(rows(*[text(f"A{i}", f"x{i}") for i in range(1, 50)])))
    content = path.read_bytes()
    directory = content.index(b"PK\x01\x02")
    for place in (*range(0, directory, 17), *range(directory, len(content), 5)):
        changed = bytearray(content)
        changed[place] ^= 0x55
        path.write_bytes(changed)
        with suppress(UnreadableTable):
            for table in tables_of(path):
                list(table.rows())


def peak_of(path: Path) -> tuple[str, int]:
    """(what came of a file, megabytes), read in a process of its own; its children count too."""
    program = (
        "import resource, sys; from pathlib import Path; from services.imports.tables.reading import tables_of\n"
        "from services.imports.tables.table import UnreadableTable\n"
        "try:\n"
        "    outcome = str(sum(1 for _ in tables_of(Path(sys.argv[1]))[0].rows()))\n"
        "except UnreadableTable as refused:\n"
        "    outcome = refused.code\n"
        "status = dict(line.split(':', 1) for line in Path('/proc/self/status').read_text().splitlines())\n"
        "children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "print(outcome, int(status['VmHWM'].split()[0]) + children)"
    )
    command = [sys.executable, "-c", program, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    outcome, kilobytes = done.stdout.split()
    return outcome, int(kilobytes) // 1024


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="no /proc: memory is not measured"
)


@needs_proc
def test_a_hundred_thousand_rows_take_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Code;Name;Cost\n" + "".join(f"P-{i};Name of {i};{i}\n" for i in range(100_000)))
    outcome, megabytes = peak_of(path)
    assert (outcome, megabytes < MEGABYTES / 4) == ("100000", True)


@needs_proc
def test_many_shared_texts_take_little_memory(tmp_path: Path) -> None:
    count = 20_000
    texts = "".join(f"<si><t>text number {i}</t></si>" for i in range(count))
    lines = "".join(f'<row><c t="s"><v>{i}</v></c><c><v>{i}</v></c></row>' for i in range(count))
    shared = {"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>'}
    outcome, megabytes = peak_of(packed(tmp_path / "b.xlsx", parts(lines, **shared)))
    assert (outcome, megabytes < MEGABYTES / 4) == (str(count), True)
