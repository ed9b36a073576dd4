"""A store that cannot be opened at a start: what operators must repair, as opposed to a defect of ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from shared.base.settings import without_secrets
from shared.base.starting import CannotStart
from shared.store.sqlite import AWAY

STATES = ("08", "28", "3D", "53", "57", "42501")
"""SQLSTATEs, or their first digits: no connection, no login, no such database, full, ending, not permitted."""
BROKEN = ("file is not a database", "database disk image is malformed")


@contextmanager
def reaching(service: str, url: str) -> Iterator[None]:
    """Around what opens the service's store at `url`; CannotStart says why it cannot be opened."""
    try:
        yield
    except _kinds(url) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if why := _why(cause):
            raise CannotStart(_unusable(service, url, why)) from error
        raise


def _kinds(url: str) -> tuple[type[BaseException], ...]:
    if url.startswith("sqlite:///"):
        return (OSError, sqlite3.Error, DBAPIError)
    import asyncpg

    return (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError)


def _why(cause: BaseException | None) -> str | None:
    """None where it is a defect."""
    text = str(cause)
    if isinstance(cause, OSError):
        return cause.strerror or text or "no answer"
    if isinstance(cause, sqlite3.Error):
        return text if AWAY.search(text) or text in BROKEN else None
    state = getattr(cause, "sqlstate", None)
    return text if state is None or state.startswith(STATES) else None


def _unusable(service: str, url: str, why: str) -> str:
    if url.startswith("sqlite:///"):
        file = url.removeprefix("sqlite:///")
        return f"the store of {service} in the data folder (PORTOLAN_DATA, or --data), {file}, cannot be used: {why}"
    return (
        f"the database of {service} cannot be used: {why}; PORTOLAN_DATABASE_URL is '{without_secrets(url)}'"
    )
