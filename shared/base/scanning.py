"""A virus scanner that is asked about every file that comes in: a daemon that speaks clamd's protocol, or a command.

    unix:/run/clamav/clamd.ctl    tcp:scanner:3310    command:/usr/local/bin/scan --quiet

A command is given the file on its standard input and answers by its exit code, as `clamscan -` does: 0 clean, 1 infected.
"""

import asyncio
import shlex
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress

from shared.base.filetypes import Read

PATIENCE_S = 60.0
"""So long one file may take."""
SLICE = 64 * 1024


class ScannerAway(Exception):
    """The scanner does not answer, or not in a way that can be understood: nobody knows whether the file is clean."""


async def is_clean(scanner: str, read: Read, size: int) -> bool:
    """Whether the scanner passes the file; everything passes where `scanner` is empty. ScannerAway where it is unknown."""
    if not scanner:
        return True
    kind, _, address = scanner.partition(":")
    ask = _by_command if kind == "command" else _by_daemon
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await ask(kind, address, read, size)
    except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError) as error:
        raise ScannerAway(type(error).__name__) from error


async def _by_daemon(kind: str, address: str, read: Read, size: int) -> bool:
    """INSTREAM of clamd: slices with their length before them, and a slice of no length at the end."""
    if kind == "unix":
        reader, writer = await asyncio.open_unix_connection(address)
    else:
        host, _, port = address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(b"zINSTREAM\0")
        for start in range(0, size, SLICE):
            piece = read(start, SLICE)
            writer.write(len(piece).to_bytes(4, "big") + piece)
            await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
        verdict = (await reader.readuntil(b"\0")).rstrip(b"\0").strip()
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    if verdict.endswith(b" FOUND"):
        return False
    if verdict != b"stream: OK":
        raise ValueError("the scanner answered neither OK nor FOUND")
    return True


async def _by_command(_: str, command: str, read: Read, size: int) -> bool:
    process = await asyncio.create_subprocess_exec(
        *shlex.split(command), stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL
    )
    try:
        assert process.stdin is not None
        with suppress(BrokenPipeError, ConnectionResetError):  # one that knows enough reads no further
            for start in range(0, size, SLICE):
                process.stdin.write(read(start, SLICE))
                await process.stdin.drain()
        process.stdin.close()
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code not in (0, 1):
        raise ValueError(f"the command ended with {code}")
    return code == 0
