"""A file on its way in: on the disk piece by piece while it comes, hashed on the way, and how many may come at a time.

The temporary file has no name, so that nothing remains of it, whatever ends the process.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile

from shared.base.errors import Unavailable
from shared.base.texts import Text

AT_ONCE = 32
"""So many files one service of this process receives at a time."""


class Spooled:
    """One file on the disk."""

    def __init__(self, folder: Path) -> None:
        self._file = TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 closed with its request
        self._hash = sha256()
        self.size = 0

    def add(self, data: bytes) -> None:
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    def read(self, start: int, length: int) -> bytes:
        """These bytes; fewer where the file ends."""
        self._file.seek(start)
        return self._file.read(length) or b""

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def close(self) -> None:
        self._file.close()


@dataclass
class SentFile:
    """The file that was chosen in a form."""

    control: str
    """The name of its control."""
    name: str
    """As the browser calls it."""
    content: Spooled
    is_too_large: bool = False
    """Then its content is not whole."""


class Receiving:
    """How many files one service receives at the moment; how many of them are written to the store at a time."""

    def __init__(self) -> None:
        self._count = 0
        self.storing = asyncio.Semaphore(4)

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """While the block lasts one more is received; 503 where there are too many."""
        if self._count >= AT_ONCE:
            raise Unavailable(
                Text(
                    "{at_once} files are being received, which is all that there is room for", at_once=AT_ONCE
                ),
                code="too_many_uploads",
                headers={"Retry-After": "5"},
            )
        self._count += 1
        try:
            yield
        finally:
            self._count -= 1
