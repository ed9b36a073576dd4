"""Threads of comments and lists of documents on a page: who may what, what is marked, and how many there are."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from services.reporting.web.registers.panels import COMMENTS_SHOWN, DOCUMENTS_SHOWN
from tests.common.conftest import SERVICES, Desk
from tests.conftest import Portolan
from tests.reporting.web.conftest import visiting
from tests.support.forms import PageForm, follow, forms_of, record_of, send, send_with_file


class Office(Desk):
    def page(self, service: str = "projects") -> str:
        subject = self.subjects[service]
        return f"/registers/{service}/{subject['kind']}s/{subject['id']}"

    @asynccontextmanager
    async def browsing(self, subject: str, role: str = "participant") -> AsyncIterator[httpx.AsyncClient]:
        async with visiting(self.portolan) as browser:
            await browser.get(await self.portolan.running.login_link(subject, role))
            yield browser

    async def says(self, subject: str, text: str, **members: object) -> str:
        """The id of a comment of a director."""
        body = {"subject": self.subjects["projects"], "text": text} | members
        answer = await self.caller(subject, "director").post("/projects/v1/comments", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


@pytest.fixture
async def office(portolan: Portolan) -> Office:
    office = Office(portolan)
    await office.furnish()
    return office


def panel(answer: httpx.Response, name: str) -> str:
    """The text of one panel."""
    assert answer.status_code == 200, answer.text
    match = re.search(rf'<section [^>]*id="{name}".*?</section>', answer.text, re.DOTALL)
    return match[0] if match else ""


def form_of(answer: httpx.Response, name: str) -> PageForm | None:
    return next((form for form in forms_of(answer) if form.action.endswith(f"/{name}")), None)


def proof_on(answer: httpx.Response) -> str:
    """What the forms of a browser's session carry."""
    return next(form.values["form"] for form in forms_of(answer) if "form" in form.values)


async def test_one_edits_what_one_has_said_oneself(office: Office) -> None:
    await office.person("Anna", "anna", "anna.second")
    await office.portolan.settled()
    mine, other = await office.says("anna", "Mine"), await office.says("ben", "Of Ben")
    async with office.browsing("anna.second", "director") as anna:
        text = panel(await anna.get(office.page()), "comments")
        assert ">Anna</bdi>" in text
        assert f"/comments/{mine}/edit" in text
        assert f"/comments/{other}/edit" not in text
        assert "edited" not in text
        form = record_or_edit(await anna.get(f"/registers/projects/comments/{mine}/edit"))
        answer = await send(anna, form, text="Mine, better")
        assert answer.headers["location"].startswith(f"{office.page()}?done=revised#comments")
        text = panel(await follow(anna, answer), "comments")
        assert "Mine, better" in text
        assert "edited" in text
        refused = record_or_edit(await anna.get(f"/registers/projects/comments/{other}/edit"))
        answer = await send(anna, refused, text="Not mine")
        assert answer.status_code == 403
        assert record_of(answer).values["text"] == "Not mine"


def record_or_edit(answer: httpx.Response) -> PageForm:
    assert answer.status_code == 200, answer.text
    return record_of(answer)


async def test_persons_are_mentioned_and_a_decision_is_recorded_by_buttons(office: Office) -> None:
    anna = await office.person("Anna <b>", "anna")
    await office.portolan.settled()
    async with office.browsing("director", "director") as browser:
        form = form_of(await browser.get(office.page()), "comments")
        assert form is not None
        page = await send(browser, form, form.button("add:mentions"), text="We build\n\n  it.")
        form = record_of(page)
        assert form.values["text"] == "We build\n\n  it.", "as it was typed"
        assert anna in form.options["mentions.0"]
        page = await send(browser, form, form.button("add:decided_by"), **{"mentions.0": anna})
        form = record_of(page)
        refused = await send(browser, form, **{"decided_by.0": anna})
        assert refused.status_code == 422
        assert 'id="f-decided_on-error"' in refused.text
        assert record_of(refused).values["mentions.0"] == anna
        page = await follow(browser, await send(browser, record_of(refused), decided_on="2026-11-20"))
    text = panel(page, "comments")
    assert "Decision of 20 Nov 2026" in text
    assert text.count("Anna &lt;b&gt;</bdi></a>") == 2, "who is mentioned, and who decided"
    assert "<b>" not in text
    listed = (await office.director.get("/projects/v1/comments")).json()["items"]
    assert [(one["mentions"], one["decided_by"]) for one in listed] == [([anna], [anna])]


async def test_a_refused_comment_is_told_at_its_field(office: Office) -> None:
    async with office.browsing("director", "director") as browser:
        browser.headers["Accept-Language"] = "fr"
        form = form_of(await browser.get(office.page()), "comments")
        assert form is not None
        refused = await send(browser, form, text="")
        assert refused.status_code == 422
        assert 'id="f-text-error"' in refused.text
        assert "Commentaire" in refused.text
        reply = await browser.get(f"{office.page()}/comments?reply_to_id={office.project_id}")
        assert "blockquote" not in reply.text
        refused = await send(browser, record_of(reply), text="To nobody")
        assert (refused.status_code, record_of(refused).values["text"]) == (422, "To nobody")


async def test_the_same_comment_sent_twice_is_said_once(office: Office) -> None:
    async with office.browsing("director", "director") as browser:
        form = form_of(await browser.get(office.page()), "comments")
        assert form is not None
        for _ in range(2):
            page = await follow(browser, await send(browser, form, text="Once"))
    assert panel(page, "comments").count(">Once</bdi>") == 1


