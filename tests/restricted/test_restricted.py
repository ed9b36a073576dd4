"""What is restricted is seen by nobody without the scope, by no route, feed, stream, dashboard or replay."""

import asyncio
import logging
from typing import Any

import httpx
import pytest

from services.reporting.service import SERVICE as REPORTING
from shared.base.settings import Settings
from shared.contracts.finance.calendar import RateCard
from shared.contracts.language import entry_of, topics_of
from shared.contracts.resources.people import Identity
from shared.http.auth.roles import ROLES
from shared.http.call import Call
from shared.http.path import Id
from shared.http.routes import Routes
from shared.http.running import KernelRoute
from shared.messaging.bus.kafka import KafkaBus
from shared.runtime.app import create_app
from shared.runtime.serve import serving
from shared.store import Unreachable
from tests.conftest import Portolan
from tests.reporting.web.conftest import visiting

SECRET = "987.65"
CARDS, RATE = "/finance/v1/rate-cards", "/finance/v1/rates/applicable"
PAGES = "/registers/finance/rate-cards"
WITH = ("director", "controller", "service")
WITHOUT = ("viewer", "member", "manager")
TO_HEAL = ("director", "service")
"""Those who see everything, whatever is confidential."""
GRADE = "Grade Zephyr"
CARD = {"grade": GRADE, "amount": {"amount": SECRET, "currency": "CHF"}, "valid_from": "2035-01-01"}


async def create(portolan: Portolan, **members: Any) -> dict[str, Any]:
    answer = await portolan("director").post(CARDS, json=CARD | members)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_every_role_that_sees_what_is_restricted_is_meant_to() -> None:
    assert {role for role, scopes in ROLES.items() if "finance.restricted" in scopes} == set(WITH)


async def test_no_route_of_a_restricted_aggregate_answers_without_the_scope(everywhere: Portolan) -> None:
    portolan = everywhere
    card = await create(portolan, external_ref={"source": "erp", "id": "R1"})
    there = f"{CARDS}/{card['id']}"
    merge = {"Content-Type": "application/merge-patch+json", "If-Match": '"1"'}
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", CARDS, {}),
        ("GET", f"{CARDS}?grade=Grade%20Zephyr", {}),
        ("GET", f"{CARDS}?amount_gte=1&sort=-amount", {}),
        ("GET", f"{RATE}?on=2035-02-01&grade=Grade%20Zephyr", {}),
        ("GET", f"{RATE}?on=2034-02-01", {}),
        ("GET", f"{CARDS}?fields=id", {}),
        ("HEAD", CARDS, {}),
        ("POST", CARDS, {"json": CARD}),
        ("POST", f"{CARDS}?validate_only=true", {"json": CARD}),
        ("POST", f"{CARDS}/batch", {"json": {"items": [CARD]}, "headers": {"Idempotency-Key": "k"}}),
        ("GET", f"{CARDS}/by-ref/erp/R1", {}),
        ("GET", f"{CARDS}/by-ref/erp/R1?fields=id", {"headers": {"If-None-Match": "*"}}),
        ("HEAD", f"{CARDS}/by-ref/erp/R1", {}),
        ("GET", f"{CARDS}/by-ref/erp/nothing", {}),
        ("GET", CARDS, {"headers": {"Prefer": "return=total-count", "If-None-Match": "*"}}),
        ("PUT", f"{CARDS}/by-ref/erp/R1", {"json": CARD}),
        ("PUT", f"{CARDS}/by-ref/erp/R2", {"json": CARD}),
        ("GET", there, {}),
        ("GET", f"{there}?fields=amount", {}),
        ("GET", f"{there}/history", {}),
        ("GET", f"{there}/history?expand=state", {}),
        ("HEAD", there, {}),
        ("PATCH", there, {"json": {"grade": "x"}, "headers": merge}),
        ("DELETE", there, {"headers": {"If-Match": '"1"'}}),
        ("POST", f"{there}/restore", {"headers": {"If-Match": '"1"'}}),
        ("GET", f"{CARDS}/01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d", {}),
    ]
    for role in WITHOUT:
        for method, url, request in calls:
            answer = await portolan(role).request(method, url, **request)
            assert answer.status_code == 403, f"{role} {method} {url}: {answer.status_code}"
            assert SECRET not in answer.text
            assert card["id"] not in answer.text.replace(there, "")
    for role in WITH:
        assert (await portolan(role).get(there)).json()["amount"]["amount"] == SECRET
        assert len((await portolan(role).get(CARDS)).json()["items"]) == 1
        assert SECRET in (await portolan(role).get(f"{there}/history?expand=state")).text
        assert SECRET in (await portolan(role).get(f"{RATE}?on=2035-02-01&grade=Grade%20Zephyr")).text


