"""Files over REST: how they are sent, what is refused of them, and how they are read through their document."""

import asyncio
import base64
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from shared.base.settings import Settings
from shared.http.files import SENT_WHOLE
from shared.http.spooling import LARGEST_FILE
from shared.store import content
from tests.access.conftest import Office
from tests.conftest import Portolan, running_portolan

RAW = {"Content-Type": "application/octet-stream"}
FILES = "/finance/v1/files"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 2_000


async def send(
    client: httpx.AsyncClient, data: Any, name: str = "minutes.pdf", service: str = "finance", **headers: str
) -> httpx.Response:
    url = f"/{service}/v1/files"
    return await client.post(url, params={"name": name}, content=data, headers=RAW | headers)


async def document_with(office: Office, data: bytes, name: str) -> str:
    """A document about a vendor with one version; the address of that version."""
    vendor = await office.make("/finance/v1/vendors", name=f"Vendor of {sha256(name.encode()).hexdigest()}")
    subject = {"kind": "vendor", "id": vendor["id"]}
    document = await office.make("/finance/v1/documents", subject=subject, title="Minutes")
    sent = await send(office.director, data, name)
    assert sent.status_code == 201, sent.text
    path = f"/finance/v1/documents/{document['id']}"
    body = {"sha256": sent.json()["sha256"]}
    added = await office.director.post(f"{path}/add-version", json=body, headers={"If-Match": '"1"'})
    assert added.status_code == 200, added.text
    return f"{path}/versions/1"


async def test_a_file_is_sent_named_by_a_document_and_read_through_it(everywhere: Portolan) -> None:
    version = await document_with(Office(everywhere), PDF, "minutes.pdf")
    answer = await everywhere("viewer").get(f"{version}/content")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["etag"] == f'"{sha256(PDF).hexdigest()}"'
    assert answer.headers["content-length"] == str(len(PDF))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    kept_already = await everywhere("viewer").get(
        f"{version}/content", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert (kept_already.status_code, kept_already.content) == (304, b"")
    head = await everywhere("viewer").head(f"{version}/content")
    assert (head.headers["content-length"], head.content) == (str(len(PDF)), b"")


@pytest.mark.parametrize(
    ("range_sent", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=5-", 5, None),
        ("bytes=-7", -7, None),
        ("bytes=65535-65536", 65535, 65537),
        ("bytes=0-99999999", 0, None),
        (f"bytes=1-{SENT_WHOLE + 5}", 1, SENT_WHOLE + 6),
    ],
)
async def test_a_range_is_answered_with_that_part(
    portolan: Portolan, range_sent: str, start: int, stop: int | None
) -> None:
    version = await document_with(Office(portolan), PDF, "minutes.pdf")
    answer = await portolan().get(f"{version}/content", headers={"Range": range_sent})
    first = start % len(PDF)
    assert (answer.status_code, answer.content) == (206, PDF[start:stop])
    last = first + len(PDF[start:stop]) - 1
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(PDF)}"


