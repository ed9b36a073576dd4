"""The leased sender: of several replicas one gathers notices into mails, and hands these to the server.

    notices without a mail -> a mail that holds them -> composed, sent -> marked

What a mail holds is settled before it is sent, and its Message-ID follows from that. If the process dies between sending and
marking, the next one sends the same mail with the same Message-ID: at least once, and a receiver can drop the double.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from time import monotonic

from services.reporting.mail import links
from services.reporting.mail.composing import Notice, NotYet, lines_for, message, wire_address
from services.reporting.mail.digests import Cadence, due_at
from services.reporting.mail.queue import FOREVER, derived_id
from services.reporting.mail.recipients import hash_of, note_failure, recipient
from services.reporting.mail.smtp import Outcome, Result, Session, Trouble, connected
from services.reporting.working_days import calendars_of
from shared.base import telemetry
from shared.base.clock import machine_micros, now_micros
from shared.domain.calendars import WorkingTime
from shared.domain.due.days import IsWorked, worked_by
from shared.domain.lease import LEASE_US, Lease
from shared.http.serving import Serving
from shared.store import Part, Statement, Unit, Unreachable

S = 1_000_000
LOOK_AGAIN_S = 2.0
LEASE = "mail"
AT_ONCE = 100
"""Mails of one turn."""
PAUSES_S = (60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
"""After each failed attempt; after the last one the mail is given up: two days in all."""
FIRST_TROUBLE_S, LONGEST_TROUBLE_S = 5.0, 300.0
KEPT_S = 30 * 86_400
"""How long a mail that is sent, refused or empty can be looked at."""

WAITING = """
SELECT n.person_id, MIN(n.queued_at), COALESCE(MIN(p.cadence), ?),
    COALESCE((SELECT MAX(m.queued_at) FROM mail m WHERE m.person_id = n.person_id AND m.state <> 'empty'), 0)
