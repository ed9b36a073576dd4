"""What a page orders of the process that brings files of another system in, and what comes of it. Shapes alone, as those of
tables: a server that has them loads nothing of what reads and sends.

    <folder>/order.json     what is to be done
    <folder>/sent/0, 1, …   the files, in the order of their names in the wishes
    <folder>/outcome.json   what came of it, in the language of the reader
    <folder>/refused.csv    all findings as a table, if there are any
"""

import msgspec

from services.imports.tables.orders import FindingShown, UndoneShown


class ComingShown(msgspec.Struct, kw_only=True):
    """One project that the files hold."""

    name: str
    file: str
    packages: int | None
    start: str
    finish: str


class LossShown(msgspec.Struct, kw_only=True):
    """Something that the files hold and Portolan does not take."""

    kind: str
    count: int
    why: str
    mend: str


class StageShown(msgspec.Struct, kw_only=True):
    """What became of the items of one stage, or how many the files hold."""

    name: str
    count: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


class FileShown(msgspec.Struct, kw_only=True):
    """One file, and what it looks like."""

    name: str
    kind: str
    """In words; empty for what is nothing that can be read."""


class SystemOutcome(msgspec.Struct, kw_only=True, tag="system"):
    """What came of an order."""

    kind: str
    """As recognised, or as whoever imports says; `table` for what must be brought in as a table."""
    failure: str = ""
    asks: str = ""
    """The wish that is missing."""
    asks_of: str = ""
    """The file of which it is missing."""
    question: str = ""
    files: list[FileShown] = []
    files_count: int = 0
    source: str = ""
    contents: list[StageShown] = []
    projects: list[ComingShown] = []
    projects_count: int = 0
    losses: list[LossShown] = []
    sent: list[StageShown] = []
    findings: list[FindingShown] = []
    findings_count: int = 0
    is_complete: bool = True
    """Whether everything of the files came in, or would."""
    has_list: bool = False
    """Whether there is a file of all findings."""
    record: str = ""
    undone: UndoneShown | None = None
