"""Nobody else on the machine reads what an instance writes; and its logs do not grow for ever."""

import asyncio
import os
import stat
from pathlib import Path

from services.backup import back_up
from services.risk.service import SERVICE as RISK
from shared.base.logfile import RotatedFile, cut_when_full
from shared.base.private import make_private
from shared.base.settings import Settings
from shared.http.auth import Tokens
from shared.runtime.running import opened
from tests.system.running import EmbeddedProcess


def open_to_others(folder: Path) -> list[str]:
    """The folder's files and folders that somebody else could read, write or enter."""
    paths = [folder, *folder.rglob("*")]
    return sorted(str(p.relative_to(folder)) for p in paths if stat.S_IMODE(p.stat().st_mode) & 0o077)


def test_an_instance_writes_for_its_user_alone_and_mends_what_was_open(tmp_path: Path) -> None:
    process = EmbeddedProcess(tmp_path / "data")
    process.start()
    try:
        assert (process.data / "reporting.sqlite").exists()
        assert (process.data / "logs" / "portolan.jsonl").exists()
        assert open_to_others(process.data) == []
    finally:
        process.end()
    for path in (process.data, *process.data.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    process.start()
    try:
        assert open_to_others(process.data) == []
        asyncio.run(back_up(Settings(data=process.data), tmp_path / "kept"))
        assert open_to_others(tmp_path / "kept") == []
    finally:
        process.end()


def test_a_store_that_is_made_in_a_process_of_another_kind_is_private_too(tmp_path: Path) -> None:
    async def open_once() -> None:
        async with opened(RISK, Settings(data=tmp_path / "data"), Tokens(Settings(data=tmp_path / "data"))):
            assert open_to_others(tmp_path / "data") == []

    asyncio.run(open_once())


def test_a_folder_with_a_folder_of_somebody_else_can_still_be_walked_through(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    if os.geteuid() != 0:
        return
    os.chown(tmp_path / "postgres", 65534, 65534)
    tmp_path.chmod(0o755)
    make_private(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o711


def test_a_full_log_is_followed_by_the_next_and_the_oldest_goes(tmp_path: Path) -> None:
    log = RotatedFile(tmp_path / "portolan.jsonl", largest=10, files=2)
    for number in range(4):
        log.write(f"line {number} of them\n")
    log.close()
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {
        "portolan.jsonl": "line 3 of them\n",
        "portolan.jsonl.1": "line 2 of them\n",
        "portolan.jsonl.2": "line 1 of them\n",
    }


def test_a_log_goes_on_where_an_earlier_process_ended(tmp_path: Path) -> None:
    for number in range(2):
        log = RotatedFile(tmp_path / "portolan.jsonl", largest=100, files=1)
        log.write(f"line {number}\n")
        log.close()
    assert (tmp_path / "portolan.jsonl").read_text() == "line 0\nline 1\n"


def test_the_log_of_a_child_is_cut_while_the_child_goes_on_writing(tmp_path: Path) -> None:
    path = tmp_path / "projects.log"
    with path.open("ab", buffering=0) as child:
        child.write(b"before\n")
        cut_when_full(path, largest=1_000, files=2)
        assert path.read_bytes() == b"before\n"
        cut_when_full(path, largest=5, files=2)
        child.write(b"after\n")
    assert path.read_bytes() == b"after\n"
    assert (tmp_path / "projects.log.1").read_bytes() == b"before\n"
