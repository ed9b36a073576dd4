"""Packages of Node for tests, fetched by `npm ci` as a lock names them, once for each lock; nothing of them is kept here."""

import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

BUILT = Path(__file__).parents[2] / "build"
PATIENCE_S = 300


def installed(locked: Path) -> Path:
    """The folder with `node_modules` of the lock in `locked`; skips where there is no npm, or it cannot fetch them."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not there: what needs packages of Node was not run")
    lock = (locked / "package-lock.json").read_bytes()
    folder = BUILT / f"node-{sha256(lock).hexdigest()[:12]}"
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(locked / name, folder)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S)
        if done.returncode:
            pytest.skip(f"npm could not install the packages: {done.stderr[-300:]}")
        (folder / "complete").touch()
    return folder
