"""A worker: a process that computes what it is sent, one order after another, until its input ends.

    order: the target `module:NAME` of a `Computation`, what to do, its limits    -> progress, again and again
    input: gzip, or a body as it was sent                                         -> the end: done, refused, out of
                                                                                    memory, or failed

It loads the engine that it is asked for and no framework, and knows no database and no secret. Its memory is bounded
by the system (`RLIMIT_AS`): what asks for more gets an error there, and not the machine.
"""

import ctypes
import gzip
import os
import resource
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from struct import Struct
from time import monotonic
from typing import BinaryIO

import msgspec

from shared.base import strict_json
from shared.base.computation import computation_of
from shared.base.errors import Refusal
from shared.base.texts import to_plain
from shared.base.typed_json import read

HEAD = Struct(">cQ")
"""Of every message: its kind, and the bytes that follow."""
ORDER, INPUT, PROGRESS, DONE, REFUSED, NO_MEMORY, FAILED = b"O", b"I", b"P", b"D", b"R", b"M", b"F"
COMPRESSION = 3
REPORTED_S = 0.1
"""Progress is sent so often at most."""
_PR_SET_PDEATHSIG, _SIGKILL = 1, 9


class Order(msgspec.Struct, frozen=True):
    """What is to be done with the input that follows."""

    target: str
    checks_only: bool
    """Whether the input is a body that is only checked; then the answer is that body, compressed."""
    megabytes: int
    """By so much its address space may grow; 0: without a bound."""


class Progress(msgspec.Struct, frozen=True):
    """How far a computation is."""

    share: float
    step: str


def main() -> None:
    """Serve the process at the other end of the pipes: it began this one, and this one ends with it."""
    _end_with_parent()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand among the answers
    while (message := receive(sys.stdin.buffer)) is not None:
        order = msgspec.json.decode(message[1], type=Order)
        content = receive(sys.stdin.buffer)
        if content is None:
            return
        kind, answer = _carry_out(order, content[1], _reporter(answers))
        send(answers, kind, answer)
        if kind == NO_MEMORY:  # what remains of its memory may be in any state
            return


def receive(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """The next message, its kind and its content; None at the end."""
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    kind, size = HEAD.unpack(head)
    return kind, stream.read(size)


def send(stream: BinaryIO, kind: bytes, content: bytes) -> None:
    stream.write(HEAD.pack(kind, len(content)))
    stream.write(content)
    stream.flush()


def _carry_out(order: Order, content: bytes, report: Callable[[float, str], None]) -> tuple[bytes, bytes]:
    try:
        _bound_memory(order.megabytes)
        if order.checks_only:
            return DONE, _checked(order.target, content)
        return DONE, _computed(order.target, content, report)
    except Refusal as refused:
        return REFUSED, msgspec.json.encode(
            {
                "detail": to_plain(refused.detail),
                "code": refused.code,
                "status": refused.status,
                "title": refused.title,
                "faults": [asdict(fault) | {"detail": to_plain(fault.detail)} for fault in refused.faults],
                "extensions": refused.extensions,
            }
        )
    except MemoryError:
        return NO_MEMORY, b""
    except Exception:  # noqa: BLE001 a defect of an engine ends this order, and is logged by who sent it
        return FAILED, traceback.format_exc().encode()


def _checked(target: str, body: bytes) -> bytes:
    computation = computation_of(target)
    computation.check(read(computation.takes, strict_json.read_whole(body)))
    return gzip.compress(body, COMPRESSION, mtime=0)


def _computed(target: str, content: bytes, report: Callable[[float, str], None]) -> bytes:
    computation = computation_of(target)
    report(0.0, "reading")
    sent = read(computation.takes, strict_json.read_whole(gzip.decompress(content)))
    report(0.01, "computing")
    result = computation.run(sent, report)
    report(0.99, "writing")
    return gzip.compress(msgspec.json.encode(result), COMPRESSION, mtime=0)


def _reporter(answers: BinaryIO) -> Callable[[float, str], None]:
    last = (0.0, "")

    def report(share: float, step: str) -> None:
        nonlocal last
        at = monotonic()
        if step != last[1] or at - last[0] >= REPORTED_S:
            last = at, step
            send(answers, PROGRESS, msgspec.json.encode(Progress(min(max(share, 0.0), 1.0), step)))

    return report


def _bound_memory(megabytes: int) -> None:
    """Beyond what is in use already: the libraries that are loaded are not the order's."""
    if not sys.platform.startswith("linux"):  # elsewhere the bound is not kept, or the size is not known
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if not megabytes:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        return
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    most = used + megabytes * 1024 * 1024
    resource.setrlimit(
        resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard)
    )


def _end_with_parent() -> None:
    """Where the parent is killed, the system kills this process too, whatever it computes."""
    if sys.platform.startswith("linux"):
        parent = os.getppid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL)
        if os.getppid() != parent:
            sys.exit()


if __name__ == "__main__":
    main()
