"""Routes: FastAPI declares them, this module runs them, so that every rule of the interface holds for each in one place.

    socket -> trace -> token -> scope -> Accept -> query -> body -> endpoint -> commit -> answer

The signature of an endpoint is its declaration (`shared.http.signature`). It is run again with a fresh unit of work where
somebody else committed first, and its unit is committed before the answer is made.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from inspect import getdoc
from typing import Any, TypedDict, TypeVar, Unpack, cast, get_args

from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.datastructures import URLPath
from starlette.requests import Request
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Message, Receive, Scope, Send

from shared.base import telemetry
from shared.base.errors import (
    DeadlineExceeded,
    Fault,
    Invalid,
    Malformed,
    NotAcceptable,
    NotFound,
    Refusal,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from shared.base.ids import is_canonical
from shared.base.validation import invalid_from
from shared.contracts.language import CATALOGUE, Aggregate, entry_of
from shared.domain.clock_watch import ClockJumped
from shared.domain.work import refusal_of
from shared.http import after, answers, audit, cors, idempotency, strict_json
from shared.http.call import Answer, Call, read_content, read_form, read_query, trace_of
from shared.http.openapi import documented
from shared.http.operation import FORM, Method, Operation, Parameter, Session
from shared.http.query import parameters_of, reader_of
from shared.http.replay import replay
from shared.http.serving import Serving
from shared.http.signature import Signature, WrongRoute, signature_of
from shared.http.turns import Turn
from shared.store import Damaged, StaleVersion, UniqueTaken, Unreachable
from shared.store.unit import IdempotencyKey

DEADLINE_S = 30.0
HASHED_AT_ONCE = 256 * 1024
ATTEMPTS = 8
EXTERNAL_KEY = ("external_source", "external_id")

Endpoint = Callable[..., Awaitable[Any]]
Refused = Callable[[Refusal, Call], Answer]
"""How a refusal is answered: as a problem document, or to a browser as a page."""
E = TypeVar("E", bound=Endpoint)
Arguments = dict[str, Any]
"""What an endpoint is given beside the call, by name."""


async def _documented_by_us(request: Request) -> None:
    """What FastAPI is shown instead of an endpoint: parameters and bodies are documented from the operation."""


@dataclass(frozen=True)
class Deferred:
    """A shape that only documents need: it is made when the first of them asks."""

    make: Callable[[], type[BaseModel]]

    @cached_property
    def shape(self) -> type[BaseModel]:
        return self.make()


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

    def __init__(self, part: "Routes", declared: Declared, kernel: Callable[[], Serving], refused: Refused):
        operation, signature = declared.operation, declared.signature
        self.path = declared.path if part.pages else f"/{part.service}{declared.path}"
        self.methods = {operation.method}
        self.operation_id = declared.id
        self.is_documented = not part.pages
        self.endpoint = declared.endpoint
        self.operation = operation
        self._declared = declared
        self._tag = part.tag
        self._kernel = kernel
        self._refused = refused
        self._names = operation.query_names
        self._scopes = operation.scopes
        self._ids = signature.ids
        self._takes_body = signature.body is not None
        self._query = reader_of(signature.query) if signature.query else None
        self._drops_blanks = signature.query is not None and signature.query.blank_means_absent

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
        call.sent = dict(scope["headers"])
        call.trace = trace_of(call.sent)
        scope["portolan.trace"] = call.trace
        call.kernel = self._kernel()
        call.replied = cors.headers(call.sent, call.kernel.settings.cors_origins)
        try:
            async with asyncio.timeout(DEADLINE_S):
                answer = await self._answer(call, scope)
            if answer.stream is not None:
                call.kernel.streams.refuse_too_many(call.principal.key)
        except TimeoutError:
            answer = self._refused(DeadlineExceeded(f"not done within {DEADLINE_S:.0f} s"), call)
        except Refusal as refusal:
            audit.note(call, refusal)
            answer = self._refused(refusal, call)
        except ClockJumped as jumped:
            told = Unavailable(str(jumped), code="clock_jumped", headers={"Retry-After": "60"})
            answer = self._refused(told, call)
        except Damaged:
            telemetry.STORE_DAMAGED.labels(call.service).set(1)
            broken = Unavailable("the store is damaged", code="store_damaged", headers={"Retry-After": "60"})
            answer = self._refused(broken, call)
        except Unreachable:
            away = Unavailable("the store is not available at the moment", headers={"Retry-After": "1"})
            answer = self._refused(away, call)
        if answer.stream is None:
            await answers.send(answer, call, scope["method"] == "HEAD", send)
            return
        with call.kernel.streams.counted(call.principal.key):
            await answers.send(answer, call, scope["method"] == "HEAD", send)

    async def _answer(self, call: Call, scope: Scope) -> Answer:
        op = self.operation
        await self._admit(call)
        self._accept(call)
        call.query = read_query(scope["query_string"], self._names)
        if self._drops_blanks:
            call.query = {name: values for name, values in call.query.items() if values != [""]}
        if call.query:
            self._check_query(call.query)
        self._check_headers(call)
        arguments: Arguments = dict(scope.get("path_params") or ())
        for name in self._ids:
            if not is_canonical(arguments[name]):
                raise NotFound("there is no such resource")
        if self._query is not None:
            arguments["query"] = self._query(call.query)
        key = idempotency.given(call, op.needs_key)
        if op.body is not None or op.method == "POST":
            body = await self._read(call)
            if self._takes_body:
                arguments["body"] = body
        if op.method == "GET":
            if (position := call.header(after.HEADER)) is not None and not op.public:
                await after.wait(call, position)
            return answers.conditional(await self._call(call, arguments), call)
        if op.public:
            answer: Answer = await self._call(call, arguments)
            return answer
        return await self._write(call, arguments, key)

    def _check_query(self, query: dict[str, list[str]]) -> None:
        """What OpenAPI says of the parameters holds: how often they are given, and of which values."""
        for told in self.operation.parameters:
            values = query.get(told.name, [])
            if len(values) > 1 and not told.many:
                fault = Fault("duplicate", "given twice", parameter=told.name)
                raise Malformed(f"{told.name} is given twice", fault)
            allowed = told.schema.get("enum")
            if allowed and not set(values) <= set(allowed):
                raise _not_acceptable(told.name, f"of {', '.join(allowed)}")
            pattern = told.schema.get("pattern")
            if pattern and not all(re.search(pattern, value) for value in values):
                raise _not_acceptable(told.name, told.description)

    def _check_headers(self, call: Call) -> None:
        for told in self.operation.headers:
            value, pattern = call.header(told.name), told.schema.get("pattern")
            if value is not None and pattern and not re.search(pattern, value):
                fault = Fault("invalid", told.description, header=told.name)
                raise Malformed(f"{told.name} is not acceptable", fault)

    async def _admit(self, call: Call) -> None:
        if self.operation.public:
            return
        given = call.sent.get(b"authorization", b"")
        if given[:7].lower() == b"bearer ":
            call.principal = await call.kernel.tokens.principal(given[7:].decode("latin-1").strip())
        elif self.operation.session is not None:
            call.principal = await self.operation.session(call)
            call.by_cookie = self.operation.session
        else:
            raise Unauthenticated("send a bearer token")
        call.scope["portolan.subject"] = call.principal.subject
        if call.kernel.revocations.concern(call.principal):
            raise Unauthenticated("the token was revoked", code="token_revoked")
        call.replied |= call.kernel.rate_limit.count(call.principal.key)
        for scope in self._scopes:
            call.require(scope)

    def _accept(self, call: Call) -> None:
        given = call.sent.get(b"accept")
        if given is None or given == b"*/*":
            return
        wanted = {part.split(b";")[0].strip().decode("latin-1") for part in given.split(b",")}
        if "*/*" in wanted or "" in wanted:
            return
        kinds = {w.split("/")[0] for w in wanted if w.endswith("/*")}
        if not any(p in wanted or p.split("/")[0] in kinds for p in self.operation.produces):
            raise NotAcceptable(f"this operation answers {', '.join(self.operation.produces)}")

    async def _read(self, call: Call) -> BaseModel | None:
        op = self.operation
        if call.sent.get(b"content-encoding", b"identity").strip().lower() not in (b"", b"identity"):
            raise UnsupportedMediaType(
                "send the body as it is, not compressed",
                code="unsupported_encoding",
                headers={"Accept-Encoding": "identity"},
            )
        raw = await read_body(call, op.body_limit)
        call.body_hash = await _hashed(raw)
        if op.body is None:
            if raw.strip() not in (b"", b"{}"):
                raise Malformed("this operation takes no body", code="unexpected_body")
            return None
        given = call.sent.get(b"content-type", b"").split(b";")[0].strip().lower().decode("latin-1")
        if raw == b"" and not given and not any(f.is_required() for f in op.body.model_fields.values()):
            raw, given = b"{}", op.media_type
        if given != op.media_type:
            accept = {"Accept-Patch" if op.method == "PATCH" else "Accept-Post": op.media_type}
            raise UnsupportedMediaType(f"send {op.media_type}", headers=accept)
        if op.media_type == FORM:
            call.body_value = read_form(raw)
            raw = json.dumps(call.body_value).encode()
        else:
            call.body_value = await self._read_json(raw)
        if not isinstance(call.body_value, dict):
            raise Invalid(
                "the body is not an object", Fault("not_an_object", "send a JSON object", pointer="")
            )
        if not self._takes_body:
            return None
        try:
            return read_content(op.body, call.body_value, raw)
        except ValidationError as error:
            raise invalid_from(error) from error

    async def _read_json(self, raw: bytes) -> Any:
        if len(raw) <= strict_json.AT_ONCE:
            return strict_json.read(raw, self.operation.items_limit)
        return await strict_json.read_in_slices(raw, self.operation.items_limit)

    async def _call(self, call: Call, arguments: Arguments) -> Any:
        if not self.operation.public:
            call.begin()
        return await self.endpoint(call, **arguments)

    async def _write(self, call: Call, arguments: Arguments, given: str | None) -> Answer:
        if given is None or call.one("validate_only") == "true":
            return await self._attempts(call, arguments)
        key = idempotency.key_of(call, given)
        with idempotency.held(call, key):
            try:
                return await self._attempts(call, arguments, key)
            except (Refusal, UniqueTaken) as refused:
                first = await replay(call, key)
                if first is not None:
                    return first
                if isinstance(refused, Refusal):
                    raise
            return await self._attempts(call, arguments, key)  # the key's first use is forgotten by now

    async def _attempts(self, call: Call, arguments: Arguments, key: IdempotencyKey | None = None) -> Answer:
        """Decide and commit; decide again where somebody else committed first: one after another, where many of this
        process do. Whoever meets others every time is told to come again (503): no precondition of theirs has failed.

        The items of a batch go together as long as deciding again may help; then each goes by itself.
        """
        with call.kernel.deciding.turn((self.path, *call.scope["path_params"].values())) as turn:
            return await self._decide(call, arguments, key, turn)

    async def _decide(
        self, call: Call, arguments: Arguments, key: IdempotencyKey | None, turn: Turn
    ) -> Answer:
        by_item = False
        for attempt in range(ATTEMPTS):
            if attempt:
                await turn.take(attempt)
            result = await self._call(call, arguments)
            batch = call.work.unit.separable
            call.work.unit.separable = batch and (by_item or attempt == ATTEMPTS - 1)
            idempotency.attach(call, key, result, self.operation.status)
            try:
                if call.work.unit.idempotency or any(
                    p.rows or p.statements or p.guards for p in call.work.unit.parts
                ):
                    await call.work.commit()
            except StaleVersion:
                continue
            except UniqueTaken as taken:
                if taken.table == "idempotency":
                    raise
                if self.operation.puts and taken.columns == EXTERNAL_KEY:
                    continue
                if not batch:
                    raise refusal_of(taken) from taken
                by_item = True
                continue
            return answers.written(result, call, self.operation.status)
        raise refusal_of(StaleVersion())


def _not_acceptable(parameter: str, detail: str) -> Malformed:
    fault = Fault("invalid", detail, parameter=parameter)
    return Malformed(f"{parameter} is not acceptable", fault, code="invalid_parameter")


async def read_body(call: Call, limit: int) -> bytes:
    """The body, refused (413) as soon as it is known to be too large."""
    declared = call.sent.get(b"content-length", b"")
    if declared.isdigit() and (len(declared) > 18 or int(declared) > limit):
        raise TooLarge(f"the body may have {limit} bytes")
    message = await _piece(call)
    if not message.get("more_body"):
        whole = cast(bytes, message.get("body", b""))
        if len(whole) > limit:
            raise TooLarge(f"the body may have {limit} bytes")
        return whole
    pieces, size = [], 0
    while True:
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > limit:
            raise TooLarge(f"the body may have {limit} bytes")
        if not message.get("more_body"):
            return b"".join(pieces)
        message = await _piece(call)


async def _piece(call: Call) -> Message:
    """The next piece of the body. Of a caller who is gone before its end nothing is done: nobody knows what is missing."""
    message = await call.receive()
    if message["type"] == "http.disconnect":
        raise Malformed("the body has ended before its end", code="malformed_request")
    return message


async def _hashed(raw: bytes) -> str:
    """By which a key that is used again is known to come with the same body; a large one on a thread."""
    if len(raw) <= HASHED_AT_ONCE:
        return sha256(raw).hexdigest()
    return await asyncio.to_thread(lambda: sha256(raw).hexdigest())


class Options(TypedDict, total=False):
    """What a decorator says of an operation that its signature cannot. The members mean what `Operation` says of them."""

    scope: str
    status: int
    media_type: str
    body_limit: int
    parameters: tuple[Parameter, ...]
    headers: tuple[Parameter, ...]
    produces: tuple[str, ...]
    needs_match: bool
    needs_key: bool
    public: bool
    session: Session
    refusals: tuple[int, ...]


class Routes:
    """The routes of a part of a service, before it runs: `mount` puts them into a FastAPI router."""

    def __init__(
        self, service: str, tag: str, *, pages: bool = False, names_service: bool = False, about: str = ""
    ) -> None:
        self.service = service
        self.tag = tag
        self._about = about
        self.pages = pages
        """Pages stand at the root and are no part of the API's document."""
        self.names_service = names_service
        """Whether operation ids begin with the service, because others have operations at the same paths."""
        self.declared: list[Declared] = []

    @property
    def about(self) -> str:
        """What the tag means: what was given, or what its aggregate is."""
        shown = (of for declared in self.declared for of in aggregates_in(declared.shape))
        return self._about or (getdoc(next(shown, Aggregate)) or "").partition("\n\n")[0].replace("\n", " ")

    def add(
        self,
        path: str,
        endpoint: Endpoint,
        operation: Operation,
        *,
        verb: str = "",
        summary: str = "",
        description: str = "",
        shape: Any = None,
    ) -> None:
        """Declare one operation. What is not given here, and not in `operation`, the signature of `endpoint` says.

        Where routes are made from data, `verb` ends the operation id, and `shape` is what a success answers.
        """
        signature = signature_of(endpoint, path)
        where = f"{endpoint.__module__}.{endpoint.__qualname__}"
        shape = signature.answer if shape is None else shape
        summary = summary or signature.summary
        if not summary:
            raise WrongRoute(
                f"{where}: write a docstring; its first sentence is the summary of the operation"
            )
        operation = _completed(operation, signature, shape)
        if shape is None and operation.status != 204 and not self.pages:
            raise WrongRoute(f"{where}: say what it answers: `-> Answer[Shape]`, or `schema=` as JSON schema")
        if operation.body is not None and operation.method in ("GET", "DELETE"):
            raise WrongRoute(f"{where}: {operation.method} has no body; what narrows an answer is a `query`")
        id = endpoint.__name__ if self.pages else self._id_of(operation.method, path, verb)
        description = description or signature.description or summary
        self.declared.append(Declared(path, endpoint, operation, signature, id, summary, description, shape))

    def _id_of(self, method: Method, path: str, verb: str) -> str:
        id = operation_id(method, path, verb)
        return f"{self.service}_{id}" if self.names_service else id

    def _route(self, method: Method, path: str, schema: Any, options: Options) -> Callable[[E], E]:
        def declare(endpoint: E) -> E:
            self.add(path, endpoint, _operation(endpoint, method, self.service, options), shape=schema)
            return endpoint

        return declare

    def get(self, path: str, *, schema: Any = None, **options: Unpack[Options]) -> Callable[[E], E]:
        """Declare the function below as GET of `path`. `schema`: a JSON schema of what no shape describes."""
        return self._route("GET", path, schema, options)

    def post(self, path: str, *, schema: Any = None, **options: Unpack[Options]) -> Callable[[E], E]:
        """The same of POST; an endpoint that answers None answers 204."""
        return self._route("POST", path, schema, options)

    def put(self, path: str, *, schema: Any = None, **options: Unpack[Options]) -> Callable[[E], E]:
        """The same of PUT."""
        return self._route("PUT", path, schema, options)

    def patch(self, path: str, *, schema: Any = None, **options: Unpack[Options]) -> Callable[[E], E]:
        """The same of PATCH."""
        return self._route("PATCH", path, schema, options)

    def delete(self, path: str, *, schema: Any = None, **options: Unpack[Options]) -> Callable[[E], E]:
        """The same of DELETE."""
        return self._route("DELETE", path, schema, options)


