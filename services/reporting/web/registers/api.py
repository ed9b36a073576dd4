"""The addresses of registers: `/registers/<service>/<collection>`, and below it what is done with one."""

import asyncio
from functools import partial
from secrets import token_urlsafe
from typing import Any

from pydantic import ConfigDict

from services.reporting.web import sessions
from services.reporting.web.changes import folded
from services.reporting.web.page import HEADERS, page, redirect, words_of
from services.reporting.web.registers import tables, typed
from services.reporting.web.registers.client import Api, position_cookie
from services.reporting.web.registers.controls import HITS, faulty, placeless
from services.reporting.web.registers.details import PER_PAGE, DetailReader
from services.reporting.web.registers.lists import ListReader, link
from services.reporting.web.registers.naming import address_of
from services.reporting.web.registers.values import Shower, name_of
from services.reporting.web.registers.writing import Form, Outcome, Writer
from shared.base.errors import Forbidden, NotFound
from shared.contracts.forms import Entry, Field, FormModel, by_kind, entry_at, model_of
from shared.contracts.language import Shape
from shared.http.call import Answer, Call
from shared.http.operation import FORM
from shared.http.path import Id
from shared.http.routes import Options, Routes

routes = Routes("reporting", "Pages", pages=True)

_READ: Options = {"session": sessions.principal, "produces": ("text/html",), "any_query": True}
_WRITE: Options = {**_READ, "media_type": FORM, "scope": "reporting.read"}
"""Whether somebody may write, the service says that is asked to."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSV: Options = {**_READ, "produces": ("text/csv", "text/html")}
_XLSX: Options = {**_READ, "produces": (XLSX, "text/html")}
DASHBOARDS = {"projects.project": "/project", "projects.portfolio": "/portfolio"}
"""The registers whose aggregates have a page of figures, and where."""


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
        return int(self.version) if self.version.isascii() and self.version.isdigit() else 0


def _entry(call: Call, service: str, collection: str) -> Entry:
    """The collection; NotFound where there is none that the reader may read."""
    entry = entry_at(service, collection)
    if entry is None or not call.rights.offered.issuperset(entry.reads):
        raise NotFound("there is no such resource")
    return entry


def _shower(call: Call) -> Shower:
    return Shower(words_of(call), call.kernel.settings.zone)


def _detail_reader(call: Call, service: str, collection: str, id: str = "") -> DetailReader:
    entry = _entry(call, service, collection)
    return DetailReader(Api(call), _shower(call), call.rights.offered, entry, id)


def _list_reader(call: Call, service: str, collection: str) -> ListReader:
    settings = call.kernel.settings
    currency = settings.reporting_currency or settings.default_currency
    return ListReader(Api(call), _shower(call), currency, _entry(call, service, collection), call.query)


async def _page(call: Call, template: str, entry: Entry, status: int = 200, **contents: Any) -> Answer:
    return page(
        call, f"registers/{template}", status=status, entry=entry, model=model_of(entry), address_of=address_of,
        link=link, proof=sessions.form_token(call, call.cookies.get(sessions.COOKIE, "")),
        folded=await folded(call), **contents,
    )  # fmt: skip


@routes.get("/registers", **_READ)
async def registers_page(call: Call) -> Answer:
    """All registers, by group."""
    return page(call, "registers/index.html")


@routes.get("/registers/{service}/{collection}", **_READ)
async def register_page(call: Call, service: str, collection: str) -> Answer:
    """A list."""
    reader = _list_reader(call, service, collection)
    listed = await reader.page()
    may_write = bool(reader.entry.writes) and call.rights.offered.issuperset(reader.entry.writes)
    return await _page(call, "list.html", reader.entry, listed=listed, may_write=may_write, naming=reader.shower.naming,
                       download=partial(_download, reader), live=True)  # fmt: skip


def _download(reader: ListReader, form: str) -> str:
    """The address of the same view as a table."""
    address, _, query = link(reader.entry, reader.query).partition("?")
    return f"{address}/{form}?{query}" if query else f"{address}/{form}"


@routes.get("/registers/{service}/{collection}/csv", **_CSV)
async def register_as_csv(call: Call, service: str, collection: str) -> Answer:
    """A list as CSV."""
    return await _table(call, service, collection, "csv")


@routes.get("/registers/{service}/{collection}/xlsx", **_XLSX)
async def register_as_xlsx(call: Call, service: str, collection: str) -> Answer:
    """A list as a workbook."""
    return await _table(call, service, collection, "xlsx")


async def _table(call: Call, service: str, collection: str, form: str) -> Answer:
    reader = _list_reader(call, service, collection)
    rows, more = await tables.rows_of(reader)
    columns, title = reader.columns(), reader.shower.naming.many(reader.entry)
    if form == "csv":
        content, media_type = await asyncio.to_thread(tables.to_csv, columns, rows), "text/csv; charset=utf-8"
    else:
        content, media_type = await asyncio.to_thread(tables.to_xlsx, columns, rows, title), XLSX
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{collection}.{form}"'}
    if more:
        headers["Portolan-Truncated"] = str(tables.LARGEST)
    return Answer(200, content, headers, media_type)


@routes.get("/registers/{service}/{collection}/hits", **_READ)
async def hits(call: Call, service: str, collection: str) -> Answer:
    """What a search finds, as options of a control."""
    reader = _list_reader(call, service, collection)
    text = (call.query.get("q") or ("",))[0]
    answer = await reader.api.get(reader.entry.path, [("q", text), ("limit", str(HITS))])
    names = [(state["id"], name_of(reader.shower, reader.entry, state).text) for state in answer["items"]]
    return page(call, "registers/hits.html", names=names)


@routes.get("/registers/{service}/{collection}/new", **_READ)
async def new_page(call: Call, service: str, collection: str) -> Answer:
    """The form of one to be made; members that the address names are filled in."""
    reader = _detail_reader(call, service, collection)
    fields = await _creatable(reader)
    texts = typed.texts_of(fields, {f.name: f.default for f in fields})
    texts |= {name: values[0] for name, values in call.query.items() if values}
    writer = Writer(reader, fields, texts)
    return await _form(call, writer, await writer.form(), "new", key=token_urlsafe(18))


@routes.post("/registers/{service}/{collection}/new", **_WRITE)
async def create(call: Call, service: str, collection: str, body: RegisterForm) -> Answer:
    """Make one."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    reader = _detail_reader(call, service, collection)
    writer = Writer(reader, await _creatable(reader), body.texts, body.act)
    outcome = await writer.create(body.key)
    if outcome.reply is None:
        return await _form(call, writer, outcome.form, "new", key=body.key)
    return _done(call, reader.entry, outcome, outcome.reply.body["id"], "created")


