"""What a mail says: made when it is sent, of what its recipient may see then. What they no longer see is left out whole.

Names are text: they turn no direction of writing, end no line, and are marked up by nobody but us.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from markupsafe import Markup, escape

from services.reporting.history.view import states_by_id
from services.reporting.mail import links
from services.reporting.mail.logins import trusted_issuers
from services.reporting.mail.notifications import BY_NAME, Notification
from services.reporting.mail.recipients import Recipient
from services.reporting.web.page import rendered
from services.reporting.web.words import SOURCE, Words, words_in
from shared.base.clock import from_micros
from shared.base.text import DIRECTIONS, LINE_ENDS
from shared.base.texts import ENGLISH
from shared.contracts.language import AggregateType
from shared.contracts.language.values import CONTROLS
from shared.domain.access.rights import nodes_named
from shared.http.serving import Serving

LONGEST_NAME = 200
MOST_LINES = 50
"""Sentences of one mail; it says how many more there are."""
PATIENCE_US = 3600 * 1_000_000
"""How long a notice waits until the projection knows what it is about."""

_UNPRINTABLE = re.compile(rf"[{CONTROLS}{LINE_ENDS}{DIRECTIONS}\u061c\u200b\u200e\u200f\ufeff]+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Policy(EmailPolicy):
    """What programs read is never encoded or folded, however long it is: it is ours, and ASCII. A subject is encoded whole:
    the library encodes word by word, and loses spaces between the words."""

    def fold(self, name: str, value: str) -> str:
        if name in ("List-Unsubscribe", "Message-ID"):
            return f"{name}: {value}{self.linesep}"
        if name == "Subject":
            charset = "us-ascii" if value.isascii() else "utf-8"
            subject = Header(value, charset, header_name=name)
            return f"{name}: {subject.encode(linesep=self.linesep)}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


POLICY = Policy(linesep="\r\n")


class NotYet(Exception):
    """The projection does not know yet what a notice is about."""


@dataclass(frozen=True)
class Notice:
    """As it was queued."""

    notification: str
    aggregate_id: str
    version: int
    actor: str
    recorded_at: int
    queued_at: int


@dataclass(frozen=True)
class Line:
    """One sentence, where it leads, and when it became known."""

    text: str
    markup: Markup
    link: str
    moment: str


class _Text(Mapping[str, str]):
    """The members of a state as a sentence shows them."""

    def __init__(self, members: Mapping[str, Any], words: Words) -> None:
        self._members, self._words = members, words

    def __getitem__(self, name: str) -> str:
        value = self._members[name]
        if isinstance(value, str) and _DAY.fullmatch(value):
            return self._words.day(date.fromisoformat(value))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._words.number(value)
        return one_line(str(value))

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


def one_line(text: str) -> str:
    """A name as a header and a sentence can hold it."""
    plain = " ".join(_UNPRINTABLE.sub(" ", text).split())
    return plain if len(plain) <= LONGEST_NAME else f"{plain[:LONGEST_NAME]}…"


def language_of(to: Recipient) -> Words:
    return words_in(SOURCE if to.language == ENGLISH else to.language)


async def lines_for(kernel: Serving, to: Recipient, notices: Sequence[Notice], at: int) -> list[Line]:
    """What of the notices the recipient may be told now. NotYet where one is about something that has not arrived."""
    issuers = trusted_issuers(kernel)
    of_others = [one for one in notices if not to.is_actor(one.actor, issuers)]
    known_states = await states_by_id(kernel.store, [one.aggregate_id for one in of_others], None)
    entries = {
        one.aggregate_id: BY_NAME[one.notification].entry for one in of_others if one.notification in BY_NAME
    }
    node_ids = {
        id for key, state in known_states.items() if key in entries for id in _nodes(entries[key], state)
    }
    nodes = await states_by_id(kernel.store, sorted(node_ids), None)
    lines = []
    for one in of_others:
        notification, state = BY_NAME.get(one.notification), known_states.get(one.aggregate_id)
        if notification is None:
            continue
        is_known = state is not None and state["version"] >= one.version
        if state is None or not is_known or not set(_nodes(notification.entry, state)) <= nodes.keys():
            if at - one.queued_at < PATIENCE_US:
                raise NotYet
            continue
        if line := _line(kernel, to, one, notification, state, nodes):
            lines.append(line)
    return lines


def _nodes(entry: AggregateType, state: Mapping[str, Any]) -> list[str]:
    return [id for id in nodes_named(entry, state) if id is not None]


def _line(
    kernel: Serving,
    to: Recipient,
    notice: Notice,
    notification: Notification,
    state: Mapping[str, Any],
    nodes: Mapping[str, Mapping[str, Any]],
) -> Line | None:
    """None where the recipient may not see it, or it concerns them no more."""
    entry, words = notification.entry, language_of(to)
    node = next((nodes[id] for id in _nodes(entry, state)), {})
    if to.person_id not in notification.recipients(state, node) or state["archived_at"] is not None:
        return None
    sentence, link = notification.sentence, links.page_of(kernel, entry, state)
    if not to.rights.shows(entry, state):
        if notification.nameless is None:
            return None
        sentence, link = notification.nameless, links.home(kernel)
    label = entry.members.label
    labels = {"name": state[label] if label else "", "node": node.get("name") or node.get("title") or ""}
    texts = _Text({**state, **labels}, words)
    moment = words.moment(from_micros(notice.recorded_at).astimezone(kernel.settings.zone))
    translated = words.gettext(sentence)
    return Line(translated % texts, to_markup(translated, texts, labels), link, moment)


def to_markup(sentence: str, texts: Mapping[str, str], names: Collection[str]) -> Markup:
    """The sentence with its values as HTML, in which all of them are texts; names are isolated from what is around them."""
    isolated = {
        name: Markup("<bdi>{}</bdi>").format(texts[name]) if name in names else texts[name]
        for name in re.findall(r"%\((\w+)\)", sentence)
    }
    return escape(sentence) % isolated


def message(kernel: Serving, to: Recipient, mail_id: str, lines: Sequence[Line], at: int) -> EmailMessage:
    """The mail: plain text and the same as HTML."""
    words = language_of(to)
    first_lines, more = lines[:MOST_LINES], max(0, len(lines) - MOST_LINES)
    stop, preferences = links.stop(kernel, to.person_id), links.preferences(kernel)
    subject = (
        lines[0].text
        if len(lines) == 1
        else words.ngettext("%(n)s news item from Portolan", "%(n)s news items from Portolan", len(lines))
        % {"n": words.number(len(lines))}
    )
    contents = {
        "lines": first_lines,
        "more": more,
        "home": links.home(kernel),
        "stop": stop,
        "preferences": preferences,
    }
    mail = letter(kernel, to.address, subject, mail_id, at)
    mail["List-Unsubscribe"] = f"<{stop}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(rendered(words, "mail.txt", **contents), cte="quoted-printable")
    mail.add_alternative(
        rendered(words, "mail.html", subject=subject, **contents), subtype="html", cte="quoted-printable"
    )
    mail["Content-Language"] = words.language  # at last: what sets contents drops it
    return mail


def letter(kernel: Serving, address: str, subject: str, mail_id: str, at: int) -> EmailMessage:
    """A mail of ours without its text. ValueError for an address that no mail can be sent to."""
    settings = kernel.settings
    mail = EmailMessage(POLICY)
    mail["From"] = Address("Portolan", addr_spec=settings.mail_from)
    mail["To"] = Address(addr_spec=wire_address(address))
    mail["Subject"] = one_line(subject).replace("=?", "= ?")  # a name is no encoded word (RFC 2047)
    mail["Date"] = format_datetime(from_micros(at))
    mail["Message-ID"] = f"<{mail_id}.{settings.instance}@{settings.mail_from.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    return mail


_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)


def wire_address(address: str) -> str:
    """The address as it is sent: a domain with other letters in its ASCII form. ValueError where no server takes it."""
    local, _, domain = address.rpartition("@")
    if not _LOCAL_PART.fullmatch(local) or len(local) > 64:
        raise ValueError("the address has signs that mail does not carry")
    return f"{local}@{domain.encode('idna').decode('ascii')}"
