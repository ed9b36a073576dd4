"""An application of a service is made once, and opened with one kernel after another."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send

from services.projects.service import SERVICE
from shared.base.settings import Settings
from shared.http.auth import Tokens
from shared.http.running import KernelRoute
from shared.runtime.app import ServiceApp, create_app
from shared.runtime.running import opened
from tests.conftest import running_portolan
from tests.support.applications import application_of

PROJECTS = "/projects/v1/projects"


@pytest.fixture(scope="module")
def app() -> ServiceApp:
    return create_app(SERVICE)


def asking(app: ServiceApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://portolan")


async def test_an_application_that_was_closed_answers_for_another_instance(
    app: ServiceApp, tmp_path: Path, fresh_stores: Path
) -> None:
    async with asking(app) as client:
        tokens: list[str] = []
        for name, per_minute in (("first", 2), ("second", 3)):
            settings = Settings(
                data=Path(copytree(fresh_stores, tmp_path / name)), rate_limit=per_minute, cors_origins=[]
            )
            signing = Tokens(settings)
            assert signing.local is not None
            async with opened(SERVICE, settings, signing, lambda _: app):
                tokens.append(signing.local.issue("director", "director", "portolan"))
                sent = {"Authorization": f"Bearer {tokens[-1]}"}
                listed = await client.get(PROJECTS, headers=sent)
                assert listed.json()["items"] == []
                statuses = [
                    (await client.post(PROJECTS, json={"name": name}, headers=sent)).status_code
                    for _ in range(per_minute)
                ]
                assert statuses == [201] * (per_minute - 1) + [429]
                of_the_first = await client.get(PROJECTS, headers={"Authorization": f"Bearer {tokens[0]}"})
                assert of_the_first.status_code == (429 if name == "first" else 401)
        assert app.is_as_made


async def test_a_closed_application_says_that_it_is_not_open(app: ServiceApp) -> None:
    async with asking(app) as client:
        refused = await client.get(PROJECTS)
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert refused.headers["retry-after"] == "1"


async def test_an_open_application_is_not_opened_again(
    app: ServiceApp, tmp_path: Path, fresh_stores: Path
) -> None:
    settings = Settings(data=Path(copytree(fresh_stores, tmp_path / "data")))
    async with opened(SERVICE, settings, Tokens(settings), lambda _: app) as one:
        with pytest.raises(RuntimeError, match="projects is open already"):
            async with opened(SERVICE, settings, Tokens(settings), lambda _: app):
                pass
        assert app.kernel is one.kernel
    assert app.kernel is None


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that answers nobody."""


def replace_endpoint(app: ServiceApp) -> None:
    route = next(route for route in app.router.routes if isinstance(route, KernelRoute))
    route.endpoint = nothing


CHANGES: dict[str, Callable[[ServiceApp], Any]] = {
    "a middleware": lambda app: app.add_middleware(GZipMiddleware),
    "a route": lambda app: app.get("/projects/notes")(lambda: 1),
    "a router": lambda app: app.include_router(APIRouter(routes=[]), prefix="/projects"),
    "a mounted application": lambda app: app.mount("/projects/other", nothing),
    "a handler of exceptions": lambda app: app.add_exception_handler(ValueError, lambda *_: None),
    "another dependency": lambda app: app.dependency_overrides.update({nothing: nothing}),
    "something to remember": lambda app: setattr(app.state, "pool", 1),
    "another stack": lambda app: setattr(app, "build_middleware_stack", lambda: nothing),
    "another title": lambda app: setattr(app, "title", "Ours"),
    "another endpoint": replace_endpoint,
    "another lifespan": lambda app: setattr(app.router, "lifespan_context", nothing),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_application_that_somebody_changed_serves_nobody_else(
    change: Callable[[ServiceApp], Any],
) -> None:
    service = SERVICE
    changed = application_of(service)
    assert application_of(service) is changed
    change(changed)
    assert not changed.is_as_made
    assert application_of(service) is not changed


async def test_two_who_are_open_at_once_have_an_application_each(tmp_path: Path, fresh_stores: Path) -> None:
    first, second = (Settings(data=Path(copytree(fresh_stores, tmp_path / name))) for name in "ab")
    async with running_portolan(first) as one, running_portolan(second) as other:
        apps = [
            running.running.services[name].app for running in (one, other) for name in one.running.services
        ]
        assert len(set(map(id, apps))) == 10
        await one().post(PROJECTS, json={"name": "ERP"})
        assert (await other().get(PROJECTS)).json()["items"] == []
    async with running_portolan(first) as again:
        assert {id(one.app) for one in again.running.services.values()} <= set(map(id, apps))
        assert [p["name"] for p in (await again().get(PROJECTS)).json()["items"]] == ["ERP"]
