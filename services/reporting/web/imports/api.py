"""The addresses of imports: `/import` to choose files, `/import/<id>` to look at them, check them and bring them in."""

import asyncio
import gzip
from typing import Any

from services.imports.systems.wishes import Sent, Wishes, to_text
from services.imports.tables.mapping import BadMapping
from services.imports.tables.orders import Act
from services.imports.tables.targets import Target, UnknownTarget, own_fields, target_named, targets
from services.reporting.web import sessions
from services.reporting.web.imports import drafts
from services.reporting.web.imports.carrying import carry_on
from services.reporting.web.imports.drafts import FILES, Draft
from services.reporting.web.imports.files import DATED, KINDS, NO_RIGHT, BadWish, form_of_files, wishes_of
from services.reporting.web.imports.forms import form_of, heading_of, is_another_table, mapping_of
from services.reporting.web.page import HEADERS, page, redirect
from services.reporting.web.reading import words_of
from services.reporting.web.registers.answering import READ, WRITE, WRITE_WITH_FILE, RegisterForm
from services.reporting.web.registers.client import Api
from services.reporting.web.registers.files import FOLDERS
from services.reporting.web.registers.naming import Naming, address_of
from services.reporting.web.words import N_
from shared.base.errors import Fault, Forbidden, Invalid, NotFound, Refusal, TooLarge
from shared.base.texts import Text
from shared.contracts.forms import by_kind
from shared.contracts.forms.own import DEFINITIONS
from shared.domain.access.roles import SERVICES
from shared.http.call import Answer, Call
from shared.http.files import disposition, take
from shared.http.path import Id
from shared.http.routes import Options, Routes
from shared.http.spooled import SentFile
from shared.http.spooling import LARGEST_FILE

routes = Routes("reporting", "Pages", pages=True)

MOST_FILES = 100
_WITH_FILES: Options = {**WRITE_WITH_FILE, "most_files": MOST_FILES}
_CSV: Options = {**READ, "produces": ("text/csv", "text/html")}
_TOML: Options = {**READ, "produces": ("application/toml", "text/html")}
FIRST = ("projects", "work-packages", "portfolios", "programmes", "persons", "allocations", "budget-lines",
         "actual-costs", "forecasts", "contracts", "vendors", "risks")  # fmt: skip
"""What organisations bring first, in that order; everything else follows."""
ACTS: dict[str, Act] = {"check": "check", "import": "import"}
REASONS = {
    "moved_on": N_("somebody has changed it since"),
    "has_dependents": N_("something else needs it"),
    "only_by_move": N_("only a move changes it"),
    "sensitive_value": N_("no history has the former value of a sensitive field"),
    "still_counts": N_("it is archived and counts in sums as before: you may not change it after the end"),
    "not_there": N_("it is not there, or you do not see it"),
}
"""Why something stays when an import is taken back."""
MOST_FIELDS = 200
STATES = {
    "propose": N_("Columns to look at"),
    "check": N_("Checked, nothing written"),
    "import": N_("Imported"),
    "undo": N_("Taken back"),
    "open": N_("Under way"),
    "stopped": N_("Stopped"),
}
"""How a table stands -> what that is called; `stopped` and the acts once it is ended."""
STATES_OF_FILES = STATES | {"propose": N_("Read, nothing written")}
STEPS = {
    "reading": N_("reading"),
    "sending": N_("sending"),
    "computing": N_("reading"),
    "writing": N_("writing"),
}


def _offered(call: Call) -> list[Target]:
    """What the reader may bring in."""
    order = {name: place for place, name in enumerate(FIRST)}
    mine = [t for t in targets() if t.entry.writes and call.rights.offered.issuperset(t.entry.writes)]
    return sorted(mine, key=lambda t: order.get(t.name, len(order)))


def _target(call: Call, name: str) -> Target:
    """The target; refused where the reader may not write such things."""
    try:
        target = target_named(name)
    except UnknownTarget as unknown:
        raise Invalid(
            Text("choose what the rows are"), Fault("unknown", unknown.args[0], pointer="/register")
        ) from unknown
    if not call.rights.offered.issuperset(target.entry.writes):
        raise Forbidden("you may not write such things", code="not_for_you")
    return target


