"""The organisation as a process knows it: its words, languages, default values, limits and how long it keeps things.

The service that owns it reads its own table, every other one what its consumers keep. What is known is read again once
`REMEMBERED_S` have passed, and as soon as this process has written or taken in another version.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakKeyDictionary

from shared.contracts.projects.organisation import Organisation
from shared.contracts.stored import codec_of
from shared.store import Store

REMEMBERED_S = 1.0
IN_ALMANAC = "SELECT document FROM almanac WHERE kind = 'organisation'"
"""Where services know it that do not own it (`shared.domain.due.calendar`)."""
IN_REGISTER = "SELECT document FROM organisation WHERE archived = 0"
"""Where the service knows it that owns it."""


@dataclass(slots=True)
class _Remembered:
    query: str = IN_ALMANAC
    read_at: float = float("-inf")
    changes: int = 0
    """Counted as they are noted: what was read while one was noted may be what stood before it."""
    document: str | bytes = ""
    organisation: Organisation | None = None


_REMEMBERED: WeakKeyDictionary[Store, _Remembered] = WeakKeyDictionary()


def know_by(store: Store, query: str) -> None:
    """Say by which query this service finds its document."""
    _of(store).query = query


def organisation_in(store: Store) -> Organisation | None:
    """As it was read last; None where there is none yet."""
    return _of(store).organisation


async def organisation_now(store: Store) -> Organisation | None:
    """As the database has it, at most `REMEMBERED_S` old; None where there is none yet."""
    remembered = _of(store)
    while time.monotonic() - remembered.read_at > REMEMBERED_S:
        read_at, changes = time.monotonic(), remembered.changes
        rows = await store.fetch(remembered.query, ())
        if changes != remembered.changes:
            continue
        document = rows[0][0] if rows else ""
        if document != remembered.document:
            remembered.organisation = codec_of(Organisation).one(document) if document else None
            remembered.document = document
        remembered.read_at = read_at
    return remembered.organisation


def forget_organisation(store: Store) -> None:
    """Read it again before it is used: it has changed."""
    remembered = _of(store)
    remembered.read_at = float("-inf")
    remembered.changes += 1


class Writing(Protocol):
    """A unit of work."""

    store: Store
    after_commit: list[Callable[[], None]]


def note_change(work: Writing) -> None:
    """The process counts with what this unit writes of the organisation as soon as it is committed."""
    work.after_commit.append(lambda: forget_organisation(work.store))


def _of(store: Store) -> _Remembered:
    return _REMEMBERED.setdefault(store, _Remembered())