async def test_the_refusal_names_the_scope_that_is_missing(portolan: Portolan) -> None:
    answer = await portolan("viewer").get(CARDS)
    assert (answer.json()["code"], answer.json()["needs"]) == ("scope_missing", "finance.restricted")


async def test_a_narrowed_token_sees_no_more_than_it_says(portolan: Portolan) -> None:
    assert portolan.tokens.local is not None
    for scope, status in (("read", 403), ("finance.read", 403), ("finance.read finance.restricted", 200)):
        token = portolan.tokens.local.issue("a", "director", "portolan", scope=scope)
        answer = await portolan.anonymous().get(CARDS, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, scope


async def test_feeds_and_heads_show_it_only_with_the_scope(everywhere: Portolan) -> None:
    portolan = everywhere
    card = await create(portolan)
    await portolan("director").post("/finance/v1/vendors", json={"name": "Netzwerk AG"})
    for role in WITHOUT:
        answer = await portolan(role).get("/finance/v1/events")
        assert [event["type"].split(".")[2] for event in answer.json()["items"]] == ["vendor"]
        assert answer.headers["portolan-classes"] == "open people"
        heads = (await portolan(role).get("/finance/v1/events/heads")).json()
        assert {item["topic"] for item in heads["items"]} == {"portolan.finance.v1"}
    for role in WITH:
        answer = await portolan(role).get("/finance/v1/events")
        assert next(event["subject"] for event in answer.json()["items"]) == card["id"]
        assert "restricted" in answer.headers["portolan-classes"].split()
        heads = (await portolan(role).get("/finance/v1/events/heads")).json()
        assert "portolan.finance.restricted.v1" in {item["topic"] for item in heads["items"]}


async def seen_in_the_stream(portolan: Portolan, role: str, last: bytes) -> bytes:
    """What a stream from the beginning has sent by the time at which `last` has come."""
    sent = bytearray()
    came = asyncio.Event()

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.extend(message.get("body", b""))
        if last in sent:
            came.set()

    path = "/finance/v1/events/stream"
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"after=0",
             "headers": [(b"authorization", f"Bearer {portolan.token(role)}".encode())]}  # fmt: skip
    stream = asyncio.create_task(portolan.app(scope, receive, send))
    try:
        async with asyncio.timeout(10):
            await came.wait()
    finally:
        stream.cancel()
        await asyncio.wait([stream])
    return bytes(sent)


async def test_the_stream_shows_it_only_with_the_scope(everywhere: Portolan) -> None:
    portolan = everywhere
    card = await create(portolan)
    vendor = await portolan("director").post("/finance/v1/vendors", json={"name": "Netzwerk AG"})
    last = vendor.json()["id"].encode()
    for role in WITHOUT:
        sent = await seen_in_the_stream(portolan, role, last)
        assert card["id"].encode() not in sent, role
        assert str(SECRET).encode() not in sent, role
    for role in WITH:
        assert card["id"].encode() in await seen_in_the_stream(portolan, role, last), role


async def test_a_gap_is_healed_only_with_the_scope(everywhere: Portolan) -> None:
    """Without it the feed passes over what is missing: taken for healed, it would be lost for ever."""
    portolan = everywhere
    card = await create(portolan)
    await portolan("director").post("/finance/v1/vendors", json={"name": "Netzwerk AG"})
    finance = portolan.running.services["finance"]
    rows = await finance.kernel.store.fetch("SELECT topic, partition, position FROM outbox ORDER BY position")
    async with serving(finance.app, "127.0.0.1", 0) as url:
        for role, is_shown in (*((role, False) for role in WITHOUT), *((role, True) for role in TO_HEAL)):
            token = portolan.token(role)
            bus = KafkaBus(Settings(bus_url="kafka://127.0.0.1:1", feeds={"finance": url}), lambda t=token: t)  # type: ignore[misc]
            for topic, partition, position in rows:
                if is_shown:
                    [record] = await bus.heal(topic, partition, position - 1, position + 1)
                    assert record.position == position
                    assert (record.event.subject == card["id"]) is ("restricted" in topic)
                else:
                    why = (
                        r"lacks the scope finance\.restricted to heal"
                        if "restricted" in topic
                        else "needs projects.decide"
                    )
                    with pytest.raises(Unreachable, match=why):
                        await bus.heal(topic, partition, position - 1, position + 1)
            await bus.close()


