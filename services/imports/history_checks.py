"""An exported folder judged before anything is sent: each damaged file and line is found, and what would come is counted.

Each line is judged as the services judge it alone: its fact is known, its state is valid, and it follows the version before.
What only a service can tell is told when the folder is read in, such as a code that is taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import msgspec

from services.exports.folder import MANIFEST
from services.exports.lines import Line
from services.exports.lines import read as read_line
from services.imports.findings import Findings
from services.imports.upserts import Progress
from shared.base.errors import Invalid
from shared.contracts.catalogue import EVENT_TYPES
from shared.domain.history import NEVER_PASSED_ON, read_changed, read_past, read_shape, read_state

NOT_IN = "not read in"
DAMAGED, REFUSED = "damaged", "refused"
"""What is damaged keeps the whole folder out, what is refused only itself and what builds on it."""


class Sums(Protocol):
    """A manifest, as far as it is read here."""

    files: dict[str, dict[str, Any]]


@dataclass
class Coming:
    """What would come into a collection."""

    aggregates: int = 0
    versions: int = 0
    refused: int = 0


@dataclass
class _Place:
    """A version that was met last of a record."""

    version: int
    effective_at: str


@dataclass
class FolderCheck:
    """One look through one folder."""

    folder: Path
    manifest: Sums
    findings: Findings
    progress: Progress = lambda what, done: None
    coming: dict[str, Coming] = field(default_factory=dict)

    def run(self) -> dict[str, Coming]:
        """Collection (`projects/projects`) -> what would come."""
        for name, reason in damaged_files(self.folder, self.manifest, self.progress):
            self.findings.add(name, 0, DAMAGED, reason, NOT_IN, lost=True)
        for path in sorted(self.folder.glob("*/*.jsonl")):
            self._check_lines(path, path.relative_to(self.folder).with_suffix("").as_posix())
        return self.coming

    def _check_lines(self, path: Path, name: str) -> None:
        last: dict[str, _Place] = {}
        coming = self.coming.setdefault(name, Coming())
        position = 0
        for number, line in numbered_lines(path):
            self.progress(name, 1)
            if isinstance(line, str):
                self.findings.add(f"{name}.jsonl", number, DAMAGED, line, NOT_IN, lost=True)
                coming.refused += 1
                continue
            reasons = self._reasons(name, line, position, last)
            for reason in reasons:
                self.findings.add(f"{name}.jsonl", number, REFUSED, reason, NOT_IN, line.id, lost=True)
            coming.refused += bool(reasons)
            coming.versions += not reasons
            position = max(position, line.position)
            last[line.id] = _Place(line.version, line.effective_at)
        coming.aggregates = len(last)

    def _reasons(self, name: str, line: Line, position: int, last: dict[str, _Place]) -> list[str]:
        """Why a version would be refused; none where it would be taken."""
        reasons = list(self._of_alone(name, line))
        before = last.get(line.id, _Place(0, ""))
        if line.version != before.version + 1:
            reasons.append(f"version {line.version} stands where version {before.version + 1} is expected")
        elif line.effective_at < before.effective_at:
            reasons.append(f"version {line.version} is effective earlier than the version before")
        if line.position <= position:
            reasons.append(f"position {line.position} stands behind position {position}")
        return reasons

    def _of_alone(self, name: str, line: Line) -> Iterator[str]:
        declared = EVENT_TYPES.get(line.type)
        if declared is None:
            yield f"version {line.version}: no service has the fact {line.type}"
            return
        entry, fact = declared
        if f"{entry.service}/{entry.collection}" != name:
            yield f"version {line.version}: {line.type} is no fact of {name}"
            return
        if f"{entry.service}.{entry.name}" in NEVER_PASSED_ON:
            yield f"version {line.version}: a {entry.name} is never read in"
            return
        try:
            read_state(entry.shape, _members(line.state), UUID(line.id), line.version)
            read_shape(fact, _members(line.fact), "fact")
            read_changed(entry.shape, line.changed)
            read_past(datetime.fromisoformat(line.effective_at))
        except Invalid as problem:
            where = ", ".join(one.pointer for one in problem.faults if one.pointer)
            yield f"version {line.version}: {problem.detail} ({problem.code}) {where}".strip()
        except ValueError as error:
            yield f"version {line.version}: {error}"


def numbered_lines(path: Path) -> Iterator[tuple[int, Line | str]]:
    """The versions in a file, which may be missing, from line 1; a sentence where a line is none."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, text in enumerate(file, 1):
            try:
                yield number, read_line(text)
            except msgspec.DecodeError as error:
                yield number, f"it is no version of a record: {error}"


def damaged_files(folder: Path, manifest: Sums, progress: Progress) -> Iterator[tuple[str, str]]:
    """(file, what is wrong) of each file that is read in and is missing, or is not as it was exported."""
    for path in sorted(folder.glob("*/*.jsonl")):
        name = path.relative_to(folder).as_posix()
        if name not in manifest.files:
            yield name, f"it is not of this export: {MANIFEST} does not name it"
    for name, expected in manifest.files.items():
        if not name.endswith(".jsonl") and not name.startswith("files/"):
            continue
        path = folder / name
        if not path.is_file() or ".." in Path(name).parts:
            yield name, "it is missing"
            continue
        with path.open("rb") as file:
            total = file_digest(file, "sha256").hexdigest()
        if total != expected.get("sha256"):
            yield name, f"it is not as it was exported: its SHA-256 differs from the one in {MANIFEST}"
        progress("checked", 1)


def _members(text: msgspec.Raw) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise ValueError(f"it has a part that is no object: {error}") from error
