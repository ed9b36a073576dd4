"""The addresses of registers: `/registers/<service>/<collection>`, and below it what is done with one."""

import asyncio
from functools import partial
from secrets import token_urlsafe
from typing import Any

from services.imports.tables.targets import target_of
from services.reporting.reading import reading_of
from services.reporting.web import sessions
from services.reporting.web.page import HEADERS, page
from services.reporting.web.reading import words_of
from services.reporting.web.registers import behind, gates, papers, rankings, tables, typed, weighing
from services.reporting.web.registers.answering import (
    READ,
    WRITE,
    WRITE_WITH_FILE,
    RegisterForm,
    detail_reader,
    done,
    entry_of,
    show,
    show_form,
    shower_of,
)
from services.reporting.web.registers.client import Api
from services.reporting.web.registers.controls import HITS
from services.reporting.web.registers.details import PER_PAGE, DetailReader
from services.reporting.web.registers.files import content_of
from services.reporting.web.registers.lists import ListReader, link
from services.reporting.web.registers.naming import DASHBOARDS
from services.reporting.web.registers.panels import PanelReader
from services.reporting.web.registers.values import name_of
from services.reporting.web.registers.writing import Outcome, Writer
from shared.base.errors import Forbidden, NotFound
from shared.contracts.catalogue import entry_called
from shared.contracts.forms import Field, FormModel
from shared.domain.default_values import values_for
from shared.http.call import Answer, Call
from shared.http.path import Id
from shared.http.routes import Options, Routes

routes = Routes("reporting", "Pages", pages=True)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSV: Options = {**READ, "produces": ("text/csv", "text/html")}
_XLSX: Options = {**READ, "produces": (XLSX, "text/html")}
_FILE: Options = {**READ, "produces": ("*/*",)}


def _list_reader(call: Call, service: str, collection: str) -> ListReader:
    settings = call.kernel.settings
    currency = settings.reporting_currency or settings.default_currency
    return ListReader(Api(call), shower_of(call), currency, entry_of(call, service, collection), call.query)


@routes.get("/registers", **READ)
async def registers_page(call: Call) -> Answer:
    """All registers, by group."""
    return page(call, "registers/index.html")


@routes.get("/registers/{service}/{collection}", **READ)
async def register_page(call: Call, service: str, collection: str) -> Answer:
    """A list."""
    reader = _list_reader(call, service, collection)
    listed = await reader.page()
    may_write = bool(reader.entry.writes) and call.rights.offered.issuperset(reader.entry.writes)
    return await show(call, "list.html", reader.entry, listed=listed, may_write=may_write, naming=reader.shower.naming,
                       may_import=target_of(reader.entry),
                       download=partial(_download, reader), live=True)  # fmt: skip


def _download(reader: ListReader, form: str) -> str:
    """The address of the same view as a table."""
    address, _, query = link(reader.entry, reader.query).partition("?")
    return f"{address}/{form}?{query}" if query else f"{address}/{form}"


@routes.get("/rows/{service}/{collection}", **READ)
async def rows_page(call: Call, service: str, collection: str) -> Answer:
    """The rows behind a figure."""
    reader = _list_reader(call, service, collection)
    query = behind.scoped(call.query)
    reading = reading_of(call, query)
    listed = await behind.rows_behind(reading, reader)
    place = await behind.place_of(reading)
    return await show(call, "behind.html", reader.entry, listed=listed, naming=reader.shower.naming, at=reading.at,
                       place=place, query=call.query)  # fmt: skip


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
    identity = [reader.shower.naming.member(reader.entry, name) for name in tables.IDENTITY]
    if form == "csv":
        content = await asyncio.to_thread(tables.to_csv, columns, rows, identity)
        media_type = "text/csv; charset=utf-8"
    else:
        content, media_type = await asyncio.to_thread(tables.to_xlsx, columns, rows, identity, title), XLSX
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{collection}.{form}"'}
    if more:
        headers["Portolan-Truncated"] = str(tables.LARGEST)
    return Answer(200, content, headers, media_type)


@routes.get("/registers/{service}/{collection}/hits", **READ)
async def hits(call: Call, service: str, collection: str) -> Answer:
    """What a search finds, as options of a control."""
    reader = _list_reader(call, service, collection)
    text = (call.query.get("q") or ("",))[0]
    answer = await reader.api.get(reader.entry.path, [("q", text), ("limit", str(HITS))])
    names = [(state["id"], name_of(reader.shower, reader.entry, state).text) for state in answer["items"]]
    return page(call, "registers/hits.html", names=names)


