"""The pages of operations: what takes long, of all services, how far it is, its result, and a way to cancel it."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.reporting.web import sessions
from services.reporting.web.page import HEADERS, page, redirect
from services.reporting.web.registers.client import Api
from services.reporting.web.words import N_
from shared.base.errors import NotFound, Refusal
from shared.contracts.language import Shape
from shared.domain.access.roles import SERVICES
from shared.http.call import Answer, Call
from shared.http.operation import FORM
from shared.http.path import Id
from shared.http.routes import Options, Routes

routes = Routes("reporting", "Pages", pages=True)

_READ: Options = {"session": sessions.principal, "produces": ("text/html",)}
_WRITE: Options = {**_READ, "media_type": FORM, "scope": "reporting.read"}
"""Whether somebody may cancel, the service says that is asked to."""
_JSON: Options = {**_READ, "produces": ("application/json", "text/html")}
NEWEST = 50
"""Operations that are listed of each service."""
OPEN = ("queued", "running")

OPERATIONS = {
    "schedule": N_("Computation of a schedule"),
    "schedule_again": N_("Computation of a schedule that a link asked for"),
    "schedule_trial": N_("Trial of a schedule"),
    "simulation_trial": N_("Trial of a simulation"),
    "selection_trial": N_("Trial of a selection of projects"),
}
"""Kind -> what it is called; one without a name of its own goes by its code."""
STATES = {
    "queued": N_("Waiting"),
    "running": N_("Running"),
    "succeeded": N_("Done"),
    "failed": N_("Failed"),
    "cancelled": N_("Cancelled"),
}

STEPS = {
    "listing": N_("listing"),
    "choosing": N_("choosing"),
    "looking at other budgets": N_("looking at other budgets"),
    "simulating": N_("simulating"),
    "summing up": N_("summing up"),
}
"""What a worker is at, as it reports it -> what it is called."""


class CancelForm(Shape):
    """What the button sends."""

    form: str
    act: str = ""


@dataclass(frozen=True)
class Shown:
    """An operation as a page shows it."""

    service: str
    one: dict[str, Any]
    zone: ZoneInfo

    @property
    def address(self) -> str:
        return address_of(self.service, self.one["id"])

    @property
    def is_open(self) -> bool:
        return self.one["state"] in OPEN

    def at(self, name: str) -> datetime | None:
        """An instant of it, by the clock of the instance; None where that has not come."""
        return datetime.fromisoformat(self.one[name]).astimezone(self.zone) if name in self.one else None


def address_of(service: str, id: str, *more: str) -> str:
    return "/".join(("/operations", service, id, *more))


def _path(call: Call, service: str, id: str) -> str:
    """Where the service has it; NotFound where there is no such service, or the reader does not read there."""
    if service not in _services(call):
        raise NotFound("there is no such resource")
    return f"/{service}/v1/operations/{id}"


def _services(call: Call) -> list[str]:
    return [service for service in SERVICES if f"{service}.read" in call.rights.offered]


def _page(call: Call, template: str, **contents: Any) -> Answer:
    proof = sessions.form_token(call, call.cookies.get(sessions.COOKIE, ""))
    return page(call, template, proof=proof, OPERATIONS=OPERATIONS, STATES=STATES, STEPS=STEPS, **contents)


@routes.get("/operations", **_READ)
async def operations_page(call: Call) -> Answer:
    """My operations, of all services."""
    api = Api(call)
    questions = {service: _listed(api, service) for service in _services(call)}
    answers = dict(zip(questions, await asyncio.gather(*questions.values()), strict=True))
    away = [service for service, listed in answers.items() if listed is None]
    zone = call.kernel.settings.zone
    listed = [Shown(service, one, zone) for service, those in answers.items() for one in those or ()]
    listed.sort(key=lambda each: str(each.one["created_at"]), reverse=True)
    return _page(call, "operations.html", listed=listed, away=away, is_open=any(o.is_open for o in listed))


async def _listed(api: Api, service: str) -> list[dict[str, Any]] | None:
    """The newest of one service; None where it is away."""
    try:
        answer = await api.get(f"/{service}/v1/operations", [("limit", str(NEWEST))])
    except Refusal:
        return None
    return list(answer["items"])


@routes.get("/operations/{service}/{id}", **_READ)
async def operation_page(call: Call, service: str, id: Id) -> Answer:
    """An operation: how far it is, or how it ended."""
    state = await Api(call).get(_path(call, service, id))
    one = Shown(service, state, call.kernel.settings.zone)
    return _page(call, "operation.html", operation=one, is_open=one.is_open, address_of=address_of)


@routes.get("/operations/{service}/{id}/result", **_JSON)
async def result_of_operation(call: Call, service: str, id: Id) -> Answer:
    """Its result, as a file."""
    content = await Api(call).content(f"{_path(call, service, id)}/result")
    name = f'attachment; filename="{service}-{id}.json"'
    return Answer(200, content, {**HEADERS, "Content-Disposition": name}, "application/json")


@routes.post("/operations/{service}/{id}/cancel", **_WRITE)
async def cancel_operation(call: Call, service: str, id: Id, body: CancelForm) -> Answer:
    """Cancel it; one that has just ended shows how."""
    sessions.check_form(call, sessions.COOKIE, body.form)
    reply = await Api(call).write("POST", f"{_path(call, service, id)}/cancel", None)
    if reply.is_refusal and reply.problem.code != "illegal_move":
        raise reply.problem
    return redirect(address_of(service, id))
