"""What stands around an answer: how long it may be kept, on what it depends, in which coding, and who may read it."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.projects.service import SERVICE
from shared.base.settings import Settings
from shared.http import cors
from shared.http.compression import accepts_gzip
from shared.http.running import KernelRoute
from shared.runtime.app import ServiceApp
from tests.conftest import Portolan, running_service
from tests.shared.conftest import PROJECTS, Projects

ORIGIN = "https://app.example.org"


async def raw(client: httpx.AsyncClient, url: str, **headers: str) -> httpx.Response:
    """The answer as it came: not decompressed."""
    async with client.stream("GET", url, headers={"Accept-Encoding": "gzip"} | headers) as answer:
        answer.body = b"".join([piece async for piece in answer.aiter_raw()])  # type: ignore[attr-defined]
        return answer


async def test_a_long_list_is_compressed_for_who_accepts_it(projects: Projects) -> None:
    for _ in range(5):
        await projects.make()
    short = await raw(projects.client, PROJECTS)
    assert short.headers["content-encoding"] == "gzip"
    assert int(short.headers["content-length"]) == len(short.body)  # type: ignore[attr-defined]
    long = await raw(projects.client, PROJECTS, **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in long.headers
    assert gzip.decompress(short.body) == long.body  # type: ignore[attr-defined]
    assert len(short.body) < len(long.body) / 2  # type: ignore[attr-defined]
    assert short.headers["etag"] == long.headers["etag"]
    for answer in (short, long):
        assert "Accept-Encoding" in answer.headers["vary"]


async def test_what_has_a_strong_etag_is_sent_as_the_bytes_that_it_names(projects: Projects) -> None:
    created = await projects.make(description="words " * 500)
    answer = await raw(projects.client, f"{PROJECTS}/{created['id']}")
    assert (answer.headers["etag"], answer.headers.get("content-encoding")) == ('"1"', None)


async def test_a_stream_is_never_compressed(projects: Projects) -> None:
    for _ in range(5):
        await projects.make()
    from tests.shared.http.test_feed import first_event

    assert json.loads((await first_event(projects.one.app, projects.callers.token("director")))["data"])


@pytest.mark.parametrize(("value", "accepted"), [
    ("gzip", True), ("br, GZIP;q=0.5", True), ("*", True), ("x-gzip", True), ("gzip;q=0", False), ("gzip;q=0.000, *", False),
    ("*;q=0", False), ("", False), ("br", False), ("identity", False), ("gzip; q=1.0", True), ("gzip;q=0.5, identity", False),
    ("identity;q=0.5, *", True), ("gzip, identity", True), ("identity;q=0, gzip;q=0", False), (";;,,q", False),
])  # fmt: skip
def test_gzip_is_sent_where_it_is_accepted(value: str, accepted: bool) -> None:
    assert accepts_gzip(value) is accepted


async def test_a_list_that_has_not_changed_is_not_sent_again(projects: Projects) -> None:
    await projects.make()
    first = await projects.client.get(PROJECTS)
    assert re.fullmatch(r'W/"[0-9a-f]{18}"', first.headers["etag"])
    again = await projects.client.get(PROJECTS, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert again.headers["cache-control"] == first.headers["cache-control"]
    assert again.headers["vary"] == first.headers["vary"]
    await projects.make()
    changed = await projects.client.get(PROJECTS, headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


async def test_a_list_is_another_one_once_an_item_what_follows_or_the_total_is(
    projects_everywhere: Projects,
) -> None:
    async def tag(**headers: str) -> str:
        answer = await projects_everywhere.client.get(PROJECTS, params={"limit": 1}, headers=headers)
        assert answer.json()["items"][0]["id"] == created["id"]
        return answer.headers["etag"]

    created = await projects_everywhere.make()
    tags = [await tag(), await tag(Prefer="return=total-count")]
    await projects_everywhere.revise(created, description="another")
    tags.append(await tag())
    await projects_everywhere.make()
    tags.append(await tag())
    assert len(set(tags)) == len(tags)


async def test_only_what_was_read_may_be_kept_and_only_to_ask_again(projects: Projects) -> None:
    read = await projects.client.get(PROJECTS)
    created = await projects.client.post(PROJECTS, json={"name": "New"})
    missing = await projects.client.get(f"{PROJECTS}/none")
    nobody = await projects.callers.anonymous().get(PROJECTS)
    caching = [answer.headers["cache-control"] for answer in (read, created, missing, nobody)]
    assert caching == ["private, no-cache", "no-store", "no-store", "no-store"]


async def test_every_answer_says_that_it_depends_on_the_origin(portolan: Portolan) -> None:
    for url in ("/projects/v1/projects", "/projects/livez", "/projects/nothing", "/reporting/v1/portfolios"):
        assert "Origin" in (await portolan().get(url)).headers["vary"], url


SAFE = {
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
}
UNREAD = {"vary", "x-content-type-options", "content-encoding"}
"""What no script has a use for."""


async def test_scripts_of_an_allowed_origin_can_read_every_header(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, cors_origins=[ORIGIN], rate_limit=1000)
    exposed = {name.strip().lower() for name in cors.EXPOSED.split(",")}
    async with running_service(SERVICE, settings) as (one, callers):
        client = callers("director")
        seen: set[str] = set()
        plain = [route.path for route in routes_of(one.app) if "{" not in route.path]
        reads = [await client.get(path, headers={"Origin": ORIGIN}) for path in plain]
        for answer in [*reads, *await some_of_each_kind(client, callers.anonymous())]:
            assert answer.headers["access-control-allow-origin"] == ORIGIN
            seen |= set(answer.headers)
    unexposed = {name for name in seen - SAFE - UNREAD - exposed if not name.startswith("access-control-")}
    assert not unexposed
    assert {
        "portolan-classes",
        "idempotency-replayed",
        "www-authenticate",
        "allow",
        "ratelimit",
        "ratelimit-policy",
    } <= seen


def routes_of(app: ServiceApp) -> list[KernelRoute]:
    """What is read once: all but the stream."""
    routes = [route for route in app.router.routes if isinstance(route, KernelRoute)]
    return [r for r in routes if r.operation.method == "GET" and not r.path.endswith("/stream")]


async def some_of_each_kind(client: httpx.AsyncClient, nobody: httpx.AsyncClient) -> list[httpx.Response]:
    origin = {"Origin": ORIGIN}
    created = [
        await client.post(PROJECTS, json={"name": "New"}, headers=origin | {"Idempotency-Key": "once"})
        for _ in range(2)
    ]
    return [
        *created,
        await client.get(PROJECTS, headers=origin | {"Prefer": "return=total-count"}, params={"limit": "1"}),
        await client.put(PROJECTS, headers=origin),
        await client.post(PROJECTS, content=b"x", headers=origin | {"Content-Type": "text/plain"}),
        await client.post(PROJECTS, content=b"x", headers=origin | {"Content-Encoding": "gzip"}),
        await nobody.get(PROJECTS, headers=origin),
    ]


@pytest.mark.parametrize(
    "origins",
    ["*", "https://a.example/", "https://a.example,https://b.example", '["https://a.example"]', "a.example", "null",
     "https://A.example", "https://a.example/app"],
)  # fmt: skip
def test_an_origin_that_no_browser_sends_is_refused(origins: str) -> None:
    with pytest.raises(ValueError, match="expected are origins"):
        Settings.model_validate({"cors_origins": origins})


def test_origins_are_listed_with_a_space_between_them() -> None:
    value = "https://a.example http://localhost:5173 http://[::1]:80 capacitor://localhost"
    assert Settings.model_validate({"cors_origins": value}).cors_origins == value.split()


async def test_a_script_may_go_on_with_a_stream(tmp_path: Path) -> None:
    async with running_service(SERVICE, Settings(data=tmp_path, cors_origins=[ORIGIN])) as (_, callers):
        preflight = await callers.anonymous().options(
            "/projects/v1/events/stream", headers={"Origin": ORIGIN}
        )
    allowed = preflight.headers["access-control-allow-headers"]
    assert {"Last-Event-ID", "tracestate"} <= {name.strip() for name in allowed.split(",")}


async def test_a_principal_is_counted_once_for_all_services_of_a_process(
    tmp_path: Path, fresh_stores: Path
) -> None:
    from shutil import copytree

    from tests.conftest import running_portolan

    copytree(fresh_stores, tmp_path, dirs_exist_ok=True)
    async with running_portolan(Settings(data=tmp_path, rate_limit=4)) as portolan:
        client = portolan()
        urls = ["/projects/v1/projects", "/risk/v1/risks", "/finance/v1/vendors", "/resources/v1/persons"]
        answers = [await client.get(url) for url in [*urls, "/reporting/v1/portfolios"]]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
        assert answers[0].headers["ratelimit-policy"] == '"principal";q=4;w=60'
        assert re.fullmatch(r'"principal";r=3;t=[0-9]+', answers[0].headers["ratelimit"])
        assert (await portolan("viewer").get(urls[0])).status_code == 200


PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"


async def event_of(projects: Projects, **headers: str) -> dict[str, Any]:
    await projects.client.post(PROJECTS, json={"name": "Traced"}, headers=headers)
    return dict((await projects.client.get("/projects/v1/events")).json()["items"][-1])


async def test_an_event_carries_the_span_that_asked_for_it(projects: Projects) -> None:
    event = await event_of(projects, traceparent=PARENT, tracestate="vendor=1,other=2")
    assert (event["traceparent"], event["tracestate"]) == (PARENT, "vendor=1,other=2")


@pytest.mark.parametrize(
    "value", ["", "nonsense", f"00-{'0' * 32}-00f067aa0ba902b7-01", f"00-{'a' * 32}-{'0' * 16}-01"]
)
async def test_without_a_span_nothing_is_sampled_and_none_is_made_up(projects: Projects, value: str) -> None:
    event = await event_of(projects, traceparent=value, tracestate="vendor=1")
    version, trace, span, flags = event["traceparent"].split("-")
    assert (version, len(trace), len(span), flags) == ("00", 32, 16, "00")
    assert span not in trace
    assert "tracestate" not in event
