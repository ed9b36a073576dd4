"""What was sent, as a folder: files under names that are safe, archives unpacked within bounds."""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from services.imports.findings import Findings
from services.imports.tables.packages import check_directory, with_password
from services.imports.tables.table import UnreadableTable
from shared.base.filetypes import ZIP, media_type_of
from shared.base.texts import Text

MOST_FILES = 2_000
MOST_BYTES = 512 * 1024**2
"""Of all files of an archive together."""
RATIO = 250
"""How much smaller than its content a file may be packed that is not small."""
SMALL = 1024**2
CHUNK = 64 * 1024
LONGEST_NAME = 100
"""Characters of one step of a path."""
DEEPEST = 8
_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>:\"|?*\\/]")
_OF_SYSTEMS = re.compile(r"(^|/)(__MACOSX/|\.[^./]|~\$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
"""What file managers leave behind in folders."""
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, FileExistsError,
           NotADirectoryError, RuntimeError)  # fmt: skip


def is_archive(path: Path) -> bool:
    """Whether a file is a plain archive, and no workbook or other document that is packed as one."""
    with path.open("rb") as file:

        def read(start: int, length: int) -> bytes:
            file.seek(start)
            return file.read(length)

        return media_type_of(read, path.stat().st_size) == ZIP


def laid_out(sent: Sequence[tuple[Path, str]], folder: Path, findings: Findings) -> list[Path]:
    """The files under their own names in the folder, archives unpacked; those that are sent and cannot be used are findings.

    Raises UnreadableTable for an archive that is too large, damaged, locked or a trap.
    """
    paths: list[Path] = []
    for number, (path, name) in enumerate(sent, 1):
        if is_archive(path):
            within = (
                folder if len(sent) == 1 else folder / _safe(PurePosixPath(name).stem, f"archive-{number}")
            )
            paths += _unpacked(path, name, within, findings)
        else:
            target = _free(folder / _safe(name, f"file-{number}"))
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
            paths.append(target)
    if not paths:
        raise UnreadableTable("no_files", Text("there is no file in it"))
    return paths


def _unpacked(path: Path, name: str, folder: Path, findings: Findings) -> Iterator[Path]:
    check_directory(path, path.stat().st_size, name)
    room = MOST_BYTES
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir() and not _OF_SYSTEMS.search(one.filename)]  # fmt: skip
            if len(entries) > MOST_FILES:
                reason = Text(
                    "{file} holds more than {limit:,} files. Divide it.", file=name, limit=MOST_FILES
                )
                raise UnreadableTable("too_many_files", reason)
            for entry in sorted(entries, key=lambda one: one.filename):
                if entry.flag_bits & 0x1:
                    raise with_password(name)
                target = _free(folder.joinpath(*_steps(entry.filename)))
                target.parent.mkdir(parents=True, exist_ok=True)
                room -= _copied(archive, entry, target, room, name)
                if is_archive(target):
                    target.unlink()
                    reason, mend = Text("it is an archive in an archive"), Text("Unpack it first.")
                    findings.add(entry.filename, 0, "archive_in_archive", reason, Text("not read"), lost=True, mend=mend)  # fmt: skip
                    continue
                yield target
    except _BROKEN as error:
        reason = Text("{file} is damaged: {reason}. Pack it anew.", file=name, reason=str(error))
        raise UnreadableTable("damaged_archive", reason) from error


def _copied(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, room: int, name: str) -> int:
    """Unpack one file; answers its bytes. What the directory says of its size is not believed."""
    size = 0
    with archive.open(entry) as content, target.open("wb") as file:
        while piece := content.read(CHUNK):
            size += len(piece)
            if size > room or (size > SMALL and size > RATIO * max(entry.compress_size, 1)):
                raise UnreadableTable(
                    "inflates_too_far",
                    Text(
                        "{file} is not read: {part} inflates too far. Send the files without the archive, or a smaller one.",
                        file=name, part=entry.filename[:80],
                    ),
                )  # fmt: skip
            file.write(piece)
    return size


def _steps(name: str) -> list[str]:
    """The path of a file in an archive, as one that stays below its folder."""
    steps = [step for step in re.split(r"[/\\]", name) if step not in ("", ".", "..")]
    return [_safe(step, "file") for step in steps[-DEEPEST:]] or ["file"]


def _safe(name: str, otherwise: str) -> str:
    step = _UNSAFE.sub(" ", name).strip(" .")
    stem, dot, ending = step.rpartition(".")
    if len(step) > LONGEST_NAME and dot:
        step = f"{stem[: LONGEST_NAME - len(ending[:10]) - 1]}.{ending[:10]}"
    return step[:LONGEST_NAME] or otherwise


def _free(path: Path) -> Path:
    """The path, or the next one that nobody has."""
    number, free = 2, path
    while free.exists():
        free, number = path.with_name(f"{path.stem} ({number}){path.suffix}"), number + 1
    return free
