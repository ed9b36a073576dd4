"""Files that are sent with a form of a page: refused at their control, kept where something else is, and bounded."""

import re
import tracemalloc
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from shared.base.settings import Settings
from tests.common.conftest import Desk
from tests.conftest import Portolan, running_portolan
from tests.reporting.web.conftest import visiting
from tests.support.forms import PageForm, follow, forms_of, record_of, send, send_with_file

TEXT = b"Present: all."


class Office(Desk):
    """A desk whose subjects are looked at on their pages."""

    browser: httpx.AsyncClient

    def page(self, service: str = "finance") -> str:
        subject = self.subjects[service]
        return f"/registers/{service}/{subject['kind']}s/{subject['id']}"

    async def form(self, service: str = "finance", browser: httpx.AsyncClient | None = None) -> PageForm:
        answer = await (browser or self.browser).get(self.page(service))
        return next(form for form in forms_of(answer) if form.action.endswith("/documents"))

    async def documents(self, service: str = "finance") -> list[dict[str, Any]]:
        return list((await self.director.get(f"/{service}/v1/documents")).json()["items"])


@pytest.fixture
async def office(portolan: Portolan) -> AsyncIterator[Office]:
    async with visiting(portolan) as browser:
        await browser.get(await portolan.running.login_link("director", "director"))
        office = Office(portolan)
        office.browser = browser
        await office.furnish()
        yield office


def error_at(answer: httpx.Response, control: str) -> str:
    """What stands at a control; nothing where it is not marked."""
    match = re.search(rf'<p class="wrong" id="f-{control}-error">(.*?)</p>', answer.text)
    assert match is None or f'<a href="#f-{control}">' in answer.text, "the list of errors leads to it"
    return match[1] if match else ""


@pytest.mark.parametrize(
    ("name", "content", "status", "because"),
    [
        ("minutes.pdf", TEXT, 422, "the name claims something else"),
        ("minutes.txt", b"", 422, "the file is empty"),
        ("", b"", 422, "choose a file"),
        ("x" * 201, TEXT, 400, "String should have at most 200 characters"),
        ("..", TEXT, 400, "nothing but points is no name"),
        ("a\rb", TEXT, 400, "control characters are not accepted"),
    ],
    ids=["type", "empty", "none", "long name", "points", "two lines"],
)
async def test_a_refused_file_is_told_at_its_control_and_what_was_typed_is_kept(
    office: Office, name: str, content: bytes, status: int, because: str
) -> None:
    answer = await send_with_file(
        office.browser, await office.form(), name, content, title="Minutes", kind="k<i>"
    )
    assert answer.status_code == status
    assert because in error_at(answer, "sha256")
    assert "name is not acceptable" not in error_at(answer, "sha256"), "nobody typed a parameter"
    assert record_of(answer).values.items() >= {"title": "Minutes", "kind": "k<i>"}.items()
    assert await office.documents() == []
    page = await follow(
        office.browser, await send_with_file(office.browser, record_of(answer), "a.txt", TEXT)
    )
    assert "Minutes" in page.text


async def test_refusals_are_told_in_french(office: Office) -> None:
    office.browser.headers["Accept-Language"] = "fr-CH"
    answer = await send_with_file(office.browser, await office.form(), "minutes.pdf", TEXT)
    assert "le nom" in error_at(answer, "sha256")
    answer = await send_with_file(office.browser, await office.form())
    assert error_at(answer, "sha256") == "choisir un fichier"


async def test_a_file_that_is_too_large_is_told_on_its_form(office: Office) -> None:
    form = await office.form()
    with patch("shared.http.file_forms.LARGEST_FILE", 100_000):
        answer = await send_with_file(office.browser, form, "a.txt", b"a" * 100_001, title="Minutes")
        assert (answer.status_code, record_of(answer).values["title"]) == (413, "Minutes")
        assert "50 MiB" in error_at(answer, "sha256")
        assert (await send_with_file(office.browser, form, "a.txt", b"a" * 100_000)).status_code == 303
    with patch("shared.http.file_forms.PASSED_OVER", 200_000):
        answer = await send_with_file(office.browser, form, "a.txt", b"a" * 200_001)
        assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert len(await office.documents()) == 1


