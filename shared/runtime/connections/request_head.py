"""The header lines of a request: their size, and what proxies and services could read in two ways."""

import re

from shared.base.errors import HeadersTooLarge, Malformed, Unimplemented
from shared.base.texts import Text

HEAD_LIMIT = 16 * 1024
"""Bytes of all header lines together; the address has a limit of its own."""
HEAD_LINES = 100
HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%-]+)(:[0-9]{0,5})?")
"""What a Host may be: a name, an address of four numbers, or one in brackets (RFC 9110, 7.2)."""
FRAMING = (b"content-length", b"transfer-encoding")


class RequestHead:
    """What the header lines say of the request's host, its body and its caller, as they come."""

    __slots__ = ("authorizations", "expects_continue", "framing", "hosts", "lines", "size")

    def __init__(self) -> None:
        self.lines = self.size = self.authorizations = 0
        """Header lines, their bytes, and how many of them are an Authorization."""
        self.hosts: list[bytes] = []
        self.framing: list[tuple[bytes, bytes]] = []
        """The lines that say whether there is a body, and how long it is."""
        self.expects_continue = False
        """Whether the caller waits for `100 Continue` before it sends the body."""

    def add(self, name: bytes, value: bytes) -> None:
        """One more line, its name in lower case; HeadersTooLarge where that is one too many."""
        self.lines += 1
        self.size += len(name) + len(value) + 4
        if self.lines > HEAD_LINES or self.size > HEAD_LIMIT:
            raise too_large()
        if name == b"host":
            self.hosts.append(value)
        elif name == b"authorization":
            self.authorizations += 1
        elif name in FRAMING:
            self.framing.append((name, value))
        elif name == b"expect" and value.lower() == b"100-continue":
            self.expects_continue = True

    def check(self, version: str) -> None:
        """Refuse what could be read in two ways (RFC 9112, 3.2 and 6.1): Malformed or Unimplemented."""
        if version not in ("1.0", "1.1"):
            raise Malformed("a request names HTTP/1.1 or HTTP/1.0", code="malformed_request")
        codings = [value.strip().lower() for name, value in self.framing if name == b"transfer-encoding"]
        if codings and version == "1.0":
            raise Malformed("HTTP/1.0 has no Transfer-Encoding", code="malformed_request")
        if codings and codings != [b"chunked"]:
            raise Unimplemented(
                "the only Transfer-Encoding that is read here is chunked", code="transfer_coding_unknown"
            )
        if len(self.hosts) > 1 or (not self.hosts and version == "1.1"):
            raise Malformed("a request names one Host", code="malformed_request")
        if self.hosts and not HOST.fullmatch(self.hosts[0]):
            raise Malformed("Host is a name or an address, with or without a port", code="malformed_request")
        if self.authorizations > 1:
            raise Malformed("Authorization is given twice", code="malformed_request")


def too_large() -> HeadersTooLarge:
    return HeadersTooLarge(
        Text(
            "the header lines may have {head_limit} bytes together, and be {head_lines}",
            head_limit=HEAD_LIMIT,
            head_lines=HEAD_LINES,
        )
    )
