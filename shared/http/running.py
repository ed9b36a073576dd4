"""How a request to a declared operation runs, so that every rule of the interface holds for each in one place.

    socket -> trace -> token -> scope -> Accept -> query -> headers -> key -> body -> endpoint -> commit -> answer

Each route is put together once, when the application is made, of exactly the steps that its declaration asks for. An
endpoint is run again with a fresh unit of work where somebody else committed first, and its unit is committed before
the answer is made.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from fastapi.routing import APIRoute
from starlette.datastructures import URLPath
from starlette.requests import Request
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from shared.base import telemetry
from shared.base.errors import DeadlineExceeded, NotFound, Refusal, Unauthenticated, Unavailable
from shared.base.ids import is_canonical
from shared.domain.clock_watch import ClockJumped
from shared.domain.organisation import organisation_now
from shared.domain.work import refusal_of
from shared.http import after, answers, audit, cors, idempotency
from shared.http.bodies import body_reader
from shared.http.call import Answer, Call, read_query, trace_of
from shared.http.checking import accept_check, header_check, parameter_check
from shared.http.openapi import documented
from shared.http.operation import Deferred, Operation
from shared.http.personal_tokens import principal_of
from shared.http.query import reader_of
from shared.http.replay import replay
from shared.http.serving import Serving
from shared.http.signature import Signature
from shared.http.turns import Turn
from shared.store import Damaged, StaleVersion, UniqueTaken, Unreachable
from shared.store.unit import IdempotencyKey

ATTEMPTS = 8
EXTERNAL_KEY = ("external_source", "external_id")

Endpoint = Callable[..., Awaitable[Any]]
Refused = Callable[[Refusal, Call], Answer]
"""How a refusal is answered: as a problem document, or to a browser as a page."""
Arguments = dict[str, Any]
"""What an endpoint is given beside the call, by name."""
End = Callable[[Call, Endpoint, Arguments, str | None], Awaitable[Answer]]
"""The last step of an operation, given its Idempotency-Key too."""


async def _documented_by_us(request: Request) -> None:
    """A placeholder for FastAPI, instead of the endpoint: the operation documents parameters and bodies."""


class Part(Protocol):
    """What a route must know of the part of a service that declares it."""

    service: str
    tag: str
    pages: bool


@dataclass(frozen=True)
class Declared:
    """One operation, as it was declared and before it runs anywhere."""

    path: str
    endpoint: Endpoint
    operation: Operation
    signature: Signature
    id: str
    summary: str
    description: str
    answer: Any
    """What a success answers: a model, a JSON schema written by hand, or a model that is deferred."""

    @property
    def shape(self) -> Any:
        return self.answer.shape if isinstance(self.answer, Deferred) else self.answer


class KernelRoute(BaseRoute):
    """A declared operation that the kernel runs. FastAPI documents it, when somebody asks for the document."""

    def __init__(
        self, part: Part, declared: Declared, kernel: Callable[[], Serving], refused: Refused
    ) -> None:
        operation = declared.operation
        self.path = declared.path if part.pages else f"/{part.service}{declared.path}"
        self.methods = {operation.method}
        self.operation_id = declared.id
        self.is_documented = not part.pages
        self._is_page = part.pages
        self.endpoint = declared.endpoint
        self.operation = operation
        self._declared = declared
        self._tag = part.tag
        self._kernel = kernel
        self._refused = refused
        self._answered = composed(self.path, declared)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Never within FastAPI's router: the application finds its own routes (`shared.http.matching`)."""
        return Match.NONE, {}

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        raise NoMatchFound(name, path_params)

    def for_fastapi(self) -> APIRoute:
        """What FastAPI makes the document from."""
        declared = self._declared
        return APIRoute(
            self.path,
            _documented_by_us,
            operation_id=declared.id,
            summary=declared.summary,
            description=declared.description,
            response_model=None,
            tags=[self._tag],
            methods=[declared.operation.method],
            **documented(declared.operation, declared.shape, self.path, declared.signature.path),
        )

    async def run(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, start to end; whatever the caller did wrong becomes a problem document here."""
        call = Call(scope, receive)
        sent = call.sent = dict(scope["headers"])
        call.trace = scope["portolan.trace"] = trace_of(sent)
        kernel = call.kernel = self._kernel()
        call.replied = cors.headers(sent, kernel.settings.cors_origins) if b"origin" in sent else {}
        try:
            deadlines = kernel.long_deadlines if self.operation.takes_file else kernel.deadlines
            with deadlines.begin():
                if self._is_page:
                    await organisation_now(kernel.store)
                answer = await self._answered(call, self.endpoint)
            if answer.stream is not None:
                kernel.streams.refuse_too_many(call.principal.key)
        except (Refusal, TimeoutError, Unreachable) as failure:
            answer = self._refused(_refusal(failure, call), call)
        finally:
            call.let_go_of_files()
        if answer.stream is None:
            await answers.send(answer, call, scope["method"] == "HEAD", send)
            return
        with kernel.streams.counted(call.principal.key):
            await answers.send(answer, call, scope["method"] == "HEAD", send)


def _refusal(failure: Exception, call: Call) -> Refusal:
    """The refusal that answers a failed request."""
    if isinstance(failure, Refusal):
        audit.note(call, failure)
        return failure
    if isinstance(failure, TimeoutError):
        return DeadlineExceeded("what was waited for did not come in time")
    if isinstance(failure, ClockJumped):
        return Unavailable(failure.args[0], code="clock_jumped", headers={"Retry-After": "60"})
    if isinstance(failure, Damaged):
        telemetry.STORE_DAMAGED.labels(call.service).set(1)
        return Unavailable("the store is damaged", code="store_damaged", headers={"Retry-After": "60"})
    return Unavailable("the store is not available at the moment", headers={"Retry-After": "1"})


def composed(path: str, declared: Declared) -> Callable[[Call, Endpoint], Awaitable[Answer]]:
    """What one operation does from the token to the answer, with the checks that its declaration asks for."""
    operation, signature = declared.operation, declared.signature
    admitted = None if operation.public else _admission(operation)
    check_accept = accept_check(operation.produces)
    names = operation.query_names
    drops_blanks = signature.query is not None and signature.query.blank_means_absent
    check_parameters = parameter_check(operation.parameters)
    check_headers = header_check(operation.headers)
    ids = signature.ids
    typed_query = reader_of(signature.query) if signature.query else None
    takes_key = operation.needs_key or operation.method == "POST"
    read_body = body_reader(operation, signature) if operation.takes or operation.method == "POST" else None
    takes_body = signature.body is not None
    end = _end(path, operation)

    async def answered(call: Call, endpoint: Endpoint) -> Answer:
        if admitted is not None:
            await admitted(call)
        if check_accept is not None and b"accept" in call.sent:
            check_accept(call)
        raw_query = call.scope["query_string"]
        query = call.query = read_query(raw_query, names) if raw_query else {}
        if query:
            if drops_blanks:
                query = call.query = {name: values for name, values in query.items() if values != [""]}
            if names is not None:
                check_parameters(query)
        if check_headers is not None:
            check_headers(call)
        arguments: Arguments = dict(call.scope.get("path_params") or ())
        for name in ids:
            if not is_canonical(arguments[name]):
                raise NotFound("there is no such resource")
        if typed_query is not None:
            arguments["query"] = typed_query(query)
        key = idempotency.read_key(call, operation.needs_key) if takes_key else None
        if read_body is not None:
            body = await read_body(call)
            if takes_body:
                arguments["body"] = body
        return await end(call, endpoint, arguments, key)

    return answered


def _admission(operation: Operation) -> Callable[[Call], Awaitable[None]]:
    """Identifies the principal, and checks the scopes."""
    session, scopes, reads = operation.session, frozenset(operation.scopes), operation.method == "GET"
    others, scopes_beside = frozenset(operation.other_scopes), scopes - {operation.scope}

    async def admitted(call: Call) -> None:
        kernel, authorization = call.kernel, call.sent.get(b"authorization", b"")
        if authorization[:7].lower() == b"bearer ":
            principal = await principal_of(call, authorization[7:].decode("latin-1").strip())
        elif session is not None:
            principal = await session(call)
            call.by_cookie = session
        else:
            raise Unauthenticated("send a bearer token")
        call.principal = principal
        call.scope["portolan.subject"] = principal.subject
        if kernel.revocations.concern(principal):
            raise Unauthenticated("the token was revoked", code="token_revoked")
        if kernel.meets is not None and not principal.personal_token:
            await kernel.meets(principal)
        if kernel.rate_limit.per_minute:
            call.replied |= kernel.rate_limit.count(principal.key)
        await call.know_rights(as_remembered=reads)
        call.needs = scopes
        if reads and not scopes <= call.rights.offered:
            await call.know_rights()
        offered = call.rights.offered
        if not (scopes <= offered or (scopes_beside <= offered and others & offered)):
            for scope in operation.scopes:
                call.require(scope)

    return admitted


def _end(path: str, operation: Operation) -> End:
    """The last step: runs the endpoint, and makes the answer of its result."""
    if operation.method == "GET":
        return _reading(operation.public)
    return _public if operation.public else _writing(path, operation)


async def _public(call: Call, endpoint: Endpoint, arguments: Arguments, key: str | None) -> Answer:
    answer: Answer = await endpoint(call, **arguments)
    return answer


def _reading(is_public: bool) -> End:
    async def end(call: Call, endpoint: Endpoint, arguments: Arguments, key: str | None) -> Answer:
        if not is_public and (position := call.header(after.HEADER)) is not None:
            await after.wait(call, position)
        return answers.conditional(await _answer_as_seen(call, endpoint, arguments, is_public), call)

    return end


async def _answer_as_seen(call: Call, endpoint: Endpoint, arguments: Arguments, is_public: bool) -> Answer:
    """Made again, or refused, where rights are others by then; Busy (503) where they are so every time.

    The rights that are remembered are believed at first, and looked at once, when the answer is made: reading stays one
    question to the database and that look."""
    if is_public:
        return await _public(call, endpoint, arguments, None)
    for _ in range(ATTEMPTS):
        call.begin()
        try:
            answer: Answer = await endpoint(call, **arguments)
        except Refusal:
            if not await call.is_outdated():
                raise
        else:
            if not await call.is_outdated():
                return answer
        await call.know_rights()
        for scope in call.needs:
            call.require(scope)
    raise refusal_of(StaleVersion())


def _writing(path: str, operation: Operation) -> End:
    decided = _decision(path, operation)

    async def end(call: Call, endpoint: Endpoint, arguments: Arguments, key_text: str | None) -> Answer:
        if key_text is None or call.one("validate_only") == "true":
            return await decided(call, endpoint, arguments, None)
        key = idempotency.key_of(call, key_text)
        release = idempotency.hold(call, key)
        try:
            return await decided(call, endpoint, arguments, key)
        except (Refusal, UniqueTaken) as refused:
            first = await replay(call, key)
            if first is not None:
                return first
            if isinstance(refused, Refusal):
                raise
            return await decided(call, endpoint, arguments, key)  # the key's first use is forgotten by now
        finally:
            release()

    return end


def _decision(
    path: str, operation: Operation
) -> Callable[[Call, Endpoint, Arguments, IdempotencyKey | None], Awaitable[Answer]]:
    """Decide and commit; decide again where somebody else committed first: one after another, where many of this
    process do. Whoever meets others every time is told to come again (503): no precondition of theirs has failed.

    The items of a batch go together as long as deciding again may help; then each goes by itself.
    """
    status, puts = operation.status, operation.puts

    async def decided(
        call: Call, endpoint: Endpoint, arguments: Arguments, key: IdempotencyKey | None
    ) -> Answer:
        by_item = False
        turn: Turn | None = None
        try:
            for attempt in range(ATTEMPTS):
                if attempt:
                    turn = turn or call.kernel.deciding.turn((path, *call.scope["path_params"].values()))
                    await turn.take(attempt)
                work = call.begin()
                result = await endpoint(call, **arguments)
                unit = work.unit
                is_batch = unit.separable
                unit.separable = is_batch and (by_item or attempt == ATTEMPTS - 1)
                idempotency.attach(call, key, result, status)
                try:
                    if unit.is_worth_a_commit:
                        await work.commit()
                except StaleVersion:
                    continue
                except UniqueTaken as taken:
                    if taken.table == "idempotency":
                        raise
                    if puts and taken.columns == EXTERNAL_KEY:
                        continue
                    if not is_batch:
                        raise refusal_of(taken) from taken
                    by_item = True
                    continue
                return answers.written(result, call, status)
        finally:
            if turn is not None:
                turn.give_back()
        raise refusal_of(StaleVersion())

    return decided
