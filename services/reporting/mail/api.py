"""Mail over REST: what a person prefers, what comes back, and what operators look at and decide."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.reporting.mail import bounces, recipients
from services.reporting.mail.composing import letter, wire_address
from services.reporting.mail.digests import DEFAULT, Cadence
from services.reporting.mail.links import return_path
from services.reporting.mail.queue import FOREVER, derived_id
from services.reporting.mail.smtp import Outcome, Trouble, connected
from services.reporting.web.words import languages_of
from shared.base.clock import from_micros, now_micros
from shared.base.errors import Conflict, Fault, Invalid, NotFound
from shared.base.ids import new_id_text
from shared.base.texts import Text
from shared.contracts import language
from shared.contracts.language import AnswerShape, Email, Instant, Shape
from shared.domain.access.grants import person_of
from shared.domain.organisation import organisation_now
from shared.http.call import Answer, Call
from shared.http.routes import Routes
from shared.runtime.service import Group

routes = Routes("reporting", "Mail", about="Who is written to, how often, and what became of it.")

LONGEST_LIST = 200
OPERATE = "reporting.operate"
LARGEST_BOUNCE = 512 * 1024


class MailPreferences(Shape):
    """How the caller wants to be written to."""

    cadence: Cadence = DEFAULT
    """At once, daily on working days, weekly, or never."""
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$", examples=["fr"])] | None = None
    """The language of the mails; null: the one in which their recipient reads the pages."""


class OwnMail(AnswerShape):
    """How the caller is written to."""

    cadence: Cadence
    """At once, daily on working days, weekly, or never."""
    language: str | None
    """The language of the mails; null: the one in which their recipient reads the pages."""
    address: str | None
    """Where mails go, as the person says; null: nowhere."""
    failing_since: Instant | None
    """Since when mails to this address have come back: it is written to no more until it changes."""


class UnsentMail(AnswerShape):
    """A mail that waits, or was refused or sent back."""

    id: str
    """Its id, the first part of its Message-ID."""
    person_id: language.Id
    """For whom it is."""
    state: str
    """Whether it is `queued`, `refused` or `bounced`."""
    attempts: int
    """How often it was tried."""
    due_at: Instant
    """When it is tried next, or was to be tried last."""
    reply: str
    """What the server answered last: its code."""


class FailingAddress(AnswerShape):
    """A person whose address takes no mail."""

    person_id: language.Id
    """Whose address it is."""
    reply: str
    """What the server answered, or the bounce said: its code."""
    since: Instant
    """Since when."""


class MailStatus(AnswerShape):
    """How mail stands."""

    configured: bool
    """Whether mails are sent at all."""
    notices: int
    """Notices that wait to become part of a mail."""
    queued: int
    """Mails that wait to be sent."""
    oldest_queued_at: Instant | None
    """Since when the oldest of them has waited."""
    sent: int
    """Mails sent in the last 30 days."""
    unsent: list[UnsentMail]
    """Mails that wait or were refused or sent back, the newest, 200 at most."""
    failing: list[FailingAddress]
    """Persons who are written to no more until their address changes, 200 at most."""


class ReturnedMessage(Shape):
    """A message that came to a return path of ours."""

    message: Annotated[str, Field(min_length=1, max_length=LARGEST_BOUNCE)]
    """The whole message as it arrived, headers included."""


class BounceNoted(AnswerShape):
    """What was understood of it."""

    mail: str
    """The id of the mail that came back."""
    status: str
    """Why (RFC 3463, such as `5.1.1`); empty where it tells of no lasting failure."""
    address_failing: bool
    """Whether the address is written to no more."""


class Retried(AnswerShape):
    """What is tried again."""

    mails: int
    """Mails that are due now."""
    addresses: int
    """Addresses that are written to again."""


class TestMail(Shape):
    """Where a test message goes."""

    address: Email
    """The address."""


class TestResult(AnswerShape):
    """What the mail server said of the test message."""

    accepted: bool
    """Whether it was accepted."""
    reply: str
    """The code or error where it was not."""


def _answer(shape: AnswerShape) -> bytes:
    return shape.model_dump_json().encode()


async def _own_person(call: Call) -> str:
    person_id = await person_of(call.kernel.store, call.principal)
    if person_id is None:
        raise NotFound("no person has this login: an identity says who logs in as whom", code="no_person")
    return person_id


async def _own(call: Call, person_id: str) -> Answer[OwnMail]:
    store = call.kernel.store
    preferences, address = (
        await recipients.preferences_of(store, person_id),
        await recipients.address_of(store, person_id),
    )
    since = preferences.failing_since if address and preferences.fails(address) else None
    return Answer(
        200,
        _answer(
            OwnMail(
                cadence=preferences.cadence,
                language=preferences.language,
                address=address,
                failing_since=None if since is None else from_micros(since),
            )
        ),
    )


@routes.get("/v1/me/mail", scope=None, refusals=(404,))
async def own_mail(call: Call) -> Answer[OwnMail]:
    """How the caller is written to."""
    return await _own(call, await _own_person(call))


@routes.put("/v1/me/mail", scope=None, refusals=(404,))
async def prefer(call: Call, body: MailPreferences) -> Answer[OwnMail]:
    """Choose how often and in which language to be written to. With `never`, nothing waits any more."""
    person_id = await _own_person(call)
    offered = languages_of(await organisation_now(call.kernel.store))
    if body.language is not None and body.language not in offered:
        raise Invalid(
            "mails are not written in this language",
            Fault("unknown_language", Text("one of {names}", names=", ".join(offered)), pointer="/language"),
        )
    await recipients.prefer(call.kernel.store, person_id, body.cadence, body.language)
    return await _own(call, person_id)


@routes.get("/v1/mails", scope=OPERATE)
async def mails(call: Call) -> Answer[MailStatus]:
    """How mail stands: what waits, what was refused, and which addresses fail."""
    store = call.kernel.store
    [(notices,)] = await store.fetch("SELECT COUNT(*) FROM mail_notice WHERE mail_id IS NULL")
    [(queued, oldest, sent)] = await store.fetch(
        "SELECT COUNT(CASE WHEN state = 'queued' THEN 1 END), MIN(CASE WHEN state = 'queued' THEN queued_at END),"
        " COUNT(CASE WHEN state IN ('sent', 'bounced') THEN 1 END) FROM mail"
    )
    unsent = await store.fetch(
        "SELECT id, person_id, state, attempts, due_at, reply FROM mail"
        f" WHERE state IN ('queued', 'refused', 'bounced') ORDER BY queued_at DESC, id LIMIT {LONGEST_LIST}"
    )
    failing = await recipients.failing(store, LONGEST_LIST)
    status = MailStatus(
        configured=bool(call.kernel.settings.smtp_url),
        notices=notices,
        queued=queued,
        oldest_queued_at=None if oldest is None else from_micros(oldest),
        sent=sent,
        unsent=[
            UnsentMail(id=id, person_id=person, state=state, attempts=n, due_at=from_micros(due), reply=reply)
            for id, person, state, n, due, reply in unsent
        ],
        failing=[FailingAddress(person_id=UUID(p), reply=r, since=from_micros(s)) for p, r, s in failing],
    )
    return Answer(200, _answer(status))


@routes.post("/v1/mails/retry", scope=OPERATE)
async def retry(call: Call) -> Answer[Retried]:
    """Send now what waits or was refused, and write to failing addresses again."""
    store, at = call.kernel.store, now_micros()
    addresses = await store.run(
        "UPDATE mail_preference SET failing = '', failing_reply = '', failing_since = NULL WHERE failing <> ''"
        " RETURNING person_id"
    )
    again = await store.run(
        "UPDATE mail SET state = 'queued', attempts = 0, due_at = ?, expires_at = ?"
        " WHERE state IN ('queued', 'refused') RETURNING id",
        (at, FOREVER),
    )
    await store.run(
        "UPDATE mail_notice SET expires_at = ? WHERE mail_id IN (SELECT id FROM mail WHERE state = 'queued')"
        " RETURNING id",
        (FOREVER,),
    )
    return Answer(200, _answer(Retried(mails=len(again), addresses=len(addresses))))


@routes.post("/v1/mails/test", scope=OPERATE, refusals=(409,))
async def test(call: Call, body: TestMail) -> Answer[TestResult]:
    """Send a test message now, and answer what the mail server said of it."""
    kernel = call.kernel
    if not kernel.settings.smtp_url:
        raise Conflict("no mail server is configured: set PORTOLAN_SMTP_URL", code="mail_off")
    id = derived_id("test", new_id_text())
    try:
        mail = letter(kernel, body.address, "Portolan: a test message", id, now_micros())
    except ValueError as error:
        raise Invalid(str(error), Fault("invalid", str(error), pointer="/address")) from error
    mail.set_content("This instance of Portolan reaches you by mail.\n")
    try:
        async with connected(kernel.settings) as session:
            result = await session.deliver(
                return_path(kernel, id), wire_address(body.address), mail.as_bytes()
            )
    except Trouble as trouble:
        return Answer(200, _answer(TestResult(accepted=False, reply=str(trouble))))
    return Answer(200, _answer(TestResult(accepted=result.outcome is Outcome.ACCEPTED, reply=result.reply)))


@routes.post("/v1/mail-bounces", scope=OPERATE)
async def bounce(call: Call, body: ReturnedMessage) -> Answer[BounceNoted]:
    """Note a message that came back to the return path of a mail."""
    returned = bounces.read_bounce(call.kernel, body.message)
    failing = await bounces.note(call.kernel, returned)
    return Answer(
        200, _answer(BounceNoted(mail=returned.mail_id, status=returned.status, address_failing=failing))
    )


MAIL = Group(routes=(routes,))
