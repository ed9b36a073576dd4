"""JSON as tables: arrays, an object a line, answers of OData and of Jira; nested members are columns."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from services.imports.tables import limits
from services.imports.tables.reading import Reading, tables_of
from services.imports.tables.table import Table, UnreadableTable
from tests.imports.tables.test_text_files import AS_IT_IS, cells, codes


def tables(folder: Path, content: str | bytes, wishes: Reading = AS_IT_IS) -> list[Table]:
    path = folder / "file.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return tables_of(path, wishes)


def refusal(folder: Path, content: str | bytes) -> UnreadableTable:
    with pytest.raises(UnreadableTable) as refused:
        tables(folder, content)
    return refused.value


def test_an_array_of_objects_is_a_table_with_the_members_of_all(tmp_path: Path) -> None:
    (read,) = tables(
        tmp_path, '[{"id": 1, "name": "Roof", "open": true}, {"id": 2, "cost": 1.5, "name": null}]'
    )
    assert (read.columns, read.row_count) == (("id", "name", "open", "cost"), 2)
    assert cells(read) == [(1, "Roof", True, None), (2, None, None, 1.5)]


def test_an_object_a_line_is_a_row_with_its_line(tmp_path: Path) -> None:
    (read,) = tables(tmp_path, '{"id": 1}\n\n{"id": 2}\n')
    assert [(row.line, row.cells) for row in read.rows()] == [(1, (1,)), (3, (2,))]


def test_objects_of_an_array_are_counted(tmp_path: Path) -> None:
    (read,) = tables(tmp_path, '[{"id": 1},{"id": 2}]')
    assert ([row.line for row in read.rows()], "numbered" in codes(read)) == ([1, 2], True)


def test_nested_members_are_columns_and_lists_of_texts_one_cell(tmp_path: Path) -> None:
    issue = {
        "key": "A-1",
        "fields": {"owner": {"mail": "a@example.org"}, "labels": ["x", "y"], "parts": [{"n": 1}], "none": {}},
    }
    (read,) = tables(tmp_path, json.dumps([issue]))
    assert dict(zip(read.columns, cells(read)[0], strict=True)) == {
        "key": "A-1",
        "fields.owner.mail": "a@example.org",
        "fields.labels": "x; y",
        "fields.parts": '[{"n": 1}]',
        "fields.none": None,
    }
    assert "lists" in codes(read)


@pytest.mark.parametrize(
    ("content", "sheet"),
    [
        (
            '{"@odata.context": "x", "value": [{"@odata.etag": "1", "Name": "P", "a@odata.type": "t"}]}',
            "value",
        ),
        ('{"odata.metadata": "x", "value": [{"odata.type": "y", "Name": "P"}]}', "value"),
        (
            '{"d": {"results": [{"__metadata": {"uri": "x"}, "Name": "P", "Tasks": {"__deferred": {"uri": "y"}}}]}}',
            "d.results",
        ),
        ('{"d": [{"__metadata": {"uri": "x"}, "Name": "P"}]}', "d"),
    ],
)
def test_an_answer_of_odata_is_a_table_without_what_belongs_to_the_format(
    tmp_path: Path, content: str, sheet: str
) -> None:
    (read,) = tables(tmp_path, content)
    assert (read.sheet, read.columns, cells(read)) == (sheet, ("Name",), [("P",)])


def test_milliseconds_of_older_answers_are_days(tmp_path: Path) -> None:
    (read,) = tables(
        tmp_path, '{"value": [{"Start": "/Date(1767225600000)/", "Old": "/Date(-86400000+0100)/"}]}'
    )
    assert cells(read) == [(datetime(2026, 1, 1), datetime(1969, 12, 31))]


@pytest.mark.parametrize(
    "content",
    [
        '{"value": [{"a": 1}], "@odata.nextLink": "https://example.org/2"}',
        '{"d": {"results": [{"a": 1}], "__next": "https://example.org/2"}}',
        '{"startAt": 0, "maxResults": 1, "total": 120, "issues": [{"a": 1}]}',
    ],
)
def test_an_answer_that_has_further_pages_says_so(tmp_path: Path, content: str) -> None:
    assert "next_page" in codes(tables(tmp_path, content)[0])


def test_a_whole_answer_says_nothing_of_pages(tmp_path: Path) -> None:
    assert "next_page" not in codes(tables(tmp_path, '{"total": 1, "issues": [{"a": 1}]}')[0])


def test_of_several_arrays_the_largest_is_first_and_a_wish_chooses(tmp_path: Path) -> None:
    content = '{"users": [{"mail": "a"}], "issues": [{"key": 1, "name": "x"}, {"key": 2, "name": "y"}]}'
    first, second = tables(tmp_path, content)
    assert (first.sheet, second.sheet, "other_arrays" in codes(first)) == ("issues", "users", True)
    (users,) = tables(tmp_path, content, Reading(sheet="users"))
    assert cells(users) == [("a",)]


def test_one_object_is_one_row(tmp_path: Path) -> None:
    (read,) = tables(tmp_path, '{"id": 1, "name": "Roof"}')
    assert cells(read) == [(1, "Roof")]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ('[{"a": 1},\n{"a": }]', "broken_json", 2),
        ('[{"a": 1}', "broken_json", 1),
        ('[{"a": 1}] x', "broken_json", 1),
        ('[{"a": 1} {"a": 2}]', "broken_json", 1),
        ('{"value": [{"a": 1}', "broken_json", 1),
        ('[{"a": NaN}]', "broken_json", 1),
        ('\n[{"a": 1, "a": 2}]', "broken_json", 2),
        ('[{"a": ' + "[" * 200_000 + "}]", "broken_json", 1),
        ('[{"a": ' + "1" * 5_000 + "}]", "broken_json", 1),
        ('{"a": 1}\n{"a": 2\n', "broken_json", 3),
        ("{" + ",".join(f'"k{i}": [{{}}]' for i in range(2_000)) + "}", "broken_json", 1),
        ("[]", "no_table", None),
        ("{}", "no_table", None),
    ],
)
def test_what_is_no_json_or_no_table_is_refused_with_its_line(
    tmp_path: Path, content: str, code: str, line: int | None
) -> None:
    refused = refusal(tmp_path, content)
    assert (refused.code, refused.line) == (code, line)


def test_halves_of_pairs_and_endless_numbers_are_marked(tmp_path: Path) -> None:
    (read,) = tables(tmp_path, '[{"a": "x\\ud800", "b": 1e999, "c": "\\u0000"}]')
    (row,) = read.rows()
    assert [(flaw.code, flaw.column) for flaw in row.flaws] == [
        ("unreadable_characters", "a"),
        ("unreadable_number", "b"),
        ("unreadable_characters", "c"),
    ]


def test_a_cell_and_an_object_that_are_too_long_are_refused(tmp_path: Path) -> None:
    (read,) = tables(tmp_path, json.dumps([{"a": 1}, {"a": "x" * (limits.CELL + 1)}]))
    with pytest.raises(UnreadableTable) as refused:
        list(read.rows())
    assert (refused.value.code, refused.value.line, refused.value.column) == ("cell_too_long", 2, "a")


def test_an_object_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RECORD", 200_000)
    assert refusal(tmp_path, '[{"a": 1},\n{"a": "' + "x" * 1_000_000).code == "record_too_long"


def test_objects_stand_one_at_a_time_in_memory_however_long_the_answer(tmp_path: Path) -> None:
    count = 20_000
    content = json.dumps({"value": [{"id": i, "name": f"Name of {i}"} for i in range(count)]})
    (read,) = tables(tmp_path, content)
    assert (read.row_count, sum(1 for _ in read.rows())) == (count, count)


def test_more_columns_than_any_register_has_are_refused(tmp_path: Path) -> None:
    assert (
        refusal(tmp_path, json.dumps([{f"c{i}": i for i in range(limits.COLUMNS + 1)}])).code
        == "too_many_columns"
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_json_in_other_encodings_is_read(tmp_path: Path, encoding: str) -> None:
    (read,) = tables(tmp_path, '[{"name": "Zürich"}]'.encode(encoding))
    assert cells(read) == [("Zürich",)]
