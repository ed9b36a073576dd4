"""What a file is, by its content: a plan, an extract of Project Online, issues of Jira, a public record, or a table."""

import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from services.imports.breakdown.sources import (
    UnreadableSource,
    document_of,
    entries_of,
    is_json,
    is_object,
    members_of,
    value_of,
)
from services.imports.federal.columns import COLUMNS, File
from services.imports.gmpp.reading import record_in
from services.imports.jira.issues import KEY
from services.imports.jira.reading import what_column_is
from services.imports.projectonline.feed import is_feed
from services.imports.spellings import names_in
from services.imports.tables.older_workbooks import has_workbook
from services.imports.tables.reading import tables_of
from services.imports.tables.table import Table, UnreadableTable
from shared.base.texts import Text

HEAD = 64 * 1024
_OLE, _XER = bytes.fromhex("d0cf11e0a1b11ae1"), b"ERMHDR"
_ROOT = re.compile(r"<(?:[A-Za-z][\w.-]*:)?([A-Za-z][\w.-]*)[\s>/]")
MSPDI, PMXML = "Project", "APIBusinessObjects"
FEWEST_OF_JIRA = 3
"""Columns of Jira's export that a table has at least."""


class Kind(StrEnum):
    """What may be brought in."""

    TABLE = "table"
    PLANS = "plans"
    PROJECT_ONLINE = "project-online"
    JIRA = "jira"
    GMPP = "gmpp"
    ITDB = "itdb"


NAMES: dict[Kind, Text] = {
    Kind.TABLE: Text("a table"),
    Kind.PLANS: Text("files with plans"),
    Kind.PROJECT_ONLINE: Text("an extract of Project Online"),
    Kind.JIRA: Text("issues of Jira"),
    Kind.GMPP: Text("the United Kingdom's major projects"),
    Kind.ITDB: Text("the United States' federal IT projects"),
}
OF_SYSTEMS = tuple(kind for kind in Kind if kind is not Kind.TABLE)


def kind_of(path: Path) -> Kind | None:
    """What the file is; None where it is nothing that can be read."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if is_plan(head):
        return Kind.PLANS
    try:
        if head.startswith(_OLE):
            return _of_table(path) if has_workbook(path) else Kind.PLANS
        return _of_json(path) if is_json(path) else _of_table(path)
    except (UnreadableSource, UnreadableTable, OSError):
        return None


def kind_of_all(paths: Iterable[Path]) -> dict[Path, Kind | None]:
    return {path: kind_of(path) for path in paths}


def together(kinds: Iterable[Kind | None]) -> Kind:
    """What files are that come together: the system that most of them are of; a table where none is of a system."""
    count = [kind for kind in kinds if kind in OF_SYSTEMS]
    return max(OF_SYSTEMS, key=count.count) if count else Kind.TABLE


def is_plan(head: bytes) -> bool:
    """Whether a file begins as a plan does, but for .mpp, which begins as many others."""
    return head.startswith(_XER) or root_of(head) in (MSPDI, PMXML)


def needs_java(path: Path) -> bool:
    """Whether a plan is read by a library that runs on Java."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    return head.startswith((_OLE, _XER)) or root_of(head) == PMXML


def root_of(head: bytes) -> str:
    """The name of the root of an XML document; empty for anything else."""
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = head.decode(encoding, "replace").lstrip()
    match = _ROOT.search(re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)) if text[:1] == "<" else None
    return match[1] if match else ""


def _of_json(path: Path) -> Kind:
    content = document_of(path)
    if is_object(content):
        members = members_of(content, path.name)
        if "issues" in members:
            return Kind.JIRA
        if {"@odata.context", "odata.metadata"} & members.keys():
            return Kind.PROJECT_ONLINE
        content = members.get("value", members.get("d", b""))
        if bytes(memoryview(content)[:1]) == b"{":
            content = members_of(content, path.name).get("results", b"")
        if bytes(memoryview(content)[:1]) != b"[":
            return Kind.TABLE
    entries = entries_of(content, path.name)
    first = value_of(entries[0], path.name) if entries else None
    if not isinstance(first, dict):
        return Kind.TABLE
    if "fields" in first and KEY.fullmatch(str(first.get("key", ""))):
        return Kind.JIRA
    return Kind.PROJECT_ONLINE if is_feed(first) else Kind.TABLE


def _of_table(path: Path) -> Kind:
    tables = tables_of(path)
    for table in tables:
        if is_feed(table.columns):
            return Kind.PROJECT_ONLINE
        if _is_of_jira(table):
            return Kind.JIRA
        if file_of_record(table):
            return Kind.ITDB
    return Kind.GMPP if record_in(path, tables) else Kind.TABLE


def _is_of_jira(table: Table) -> bool:
    """Whether it has columns of Jira's export, and the key of an issue in its first row."""
    at_of = {what: at for at, column in enumerate(table.columns) if (what := what_column_is(column))}
    first = next(iter(table.rows()), None)
    if "key" not in at_of or len(at_of) < FEWEST_OF_JIRA or first is None or at_of["key"] >= len(first.cells):
        return False
    return KEY.fullmatch(str(first.cells[at_of["key"]] or "").strip()) is not None


def file_of_record(table: Table) -> File | None:
    """Which file of the federal record a table is; None where it is none."""
    for file, columns in COLUMNS.items():
        try:
            names_in(table, columns)
        except UnreadableTable:
            continue
        return file
    return None