async def test_a_range_that_is_not_there_or_cannot_be_read(portolan: Portolan) -> None:
    url = f"{await document_with(Office(portolan), PDF, 'minutes.pdf')}/content"
    beyond = await portolan().get(url, headers={"Range": f"bytes={len(PDF)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(PDF)}")
    for odd in ("bytes=0-1,5-6", "lines=1-2", "bytes=x-y", "bytes=-", "bytes=0-1\t;"):
        assert (await portolan().get(url, headers={"Range": odd})).status_code == 200, odd
    other = await portolan().get(url, headers={"Range": "bytes=0-1", "If-Range": '"another"'})
    assert (other.status_code, other.content) == (200, PDF)


async def test_what_was_sent_is_known_to_its_sender_only(portolan: Portolan) -> None:
    sent = await send(portolan("manager"), PDF)
    assert sent.status_code == 201, sent.text
    assert sent.json()["sha256"] == sha256(PDF).hexdigest()
    assert sent.json()["size"] == len(PDF)
    assert (await portolan("manager").get(sent.headers["location"])).json() == sent.json()
    assert (await portolan("director").get(sent.headers["location"])).status_code == 404


async def test_who_knows_only_the_hash_gets_nothing(portolan: Portolan) -> None:
    """Neither the content, nor whether somebody else has sent it."""
    office = Office(portolan)
    await send(portolan("manager"), PDF)
    vendor = await office.make("/finance/v1/vendors", name="Tresa AG")
    subject = {"kind": "vendor", "id": vendor["id"]}
    document = await office.make("/finance/v1/documents", subject=subject, title="Minutes")
    for hash in (sha256(PDF).hexdigest(), sha256(b"never sent").hexdigest()):
        answer = await office.director.post(
            f"/finance/v1/documents/{document['id']}/add-version",
            json={"sha256": hash},
            headers={"If-Match": '"1"'},
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "file_not_sent")
    first, again = await send(portolan("director"), PDF), await send(portolan("director"), b"%PDF-1.4 new")
    assert first.status_code == again.status_code == 201


async def test_a_repeated_upload_gives_the_answer_it_gave(portolan: Portolan) -> None:
    client, key = portolan(), {"Idempotency-Key": "k"}
    first, second = await send(client, PDF, **key), await send(client, PDF, **key)
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"
    other = await send(client, PDF + b"x", **key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


HOSTILE = (
    "../../etc/passwd",
    "C:\\Windows\\a.pdf",
    "a\u202efdp.exe",
    "a\x00.pdf",
    "a\r\nSet-Cookie: x=1.pdf",
    "..",
    "x" * 201,
    "\u200b",
)


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_name_is_refused(portolan: Portolan, name: str) -> None:
    answer = await send(portolan(), PDF, name)
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["parameter"] == "name"


async def test_a_name_of_ten_thousand_characters_is_refused(portolan: Portolan) -> None:
    assert (await send(portolan(), PDF, "x" * 10_000)).status_code == 414


@pytest.mark.parametrize(
    "name", ['a"b;c.txt', "Procès-verbal n° 3 – été.txt", "$(reboot)`x`.txt", "%2e%2e%2fa.txt", "日本.txt"]
)
async def test_any_other_name_is_kept_and_told_safely(portolan: Portolan, name: str) -> None:
    version = await document_with(Office(portolan), b"hello", name)
    disposition = (await portolan().get(f"{version}/content")).headers["content-disposition"]
    assert disposition.isascii()
    assert disposition.startswith('attachment; filename="')
    plain = disposition.removeprefix('attachment; filename="').partition('"; ')[0]
    assert '"' not in plain
    assert "\\" not in plain
    encoded = disposition.rpartition("UTF-8''")[2]
    assert str(httpx.URL(f"http://x/?n={encoded}").params["n"]) == name


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.txt", "empty_file"),
        (b"MZ\x90\0", "minutes.pdf", "type_mismatch"),
        (b"<html><script>alert(1)</script>", "picture.png", "type_mismatch"),
        (b"GIF89a/*<script>*/", "a.jpg", "type_mismatch"),
    ],
)
async def test_a_file_that_is_not_what_it_claims_is_refused(
    portolan: Portolan, data: bytes, name: str, code: str
) -> None:
    answer = await send(portolan(), data, name)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "logo.svg"),
        (b"<html><script>alert(1)</script>", "page.html"),
        (b"%PDF-1.4\n<script>alert(1)</script>", "polyglot.pdf"),
    ],
)
async def test_what_could_run_in_a_browser_is_only_saved(portolan: Portolan, data: bytes, name: str) -> None:
    answer = await portolan().get(f"{await document_with(Office(portolan), data, name)}/content")
    assert answer.content == data
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_body_that_is_no_raw_file_is_refused(portolan: Portolan) -> None:
    client = portolan()
    form = await client.post(FILES, content=b"x", headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert (form.status_code, form.headers["accept-post"]) == (415, "application/octet-stream")
    packed = await send(client, PDF, **{"Content-Encoding": "gzip"})
    assert (packed.status_code, packed.json()["code"]) == (415, "unsupported_encoding")
    assert (await send(portolan("viewer"), PDF)).status_code == 403


async def test_a_digest_is_held_against_the_file(portolan: Portolan) -> None:
    def digest(data: bytes) -> dict[str, str]:
        return {"Content-Digest": f"sha-256=:{base64.b64encode(sha256(data).digest()).decode()}:"}

    assert (await send(portolan(), PDF, **digest(PDF))).status_code == 201
    wrong = await send(portolan(), PDF, **digest(PDF[1:]))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "digest_mismatch")
    assert (await send(portolan(), PDF, **{"Content-Digest": "md5=:AA==:"})).status_code == 400