def _operation(endpoint: Endpoint, method: Method, service: str, options: Options) -> Operation:
    """As the options say. The scope is the service's `read` for GET and `write` otherwise; nobody's where it is public."""
    if unknown := options.keys() - Options.__annotations__.keys():
        raise WrongRoute(
            f"{endpoint.__module__}.{endpoint.__qualname__}: a route has no option {', '.join(sorted(unknown))}; it has"
            f" {', '.join(Options.__annotations__)}"
        )
    scope = None if options.get("public") else f"{service}.{'read' if method == 'GET' else 'write'}"
    return Operation(**{"method": method, "scope": scope, **options})  # type: ignore[arg-type]


def _completed(operation: Operation, signature: Signature, shape: Any) -> Operation:
    """The operation with what the signature says of it."""
    if operation.body is None and signature.body is not None:
        operation = replace(operation, body=signature.body)
    if signature.query is not None:
        parameters = (*parameters_of(signature.query), *operation.parameters)
        operation = replace(operation, query=signature.query, parameters=parameters)
    if signature.answers_nothing:
        operation = replace(operation, status=204)
    if not operation.restricted and any(entry_of(of).is_restricted for of in aggregates_in(shape)):
        operation = replace(operation, restricted=True)
    return operation


_ON_ONE = {"GET": "get", "PUT": "put", "PATCH": "revise", "DELETE": "archive"}