FROM mail_notice n LEFT JOIN mail_preference p ON p.person_id = n.person_id
WHERE n.mail_id IS NULL GROUP BY n.person_id
"""
OPEN_NOTICES = "SELECT id FROM mail_notice WHERE person_id = ? AND mail_id IS NULL ORDER BY id"
ADD_MAIL = """
INSERT INTO mail (id, person_id, state, attempts, due_at, reply, address_hash, queued_at, expires_at)
VALUES (?, ?, 'queued', 0, ?, '', '', ?, ?) ON CONFLICT (id) DO NOTHING
"""
GATHER = "UPDATE mail_notice SET mail_id = ? WHERE id = ? AND mail_id IS NULL"
DUE = "SELECT id, person_id, attempts FROM mail WHERE state = 'queued' AND due_at <= ? ORDER BY due_at, id LIMIT ?"
NOTICES = """
SELECT notification, aggregate_id, version, actor, recorded_at, queued_at FROM mail_notice WHERE mail_id = ?
ORDER BY recorded_at, id
"""
END = (
    "UPDATE mail SET state = ?, reply = ?, address_hash = ?, expires_at = ? WHERE id = ? AND state = 'queued'"
)
POSTPONE = "UPDATE mail SET attempts = ?, due_at = ?, reply = ? WHERE id = ? AND state = 'queued'"
FORGET_NOTICES = "DELETE FROM mail_notice WHERE mail_id = ?"
KEEP_NOTICES = "UPDATE mail_notice SET expires_at = ? WHERE mail_id = ?"
UNSENT = "SELECT COUNT(*), MIN(queued_at) FROM mail WHERE state = 'queued'"


@dataclass(frozen=True)
class Mail:
    """One that is due."""

    id: str
    person_id: str
    attempts: int


class Sender:
    """What sends in one process, as long as it holds the lease."""

    def __init__(self, kernel: Serving) -> None:
        self.kernel, self.store = kernel, kernel.store
        self.lease = Lease(kernel.store, LEASE)
        self._trouble_s = 0.0
        self._troubled_until = 0.0
        for outcome in ("sent", "later", "refused", "empty"):
            telemetry.begin((telemetry.MAILS,), outcome)

    async def run(self) -> None:
        """For ever, where mail is configured."""
        while self.kernel.settings.smtp_url:
            try:
                if not await self.turn(now_micros()):
                    await asyncio.sleep(LOOK_AGAIN_S)
            except Unreachable as error:
                telemetry.LOG.event(
                    "warning", self.kernel.service, "mails wait for the database", error=repr(error)
                )
                await asyncio.sleep(LOOK_AGAIN_S)

    async def turn(self, at: int) -> int:
        """Gather what is due at that instant, and send what waits; answers how many mails were dealt with. Nothing where
        another process holds the lease, or the server is in trouble."""
        if not await self.lease.take():
            telemetry.MAILS_WAITING.set(0)
            telemetry.MAILS_OLDEST.set(0)
            return 0
        renewing = asyncio.create_task(self._hold())
        try:
            return await self._turn(at)
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

    async def _hold(self) -> None:
        """However long the server takes over a mail."""
        while True:
            await asyncio.sleep(LEASE_US / S / 3)
            await self.lease.take()

    async def _turn(self, at: int) -> int:
        await self._gather(at)
        done = 0
        if monotonic() >= self._troubled_until:
            done = await self._send([Mail(*row) for row in await self.store.fetch(DUE, (at, AT_ONCE))], at)
        [(waiting, oldest)] = await self.store.fetch(UNSENT)
        telemetry.MAILS_WAITING.set(waiting)
        telemetry.MAILS_OLDEST.set(max(0, at - oldest) / S if oldest else 0)
        return done

    # Notices into mails

    async def _gather(self, at: int) -> None:
        settings, is_worked = self.kernel.settings, None
        for person_id, since, cadence, last in await self.store.fetch(WAITING, (Cadence.DAILY.value,)):
            is_worked = is_worked or await self._worked_days()
            due = due_at(Cadence(cadence), since, last, settings.mail_hour, settings.zone, is_worked)
            if due is None or due <= at:
                await self._make(person_id, at)

    async def _make(self, person_id: str, at: int) -> None:
        ids = [row[0] for row in await self.store.fetch(OPEN_NOTICES, (person_id,))]
        mail_id = derived_id(person_id, *ids)
        statements = [
            Statement(ADD_MAIL, [(mail_id, person_id, at, at, FOREVER)]),
            Statement(GATHER, [(mail_id, id) for id in ids]),
        ]
        await self.store.commit(Unit([Part(statements=statements)]))

    async def _worked_days(self) -> IsWorked:
        """Which days are worked by the organisation's calendar, and by the days off of the settings."""
        time = WorkingTime(await calendars_of(self.store, None))
        return worked_by(time, self.kernel.settings.holidays)

    # Mails to the server

    async def _send(self, mails: Sequence[Mail], at: int) -> int:
        """Answers how many were dealt with; the connection is opened when the first mail needs it."""
        done = 0
        async with AsyncExitStack() as stack:
            session: Session | None = None
            for mail in mails:
                if not await self.lease.take():
                    break
                try:
                    composed = await self._composed(mail, at)
                    if composed is not None:
                        if session is None or not session.is_open:
                            session = await stack.enter_async_context(connected(self.kernel.settings))
                        await self._hand_over(session, mail, *composed, at)
                except NotYet:
                    await self._postpone(mail, mail.attempts, at + int(LOOK_AGAIN_S * S), "")
                except Trouble as trouble:
                    self._note_trouble(trouble)
                    break
                done += 1
        return done

    async def _composed(self, mail: Mail, at: int) -> tuple[str, str, bytes] | None:
        """Address, envelope's address and content; None where there is nothing to say, or nobody to say it to."""
        to = await recipient(self.kernel, mail.person_id)
        notices = [Notice(*row) for row in await self.store.fetch(NOTICES, (mail.id,))]
        lines = await lines_for(self.kernel, to, notices, at) if to else []
        if to is None or not lines:
            await self._end(mail, "empty")
            return None
        try:
            return (
                to.address,
                wire_address(to.address),
                message(self.kernel, to, mail.id, lines, at).as_bytes(),
            )
        except ValueError:  # of an address that mail does not carry
            await note_failure(self.store, mail.person_id, to.address, "5.1.3")
            await self._end(mail, "refused", "5.1.3", to.address)
            return None

    async def _hand_over(
        self, session: Session, mail: Mail, address: str, to: str, content: bytes, at: int
    ) -> None:
        result = await session.deliver(links.return_path(self.kernel, mail.id), to, content)
        self._trouble_s = 0.0
        match result.outcome:
            case Outcome.ACCEPTED:
                await self._end(mail, "sent", address=address)
            case Outcome.REFUSED:
                await self._refuse(mail, address, result)
            case Outcome.LATER if mail.attempts < len(PAUSES_S):
                telemetry.MAILS.labels("later").inc()
                await self._postpone(mail, mail.attempts + 1, at + PAUSES_S[mail.attempts] * S, result.reply)
            case Outcome.LATER:
                await self._refuse(mail, address, result)

    async def _refuse(self, mail: Mail, address: str, result: Result) -> None:
        if result.blames_address:
            await note_failure(self.store, mail.person_id, address, result.reply)
        telemetry.LOG.event(
            "warning", self.kernel.service, "a mail is refused", mail=mail.id, reply=result.reply
        )
        await self._end(mail, "refused", result.reply, address)

    async def _end(self, mail: Mail, state: str, reply: str = "", address: str = "") -> None:
        """Its notices are kept only where somebody may want it sent again."""
        until = machine_micros() + KEPT_S * S
        sent_to = hash_of(address) if address else ""
        notices = (
            Statement(KEEP_NOTICES, [(until, mail.id)])
            if state == "refused"
            else Statement(FORGET_NOTICES, [(mail.id,)])
        )
        ending = Statement(END, [(state, reply, sent_to, until, mail.id)])
        await self.store.commit(Unit([Part(statements=[ending, notices])]))
        telemetry.MAILS.labels(state).inc()

    async def _postpone(self, mail: Mail, attempts: int, due: int, reply: str) -> None:
        await self.store.run(f"{POSTPONE} RETURNING id", (attempts, due, reply, mail.id))

    def _note_trouble(self, trouble: Trouble) -> None:
        """All mails wait, each time twice as long."""
        self._trouble_s = min(2 * self._trouble_s or FIRST_TROUBLE_S, LONGEST_TROUBLE_S)
        self._troubled_until = monotonic() + self._trouble_s
        telemetry.MAIL_TROUBLE.inc()
        telemetry.LOG.event(
            "warning", self.kernel.service, "the mail server takes no mail", error=str(trouble),
            again_in_s=self._trouble_s,
        )  # fmt: skip
