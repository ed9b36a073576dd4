"""What no well-meaning caller sends: refused by every operation with the right 4xx, and never a 5xx."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.rotation import turn

MIB = 1024 * 1024


def assert_refused(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    where = (answer.request.method, str(answer.request.url)[:200], answer.status_code, answer.text[:300])
    assert answer.status_code in statuses, where
    assert answer.headers["content-type"] == "application/problem+json", where
    problem: dict[str, Any] = answer.json()
    assert problem["code"], where
    return problem


def with_bodies(everything: Any) -> list[Any]:
    return [w for w in everything.walk("POST", "PUT", "PATCH") if w.operation.body is not None]


async def send(everything: Any, walked: Any, content: Any, **headers: str) -> httpx.Response:
    """The content as the operation wants it, with everything else in order."""
    reported = {
        "Content-Type": walked.operation.media_type,
        "If-Match": '"1"',
        "Idempotency-Key": "walk",
    } | headers
    return await everything.client().request(  # type: ignore[no-any-return]
        walked.method, walked.url(), content=content, headers=reported
    )


UNREADABLE = {
    "NaN": b'{"name": NaN}',
    "infinity": b'{"name": -Infinity}',
    "a float beyond all": b'{"name": 1e999}',
    "2^63": b'{"name": 9223372036854775808}',
    "a number of 5000 digits": b'{"name": ' + b"9" * 5000 + b"}",
    "half of a surrogate pair": b'{"name": "\\ud800"}',
    "half of a surrogate pair in a key": b'{"\\ud800": 1}',
    "a key given twice": b'{"name": 1, "name": 2}',
    "a key given twice, deep inside": b'{"a": [{"b": {"c": 1, "c": 2}}]}',
    "nested 33 deep": b'{"name": ' + b"[" * 33 + b"]" * 33 + b"}",
    "nested 100,000 deep": b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "an unclosed bracket": b'{"name": [',
    "nothing": b"",
    "white space": b"  ",
    "not UTF-8": b'{"name": "\xff"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"name": "x"}',
    "a raw NUL": b'{"name": "a\x00b"}',
    "two values": b"{} {}",
    "single quotes": b"{'name': 'x'}",
    "gzip": b"\x1f\x8b\x08\x00",
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
async def test_a_body_that_cannot_be_read_answers_400(everything: Any, content: bytes) -> None:
    for walked in with_bodies(everything):
        assert_refused(await send(everything, walked, content), 400)


@pytest.mark.parametrize("content", [b"[]", b"null", b"1", b'"text"', b"true"])
async def test_a_body_that_is_no_object_answers_422(everything: Any, content: bytes) -> None:
    for walked in with_bodies(everything):
        assert_refused(await send(everything, walked, content), 422)


async def test_an_unknown_member_answers_422_and_is_pointed_at(everything: Any) -> None:
    for walked in with_bodies(everything):
        problem = assert_refused(await send(everything, walked, b'{"is_admin": true}'), 422)
        pointers = [e.get("pointer") for e in problem["errors"]]
        assert "/is_admin" in pointers or walked.path.endswith("/batch"), walked


HOSTILE_VALUES = [
    "a\\u0000b",
    "\\u001b[31m",
    "",
    " ",
    "\\u0085",
    "x" * 30_000,
    "1E+9999",
    "NaN",
    "Infinity",
    "9" * 400,
    "\u0661\u0662",
    "0000-00-00",
    "10000-01-01",
    "2026-02-30",
    "2026-W01-1",
    "20260101",
    "0001-01-01T00:00:00+14:00",
    "' OR 1=1 --",
]


@pytest.mark.parametrize("text", HOSTILE_VALUES, ids=lambda t: t[:20])
async def test_a_hostile_text_in_any_member_never_breaks_anything(everything: Any, text: str) -> None:
    """Some are fine as a name and some are not; none may be a defect, and none may be echoed by a refusal."""
    for walked in turn(with_bodies(everything), lambda one: f"{text} {one.id}"):
        for member in walked.operation.body.model_fields:
            for value in (
                f'"{text}"',
                f'{{"amount": "{text}", "currency": "CHF"}}',
                f'["{text}"]',
                "5",
                "[[]]",
                "{}",
            ):
                answer = await send(everything, walked, f'{{"{member}": {value}}}'.encode())
                assert answer.status_code < 500, (walked, member, value[:60], answer.text)
                if answer.status_code >= 400 and len(text) > 100:
                    assert text not in answer.text


@pytest.mark.parametrize(
    "item",
    ["null", "1", "[]", '"x"', "{}", '{"is_admin": true}', '{"external_ref": {"source": "X Y", "id": ""}}',
     '{"external_ref": 1}', '{"name": "a\\u0000b"}', '{"id": "x", "version": 1, "patch": {}}', '{"patch": {}}',
     '{"id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d", "version": 1, "patch": [1]}', '{"archived": true}',
     '{"id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d", "version": 1, "patch": {}, "archived": true}',
     '{"id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d", "version": 1.5, "archived": true}',
     '{"id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d", "version": -1, "archived": true}', '{"move": "x"}', '{"move": null}',
     '{"id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d", "version": 1, "move": "a\\u0000b", "body": {}}',
     '{"item": 0, "move": "x"}', '{"item": 1, "move": "close", "body": {"reason": "a\\u0000b"}}',
     '{"item": 9007199254740991, "move": "close"}', '{"move": ["close"], "body": "x"}',
     '{"external_ref": {"source": "X Y", "id": ""}, "version": 1, "move": "close"}'],
)  # fmt: skip
async def test_an_item_of_a_batch_that_is_not_right_is_refused_by_itself(everything: Any, item: str) -> None:
    for walked in with_bodies(everything):
        if walked.path.endswith("/history-import/batch"):  # only an empty store takes one
            assert_refused(await send(everything, walked, f'{{"items": [{item}, {item}]}}'.encode()), 409)
        elif walked.path.endswith("/batch"):
            answer = await send(everything, walked, f'{{"items": [{item}, {item}]}}'.encode())
            assert answer.status_code == 207, (walked, answer.text)
            assert {i["status"] for i in answer.json()["items"]} == {422}


@pytest.mark.parametrize("items", ["[]", "null", "{}", "1", "[" + ",".join(["{}"] * 501) + "]"])
async def test_a_batch_is_a_list_of_1_to_500(everything: Any, items: str) -> None:
    for walked in with_bodies(everything):
        if walked.path.endswith("/batch"):
            assert_refused(await send(everything, walked, f'{{"items": {items}}}'.encode()), 422)


async def test_a_body_beyond_the_limit_answers_413_before_it_is_read(everything: Any) -> None:
    for walked in with_bodies(everything):
        too_large = str(walked.operation.body_limit + 1)
        assert_refused(await send(everything, walked, b"{}", **{"Content-Length": too_large}), 413)


async def test_a_body_whose_size_is_not_told_answers_413_once_it_is_too_large(everything: Any) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"name": "'
        for _ in range(17):
            yield b"x" * (MIB // 16)
        yield b'"}'

    for walked in with_bodies(everything):
        if walked.operation.body_limit == MIB:
            assert_refused(await send(everything, walked, pieces()), 413)


async def test_a_hundred_mebibytes_are_not_read(everything: Any) -> None:
    """The reading stops at the limit: the sender is asked for no more than a piece beyond it."""
    wanted = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal wanted
        while True:
            wanted += 1
            yield b"x" * MIB

    walked = next(w for w in with_bodies(everything) if w.operation.body_limit == MIB)
    request = everything.client().build_request(
        walked.method, walked.url(), content=endless(), headers={"Content-Type": walked.operation.media_type}
    )
    messages: list[Any] = []
    stream = request.stream.__aiter__()

    async def receive() -> Any:
        return {"type": "http.request", "body": await anext(stream), "more_body": True}

    async def keep(message: Any) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "method": walked.method,
        "path": walked.url(),
        "raw_path": walked.url().encode(),
        "query_string": b"",
        "headers": [(k.lower(), v) for k, v in request.headers.raw],
    }
    await everything.portolan.app(scope, receive, keep)
    assert messages[0]["status"] == 413
    assert wanted <= 3


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "\xe9", ""],
)
async def test_another_content_type_answers_415_and_says_which_is_taken(
    everything: Any, media_type: str
) -> None:
    for walked in with_bodies(everything):
        by_key = {"Idempotency-Key": "walk", "If-Match": '"1"', "Content-Type": media_type}
        headers = [(k.encode(), v.encode("latin-1")) for k, v in by_key.items()]
        answer = await everything.client().request(
            walked.method, walked.url(), content=b'{"a": 1}', headers=headers
        )
        assert_refused(answer, 415)
        name = "accept-patch" if walked.method == "PATCH" else "accept-post"
        assert answer.headers[name] == walked.operation.media_type


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP", "identity, gzip", "\xe9"])
async def test_a_compressed_body_answers_415_and_says_so(everything: Any, encoding: str) -> None:
    for walked in with_bodies(everything):
        by_key = {"Idempotency-Key": "walk", "If-Match": '"1"', "Content-Type": walked.operation.media_type}
        headers = [
            (k.encode(), v.encode("latin-1")) for k, v in (by_key | {"Content-Encoding": encoding}).items()
        ]
        answer = await everything.client().request(
            walked.method, walked.url(), content=b"\x1f\x8b\x08\x00", headers=headers
        )
        assert assert_refused(answer, 415)["code"] == "unsupported_encoding"
        assert answer.headers["accept-encoding"] == "identity"


async def test_a_body_where_none_is_taken_answers_400(everything: Any) -> None:
    for walked in everything.walk("POST"):
        if walked.operation.body is None and not walked.operation.takes_file:
            answer = await everything.client().post(walked.url(), json={"a": 1}, headers={"If-Match": '"1"'})
            assert_refused(answer, 400)


HOSTILE_QUERIES = [
    "' OR 1=1 --",
    "1; DROP TABLE project",
    '") UNION SELECT 1--',
    "%",
    "_",
    "\\",
    "*",
    "a" * 2000,
    "\U0001f600",
    "\u202e",
    "9223372036854775808",
    "-9223372036854775809",
    "1e5",
    "NaN",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-01-01T00:00:00",
    "9999-12-31",
    "0001-01-01",
    "\u00b2",
    "\u0661",
    "1_0",
    " 1",
    "true",
]


@pytest.mark.parametrize("text", HOSTILE_QUERIES, ids=lambda t: t[:20])
async def test_a_hostile_value_of_any_parameter_is_refused_or_finds_nothing_it_should_not(
    everything: Any, text: str
) -> None:
    client = everything.client()
    for walked in turn(everything.walk("GET"), lambda one: f"{text} {one.id}"):
        if "stream" in walked.path:
            continue
        for parameter in walked.operation.parameters:
            answer = await client.get(walked.url(), params={parameter.name: text})
            assert answer.status_code < 500, (walked, parameter.name, answer.text)
            if answer.status_code >= 400:
                assert_refused(answer, 400, 404, 409, 504)
            elif "OR 1=1" in text and walked.id.endswith("_list") and parameter.name != "cursor":
                assert answer.json()["items"] == [], (walked, parameter.name)


@pytest.mark.parametrize(
    "query", ["a%00=1", "limit=%00", "q=%ED%A0%80", "limit", "=", "&&&", "q=%ZZ", "q=a%0Ab", "%FF=%FF"]
)
async def test_a_query_that_cannot_be_read_answers_400(everything: Any, query: str) -> None:
    for walked in everything.walk("GET"):
        if walked.id.endswith("_list"):
            assert_refused(await everything.client().get(f"{walked.url()}?{query}"), 400)


@pytest.mark.parametrize(
    "segment", ["%00", "%ED%A0%80", "..%2f..", "X", "' OR 1=1 --", "x" * 300, "%F0%9F%98%80", "%0A", " "]
)
async def test_a_hostile_path_answers_4xx(everything: Any, segment: str) -> None:
    client = everything.client()
    for walked in everything.walk("GET", "PATCH", "DELETE"):
        if "{id}" in walked.path:
            answer = await client.request(
                walked.method, walked.path.replace("{id}", segment), headers={"If-Match": '"1"'}
            )
            assert 400 <= answer.status_code < 500, (walked, answer.text)
    for walked in everything.walk("PUT"):
        if "{source}" not in walked.path:
            continue
        created = everything.resources[walked.collection]
        body = {
            k: v
            for k, v in created.items()
            if k in walked.operation.body.model_fields and k != "external_ref"
        }
        bad_source = walked.path.replace("{source}", segment).replace("{external_id}", "1")
        assert 400 <= (await client.put(bad_source, json=body)).status_code < 500, walked
        answer = await client.put(
            walked.path.replace("{source}", "x").replace("{external_id}", segment), json=body
        )
        assert answer.status_code < 500, (walked, answer.text)


async def test_an_address_beyond_8_kib_answers_414(everything: Any) -> None:
    for walked in everything.walk():
        if "stream" not in walked.path:
            url = f"{walked.url()}?q={'x' * 9000}"
            assert_refused(await everything.client().request(walked.method, url), 414)


HOSTILE_HEADERS = [
    ("If-Match", "\xe9"),
    ("If-Match", '"' + "9" * 400 + '"'),
    ("Idempotency-Key", "\xe9" * 300),
    ("Idempotency-Key", "a\x7fb"),
    ("Portolan-Effective-At", "yesterday"),
    ("Portolan-Effective-At", "9999-12-31"),
    ("Portolan-Effective-At", "0001-01-01"),
    ("Portolan-Effective-At", "0001-01-01T00:00:00+14:00"),
    ("Portolan-Effective-At", "2099-01-01"),
    ("traceparent", "00-zz"),
    ("X-Request-ID", "\xe9\x7f"),
    ("Accept", "\xe9"),
    ("Content-Length", "-1"),
    ("Content-Length", "9" * 5000),
    ("Portolan-After", "nonsense"),
    ("Portolan-After", "W10"),
    ("Portolan-After", "e30"),
    ("If-None-Match", "\xe9"),
    ("Last-Event-ID", "nonsense"),
]


@pytest.mark.parametrize(
    ("name", "value"), HOSTILE_HEADERS, ids=lambda t: t[:24].encode("ascii", "replace").decode()
)
async def test_a_hostile_header_never_breaks_anything(everything: Any, name: str, value: str) -> None:
    client = everything.client()
    for walked in turn(everything.walk(), lambda one: f"{name} {value} {one.id}"):
        if "stream" in walked.path:
            continue
        headers = {"Content-Type": walked.operation.media_type, "If-Match": '"1"', "Idempotency-Key": "k"} | {
            name: value
        }
        sent = [(k.encode(), v.encode("latin-1")) for k, v in headers.items()]
        body = None if walked.operation.body is None else b"{}"
        answer = await client.request(walked.method, walked.url(), content=body, headers=sent)
        assert answer.status_code < 500, (walked, answer.text)
