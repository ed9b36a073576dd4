"""Pages about mail: how often one gets it, and the page by which it ends without a login (RFC 8058)."""

from typing import Literal

from pydantic import Field

from services.reporting.mail import links, recipients
from services.reporting.mail.digests import Cadence
from services.reporting.web import sessions
from services.reporting.web.page import page, redirect
from services.reporting.web.words import N_, languages_of, name_of
from shared.base.errors import Forbidden
from shared.contracts.language import Shape
from shared.domain.access.grants import person_of
from shared.domain.organisation import organisation_in
from shared.http.call import Answer, Call
from shared.http.operation import FORM
from shared.http.path import Id
from shared.http.query import Query
from shared.http.routes import Routes

routes = Routes("reporting", "Pages", pages=True)

CADENCES = {
    Cadence.IMMEDIATELY: N_("At once"),
    Cadence.DAILY: N_("Once a day, on working days"),
    Cadence.WEEKLY: N_("Once a week, on the first working day"),
    Cadence.NEVER: N_("Never"),
}


class MailForm(Shape):
    """What somebody chose, and the proof that the form was ours."""

    form: str
    cadence: Cadence
    language: str = ""


class MailQuery(Query):
    """Whether something was chosen just now."""

    saved: Literal["yes"] | None = Field(None, description="Something was chosen just now.")


class StopQuery(Query):
    """Whose mails end, and the proof that the address was in one of them."""

    person: Id | None = Field(None, description="Whose mails end.")
    proof: str = Field("", description="What only a mail to them says.")


@routes.get("/mail", scope=None, session=sessions.principal, produces=("text/html",))
async def mail_page(call: Call, query: MailQuery) -> Answer:
    """How often, and in which language, one is written to."""
    store = call.kernel.store
    person_id = await person_of(store, call.principal)
    preferences = await recipients.preferences_of(store, person_id) if person_id else None
    address = await recipients.address_of(store, person_id) if person_id else None
    return page(
        call, "mail_preferences.html", chosen=preferences, mailbox=address, cadences=CADENCES, saved=query.saved,
        fails=bool(preferences and address and preferences.fails(address)),
        tongues=[(code, name_of(code)) for code in languages_of(organisation_in(store))],
        form=sessions.form_token(call, call.cookies.get(sessions.COOKIE, "")),
    )  # fmt: skip


@routes.post("/mail", session=sessions.principal, scope=None, produces=("text/html",), media_type=FORM)
async def choose_mail(call: Call, body: MailForm) -> Answer:
    """Choose it."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    store = call.kernel.store
    person_id = await person_of(store, call.principal)
    if person_id is not None:
        language = body.language if body.language in languages_of(organisation_in(store)) else None
        await recipients.prefer(store, person_id, body.cadence, language)
    return redirect("/mail?saved=yes")


@routes.get("/mail/stop", public=True, produces=("text/html",))
async def stop_page(call: Call, query: StopQuery) -> Answer:
    """Ask whether mails are to end: what looks at the addresses in a mail must not end them."""
    _check(call, query)
    return page(call, "mail_stop.html", stopped=False, target=links.stop(call.kernel, str(query.person)))


@routes.post("/mail/stop", public=True, produces=("text/html",), ignores_body=True)
async def stop_mail(call: Call, query: StopQuery) -> Answer:
    """End the mails of a person: by the button of the page, or by that of their mail program."""
    _check(call, query)
    store, person_id = call.kernel.store, str(query.person)
    preferences = await recipients.preferences_of(store, person_id)
    await recipients.prefer(store, person_id, Cadence.NEVER, preferences.language)
    return page(call, "mail_stop.html", stopped=True, target="")


def _check(call: Call, query: StopQuery) -> None:
    if not links.is_stop(call.kernel, str(query.person), query.proof):
        raise Forbidden("the address is not complete; take it from the mail once more", code="wrong_proof")
