"""The folder of an export: written under another name, for its owner alone, and given its own name once it is whole."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO, Any

from services.exports.asking import ExportFailed
from shared.base.private import private_files

MANIFEST = "manifest.json"
UNFINISHED = "this-export-is-not-whole"
"""The file by which a folder is known that an export has left unfinished."""


class HashedFile:
    """A file that knows its size and its SHA-256 while it is written."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = path.open("wb")
        self._hash = sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    def close(self) -> None:
        self._file.close()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Folder:
    """What is written into the unfinished folder, by the paths within it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sums: dict[str, dict[str, Any]] = {}
        """Path -> bytes and SHA-256 of each file that is closed."""
        self._open: dict[str, HashedFile] = {}

    def append(self, name: str, data: bytes) -> None:
        """To a file that stays open until the export ends: there is one for each collection."""
        if name not in self._open:
            self._open[name] = HashedFile(self.path / name)
        self._open[name].write(data)

    def put(self, name: str, data: bytes) -> None:
        """A file of its own."""
        with self.beginning(name) as file:
            file.write(data)
        self.keep(name, file)

    @contextmanager
    def beginning(self, name: str) -> Iterator[HashedFile]:
        """A file that is to be kept or dropped once it is written."""
        file = HashedFile(self.path / name)
        try:
            yield file
        finally:
            file.close()

    def keep(self, name: str, file: HashedFile) -> None:
        self.sums[name] = {"bytes": file.size, "sha256": file.sha256}

    def drop(self, name: str) -> None:
        """Leave out what came to nothing."""
        (self.path / name).unlink()

    def note(self, name: str) -> None:
        """Count a file in that somebody else has written here."""
        with (self.path / name).open("rb") as file:
            total = file_digest(file, "sha256").hexdigest()
            self.sums[name] = {"bytes": file.tell(), "sha256": total}

    def close(self) -> None:
        for name, file in self._open.items():
            file.close()
            self.keep(name, file)
        self._open.clear()

    def finish(self, manifest: Mapping[str, Any]) -> None:
        """The manifest is written last."""
        self.close()
        content = {**manifest, "files": dict(sorted(self.sums.items()))}
        text = json.dumps(content, indent=1, ensure_ascii=False)
        (self.path / MANIFEST).write_text(text + "\n", encoding="utf-8")


@contextmanager
def new_folder(target: Path) -> Iterator[Folder]:
    """A folder that is given the name `target` if the block ends well, and is removed otherwise.

    What a killed export has left of it before is removed first. ExportFailed where the target holds anything, where
    another export writes it, and where nothing can be written.
    """
    target = target.absolute()
    making = target.with_name(f"{target.name}.part")
    with private_files():
        try:
            _refuse_content(target)
            lock = _claimed(making)
        except OSError as error:
            raise ExportFailed(f"{target} cannot be written: {error.strerror or error}") from error
        folder = Folder(making)
        try:
            yield folder
            folder.close()
            _refuse_content(target)
            (making / UNFINISHED).unlink()
            making.rename(target)
        except OSError as error:
            raise ExportFailed(f"{target} cannot be written: {error.strerror or error}") from error
        finally:
            folder.close()
            shutil.rmtree(making, ignore_errors=True)
            os.close(lock)


def _refuse_content(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise ExportFailed(f"{target} is a file; give a folder that is new or empty")
    if target.exists() and any(target.iterdir()):
        raise ExportFailed(
            f"{target} is not empty, and nothing is written over; give a folder that is new or empty"
        )


def _claimed(making: Path) -> int:
    """The lock of the unfinished folder, which is empty then."""
    if making.exists() and not (making / UNFINISHED).exists():
        raise ExportFailed(
            f"{making} is there, and no export has left it: move it away, or give another folder"
        )
    making.mkdir(parents=True, mode=0o700, exist_ok=True)
    lock = os.open(making / UNFINISHED, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise ExportFailed(f"another export writes {making} just now") from None
    for path in making.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != UNFINISHED:
            path.unlink()
    return lock