@pytest.mark.parametrize(
    ("settings", "status"), [({"upload_megabytes_per_caller": 1}, 429), ({"files_gigabytes": 0}, 303)]
)
async def test_quotas_are_told_at_the_control(
    tmp_path: Path, fresh_stores: Path, settings: dict[str, Any], status: int
) -> None:
    copytree(fresh_stores, tmp_path, dirs_exist_ok=True)
    async with (
        running_portolan(Settings(data=tmp_path, **settings)) as portolan,
        visiting(portolan) as browser,
    ):
        await browser.get(await portolan.running.login_link("director", "director"))
        office = Office(portolan)
        office.browser = browser
        await office.furnish()
        answer = await send_with_file(browser, await office.form(), "a.txt", b"a" * 1_000_001, title="Large")
        assert answer.status_code == status
        if status != 303:
            assert "within a day" in error_at(answer, "sha256")
            assert record_of(answer).values["title"] == "Large"


async def test_a_file_that_was_received_need_not_be_chosen_again(office: Office) -> None:
    form = await office.form()
    refused = await send_with_file(office.browser, form, "minutes <b>.txt", TEXT, title="x" * 301)
    assert (refused.status_code, error_at(refused, "sha256")) == (422, "")
    assert error_at(refused, "title")
    again = record_of(refused)
    assert again.values["sha256"] == sha256(TEXT).hexdigest()
    assert "minutes &lt;b&gt;.txt" in refused.text
    page = await follow(office.browser, await send_with_file(office.browser, again, title=""))
    [document] = await office.documents()
    assert document["title"] == "minutes <b>", "without a title, as its file is called"
    assert "minutes <b>" not in page.text


async def test_a_hash_that_somebody_else_has_sent_is_worth_nothing(office: Office) -> None:
    async with visiting(office.portolan) as other:
        await other.get(await office.portolan.running.login_link("ben", "director"))
        refused = await send_with_file(
            other, await office.form(browser=other), "a.txt", TEXT, title="x" * 301
        )
        hash = record_of(refused).values["sha256"]
    answer = await send_with_file(office.browser, await office.form(), title="Mine", sha256=hash)
    assert (answer.status_code, error_at(answer, "sha256")) == (422, "choose a file")
    assert await office.documents() == []


async def test_an_interrupted_form_goes_on_where_it_stopped(office: Office) -> None:
    """The process ended between the document and its version: the browser sends the same form again."""
    form = await office.form()
    first = await office.director.post(
        "/finance/v1/documents",
        json={"title": "Minutes", "subject": office.subjects["finance"]},
        headers={"Idempotency-Key": form.values["key"]},
    )
    assert first.status_code == 201
    for _ in range(2):
        answer = await send_with_file(office.browser, form, "a.txt", TEXT, title="Minutes")
        assert answer.status_code == 303, answer.text
    [document] = await office.documents()
    assert document["id"] == first.json()["id"]
    assert [v["sha256"] for v in document["versions"]] == [sha256(TEXT).hexdigest()]


@pytest.mark.parametrize("wrong", ["proof", "origin", "site"])
async def test_another_site_sends_nothing(office: Office, wrong: str) -> None:
    form = await office.form()
    if wrong == "proof":
        form.values["form"] = "0" * 24
    elif wrong == "origin":
        office.browser.headers["Origin"] = "https://elsewhere.example"
    else:
        office.browser.headers["Sec-Fetch-Site"] = "cross-site"
    assert (await send_with_file(office.browser, form, "a.txt", TEXT)).status_code == 403
    assert (
        await send(office.browser, await comment_form(office), text="Hello")
    ).status_code == 403 or wrong == "proof"
    assert await office.documents() == []
    store = office.portolan.running.services["finance"].kernel.store
    assert await store.fetch("SELECT 1 FROM content") == []


async def comment_form(office: Office) -> PageForm:
    answer = await office.browser.get(office.page())
    return next(form for form in forms_of(answer) if form.action.endswith("/comments"))


