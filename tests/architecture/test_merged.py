"""What two branches brought was put together by somebody: no file has the marks of a conflict."""

import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_OURS = {
    ".git",
    ".venv",
    "build",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
}
BEGINNING, END = b"<" * 7 + b" ", b">" * 7 + b" "


def files() -> Iterator[Path]:
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        yield from (Path(folder, name) for name in names)


def marked(content: bytes) -> bool:
    return any(line.startswith((BEGINNING, END)) for line in content.splitlines())


def test_no_file_has_the_marks_of_a_conflict() -> None:
    assert marked(BEGINNING + b"HEAD\nours\n")
    paths = [path for path in files() if path.is_file()]
    assert len(paths) > 1000
    assert [path.relative_to(ROOT).as_posix() for path in paths if marked(path.read_bytes())] == []
