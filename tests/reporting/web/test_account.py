"""`/me`: who I am, my sessions in all browsers, and my personal access tokens; on the page and over REST."""

import re

import httpx
import pytest

from services.reporting.web.account import browser_of
from tests.conftest import Portolan
from tests.reporting.web.conftest import visiting

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"
SESSIONS = "/reporting/v1/me/sessions"


def proof(page: str) -> str:
    match = re.search(r'name="form" value="([0-9a-f]+)"', page)
    assert match, page
    return match[1]


async def logged_in(portolan: Portolan, client: httpx.AsyncClient, agent: str = FIREFOX) -> None:
    client.headers["User-Agent"] = agent
    assert (await client.get(await portolan.running.login_link())).status_code == 303


async def is_in(client: httpx.AsyncClient) -> bool:
    return (await client.get("/")).status_code == 200


async def test_the_page_says_who_i_am_and_where_i_am_logged_in(everywhere: Portolan) -> None:
    async with visiting(everywhere) as here, visiting(everywhere) as there:
        await logged_in(everywhere, here)
        await logged_in(everywhere, there, EDGE)
        page = (await here.get("/me")).text
        assert "<bdi>director</bdi>" in page
        assert "Firefox, Linux <small>this one</small>" in page
        [other] = re.findall("/me/sessions/([0-9a-f-]{36})/end", page)
        refused = await here.post(f"/me/sessions/{other}/end", data={"form": "made-up"})
        assert (refused.status_code, await is_in(there)) == (403, True)
        assert (await here.post(f"/me/sessions/{other}/end", data={"form": proof(page)})).status_code == 303
        assert (await is_in(here), await is_in(there)) == (True, False)


@pytest.mark.parametrize(("language", "role"), [("en", "director"), ("fr", "direction")])
async def test_my_role_is_called_as_in_my_language(
    reader: httpx.AsyncClient, language: str, role: str
) -> None:
    await reader.get(f"/language/{language}")
    assert f"<dd>{role}</dd>" in (await reader.get("/me")).text


async def test_i_log_out_everywhere_over_rest(portolan: Portolan) -> None:
    async with visiting(portolan) as here, visiting(portolan) as there:
        for client in (here, there):
            await logged_in(portolan, client)
        items = (await portolan("director").get(SESSIONS)).json()["items"]
        assert [item["agent"] for item in items] == [FIREFOX, FIREFOX]
        assert (await portolan("viewer").get(SESSIONS)).json()["items"] == []
        one = f"{SESSIONS}/{items[0]['id']}"
        assert (await portolan("viewer").delete(one)).status_code == 404
        assert (await portolan("director").delete(one)).status_code == 204
        assert sorted([await is_in(here), await is_in(there)]) == [False, True]
        assert (await portolan("director").post(f"{SESSIONS}/end")).status_code == 204
        assert not await is_in(here)
        assert not await is_in(there)


async def test_i_make_a_token_on_the_page_and_revoke_it(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    page = (await reader.get("/me")).text
    members = {"form": proof(page), "name": "the <nightly> report", "scope": "projects.read", "days": "30"}
    answer = await reader.post("/me/tokens", data=members)
    token = re.search(r'id="new-token">(ptl_[^<]+)<', answer.text)
    assert token, answer.text
    await portolan.settled()
    client = portolan.anonymous()
    headers = {"Authorization": f"Bearer {token[1]}"}
    assert (await client.get("/projects/v1/projects", headers=headers)).status_code == 200
    page = (await reader.get("/me")).text
    assert "the &lt;nightly&gt; report" in page
    assert token[1] not in page
    [id] = re.findall("/me/tokens/([0-9a-f-]{36})/revoke", page)
    assert (await reader.post(f"/me/tokens/{id}/revoke", data={"form": proof(page)})).status_code == 303
    await portolan.settled()
    assert "/revoke" not in (await reader.get("/me")).text


async def test_what_was_typed_stays_where_a_token_is_refused(reader: httpx.AsyncClient) -> None:
    page = (await reader.get("/me")).text
    members = {"form": proof(page), "name": "report", "scope": "projects.reed", "days": "30"}
    refused = await reader.post("/me/tokens", data=members)
    assert refused.status_code == 422
    assert "A scope is one or several of" in refused.text
    assert 'value="projects.reed"' in refused.text


@pytest.mark.parametrize(
    ("language", "name", "days", "at", "sentence"),
    [
        ("en", "report", "400", "days", "Input should be less than or equal to 366"),
        ("en", "", "30", "name", "String should have at least 1 character"),
        ("fr", "rapport", "0", "days", "La valeur doit être supérieure ou égale à 1"),
    ],
)
async def test_what_is_wrong_with_a_token_stands_at_its_field_in_the_readers_language(
    reader: httpx.AsyncClient, language: str, name: str, days: str, at: str, sentence: str
) -> None:
    await reader.get(f"/language/{language}")
    members = {"form": proof((await reader.get("/me")).text), "name": name, "days": days}
    refused = await reader.post("/me/tokens", data=members)
    assert refused.status_code == 422
    assert f'<span class="wrong" id="token-{at}-error">{sentence}</span>' in refused.text
    assert refused.text.count('aria-invalid="true"') == 1
    assert ("1 member is not valid" in refused.text) == (language == "en")


async def test_another_site_makes_no_token(reader: httpx.AsyncClient) -> None:
    page = (await reader.get("/me")).text
    members = {"form": proof(page), "name": "x"}
    refused = await reader.post("/me/tokens", data=members, headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403
    assert (await reader.post("/me/tokens", data=members | {"form": "x"})).status_code == 403


async def test_the_page_is_only_for_who_is_logged_in(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.get("/me")).headers["location"] == "/login?next=%2Fme"


async def test_a_personal_token_begins_no_session(portolan: Portolan, visitor: httpx.AsyncClient) -> None:
    created = await portolan("director").post("/resources/v1/me/tokens", json={"name": "x"})
    form = (await visitor.get("/login")).text
    answer = await visitor.post("/login", data={"token": created.json()["token"], "form": proof(form)})
    assert answer.status_code == 401
    assert not await is_in(visitor)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox, Linux"),
        (EDGE, "Edge, Windows"),
        ("curl/8", ""),
        ("", ""),
        ("iPhone Safari/1", "Safari, iPhone"),
    ],
)
def test_a_browser_is_named_in_a_few_words(agent: str, words: str) -> None:
    assert browser_of(agent) == words