async def test_a_filtered_feed_advances_past_what_it_does_not_show(everywhere: Portolan) -> None:
    portolan = everywhere
    for number in range(5):
        await create(portolan, grade=f"Grade {number}")
    await portolan("director").post("/finance/v1/vendors", json={"name": "Netzwerk AG"})
    page = (await portolan("viewer").get("/finance/v1/events?limit=1")).json()
    assert [event["type"].split(".")[2] for event in page["items"]] == ["vendor"]
    assert page["items"][0]["previoussequence"] == "0" * 20


async def test_reporting_holds_nothing_of_it(everywhere: Portolan) -> None:
    portolan = everywhere
    card = await create(portolan)
    project = (await portolan("director").post("/projects/v1/projects", json={"name": "ERP"})).json()
    await portolan.settled()
    reporting = portolan.running.services["reporting"]
    for table in reporting.service.metadata.tables:
        rows = await reporting.kernel.store.fetch(f'SELECT * FROM "{table}"')
        assert not any(SECRET in str(value) or value == card["id"] for row in rows for value in row), table
    routes = [r for r in create_app(reporting.service).router.routes if isinstance(r, KernelRoute)]
    for route in routes:
        if route.operation.method == "GET" and "stream" not in route.path and "changes" not in route.path:
            for id in (project["id"], card["id"]):
                url = route.path.replace("{id}", id).replace("{project_id}", id)
                answer = await asking(portolan("director"), url)
                assert SECRET not in answer.text, url


async def asking(client: httpx.AsyncClient, url: str) -> httpx.Response:
    async with asyncio.timeout(20):
        return await client.get(url)


async def test_only_a_consumer_that_says_so_takes_it_in(portolan: Portolan) -> None:
    for inboxes in portolan.running.inboxes.values():
        for inbox in inboxes:
            assert not [topic for topic in inbox.consumer.topics if "restricted.v1" in topic]
            logins = [topic for topic in inbox.consumer.topics if "restricted_people" in topic]
            assert not logins or Identity in {copy.shape for copy in inbox.consumer.copies}
    assert "portolan.finance.restricted.v1" in topics_of("finance")


async def test_the_document_says_that_the_scope_is_needed(portolan: Portolan) -> None:
    document = (await portolan("viewer").get("/finance/openapi.json")).json()
    cards = document["paths"][CARDS]
    assert cards["get"]["x-scopes"] == ["finance.read", "finance.restricted"]
    assert cards["post"]["x-scopes"] == ["finance.write", "finance.restricted"]
    assert document["paths"]["/finance/v1/vendors"]["get"]["x-scopes"] == ["finance.read"]


async def test_the_pages_show_it_only_to_who_has_the_right(portolan: Portolan) -> None:
    """Its list and its exports, its own page, its history, its form, what is typed into a search, and the way there."""
    card = await create(portolan)
    pages = (
        "",
        "/csv",
        "/xlsx",
        f"/{card['id']}",
        f"/{card['id']}/history",
        f"/{card['id']}/edit",
        "/hits?q=Zephyr",
    )
    for role in WITHOUT:
        async with visiting(portolan) as browser:
            await browser.get(await portolan.running.login_link(role, role))
            for page in pages:
                answer = await browser.get(PAGES + page)
                assert answer.status_code in (403, 404), f"{role} {page}"
                assert SECRET not in answer.text, f"{role} {page}"
                assert GRADE not in answer.text, f"{role} {page}"
            for elsewhere in ("/", "/registers", "/registers/finance/vendors", "/project"):
                assert PAGES not in (await browser.get(elsewhere)).text, f"{role} {elsewhere}"
    async with visiting(portolan) as browser:
        await browser.get(await portolan.running.login_link("controller", "controller"))
        for page in pages[:1] + pages[3:5]:
            assert SECRET in (await browser.get(PAGES + page)).text, page


