"""The addresses below an aggregate at which a document or a comment is added to it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from secrets import token_urlsafe

import msgspec

from services.reporting.web import sessions
from services.reporting.web.page import redirect
from services.reporting.web.registers.answering import (
    READ,
    WRITE,
    WRITE_WITH_FILE,
    RegisterForm,
    detail_reader,
    show_form,
)
from services.reporting.web.registers.client import position_cookie
from services.reporting.web.registers.controls import FILE_NAME
from services.reporting.web.registers.details import DetailReader
from services.reporting.web.registers.naming import address_of
from services.reporting.web.registers.panels import COMMENT, DOCUMENT, PanelReader, attached
from services.reporting.web.registers.writing import Outcome, Writer
from shared.base.errors import Fault, Invalid, NotFound
from shared.contracts.forms import Field, FormModel
from shared.http.call import Answer, Call
from shared.http.path import Id
from shared.http.routes import Routes

routes = Routes("reporting", "Pages", pages=True)

ADD_VERSION = "add-version"
REPLY_TO = "reply_to_id"
HASH = re.compile("[0-9a-f]{64}")
DOCUMENT_MEMBERS = ("title", "kind")
COMMENT_MEMBERS = ("text", "mentions", "decided_on", "decided_by")


@dataclass
class Attachment:
    """One thing that is about to be attached to a subject."""

    call: Call
    subject: DetailReader
    writer: Writer
    key: str

    @property
    def model(self) -> FormModel:
        return self.writer.reader.model

    async def answer(self, outcome: Outcome) -> Answer:
        """To the page of the subject, or the form again."""
        if outcome.reply is None:
            return await self.form(outcome)
        name, cookie = self.model.entry.collection, position_cookie(self.call, outcome.reply)
        return redirect(f"{address_of(self.subject.entry, self.subject.id)}?done=created#{name}", **cookie)

    async def form(self, outcome: Outcome) -> Answer:
        reply_to = self.writer.fixed.get(REPLY_TO, "")
        panels = PanelReader(self.subject, self.call.principal.subject, {})
        return await show_form(
            self.call, self.writer, outcome.form, "attach", key=self.key, about=self.subject,
            hidden={REPLY_TO: reply_to} if reply_to else {}, quoted=await panels.quoted(reply_to),
        )  # fmt: skip


def _attachment(call: Call, subject: DetailReader, kind: str, body: RegisterForm | None) -> Attachment:
    """NotFound where the register takes nothing of the kind."""
    entry = attached(subject.entry, kind)
    if entry is None or not subject.offered.issuperset(entry.reads):
        raise NotFound("there is no such resource")
    reader = replace(subject, entry=entry, id="", latest=None)
    texts = body.texts if body else {}
    about = {"subject": {"kind": subject.entry.name, "id": subject.id}}
    writer = Writer(reader, (), texts, body.act if body else "", file=call.sent_file, fixed=about)
    return Attachment(call, subject, writer, body.key if body else token_urlsafe(18))


def _members(model: FormModel, names: Sequence[str]) -> tuple[Field, ...]:
    return tuple(member for member in model.created if member.name in names)


# Documents


def _document(call: Call, subject: DetailReader, body: RegisterForm | None = None) -> Attachment:
    document = _attachment(call, subject, DOCUMENT, body)
    adding = document.model.move(ADD_VERSION)
    assert adding is not None
    file = next(member for member in adding.takes if member.kind == "file")
    texts = [msgspec.structs.replace(m, required=False) for m in _members(document.model, DOCUMENT_MEMBERS)]
    document.writer.fields = (file, *texts)
    return document


@routes.get("/registers/{service}/{collection}/{id}/documents", **READ)
async def document_form(call: Call, service: str, collection: str, id: Id) -> Answer:
    """The form of a document with its file."""
    document = _document(call, detail_reader(call, service, collection, id))
    return await document.form(Outcome(form=await document.writer.form()))


@routes.post("/registers/{service}/{collection}/{id}/documents", **WRITE_WITH_FILE)
async def add_document(call: Call, service: str, collection: str, id: Id, body: RegisterForm) -> Answer:
    """Add a document with its file: the file is taken first, so that nothing is made where it is refused."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    document = _document(call, detail_reader(call, service, collection, id), body)
    return await document.answer(await _add_document(document))


async def _add_document(document: Attachment) -> Outcome:
    """Its file, itself, and the file as its first version; the same form sent again goes on where it stopped."""
    writer, file = document.writer, document.writer.fields[0]
    if (form := await writer.before_sending()) is not None:
        return Outcome(form=form)
    api, entry = writer.reader.api, writer.reader.entry
    hash = writer.texts.get(file.name, "")
    if not HASH.fullmatch(hash) or (await api.read(f"/{entry.service}/v1/files/{hash}")).is_refusal:
        writer.texts.pop(file.name, None)
        fault = Fault("missing", "choose a file", pointer=f"/{file.name}")
        return Outcome(form=await writer.form(refusal=Invalid("the document has no file", fault)))
    if not writer.texts.get("title", "").strip():
        writer.texts["title"] = PurePath(writer.texts.get(file.name + FILE_NAME, "file")).stem
    writer.fields = writer.fields[1:]
    created = await writer.create(document.key, {})
    writer.fields = (file, *writer.fields)
    if created.reply is None:
        refusal = created.form.refusal if created.form else None
        return Outcome(form=await writer.form(refusal=refusal))
    path = f"{entry.path}/{created.reply.body['id']}/{ADD_VERSION}"
    headers = {"If_Match": '"1"', "Idempotency_Key": f"{document.key}-file"}
    reply = await api.write("POST", path, {file.name: hash}, **headers)
    return Outcome(form=await writer.form(refusal=reply.problem)) if reply.is_refusal else Outcome(reply)


# Comments


def _comment(
    call: Call, subject: DetailReader, reply_to: str, body: RegisterForm | None = None
) -> Attachment:
    comment = _attachment(call, subject, COMMENT, body)
    comment.writer.fields = _members(comment.model, COMMENT_MEMBERS)
    if reply_to:
        comment.writer.fixed = {**comment.writer.fixed, REPLY_TO: reply_to}
    return comment


@routes.get("/registers/{service}/{collection}/{id}/comments", **READ)
async def comment_form(call: Call, service: str, collection: str, id: Id) -> Answer:
    """The form of a comment, or of a reply."""
    reply_to = (call.query.get(REPLY_TO) or ("",))[0]
    comment = _comment(call, detail_reader(call, service, collection, id), reply_to)
    return await comment.form(Outcome(form=await comment.writer.form()))


@routes.post("/registers/{service}/{collection}/{id}/comments", **WRITE)
async def add_comment(call: Call, service: str, collection: str, id: Id, body: RegisterForm) -> Answer:
    """Say something about an aggregate."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    reply_to = body.texts.get(REPLY_TO, "")
    comment = _comment(call, detail_reader(call, service, collection, id), reply_to, body)
    return await comment.answer(await comment.writer.create(body.key, {}))
