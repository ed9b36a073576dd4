"""A choice of language goes with the login: into the next browser, and into mails."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from services.reporting.mail import logins
from services.reporting.mail.recipients import recipient
from tests.conftest import Portolan
from tests.reporting.web.conftest import visiting

ENGLISH, FRENCH = {"Accept-Language": "en"}, {"Accept-Language": "fr-CH, fr;q=0.9"}
OURS = {"Sec-Fetch-Site": "same-origin"}


@asynccontextmanager
async def browser_of(portolan: Portolan, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which Anna logs in."""
    async with visiting(portolan) as client:
        client.headers.update(headers)
        answer = await client.get(await portolan.running.login_link("anna", "manager"))
        assert answer.status_code == 303, answer.text
        yield client


@pytest.fixture
async def anna(portolan: Portolan) -> str:
    """The id of a person with a login."""
    service = portolan("service")
    person = {"name": "Anna Meier", "employment": "internal", "weekly_hours": 40, "email": "anna@example.org"}
    id = str((await service.post("/resources/v1/persons", json=person)).json()["id"])
    identity = {"person_id": id, "issuer": "portolan-local", "subject": "anna"}
    answer = await service.post("/resources/v1/identities", json=identity)
    assert answer.status_code == 201, answer.text
    await portolan.settled()
    return id


async def language_in(browser: httpx.AsyncClient) -> str:
    return (await browser.get("/registers")).headers["content-language"]


async def mail_language(portolan: Portolan, person_id: str) -> str:
    to = await recipient(portolan.running.services["reporting"].kernel, person_id)
    assert to is not None
    return to.language


async def test_a_choice_holds_in_the_next_browser_and_in_mails(portolan: Portolan, anna: str) -> None:
    async with browser_of(portolan, **ENGLISH) as one:
        assert await language_in(one) == "en"
        await one.get("/language/fr", headers=OURS)
        assert await language_in(one) == "fr"
    async with browser_of(portolan, **ENGLISH) as another:
        assert await language_in(another) == "fr"
    assert await mail_language(portolan, anna) == "fr"


async def test_who_chooses_nothing_reads_what_each_browser_asks_for(portolan: Portolan, anna: str) -> None:
    assert await mail_language(portolan, anna) == "en", "the first of the organisation"
    async with browser_of(portolan, **FRENCH) as one:
        assert await language_in(one) == "fr"
    assert await mail_language(portolan, anna) == "fr", "as the pages were read last"
    async with browser_of(portolan, **ENGLISH) as another:
        assert await language_in(another) == "en"
    assert await mail_language(portolan, anna) == "en"


async def test_a_choice_for_mails_goes_before_that_of_the_pages(portolan: Portolan, anna: str) -> None:
    preferred = {"cadence": "daily", "language": "fr"}
    headers = {"Authorization": f"Bearer {portolan.token('manager', 'anna')}"}
    answer = await portolan("manager").put("/reporting/v1/me/mail", json=preferred, headers=headers)
    assert answer.status_code == 200, answer.text
    async with browser_of(portolan, **ENGLISH) as one:
        assert await language_in(one) == "fr", "who reads mails in French reads French"
        await one.get("/language/en", headers=OURS)
        assert await language_in(one) == "en"
    assert await mail_language(portolan, anna) == "fr"


async def test_a_link_of_another_site_changes_nothing_that_a_login_keeps(
    portolan: Portolan, anna: str
) -> None:
    async with browser_of(portolan, **ENGLISH) as one:
        await one.get("/language/fr", headers={"Sec-Fetch-Site": "cross-site"})
    async with browser_of(portolan, **ENGLISH) as another:
        assert await language_in(another) == "en"
    store = portolan.running.services["reporting"].kernel.store
    assert await logins.languages_read(store, anna) == ["en"]


async def test_a_choice_that_the_organisation_does_not_use_is_none(portolan: Portolan, anna: str) -> None:
    async with browser_of(portolan, **FRENCH) as one:
        await one.get("/language/fr", headers=OURS)
        service = portolan("director")
        answer = await service.post(
            "/projects/v1/organisations",
            json={"name": "Office", "profile": "end_user", "languages": ["en", "de"]},
        )
        assert answer.status_code == 201, answer.text
        await portolan.settled()
        assert await language_in(one) == "en"
    assert await mail_language(portolan, anna) == "en"
