"""What a FastAPI user adds to a service's application works, or is refused with what to do."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copytree
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, WebSocket
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.base.errors import NotFound
from shared.base.settings import Settings
from shared.http.additions import caller
from shared.http.auth import Principal
from shared.runtime.app import ServiceApp, create_app
from shared.runtime.serve import serving
from tests.conftest import Portolan, running_portolan

PROJECTS = "/projects/v1/projects"


@pytest.fixture
async def portolan(tmp_path: Path, fresh_stores: Path) -> AsyncIterator[Portolan]:
    """With applications of its own, to which the tests add."""
    copytree(fresh_stores, tmp_path, dirs_exist_ok=True)
    async with running_portolan(Settings(data=tmp_path), create_app) as running:
        yield running


@pytest.fixture
def app(portolan: Portolan) -> ServiceApp:
    return portolan.running.services["projects"].app


class Stamped:
    """A middleware as an organisation writes it: every answer gets a header."""

    def __init__(self, app: ASGIApp, name: str) -> None:
        self.app, self.name = app, name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-stamp", self.name.encode())]
            await send(message)

        await self.app(scope, receive, stamped)


async def test_nothing_added_needs_no_stack(app: ServiceApp, portolan: Portolan) -> None:
    assert not app.has_additions
    assert (await portolan().get(PROJECTS)).status_code == 200
    assert app.middleware_stack is None


async def test_middleware_sees_every_request_and_answer(app: ServiceApp, portolan: Portolan) -> None:
    app.add_middleware(Stamped, name="audit")
    director = portolan()
    response = await director.post(PROJECTS, json={"name": "ERP"})
    answers = [response, await director.get(PROJECTS), await director.get(f"{PROJECTS}/nothing"),
               await portolan.anonymous().get(PROJECTS), await director.get("/projects/nowhere")]  # fmt: skip
    assert [answer.status_code for answer in answers] == [201, 200, 404, 401, 404]
    assert {answer.headers["x-stamp"] for answer in answers} == {"audit"}
    assert all(answer.headers["x-request-id"] for answer in answers)


async def test_a_library_s_middleware_works(app: ServiceApp, portolan: Portolan) -> None:
    app.add_middleware(GZipMiddleware, minimum_size=10)
    answer = await portolan().get("/projects/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["openapi"] == "3.1.0"


async def test_middleware_by_decorator_may_answer_itself(app: ServiceApp, portolan: Portolan) -> None:
    @app.middleware("http")
    async def closed(request: Request, call_next: Any) -> Any:
        if request.method == "POST":
            return PlainTextResponse("closed for maintenance", 503)
        return await call_next(request)

    assert (await portolan().post(PROJECTS, json={"name": "ERP"})).text == "closed for maintenance"
    assert (await portolan().get(PROJECTS)).status_code == 200


async def test_what_wraps_the_stack_itself_is_asked(app: ServiceApp, portolan: Portolan) -> None:
    """As instrumentation does, which replaces `build_middleware_stack`."""
    built = app.build_middleware_stack
    app.build_middleware_stack = lambda: Stamped(built(), name="traced")  # type: ignore[method-assign]
    assert (await portolan().get(PROJECTS)).headers["x-stamp"] == "traced"


class Broken(Exception):
    """A defect of an extension."""


async def test_a_handler_of_an_exception_answers_it(
    app: ServiceApp, portolan: Portolan, monkeypatch: pytest.MonkeyPatch
) -> None:
    @app.exception_handler(Broken)
    async def handle(request: Request, error: Broken) -> JSONResponse:
        return JSONResponse({"broken": str(error)}, 418)

    async def broken(*_: object) -> None:
        raise Broken("here")

    route = next(r for r in app.router.routes if getattr(r, "operation_id", "") == "projects_list")
    monkeypatch.setattr(route, "endpoint", broken)
    answer = await portolan().get(PROJECTS)
    assert (answer.status_code, answer.json()) == (418, {"broken": "here"})


@pytest.mark.parametrize("kind", [Exception, 500])
async def test_a_handler_of_whatever_goes_wrong_is_asked(
    app: ServiceApp, portolan: Portolan, monkeypatch: pytest.MonkeyPatch, kind: Any
) -> None:
    app.add_exception_handler(kind, lambda request, error: PlainTextResponse("ours", 500))

    async def broken(*_: object) -> None:
        raise Broken("here")

    route = next(r for r in app.router.routes if getattr(r, "operation_id", "") == "projects_list")
    monkeypatch.setattr(route, "endpoint", broken)
    assert (await portolan().get(PROJECTS)).text == "ours"


async def test_a_handler_that_replaces_one_of_ours_is_asked(app: ServiceApp, portolan: Portolan) -> None:
    app.add_exception_handler(RequestValidationError, lambda request, error: PlainTextResponse("ours", 422))

    @app.get("/projects/notes/{number}")
    async def note(number: int) -> int:
        return number

    assert (await portolan().get("/projects/notes/many")).text == "ours"


async def test_a_handler_that_comes_too_late_is_refused(app: ServiceApp, portolan: Portolan) -> None:
    app.add_middleware(Stamped, name="audit")
    await portolan().get(PROJECTS)
    with pytest.raises(RuntimeError, match="before the first request"):
        app.add_exception_handler(Broken, lambda request, error: PlainTextResponse("x"))


async def test_a_middleware_may_lead_elsewhere(app: ServiceApp, portolan: Portolan) -> None:
    class Shortened:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await self.app(
                scope | {"path": PROJECTS} if scope["path"] == "/projects/all" else scope, receive, send
            )

    app.add_middleware(Shortened)
    assert "items" in (await portolan().get("/projects/all")).json()


async def test_a_defect_stays_a_problem_behind_middleware(
    app: ServiceApp, portolan: Portolan, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.add_middleware(Stamped, name="audit")

    async def broken(*_: object) -> None:
        raise Broken("here")

    route = next(r for r in app.router.routes if getattr(r, "operation_id", "") == "projects_list")
    monkeypatch.setattr(route, "endpoint", broken)
    answer = await portolan().get(PROJECTS)
    assert (answer.status_code, answer.json()["code"]) == (500, "defect")


@pytest.mark.parametrize("kind", [404, NotFound])
def test_a_handler_that_nobody_would_ask_is_refused(app: ServiceApp, kind: Any) -> None:
    with pytest.raises(TypeError, match=r"give `Service\.refused`"):
        app.add_exception_handler(kind, lambda request, error: PlainTextResponse("x"))


def test_an_event_that_never_comes_is_refused(app: ServiceApp) -> None:
    with pytest.raises(TypeError, match="extend-with-fastapi"):
        app.on_event("startup")


async def test_the_lifespan_of_an_included_router_lasts_as_long_as_it_is_served(
    app: ServiceApp, portolan: Portolan
) -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[dict[str, str]]:
        seen.append("start")
        yield {"colour": "blue"}
        seen.append("end")

    router = APIRouter(prefix="/projects/notes", lifespan=lifespan)

    @router.get("/colour")
    async def colour(request: Request) -> str:
        return str(request.state.colour)

    outer = APIRouter()
    outer.include_router(router)
    app.include_router(outer)
    async with serving(portolan.running, "127.0.0.1", 0) as url, httpx.AsyncClient() as client:
        assert (await client.get(f"{url}/projects/notes/colour")).json() == "blue"
        assert seen == ["start"]
    assert seen == ["start", "end"]


def _by_router(app: ServiceApp, path: str) -> None:
    router = APIRouter(prefix="/inner")

    @router.websocket(path)
    async def talk(socket: WebSocket) -> None:
        await socket.accept()

    outer = APIRouter()
    outer.include_router(router)
    app.include_router(outer, prefix="/projects")


@pytest.mark.parametrize("add", [lambda app, path: app.websocket(path)(None), _by_router])
def test_a_web_socket_that_nobody_would_reach_is_refused(
    app: ServiceApp, add: Callable[[ServiceApp, str], None]
) -> None:
    with pytest.raises(TypeError, match="server-sent events"):
        add(app, "/projects/talk")


def _in_a_router(app: ServiceApp) -> None:
    router = APIRouter(prefix="/{key}")
    router.add_api_route("/approve", lambda key: key, methods=["POST"])
    app.include_router(router, prefix=PROJECTS)


@pytest.mark.parametrize(
    "add",
    [
        lambda app: app.get(PROJECTS)(lambda: 1),
        lambda app: app.add_api_route("/projects/livez", lambda: 1),
        lambda app: app.add_route(f"{PROJECTS}/{{number}}", lambda request: None, ["DELETE"]),
        _in_a_router,
    ],
)
def test_a_route_that_portolan_answers_itself_is_refused(
    app: ServiceApp, add: Callable[[ServiceApp], None]
) -> None:
    with pytest.raises(TypeError, match="answered by Portolan"):
        add(app)


async def test_another_method_of_an_address_of_ours_may_be_added(app: ServiceApp, portolan: Portolan) -> None:
    app.add_api_route(PROJECTS, lambda: "put", methods=["PUT"])
    assert (await portolan().put(PROJECTS)).json() == "put"
    assert (await portolan().post(PROJECTS, json={"name": "ERP"})).status_code == 201


class Note(BaseModel):
    text: str


async def test_an_added_route_is_answered_and_documented(app: ServiceApp, portolan: Portolan) -> None:
    @app.post("/projects/notes", tags=["Notes"])
    async def note(body: Note) -> Note:
        return body

    director = portolan()
    noted = await director.post("/projects/notes", json={"text": "hello"})
    assert noted.json() == {"text": "hello"}
    assert noted.headers["x-request-id"]
    refused = await director.post("/projects/notes", json={"text": 7})
    assert refused.headers["content-type"] == "application/problem+json"
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/text")
    assert (await director.get("/projects/notes")).status_code == 405
    document = (await director.get("/projects/openapi.json")).json()
    assert document["paths"]["/projects/notes"]["post"]["tags"] == ["Notes"]
    assert {"Note", "Project"} <= document["components"]["schemas"].keys()
    assert (await director.post(PROJECTS, json={"name": "ERP"})).status_code == 201


async def test_an_included_router_keeps_its_prefix_and_dependencies(
    app: ServiceApp, portolan: Portolan
) -> None:
    router = APIRouter(prefix="/projects/notes", dependencies=[Depends(caller("projects.write"))])

    @router.get("/{number}")
    async def note(number: int) -> dict[str, int]:
        if number == 0:
            raise HTTPException(404, "no such note")
        if number == 1:
            raise NotFound("no first note")
        return {"number": number}

    app.include_router(router)
    assert (await portolan().get("/projects/notes/7")).json() == {"number": 7}
    for number in (0, 1):
        missing = await portolan().get(f"/projects/notes/{number}")
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert (await portolan("viewer").get("/projects/notes/7")).json()["needs"] == "projects.write"
    assert (await portolan.anonymous().get("/projects/notes/7")).status_code == 401


async def test_a_dependency_is_overridden(app: ServiceApp, portolan: Portolan) -> None:
    who = caller("projects.read")

    @app.get("/projects/me")
    async def me(principal: Annotated[Principal, Depends(who)]) -> dict[str, str]:
        return {"subject": principal.subject}

    assert (await portolan().get("/projects/me")).json() == {"subject": "director"}
    somebody = Principal("somebody", "test", (), frozenset(), 0)
    app.dependency_overrides[who] = lambda: somebody
    assert (await portolan.anonymous().get("/projects/me")).json() == {"subject": "somebody"}


async def test_a_mounted_application_answers_below_its_path(app: ServiceApp, portolan: Portolan) -> None:
    other = FastAPI()

    @other.get("/hello")
    async def hello() -> str:
        return "hello"

    app.mount("/projects/other", other)
    assert (await portolan().get("/projects/other/hello")).json() == "hello"
    assert (await portolan().get(PROJECTS)).status_code == 200


async def test_portolan_s_own_routes_go_first(app: ServiceApp, portolan: Portolan) -> None:
    @app.get("/{anything:path}")
    async def everything(anything: str) -> str:
        return anything

    assert "items" in (await portolan().get(PROJECTS)).json()
    assert (await portolan().get("/projects/elsewhere")).json() == "projects/elsewhere"