async def pieces(count: int, size: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"\x01" * size


async def test_a_file_may_have_50_mib_and_no_byte_more(portolan: Portolan) -> None:
    declared = await send(portolan(), b"x", **{"Content-Length": str(LARGEST_FILE + 1)})
    assert declared.status_code == 413
    streamed = await send(portolan(), pieces(51, 1024 * 1024), "a.bin")
    assert (streamed.status_code, streamed.json()["code"]) == (413, "too_large")
    store = portolan.running.services["finance"].kernel.store
    assert await store.fetch("SELECT 1 FROM content_piece") == []


@pytest.mark.parametrize("length", ["1", "999999"])
async def test_a_length_that_is_wrong_is_refused(portolan: Portolan, length: str) -> None:
    answer = await send(portolan(), PDF, **{"Content-Length": length})
    assert answer.status_code == 400


async def test_a_caller_who_is_gone_leaves_nothing(portolan: Portolan) -> None:
    """The connection breaks within the body: nothing is stored, and the room is given back."""
    messages = [
        {"type": "http.request", "body": PDF, "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def answer(message: Any) -> None:
        sent.append(message)

    token = portolan.token("director").encode()
    scope = {"type": "http", "method": "POST", "path": FILES, "raw_path": FILES.encode(), "query_string": b"",
             "headers": [(b"authorization", b"Bearer " + token), (b"content-type", b"application/octet-stream")]}  # fmt: skip
    await portolan.app(scope, receive, answer)
    assert sent[0]["status"] == 400
    kernel = portolan.running.services["finance"].kernel
    assert await kernel.store.fetch("SELECT 1 FROM content_piece") == []
    with kernel.receiving.one_more():
        assert not kernel.receiving.storing.locked()


async def test_too_many_at_once_are_told_to_come_again(portolan: Portolan) -> None:
    with patch("shared.http.spooled.AT_ONCE", 0):
        answer = await send(portolan(), PDF)
    assert (answer.status_code, answer.json()["code"]) == (503, "too_many_uploads")
    assert "retry-after" in answer.headers


async def test_an_upload_that_is_ended_in_the_middle_is_not_there(everywhere: Portolan) -> None:
    """Cancelled between two transactions, as a process that is killed: no part of it can be read or named."""
    store = everywhere.running.services["finance"].kernel.store
    first_commit, commit = asyncio.Event(), store.commit

    async def stuck(unit: Any) -> None:
        """The second commit of pieces never ends; what else the service writes meanwhile does."""
        statements = [statement.sql for part in unit.parts for statement in part.statements]
        is_upload = any("content_piece" in sql for sql in statements)
        if is_upload and first_commit.is_set():
            await asyncio.Event().wait()
        await commit(unit)
        if is_upload:
            first_commit.set()

    data = bytes(range(255)) * 8_000
    with patch.object(store, "commit", stuck):
        task = asyncio.create_task(send(everywhere(), data, "a.bin"))
        async with asyncio.timeout(10):
            await first_commit.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert len(await store.fetch("SELECT 1 FROM content_piece")) == content.TOGETHER
    assert await content.content_of(store, sha256(data).hexdigest()) is None
    assert (await everywhere().get(f"{FILES}/{sha256(data).hexdigest()}")).status_code == 404
    again = await send(everywhere(), data, "a.bin")
    assert again.status_code == 201
    stored = await content.content_of(store, sha256(data).hexdigest())
    assert stored is not None
    assert await content.is_intact(store, stored)


async def test_quotas_of_a_caller_and_of_the_store_hold(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, upload_megabytes_per_caller=1, files_gigabytes=0)
    async with running_portolan(settings) as portolan:
        data = b"\x01" * 700_000
        assert (await send(portolan("director"), data, "a")).status_code == 201
        assert (await send(portolan("director"), data + b"x", "b")).json()["code"] == "quota_exceeded"
        assert (await send(portolan("manager"), data + b"x", "b")).status_code == 201
        with patch("shared.http.files.GIGABYTE", 1_400_002), patch.object(settings, "files_gigabytes", 1):
            full = await send(portolan("service"), b"\x02" * 100, "c")
        assert (full.status_code, full.json()["code"]) == (503, "store_full")


@pytest.mark.parametrize(
    ("code", "status", "refusal"), [(0, 201, None), (1, 422, "infected"), (7, 503, "scanner_unavailable")]
)
async def test_the_scanner_is_asked_about_every_file(
    tmp_path: Path, code: int, status: int, refusal: str | None
) -> None:
    script = tmp_path / "scan"
    script.write_text(f"#!/bin/sh\ncat > /dev/null\nexit {code}\n")
    script.chmod(0o700)
    async with running_portolan(Settings(data=tmp_path / "data", scanner=f"command:{script}")) as portolan:
        answer = await send(portolan(), PDF)
        assert (answer.status_code, answer.json().get("code")) == (status, refusal)
        store = portolan.running.services["finance"].kernel.store
        assert bool(await store.fetch("SELECT 1 FROM content_piece")) is (code == 0)


async def test_a_version_can_be_verified(everywhere: Portolan) -> None:
    version = await document_with(Office(everywhere), PDF, "minutes.pdf")
    assert (await everywhere().get(f"{version}/verify")).json()["intact"] is True
    store = everywhere.running.services["finance"].kernel.store
    await store.run(
        "UPDATE content_piece SET data = ? WHERE place = 1 RETURNING place", (b"x" * content.PIECE,)
    )
    assert (await everywhere().get(f"{version}/verify")).json()["intact"] is False


async def test_a_store_that_has_lost_a_piece_ends_the_answer_short(portolan: Portolan) -> None:
    """Whoever reads it sees that the end is missing: the connection ends within the announced length."""
    url = f"{await document_with(Office(portolan), PDF, 'minutes.pdf')}/content"
    store = portolan.running.services["finance"].kernel.store
    await store.run("DELETE FROM content_piece WHERE place = 3 RETURNING place")
    sent: list[Any] = []

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def answer(message: Any) -> None:
        sent.append(message)

    token = portolan.token("director").encode()
    scope = {"type": "http", "method": "GET", "path": url, "raw_path": url.encode(), "query_string": b"",
             "headers": [(b"authorization", b"Bearer " + token)]}  # fmt: skip
    async with asyncio.timeout(10):
        await portolan.app(scope, receive, answer)
    assert (b"content-length", b"%d" % len(PDF)) in sent[0]["headers"]
    assert [len(message["body"]) for message in sent[1:]] == [content.PIECE] * 3
    assert all(message["more_body"] for message in sent[1:])


@pytest.mark.parametrize("number", ["0", "2", "x", "01x", "-1", "\u0661", "999999999999"])
async def test_a_version_that_is_none_answers_404(portolan: Portolan, number: str) -> None:
    version = await document_with(Office(portolan), b"hello", "a.txt")
    assert (await portolan().get(f"{version.removesuffix('1')}{number}/content")).status_code == 404