@routes.get("/registers/{service}/{collection}/new", **READ)
async def new_page(call: Call, service: str, collection: str) -> Answer:
    """The form of one to be made; members that the address names are filled in."""
    reader = detail_reader(call, service, collection)
    _require_writing(call, reader)
    fields = await _creatable(reader)
    defaults = {f.name: f.default for f in fields} | await _defaults(call, reader)
    texts = typed.texts_of(fields, defaults, words_of(call))
    texts |= {name: values[0] for name, values in call.query.items() if values}
    writer = Writer(reader, fields, texts)
    return await show_form(call, writer, await writer.form(), "new", key=token_urlsafe(18))


@routes.post("/registers/{service}/{collection}/new", **WRITE_WITH_FILE)
async def create(call: Call, service: str, collection: str, body: RegisterForm) -> Answer:
    """Make one."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    reader = detail_reader(call, service, collection)
    writer = Writer(reader, await _creatable(reader), body.texts, body.act, file=call.sent_file)
    outcome = await writer.create(body.key, await _defaults(call, reader))
    if outcome.reply is None:
        return await show_form(call, writer, outcome.form, "new", key=body.key)
    return done(call, reader.entry, outcome, outcome.reply.body["id"], "created")


@routes.get("/registers/{service}/{collection}/{id}", **READ)
async def detail_page(call: Call, service: str, collection: str, id: Id) -> Answer:
    """One aggregate."""
    reader = detail_reader(call, service, collection, id)
    what = (call.query.get("done") or ("",))[0]
    panels = PanelReader(reader, call.principal.subject, call.query)
    contents = await reader.contents(panels.panels)
    is_ranking = reader.entry.key == rankings.KIND
    contents["ranking"] = await rankings.ranking_shown(reader, contents["state"]) if is_ranking else None
    contents["weighing"] = (
        await weighing.weighing_shown(reader) if reader.entry.key == weighing.KIND else None
    )
    contents["phases"] = (
        await gates.strip_shown(reader, contents["state"]) if reader.entry.key in gates.KINDS else ()
    )
    contents["gate"] = (
        await gates.gate_shown(reader, contents["state"]) if reader.entry.key == gates.GATE else None
    )
    is_paper = reader.entry.key == papers.KIND
    contents["paper"] = await papers.paper_shown(reader, contents["state"]) if is_paper else None
    contents["shown_apart"] = rankings.SHOWN_APART if is_ranking else papers.SHOWN_APART if is_paper else ()
    return await show(call, "detail.html", reader.entry, id=id, done=what, key=token_urlsafe(18), naming=reader.shower.naming,
                       shower=reader.shower, live=True, dashboards=DASHBOARDS, **contents)  # fmt: skip


@routes.get("/registers/{service}/{collection}/{id}/{member}/{number}/content", **_FILE)
async def file_of(call: Call, service: str, collection: str, id: Id, member: str, number: str) -> Answer:
    """A file of an aggregate, to be saved."""
    reader = detail_reader(call, service, collection, id)
    return await content_of(reader.api, reader.model, id, member, number)


@routes.get("/registers/{service}/{collection}/{id}/content", **_FILE)
async def frozen_content(call: Call, service: str, collection: str, id: Id) -> Answer:
    """What of an aggregate is frozen, to be saved."""
    reader = detail_reader(call, service, collection, id)
    content = await reader.api.content(f"{reader.path}/content")
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{reader.entry.name}-{id}.json"'}
    return Answer(200, content, headers, "application/json")


@routes.get("/registers/{service}/{collection}/{id}/history", **READ)
async def history_page(call: Call, service: str, collection: str, id: Id) -> Answer:
    """Its versions, and two of them compared."""
    reader = detail_reader(call, service, collection, id)
    state = await reader.state()
    steps, following = await reader.history(PER_PAGE, (call.query.get("cursor") or ("",))[0])
    numbers = sorted(
        int(v)
        for n in ("one", "other")
        for v in call.query.get(n, ())[:1]
        if v.isascii() and v.isdigit() and len(v) < 10
    )
    compared = await reader.compared(*numbers) if len(numbers) == 2 else None
    return await show(
        call, "history.html", reader.entry, id=id, title=reader.shower.title(reader.entry, state), steps=steps,
        following=following, compared=compared, numbers=numbers, naming=reader.shower.naming,
    )  # fmt: skip


@routes.get("/registers/{service}/{collection}/{id}/edit", **READ)
async def edit_page(call: Call, service: str, collection: str, id: Id) -> Answer:
    """The form of one that is there."""
    reader = detail_reader(call, service, collection, id)
    fields, state = await _revisable(reader), await reader.state()
    _require_writing(call, reader)
    writer = Writer(reader, fields, typed.texts_of(fields, state, words_of(call)))
    return await show_form(call, writer, await writer.form(state["version"]), "edit")


@routes.post("/registers/{service}/{collection}/{id}/edit", **WRITE_WITH_FILE)
async def revise(call: Call, service: str, collection: str, id: Id, body: RegisterForm) -> Answer:
    """Change one."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    reader = detail_reader(call, service, collection, id)
    writer = Writer(reader, await _revisable(reader), body.texts, body.act, file=call.sent_file)
    outcome = await writer.revise(body.base)
    if outcome.form is not None:
        return await show_form(call, writer, outcome.form, "edit")
    return done(call, reader.entry, outcome, id, "unchanged" if outcome.unchanged else "revised")


