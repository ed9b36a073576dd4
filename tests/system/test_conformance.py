"""Every operation of every service keeps the rules of the interface; each test walks them all."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from services.embedded import SERVICES
from shared.http.running import KernelRoute
from shared.runtime.app import create_app

UNKNOWN = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"
READY_WITHIN = 200
THE_ORGANISATION = "/projects/v1/organisations"
"""There is one, which cannot be made a second time."""
MEMBERS = {"type", "title", "status", "detail", "instance", "code", "trace_id", "errors"}
ETAG = re.compile(r'(W/)?"[0-9]+"')


def assert_problem(answer: httpx.Response, status: int, code: str | None = None) -> dict[str, Any]:
    """An RFC 9457 document with all its members and the status that the line says."""
    assert answer.status_code == status, (str(answer.request.url), answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert set(problem) >= MEMBERS
    assert problem["status"] == status
    assert problem["type"] == f"/problems/{problem['code']}"
    assert code in (None, problem["code"])
    for fault in problem["errors"]:
        assert {"code", "detail"} < set(fault)
        assert len({"pointer", "parameter", "header"} & set(fault)) == 1
    return problem


def matching(walked: Any) -> dict[str, str]:
    """The headers without which an operation is not even looked at."""
    headers = {"If-Match": '"1"'} if walked.operation.needs_match else {}
    if walked.operation.needs_key:
        headers["Idempotency-Key"] = "walk"
    if walked.operation.body is not None:
        headers["Content-Type"] = walked.operation.media_type
    return headers


def named(method: str, suffix: str) -> str:
    """The last word of an operationId for a route of a register."""
    match method, suffix:
        case "GET", "":
            return "list"
        case "POST", "":
            return "create"
        case _, "/{id}":
            return {"GET": "get", "PATCH": "revise", "DELETE": "archive"}[method]
        case "POST", "/of-login" | "/trial":
            return f"{suffix[1:].replace('-', '_')}_create"
        case "PUT", "/by-ref/{source}/{external_id}":
            return "put"
        case "GET", "/by-ref/{source}/{external_id}":
            return "get_by_ref"
        case _:
            words = re.sub("[-.]", "_", "_".join(p for p in suffix.split("/") if p and "{" not in p))
            return f"put_{words}" if method == "PUT" else words


async def test_operation_ids_are_unique_and_say_collection_and_verb(everything: Any) -> None:
    ids = [w.id for w in everything.walk()]
    assert len(ids) == len(set(ids))
    entries = [m.entry for service in SERVICES for m in service.mirrors.values()]
    collections = {
        f"/{entry.service}/v1/{entry.collection}": (f"{entry.service}_" if entry.is_attached else "")
        + entry.collection
        for entry in entries
    }
    for walked in everything.walk():
        if walked.collection in collections:
            noun = collections[walked.collection].replace("-", "_")
            suffix = walked.path.removeprefix(walked.collection)
            assert walked.id == f"{noun}_{named(walked.method, suffix)}"
        else:
            assert re.fullmatch(r"[a-z][a-z_]+", walked.id), walked


async def test_whatever_is_put_by_its_key_is_read_by_it(everything: Any) -> None:
    methods: dict[str, set[str]] = {}
    for walked in everything.walk():
        methods.setdefault(walked.path, set()).add(walked.method)
    put = {path for path, those in methods.items() if "PUT" in those}
    assert put
    assert [path for path in put if "GET" not in methods[path]] == []


async def test_paths_are_plural_kebab_nouns_two_levels_deep_without_a_slash_at_the_end(
    everything: Any,
) -> None:
    for walked in everything.walk():
        path = walked.path.removesuffix("/content").removesuffix(
            "/verify"
        )  # of a version, which is two levels deep
        assert re.fullmatch(r"/[a-z]+(/v1/[a-z-]+(/[a-z-]+|/\{[a-z_]+\}){0,3}(\.xml)?|/[a-z.]+)", path), (
            walked
        )
        assert not walked.path.endswith("/")


async def ready(nobody: httpx.AsyncClient) -> None:
    """Each service says that it is not ready until all its consumers read; what does not become ready is a failure below."""
    for service in SERVICES:
        for _ in range(READY_WITHIN):
            if (await nobody.get(f"/{service.name}/readyz")).status_code == 200:
                break
            await asyncio.sleep(0.05)


async def test_without_a_token_every_operation_that_is_not_public_answers_401(everything: Any) -> None:
    async with everything.portolan.anonymous() as nobody:
        await ready(nobody)
        for walked in everything.walk():
            answer = await nobody.request(walked.method, walked.url())
            if walked.operation.public:
                assert answer.status_code == 200, walked
            else:
                assert_problem(answer, 401)
                assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "e30.e30.e30", "\xe9"])
async def test_a_token_that_is_none_answers_401(everything: Any, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode("latin-1")}
    for walked in everything.walk():
        if not walked.operation.public:
            async with everything.portolan.anonymous() as nobody:
                assert_problem(await nobody.request(walked.method, walked.url(), headers=headers), 401)
            break


async def test_a_viewer_reads_everything_and_writes_nothing(everything: Any) -> None:
    viewer = everything.client("viewer")
    for walked in everything.walk("POST", "PUT", "PATCH", "DELETE"):
        if walked.operation.scope is None:  # what is the caller's own needs no right
            continue
        problem = assert_problem(
            await viewer.request(walked.method, walked.url(), headers=matching(walked)), 403
        )
        assert problem["needs"] == walked.operation.scope


async def test_what_is_not_there_answers_404(everything: Any) -> None:
    client = everything.client()
    for walked in everything.walk("GET", "PATCH", "DELETE", "POST"):
        if "{id}" in walked.path and walked.collection in everything.resources:
            for id in (UNKNOWN, "nonsense", UNKNOWN.upper()):
                answer = await client.request(
                    walked.method, walked.url(id), headers=matching(walked), json=everything.body(walked)
                )
                assert_problem(answer, 404)
    for path in ("/projects/v1/nonsense", "/projects/v2/projects", "/nonsense", "/projects/v1/projects/"):
        assert_problem(await client.get(path), 404)


async def test_a_method_that_a_resource_does_not_have_answers_405_with_those_it_has(everything: Any) -> None:
    client = everything.client()
    for walked in everything.walk():
        answer = await client.request("TRACE", walked.url())
        assert_problem(answer, 405)
        assert walked.method in answer.headers["allow"].split(", ")


async def test_options_tell_the_methods(everything: Any) -> None:
    async with everything.portolan.anonymous() as nobody:
        for walked in everything.walk():
            answer = await nobody.options(walked.url())
            assert answer.status_code == 204, walked
            allowed = set(answer.headers["allow"].split(", "))
            assert {walked.method, "OPTIONS"} <= allowed
            assert ("HEAD" in allowed) == ("GET" in allowed)


async def test_head_answers_as_get_does_without_a_body(everything: Any) -> None:
    client = everything.client()
    for walked in everything.walk("GET"):
        if "stream" in walked.path or "metrics" in walked.path:
            continue
        got, head = await client.get(walked.url()), await client.head(walked.url())
        assert head.status_code == got.status_code, walked
        assert head.content == b""
        for name in ("content-type", "etag", "content-length"):
            assert head.headers.get(name) == got.headers.get(name), walked


async def test_single_resources_carry_an_etag_and_answer_304_to_those_who_have_them(everything: Any) -> None:
    client = everything.client()
    for walked in everything.walk("GET"):
        if walked.path.endswith("/{id}") and walked.collection in everything.resources:
            got = await client.get(walked.url())
            assert ETAG.fullmatch(got.headers["etag"]), walked
            again = await client.get(walked.url(), headers={"If-None-Match": got.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")


async def test_a_change_without_if_match_answers_428_and_with_a_stale_one_412(everything: Any) -> None:
    client = everything.client()
    seen = 0
    for walked in everything.walk():
        if not walked.operation.needs_match or walked.path.endswith("/restore"):
            continue
        body = everything.body(walked)
        headers = matching(walked)
        del headers["If-Match"]
        assert_problem(await client.request(walked.method, walked.url(), json=body, headers=headers), 428)
        for stale in ('"99"', '"98", "99"', "nonsense", 'W/"1"', '"99999999999999999999"'):
            answer = await client.request(
                walked.method, walked.url(), json=body, headers=headers | {"If-Match": stale}
            )
            assert_problem(answer, 412)
            assert answer.headers["etag"] == '"1"'
        seen += 1
    assert seen > 20


async def test_an_unknown_query_parameter_answers_400_and_is_named(everything: Any) -> None:
    client = everything.client()
    for walked in everything.walk():
        headers = matching(walked)
        answer = await client.request(walked.method, walked.url() + "?nonsense=1", headers=headers)
        problem = assert_problem(answer, 400, "unknown_parameter")
        assert problem["errors"][0]["parameter"] == "nonsense"


async def test_a_parameter_with_a_closed_set_of_values_refuses_others(everything: Any) -> None:
    client = everything.client()
    for walked in everything.walk():
        for parameter in walked.operation.parameters:
            if "enum" in parameter.schema:
                url = f"{walked.url()}?{parameter.name}=nonsense"
                problem = assert_problem(
                    await client.request(walked.method, url, headers=matching(walked)), 400
                )
                assert problem["errors"][0]["parameter"] == parameter.name


@pytest.mark.parametrize("limit", ["0", "-1", "201", "abc", "", "1e2", "%C2%B2", "99999999999999999999"])
async def test_a_page_has_1_to_200_items(everything: Any, limit: str) -> None:
    client = everything.client()
    for walked in everything.walk("GET"):
        if walked.id.endswith("_list"):
            assert_problem(await client.get(f"{walked.url()}?limit={limit}"), 400)


async def test_every_list_tells_its_total_to_who_prefers_it(everything: Any) -> None:
    client = everything.client()
    await everything.portolan.settled()
    paged = [w for w in everything.walk("GET") if "cursor" in w.operation.query_names]
    assert len(paged) > 15
    for walked in paged:
        assert "Prefer" in {header.name for header in walked.operation.headers}, walked
        page = await client.get(walked.url() + "?limit=200", headers={"Prefer": "return=total-count"})
        if page.status_code == 404 and "{id}" in walked.path:  # of what only reactions make there is none yet
            continue
        assert page.headers["preference-applied"] == "return=total-count", walked
        assert page.json()["total"] == len(page.json()["items"]), walked


WITHOUT_IDS = (
    *("/reporting/v1/activity", "/history", "/entries"),
    *("/dates", "/movements", "/critical-path", "/variance"),
)
"""Of lists whose items are no resources."""


def lists(everything: Any) -> list[Any]:
    """Every list whose items are resources with an id. What happened, versions, and what a run of a schedule holds are found
    by what they are of."""
    paged = [w for w in everything.walk("GET") if "cursor" in w.operation.query_names]
    return [w for w in paged if not w.path.endswith(WITHOUT_IDS)]


async def test_every_list_takes_the_ids_that_others_name(everything: Any) -> None:
    """Also the reader of a page of a hundred rows finds their names in one request."""
    client, narrowed = everything.client(), 0
    for walked in lists(everything):
        whole = (await client.get(f"{walked.url()}?limit=200")).json()["items"]
        ids = [one["id"] if "id" in one else one["project"]["id"] for one in whole][:2]
        for filtered in (ids, [*ids, UNKNOWN], ids[:1], [UNKNOWN]):
            query = "&".join(f"id={id}" for id in filtered)
            answer = await client.get(f"{walked.url()}?{query}")
            assert answer.status_code == 200, f"{walked} {answer.text}"
            items = [one["id"] if "id" in one else one["project"]["id"] for one in answer.json()["items"]]
            assert sorted(items) == sorted(set(filtered) - {UNKNOWN}), walked
        narrowed += len(whole) > 0
    assert narrowed > 15, "most collections hold something"


async def test_a_list_refuses_what_is_no_id_and_more_than_200(everything: Any) -> None:
    client = everything.client()
    for walked in lists(everything):
        many = "&".join(["limit=200", *[f"id={UNKNOWN}"] * 200])
        for query, status in ((many, 200), (f"{many}&id={UNKNOWN}", 400), ("id=PRJ-1", 400), ("id=", 400)):
            answer = await client.get(f"{walked.url()}?{query}")
            assert answer.status_code == status, f"{walked} {answer.text}"
            if status == 400:
                assert answer.json()["errors"][0]["parameter"] == "id", walked


async def test_a_single_valued_parameter_given_twice_answers_400(everything: Any) -> None:
    client = everything.client()
    for walked in everything.walk():
        for parameter in walked.operation.parameters:
            if not parameter.many:
                value = parameter.schema.get("enum", ["1"])[0]
                url = f"{walked.url()}?{parameter.name}={value}&{parameter.name}={value}"
                assert_problem(await client.request(walked.method, url, headers=matching(walked)), 400)


async def test_expand_sort_and_fields_refuse_what_is_not_on_offer(everything: Any) -> None:
    client = everything.client()
    for walked in everything.walk("GET"):
        for parameter in walked.operation.parameters:
            if parameter.name in ("expand", "sort", "fields") and walked.collection in everything.resources:
                assert_problem(await client.get(f"{walked.url()}?{parameter.name}=nonsense"), 400)


async def test_another_representation_than_the_one_there_is_answers_406(everything: Any) -> None:
    client = everything.client()
    for walked in everything.walk():
        answer = await client.request(
            walked.method, walked.url(), headers=matching(walked) | {"Accept": "image/png"}
        )
        assert_problem(answer, 406)


async def test_an_operation_that_needs_a_key_answers_400_without(everything: Any) -> None:
    client = everything.client()
    for walked in everything.walk("POST"):
        if walked.operation.needs_key:
            problem = assert_problem(await client.post(walked.url(), json={"items": [{}]}), 400)
            assert problem["errors"][0]["header"] == "Idempotency-Key"


async def test_batches_and_what_moves_money_need_a_key_and_the_document_says_so(everything: Any) -> None:
    needing = {w.id for w in everything.walk() if w.operation.needs_key}
    assert needing == {w.id for w in everything.walk() if w.path.endswith("/batch")} | {"actual_costs_create"}
    for service in SERVICES:
        for operations in create_app(service).openapi()["paths"].values():
            for method, operation in operations.items():
                keys = [p["required"] for p in operation["parameters"] if p["name"] == "Idempotency-Key"]
                assert keys == ([operation["operationId"] in needing] if method == "post" else [])


async def test_what_is_created_says_where_it_is_and_is_there(everything: Any) -> None:
    client = everything.client()
    for collection, resource in everything.resources.items():
        walked = next((w for w in everything.walk("PUT") if w.collection == collection), None)
        if walked is None:  # only the system makes such
            continue
        content = {k: v for k, v in resource.items() if k in walked.operation.body.model_fields}
        url = f"{collection}/by-ref/walk/1%2F{walked.service}"
        unique: dict[str, str | None] = {m: None for m in ("external_ref", "code", "stage") if m in content}
        if "wbs" in content:
            unique |= {"wbs": "2"}
        if "required_when" in content:
            unique |= {"name": "another_field"}
        if "identities" in collection:
            unique |= {"subject": "another login"}
        if "rate-cards" in collection:
            unique |= {"grade": "another grade"}
        if "exceptions" in collection:
            days = {"tolerance": {"finish_on": "2026-06-30"}, "forecast": {"finish_on": "2026-09-30"}}
            unique |= {"axis": "time", **days}  # type: ignore[dict-item]
        if "scorings" in collection:
            another = await client.post("/resources/v1/persons", json={"name": "Another assessor"})
            await everything.portolan.settled()
            unique |= {"assessor_id": another.json()["id"]}
        answer = await client.put(url, json=content | unique)
        if collection == THE_ORGANISATION:
            assert_problem(answer, 409, "organisation_exists")
            continue
        assert answer.status_code == 201, (collection, answer.text)
        assert ETAG.fullmatch(answer.headers["etag"])
        there = await client.get(answer.headers["location"])
        assert there.json() == answer.json()
        assert there.json()["external_ref"] == {"source": "walk", "id": f"1/{walked.service}"}


async def test_every_answer_carries_the_id_of_its_request(everything: Any) -> None:
    client = everything.client()
    for walked in everything.walk("GET"):
        if "stream" not in walked.path:
            answer = await client.get(walked.url(), headers={"X-Request-ID": "walk-1"})
            assert answer.headers["x-request-id"] == "walk-1"
            assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)
def test_the_document_says_every_answer_and_each_refusal_as_a_problem(service: Any) -> None:
    document = create_app(service).openapi()
    assert document["openapi"] == "3.1.0"
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert operation["description"], where
            assert len(operation["tags"]) == 1, where
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert set(answer["content"]) == {"application/problem+json"}, f"{where} {status}"
            for parameter in operation["parameters"]:
                # generators of clients leave out an operation whose header may be one of several types
                assert parameter["in"] != "header" or "type" in parameter["schema"], where
            names = re.findall(r"\{([^}]+)\}", path)
            assert names == [p["name"] for p in operation["parameters"] if p["in"] == "path"], where


@pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)
def test_the_document_promises_no_representation_but_those_that_are_given(service: Any) -> None:
    app = create_app(service)
    produced = {
        route.operation_id: set(route.operation.produces)
        for route in app.router.routes
        if isinstance(route, KernelRoute)
    }
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                if int(status) < 300 and "content" in answer:
                    assert set(answer["content"]) == produced[operation["operationId"]], f"{method} {path}"


@pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)
def test_every_reference_of_the_document_leads_somewhere(service: Any) -> None:
    document = create_app(service).openapi()
    names = set(re.findall(r"#/components/schemas/([A-Za-z0-9_]+)", str(document)))
    assert names <= set(document["components"]["schemas"])


@pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)
def test_requests_are_closed_and_have_no_defaults_and_answers_are_open(service: Any) -> None:
    document = create_app(service).openapi()
    schemas = document["components"]["schemas"]
    operations = [o for operations in document["paths"].values() for o in operations.values()]
    requested = reached(schemas, [o.get("requestBody") for o in operations])
    answered = reached(schemas, [o["responses"] for o in operations])
    assert len(answered) > 5
    assert len(requested) > 1 or service.name == "reporting"
    for name in requested:
        assert "'default':" not in str({k: v for k, v in schemas[name].items() if k != "examples"}), name
    for name in requested - answered:
        assert schemas[name].get("additionalProperties", False) is False, name
    for name in answered:
        assert "'additionalProperties': False" not in str(schemas[name]), name


def reached(schemas: dict[str, Any], roots: Any) -> set[str]:
    """The names of the schemas to which something in `roots` leads."""
    names = set(re.findall(r"#/components/schemas/([A-Za-z0-9_]+)", str(roots)))
    while (
        more := set(re.findall(r"#/components/schemas/([A-Za-z0-9_]+)", str([schemas[n] for n in names])))
        - names
    ):
        names |= more
    return names
