"""Files of an instance are for the user who runs it: nobody else on the machine reads stores, logs, backups or keys."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MASK = 0o077
PATTERNS = ("*.sqlite*", "*.pem", "*.key", "*.lock", "*.json", "logs/*")


@contextmanager
def private_files() -> Iterator[None]:
    """What is made meanwhile, in this process and its children, is for its user alone."""
    before = os.umask(MASK)
    try:
        yield
    finally:
        os.umask(before)


def make_private(folder: Path) -> None:
    """Close the folder and what an instance keeps in it to others, where an earlier version left it open.

    Files of another user are left unchanged, as in a volume that a cluster mounts. If another user has a
    folder in it (a database that does not run as root), it can still be walked through, but not listed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    is_shared = any(path.is_dir() and path.stat().st_uid != os.geteuid() for path in folder.iterdir())
    _close(folder, 0o711 if is_shared else 0o700)
    if (folder / "logs").is_dir():
        _close(folder / "logs", 0o700)
    for pattern in PATTERNS:
        for path in folder.glob(pattern):
            if path.is_file() and not path.is_symlink():
                _close(path, 0o600)


def _close(path: Path, mode: int) -> None:
    with suppress(FileNotFoundError, PermissionError):
        status = path.stat()
        if status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) & ~mode:
            path.chmod(stat.S_IMODE(status.st_mode) & mode)
