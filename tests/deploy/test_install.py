"""The first start says how far installing is, and what pip told_lines where it fails."""

import subprocess
import sys
from pathlib import Path

from deploy.install import follow

ROOT = Path(__file__).parents[2]


def test_each_package_is_told_with_how_many_there_are() -> None:
    told_lines: list[str] = []
    lines = ["Collecting babel==2.17 (from -r lock (line 1))\n", "  Downloading babel.whl (10 MB)\n",
             "Requirement already satisfied: click==8.2 in /here\n", "Installing collected packages: babel\n"]  # fmt: skip
    follow(lines, 2, told_lines.append)
    assert told_lines == [
        "  1 of 2 packages fetched: babel",
        "  2 of 2 packages fetched: click",
        "  writing 2 packages, which takes a minute or two …",
        "",
    ]


def test_what_cannot_be_installed_is_told_as_pip_tells_it(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text(f"nothing @ file://{tmp_path}/nothing.whl --hash=sha256:{'0' * 64}\n")
    done = subprocess.run(
        [sys.executable, ROOT / "deploy" / "install.py", lock], capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "ERROR: " in done.stderr
