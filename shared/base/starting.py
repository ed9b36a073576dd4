"""What prevents a start is reported to the person who starts the process: one sentence, exit code 2, no
traceback."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.base.private import private_files


class CannotStart(Exception):
    """What is wrong, where it is set, and what is expected; without a secret."""


@contextmanager
def told_plainly() -> Iterator[None]:
    """Around all that a process does; what it writes is for its user alone."""
    try:
        with private_files():
            yield
    except CannotStart as reason:
        print(f"Error: {reason}", file=sys.stderr)
        raise SystemExit(2) from None


@contextmanager
def written_under(folder: Path) -> Iterator[None]:
    """What is made in the data folder; a user who may not write there gets a message that says so."""
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CannotStart(
            f"the data folder (PORTOLAN_DATA, or --data) is '{folder}': it must be one that can be read and written;"
            f" {error.filename or folder}: {why}"
        ) from error


@contextmanager
def alone_with(folder: Path, service: str) -> Iterator[None]:
    """Nobody else serves the service's SQLite file meanwhile; the lock ends with the process, however that ends."""
    with written_under(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / f"{service}.lock").open(
            "a"
        )  # a process that does not get the lock must not empty the file
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotStart(
                f"another process serves {service} from the data folder '{folder}': end it, or choose another"
                " folder with PORTOLAN_DATA, or --data"
            ) from error
        lock.truncate(0)
        yield


def write_address(folder: Path, service: str, address: str) -> None:
    """Say where the process that serves the service's file is reached: in the lock that it holds."""
    with written_under(folder):
        (folder / f"{service}.lock").write_text(address, encoding="utf-8")


def address_in(folder: Path, service: str) -> str | None:
    """Where the service is reached that is served from the folder; None where no process serves it."""
    path = folder / f"{service}.lock"
    if not path.exists():
        return None
    with path.open("r") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return lock.read() or None
    return None
