"""What is on its way in at the pages, a table or files of another system: its row, and its steps.

waiting -> running -> ended        of one act: propose, check or import
   ^         │  └> waiting          its process is gone: whoever opens the page carries on
   └─────────┴─ another act
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from services.imports.systems.orders import SystemOutcome
from services.imports.systems.wishes import Wishes, from_text, to_text
from services.imports.tables.orders import Act, Outcome
from shared.base.clock import DAY_US, machine_micros
from shared.base.errors import NotFound
from shared.base.ids import new_id_text
from shared.domain.work import Work
from shared.store import Store

LASTS_US = DAY_US
"""As long as its file is there."""
LEASE_US = 10_000_000
MOST_ATTEMPTS = 3
"""What ended its process so often is not begun again."""
LISTED = 20
STOPPED, OPEN = "stopped", "open"
FILES = "files"
"""In place of a register: files of another system, or some of which it is not yet said what they are. What is said of them
stands in place of the mapping."""

_OUTCOME = msgspec.json.Decoder(Outcome)
_SYSTEM_OUTCOME = msgspec.json.Decoder(SystemOutcome)
_COLUMNS = (
    "id, name, register_key, sha256, sheet, header_line, mapping, act, state, attempts, share, step, held_until, outcome,"
    " created_at, refused IS NOT NULL"
)


@dataclass(frozen=True)
class Draft:
    """A table, or files of another system, on their way in."""

    id: str
    name: str
    register: str
    sha256: str
    sheet: str
    header_line: int | None
    mapping: str
    act: Act
    state: str
    attempts: int
    share: int
    """Thousandths."""
    step: str
    """What is done; once it is ended, how: `stopped`, or the act, `propose` while questions are open."""
    held_until: int
    text: str
    created_at: int
    has_refused: bool

    @property
    def standing(self) -> str:
        """How it stands, in a word."""
        return OPEN if self.is_open else self.step

    @cached_property
    def outcome(self) -> Outcome | None:
        """None where there is none yet, or only one that another version has written."""
        try:
            return _OUTCOME.decode(self.text) if self.text and not self.is_of_system else None
        except msgspec.ValidationError:
            return None

    @property
    def is_of_system(self) -> bool:
        """Whether these are files of another system, and no table."""
        return self.register == FILES

    @cached_property
    def wishes(self) -> Wishes:
        """What is said of files of another system."""
        return from_text(self.mapping)

    @cached_property
    def system_outcome(self) -> SystemOutcome | None:
        """The same as `outcome`, of files of another system."""
        try:
            return _SYSTEM_OUTCOME.decode(self.text) if self.text and self.is_of_system else None
        except msgspec.ValidationError:
            return None

    @property
    def record(self) -> str:
        """The id of what was imported, by which it can be taken back."""
        one = self.system_outcome or self.outcome
        return one.record if one else ""

    def begins_at(self, zone: ZoneInfo) -> datetime:
        """When the file was chosen, by the clock of the instance."""
        return datetime.fromtimestamp(self.created_at / 1_000_000, zone)

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state != "ended"

    @property
    def can_begin(self) -> bool:
        """Whether nobody works on it that has to."""
        return self.is_open and self.held_until < machine_micros()


async def find(store: Store, id: str, owner: str) -> Draft:
    """One's own; NotFound for anybody else, and when it is over."""
    rows = await store.fetch(
        f"SELECT {_COLUMNS} FROM table_import WHERE id = ? AND owner = ? AND expires_at > ?",
        (id, owner, machine_micros()),
    )
    if not rows:
        raise NotFound("there is no such resource")
    return _draft(rows[0])


async def listed(store: Store, owner: str) -> list[Draft]:
    """One's own, the newest first, without what came of them, which may be long."""
    columns = _COLUMNS.replace(" mapping,", " CASE WHEN register_key = 'files' THEN mapping ELSE '' END,")
    columns = columns.replace(" outcome,", " '',")
    rows = await store.fetch(
        f"SELECT {columns} FROM table_import WHERE owner = ? AND expires_at > ? ORDER BY id DESC LIMIT {LISTED}",
        (owner, machine_micros()),
    )
    return [_draft(row) for row in rows]