@pytest.mark.parametrize(
    "body", [b"--x\r\n", b"before", b"--x--", b'--x\r\nContent-Disposition: form-data; name="form"\r\n\r\nx']
)
async def test_what_is_no_form_is_refused(office: Office, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await office.browser.post(f"{office.page()}/documents", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("hash", ["a\0b", "a" * 70_000, "../documents", "?name=x", "a" * 64], ids=range(5))
async def test_what_is_no_hash_of_a_file_makes_no_document(office: Office, hash: str) -> None:
    answer = await send(office.browser, await office.form(), sha256=hash, title="Minutes")
    assert (answer.status_code, error_at(answer, "sha256")) == (422, "choose a file")
    assert await office.documents() == []


@pytest.mark.parametrize(
    ("control", "text"),
    [("key", "é" * 20), ("key", "a\r\nb: c"), ("reply_to_id", "a" * 70_000), ("version", "9" * 5_000)],
    ids=["letters of no header", "two headers", "more than an address", "no number"],
)
async def test_hidden_controls_that_somebody_has_changed_are_refused(
    office: Office, control: str, text: str
) -> None:
    form = await comment_form(office)
    values = form.values | {"text": "Hello", control: text}
    if control == "version":
        form.action = f"{office.page()}/archive"
    answer = await office.browser.post(form.action, data=values)
    assert 400 <= answer.status_code < 500
    assert (await office.director.get("/finance/v1/comments")).json()["items"] == []


async def test_digits_that_are_no_number_are_none(office: Office) -> None:
    """A raised two counts as a digit, and int() refuses it."""
    answer = await send(office.browser, await comment_form(office), act="add:mentions", **{"mentions.²": "x"})
    assert answer.status_code == 200
    for address in (f"{office.page()}/history?one=²&other=1", "/registers/risk/risks?first=²"):
        assert (await office.browser.get(address)).status_code == 200, address


async def test_a_version_goes_through_its_review_on_the_pages(office: Office) -> None:
    browser = office.browser
    await follow(
        browser, await send_with_file(browser, await office.form(), "plan.txt", b"one", title="Plan")
    )
    [document] = await office.documents()
    address = f"/registers/finance/documents/{document['id']}"

    async def move(verb: str, client: httpx.AsyncClient, **texts: str) -> str:
        assert f'{address}/moves/{verb}"' in (await client.get(office.page())).text, "the panel offers it"
        form = record_of(await client.get(f"{address}/moves/{verb}"))
        answer = await send(client, form, **texts)
        return (await follow(client, answer)).text

    adding = record_of(await browser.get(f"{address}/moves/add-version"))
    adding.values["name"] = "Plan of May.txt"
    text = (await follow(browser, await send_with_file(browser, adding, "plan 2.txt", b"two"))).text
    assert text.index("Plan of May.txt") < text.index("plan.txt"), "the newest first"
    assert sha256(b"two").hexdigest() in text
    await move("review", browser, reason="Please read\nit twice")
    text = await move("return", browser, reason="Not yet <i>")
    assert "Not yet &lt;i&gt;" in text
    await move("review", browser)
    async with visiting(office.portolan) as decider:
        await decider.get(await office.portolan.running.login_link("lena", "director"))
        await move("approve", decider, reason="Good")
    [document] = await office.documents()
    assert document["state"] == "approved"
    refused = await browser.get(f"{address}/moves/add-version")
    adding = record_of(refused)
    adding.values["name"] = "Kept.txt"
    answer = await send_with_file(browser, adding, "plan.pdf", b"no pdf")
    assert (answer.status_code, record_of(answer).values["name"]) == (422, "Kept.txt")
    assert error_at(answer, "sha256")
    saved = await browser.get(f"{address}/versions/2/content")
    assert saved.content == b"two"
    for wrong in ("versions/3", "versions/0", "versions/x", "title/1", "elsewhere/1"):
        assert (await browser.get(f"{address}/{wrong}/content")).status_code == 404


async def test_a_large_file_goes_in_and_out_a_piece_at_a_time(office: Office) -> None:
    piece, count = bytes(range(256)) * 256, 300
    whole = sha256(piece * count).hexdigest()
    form = await office.form()
    fields = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (form.values | {"title": "Large"}).items()
    )
    head = f'{fields}--x\r\nContent-Disposition: form-data; name="sha256"; filename="large.bin"\r\n\r\n'

    async def body() -> AsyncIterator[bytes]:
        yield head.encode()
        for _ in range(count):
            yield piece
        yield b"\r\n--x--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    tracemalloc.start()
    try:
        answer = await office.browser.post(form.action, content=body(), headers=headers)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status_code == 303, answer.text
    assert peak < 10_000_000, "of 20 MB"
    [document] = await office.documents()
    saved = await office.browser.get(f"/registers/finance/documents/{document['id']}/versions/1/content")
    assert sha256(saved.content).hexdigest() == whole
    assert int(saved.headers["content-length"]) == len(piece) * count
