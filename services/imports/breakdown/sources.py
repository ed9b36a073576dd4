"""Files of other systems as lists of members: JSON documents, and tables with column names."""

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from services.imports.breakdown.drafts import NOT_BROUGHT_IN, WITHOUT_IT
from services.imports.findings import Findings
from services.imports.tables.reading import tables_of
from services.imports.tables.table import Table, UnreadableTable
from shared.base.texts import Text

MOST_BYTES = 512_000_000
"""A file that is longer is refused: systems hand out such lists in pages."""


ANEW = Text("Export it anew.")


class UnreadableSource(Exception):
    """The file is not what it should be; said as a whole, with a code and what to do."""

    def __init__(self, code: str, reason: str, mend: str) -> None:
        super().__init__(reason)
        self.code, self.reason, self.mend = code, reason, mend


def add_unread(findings: Findings, file: str, error: UnreadableSource | OSError) -> None:
    """Say that a file is not read, and why."""
    if isinstance(error, UnreadableSource):
        code, mend = error.code, error.mend
    else:
        code, mend = "unreadable_file", Text("See that it can be read.")
    reason = error.reason if isinstance(error, UnreadableSource) else str(error)
    findings.add(file, 0, code, reason, Text("not read"), file, lost=True, mend=mend)


_RAW_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_RAW_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_ANY = msgspec.json.Decoder(Any)


def is_json(path: Path) -> bool:
    """Whether the content begins as a JSON document does, whatever its name."""
    with path.open("rb") as file:
        head = file.read(64)
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def document_of(path: Path) -> Any:
    """The content of a JSON file, which stays on the disk until parts of it are decoded. Raises UnreadableSource."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise UnreadableSource(
            "too_large",
            Text(
                "it has {size:,} MB, and at most {limit:,} are read",
                size=size // 10**6,
                limit=MOST_BYTES // 10**6,
            ),
            Text("Export it in pages."),
        )
    with path.open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    view = memoryview(content)
    return view[3:] if content[:3] == b"\xef\xbb\xbf" else view


def let_go(content: Any) -> None:
    """Give the memory back in which pages of the file stand; they are read again where they are needed."""
    file = getattr(content, "obj", None)
    if isinstance(file, mmap.mmap):
        file.madvise(mmap.MADV_DONTNEED)


def is_object(content: Any) -> bool:
    """Whether a document that begins as JSON does is an object, and no list."""
    return bytes(content[:64]).lstrip()[:1] == b"{"


def members_of(content: Any, file: str) -> dict[str, msgspec.Raw]:
    """The members of an object, not decoded yet. Raises UnreadableSource."""
    members: dict[str, msgspec.Raw] = _decoded(_RAW_OBJECT, content, file)
    return members


def entries_of(content: Any, file: str) -> list[msgspec.Raw]:
    """The entries of a list, not decoded yet. Raises UnreadableSource."""
    entries: list[msgspec.Raw] = _decoded(_RAW_LIST, content, file)
    return entries


def value_of(content: Any, file: str) -> Any:
    """The whole of it. Raises UnreadableSource."""
    return _decoded(_ANY, content, file)


def _decoded(decoder: Any, content: Any, file: str) -> Any:
    try:
        return decoder.decode(content)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise UnreadableSource(
            "not_json", Text("it is not JSON as expected: {reason}", reason=error), ANEW
        ) from error
    except RecursionError:
        raise UnreadableSource("too_deep", Text("it is nested too deeply"), ANEW) from None


def tables_in(path: Path) -> list[Table]:
    """The tables of a file: one of a text file, those of all visible sheets of a workbook. Raises UnreadableSource."""
    try:
        return tables_of(path)
    except UnreadableTable as error:
        raise _unreadable(error) from error


def rows_of(table: Table, findings: Findings | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line and members of each row. A row that is ragged is left out, and so is a cell that shows an error; with
    `findings` both are told. Raises UnreadableSource."""
    try:
        for row in table.rows():
            values = dict(zip(table.columns, row.cells, strict=False))
            is_whole = True
            for flaw in row.flaws:
                is_whole = is_whole and bool(flaw.column)
                values.pop(flaw.column, None)
                if findings is not None:
                    done = WITHOUT_IT if flaw.column else NOT_BROUGHT_IN
                    findings.add(
                        table.file,
                        row.line,
                        flaw.code,
                        flaw.reason,
                        done,
                        lost=True,
                        column=flaw.column,
                        mend=flaw.mend,
                    )
            if is_whole:
                yield row.line, {column: values.get(column) for column in table.columns}
    except UnreadableTable as error:
        raise _unreadable(error) from error


def _unreadable(error: UnreadableTable) -> UnreadableSource:
    reason = error.reason
    if error.line:
        reason = Text("{reason}, line {line}", reason=reason, line=error.line)
    return UnreadableSource(error.code, reason, Text("Export it anew as CSV in UTF-8."))