@routes.get("/registers/{service}/{collection}/{id}", **_READ)
async def detail_page(call: Call, service: str, collection: str, id: Id) -> Answer:
    """One aggregate."""
    reader = _detail_reader(call, service, collection, id)
    done = (call.query.get("done") or ("",))[0]
    contents = await reader.contents()
    return await _page(call, "detail.html", reader.entry, id=id, done=done, naming=reader.shower.naming,
                       shower=reader.shower, live=True, dashboards=DASHBOARDS, **contents)  # fmt: skip


@routes.get("/registers/{service}/{collection}/{id}/history", **_READ)
async def history_page(call: Call, service: str, collection: str, id: Id) -> Answer:
    """Its versions, and two of them compared."""
    reader = _detail_reader(call, service, collection, id)
    state = await reader.state()
    steps, following = await reader.history(PER_PAGE, (call.query.get("cursor") or ("",))[0])
    numbers = sorted(
        int(v) for n in ("one", "other") for v in call.query.get(n, ())[:1] if v.isdigit() and len(v) < 10
    )
    compared = await reader.compared(*numbers) if len(numbers) == 2 else None
    return await _page(
        call, "history.html", reader.entry, id=id, title=reader.shower.title(reader.entry, state), steps=steps,
        following=following, compared=compared, numbers=numbers, naming=reader.shower.naming,
    )  # fmt: skip


@routes.get("/registers/{service}/{collection}/{id}/edit", **_READ)
async def edit_page(call: Call, service: str, collection: str, id: Id) -> Answer:
    """The form of one that is there."""
    reader = _detail_reader(call, service, collection, id)
    fields, state = await _revisable(reader), await reader.state()
    writer = Writer(reader, fields, typed.texts_of(fields, state))
    return await _form(call, writer, await writer.form(state["version"]), "edit")


