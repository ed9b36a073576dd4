"""How the pages of registers are answered: whose page it is, what a form sent, and where one goes when it is done."""

from typing import Any

from pydantic import ConfigDict

from services.reporting.web import sessions
from services.reporting.web.changes import folded
from services.reporting.web.page import page, redirect
from services.reporting.web.reading import words_of
from services.reporting.web.registers.client import Api, position_cookie
from services.reporting.web.registers.controls import faulty, placeless
from services.reporting.web.registers.descriptions import described, example
from services.reporting.web.registers.details import DetailReader
from services.reporting.web.registers.lists import link
from services.reporting.web.registers.naming import address_of
from services.reporting.web.registers.panels import home_of
from services.reporting.web.registers.values import Shower
from services.reporting.web.registers.writing import Form, Outcome, Writer
from shared.base.errors import NotFound
from shared.contracts.forms import Entry, by_kind, entry_at, model_of
from shared.contracts.language import Shape
from shared.http.call import Answer, Call
from shared.http.operation import FORM
from shared.http.routes import Options

READ: Options = {"session": sessions.principal, "produces": ("text/html",), "any_query": True}
WRITE: Options = {**READ, "media_type": FORM, "scope": "reporting.read"}
"""Whether somebody may write, the service says that is asked to."""
WRITE_WITH_FILE: Options = {**WRITE, "takes_file": True}


class RegisterForm(Shape):
    """What every form of a register sends beside its controls."""

    model_config = ConfigDict(extra="allow")

    form: str
    version: str = "0"
    key: str = ""
    act: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """What was typed, by the paths of the controls."""
        return {name: str(text) for name, text in (self.model_extra or {}).items()}

    @property
    def base(self) -> int:
        """The version that the form was made from."""
        is_number = self.version.isascii() and self.version.isdigit() and len(self.version) <= 18
        return int(self.version) if is_number else 0


def entry_of(call: Call, service: str, collection: str) -> Entry:
    """The collection; NotFound where there is none that the reader may read."""
    entry = entry_at(service, collection)
    if entry is None or not call.rights.offered.issuperset(entry.reads):
        raise NotFound("there is no such resource")
    return entry


def shower_of(call: Call) -> Shower:
    return Shower(words_of(call), call.kernel.settings.zone)


def detail_reader(call: Call, service: str, collection: str, id: str = "") -> DetailReader:
    entry = entry_of(call, service, collection)
    return DetailReader(Api(call), shower_of(call), call.rights.offered, entry, id)


async def show(call: Call, template: str, entry: Entry, status: int = 200, **contents: Any) -> Answer:
    return page(
        call, f"registers/{template}", status=status, entry=entry, model=model_of(entry), address_of=address_of,
        link=link, proof=sessions.form_token(call, call.cookies.get(sessions.COOKIE, "")),
        folded=await folded(call), described=described, example=example, **contents,
    )  # fmt: skip


async def show_form(call: Call, writer: Writer, form: Form | None, purpose: str, **contents: Any) -> Answer:
    """The form as a page: `new`, `edit` or `move`, or `attach` with the reader of the subject as `about`."""
    assert form is not None
    reader = writer.reader
    about: DetailReader = contents.pop("about", reader)
    title = about.shower.title(about.entry, about.latest or await about.state()) if about.id else ""
    defaults: dict[str, Any] = {
        "verb": "",
        "key": "",
        "hidden": {},
        "quoted": None,
        "back": address_of(about.entry, about.id),
    }
    return await show(
        call, "form.html", reader.entry, form.status, id=about.id, title=title, shown_form=form, purpose=purpose,
        about=about.entry, naming=reader.shower.naming, faulty=faulty(form.controls),
        registers_by_kind=by_kind(reader.entry.service),
        brings_file=any(control.of.kind == "file" for control in form.controls),
        placeless=placeless(form.refusal, form.controls) if form.refusal else (),
        default_currency=call.kernel.settings.default_currency, **(defaults | contents),
    )  # fmt: skip


def done(call: Call, entry: Entry, outcome: Outcome, id: str, what: str) -> Answer:
    """To the page of what was written, which shows it."""
    cookie = position_cookie(call, outcome.reply) if outcome.reply else {}
    address, place = address_of(entry, id), ""
    if outcome.reply is not None and what != "archived" and isinstance(outcome.reply.body, dict):
        address, place = home_of(entry, outcome.reply.body)
    return redirect(f"{address}?done={what}{place}", **cookie)
