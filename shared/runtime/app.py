"""An application of a service: FastAPI with the declared routes, served through the door that every request passes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any, cast

from fastapi import Request, Response
from pydantic import BaseModel
from starlette.types import Message, Receive, Scope, Send

from shared.base import telemetry
from shared.base.errors import Defect, MethodNotAllowed, Refusal, Unavailable, UriTooLong
from shared.base.texts import Text
from shared.base.version import VERSION
from shared.http import (
    answers,
    cors,
    due,
    feed,
    files,
    health,
    history_import,
    me,
    meanings,
    openapi,
    operations,
)
from shared.http.additions import Extensible, with_request_id
from shared.http.answers import STATUS
from shared.http.call import URL_LIMIT, Answer, Call, trace_of
from shared.http.long_work.routes import routes as operation_routes
from shared.http.long_work.shapes import result_models
from shared.http.matching import Matcher
from shared.http.problems import MEDIA_TYPE, language_headers, language_of, problem_bytes
from shared.http.routes import Routes, mount
from shared.http.running import KernelRoute
from shared.http.serving import Serving
from shared.runtime.front import asks_of_the_server, tell_methods
from shared.runtime.service import Service

ROUTE = "portolan.route"
"""The key of a scope under which the pattern of its route stands, for logs and metrics."""


def _noting_status(scope: Scope, send: Send) -> Send:
    """What a user has added answers in its own way: the status is seen on its way out."""

    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            scope[STATUS] = message["status"]
        await send(message)

    return noting


class ServiceApp(Extensible):
    """FastAPI declares and documents; a request goes straight to its route, or through what a user has added."""

    service: Service
    kernel: Serving | None
    """With what it answers; None while its service is not open."""

    @contextmanager
    def answering_with(self, kernel: Serving) -> Iterator[None]:
        """While the block lasts it answers with this kernel; afterwards it may be given another one.

        All that belongs to an instance (its store, settings, limits, streams) is the kernel's, and goes with it.
        RuntimeError where it has one already.
        """
        if self.kernel is not None:
            raise RuntimeError(f"the application of {self.service.name} is open already; make another one")
        self.kernel = self.state.kernel = kernel
        try:
            yield
        finally:
            self.kernel = None
            self.openapi_schema = None
            del self.state.kernel

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        started = perf_counter()
        try:
            if self.has_additions:
                await self.through_additions(scope, receive, _noting_status(scope, send))
            else:
                await self.dispatch(scope, receive, send)
        except Exception as error:  # noqa: BLE001 the last resort: a defect must still be answered as a problem, and logged
            telemetry.log_defect(self.service.name, scope, error)
            if STATUS not in scope:
                await refuse(_defect(), self, scope, receive, send)
        finally:
            route, status = scope.get(ROUTE, "unmatched"), scope.get(STATUS, 500)
            telemetry.request_done(self.service.name, route, scope, status, perf_counter() - started)

    async def dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        if asks_of_the_server(scope):
            scope[STATUS] = 204
            await tell_methods(send)
            return
        route = self.find(scope) if self.kernel is not None else _not_open()
        if not isinstance(route, Refusal):
            scope[ROUTE] = route.path
            await route.run(scope, receive, send)
        elif (added := self.added_for(scope)) is not None:
            scope[ROUTE] = "added"
            await added(scope, receive, with_request_id(trace_of(dict(scope["headers"])).request_id, send))
        else:
            await refuse(route, self, scope, receive, send)

    def find(self, scope: Scope) -> KernelRoute | Refusal:
        """The route, or the refusal that no route gives: 400, 404, 405, 414."""
        raw = scope.get("raw_path") or scope["path"].encode()
        if len(raw) + len(scope["query_string"]) > URL_LIMIT:
            return UriTooLong(Text("an address may have {url_limit} bytes", url_limit=URL_LIMIT))
        match = self.matcher.find(scope["method"], raw)
        if isinstance(match, Refusal):
            return match
        scope["path_params"] = match[1]
        return match[0]

    async def answer_defect(self, request: Request, error: Exception) -> Response:
        """Behind all middleware; the error is raised again afterwards, and logged."""
        call = Call(request.scope, request.receive)
        call.trace = trace_of(dict(request.scope["headers"]))
        language = language_of(dict(request.scope["headers"]))
        body = problem_bytes(_defect(), request.scope["path"], call.trace.trace_id, language)
        headers = {"X-Request-ID": call.trace.request_id} | language_headers(language)
        return Response(body, 500, headers, MEDIA_TYPE)

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            own = [route for route in self.router.routes if isinstance(route, KernelRoute)]
            shown = [route.for_fastapi() for route in own if route.is_documented]
            tags = {part.tag: part.about for part in self.parts if not part.pages}
            document = openapi.document(self, shown, self.models(), tags)
            self.openapi_schema = openapi.with_added(document, self, self.added_routes)
        return self.openapi_schema

    def models(self) -> list[type[BaseModel]]:
        """Every shape an operation takes or gives."""
        declared = [one for part in self.parts if not part.pages for one in part.declared]
        bodies = [one.operation.body for one in declared if one.operation.body is not None]
        shapes = [one.shape for one in declared if isinstance(one.shape, type)]
        results = result_models(self.service.name, [kind.computation for kind in self.service.operations])
        return [*bodies, *shapes, *results]

    parts: list[Routes]
    matcher: Matcher


def _defect() -> Refusal:
    return Defect("something went wrong on our side; the trace id finds it in the logs")


def _not_open() -> Refusal:
    return Unavailable("the service is not open", headers={"Retry-After": "1"})


async def refuse(refusal: Refusal, app: ServiceApp, scope: Scope, receive: Receive, send: Send) -> None:
    """A refusal outside any route; OPTIONS is answered here with what the resource allows."""
    call = Call(scope, receive)
    call.sent = dict(scope["headers"])
    call.trace = trace_of(call.sent)
    origins = app.kernel.settings.cors_origins if app.kernel else []
    call.replied = cors.headers(call.sent, origins)
    if scope["method"] == "OPTIONS" and isinstance(refusal, MethodNotAllowed):
        granted = cors.preflight(call.sent, origins, refusal.headers["Allow"])
        await answers.send(Answer(204, headers=refusal.headers | granted), call, False, send)
        return
    await answers.send(app.service.refused(refusal, call), call, scope["method"] == "HEAD", send)


def create_app(service: Service) -> ServiceApp:
    """The application, which answers once it is given a kernel (see `shared.runtime.running`)."""
    app = ServiceApp(
        title=f"Portolan {service.title}",
        version=VERSION,
        description=f"The {service.name} service of Portolan.",
        contact={"name": "The operators of this instance"},
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        servers=[{"url": "/", "description": "This instance, behind its front door or alone"}],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.service, app.kernel = service, None
    app.parts = [
        *service.routes,
        health.routes(service.name),
        feed.routes(service.name),
        due.routes(service.name),
        operations.routes(service.name),
        me.routes(service.name),
        meanings.routes(service.name),
        *((files.routes(service.name),) if service.registers else ()),
        *((history_import.routes(service.name, service.registers),) if service.registers else ()),
        operation_routes(service.name, service.operations),
        _document_route(service.name, app),
    ]
    mount(app.parts, app.router, lambda: cast(Serving, app.kernel), service.refused)
    app.matcher = Matcher(r for r in app.router.routes if isinstance(r, KernelRoute))
    app.exception_handlers[Exception] = app.answer_defect
    app.seal()
    return app


def _document_route(name: str, app: ServiceApp) -> Routes:
    routes = Routes(name, "Meta", names_service=True, about="The interface itself.")

    @routes.get("/openapi.json", public=True, schema={"type": "object"})
    async def document(call: Call) -> Answer:
        """This document."""
        return Answer(200, json.dumps(app.openapi()).encode())

    return routes