def _draft(row: Sequence[Any]) -> Draft:
    *values, has_refused = row
    return Draft(*values, bool(has_refused))  # type: ignore[call-arg]  # as many as the columns


def insert(work: Work, owner: str, name: str, register: str, sha256: str, mapping: str = "") -> str:
    """Stage a new one, of which it is to be proposed what becomes of it; answers its id."""
    id, at = new_id_text(), machine_micros()
    work.add_statement(
        "INSERT INTO table_import (id, owner, name, register_key, sha256, sheet, mapping, act, state, attempts, share,"
        " step, held_until, outcome, created_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, '', ?, 'propose', 'waiting', 0, 0, '', 0, '', ?, ?)",
        [(id, owner, name, register, sha256, mapping, at, at + LASTS_US)],
    )
    return id


def ask(work: Work, draft: Draft, act: Act, mapping: str, sheet: str, header_line: int | None) -> None:
    """Stage the next act; stale where one is under way."""
    work.add_statement(
        "UPDATE table_import SET act = ?, mapping = ?, sheet = ?, header_line = ?, state = 'waiting', attempts = 0,"
        " share = 0, step = '', held_until = 0 WHERE id = ? AND state = 'ended'",
        [(act, mapping, sheet, header_line, draft.id)],
        expect=1,
    )


def become_table(work: Work, draft: Draft, register: str) -> None:
    """Stage that the first of the files is a table; stale where something is under way."""
    first = draft.wishes.files[0]
    work.add_statement(
        "UPDATE table_import SET register_key = ?, sha256 = ?, name = ?, act = 'propose', mapping = '', state = 'waiting',"
        " attempts = 0, share = 0, step = '', held_until = 0, outcome = '' WHERE id = ? AND state = 'ended'",
        [(register, first.sha256, first.name, draft.id)],
        expect=1,
    )


async def hold(store: Store, draft: Draft) -> bool:
    """Take it; whether it was to be had."""
    rows = await store.run(
        "UPDATE table_import SET state = 'running', attempts = attempts + 1, held_until = ?"
        " WHERE id = ? AND state <> 'ended' AND held_until = ? RETURNING id",
        (machine_micros() + LEASE_US, draft.id, draft.held_until),
    )
    return bool(rows)


async def renew(store: Store, draft: Draft, share: int, step: str) -> None:
    await store.run(
        "UPDATE table_import SET held_until = ?, share = ?, step = ? WHERE id = ? AND state = 'running' RETURNING id",
        (machine_micros() + LEASE_US, share, step, draft.id),
    )


async def end(store: Store, draft: Draft, outcome: Outcome | SystemOutcome, refused: bytes | None) -> None:
    if isinstance(outcome, Outcome):
        is_asking, mapping, sheet = bool(outcome.questions), outcome.mapping, outcome.sheet
    else:
        wishes = msgspec.structs.replace(draft.wishes, kind=outcome.kind or draft.wishes.kind)
        is_asking, mapping, sheet = bool(outcome.asks), to_text(wishes), ""
    step = STOPPED if outcome.failure else "propose" if is_asking else draft.act
    await store.run(
        "UPDATE table_import SET state = 'ended', held_until = 0, share = 1000, step = ?, mapping = ?, sheet = ?,"
        " outcome = ?, refused = ? WHERE id = ? RETURNING id",
        (
            step, mapping or draft.mapping, sheet or draft.sheet,
            msgspec.json.encode(outcome).decode(), refused, draft.id,
        ),
    )  # fmt: skip


async def refused_rows(store: Store, draft: Draft) -> bytes:
    """The file of them, compressed; NotFound where there is none."""
    rows = await store.fetch("SELECT refused FROM table_import WHERE id = ?", (draft.id,))
    if not rows or rows[0][0] is None:
        raise NotFound("there is no such resource")
    return bytes(rows[0][0])