async def test_what_it_names_says_nothing_of_it(portolan: Portolan) -> None:
    """A vendor and a role are changed and archived by who may not see the rates that name them."""
    manager = portolan("manager")
    role = (await manager.post("/resources/v1/roles", json={"name": "Architect"})).json()
    vendor = (await portolan("director").post("/finance/v1/vendors", json={"name": "Netzwerk AG"})).json()
    await portolan.settled()
    card = await create(portolan, role_id=role["id"], vendor_id=vendor["id"])
    for path, caller in (
        (f"/resources/v1/roles/{role['id']}", "manager"),
        (f"/finance/v1/vendors/{vendor['id']}", "director"),
    ):
        archived = await portolan(caller).delete(path, headers={"If-Match": '"1"'})
        assert archived.status_code == 204, archived.text
        history = await portolan("viewer").get(f"{path}/history?expand=state")
        assert not [secret for secret in (card["id"], SECRET, GRADE) if secret in history.text], path


@pytest.mark.parametrize("collection", ["comments", "documents"])
async def test_nothing_open_is_about_it(portolan: Portolan, collection: str) -> None:
    card = await create(portolan)
    about = {
        "subject": {"kind": "rate_card", "id": card["id"]},
        "text": "Dear.",
        "title": "Dear.",
        "kind": "offer",
    }
    body = {
        name: about[name]
        for name in (("subject", "text") if collection == "comments" else ("subject", "title"))
    }
    answer = await portolan("director").post(f"/finance/v1/{collection}", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/subject/kind")


async def test_what_is_written_to_the_log_holds_nothing_of_it(
    portolan: Portolan, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        card = await create(portolan)
        for role in ("viewer", "director"):
            again = CARD if role == "viewer" else CARD | {"amount": {"amount": SECRET, "currency": "CHFX"}}
            assert (await portolan(role).post(CARDS, json=again)).status_code in (403, 422)
            await portolan(role).get(f"{RATE}?on=2035-02-01&grade=Grade%20Zephyr")
        twice = await portolan("director").post(CARDS, json=CARD)
        assert (twice.status_code, SECRET in twice.text) == (409, False)
        await portolan.settled()
    own = [
        record for record in caplog.records if not record.name.startswith(("httpx", "aiosqlite", "asyncio"))
    ]
    lines = "\n".join(f"{record.getMessage()} {vars(record)}" for record in own)
    assert SECRET not in lines
    assert card["id"] not in lines.replace(f"{CARDS}/{card['id']}", "")


async def test_what_operators_see_holds_nothing_of_it(everywhere: Portolan) -> None:
    """Long work, dead letters, refused attempts and what is due, of every service."""
    portolan = everywhere
    card = await create(portolan)
    await portolan("viewer").get(f"{CARDS}/{card['id']}")
    await portolan.settled()
    for service in portolan.running.services:
        for path in ("operations", "dead-letters", "refused-attempts", "due"):
            answer = await portolan("director").get(f"/{service}/v1/{path}")
            assert SECRET not in answer.text, f"{service} {path}"
            assert GRADE not in answer.text, f"{service} {path}"


async def test_its_own_topic_is_the_only_one_on_which_it_is_published(everywhere: Portolan) -> None:
    portolan = everywhere
    card = await create(portolan)
    await portolan.settled()
    for name, running in portolan.running.services.items():
        rows = (
            await running.kernel.store.fetch("SELECT topic, aggregate_id, payload FROM outbox")
            if name != "reporting"
            else []
        )
        topics = {topic for topic, id, payload in rows if id == card["id"] or SECRET in str(payload)}
        assert topics == ({"portolan.finance.restricted.v1"} if name == "finance" else set()), name


def test_a_route_that_answers_one_needs_the_scope_whatever_it_says() -> None:
    """So do moves, which are routes of this shape."""
    routes = Routes("finance", "Rate cards")

    @routes.post("/v1/rate-cards/{id}/round", needs_match=True, refusals=(404,))
    async def round_(call: Call, id: Id) -> RateCard:
        """Round a rate."""
        raise NotImplementedError

    assert routes.declared[0].operation.scopes == ("finance.write", "finance.restricted")


def test_reporting_cannot_be_asked_for_it() -> None:
    topics = {topic for consumer in REPORTING.consumers for topic in consumer.topics}
    assert topics
    assert entry_of(RateCard).topic not in topics
