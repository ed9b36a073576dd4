"""Whether an SQLite file is whole: checked page by page before it is served, and behind where it is large.

A start waits five seconds at most for the check of one file, in which some gigabytes are read. Where that does not
suffice the service starts, and a thread checks the file from its beginning to its end meanwhile.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event
from time import monotonic

from shared.base import telemetry
from shared.base.starting import CannotStart
from shared.store.base import Store

PATIENCE_S = 5.0
STEPS = 20_000
"""Steps of SQLite's machine between two looks at whether the check is to end: some milliseconds."""


class Unfinished(Exception):
    """The check was ended before its end."""


def damage_of(path: Path, is_over: Callable[[], bool]) -> str | None:
    """What is wrong with the file, None where nothing is; Unfinished where `is_over` said so before."""
    with closing(sqlite3.connect(path, timeout=PATIENCE_S)) as connection:
        connection.set_progress_handler(lambda: 1 if is_over() else 0, STEPS)
        try:
            [(verdict,)] = connection.execute("PRAGMA quick_check(1)").fetchall()
            if verdict == "ok" and _is_cut_off(path, connection):
                verdict = "the file ends within a page"
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise Unfinished from error
            raise
        except sqlite3.DatabaseError as error:
            return str(error)
    return None if verdict == "ok" else " ".join(str(verdict).split())


def _is_cut_off(path: Path, connection: sqlite3.Connection) -> bool:
    """Whether the last page is not all there: SQLite reads the rest of it as zeros, and the check passes that over.

    What the WAL still holds is written to the file first.
    """
    [(size,)] = connection.execute("PRAGMA page_size").fetchall()
    if path.stat().st_size % size == 0:
        return False
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    return bool(path.stat().st_size % size)


def refuse_damaged(service: str, url: str, patience_s: float = PATIENCE_S) -> bool:
    """Before a store is opened: CannotStart where its file is damaged; whether it was checked to its end in time."""
    path = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///") or not path.exists():
        return True
    until = monotonic() + patience_s
    try:
        damage = damage_of(path, lambda: monotonic() >= until)
    except Unfinished:
        telemetry.LOG.event("info", service, "the store is large: it is checked while it is served")
        return False
    if damage:
        raise CannotStart(
            f"the store of {service}, {path}, cannot be used: it is damaged ({damage}). Move the data folder away and"
            " restore the newest backup with `portolan restore`"
        )
    return True


async def check_behind(service: str, url: str, store: Store) -> None:
    """The whole check, in a thread of its own, which ends with the task; damage makes the store refuse everything."""
    ended = Event()
    try:
        damage = await asyncio.to_thread(damage_of, Path(url.removeprefix("sqlite:///")), ended.is_set)
    except Unfinished:
        return
    finally:
        ended.set()
    if damage:
        store.note_damage(damage)
        telemetry.LOG.event("error", service, "the store is damaged", damage=damage)
