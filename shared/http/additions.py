"""What a FastAPI user adds to a service's application: middleware, handlers of exceptions, routes, mounted applications.

As long as nothing was added, a request goes straight to its route. Otherwise it goes through FastAPI's own
middleware stack. An address that is not Portolan's is then looked up among the added routes.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from copy import copy
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Router, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.base.errors import Fault, Forbidden, Invalid, Refusal, Unauthenticated
from shared.base.texts import Text
from shared.base.validation import detail_of, pointer
from shared.http import problems
from shared.http.auth import Principal
from shared.http.call import Call, trace_of
from shared.http.personal_tokens import principal_of

CODES = {
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    410: "gone",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
    503: "unavailable",
}
"""The code of an added route's `HTTPException`, by its status; `refused` for any other."""

CHANGED_BY_ITSELF = ("openapi_schema", "_state_of_lifespan", "_sealed")
"""Attributes of an application that it sets while it is served, without anybody having added to it."""

Operation = tuple[str, str]
"""A method, and a path whose parameters have no names."""


class ExtensibleRouter(APIRouter):
    """The router of an application: what would never be asked is refused when it is added."""

    own: frozenset[Operation] = frozenset()
    """What Portolan answers itself."""

    def add_api_route(self, path: str, endpoint: Any, **options: Any) -> None:
        self._refuse_taken(path, options.get("methods") or ["GET"])
        super().add_api_route(path, endpoint, **options)

    def add_route(self, path: str, endpoint: Any, methods: Any = None, *args: Any, **options: Any) -> None:
        self._refuse_taken(path, methods or ["GET"])
        super().add_route(path, endpoint, methods, *args, **options)

    def include_router(self, router: APIRouter, *, prefix: str = "", **options: Any) -> None:
        for path, route in _leaves(router.routes, prefix):
            if isinstance(route, WebSocketRoute):
                raise _no_web_sockets(path)
            self._refuse_taken(path, getattr(route, "methods", None) or ())
        super().include_router(router, prefix=prefix, **options)

    def add_api_websocket_route(self, path: str, *args: Any, **options: Any) -> None:
        raise _no_web_sockets(path)

    def add_websocket_route(self, path: str, *args: Any, **options: Any) -> None:
        raise _no_web_sockets(path)

    def _refuse_taken(self, path: str, methods: Iterable[str]) -> None:
        for method in methods:
            if (method.upper(), _without_names(path)) in self.own:
                raise TypeError(
                    f"{method.upper()} {path} is answered by Portolan, and your route would never be asked. Give it a path"
                    " of its own; what should happen on every request is a middleware"
                )


def _leaves(routes: Iterable[BaseRoute], prefix: str) -> Iterator[tuple[str, BaseRoute]]:
    """Every route of a router, those of the routers that it includes too, with its path."""
    for route in routes:
        if (inner := getattr(route, "original_router", None)) is not None:
            context = getattr(route, "include_context", None)
            yield from _leaves(inner.routes, prefix + getattr(context, "prefix", ""))
        else:
            yield prefix + getattr(route, "path", ""), route


def _without_names(path: str) -> str:
    return "/".join("{}" if segment.startswith("{") else segment for segment in path.split("/"))


def _no_web_sockets(path: str) -> TypeError:
    return TypeError(
        f"the WebSocket {path} would never be reached: the door speaks HTTP only. Stream server-sent events, as"
        " /<service>/v1/events/stream does, or serve it from an application of its own"
    )


