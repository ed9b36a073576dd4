"""What a page orders of the process that carries its import out, and what comes of it. Shapes alone: a server that has
them loads nothing of what reads, judges and sends.

    <folder>/order.json     what is to be done: propose, check, import or undo
    <folder>/file           the table
    <folder>/outcome.json   what came of it, in the language of the reader
    <folder>/refused.csv    the rows that did not come in whole, if there are any
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from shared.base.typed_json import Within

Act = Literal["propose", "check", "import", "undo"]


@dataclass(frozen=True)
class Job:
    """Where the order is, and in whose name it is carried out."""

    folder: str
    token: Annotated[str, Within(1, 20_000)]


@dataclass(frozen=True)
class Done:
    """That the outcome is in the folder."""

    rows: int


class Order(msgspec.Struct, kw_only=True):
    """What is to be done with the file."""

    act: Act
    name: str
    """Of the file, as its owner calls it."""
    register: str
    url: str
    language: str
    mapping: str = ""
    """As TOML; empty: it is proposed."""
    sheet: str = ""
    header_line: int | None = None
    record: str = ""
    """The id of the import that is taken back."""


class ColumnShown(msgspec.Struct, kw_only=True):
    """A column of the file, with what its form needs."""

    name: str
    samples: list[str]
    texts: dict[str, int]
    """Its distinct texts with how many cells have them, where they are few; else empty."""
    about: str = ""
    """What the proposal rests on."""


class ChoiceShown(msgspec.Struct):
    """An answer to a question."""

    value: str | int | float
    label: str


class QuestionShown(msgspec.Struct, kw_only=True):
    """What must be said of a column before its cells can be read."""

    column: str
    setting: str
    text: str
    choices: list[ChoiceShown]


class ChangeShown(msgspec.Struct, kw_only=True):
    """A cell that changes something."""

    line: int
    title: str
    column: str
    old: str
    new: str


class MadeShown(msgspec.Struct, kw_only=True):
    """What is made before the rows, of one kind."""

    kind: str
    service: str
    count: int
    names: list[str]


class FindingShown(msgspec.Struct, kw_only=True):
    """One odd thing of the file, in all the lines where it is met."""

    lines: list[int]
    """The first ones."""
    count: int
    column: str
    value: str
    reason: str
    done: str
    mend: str
    lost: bool
    file: str = ""
    """Where several files came together."""


class StayingShown(msgspec.Struct, kw_only=True):
    """A record that stays as it is when an import is taken back."""

    collection: str
    """`projects/projects`."""
    id: str
    title: str
    reason: str
    """A code: `moved_on`, `has_dependents`, `only_by_move`, `not_there`, or another."""
    detail: str
    who: str


class UndoneShown(msgspec.Struct, kw_only=True):
    """What came of taking an import back."""

    archived: int
    given_back: int
    staying: list[StayingShown]
    """The first ones."""
    staying_count: int


class Outcome(msgspec.Struct, kw_only=True):
    """What came of an order."""

    failure: str = ""
    """Why there is nothing else; or why the import stopped before its end."""
    sheet: str = ""
    sheets: list[str] = []
    header_line: int | None = None
    notes: list[str] = []
    rows: int = 0
    mapping: str = ""
    """As TOML."""
    columns: list[ColumnShown] = []
    questions: list[QuestionShown] = []
    counts: dict[str, int] = {}
    """What the rows are: `new`, `changed`, `unchanged`, `refused`, `left_out`."""
    makings: list[MadeShown] = []
    changes: list[ChangeShown] = []
    changes_count: int = 0
    vanished: list[str] = []
    vanished_count: int = 0
    findings: list[FindingShown] = []
    findings_count: int = 0
    results: dict[str, int] = {}
    """Of an import: rows that were `created`, `changed`, `unchanged`, `refused`."""
    refused_rows: int = 0
    record: str = ""
    """The id of what was imported, by which it can be taken back."""
    undone: UndoneShown | None = None
