"""The how-tos are followed to the letter, in a copy of the project: what they show is what works."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOW_TO = ROOT / "docs" / "how-to"
COPIED = ("shared", "services", "sample", "benchmarks", "deploy", "docs", "pyproject.toml")
TESTS = (
    "conftest.py",
    "catalogue.yaml",
    "lifecycles.yaml",
    "support",
    "architecture",
    "contracts",
    "system/conftest.py",
    "system/running.py",
    "system/walking.py",
    "system/test_conformance.py",
    "system/test_lifecycles.py",
)
COMMAND_S = 420
"""A machine that does other things as well takes several times as long as a quiet one."""
MODULES = {"migration": "services.migrations", "contracts": "services.contracts", "test": "pytest"}
"""What `make <target>` runs."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file it names, its text."""

    language: str
    path: str
    text: str


def blocks(page: str) -> Iterator[Block]:
    for result in re.finditer(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        yield Block(result[1], result[2] or "", result[3])


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project without its history and environment."""
    without = shutil.ignore_patterns("__pycache__", "*.sqlite*")
    for name in (*COPIED, *(f"tests/{test}" for test in TESTS)):
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=without)
        else:
            shutil.copy(ROOT / name, target)
    return tmp_path


MOST_LINES = 70
"""Written by hand for an aggregate with a lifecycle, besides its contract, its tests and reactions to others."""


def lines_by_hand(page: str) -> int:
    """Lines of code that a page has somebody write within `services` and `shared`, empty ones included."""
    count = 0
    for block in blocks(page):
        if block.language == "python" and block.path.startswith("services/"):
            count += len(block.text.splitlines())
        if block.language == "diff" and not block.path.endswith("reactions.py"):
            count += sum(
                line.startswith("+") and not block.path.startswith("tests/")
                for line in block.text.splitlines()
            )
    return count


def test_an_aggregate_costs_at_most_70_lines_besides_its_contract() -> None:
    assert lines_by_hand((HOW_TO / "add-an-entity.md").read_text()) <= MOST_LINES


def follow(block: Block, copy: Path) -> None:
    if block.language == "sh":
        for line in block.text.splitlines():
            run(line, copy)
    elif block.language == "diff":
        change(copy / block.path, block.text)
    elif block.language == "po":
        with (copy / block.path).open("a") as catalogue:
            catalogue.write(f"\n{block.text}")
    elif block.path:
        target = copy / block.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(block.text)


def change(path: Path, diff: str) -> None:
    lines = [(line[:1] or " ", line[1:]) for line in diff.splitlines()]
    old, new = ("".join(f"{text}\n" for sign, text in lines if sign in stored) for stored in (" -", " +"))
    before = path.read_text()
    assert before.count(old) == 1, f"{path.name} does not hold once what the page changes:\n{old}"
    path.write_text(before.replace(old, new))


def run(line: str, copy: Path) -> None:
    make, target, *values = shlex.split(line)
    assert make == "make", line
    arguments = shlex.split(values[0].removeprefix("ARGS=")) if values else []
    done = subprocess.run(
        [sys.executable, "-m", MODULES[target], *arguments],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        timeout=COMMAND_S,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"


@pytest.mark.limit(900)
@pytest.mark.parametrize(
    "page", ["add-an-entity", "add-an-event", "add-a-dashboard", "something-becomes-due"]
)
def test_following_the_page_leads_to_green_tests(page: str, copy: Path) -> None:
    steps = list(blocks((HOW_TO / f"{page}.md").read_text()))
    assert any(step.text.startswith("make test") for step in steps), "the page ends without a test"
    for step in steps:
        follow(step, copy)
