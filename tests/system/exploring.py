"""Schemathesis, run against services in this process: every check on every operation."""

import asyncio
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid4

import schemathesis
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.errors import NoLinksFound
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.contracts import DOCS
from shared.base.clock import FIRST_YEAR, LAST_YEAR
from tests.system.walking import Everything

MOST = 2**63 - 1
TOGETHER = 30
"""Operations of a test, about: a service grows, and a test must not."""
PAST = "2026-01-15"
_KEY = re.compile("[!-~]{1,200}")
REFUSED = [401, 403, 404, 409, 410, 412, 422, 428, 429]
CONFIG: dict[str, Any] = {
    "seed": 1,
    "continue-on-failure": True,
    "checks": {
        # well-formed and yet refused for what it means (422, 409, 412, or 410 of a position beyond the end) is an
        # answer; unreadable (400) is not;
        # a batch tells of each item what is wrong with it (207); a step of a sequence may take `batch` for an id (405);
        # two hundred ids may be longer than an address may be (414)
        "positive_data_acceptance": {"expected-statuses": [200, 201, 202, 204, 207, 304, 405, 414, *REFUSED]},
        "missing_required_header": {"expected-statuses": [400, 401, 403, 404, 406, 412, 415, 422, 428]},
        # what is wrong may also be at the address of a batch (405), or be longer than an address (414) or a body (413)
        # may be
        "negative_data_rejection": {"expected-statuses": [207, 400, 405, 406, 413, 414, 415, *REFUSED]},
    },
}


@schemathesis.hook
def before_call(context: Any, case: schemathesis.Case[Any], kwargs: dict[str, Any]) -> None:
    """Leave out what no schema can tell: tokens that only the service makes, members left out of the answer, and days
    that no project has. No case repeats the key of another: a replay answers, whatever else is wrong with it."""
    key = case.headers.get("Idempotency-Key") if case.headers else None
    if isinstance(key, str) and _KEY.fullmatch(key):
        case.headers["Idempotency-Key"] = str(uuid4())
    query: dict[str, Any] = case.query or {}
    query.pop("fields", None)
    if case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE:
        query.pop("cursor", None)
        query.pop("last_on", None)  # which may come before the first day
        _leave_out_own_fields(query, case.body)
        case.body = _within_64_bits(case.body)
        if str(query.get("as_of", "")) > PAST:
            query["as_of"] = PAST
        for name in [name for name, value in query.items() if _names_a_strange_day(value)]:
            del query[name]
        if case.headers:
            case.headers.pop("Portolan-After", None)
            # what is generated from the limits of a text does not always follow its pattern (schemathesis 4)
            if '"' not in str(case.headers.get("If-None-Match", '"')):
                del case.headers["If-None-Match"]


def _leave_out_own_fields(query: dict[str, Any], body: Any) -> None:
    """Which fields an organisation has, and what they accept, only the instance knows."""
    for name in [name for name in query if name.partition("[")[0] == "custom"]:
        del query[name]
    items = body.get("items") if isinstance(body, dict) else None
    for one in (body, *(items if isinstance(items, list) else ())):
        if isinstance(one, dict):
            one.pop("custom", None)


def _within_64_bits(value: Any) -> Any:
    """A longer integer is no number that can be stored (400); what an open member may hold no schema can bound."""
    if isinstance(value, dict):
        return {name: _within_64_bits(of) for name, of in value.items()}
    if isinstance(value, list):
        return [_within_64_bits(one) for one in value]
    return value % MOST if isinstance(value, int) and abs(value) > MOST else value


def _names_a_strange_day(value: Any) -> bool:
    texts = value if isinstance(value, list) else [value]
    years = [int(text[:4]) for text in texts if isinstance(text, str) and re.match(r"\d{4}-\d\d-\d\d", text)]
    return any(not FIRST_YEAR < year < LAST_YEAR for year in years)