async def _target_here(call: Call, name: str) -> Target:
    """The target with the organisation's own fields and words, as far as the reader may read them."""
    target = _target(call, name)
    query = [("aggregate", target.register), ("limit", str(MOST_FIELDS))]
    reply = await Api(call).read(DEFINITIONS, query)
    definitions = [] if reply.is_refusal else reply.body["items"]
    return target_named(name, own_fields(target.register, definitions), words_of(call).own)


def _page(call: Call, template: str, status: int = 200, **contents: Any) -> Answer:
    proof = sessions.form_token(call, call.cookies.get(sessions.COOKIE, ""))
    naming = Naming(words_of(call))
    return page(
        call, template, status=status, proof=proof, naming=naming, STATES=STATES, STATES_OF_FILES=STATES_OF_FILES, STEPS=STEPS, KINDS=KINDS,
        address_of=address_of, REASONS=REASONS, **contents,
    )  # fmt: skip


@routes.get("/import", **READ)
async def import_page(call: Call) -> Answer:
    """Choose files, and what they are."""
    return await _chooser(call, (call.query.get("as") or ("",))[0])


async def _chooser(call: Call, register: str, refusal: Refusal | None = None) -> Answer:
    listed = await drafts.listed(call.kernel.store, call.principal.key)
    zone = call.kernel.settings.zone
    status = refusal.status if refusal else 200
    return _page(
        call, "import.html", status, offered=_offered(call), chosen=register, refusal=refusal, listed=listed,
        zone=zone, targets={t.register: t for t in targets()}, largest=LARGEST_FILE // 2**20,
    )  # fmt: skip


@routes.post("/import", **_WITH_FILES)
async def begin_import(call: Call, body: RegisterForm) -> Answer:
    """Take the files in; what becomes of them is shown next."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    register = body.texts.get("register", "")
    try:
        target = _target(call, register) if register else None
        if target is not None and len(call.sent_files) > 1:
            detail = Text("tables are brought in one at a time; choose one file")
            raise Invalid(detail, Fault("too_many", detail, pointer="/file"))
        files = [await _take_in(call, file) for file in call.sent_files]
        if not files:
            detail = Text("choose a file")
            raise Invalid(detail, Fault("required", detail, pointer="/file"))
    except Forbidden:
        raise
    except Refusal as refusal:
        return await _chooser(call, register, refusal)
    key = target.register if target else FILES
    wishes = "" if target else to_text(Wishes(files=files))
    name = files[0].name if len(files) == 1 else f"{files[0].name} (+{len(files) - 1})"
    id = drafts.insert(call.work, call.principal.key, name, key, files[0].sha256, wishes)
    return redirect(f"/import/{id}")


async def _take_in(call: Call, file: SentFile) -> Sent:
    if file.is_too_large:
        detail = Text("the file has more than {mebibytes} MiB", mebibytes=LARGEST_FILE // 2**20)
        raise TooLarge(detail, Fault("too_large", detail, pointer="/file"))
    name = FOLDERS.split(file.name)[-1].strip()[:200] or "file"
    upload = await take(call, file.content, name, of_any_type=True)
    return Sent(name, upload.sha256)


@routes.get("/import/{id}", **READ)
async def table_page(call: Call, id: Id) -> Answer:
    """What becomes of a table or of files: what they hold, what they would change, what they have changed."""
    draft = await _mine(call, id)
    return await _answer(call, await carry_on(call, draft) if draft.can_begin else draft)


async def _mine(call: Call, id: str) -> Draft:
    return await drafts.find(call.kernel.store, id, call.principal.key)


async def _answer(call: Call, draft: Draft, fault: str = "") -> Answer:
    if draft.is_of_system:
        return _answer_about_files(call, draft, fault)
    return await _answer_about_table(call, draft, fault)


def _answer_about_files(call: Call, draft: Draft, fault: str) -> Answer:
    outcome, form = draft.system_outcome, None
    if outcome is not None:
        form = form_of_files(draft.wishes, outcome, words_of(call), may_date=_may_date(call))
        if not form.is_allowed:
            fault, outcome.asks = fault or NO_RIGHT, ""
    return _page(
        call, "import_files.html", 422 if fault else 200, draft=draft, outcome=outcome, fault=fault, form=form,
        offered=_offered(call),
    )  # fmt: skip


def _may_date(call: Call) -> bool:
    """Whether the reader may write facts of past days, wherever an import writes."""
    return call.rights.offered.issuperset(f"{service}.import" for service in SERVICES)


async def _answer_about_table(call: Call, draft: Draft, fault: str) -> Answer:
    target, outcome = await _target_here(call, draft.register), draft.outcome
    form = form_of(outcome, target, words_of(call)) if outcome and outcome.mapping else None
    return _page(
        call, "import_table.html", 422 if fault else 200, draft=draft, target=target, outcome=outcome, mapping=form,
        fault=fault, kinds=by_kind(target.entry.service),
    )  # fmt: skip


@routes.post("/import/{id}", **WRITE)
async def act_on_table(call: Call, id: Id, body: RegisterForm) -> Answer:
    """Check, or import, with the columns as the form says."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    draft = await _mine(call, id)
    if draft.is_of_system:
        return await _act_on_files(call, draft, body)
    outcome = draft.outcome
    if draft.is_open or outcome is None:
        return redirect(f"/import/{id}")
    target = await _target_here(call, draft.register)
    sheet, heading = body.texts.get("sheet", draft.sheet), heading_of(body.texts)
    if is_another_table(outcome, draft.sheet, sheet, heading):
        drafts.ask(call.work, draft, "propose", "", sheet, heading)
        return redirect(f"/import/{id}")
    try:
        mapping = mapping_of(body.texts, outcome, target)
    except BadMapping as wrong:
        return await _answer(call, draft, str(wrong.reason))
    drafts.ask(call.work, draft, ACTS.get(body.act, "check"), mapping, sheet, heading)
    return redirect(f"/import/{id}")


