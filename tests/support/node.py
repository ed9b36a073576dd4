"""Packages of Node for tests, fetched by `npm ci` as a lock names them, once for each lock; nothing of them is kept here."""

import shutil
import subprocess
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

import pytest

BUILT = Path(__file__).parents[2] / "build"
PATIENCE_S = 300


def installed(locked: Path) -> Path:
    """The folder with `node_modules` of the lock in `locked`; skips where there is no npm, or it cannot fetch them."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not there: what needs packages of Node was not run")
    lock = (locked / "package-lock.json").read_bytes()
    folder = BUILT / f"node-{sha256(lock).hexdigest()[:12]}"
    if not folder.exists():
        BUILT.mkdir(exist_ok=True)
        making = Path(
            mkdtemp(dir=BUILT)
        )  # whoever is ended here, or does the same beside this, leaves nothing half
        for name in ("package.json", "package-lock.json"):
            shutil.copy(locked / name, making)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=making, capture_output=True, text=True, timeout=PATIENCE_S)
        if done.returncode:
            shutil.rmtree(making)
            pytest.skip(f"npm could not install the packages: {done.stderr[-300:]}")
        with suppress(OSError):
            making.rename(folder)
        shutil.rmtree(making, ignore_errors=True)
    return folder
