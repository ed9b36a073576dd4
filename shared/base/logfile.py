"""Logs of bounded size: a full file is renamed to `….1`, the one before to `….2`, and the oldest is deleted."""

import shutil
from pathlib import Path
from typing import TextIO


def rotate(path: Path, files: int) -> None:
    """Make room for `….1`; `files` older files stay."""
    for number in range(files, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        if number == files:
            older.unlink(missing_ok=True)
        elif older.exists():
            older.replace(path.with_name(f"{path.name}.{number + 1}"))


class RotatedFile:
    """A text file to write to, as `telemetry.LOG` does; a line is never divided."""

    def __init__(self, path: Path, largest: int, files: int) -> None:
        self._path = path
        self._largest = largest
        """Bytes from which on the next file is begun; 0: never."""
        self._files = files
        self._file: TextIO = path.open("a", buffering=1)
        self._size = path.stat().st_size

    def write(self, text: str) -> int:
        if self._largest and self._size >= self._largest:
            self._begin_next()
        self._size += len(text.encode())
        return self._file.write(text)

    def _begin_next(self) -> None:
        self._file.close()
        rotate(self._path, self._files)
        if self._files:
            self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        else:
            self._path.unlink()
        self._file, self._size = self._path.open("a", buffering=1), 0

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def cut_when_full(path: Path, largest: int, files: int) -> None:
    """The same for a file to which another process keeps appending: it is copied, and emptied in place.

    What is written between the two is lost, a few lines at most.
    """
    if not largest or not path.exists() or path.stat().st_size < largest:
        return
    rotate(path, files)
    if files:
        shutil.copyfile(path, path.with_name(f"{path.name}.1"))
    with path.open("r+b") as file:
        file.truncate(0)
