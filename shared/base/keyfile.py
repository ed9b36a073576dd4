"""A key in a file of its own: made by whichever process comes first, whole from the first moment it is there."""

import os
from collections.abc import Callable
from pathlib import Path

from shared.base.ids import new_id_text
from shared.base.starting import written_under


def read_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    """Several processes may start at once: each writes a file of its own and links it into place; the first link wins."""
    with written_under(path.parent):
        return _read_or_make(path, make)


def _read_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{new_id_text()}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(make())
        try:
            path.hardlink_to(beside)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    return path.read_bytes()
