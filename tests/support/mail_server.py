"""A real SMTP server for tests: it keeps what it takes, and may refuse, hang or break off as a test says."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

DEADLINE_S = 10.0


@dataclass
class Arrival:
    """A mail as it arrived."""

    sender: str
    to: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=default)

    def text(self, kind: str = "plain") -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content())

    @property
    def all_of_it(self) -> str:
        """What a reader could see anywhere in it, decoded."""
        return "\n".join([*(f"{n}: {v}" for n, v in self.message.items()), self.text(), self.text("html")])


@dataclass
class MailServer:
    """What it took, and how it answers: by address, a reply to RCPT, or to the end of DATA under `data <address>`."""

    arrivals: list[Arrival] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    """Whether it answers nothing to the end of a mail."""
    drops: str = ""
    """`before` or `after` it has kept a mail, the connection is cut instead of an answer."""
    once_kept: Callable[[], None] | None = None
    """What happens after a mail was kept and before it is answered."""
    port: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_RCPT(  # noqa: N802 the server calls it so
        self, server: Any, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if reply := self.replies.get(address):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802 the server calls it so
        to = envelope.rcpt_tos[0]
        if self.hangs:
            await asyncio.Event().wait()
        if reply := self.replies.get(f"data {to}"):
            return reply
        if self.drops != "before":
            self.arrivals.append(Arrival(envelope.mail_from or "", to, envelope.content or b""))  # type: ignore[arg-type] # bytes
            self.came.set()
            if self.once_kept is not None:
                self.once_kept()
        if self.drops:
            server.transport.abort()
        return "250 2.0.0 OK"

    async def arrived(self, count: int, within_s: float = DEADLINE_S) -> list[Arrival]:
        """All that was arrivals, once it is so many."""
        async with asyncio.timeout(within_s):
            while len(self.arrivals) < count:
                self.came.clear()
                await self.came.wait()
        return self.arrivals

    @property
    def texts(self) -> list[str]:
        return [one.text() for one in self.arrivals]


@asynccontextmanager
async def mail_server(
    tls: ssl.SSLContext | None = None, logins: Callable[[bytes, bytes], bool] | None = None, port: int = 0
) -> AsyncIterator[MailServer]:
    """A server at a free port of this machine. With `tls` it offers STARTTLS and insists on it; with `logins` too."""
    server = MailServer()

    def authenticator(_: Any, __: Any, ___: Any, ____: Any, data: Any) -> AuthResult:
        assert logins is not None
        return AuthResult(success=logins(data.login, data.password), handled=False)

    def protocol() -> SMTP:
        return SMTP(
            server,
            hostname="mail.test",
            tls_context=tls,
            require_starttls=tls is not None,
            auth_required=logins is not None,
            authenticator=authenticator if logins else None,
            loop=asyncio.get_running_loop(),
        )

    listening = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", port)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
