"""What is sent and answered about imports."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts import language
from shared.contracts.language import AnswerShape, Instant, Line, Sha256, Shape, Source, absent
from shared.http.paging import PageShape

MOST_AT_ONCE = 500
LONGEST_MAPPING = 100_000

State = Literal["running", "done", "stopped", "partly_reverted", "reverted"]
Change = Literal["created", "changed", "archived"]
Outcome = Literal["undone", "kept"]
Count = Annotated[int, Field(ge=0, le=10**9)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Register = Annotated[
    str, StringConstraints(pattern=r"^[a-z]+\.[a-z][a-z_]{0,59}$"), Field(examples=["projects.project"])
]
Collection = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]+/v1/[a-z][a-z-]{0,59}$"),
    Field(examples=["projects/v1/projects"]),
]
Reason = Annotated[Name, Field(examples=["moved_on"])]
Place = Annotated[int, Field(ge=0, le=10**9)]
MappingText = Annotated[str, StringConstraints(max_length=LONGEST_MAPPING)]


class RowCounts(Shape):
    """How many rows came to what."""

    created: Count = 0
    """New records."""
    changed: Count = 0
    """Records that were there and look different now."""
    unchanged: Count = 0
    """Records that looked so already."""
    refused: Count = 0
    """Rows that did not come in."""
    left_out: Count = 0
    """Rows that were no data, such as totals."""


class ImportBegin(Shape):
    """What is going to be imported."""

    file: Line
    """The name of the file, or what else it is read from."""
    file_hash: Sha256 | None = None
    """The hash of its content."""
    source: Source
    """The source in the external keys of what comes in."""
    registers: Annotated[list[Register], Field(min_length=1, max_length=100)]
    """What is brought in, in the order of its stages."""
    mapping: MappingText = ""
    """How its columns are read, as text."""
    expected: RowCounts | None = None
    """What a trial has given."""


class NewEntry(Shape):
    """A version that the import has made."""

    collection: Collection
    """Where the record is."""
    id: language.Id
    """The record."""
    version: Annotated[int, Field(ge=1, le=10**15 - 1, examples=[1])]
    """The version that was made."""
    change: Change
    """What was done with it."""


class NewEntries(Shape):
    """Versions that the import has made, in their order."""

    entries: Annotated[list[NewEntry], Field(min_length=1, max_length=MOST_AT_ONCE)]
    """At most 500. One that is there already is not added again."""


class ImportEnd(Shape):
    """How the import ended."""

    stopped: bool = False
    """Whether it ended before its end."""
    counts: RowCounts | None = None
    """What became of its rows, where that is known."""
    findings: dict[Name, Count] = Field(default_factory=dict, max_length=300, examples=[{"no_date": 2}])
    """How many findings there were of each code."""


class NewOutcome(Shape):
    """What became of an entry when the import was taken back."""

    place: Place
    """The entry."""
    outcome: Outcome
    """Whether it was undone, or stays."""
    reason: Reason | None = None
    """Why it stays."""


class NewOutcomes(Shape):
    """What became of entries when the import was taken back."""

    outcomes: Annotated[list[NewOutcome], Field(min_length=1, max_length=MOST_AT_ONCE)]
    """At most 500; the last one said of an entry counts."""


class Import(AnswerShape):
    """An import, as it is recorded."""

    id: language.Id
    """Its id."""
    state: State
    """`running` until it ends; `reverted` once all that it made is undone, `partly_reverted` where some of it stays."""
    requested_by: str = Field(examples=["mara.keller"])
    """Who began it: the subject of the token."""
    file: str = Field(examples=["projects.csv"])
    """The name of the file."""
    file_hash: str | None = Field(default=None, json_schema_extra=absent)
    """The hash of its content."""
    source: str = Field(examples=["sheet"])
    """The source in the external keys of what came in."""
    registers: list[str] = Field(examples=[["projects.project"]])
    """What was brought in, in the order of its stages."""
    expected: RowCounts | None = Field(default=None, json_schema_extra=absent)
    """What a trial had given."""
    counts: RowCounts | None = Field(default=None, json_schema_extra=absent)
    """What became of its rows, once it has ended as it was meant to."""
    findings: dict[str, int] = Field(examples=[{"no_date": 2}])
    """How many findings there were of each code."""
    entries: int
    """How many versions it made."""
    undone: int
    """How many of them are undone."""
    remaining: int
    """How many of them stay, although the import was taken back."""
    created_at: Instant
    """When it was begun."""
    touched_at: Instant
    """When an entry was recorded last."""
    ended_at: Instant | None = Field(default=None, json_schema_extra=absent)
    """When it ended."""
    expires_at: Instant
    """Till when it is kept, and can be taken back."""


class ImportDetail(Import):
    """An import with the mapping that it was read by."""

    mapping: str = Field(examples=['register = "projects.project"'])
    """How its columns were read. Empty once a person whom it names is erased."""


class ImportPage(PageShape):
    """A page of imports."""

    items: list[Import]
    """The newest first."""


class Entry(AnswerShape):
    """A version that an import made."""

    place: int
    """Its place among the entries of the import, from 0."""
    collection: str = Field(examples=["projects/v1/projects"])
    """Where the record is."""
    id: language.Id
    """The record."""
    version: int
    """The version that was made."""
    change: Change
    """What was done with it."""
    outcome: Outcome | None = Field(default=None, json_schema_extra=absent)
    """What became of it when the import was taken back."""
    reason: str | None = Field(default=None, json_schema_extra=absent)
    """Why it stays."""


class EntryPage(PageShape):
    """A page of entries."""

    items: list[Entry]
    """The newest first."""