@routes.get("/registers/{service}/{collection}/{id}/moves/{verb}", **READ)
async def move_page(call: Call, service: str, collection: str, id: Id, verb: str) -> Answer:
    """What a move takes, such as its reason."""
    reader = detail_reader(call, service, collection, id)
    takes, state = _takes(reader.model, verb), await reader.state()
    if verb not in {one.verb for one in reader.moves(state)}:
        raise Forbidden("this move is not possible now, or not yours", code="not_for_you")
    writer = Writer(reader, takes, {})
    form = await writer.form(state["version"])
    return await show_form(call, writer, form, "move", verb=verb, key=token_urlsafe(18))


@routes.post("/registers/{service}/{collection}/{id}/moves/{verb}", **WRITE_WITH_FILE)
async def move(call: Call, service: str, collection: str, id: Id, verb: str, body: RegisterForm) -> Answer:
    """Make a move."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    reader = detail_reader(call, service, collection, id)
    writer = Writer(reader, _takes(reader.model, verb), body.texts, body.act, file=call.sent_file)
    outcome = await writer.move(verb, body.base, body.key)
    if outcome.form is not None:
        return await show_form(call, writer, outcome.form, "move", verb=verb, key=body.key)
    return done(call, reader.entry, outcome, id, "moved")


@routes.post("/registers/{service}/{collection}/{id}/archive", **WRITE)
async def archive(call: Call, service: str, collection: str, id: Id, body: RegisterForm) -> Answer:
    """Archive one; the page that follows offers to undo it."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    reader = detail_reader(call, service, collection, id)
    reply = await reader.api.write("DELETE", reader.path, None, If_Match=f'"{body.base}"')
    if reply.is_refusal and reply.problem.code != "archived":
        raise reply.problem
    return done(call, reader.entry, Outcome(reply), id, "archived")


@routes.post("/registers/{service}/{collection}/{id}/editions", **WRITE)
async def make_edition(call: Call, service: str, collection: str, id: Id, body: RegisterForm) -> Answer:
    """Make the next edition of what binds; its own page follows."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    reader = detail_reader(call, service, collection, id)
    if reader.model.editions is None:
        raise NotFound("there is no such resource")
    reply = await reader.api.write("POST", f"{reader.path}/editions", None)
    if reply.is_refusal:
        raise reply.problem
    return done(call, reader.entry, Outcome(reply), reply.body["id"], "edition")


@routes.post("/registers/{service}/{collection}/{id}/restore", **WRITE)
async def restore(call: Call, service: str, collection: str, id: Id, body: RegisterForm) -> Answer:
    """Put one back into the lists."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    reader = detail_reader(call, service, collection, id)
    reply = await reader.api.write("POST", f"{reader.path}/restore", None, If_Match=f'"{body.base}"')
    if reply.is_refusal and reply.problem.code != "not_archived":
        raise reply.problem
    return done(call, reader.entry, Outcome(reply), id, "restored")


async def _defaults(call: Call, reader: DetailReader) -> dict[str, Any]:
    """What the organisation gives one that is made, by its members."""
    entry = entry_called(reader.entry.key)
    return {} if entry is None else await values_for(call.kernel.store, entry)


def _require_writing(call: Call, reader: DetailReader) -> None:
    """Refuse (403) a form to a reader who may write such things nowhere."""
    for scope in reader.entry.writes:
        call.require(scope)


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
