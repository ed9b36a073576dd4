"""What a FastAPI user adds to a service's application: middleware, handlers of exceptions, routes, mounted applications.

As long as nothing was added, a request goes straight to its route. Once something was, it goes through FastAPI's own
stack of middleware, and an address that is none of Portolan's is looked for among the added routes.
"""

import json
from copy import copy
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.base.errors import Fault, Forbidden, Invalid, Refusal, Unauthenticated
from shared.base.validation import pointer
from shared.http import problems
from shared.http.auth import Principal
from shared.http.call import trace_of

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


class Extensible(FastAPI):
    """An application with routes of its own, which FastAPI's ways of adding to it work on."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.exception_handlers |= {
            Refusal: _refusal,
            HTTPException: _http_exception,
            RequestValidationError: _not_valid,
        }
        self.router.middleware_stack = self._innermost
        self._own_routes: frozenset[int] = frozenset()
        self._counted = (0, 0)

    def seal(self) -> None:
        """From here on, what is added is the user's."""
        self._own_routes = frozenset(map(id, self.router.routes))
        self._counted = self._count()

    def _count(self) -> tuple[int, int]:
        return len(self.router.routes), len(self.exception_handlers)

    @property
    def has_additions(self) -> bool:
        """Whether a request has to go through FastAPI's stack."""
        return bool(
            self.user_middleware
            or self._count() != self._counted
            or "build_middleware_stack" in self.__dict__
        )

    async def dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by one of the application's own routes, or refuse."""
        raise NotImplementedError

    async def through_additions(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, send)

    async def _innermost(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What stands within all middleware."""
        if scope["type"] != "http":
            await self.router.app(scope, receive, send)
        else:
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
        """As FastAPI does; refused where Portolan answers before any handler is asked."""
        kind = exc_class_or_status_code
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
            f"nothing runs at {event_type}: the application is made when its store is open. Do it around"
            " `shared.runtime.running.opened`, as docs/how-to/extend-with-fastapi.md shows"
        )


def _fits(route: BaseRoute, scope: Scope) -> bool:
    return route.matches(scope)[0] is not Match.NONE


def caller(scope: str) -> Any:
    """A FastAPI dependency: the principal of the bearer token, who must have the scope (`projects.read`)."""

    async def principal(request: Request) -> Principal:
        kernel = request.app.kernel
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            raise Unauthenticated("send a bearer token")
        known: Principal = await kernel.tokens.principal(token.strip())
        if not known.may(scope):
            raise Forbidden(f"the token lacks the scope {scope}", code="scope_missing", needs=scope)
        return known

    return principal


async def _refusal(request: Request, refusal: Refusal) -> Response:
    """A refusal that an added route raises."""
    trace = trace_of(dict(request.scope["headers"]))
    body = problems.problem(refusal, request.scope["path"], trace.trace_id)
    headers = dict(refusal.headers)
    if isinstance(refusal, Unauthenticated):
        headers.setdefault("WWW-Authenticate", 'Bearer realm="portolan"')
    return Response(json.dumps(body), refusal.status, headers, problems.MEDIA_TYPE)


async def _http_exception(request: Request, exception: HTTPException) -> Response:
    refusal = Refusal(str(exception.detail), code=CODES.get(exception.status_code), headers=exception.headers)
    refusal.status, refusal.title = exception.status_code, str(exception.detail)
    return await _refusal(request, refusal)


async def _not_valid(request: Request, error: RequestValidationError) -> Response:
    """Without the input, which FastAPI's own answer repeats."""
    faults = [_fault(found) for found in error.errors()]
    return await _refusal(request, Invalid(f"{len(faults)} of the given values are not valid", *faults))


def _fault(found: Any) -> Fault:
    place, *path = found["loc"]
    if place == "body":
        return Fault(found["type"], found["msg"], pointer=pointer(path))
    if place == "header":
        return Fault(found["type"], found["msg"], header=str(path[0]))
    return Fault(found["type"], found["msg"], parameter=str(path[0]) if path else place)