async def test_a_thread_stays_together_and_says_to_whom(office: Office) -> None:
    first = await office.says("anna", "First")
    second = await office.says("ben", "Second", reply_to_id=first)
    await office.says("carl", "Apart")
    await office.says("dora", "Third", reply_to_id=second)
    async with office.browsing("director", "director") as browser:
        text = panel(await browser.get(office.page()), "comments")
        places = [text.index(f">{one}</bdi></p>") for one in ("Apart", "First", "Second", "Third")]
        assert places == sorted(places)
        assert "ben: <bdi>Second</bdi>" in text
        assert "anna: <bdi>First</bdi>" not in text, "what begins the thread stands above it"
        await office.archived(f"/projects/v1/comments/{first}")
        text = panel(await browser.get(office.page()), "comments")
        assert "anna: <bdi>First</bdi></a> <small>(archived)</small>" in text


async def test_many_are_shown_a_page_at_a_time(office: Office) -> None:
    first = await office.says("anna", "Number 0.")
    for number in range(1, COMMENTS_SHOWN + 1):
        await office.says("anna", f"Number {number}.")
    await office.says("ben", "A late reply.", reply_to_id=first)
    for number in range(DOCUMENTS_SHOWN + 1):
        await office.document("projects", title=f"Document {number}.")
    async with office.browsing("director", "director") as browser:
        page = await browser.get(office.page())
        comments, documents = panel(page, "comments"), panel(page, "documents")
        assert f'<span class="count">{COMMENTS_SHOWN + 2}</span>' in comments
        assert "Number 1." not in comments
        assert "anna: <bdi>Number 0.</bdi>" in comments, "what a reply is to, from an older page"
        assert f"Document {DOCUMENTS_SHOWN}." in documents
        assert "Document 0." not in documents
        older = await browser.get(_address(comments, "next"))
        comments = panel(older, "comments")
        assert "Number 1." in comments
        assert comments.index("Number 0.") < comments.index("A late reply.")
        both = await browser.get(_address(panel(older, "documents"), "next"))
        assert "Document 0." in panel(both, "documents")
        assert "Number 1." in panel(both, "comments"), "the other panel keeps its place"
        assert (await browser.get(f"{office.page()}?comments=x&documents=y")).status_code == 200


def _address(text: str, rel: str) -> str:
    match = re.search(rf'<a rel="{rel}" href="([^"]*)"', text)
    assert match is not None
    return match[1].replace("&amp;", "&")


@pytest.mark.parametrize("service", SERVICES)
async def test_who_contributes_adds_documents_and_comments_and_who_looks_does_not(
    office: Office, service: str
) -> None:
    await office.participant("mona", "member", "project", office.project_id)
    await office.participant("vera", "viewer", "project", office.project_id)
    page = office.page(service)
    async with office.browsing("mona") as mona:
        detail = await mona.get(page)
        documents, comments = form_of(detail, "documents"), form_of(detail, "comments")
        assert documents is not None
        assert comments is not None
        await follow(mona, await send_with_file(mona, documents, "a.txt", b"minutes", title="Of Mona"))
        await follow(mona, await send(mona, comments, text="From Mona"))
    async with office.browsing("vera") as vera:
        detail = await vera.get(page)
        assert "Of Mona" in panel(detail, "documents")
        assert "From Mona" in panel(detail, "comments")
        for form, name in ((documents, "documents"), (comments, "comments")):
            assert form_of(detail, name) is None
            form.values["form"] = proof_on(detail)
        refused = await send_with_file(vera, documents, "a.txt", b"x", title="Of Vera")
        assert refused.status_code == 403
        assert (await send(vera, comments, text="From Vera")).status_code == 403
        assert "add-version" not in panel(detail, "documents")


async def test_who_does_not_see_the_subject_finds_nothing_there(office: Office) -> None:
    other = await office.project("Other")
    await office.participant("paul", "manager", "project", other["id"])
    async with office.browsing("director", "director") as director:
        form = form_of(await director.get(office.page()), "documents")
        assert form is not None
        await follow(director, await send_with_file(director, form, "a.txt", b"secret", title="Hidden"))
    [document] = (await office.director.get("/projects/v1/documents")).json()["items"]
    saved = f"/registers/projects/documents/{document['id']}/versions/1/content"
    async with office.browsing("paul") as paul:
        theirs = await paul.get(f"/registers/projects/projects/{other['id']}")
        for address in (office.page(), f"{office.page()}/documents", f"{office.page()}/comments", saved):
            assert (await paul.get(address)).status_code == 404
        form.values["form"] = proof_on(theirs)
        answer = await send_with_file(paul, form, "a.txt", b"x", title="Mine")
        assert answer.status_code == 404
        assert "Hidden" not in answer.text
    listed = (await office.director.get("/projects/v1/documents")).json()["items"]
    assert [one["title"] for one in listed] == ["Hidden"]


async def test_what_is_archived_takes_nothing_new(office: Office) -> None:
    await office.says("anna", "Before")
    async with office.browsing("director", "director") as browser:
        form = form_of(await browser.get(office.page("risk")), "comments")
        subject = office.subjects["risk"]
        await office.archived(f"/risk/v1/risks/{subject['id']}")
        detail = await browser.get(office.page("risk"))
        assert form_of(detail, "comments") is None
        assert form_of(detail, "documents") is None
        assert form is not None
        refused = await send(browser, form, text="Too late")
        assert (refused.status_code, record_of(refused).values["text"]) == (409, "Too late")