class OnItsLoop:
    """The application for callers on other threads: each request runs on the loop where the stores were opened."""

    def __init__(self, app: ASGIApp, loop: asyncio.AbstractEventLoop) -> None:
        self._app, self._loop = app, loop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _read(receive)
        running = asyncio.run_coroutine_threadsafe(_answered(self._app, scope, body), self._loop)
        for message in await asyncio.wrap_future(running):
            await send(message)


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


async def _answered(app: ASGIApp, scope: Scope, body: bytes) -> list[Message]:
    """All that is sent; the caller is gone as soon as it has asked, which ends live streams after their first piece."""
    messages: list[Message] = []
    wanted = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        return next(wanted, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, send)
    return messages


def findings(
    app: ASGIApp, service: str, token: str, examples: int, operations: list[str], *, boundaries: bool
) -> tuple[int, list[str]]:
    """(requests sent, what is wrong) with every check: the examples, generated requests, sequences along the links.

    `boundaries` adds those at and beyond the limits of each parameter and member, some thousands a service.
    """
    by_key = {
        "headers": {"Authorization": f"Bearer {token}"},
        "generation": {"max-examples": examples, "database": "none", "deterministic": True},
        "phases": {"coverage": {"enabled": boundaries}},
    }
    config = SchemathesisConfig.from_dict(CONFIG | by_key)
    whole = schemathesis.openapi.from_asgi(f"/{service}/openapi.json", app, config=config)
    schema = whole.include(operation_id=operations)
    sent, wrong = 0, []
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            sent += len(event.recorder.interactions)
            wrong += list(_failures(event))
        elif isinstance(event, events.NonFatalError) and isinstance(event.value, NoLinksFound):
            continue  # of the operations of today none leads to another
        elif isinstance(event, events.NonFatalError | events.FatalError):
            wrong.append(str(event))
    return sent, wrong


def _failures(event: events.ScenarioFinished) -> Iterator[str]:
    """What is wrong, each with what was answered."""
    for case, checks in event.recorder.checks.items():
        interaction = event.recorder.interactions.get(case)
        response = interaction.response if interaction else None
        answered = f"{response.status_code} {response.text[:500]}" if response else "no answer"
        for check in checks:
            if check.status == Status.FAILURE and check.failure_info is not None:
                failure = check.failure_info.failure
                yield f"{event.recorder.label}: {failure.title}\n{failure.message}\n{answered}\n{check.failure_info.code_sample}"


async def check(
    everything: Everything, service: str, operations: list[str], examples: int, *, boundaries: bool
) -> None:
    """Of operations of one service, by their ids."""
    everything.portolan.running.services[
        service
    ].app.openapi()  # its loader gives up after 10 s, a busy machine or not
    app = OnItsLoop(everything.portolan.running, asyncio.get_running_loop())
    token = everything.portolan.token("service")
    sent, wrong = await asyncio.to_thread(
        findings, app, service, token, examples, operations, boundaries=boundaries
    )
    assert sent >= len(operations)
    assert not wrong, "\n\n".join([f"{len(wrong)} findings", *wrong[:20]])


def documented(service: str) -> dict[str, str]:
    """The ids of the operations that its document tells of -> the collection of each, such as `/risk/v1/risks`."""
    document = json.loads((DOCS / "openapi" / f"{service}.json").read_text())
    return {
        operation["operationId"]: "/".join(path.split("/")[:4])
        for path, operations in document["paths"].items()
        for operation in operations.values()
    }


def groups(service: str, collections: Iterable[str]) -> Iterator[list[str]]:
    """The operations of collections, about `TOGETHER` at a time; sequences go along the links within a group."""
    by_collection: dict[str, list[str]] = {}
    for id, collection in documented(service).items():
        by_collection.setdefault(collection, []).append(id)
    group: list[str] = []
    for collection in collections:
        group += by_collection[collection]
        if len(group) >= TOGETHER:
            yield group
            group = []
    if group:
        yield group
