"""The scanner is asked with the whole file; what it does not answer clearly is not clean."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.base.scanning import ScannerAway, is_clean

BAD = b"X5O!P%@AP"


def reading(content: bytes):  # type: ignore[no-untyped-def] # a function that reads it
    return lambda start, length: content[start : start + length]


@asynccontextmanager
async def daemon(path: Path, verdict: bytes = b"") -> AsyncIterator[str]:
    """What speaks clamd's protocol: it finds BAD, or answers `verdict`."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
        writer.write(verdict or (b"stream: Eicar FOUND\0" if BAD in content else b"stream: OK\0"))
        await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(answer, path)
    async with server:
        yield f"unix:{path}"


async def test_a_daemon_passes_what_is_clean_and_refuses_what_is_not(tmp_path: Path) -> None:
    async with daemon(tmp_path / "scan") as scanner:
        clean, infected = b"a" * 200_000, b"a" * 65_530 + BAD + b"b" * 100_000
        assert await is_clean(scanner, reading(clean), len(clean))
        assert not await is_clean(scanner, reading(infected), len(infected))


@pytest.mark.parametrize("verdict", [b"INSTREAM size limit exceeded. ERROR\0", b"stream: what\0"])
async def test_what_is_neither_ok_nor_found_is_unknown(tmp_path: Path, verdict: bytes) -> None:
    async with daemon(tmp_path / "scan", verdict) as scanner:
        with pytest.raises(ScannerAway):
            await is_clean(scanner, reading(b"a"), 1)


async def test_a_daemon_that_is_away_is_no_pass(tmp_path: Path) -> None:
    with pytest.raises(ScannerAway):
        await is_clean(f"unix:{tmp_path / 'nobody'}", reading(b"a"), 1)


@pytest.mark.parametrize(("code", "clean"), [(0, True), (1, False)])
async def test_a_command_answers_by_how_it_ends(code: int, clean: bool) -> None:
    command = f"command:{sys.executable} -c 'import sys; sys.stdin.buffer.read(); sys.exit({code})'"
    assert await is_clean(command, reading(b"a" * 100_000), 100_000) is clean


@pytest.mark.parametrize("command", ["command:/nowhere/scan", f"command:{sys.executable} -c 'exit(2)'"])
async def test_a_command_that_fails_is_no_pass(command: str) -> None:
    with pytest.raises(ScannerAway):
        await is_clean(command, reading(b"a" * 1_000_000), 1_000_000)


async def test_without_a_scanner_everything_passes() -> None:
    assert await is_clean("", reading(BAD), len(BAD))