@routes.post("/registers/{service}/{collection}/{id}/edit", **_WRITE)
async def revise(call: Call, service: str, collection: str, id: Id, body: RegisterForm) -> Answer:
    """Change one."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    reader = _detail_reader(call, service, collection, id)
    writer = Writer(reader, await _revisable(reader), body.texts, body.act)
    outcome = await writer.revise(body.base)
    if outcome.form is not None:
        return await _form(call, writer, outcome.form, "edit")
    return _done(call, reader.entry, outcome, id, "unchanged" if outcome.unchanged else "revised")


@routes.get("/registers/{service}/{collection}/{id}/moves/{verb}", **_READ)
async def move_page(call: Call, service: str, collection: str, id: Id, verb: str) -> Answer:
    """What a move takes, such as its reason."""
    reader = _detail_reader(call, service, collection, id)
    state = await reader.state()
    writer = Writer(reader, _takes(reader.model, verb), {})
    form = await writer.form(state["version"])
    return await _form(call, writer, form, "move", verb=verb, key=token_urlsafe(18))


@routes.post("/registers/{service}/{collection}/{id}/moves/{verb}", **_WRITE)
async def move(call: Call, service: str, collection: str, id: Id, verb: str, body: RegisterForm) -> Answer:
    """Make a move."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    reader = _detail_reader(call, service, collection, id)
    writer = Writer(reader, _takes(reader.model, verb), body.texts, body.act)
    outcome = await writer.move(verb, body.base, body.key)
    if outcome.form is not None:
        return await _form(call, writer, outcome.form, "move", verb=verb, key=body.key)
    return _done(call, reader.entry, outcome, id, "moved")


@routes.post("/registers/{service}/{collection}/{id}/archive", **_WRITE)
async def archive(call: Call, service: str, collection: str, id: Id, body: RegisterForm) -> Answer:
    """Archive one; the page that follows offers to undo it."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    reader = _detail_reader(call, service, collection, id)
    reply = await reader.api.write("DELETE", reader.path, None, If_Match=f'"{body.base}"')
    if reply.is_refusal and reply.problem.code != "archived":
        raise reply.problem
    return _done(call, reader.entry, Outcome(reply), id, "archived")


@routes.post("/registers/{service}/{collection}/{id}/restore", **_WRITE)
async def restore(call: Call, service: str, collection: str, id: Id, body: RegisterForm) -> Answer:
    """Put one back into the lists."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    reader = _detail_reader(call, service, collection, id)
    reply = await reader.api.write("POST", f"{reader.path}/restore", None, If_Match=f'"{body.base}"')
    if reply.is_refusal and reply.problem.code != "not_archived":
        raise reply.problem
    return _done(call, reader.entry, Outcome(reply), id, "restored")


async def _creatable(reader: DetailReader) -> tuple[Field, ...]:
    if not reader.model.creates:
        raise Forbidden("these are made by Portolan itself", code="read_only")
    return (*reader.model.created, *(await reader.own()).part_to_give)


async def _revisable(reader: DetailReader) -> tuple[Field, ...]:
    return (*reader.model.revised, *(await reader.own()).part_to_give)


def _takes(model: FormModel, verb: str) -> tuple[Field, ...]:
    """The members that a move takes; NotFound where there is no such move."""
    declared = model.move(verb)
    if declared is None:
        raise NotFound("there is no such resource")
    return declared.takes


async def _form(call: Call, writer: Writer, form: Form | None, purpose: str, **contents: Any) -> Answer:
    """The form as a page: `new`, `edit` or `move`."""
    assert form is not None
    reader, title = writer.reader, ""
    if reader.id:
        title = reader.shower.title(reader.entry, reader.latest or await reader.state())
    return await _page(
        call, "form.html", reader.entry, form.status, id=reader.id, title=title, shown_form=form, purpose=purpose,
        naming=reader.shower.naming, faulty=faulty(form.controls), registers_by_kind=by_kind(reader.entry.service),
        placeless=placeless(form.refusal, form.controls) if form.refusal else (),
        default_currency=call.kernel.settings.default_currency, **{"verb": "", "key": "", **contents},
    )  # fmt: skip


def _done(call: Call, entry: Entry, outcome: Outcome, id: str, what: str) -> Answer:
    """To the page of what was written, which shows it."""
    cookie = position_cookie(call, outcome.reply) if outcome.reply else {}
    return redirect(f"{address_of(entry, id)}?done={what}", **cookie)