async def _act_on_files(call: Call, draft: Draft, body: RegisterForm) -> Answer:
    """Check, or import, as the form says; or go on with the file as a table."""
    outcome = draft.system_outcome
    if draft.is_open or outcome is None:
        return redirect(f"/import/{draft.id}")
    if body.act == "table":
        drafts.become_table(call.work, draft, _target(call, body.texts.get("register", "")).register)
        return redirect(f"/import/{draft.id}")
    try:
        wishes = wishes_of(body.texts, draft.wishes)
    except BadWish as wrong:
        return await _answer(call, draft, wrong.reason)
    if wishes.kind in DATED and not _may_date(call):
        return await _answer(call, draft, NO_RIGHT)
    if not _may_date(call):
        wishes.as_of = ""
    is_another = wishes.kind != (draft.wishes.kind or outcome.kind)
    act: Act = "propose" if is_another else ACTS.get(body.act, "check")
    drafts.ask(call.work, draft, act, to_text(wishes), "", None)
    return redirect(f"/import/{draft.id}")


@routes.post("/import/{id}/undo", **WRITE)
async def undo_import(call: Call, id: Id, body: RegisterForm) -> Answer:
    """Take it back, as far as nothing has moved on since."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    draft = await _mine(call, id)
    if not draft.is_open and draft.record:
        drafts.ask(call.work, draft, "undo", draft.mapping, draft.sheet, draft.header_line)
    return redirect(f"/import/{id}")


@routes.get("/import/{id}/refused", **_CSV)
async def refused_rows(call: Call, id: Id) -> Answer:
    """The rows that did not come in, to correct and send again; of files of another system, all findings."""
    draft = await _mine(call, id)
    content = await asyncio.to_thread(gzip.decompress, await drafts.refused_rows(call.kernel.store, draft))
    stem = draft.name.rpartition(".")[0] or draft.name
    name = f"findings-{stem}.csv" if draft.is_of_system else f"refused-{stem}.csv"
    return _saved(content, name, "text/csv; charset=utf-8")


@routes.get("/import/{id}/mapping", **_TOML)
async def mapping_file(call: Call, id: Id) -> Answer:
    """How the columns are mapped, for the command line and the next time."""
    draft = await _mine(call, id)
    if draft.is_of_system:
        raise NotFound("there is no such resource")
    return _saved(
        draft.mapping.encode(), f"{draft.name.rpartition('.')[0] or draft.name}.toml", "application/toml"
    )


def _saved(content: bytes, name: str, media_type: str) -> Answer:
    return Answer(200, content, {**HEADERS, "Content-Disposition": disposition(name)}, media_type)