class Extensible(FastAPI):
    """An application with routes of its own, which FastAPI's ways of adding to it work on."""

    router: ExtensibleRouter

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.router = ExtensibleRouter(
            redirect_slashes=options.get("redirect_slashes", True), dependency_overrides_provider=self
        )
        self.exception_handlers |= {
            Refusal: _refusal,
            HTTPException: _http_exception,
            RequestValidationError: _not_valid,
        }
        self.router.middleware_stack = self._innermost
        self._own_routes: frozenset[int] = frozenset()
        self._own_handlers: dict[Any, Any] = {}
        self._state_of_lifespan: dict[str, Any] = {}
        self._sealed: list[Any] = []

    def seal(self) -> None:
        """From here on, what is added is the user's."""
        self._own_routes = frozenset(map(id, self.router.routes))
        self._own_handlers = dict(self.exception_handlers)
        self.router.own = frozenset(
            (method, _without_names(path))
            for path, route in _leaves(self.router.routes, "")
            for method in getattr(route, "methods", None) or ()
        )
        self._sealed = self._condition()

    @property
    def is_as_made(self) -> bool:
        """Whether nothing was added, replaced or left behind since it was sealed: so that it can serve others too."""
        return self._condition() == self._sealed

    def _condition(self) -> list[Any]:
        """What users of FastAPI may change of an application, as it is now."""
        own = _members(self)
        for name in CHANGED_BY_ITSELF:
            own.pop(name, None)
        return [own, dict(self.state._state), _members(self.router), *map(_members, self.router.routes)]

    @property
    def has_additions(self) -> bool:
        """Whether a request has to go through FastAPI's stack."""
        return bool(
            self.user_middleware
            or len(self.router.routes) != len(self._own_routes)
            or self.exception_handlers != self._own_handlers
            or "build_middleware_stack" in self.__dict__
        )

    async def dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by one of the application's own routes, or refuse."""
        raise NotImplementedError

    async def through_additions(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._state_of_lifespan:
            scope.setdefault("state", {}).update(self._state_of_lifespan)
        await super().__call__(scope, receive, send)

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """While it is served: what the lifespans of included routers do at its start and end."""
        async with self.router.lifespan_context(self) as state:
            self._state_of_lifespan = dict(state or {})
            yield

    async def _innermost(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What stands within all middleware."""
        if scope["type"] != "http":
            await self.router.app(scope, receive, send)
            return
        path = scope["path"].encode()
        if unquote_to_bytes(scope.get("raw_path") or path) != path:  # a middleware leads elsewhere
            scope["raw_path"] = quote(path).encode()
        await self.dispatch(scope, receive, send)

    def added_for(self, scope: Scope) -> ASGIApp | None:
        """A router of the added routes, where one of them is meant."""
        added = self.added_routes
        if not any(_fits(route, scope) for route in added):
            return None
        router: Router = copy(self.router)
        router.routes = added
        return router.app

    @property
    def added_routes(self) -> list[BaseRoute]:
        return [route for route in self.router.routes if id(route) not in self._own_routes]

    def add_exception_handler(self, exc_class_or_status_code: Any, handler: Any) -> None:
        """As FastAPI does; refused where Portolan answers before any handler is asked, and where it comes too late."""
        kind = exc_class_or_status_code
        if self.middleware_stack is not None:
            raise RuntimeError(
                "a handler of exceptions is added before the first request, as a middleware is"
            )
        if isinstance(kind, int) and kind != 500:
            raise TypeError(
                f"no handler is asked for the status {kind}: Portolan's routes answer problem documents. Give the class"
                " of an exception; to change how refusals look, give `Service.refused`"
            )
        if isinstance(kind, type) and issubclass(kind, Refusal):
            raise TypeError(
                f"no handler is asked for {kind.__name__}: a refusal is answered by the route. To change how refusals"
                " look, give `Service.refused`"
            )
        super().add_exception_handler(kind, handler)

    def on_event(self, event_type: str) -> Any:
        raise TypeError(
            f"nothing runs at {event_type}: the application is made when its store is open. Include a router with a"
            " lifespan, or do it before and after `serving`, as docs/how-to/extend-with-fastapi.md shows"
        )


def _members(of: object) -> dict[str, Any]:
    """Its attributes; collections as they are now, whatever is added to them later."""
    return {n: copy(v) if isinstance(v, list | dict | set) else v for n, v in vars(of).items()}


def with_request_id(request_id: str, send: Send) -> Send:
    """Added routes too say which request they answer, unless they say so themselves."""

    async def named(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            if not any(name.lower() == b"x-request-id" for name, _ in headers):
                message = {**message, "headers": [*headers, (b"x-request-id", request_id.encode())]}
        await send(message)

    return named


def lifespan_of(app: ASGIApp) -> AbstractAsyncContextManager[None]:
    """What an application does at the start and end of being served; nothing for one that does not say."""
    lifespan: Callable[[], AbstractAsyncContextManager[None]] = getattr(app, "lifespan", nullcontext)
    return lifespan()


def _fits(route: BaseRoute, scope: Scope) -> bool:
    return route.matches(scope)[0] is not Match.NONE


def caller(scope: str) -> Any:
    """A FastAPI dependency: the principal of the bearer token, who must have the scope (`projects.read`)."""

    async def principal(request: Request) -> Principal:
        kernel = request.app.kernel
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            raise Unauthenticated("send a bearer token")
        call = Call(request.scope, request.receive)
        call.kernel, call.sent = kernel, dict(request.scope["headers"])
        identified = await principal_of(call, token.strip())
        if kernel.revocations.concern(identified):
            raise Unauthenticated("the token was revoked", code="token_revoked")
        if not identified.may(scope):
            raise Forbidden(
                Text("the token lacks the scope {scope}", scope=scope), code="scope_missing", needs=scope
            )
        return identified

    return principal


async def _refusal(request: Request, refusal: Refusal) -> Response:
    """A refusal that an added route raises."""
    trace = trace_of(dict(request.scope["headers"]))
    language = problems.language_of(dict(request.scope["headers"]))
    body = problems.problem(refusal, request.scope["path"], trace.trace_id, language)
    headers = refusal.headers | problems.language_headers(language)
    if isinstance(refusal, Unauthenticated):
        headers.setdefault("WWW-Authenticate", 'Bearer realm="portolan"')
    return Response(json.dumps(body), refusal.status, headers, problems.MEDIA_TYPE)


async def _http_exception(request: Request, exception: HTTPException) -> Response:
    refusal = Refusal(str(exception.detail), code=CODES.get(exception.status_code), headers=exception.headers)
    refusal.status, refusal.title = exception.status_code, str(exception.detail)
    return await _refusal(request, refusal)


async def _not_valid(request: Request, error: RequestValidationError) -> Response:
    """Without the input, which FastAPI's own answer repeats."""
    faults = [_fault(detail) for detail in error.errors()]
    return await _refusal(
        request,
        Invalid(Text("{count} of the given values {count:is|are} not valid", count=len(faults)), *faults),
    )


def _fault(detail: Any) -> Fault:
    place, *path = detail["loc"]
    if place == "body":
        return Fault(detail["type"], detail_of(detail), pointer=pointer(path))
    if place == "header":
        return Fault(detail["type"], detail_of(detail), header=str(path[0]))
    return Fault(detail["type"], detail_of(detail), parameter=str(path[0]) if path else place)
