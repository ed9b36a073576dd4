"""Facts into notices: one row for each recipient, in the commit that moves the marks of the consumer.

In an existing store the consumer is born where its sources stand: history tells nobody anything. A rebuild makes the
projection again and has nothing to do with it.
"""

import json
from collections.abc import Iterable, Iterator
from functools import partial
from hashlib import sha256

import msgspec

from services.reporting.mail.notifications import NOTIFICATIONS, OF_PROJECT, Notification
from shared.base.clock import now_micros
from shared.contracts.resources.people import Person
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.consumer import Consumer
from shared.messaging.reactions import On, by_event_type, on, sources_of

MOST_WAITING = 500
"""Notices that may wait for one person; what comes on top is not queued."""
HISTORY_US = 7 * 86_400 * 1_000_000
"""What became true longer than this before it was recorded is imported history, and tells nobody anything."""

FOREVER = 2**62
"""Microseconds: until it is sent."""

QUEUE = f"""
INSERT INTO mail_notice (id, person_id, notification, aggregate_id, version, actor, recorded_at, queued_at,
    expires_at)
SELECT CAST(? AS text), CAST(? AS text), CAST(? AS text), CAST(? AS text), CAST(? AS bigint), CAST(? AS text),
    CAST(? AS bigint), CAST(? AS bigint), CAST(? AS bigint)
WHERE (SELECT COUNT(*) FROM mail_notice WHERE person_id = ? AND mail_id IS NULL) < {MOST_WAITING}
    AND NOT EXISTS (SELECT 1 FROM mail_preference WHERE person_id = ? AND cadence = 'never')
ON CONFLICT (id) DO NOTHING
"""
FORGET = tuple(
    f"DELETE FROM {table} WHERE person_id = ?"
    for table in ("mail_notice", "mail", "mail_preference", "mail_login")
)

_members = msgspec.json.Decoder(dict[str, object]).decode


def derived_id(*parts: str) -> str:
    """The same for the same cause and recipient: by it a mail that comes twice is known."""
    return sha256(" ".join(parts).encode()).hexdigest()[:24]


async def queue(notification: Notification, work: Work, record: Record) -> None:
    """Queue a notice for each recipient; nothing where no mail is sent at all."""
    event = record.event
    if not work.settings.smtp_url or record.effective_at < record.recorded_at - HISTORY_US:
        return
    if notification.changed is not None and notification.changed not in event.data.changed:
        return
    state = _members(bytes(event.data.state))
    project: dict[str, object] = {}
    if any(path.startswith(OF_PROJECT) for path in notification.to):
        project = await _project(work, str(state.get("project_id")))
    at = now_micros()
    recipients = dict.fromkeys(notification.recipients(state, project))
    if notification.among is not None:
        fact = _members(bytes(event.data.fact))
        recipients = {id: None for id in recipients if id in fact[notification.among]}  # type: ignore[operator] # a list of ids
    for person_id in recipients:
        id = derived_id(event.id, notification.name, person_id)
        row = (id, person_id, notification.name, event.subject, event.data.version, event.authid,
               record.recorded_at, at, FOREVER, person_id, person_id)  # fmt: skip
        work.add_statement(QUEUE, [row])


async def _project(work: Work, id: str) -> dict[str, object]:
    """As the projection has it by now; empty where it has not arrived there."""
    rows = await work.store.fetch("SELECT state FROM current_state WHERE aggregate_id = ?", (id,))
    return json.loads(rows[0][0]) if rows else {}


async def forget(work: Work, record: Record) -> None:
    """An erased person gets nothing more, and what waited for them goes."""
    for text in FORGET:
        work.add_statement(text, [(record.event.subject,)])


def reactions(notifications: Iterable[Notification]) -> Iterator[On]:
    """What follows from which fact."""
    for one in notifications:
        yield on(one.shape, one.facts, partial(queue, one))


def consumer(notifications: Iterable[Notification] = NOTIFICATIONS) -> Consumer:
    """Listens to all facts that somebody is told of, and to the erasure of persons."""
    declared = (*reactions(notifications), on(Person, "erased", forget))
    return Consumer("reporting.mail", sources_of(declared), reactions=by_event_type(declared))