def operation_id(method: Method, path: str, verb: str = "") -> str:
    """`risks_assess` of POST `/v1/risks/{id}/assess`: the words of the path, and the verb where the path has none.

    A verb that is given follows the collection.
    """
    segments = [segment for segment in path.split("/") if segment not in ("", "v1")]
    words = [s.partition(".")[0].replace("-", "_") for s in segments if not s.startswith("{")]
    if verb:
        return f"{words[0]}_{verb.replace('-', '_')}"
    if segments[-1].startswith("{"):
        words.append(_ON_ONE.get(method, "create"))
    elif method == "POST" and len(words) == len(segments):
        words.append("create")
    return "_".join(words)


def aggregates_in(shape: Any) -> Iterator[type[Aggregate]]:
    """The aggregates that an answer of this shape shows, in its members too."""
    if isinstance(shape, type) and issubclass(shape, Aggregate) and shape in CATALOGUE:
        yield shape
    elif isinstance(shape, type) and issubclass(shape, BaseModel):
        for member in shape.model_fields.values():
            yield from aggregates_in(member.annotation)
    for part in get_args(shape):
        yield from aggregates_in(part)


def mount(
    parts: Sequence[Routes], router: APIRouter, kernel: Callable[[], Serving], refused: Refused
) -> None:
    """Put the declared routes into a FastAPI router, each run by the kernel; `refused` answers refusals."""
    for part in parts:
        router.routes.extend(KernelRoute(part, declared, kernel, refused) for declared in part.declared)
