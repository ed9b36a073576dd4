"""One mail to the server, and what its answer means: accepted, later, refused, or trouble that concerns every mail.

2xx                                   accepted
4xx, or cut off within a mail         later: this mail alone waits
5xx of the recipient or the content   refused: never again, and the address may be to blame
no connection, no TLS, no login       trouble: all mails wait
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from shared.base.settings import Settings

ANSWER_S = 20.0
"""How long the server may take over one answer."""
MAIL_S = 60.0
"""How long it may take over one mail."""
PORTS = {"smtp": 587, "smtps": 465}

_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_OF_ADDRESS = re.compile(r"5\.[012]\.\d{1,3}")
"""RFC 3463: the address or the mailbox is to blame, or nothing is said. Else it is the system, the way, the protocol, the
content or a policy."""
_OF_MAILBOX = (550, 551, 553)
"""RFC 5321: what a server answers of a mailbox, where it says no more."""


class Outcome(Enum):
    ACCEPTED = "accepted"
    LATER = "later"
    REFUSED = "refused"


@dataclass(frozen=True)
class Result:
    """What became of one mail. `reply` is the code of the server alone: its text may name the recipient."""

    outcome: Outcome
    reply: str = ""
    blames_address: bool = False


class Trouble(Exception):
    """The server takes no mail at all for now."""


def blames_address(status: str) -> bool:
    """Whether a permanent failure (RFC 3463, `5.1.1`) is one of the address."""
    return _OF_ADDRESS.fullmatch(status) is not None


class Session:
    """An open connection to the server."""

    def __init__(self, client: SMTP) -> None:
        self._client = client

    async def deliver(self, sender: str, to: str, content: bytes) -> Result:
        """Hand over one mail. Trouble where the server takes none; the session is then over."""
        try:
            async with asyncio.timeout(MAIL_S):
                await self._client.sendmail(sender, [to], content)
        except SMTPRecipientsRefused as refused:
            first = refused.recipients[0]
            return _result(first.code, first.message, of_recipient=True)
        except SMTPSenderRefused as refused:
            raise Trouble(f"the sender is refused: {refused.code}") from refused
        except SMTPResponseException as refused:
            if refused.code == 421:
                raise Trouble("the server closes: 421") from refused
            return _result(refused.code, refused.message)
        except (SMTPException, OSError, TimeoutError) as error:
            self._client.close()  # nobody knows what the server waits for
            return Result(Outcome.LATER, type(error).__name__)
        return Result(Outcome.ACCEPTED)

    @property
    def is_open(self) -> bool:
        return self._client.is_connected


def _result(code: int, message: str, of_recipient: bool = False) -> Result:
    enhanced = _ENHANCED.search(message)
    reply = f"{code} {enhanced[0]}" if enhanced else str(code)
    if code < 500:
        return Result(Outcome.LATER, reply)
    blamed = blames_address(enhanced[0]) if enhanced else code in _OF_MAILBOX
    return Result(Outcome.REFUSED, reply, of_recipient and blamed)


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Session]:
    """A session as the settings say; Trouble where there is none."""
    url = urlsplit(settings.smtp_url)
    offered = None if settings.smtp_starttls == "offered" else settings.smtp_starttls == "required"
    direct = url.scheme == "smtps"
    client = SMTP(
        hostname=url.hostname,
        port=url.port or PORTS[url.scheme],
        username=settings.smtp_user or None,
        local_hostname=settings.mail_from.rpartition("@")[2],
        password=settings.smtp_password.get_secret_value() or None,
        use_tls=direct,
        start_tls=False if direct else offered,
        timeout=ANSWER_S,
        tls_context=ssl.create_default_context(cafile=settings.smtp_ca),
    )
    try:
        async with asyncio.timeout(MAIL_S):
            await client.connect()
    except (SMTPException, OSError, TimeoutError, ValueError) as error:
        client.close()
        raise Trouble(_plainly(error)) from error
    try:
        yield Session(client)
    finally:
        with suppress(SMTPException, OSError, TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                await client.quit()
        client.close()


def _plainly(error: Exception) -> str:
    """What an operator needs: no password and no address is in it."""
    if isinstance(error, SMTPResponseException):
        return f"{type(error).__name__} {error.code}"
    return f"{type(error).__name__}: {error}"
