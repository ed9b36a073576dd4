"""What comes back: a delivery status notification (RFC 3464) at the return path of one of our mails.

The return path is signed, so that nobody can have an address marked who did not get a mail for it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from email.policy import default

from services.reporting.mail import links
from services.reporting.mail.recipients import address_of, hash_of, note_failure
from services.reporting.mail.smtp import blames_address
from shared.base.errors import Fault, Invalid
from shared.http.serving import Serving

ARRIVED_AT = ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
"""The headers in which mail servers say to which address a mail came."""
_ADDRESS = re.compile(r"[^\s<>,;:\"]+@[^\s<>,;:\"]+")
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})")


@dataclass(frozen=True)
class Bounce:
    """Which mail came back, and why: the status of RFC 3463, empty where the message tells of no lasting failure."""

    mail_id: str
    status: str


def read_bounce(kernel: Serving, text: str) -> Bounce:
    """Invalid where the message came to no return path of ours."""
    message = message_from_string(text, policy=default)
    for address in _addresses(message):
        if mail_id := links.mail_of_return(kernel, address.lower()):
            return Bounce(mail_id, _failure(message))
    raise Invalid(
        "the message came to no return path of a mail of this instance",
        Fault("unknown_return_path", "a message as it arrived, with its headers", pointer="/message"),
        code="unknown_return_path",
    )


def _addresses(message: Message) -> Iterator[str]:
    for name in ARRIVED_AT:
        for value in message.get_all(name, []):
            yield from _ADDRESS.findall(str(value))


def _failure(message: Message) -> str:
    """The status of the first recipient whom the mail will never reach."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for fields in part.walk():
            status = _STATUS.match(str(fields.get("status", "")))
            if str(fields.get("action", "")).strip().lower() == "failed" and status and status[1][0] == "5":
                return status[1]
    return ""


async def note(kernel: Serving, bounce: Bounce) -> bool:
    """Note it; answers whether the address is written to no more. One that the person has changed since is."""
    if not bounce.status:
        return False
    rows = await kernel.store.run(
        "UPDATE mail SET state = 'bounced', reply = ? WHERE id = ? AND state IN ('queued', 'sent', 'bounced')"
        " RETURNING person_id, address_hash",
        (bounce.status, bounce.mail_id),
    )
    if not rows or not blames_address(bounce.status):
        return False
    [(person_id, sent_to)] = rows
    address = await address_of(kernel.store, person_id)
    if address is None or hash_of(address) != sent_to:
        return False
    await note_failure(kernel.store, person_id, address, bounce.status)
    return True
